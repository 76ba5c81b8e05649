"""An officer decides on an application: admitted, eligible but not funded, or rejected, always with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import APPLICATION_TRANSITIONS, LIST_TRANSITIONS, ApplicationStatus
from campaigns.calls.models import Application
from campaigns.calls.permissions import can_decide_application
from campaigns.calls.selectors.completeness import missing_in
from campaigns.calls.selectors.reads import application_prospect
from campaigns.calls.selectors.terms import has_higher_cap
from campaigns.calls.services.checks import reason_needed
from campaigns.calls.services.letters import tell_team
from campaigns.services.budget import Line, begin_budget
from campaigns.services.campaigns import draft_campaign
from campaigns.signals import application_admitted, application_deciding
from crowdfund.kit import states
from crowdfund.kit.errors import Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.models import Campaign
    from crowdfund.kit.states import Transitions

EVENTS = {
    ApplicationStatus.ADMITTED: "application_admitted",
    ApplicationStatus.ELIGIBLE_NOT_FUNDED: "application_not_funded",
    ApplicationStatus.REJECTED: "application_rejected",
}


def admit_application(*, application: Application, reason: str, by: Visitor, now: dt.datetime) -> Application:
    """Admit an application: its draft campaign is made and its match reserved, or nothing happens at all.

    The campaign has the application's cost and goal (without one the rule's default), the call's days, and bears the
    payment fees unless the rule says that the call does; its budget begins with the application's lines. Matching
    hears `application_admitted` inside the transaction, so that an empty pot (`Refused`) undoes the deed.

    Raises `NotAllowed` unless `by` is an officer from outside the organisation; `Invalid` (`reason_missing`);
    `IllegalTransition`, `StaleState`; `Refused` (`abilities_unjudged`) while a claim to a higher cap is open; one
    problem or `Several` when the application is no longer complete or its cost not covered; `Refused` when a
    commission's list decides, the project has another campaign under way, or the pot can't carry the match.
    """
    return _turn(application, ApplicationStatus.ADMITTED, reason, by=by, now=now)


def _draft_campaign(application: Application, *, now: dt.datetime) -> Campaign:
    call = application.call
    campaign = draft_campaign(
        project=application.project,
        cost_cents=application.cost_cents,
        goal_cents=application_prospect(application).goal_cents,
        days=call.campaign_days,
        fees_borne_by_campaign=call.rule.data.get("fee_bearer") != "call",
        by=None,
        now=now,
    )
    lines = [Line(line.kind, line.label, line.amount_cents) for line in application.cost_lines.all()]
    begin_budget(campaign=campaign, lines=lines)
    return campaign


def _unjudged(application: Application) -> list[Refused]:
    """Find a claim to the higher cap that nobody has judged: the most this campaign takes depends on it."""
    open_claim = application.all_abilities and application.all_abilities_confirmed is None
    if not open_claim or not has_higher_cap(application.call.rule):
        return []
    sentence = _(
        "Say first whether the project is open to all abilities: the cap of its match depends on it."
    )
    return [Refused("abilities_unjudged", sentence, field="confirmed")]


def judge_accessibility(
    *, application: Application, confirmed: bool, by: Visitor, now: dt.datetime
) -> Application:
    """Confirm, or deny, that a project is open to all abilities, as its application says; until the decision.

    Raises `NotAllowed` unless `by` may decide; `Refused` (`nothing_claimed` when the application says no such thing,
    `already_decided` once its match is reserved or refused).
    """
    require(can_decide_application(by, application))
    with transaction.atomic():
        chosen = _locked(application)
        if chosen.status not in {ApplicationStatus.SUBMITTED, ApplicationStatus.ELIGIBLE_NOT_FUNDED}:
            raise Refused("already_decided", _("This can't be done in the present state."))
        if not chosen.all_abilities:
            sentence = _("The application does not say that the project is open to all abilities.")
            raise Refused("nothing_claimed", sentence)
        chosen.all_abilities_confirmed = confirmed
        chosen.save(update_fields=["all_abilities_confirmed"])
        why = "open to all abilities: confirmed" if confirmed else "open to all abilities: not confirmed"
        chosen.events.create(
            at=now, from_status=chosen.status, to_status=chosen.status, why=why, by_id=getattr(by, "pk", None)
        )
    application.refresh_from_db()
    return application


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
        raise_all([*_unjudged(chosen), *missing_in(chosen)])
        chosen.campaign = _draft_campaign(chosen, now=now)
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
