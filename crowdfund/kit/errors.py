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
    """Answer a `Refused` as `{"code", "detail", "field"}` with its status; leave the rest to DRF."""
    from rest_framework.response import Response
    from rest_framework.views import exception_handler, set_rollback

    if isinstance(exc, Refused):
        set_rollback()
        return Response({"code": exc.code, "detail": str(exc), "field": exc.field}, status=exc.status)
    return exception_handler(exc, context)
