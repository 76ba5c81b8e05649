"""Rows of the table of permissions: milestones, spending reports, stops, and money that was not spent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import F

from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.services import (
    changes,
    imports,
    items,
    milestones,
    planning,
    reports,
    reviews,
    stops,
)
from campaigns.services.milestones import reach_milestone
from payments.matching.models import Reservation
from payments.models import Disbursement
from payments.services import unspent
from tests.campaigns import reporting as made
from tests.payments.test_unspent import arrived
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

    Stage = Any

LATER = NOW.date() + dt.timedelta(days=90)
WRITERS, TEAM = {"owner", "editor"}, {"owner", "editor", "accountant"}


def step(stage: Stage) -> Any:
    return made.milestone(made.funded(project=stage.project))


def reached(stage: Stage) -> Any:
    found = step(stage)
    reach_milestone(milestone=found, evidence="e", by=stage.people["owner"], now=NOW)
    return found


def file(stage: Stage) -> Any:
    return milestones.add_evidence(
        milestone=step(stage), kind="photo", file=made.receipt(), text="t", consent=True,
        by=stage.people["owner"], now=NOW,
    )  # fmt: skip


def change(stage: Stage) -> Any:
    return changes.ask_change(
        milestone=step(stage), due_on=LATER, reason="r", by=stage.people["owner"], now=NOW
    )


def draft(stage: Stage) -> SpendingReport:
    return made.final(made.funded(project=stage.project))


def item(stage: Stage) -> ReportItem:
    return made.item(draft(stage), stage.people["owner"])


def submitted(stage: Stage, *, examined: bool = False) -> SpendingReport:
    found = item(stage)
    reports.submit_report(report=found.report, by=stage.people["owner"], now=NOW)
    if examined:
        reviews.review_item(item=found, eligible=True, by=stage.officer, now=NOW)
    return found.report


def stop(stage: Stage) -> Any:
    owner = stage.people["owner"]
    return stops.declare_stop(campaign=made.funded(project=stage.project), reason="r", by=owner, now=NOW)


def settled(stage: Stage) -> Any:
    """A campaign whose match was paid and not wholly spent, its final report accepted."""
    reservation = stage.proposed_match()
    campaign = reservation.campaign
    past = {"opens_at": NOW - dt.timedelta(days=70), "deadline": NOW - dt.timedelta(days=9)}
    type(campaign).objects.filter(pk=campaign.pk).update(status="funded", **past)
    Reservation.objects.update(status="committed", reserved_cents=0, disbursed_cents=F("reserved_cents"))
    Disbursement.objects.create(
        campaign=campaign, channel="match", amount_cents=300_000, payee="x", reason="r", status="paid",
        **Disbursement.proposal(stage.officer, NOW), **Disbursement.decision(stage.approver, NOW),
    )  # fmt: skip
    campaign.refresh_from_db()
    campaign.budget_lines.create(kind="goods", label="Terra e semi", amount_cents=970_000)
    made.settled(made.final(campaign), stage.people["owner"], stage.officer)
    return campaign


def decision(stage: Stage, *, approved: bool = False) -> Any:
    found = unspent.propose_unspent(campaign=settled(stage), reason="r", by=stage.officer, now=NOW)
    if approved:
        unspent.approve_unspent(decision=found, by=stage.approver, now=NOW)
    return found


def match_return(stage: Stage) -> Any:
    return arrived(decision(stage, approved=True), stage.officer, 1_000)


ROWS: dict[str, tuple[Callable[[Stage], Any], Callable[[Any, User], Any], set[str]]] = {
    "reach_milestone": (
        step,
        lambda m, by: reach_milestone(milestone=m, evidence="e", by=by, now=NOW),
        WRITERS | {"officer"},
    ),
    "add_evidence": (
        step,
        lambda m, by: milestones.add_evidence(
            milestone=m, kind="photo", file=made.receipt(), text="t", consent=True, by=by, now=NOW
        ),
        WRITERS | {"officer"},
    ),
    "remove_evidence": (
        file,
        lambda f, by: milestones.remove_evidence(file=f, by=by, now=NOW),
        WRITERS | {"officer"},
    ),
    "accept_milestone": (
        reached,
        lambda m, by: milestones.accept_milestone(milestone=m, by=by, now=NOW),
        {"officer"},
    ),
    "send_back_milestone": (
        reached,
        lambda m, by: milestones.send_back_milestone(milestone=m, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "ask_change": (
        step,
        lambda m, by: changes.ask_change(milestone=m, due_on=LATER, reason="r", by=by, now=NOW),
        WRITERS,
    ),
    "agree_change": (change, lambda c, by: changes.agree_change(change=c, by=by, now=NOW), {"officer"}),
    "refuse_change": (
        change,
        lambda c, by: changes.refuse_change(change=c, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "move_due": (
        draft,
        lambda r, by: planning.move_due(report=r, due_on=LATER, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "add_item": (
        draft,
        lambda r, by: items.add_item(report=r, expense=made.expense(r.campaign), by=by, now=NOW),
        TEAM,
    ),
    "edit_item": (
        item,
        lambda i, by: items.edit_item(item=i, expense=made.expense(i.report.campaign, 5), by=by, now=NOW),
        TEAM,
    ),
    "remove_item": (item, lambda i, by: items.remove_item(item=i, by=by, now=NOW), TEAM),
    "attach_receipt": (
        item,
        lambda i, by: items.attach_receipt(item=i, file=made.receipt(), by=by, now=NOW),
        TEAM,
    ),
    "import_items": (
        draft,
        lambda r, by: imports.import_items(
            report=r,
            table="line,date,supplier,what,amount,document,paid_on\n"
            "Terra e semi,2026-11-01,V,Terra,1,1,2026-11-01\n",
            by=by,
            now=NOW,
        ),
        TEAM,
    ),
    "write_note": (draft, lambda r, by: reports.write_note(report=r, note="n", by=by, now=NOW), TEAM),
    "explain_overspend": (
        draft,
        lambda r, by: reports.explain_overspend(
            report=r, line=r.campaign.budget_lines.first(), reason="r", by=by, now=NOW
        ),
        TEAM,
    ),
    "submit_report": (
        lambda s: item(s).report,
        lambda r, by: reports.submit_report(report=r, by=by, now=NOW),
        TEAM,
    ),
    "review_item": (
        lambda s: submitted(s).items.select_related("report__campaign__project").get(),
        lambda i, by: reviews.review_item(item=i, eligible=True, by=by, now=NOW),
        {"officer"},
    ),
    "accept_report": (
        lambda s: submitted(s, examined=True),
        lambda r, by: reviews.accept_report(report=r, by=by, now=NOW),
        {"officer"},
    ),
    "send_back_report": (
        submitted,
        lambda r, by: reviews.send_back_report(report=r, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "declare_stop": (
        lambda s: made.funded(project=s.project),
        lambda c, by: stops.declare_stop(campaign=c, reason="r", by=by, now=NOW),
        {"owner", "officer"},
    ),
    "confirm_stop": (stop, lambda x, by: stops.confirm_stop(stop=x, by=by, now=NOW), {"approver"}),
    "reject_stop": (stop, lambda x, by: stops.reject_stop(stop=x, why="r", by=by, now=NOW), {"approver"}),
    "propose_unspent": (
        settled,
        lambda c, by: unspent.propose_unspent(campaign=c, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "approve_unspent": (
        decision,
        lambda d, by: unspent.approve_unspent(decision=d, by=by, now=NOW),
        {"approver"},
    ),
    "reject_unspent": (
        decision,
        lambda d, by: unspent.reject_unspent(decision=d, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "propose_match_return": (
        lambda s: decision(s, approved=True),
        lambda d, by: arrived(d, by, 1_000),
        {"officer"},
    ),
    "approve_match_return": (
        match_return,
        lambda r, by: unspent.approve_match_return(match_return=r, by=by, now=NOW),
        {"approver"},
    ),
    "reject_match_return": (
        match_return,
        lambda r, by: unspent.reject_match_return(match_return=r, why="r", by=by, now=NOW),
        {"approver"},
    ),
}
