"""Pictures people upload: opened, judged, drawn anew. Nothing of the file that came is kept."""

from __future__ import annotations

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
FOLDER: Final = "projects"

Bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def redrawn(file: File[bytes]) -> bytes:
    """Return the picture as WebP without its metadata (EXIF and with it the place), turned upright, 1800 px at most.

    Raises `Invalid` for a file above 8 MB, above 24 million pixels, below 300 px, or that is no picture at all.
    """
    if file.size > MAX_BYTES:
        raise Invalid("picture_too_heavy", _("The picture is larger than 8 MB."), field="picture")
    content = file.read()
    _verify(content)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise _no_picture() from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _no_picture() -> Invalid:
    sentence = _("This file is not a picture we can read: use a JPEG, PNG or WebP file.")
    return Invalid("not_a_picture", sentence, field="picture")


def _verify(content: bytes) -> None:
    """Judge by the header alone, before a single pixel is unpacked."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height <= MAX_PIXELS:
                picture.verify()
    except Bombs:
        width = height = MAX_PIXELS
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _no_picture() from error
    if width * height > MAX_PIXELS:
        raise Invalid("picture_too_large", _("The picture has more than 24 million pixels."), field="picture")
    if min(width, height) < MIN_SIDE:
        raise Invalid(
            "picture_too_small",
            _("The picture must be at least %(side)s pixels on each side."),
            field="picture",
            side=MIN_SIDE,
        )


def keep(content: bytes) -> str:
    """Store a redrawn picture under a name of ours and return it."""
    return default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.webp", ContentFile(content))


def forget(name: str) -> None:
    """Delete an uploaded picture; the drawings of the project itself stay."""
    if name.startswith(f"{FOLDER}/"):
        default_storage.delete(name)
