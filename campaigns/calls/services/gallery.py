"""Pictures and documents of programmes and calls: uploaded, put in order, taken away by the municipality's officers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.models import Call, GalleryPicture, Programme, PublicDocument
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.services.checks import field_problems
from crowdfund.kit import files, pictures
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User


MOST_PICTURES: Final = 30
Owner = Programme | Call


def _owned_by(owner: Owner) -> dict[str, Any]:
    return {"call": owner} if isinstance(owner, Call) else {"programme": owner}


def _hold(owner: Owner) -> None:
    """Let pictures of one owner come and change places one after the other."""
    type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)  # noqa: SLF001


def add_picture(
    *,
    owner: Owner,
    file: File[bytes],
    alt: str,
    credit: str,
    consent: bool,
    by: User,
    now: dt.datetime,
) -> GalleryPicture:
    """Add a picture at the end of a programme's or a call's gallery, drawn anew without what the camera wrote into it.

    `consent`: who can be recognised in it and who took it agreed to its being published. Raises `Invalid` for what is
    no picture, without words or credit, or without consent; `Refused` above 30 pictures.
    """
    require(can_write_calls(by))
    row = GalleryPicture(
        alt=alt.strip(), credit=credit.strip(), consent=consent, added_by=by, added_at=now, **_owned_by(owner)
    )
    problems: list[Refused] = field_problems(row, ["alt", "credit"])
    if consent is not True:
        problems.append(
            Invalid(
                "consent_missing",
                _("A picture is published only with the consent of who is in it and of who took it."),
                field="consent",
            )
        )
    raise_all(problems)
    drawn = pictures.redrawn(file, pictures.Limits(field="file"))
    with transaction.atomic():
        _hold(owner)
        there = owner.pictures.aggregate(last=Max("position", default=0))["last"]
        if owner.pictures.count() >= MOST_PICTURES:
            raise Refused("gallery_full", _("A gallery holds 30 pictures: take one away first."))
        row.position, row.stored = there + 1, pictures.keep(drawn, pictures.GALLERY)
        row.save(force_insert=True)
    return row


def move_picture(*, picture: GalleryPicture, up: bool, by: User, now: dt.datetime) -> None:
    """Let a picture change places with the one before it (`up`) or after it; at the end nothing happens."""
    require(can_write_calls(by))
    owner = _owner(picture)
    with transaction.atomic():
        _hold(owner)
        rows = list(owner.pictures.all())
        place = next(n for n, row in enumerate(rows) if row.pk == picture.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows, start=1):
            row.position = position
        GalleryPicture.objects.bulk_update(rows, ["position"])


def remove_picture(*, picture: GalleryPicture, by: User, now: dt.datetime) -> None:
    """Take a picture away for good: the consent was withdrawn, or it no longer serves."""
    require(can_write_calls(by))
    with transaction.atomic():
        GalleryPicture.objects.filter(pk=picture.pk).delete()
        transaction.on_commit(functools.partial(pictures.forget, picture.stored))


def add_document(
    *, owner: Owner, file: File[bytes], title: str, dated_on: dt.date, by: User, now: dt.datetime
) -> PublicDocument:
    """Publish a document of a programme or a call, with its title and date.

    Raises `Invalid` for a file that is none of those we take, without a title, or of a day to come.
    """
    require(can_write_calls(by))
    row = PublicDocument(
        title=title.strip(), dated_on=dated_on, added_by=by, added_at=now, **_owned_by(owner)
    )
    problems: list[Refused] = field_problems(row, ["title", "dated_on"])
    if not problems and dated_on > now.astimezone(CIVIL).date():
        problems.append(Invalid("future_date", _("The date is in the future."), field="dated_on"))
    raise_all(problems)
    read = files.read_document(file)
    row.name, row.kind, row.size, row.sha256 = read.name, read.kind, read.size, read.sha256
    row.stored = files.keep_private(read, "documents")
    row.save(force_insert=True)
    return row


def remove_document(*, document: PublicDocument, by: User, now: dt.datetime) -> None:
    """Take a document away: it was the wrong one."""
    require(can_write_calls(by))
    with transaction.atomic():
        PublicDocument.objects.filter(pk=document.pk).delete()
        transaction.on_commit(functools.partial(files.forget_private, document.stored))


def _owner(row: GalleryPicture) -> Owner:
    owner = row.call if row.call_id else row.programme
    assert owner is not None  # noqa: S101 - a constraint of the table
    return owner
