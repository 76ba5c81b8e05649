"""Errors a person may read: each carries a stable code, a sentence in the reader's language and, if any, its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class Several(Invalid):
    """Several things wrong at once, each to be shown at its own field, so that nobody corrects them one by one."""

    def __init__(self, problems: Sequence[Refused]) -> None:
        super().__init__("several", " ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def raise_all(problems: Sequence[Refused]) -> None:
    """Raise what was found wrong: one problem as itself, more than one as `Several`, none not at all."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Several(problems)


def _as_data(refused: Refused) -> dict[str, Any]:
    return {"code": refused.code, "detail": str(refused), "field": refused.field}


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error a client can make as `{"code", "detail", "field"}` with its status.

    `Several` adds `problems`, a list of the same three. A serializer's complaints come with the first of them there
    and all of them, by field, in `errors`.
    """
    from rest_framework.response import Response
    from rest_framework.views import exception_handler, set_rollback

    if isinstance(exc, Refused):
        set_rollback()
        answer = _as_data(exc)
        if isinstance(exc, Several):
            answer["problems"] = [_as_data(problem) for problem in exc.problems]
        return Response(answer, status=exc.status)
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
