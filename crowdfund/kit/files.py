"""Documents people upload: known by their bytes, never by their name, and kept where only a view can reach them."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import unicodedata
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from crowdfund.kit import pictures
from crowdfund.kit.errors import Invalid
from crowdfund.kit.packages import office_kind

if TYPE_CHECKING:
    from django.core.files.base import File
    from django.core.files.storage import Storage

MAX_BYTES: Final = 10 * 1024 * 1024
NAME_LENGTH: Final = 80
CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "webp": "image/webp",
}
ACCEPT: Final = ".pdf,.odt,.ods,.docx,.xlsx,.csv,.jpg,.jpeg,.png,.webp"  # for the input, which may be ignored

_RECEIPT: Final = pictures.Limits(
    min_side=100, longest_side=2_600, field="file"
)  # a till slip is narrow, and read
_SCRIPTED_PDF: Final = re.compile(rb"/(?:JavaScript|JS|Launch)\b")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclasses.dataclass(frozen=True)
class CleanFile:
    """A file that was looked through: what it is (`kind`, a key of `CONTENT_TYPES`) and bytes that may be kept.

    `name` is a name to show and to download by, with the ending that belongs to the kind; nothing is stored under it.
    """

    kind: str
    name: str
    content: bytes

    @property
    def content_type(self) -> str:
        """What a browser is told."""
        return CONTENT_TYPES[self.kind]

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """The digest of the bytes that are kept, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def read_document(upload: File[bytes], *, max_bytes: int = MAX_BYTES, field: str = "file") -> CleanFile:
    """Judge an upload by its bytes: PDF, ODT, ODS, DOCX, XLSX, CSV, JPEG, PNG or WebP, at most `max_bytes`.

    Pictures are drawn anew as WebP, without what the camera wrote into them (the place); a CSV becomes UTF-8. Raises
    `Invalid` for anything else, with `field`: too large, empty, cut off, of another kind, with macros or scripts, or an
    archive that unpacks to more than it may.
    """
    if (upload.size or 0) > max_bytes:
        raise Invalid(
            "file_too_large",
            _("The file is larger than %(size)s MB."),
            field=field,
            size=max_bytes >> 20 or 1,
        )
    content = upload.read(max_bytes + 1)
    kind, clean = _judge(content, field)
    return CleanFile(kind, shown_name(upload.name or "", kind), clean)


def _judge(content: bytes, field: str) -> tuple[str, bytes]:
    if content.startswith(b"%PDF-"):
        return "pdf", _pdf(content, field)
    if content.startswith(b"PK\x03\x04"):
        return office_kind(content, field), content
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_webp(content):
        return "webp", pictures.drawn_anew(content, dataclasses.replace(_RECEIPT, field=field))
    return "csv", _csv(content, field)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _pdf(content: bytes, field: str) -> bytes:
    """Refuse one that was cut off, or that starts something when it is opened (as far as it says so openly)."""
    if b"%%EOF" not in content[-2_048:]:
        raise Invalid("file_broken", _("The file is cut off: export it again."), field=field)
    if _SCRIPTED_PDF.search(content):
        raise Invalid(
            "file_active", _("The file holds macros or scripts: export it without them."), field=field
        )
    return content


def _csv(content: bytes, field: str) -> bytes:
    """Take text in columns, as UTF-8 or as spreadsheets of old write it; nothing that a browser would take for code."""
    text = _text(content)
    first = text.lstrip().partition("\n")[0] if text else ""
    if not text or first.startswith(("<", "#!", "%!")) or not re.search(r"[;,\t]", first):
        raise Invalid(
            "file_kind",
            _("This kind of file can't be attached: use PDF, ODT, ODS, DOCX, XLSX, CSV, JPEG, PNG or WebP."),
            field=field,
        )
    return text.encode()


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if _CONTROL.search(text) else text
    return ""


def shown_name(name: str, kind: str) -> str:
    """Give a harmless name to download by: letters, digits, space, `-_.`, and the ending that belongs to the kind."""
    plain = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).stem)
    plain = re.sub(r"[^\w \-.]+", "-", plain).strip(" .-")[:NAME_LENGTH]
    return f"{plain or 'file'}.{kind}"


def _private() -> Storage:
    return storages["private"]


def keep_private(file: CleanFile, folder: str) -> str:
    """Store a file under a name nobody can guess, outside of what the web server serves; return that name."""
    return _private().save(f"{folder}/{uuid.uuid4().hex}.{file.kind}", ContentFile(file.content))


def forget_private(name: str) -> None:
    """Delete a stored file: one that its row no longer names."""
    _private().delete(name)


def send_private(stored: str, *, name: str, kind: str) -> FileResponse:
    """Answer with a stored file as a download called `name`; the view has asked for permission before.

    A browser never guesses what it is, runs nothing of it and keeps no copy for others. Raises `FileNotFoundError`.
    """
    answer = FileResponse(
        _private().open(stored), as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind]
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
