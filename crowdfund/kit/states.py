"""The only door through which a status changes: compare-and-swap on the row, and an event row beside it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    Transitions = Mapping[str, frozenset[str]]


log = logging.getLogger(__name__)


class IllegalTransition(Refused):
    """The table knows no such step. Refused, and logged: it is a visitor's old page, or a fault of ours."""

    def __init__(self, subject: models.Model, to: str) -> None:
        super().__init__("illegal_transition", _("This can't be done in the present state."))
        step = f"{getattr(subject, 'status', '?')} -> {to}"
        self.add_note(f"{subject!r}: {step}")
        log.warning("illegal step refused: %s %s: %s", type(subject).__name__, subject.pk, step)


class StaleState(Refused):
    """Somebody else changed the row first."""

    def __init__(self, subject: models.Model, to: str) -> None:
        super().__init__(
            "stale_state", _("Something changed in the meantime. Reload the page and try again.")
        )
        self.add_note(f"{subject!r}: wanted {to}")


class StatusEvent(models.Model):
    """Who changed what, when, from which state to which, and why. Append-only."""

    at = models.DateTimeField()
    from_status = models.CharField(max_length=32, blank=True)
    to_status = models.CharField(max_length=32)
    why = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


def advance(
    subject: Any,
    to: str,
    *,
    table: Transitions,
    now: dt.datetime,
    by: Any = None,
    why: str = "",
    **changes: Any,
) -> None:
    """Move `subject.status` to `to`, with `changes` to other fields, and append an event to `subject.events`.

    Raises `IllegalTransition` when the table has no such step and `StaleState` when the row is no longer in the
    state that was read. `subject` carries the new values afterwards.
    """
    if to not in table.get(subject.status, frozenset()):
        raise IllegalTransition(subject, to)
    model = type(subject)
    with transaction.atomic():
        swapped = model._default_manager.filter(pk=subject.pk, status=subject.status).update(  # noqa: SLF001
            status=to, **changes
        )
        if swapped != 1:
            raise StaleState(subject, to)
        actor = by if getattr(by, "is_authenticated", False) else None
        subject.events.create(at=now, from_status=subject.status, to_status=to, why=why, by=actor)
    subject.status = to
    for name, value in changes.items():
        setattr(subject, name, value)


def record_birth(subject: Any, *, now: dt.datetime, by: Any = None, why: str = "") -> None:
    """Append the first event of a new row."""
    actor = by if getattr(by, "is_authenticated", False) else None
    subject.events.create(at=now, from_status="", to_status=subject.status, why=why, by=actor)
