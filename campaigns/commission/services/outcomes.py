"""What a list does to its applications when it is published, and whether the pot carries one more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import ApplicationStatus
from campaigns.calls.formula import prospect
from campaigns.calls.services.decisions import decide_by_list
from campaigns.commission.enums import Outcome
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from accounts.permissions import Visitor
    from campaigns.calls.models import Application, Session
    from campaigns.commission.models import ListEntry, RankedList

POT_EMPTY = "pot_empty"
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
        if refused.code == POT_EMPTY:
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
    """Admit by rank, within the session's own share of the pot. Raises `Refused` (`pot_empty`) when it is used up."""
    if application.session and not _share_carries(application.session, application):
        raise Refused(POT_EMPTY, _("The share of this session can't carry this project's match any more."))
    decide_by_list(application=application, status=ApplicationStatus.ADMITTED, reason=reason, by=by, now=now)


def _share_carries(session: Session, application: Application) -> bool:
    if session.pot_cents is None:
        return True
    admitted = session.applications.filter(status=ApplicationStatus.ADMITTED).select_related("call__rule")
    taken = sum(map(_most_cents, [*admitted, application]))
    return bool(taken <= session.pot_cents)


def _most_cents(application: Application) -> int:
    """Return what the rule can give an application at most: what it gives for the smallest goal."""
    return prospect(application.call.rule.as_data, cost_cents=application.cost_cents).match_cents or 0


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
        if refused.code != POT_EMPTY:
            raise
        return False
    finally:
        for application in applications:
            application.refresh_from_db()
