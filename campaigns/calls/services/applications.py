"""A team applies to a call: write the application, submit it, withdraw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.calls.enums import APPLICATION_TRANSITIONS, ApplicationStatus, CallStatus
from campaigns.calls.models import Application, Call
from campaigns.calls.permissions import can_apply, can_edit_application
from campaigns.calls.selectors.completeness import amount_problems, missing_in
from campaigns.calls.services.checks import cents_problems, field_problems
from campaigns.calls.services.letters import tell_team
from campaigns.enums import CampaignStatus
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.models import Project

WRITTEN = ["cost_cents", "goal_cents", "other_source", "other_source_cents", "motivation", "plan"]


def apply_to_call(
    *,
    call: Call,
    project: Project,
    cost_cents: int,
    motivation: str = "",
    plan: str = "",
    goal_cents: int | None = None,
    other_source: str = "",
    other_source_cents: int = 0,
    by: Visitor,
    now: dt.datetime,
) -> Application:
    """Draft a project's application to a call. Amounts in whole cents; no goal means the rule's default.

    Raises `NotAllowed` unless `by` is owner or editor of the project's organisation; `Refused` when the call takes no
    applications now (`call_not_published`, `call_not_open_yet`, `call_over`), not this project (`place_excluded`,
    `already_applied`) or not this cost; `Invalid` for wrong figures; `Several` when more than one thing is wrong.
    """
    require(can_apply(by, project))
    check_window(call, now=now)
    if call.excluded_neighbourhoods.filter(pk=project.neighbourhood_id).exists():
        raise Refused(
            "place_excluded",
            _("This call is not for projects in %(place)s."),
            field="project",
            place=project.neighbourhood.name,
        )
    application = Application(call=call, project=project, created_at=now)
    application.created_by = by if is_person(by) else None
    _write(
        application,
        cost_cents=cost_cents,
        goal_cents=goal_cents,
        other_source=other_source,
        other_source_cents=other_source_cents,
        motivation=motivation,
        plan=plan,
    )
    twice = Refused("already_applied", _("This project has applied to this call already."), field="project")
    if call.applications.filter(project=project).exclude(status=ApplicationStatus.WITHDRAWN).exists():
        raise twice
    try:
        with transaction.atomic():
            application.save(force_insert=True)
            states.record_birth(application, now=now, by=by)
    except IntegrityError as error:  # somebody else of the team came first
        raise twice from error
    return application


def edit_application(
    *,
    application: Application,
    cost_cents: int,
    motivation: str,
    plan: str,
    goal_cents: int | None = None,
    other_source: str = "",
    other_source_cents: int = 0,
    by: Visitor,
    now: dt.datetime,
) -> Application:
    """Change a draft. Raises `NotAllowed`, `Refused` (`application_submitted`) once submitted, else as applying."""
    require(can_edit_application(by, application))
    with transaction.atomic():
        draft = Application.objects.select_for_update().get(pk=application.pk)
        if draft.status != ApplicationStatus.DRAFT:
            raise Refused("application_submitted", _("A submitted application is not changed any more."))
        check_window(draft.call, now=now)
        _write(
            draft,
            cost_cents=cost_cents,
            goal_cents=goal_cents,
            other_source=other_source,
            other_source_cents=other_source_cents,
            motivation=motivation,
            plan=plan,
        )
        draft.save(update_fields=WRITTEN)
    application.refresh_from_db()
    return application


def submit_application(*, application: Application, by: Visitor, now: dt.datetime) -> Application:
    """Submit a draft to the municipality and confirm it to the team.

    Raises `NotAllowed`, `IllegalTransition`, `Refused` when the window is over, and one problem or `Several` with
    everything that is still missing.
    """
    require(can_edit_application(by, application))
    with transaction.atomic():
        draft = Application.objects.select_for_update().get(pk=application.pk)
        if draft.status == ApplicationStatus.DRAFT:
            check_window(draft.call, now=now)
            raise_all(missing_in(draft))
        states.advance(
            draft,
            ApplicationStatus.SUBMITTED,
            table=APPLICATION_TRANSITIONS,
            now=now,
            by=by,
            submitted_at=now,
        )
        tell_team(event="application_received", application=draft, now=now)
    application.refresh_from_db()
    return application


def withdraw_application(
    *, application: Application, why: str = "", by: Visitor, now: dt.datetime
) -> Application:
    """Withdraw an application; an admitted one only when its campaign was cancelled (that frees the match).

    Raises `NotAllowed`, `IllegalTransition`, `Refused` (`campaign_stands`).
    """
    require(can_edit_application(by, application))
    campaign = application.campaign
    if campaign and campaign.status != CampaignStatus.CANCELLED:
        raise Refused("campaign_stands", _("This application has a campaign: cancel the campaign instead."))
    states.advance(
        application,
        ApplicationStatus.WITHDRAWN,
        table=APPLICATION_TRANSITIONS,
        now=now,
        by=by,
        why=why.strip()[:200],
    )
    return application


def check_window(call: Call, *, now: dt.datetime) -> None:
    """Raise `Refused` unless the call takes applications at this moment; asked of the database, not of `call`."""
    if Call.objects.open(now).filter(pk=call.pk).exists():
        return
    fresh = Call.objects.get(pk=call.pk)
    if fresh.status in {CallStatus.DRAFT, CallStatus.PROPOSED}:
        raise Refused("call_not_published", _("This call is not published yet."))
    if fresh.status == CallStatus.PUBLISHED and now < fresh.opens_at:
        raise Refused("call_not_open_yet", _("This call does not take applications yet."))
    raise Refused("call_over", _("This call does not take applications any more."))


def _write(application: Application, **written: str | int | None) -> None:
    for name, value in written.items():
        setattr(application, name, value.strip() if isinstance(value, str) else value)
    problems = cents_problems(
        {"cost_cents": application.cost_cents, "goal_cents": application.goal_cents}, least=1
    )
    problems += cents_problems({"other_source_cents": application.other_source_cents})
    problems += field_problems(application, ["other_source"])
    if application.other_source_cents and not application.other_source:
        problems.append(Invalid("source_unnamed", _("Say who gives this money."), field="other_source"))
    if not problems:
        problems += amount_problems(application.call, application.cost_cents, application.goal_cents)
    raise_all(problems)
