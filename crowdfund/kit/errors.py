"""Errors a person may read: each carries a stable code, a sentence in the reader's language and, if any, its field."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.utils.functional import _StrOrPromise
    from rest_framework.response import Response

log = logging.getLogger(__name__)


class Refused(Exception):  # noqa: N818 - the field's word: the service refuses, nothing has changed
    """A deed the rules don't allow now. Nothing was changed, and the log says that it was tried.

    `code` is stable and for machines, `message` is translated and for people, `field` names the input at fault.
    """

    status = 409

    def __init__(self, code: str, message: _StrOrPromise, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.params = params
        log.info("refused: %s", code)

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
    """Answer every error as `{"code", "detail", "field"}`, ours and the framework's, with its status.

    Where several things are wrong, `problems` lists the same three for each; the first stands above.
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
        problems = list(_faults(response.data, None))
        response.data = problems[0] | ({"problems": problems} if len(problems) > 1 else {})
    return response


def _faults(data: Any, field: str | None) -> Iterator[dict[str, Any]]:
    """Walk what the framework says is wrong; a field inside a field is `lines.0.label`."""
    if isinstance(data, dict):
        for name, part in data.items():
            path = [field, None if name in {"detail", "non_field_errors"} else str(name)]
            yield from _faults(part, ".".join(filter(None, path)) or None)
    elif isinstance(data, list):
        for place, part in enumerate(data):
            inside = f"{field}.{place}" if isinstance(part, dict) and field else field
            yield from _faults(part, inside)
    else:
        yield {"code": getattr(data, "code", "invalid"), "detail": str(data), "field": field}
