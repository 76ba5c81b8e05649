"""An officer decides on an application: admitted, eligible but not funded, or rejected, always with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.permissions import require
from campaigns.calls.enums import APPLICATION_TRANSITIONS, LIST_TRANSITIONS, ApplicationStatus
from campaigns.calls.models import Application
from campaigns.calls.permissions import can_decide_application
from campaigns.calls.selectors.completeness import missing_in
from campaigns.calls.selectors.reads import application_prospect
from campaigns.calls.services.checks import reason_needed
from campaigns.calls.services.letters import tell_team
from campaigns.services.campaigns import draft_campaign
from campaigns.signals import application_admitted, application_deciding
from crowdfund.kit import states
from crowdfund.kit.errors import raise_all

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from crowdfund.kit.states import Transitions

EVENTS = {
    ApplicationStatus.ADMITTED: "application_admitted",
    ApplicationStatus.ELIGIBLE_NOT_FUNDED: "application_not_funded",
    ApplicationStatus.REJECTED: "application_rejected",
}


def admit_application(*, application: Application, reason: str, by: Visitor, now: dt.datetime) -> Application:
    """Admit an application: its draft campaign is made and its match reserved, or nothing happens at all.

    The campaign has the application's cost and goal (without one the rule's default), the call's days, and bears the
    payment fees unless the rule says that the call does. Matching hears `application_admitted` inside the transaction,
    so that an empty pot (`Refused`) undoes the deed.

    Raises `NotAllowed` unless `by` is an officer from outside the organisation; `Invalid` (`reason_missing`); `Refused`
    when a commission's list decides on the call's applications, and what else the hearers of the signals raise;
    `IllegalTransition`, `StaleState`; one problem or `Several` when the application is no longer complete or its cost
    not covered; `Refused` when the project has another campaign under way or the pot can't carry the match.
    """
    return _turn(application, ApplicationStatus.ADMITTED, reason, by=by, now=now)


def mark_eligible_not_funded(
    *, application: Application, reason: str, by: Visitor, now: dt.datetime
) -> Application:
    """Find an application good but the pot too small; it can still be admitted when money is released.

    Raises `NotAllowed`, `Invalid` (`reason_missing`), `IllegalTransition`, `StaleState`.
    """
    return _turn(application, ApplicationStatus.ELIGIBLE_NOT_FUNDED, reason, by=by, now=now)


def reject_application(
    *, application: Application, reason: str, by: Visitor, now: dt.datetime
) -> Application:
    """Reject an application, with the reason the team will read. Raises as `mark_eligible_not_funded`."""
    return _turn(application, ApplicationStatus.REJECTED, reason, by=by, now=now)


def _turn(
    application: Application, status: ApplicationStatus, reason: str, *, by: Visitor, now: dt.datetime
) -> Application:
    require(can_decide_application(by, application))
    reason = reason_needed(reason)
    with transaction.atomic():
        chosen = _locked(application)
        application_deciding.send(sender=Application, application=chosen, status=status, by=by, now=now)
        _carry_out(chosen, status, reason, table=APPLICATION_TRANSITIONS, by=by, now=now)
    application.refresh_from_db()
    return application


def decide_by_list(
    *, application: Application, status: ApplicationStatus, reason: str, by: Visitor | None, now: dt.datetime
) -> Application:
    """Decide as a published list says. For whoever publishes or offers, inside that transaction: permission is theirs.

    Raises as `admit_application` but for `NotAllowed`; a corrected list may also take back a rejection.
    """
    with transaction.atomic():
        _carry_out(
            _locked(application), status, reason_needed(reason), table=LIST_TRANSITIONS, by=by, now=now
        )
    application.refresh_from_db()
    return application


def _carry_out(
    chosen: Application,
    status: ApplicationStatus,
    reason: str,
    *,
    table: Transitions,
    by: Visitor | None,
    now: dt.datetime,
) -> None:
    if status != ApplicationStatus.ADMITTED:
        _decide(chosen, status, reason, table=table, by=by, now=now)
        return
    if status in table[chosen.status]:
        raise_all(missing_in(chosen))
        chosen.campaign = draft_campaign(
            project=chosen.project,
            cost_cents=chosen.cost_cents,
            goal_cents=application_prospect(chosen).goal_cents,
            days=chosen.call.campaign_days,
            fees_borne_by_campaign=chosen.call.rule.data.get("fee_bearer") != "call",
            by=None,
            now=now,
        )
    _decide(chosen, status, reason, table=table, by=by, now=now)
    application_admitted.send(sender=Application, application=chosen, by=by, now=now)


def _locked(application: Application) -> Application:
    return Application.objects.select_for_update().get(pk=application.pk)


def _decide(
    application: Application,
    status: ApplicationStatus,
    reason: str,
    *,
    table: Transitions,
    by: Visitor | None,
    now: dt.datetime,
) -> None:
    states.advance(
        application,
        status,
        table=table,
        now=now,
        by=by,
        why=reason[:200],
        decided_at=now,
        decision_reason=reason,
        campaign=application.campaign,
    )
    tell_team(event=EVENTS[status], application=application, now=now, reason=reason)
