"""What a list does to its applications when it is published, and whether the pot carries one more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import ApplicationStatus
from campaigns.calls.services.decisions import decide_by_list
from campaigns.commission.enums import Outcome
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from accounts.permissions import Visitor
    from campaigns.calls.models import Application
    from campaigns.commission.models import ListEntry, RankedList

NO_MONEY = frozenset({"pot_empty", "session_share_empty"})
"""Why the pot can't carry one more: there is too little in it, or the session has used its share."""
STATUS = {
    Outcome.NOT_FUNDED: ApplicationStatus.ELIGIBLE_NOT_FUNDED,
    Outcome.NOT_ELIGIBLE: ApplicationStatus.REJECTED,
    Outcome.EXCLUDED: ApplicationStatus.REJECTED,
}


def settle(ranked_list: RankedList, *, by: Visitor, now: dt.datetime) -> None:
    """Decide on every application of a list, by rank. For who publishes it, inside that transaction."""
    short = False
    skips = bool(ranked_list.rule["skip_when_short"])
    entries = ranked_list.entries.select_related(
        "application__call__rule", "application__project__organisation", "application__session"
    ).order_by("row")
    for entry in entries:
        if entry.rank is not None:
            admitted = not (short and not skips) and _admitted(entry, by=by, now=now)
            short = short or not admitted
            entry.outcome = Outcome.ADMITTED if admitted else Outcome.NOT_FUNDED
            entry.save(update_fields=["outcome"])
        if entry.outcome != Outcome.ADMITTED:
            _turn_down(entry, by=by, now=now)


def _admitted(entry: ListEntry, *, by: Visitor, now: dt.datetime) -> bool:
    """Admit the application if the pot carries it; one admitted before stays so, one that refused money does too."""
    application = entry.application
    if application.status == ApplicationStatus.ADMITTED:
        return True
    if hasattr(application, "offer"):
        return False
    try:
        with transaction.atomic():
            admit(application, entry.reason, by=by, now=now)
    except Refused as refused:
        if refused.code in NO_MONEY:
            return False
        sentence = _("“%(project)s” can't be admitted: %(why)s")
        raise Refused("cant_admit", sentence, project=entry.project_title, why=str(refused)) from refused
    return True


def _turn_down(entry: ListEntry, *, by: Visitor, now: dt.datetime) -> None:
    application, status = entry.application, STATUS[Outcome(entry.outcome)]
    if application.status == ApplicationStatus.ADMITTED:
        sentence = _("“%(project)s” is admitted already: its campaign is cancelled first.")
        raise Refused("already_admitted", sentence, project=entry.project_title)
    if application.status != status:
        decide_by_list(application=application, status=status, reason=entry.reason, by=by, now=now)


def admit(application: Application, reason: str, *, by: Visitor | None, now: dt.datetime) -> None:
    """Admit by rank. Raises `Refused` (one of `NO_MONEY`) when the pot, or the session's share of it, is used up."""
    decide_by_list(application=application, status=ApplicationStatus.ADMITTED, reason=reason, by=by, now=now)


class _Rehearsed(Exception):  # noqa: N818 - no error: everything went well, and is undone
    """Carries the rehearsal's success out of the transaction that it undoes."""


def pot_carries(applications: Sequence[Application], *, now: dt.datetime) -> bool:
    """Say whether all these applications could be admitted now: they are, and it is undone.

    Whatever funds there are and however they are taken, this asks exactly what an admission will ask. Raises `Refused`
    when one can't be admitted for another reason than the pot.
    """
    try:
        with transaction.atomic():
            for application in applications:
                admit(application, "–", by=None, now=now)
            raise _Rehearsed  # noqa: TRY301 - undone on purpose
    except _Rehearsed:
        return True
    except Refused as refused:
        if refused.code not in NO_MONEY:
            raise
        return False
    finally:
        for application in applications:
            application.refresh_from_db()
