"""Requests that carry a file: multipart/form-data (RFC 2388), as the SDK writes it (Docs: API reference, Files)."""

import hashlib
import re
from email.message import Message
from typing import Any

from payments.standin.errors import ApiError
from payments.standin.forms import MAX_FIELDS, nested

MULTIPART = "multipart/form-data"
_NAME = re.compile(r'[; ]name="([^"]*)"')
_FILENAME = re.compile(r'[; ]filename="([^"]*)"')
#: What a file is, by its first bytes: Stripe's `type`.
_KINDS = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
CONTENT = "\0file"  # marks the facts of an uploaded file among parameters


def is_multipart(headers: Message) -> bool:
    """Whether a request carries a file."""
    return str(headers.get("Content-Type", "")).startswith(MULTIPART)


def decode(headers: Message, body: bytes) -> dict[str, Any]:
    """The parameters; of a file its name, size, digest and kind, for nothing else of it is kept."""
    boundary = str(headers.get_param("boundary", "", "content-type"))
    if not boundary:
        raise ApiError("The request's parameters can't be read: the boundary is missing.")
    parts = body.split(b"--" + boundary.encode())[1:-1]
    if len(parts) > MAX_FIELDS:
        raise ApiError("The request's parameters can't be read.")
    return nested([_part(part) for part in parts])


def _part(part: bytes) -> tuple[str, Any]:
    head, blank, content = part.partition(b"\r\n\r\n")
    heading = head.decode("utf-8", "replace")
    name = _NAME.search(heading)
    if not blank or name is None:
        raise ApiError("The request's parameters can't be read.")
    content = content.removesuffix(b"\r\n")
    filename = _FILENAME.search(heading)
    if filename is None:
        return name[1], content.decode("utf-8", "replace")
    kind = next((kind for first, kind in _KINDS if content.startswith(first)), "")
    digest = hashlib.sha256(content).hexdigest()
    return name[1], {CONTENT: True, "name": filename[1], "size": len(content), "sha256": digest, "kind": kind}
