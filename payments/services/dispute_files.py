"""Files as evidence: looked through by their bytes, kept until the answer is sent, then given to Stripe with it."""

from __future__ import annotations

import hashlib
import io
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from payments.enums import EvidenceKind
from payments.gateway.files import upload_evidence
from payments.locks import lock_dispute
from payments.models import DisputeFile
from payments.permissions import can_write_evidence
from payments.services.dispute_open import check_open

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User
    from payments.models import Dispute

LARGEST_TOGETHER: Final = 4_500_000
"""Bytes of all files of one dispute (Stripe's documentation, Respond to disputes: 4.5 MB together)."""
MOST_PIXELS: Final = 24_000_000
LONGEST_NAME: Final = 80
_FORMATS: Final = {
    b"\xff\xd8\xff": ("JPEG", "jpg", "image/jpeg"),
    b"\x89PNG\r\n\x1a\n": ("PNG", "png", "image/png"),
}
_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def add_file(*, dispute: Dispute, kind: str, upload: File[bytes], by: User, now: dt.datetime) -> DisputeFile:
    """Keep a PDF, JPEG or PNG as evidence, one of each kind. For the team and officers, until the answer is written.

    Pictures are drawn anew, without what the camera wrote into them (the place). Raises `Invalid` for another kind of
    file or more than 4.5 MB together, `Refused` when the dispute is answered or has such a file.
    """
    require(can_write_evidence(by, dispute))
    if kind not in EvidenceKind.values:
        raise Invalid("unknown_kind", _("Choose what the file shows."), field="kind")
    content, ending, content_type = _read(upload)
    try:
        with transaction.atomic():
            locked = lock_dispute(dispute.pk)
            check_open(locked, now)
            _check_room(locked, len(content))
            return DisputeFile.objects.create(
                dispute=locked,
                kind=kind,
                name=_shown_name(upload.name or "", ending),
                content=content,
                content_type=content_type,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                added_by=by,
                added_at=now,
            )
    except IntegrityError as error:
        raise Refused(
            "file_there", _("There is such a file already: take it away first."), field="kind"
        ) from error


def remove_file(*, file: DisputeFile, by: User, now: dt.datetime) -> None:
    """Take a file away again. For the team and officers, until the answer is written."""
    require(can_write_evidence(by, file.dispute))
    with transaction.atomic():
        check_open(lock_dispute(file.dispute_id), now)
        DisputeFile.objects.filter(pk=file.pk).delete()


def _check_room(dispute: Dispute, size: int) -> None:
    there = dispute.files.aggregate(size=Sum("size", default=0))["size"]
    if there + size > LARGEST_TOGETHER:
        raise _too_large()


def _too_large() -> Invalid:
    return Invalid(
        "file_too_large", _("The files of a dispute may have at most 4.5 MB together."), field="file"
    )


def _read(upload: File[bytes]) -> tuple[bytes, str, str]:
    """Judge an upload by its bytes; return what is kept, the ending of its name and its type."""
    content = upload.read(LARGEST_TOGETHER + 1)
    if len(content) > LARGEST_TOGETHER:
        raise _too_large()
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2_048:]:
            raise Invalid("file_broken", _("The file is cut off: export it again."), field="file")
        return content, "pdf", "application/pdf"
    for first, (name, ending, content_type) in _FORMATS.items():
        if content.startswith(first):
            return _drawn_anew(content, name), ending, content_type
    raise _no_evidence()


def _no_evidence() -> Invalid:
    return Invalid("file_kind", _("The bank takes a PDF, a JPEG or a PNG."), field="file")


def _drawn_anew(content: bytes, name: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid(
                    "picture_too_large", _("The picture has more than 24 million pixels."), field="file"
                )
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except _UNREADABLE as error:
        raise _no_evidence() from error
    out = io.BytesIO()
    upright.save(out, name, **({"quality": 88} if name == "JPEG" else {"optimize": True}))
    return out.getvalue()


def _shown_name(name: str, ending: str) -> str:
    """Give a harmless name to show and to download by: letters, digits, spaces, dashes, and the ending of its kind."""
    stem = PurePath(name.replace("\\", "/")).stem
    plain = "".join(letter if letter.isalnum() or letter in " -_" else "-" for letter in stem)
    return f"{plain.strip(' -_')[:LONGEST_NAME] or 'file'}.{ending}"


def give_to_stripe(dispute: Dispute) -> dict[str, str]:
    """Upload a dispute's files that Stripe does not have yet; return kind → the id there, as its evidence names them.

    Called outside of every transaction. Safe to repeat: the same file has the same key. Raises `GatewayError`.
    """
    for file in dispute.files.filter(stripe_id=""):
        found = upload_evidence(
            content=bytes(file.content), name=file.name, key=f"dispute_file:{file.pk}:{file.sha256[:16]}"
        )
        DisputeFile.objects.filter(pk=file.pk).update(stripe_id=found)
    return dict(dispute.files.values_list("kind", "stripe_id"))
