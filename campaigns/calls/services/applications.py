"""A team applies to a call: write the application, submit it, withdraw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.calls.enums import APPLICATION_TRANSITIONS, ApplicationStatus
from campaigns.calls.models import Application, Call, CostLine
from campaigns.calls.permissions import can_apply, can_edit_application
from campaigns.calls.selectors.completeness import missing_in
from campaigns.calls.selectors.contents import snapshot_of
from campaigns.calls.selectors.eligibility import amount_problems, duration_problems, project_problems
from campaigns.calls.services.checks import cents_problems, field_problems
from campaigns.calls.services.letters import tell_team
from campaigns.calls.services.windows import check_window, session_for
from campaigns.enums import CampaignStatus
from campaigns.models import LAST_MONTH
from campaigns.services.budget import MOST_LINES
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from accounts.permissions import Visitor
    from campaigns.models import Project
    from campaigns.services.budget import Line


class Written(TypedDict, total=False):
    """What a team writes into an application; amounts in whole cents. What is left out stays as it was."""

    cost_cents: int
    goal_cents: int | None
    other_source: str
    other_source_cents: int
    motivation: str
    plan: str
    project_months: int | None
    all_abilities: bool
    accessibility: str


def apply_to_call(
    *, call: Call, project: Project, by: Visitor, now: dt.datetime, **written: Unpack[Written]
) -> Application:
    """Draft a project's application to a call. The cost is needed to begin; no goal means the rule's default.

    Raises `NotAllowed` unless `by` is owner or editor of the project's organisation; `Refused` when the call takes no
    applications now (`call_not_published`, `call_not_open_yet`, `call_over`), not this project (`place_excluded`,
    `place_not_included`, `kind_not_admitted`, `theme_not_admitted`, `already_applied`) or not this cost or duration;
    `Invalid` for wrong figures; `Several` when more than one thing is wrong.
    """
    require(can_apply(by, project))
    check_window(call, now=now)
    raise_all([*project_problems(call, project)])
    application = Application(call=call, project=project, created_at=now)
    application.created_by = by if is_person(by) else None
    _write(application, written)
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
    *, application: Application, by: Visitor, now: dt.datetime, **written: Unpack[Written]
) -> Application:
    """Change a draft. Raises `NotAllowed`, `Refused` (`application_submitted`) once submitted, else as applying."""
    require(can_edit_application(by, application))
    with transaction.atomic():
        draft = _locked_draft(application, now=now)
        _write(draft, written)
        draft.save(update_fields=list(written))
    application.refresh_from_db()
    return application


def set_cost_lines(
    *, application: Application, lines: Sequence[Line], by: Visitor, now: dt.datetime
) -> Application:
    """Say what the cost is made of, all lines at once; whether they add up is asked on submission.

    The lines become the campaign's budget on admission. Raises `NotAllowed`; `Refused` (`application_submitted`);
    `Invalid` or `Several` with every line that is wrong, its place in `field`.
    """
    require(can_edit_application(by, application))
    if len(lines) > MOST_LINES:
        sentence = _("A budget has at most %(most)s lines.")
        raise Invalid("budget_too_long", sentence, field="lines", most=MOST_LINES)
    with transaction.atomic():
        draft = _locked_draft(application, now=now)
        rows = [
            CostLine(
                application=draft,
                kind=line.kind,
                label=line.label.strip(),
                amount_cents=line.amount_cents,
                position=position,
            )
            for position, line in enumerate(lines)
        ]
        raise_all([problem for row in rows for problem in _line_problems(row)])
        draft.cost_lines.all().delete()
        CostLine.objects.bulk_create(rows)
    return application


def require_draft(application: Application, *, by: Visitor) -> None:
    """Raise `Refused` (`application_submitted`) unless the application may still be written; `NotAllowed` for others.

    For what belongs to the project (plan, logframe) and is written through its application.
    """
    require(can_edit_application(by, application))
    if application.status != ApplicationStatus.DRAFT:
        raise Refused("application_submitted", _("A submitted application is not changed any more."))


def declare(*, application: Application, by: Visitor, now: dt.datetime) -> Application:
    """Accept the call's declaration in the organisation's name: who and when is kept with what is submitted.

    Raises `NotAllowed`; `Refused` (`application_submitted`, `nothing_to_declare`).
    """
    require(can_edit_application(by, application))
    with transaction.atomic():
        draft = _locked_draft(application, now=now)
        if not draft.call.declaration:
            raise Refused("nothing_to_declare", _("This call asks for no declaration."))
        draft.declared_at, draft.declared_by = now, by if is_person(by) else None
        draft.save(update_fields=["declared_at", "declared_by"])
    application.refresh_from_db()
    return application


def submit_application(*, application: Application, by: Visitor, now: dt.datetime) -> Application:
    """Submit a draft to the municipality and confirm it to the team.

    What it says at this moment, the project's plan and logframe included, is kept as `snapshot`: that is what the
    municipality reads and decides on, whatever the project writes later.

    Raises `NotAllowed`, `IllegalTransition`, `Refused` when the window is over or no session is open, and one problem
    or `Several` with everything that is still missing.
    """
    require(can_edit_application(by, application))
    with transaction.atomic():
        draft = Application.objects.select_for_update().get(pk=application.pk)
        changes: dict[str, Any] = {"submitted_at": now}
        if draft.status == ApplicationStatus.DRAFT:
            check_window(draft.call, now=now)
            changes["session"] = draft.session = session_for(draft.call, now=now)
            raise_all(missing_in(draft))
            changes["snapshot"] = snapshot_of(draft, now=now)
        states.advance(
            draft, ApplicationStatus.SUBMITTED, table=APPLICATION_TRANSITIONS, now=now, by=by, **changes
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


def _locked_draft(application: Application, *, now: dt.datetime) -> Application:
    """Lock a draft that may still be changed: not submitted, its call open."""
    draft = Application.objects.select_for_update().get(pk=application.pk)
    if draft.status != ApplicationStatus.DRAFT:
        raise Refused("application_submitted", _("A submitted application is not changed any more."))
    check_window(draft.call, now=now)
    return draft


def _line_problems(row: CostLine) -> list[Refused]:
    found = [
        *cents_problems({"amount_cents": row.amount_cents}, least=1),
        *field_problems(row, ["kind", "label"]),
    ]
    return [Invalid(one.code, str(one), field=f"lines.{row.position}.{one.field}") for one in found]


def _write(application: Application, written: Written) -> None:
    for name, value in written.items():
        setattr(application, name, value.strip() if isinstance(value, str) else value)
    problems = cents_problems(
        {"cost_cents": application.cost_cents, "goal_cents": application.goal_cents}, least=1
    )
    problems += cents_problems({"other_source_cents": application.other_source_cents})
    problems += field_problems(application, ["other_source"])
    if application.other_source_cents and not application.other_source:
        problems.append(Invalid("source_unnamed", _("Say who gives this money."), field="other_source"))
    problems += _months_problems(application.project_months)
    if not problems:
        problems += amount_problems(application.call, application.cost_cents, application.goal_cents)
        problems += duration_problems(application.call, application.project_months)
    raise_all(problems)


def _months_problems(months: int | None) -> list[Refused]:
    if months is None or (type(months) is int and 1 <= months <= LAST_MONTH):
        return []
    sentence = _("A project is carried out in 1 to %(most)s months.")
    return [Invalid("months_out_of_range", sentence, field="project_months", most=LAST_MONTH)]
