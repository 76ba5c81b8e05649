"""Office files are archives: which one it is, and whether it is safe to hand on."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Invalid

MAX_PARTS: Final = 3_000
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 200  # text in XML packs well, but not like this
SMALL: Final = 1024 * 1024  # a part below this is harmless however well it packs
OPEN_DOCUMENT: Final = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
OFFICE_OPEN: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


def office_kind(content: bytes, field: str) -> str:
    """Say which office file this archive is (`odt`, `ods`, `docx`, `xlsx`), from its table of contents alone.

    Raises `Invalid` when it is none, broken, locked by a password, with macros, or unpacks to more than it may.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _weigh(parts, field)
            kind = _kind_of(archive, {part.filename for part in parts})
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Invalid("file_broken", _("The file is cut off: export it again."), field=field) from error
    if kind is None:
        raise Invalid(
            "file_kind",
            _("This kind of file can't be attached: use PDF, ODT, ODS, DOCX, XLSX, CSV, JPEG, PNG or WebP."),
            field=field,
        )
    if any(map(_is_macro, parts)):
        raise Invalid(
            "file_active", _("The file holds macros or scripts: export it without them."), field=field
        )
    return kind


def _weigh(parts: list[zipfile.ZipInfo], field: str) -> None:
    """Refuse a bomb before anything is unpacked."""
    bomb = len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED
    for part in parts:
        bomb = bomb or (part.file_size > SMALL and part.file_size > MAX_RATIO * max(part.compress_size, 1))
        if part.flag_bits & 1:
            raise Invalid("file_locked", _("The file is locked by a password."), field=field)
    if bomb:
        raise Invalid("file_bomb", _("The file unpacks to more than we take."), field=field)


def _kind_of(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            return OPEN_DOCUMENT.get(file.read(100).decode("ascii", "replace").strip())
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in OFFICE_OPEN.items() if part in names), None)
    return None


def _is_macro(part: zipfile.ZipInfo) -> bool:
    name = part.filename.lower()
    return name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/"))
