"""Errors a person may read: each carries a stable code, a sentence in the reader's language and, if any, its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise
    from rest_framework.response import Response


class Refused(Exception):  # noqa: N818 - the field's word: the service refuses, nothing has changed
    """A deed the rules don't allow now. Nothing was changed.

    `code` is stable and for machines, `message` is translated and for people, `field` names the input at fault.
    """

    status = 409

    def __init__(self, code: str, message: _StrOrPromise, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        """Give the sentence, with its numbers filled in."""
        return str(self.message) % self.params if self.params else str(self.message)


class Invalid(Refused):
    """The input itself is wrong, whatever the state of things."""

    status = 400


class NotAllowed(Refused):
    """This person may not do this."""

    status = 403


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error a client can make as `{"code", "detail", "field"}` with its status.

    A serializer's complaints come with the first of them there and all of them, by field, in `errors`.
    """
    from rest_framework.response import Response
    from rest_framework.views import exception_handler, set_rollback

    if isinstance(exc, Refused):
        set_rollback()
        return Response({"code": exc.code, "detail": str(exc), "field": exc.field}, status=exc.status)
    response = exception_handler(exc, context)
    if response is not None:
        field, detail = _first(response.data)
        errors = {} if _is_plain(response.data) else {"errors": response.data}
        response.data = {"code": getattr(detail, "code", "error"), "detail": detail, "field": field, **errors}
    return response


def _is_plain(data: Any) -> bool:
    return isinstance(data, dict) and set(data) == {"detail"}


def _first(data: Any) -> tuple[str | None, Any]:
    """Return the first complaint in DRF's nest of lists and dicts, with the dotted path of its field."""
    if isinstance(data, dict) and data:
        name, inner = next(iter(data.items()))
        path, detail = _first(inner)
        names = [] if name in {"detail", "non_field_errors"} else [str(name)]
        return ".".join(names + ([path] if path else [])) or None, detail
    if isinstance(data, list) and data:
        place = next(place for place, inner in enumerate(data) if inner)  # rows that are right are empty
        path, detail = _first(data[place])
        return (f"{place}.{path}" if path else None), detail
    return None, data
