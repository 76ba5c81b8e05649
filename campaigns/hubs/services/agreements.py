"""Partnership agreements: recorded by officers, with their documents; a warning before they end."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import DateField, ExpressionWrapper, F, Value
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.hubs.models import Agreement, AgreementDocument
from campaigns.hubs.permissions import can_open_hubs
from campaigns.hubs.services import letters
from campaigns.hubs.services.checks import check
from crowdfund.kit import clock, files
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import Organisation, User
    from campaigns.hubs.models import Hub


@dataclasses.dataclass(frozen=True)
class Terms:
    """What an agreement says. The first and the last day both count; `fee_cents` is the yearly fee."""

    organisation: Organisation
    form: str
    starts_on: dt.date
    ends_on: dt.date
    obligations: str
    partners: str = ""
    fee_cents: int = 0
    alert_days: int = 180


def record_agreement(*, hub: Hub, terms: Terms, by: User, now: dt.datetime) -> Agreement:
    """Record that an organisation runs the hub from one day to another.

    Raises `Invalid` for one that ends before it starts, with every other problem at its field; `Refused` when another
    agreement of the hub holds on one of its days.
    """
    require(can_open_hubs(by))
    facts = {field.name: getattr(terms, field.name) for field in dataclasses.fields(terms)}
    row = Agreement(hub=hub, **facts, recorded_by=by, recorded_at=now)
    if terms.ends_on < terms.starts_on:
        raise Invalid(
            "ends_before_start",
            _("The agreement ends before it starts: check the two days."),
            field="ends_on",
        )
    overlap = hub.agreements.filter(starts_on__lte=terms.ends_on, ends_on__gte=terms.starts_on)
    if overlap.exists():
        raise _overlapping()
    check(row, [name for name in facts if name != "organisation"])
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "agreement_without_overlap" not in str(error):
            raise
        raise _overlapping() from error
    return row


def _overlapping() -> Refused:
    return Refused(
        "agreement_overlaps",
        _("Another agreement of this hub holds on some of these days."),
        field="starts_on",
    )


def add_agreement_document(
    *, agreement: Agreement, file: File[bytes], title: str, by: User, now: dt.datetime
) -> AgreementDocument:
    """Publish a document of an agreement. Raises `Invalid` for a file that is none of those we take."""
    require(can_open_hubs(by))
    row = AgreementDocument(agreement=agreement, title=title.strip(), added_by=by, added_at=now)
    check(row, ["title"])
    read = files.read_document(file)
    row.name, row.kind, row.size, row.sha256 = read.name, read.kind, read.size, read.sha256
    row.stored = files.keep_private(read, "agreements")
    row.save(force_insert=True)
    return row


def warn_due() -> int:
    """Write to officers and to the organisation when an agreement nears its end, once; return how many there were."""
    now = clock.now()
    today = now.astimezone(clock.CIVIL).date()
    warned_until = ExpressionWrapper(Value(today) + F("alert_days"), output_field=DateField())
    near = Agreement.objects.filter(alerted_at=None, ends_on__gte=today, ends_on__lte=warned_until)
    warned = 0
    for agreement in near.select_related("hub", "organisation"):
        with transaction.atomic():
            mine = Agreement.objects.filter(pk=agreement.pk, alerted_at=None).update(alerted_at=now)
            if mine:
                letters.tell_of_end(agreement, now=now)
        warned += mine
    return warned
