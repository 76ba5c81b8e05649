"""Pictures people upload: opened, judged, drawn anew. Nothing of the file that came is kept."""

from __future__ import annotations

import dataclasses
import io
import uuid
from typing import TYPE_CHECKING, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    from django.core.files.base import File

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 24_000_000
MIN_SIDE: Final = 300
LONGEST_SIDE: Final = 1_800
FORMATS: Final = ["JPEG", "PNG", "WEBP"]
PROJECTS: Final = "projects"  # folders of ours: only what lies there is ever deleted
GALLERY: Final = "gallery"
NEEDS: Final = "needs"

Bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a picture may be: the shortest side at least, the longest side it is drawn with, and the input's name."""

    min_side: int = MIN_SIDE
    longest_side: int = LONGEST_SIDE
    field: str = "picture"


PICTURE: Final = Limits()


def redrawn(file: File[bytes], limits: Limits = PICTURE) -> bytes:
    """Return the picture as WebP without its metadata (EXIF and with it the place), turned upright, 1800 px at most.

    Raises `Invalid` for a file above 8 MB, above 24 million pixels, below 300 px, or that is no picture at all.
    """
    if (file.size or 0) > MAX_BYTES:
        raise Invalid("picture_too_heavy", _("The picture is larger than 8 MB."), field=limits.field)
    return drawn_anew(file.read(), limits)


def drawn_anew(content: bytes, limits: Limits = PICTURE) -> bytes:
    """Do what `redrawn` says with bytes that were read already."""
    _verify(content, limits)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise _no_picture(limits) from error
    upright.thumbnail((limits.longest_side, limits.longest_side))
    out = io.BytesIO()
    upright.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _no_picture(limits: Limits) -> Invalid:
    sentence = _("This file is not a picture we can read: use a JPEG, PNG or WebP file.")
    return Invalid("not_a_picture", sentence, field=limits.field)


def _verify(content: bytes, limits: Limits) -> None:
    """Judge by the header alone, before a single pixel is unpacked."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height <= MAX_PIXELS:
                picture.verify()
    except Bombs:
        width = height = MAX_PIXELS
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _no_picture(limits) from error
    if width * height > MAX_PIXELS:
        raise Invalid(
            "picture_too_large", _("The picture has more than 24 million pixels."), field=limits.field
        )
    if min(width, height) < limits.min_side:
        raise Invalid(
            "picture_too_small",
            _("The picture must be at least %(side)s pixels on each side."),
            field=limits.field,
            side=limits.min_side,
        )


def keep(content: bytes, folder: str = PROJECTS) -> str:
    """Store a redrawn picture under a name of ours and return it."""
    return default_storage.save(f"{folder}/{uuid.uuid4().hex}.webp", ContentFile(content))


def forget(name: str) -> None:
    """Delete an uploaded picture; the drawings of the project itself stay."""
    if name.startswith((f"{PROJECTS}/", f"{GALLERY}/", f"{NEEDS}/")):
        default_storage.delete(name)
