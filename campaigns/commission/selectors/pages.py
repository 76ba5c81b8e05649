"""What pages show of sheets and lists: plain values, already in words where a reader needs words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from campaigns.calls.selectors.completeness import plan_months
from campaigns.calls.selectors.contents import contents_of
from campaigns.calls.selectors.plans import plan_seen
from campaigns.calls.selectors.reads import application_prospect
from campaigns.commission.enums import Outcome, SheetStatus
from campaigns.commission.models import Appeal, Sheet
from campaigns.commission.permissions import can_reopen_sheet, can_see_sheet
from campaigns.commission.selectors.progress import applications_of
from campaigns.commission.selectors.reads import appeal_until, entries_of, in_line
from campaigns.commission.selectors.words import mean_points, out_of_100, points, tie_breaker_in_words
from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.permissions import Visitor
    from campaigns.calls.models import Application, ApplicationQuerySet
    from campaigns.commission.models import Commission, ListEntry, RankedList, Score

BADGES = {
    Outcome.RANKED: "wait",
    Outcome.ADMITTED: "ok",
    Outcome.NOT_FUNDED: "attention",
    Outcome.NOT_ELIGIBLE: "stop",
    Outcome.EXCLUDED: "stop",
}


def application_rows(commission: Commission) -> ApplicationQuerySet:
    """Return a commission's applications, each with how many sheets are closed, open and in conflict."""

    def count(status: SheetStatus) -> Count:
        mine = Q(sheets__status=status, sheets__evaluator__commission=commission)
        return Count("sheets", filter=mine, distinct=True)

    return (
        applications_of(commission)
        .select_related("project__organisation")
        .annotate(
            closed=count(SheetStatus.CLOSED),
            opened=count(SheetStatus.OPEN),
            conflicts=count(SheetStatus.CONFLICT),
        )
    )


def application_in_full(application: Application) -> dict[str, Any]:
    """Return what an evaluator reads of an application: as it was submitted, whatever the team has changed since."""
    contents = contents_of(application)
    months = contents["plan_lines"]
    return {
        "application": application,
        "project": application.project,
        "prospect": application_prospect(application),
        "contents": contents,
        "plan": plan_seen(months, least=plan_months(application)) if months else None,
    }


@dataclasses.dataclass(frozen=True)
class SheetRow:
    """A sheet that somebody may see, with what they may do to it."""

    sheet: Sheet
    scores: list[Score]
    may_reopen: bool


def sheet_rows(commission: Commission, application: Application, user: Visitor | None) -> list[SheetRow]:
    """Return the sheets on an application whose points this person may see; the chair also those they may reopen."""
    every = (
        Sheet.objects.filter(application=application, evaluator__commission=commission)
        .exclude(status=SheetStatus.CONFLICT)
        .select_related(
            "evaluator__user", "evaluator__commission", "application__project", "application__created_by"
        )
        .prefetch_related("scores__criterion")
        .order_by("evaluator_id")
    )
    rows = []
    for sheet in every:
        sees = can_see_sheet(user, sheet)
        may_reopen = sheet.status == SheetStatus.CLOSED and can_reopen_sheet(user, sheet)
        if sees or may_reopen:
            rows.append(SheetRow(sheet, list(sheet.scores.all()) if sees else [], may_reopen))
    return rows


@dataclasses.dataclass(frozen=True)
class EntryRow:
    """An entry as its page shows it."""

    entry: ListEntry
    badge: dict[str, str]
    score: str
    means: list[str]
    tie: str


def entry_rows(ranked_list: RankedList, entries: Iterable[ListEntry]) -> Iterator[EntryRow]:
    """Return a list's entries in words: score, mean on each criterion, what decided a tie."""
    criteria = ranked_list.rule["criteria"]
    labels = {one["number"]: one["label"] for one in criteria}
    for entry in entries:
        outcome = Outcome(entry.outcome)
        means = [mean_points(entry.sums.get(str(one["number"]), 0), entry.sheets) for one in criteria]
        yield EntryRow(
            entry=entry,
            badge={"label": str(outcome.label), "kind": BADGES[outcome]},
            score=out_of_100(entry.score_hundredths) if entry.score_hundredths is not None else "–",
            means=means,
            tie=tie_breaker_in_words(entry.decided_by, labels) if entry.decided_by else "",
        )


def list_page(ranked_list: RankedList) -> dict[str, Any]:
    """Return all that the page of a list shows."""
    call = ranked_list.commission.call
    entries = list(entries_of(ranked_list))
    labels = {one["number"]: one["label"] for one in ranked_list.rule["criteria"]}
    appeals = Appeal.objects.filter(application__in=[entry.application_id for entry in entries])
    versions = ranked_list.commission.lists.public().order_by("version")
    return {
        "ranked_list": ranked_list,
        "call": call,
        "criteria": [{**one, "most": points(one["max_tenths"])} for one in ranked_list.rule["criteria"]],
        "ties": [tie_breaker_in_words(name, labels) for name in ranked_list.rule["tie_breakers"]],
        "rows": list(entry_rows(ranked_list, entries)),
        "appeals": appeals.select_related("application__project").order_by("filed_at"),
        "appeal_until": appeal_until(ranked_list),
        "versions": [one for one in versions if one.pk != ranked_list.pk],
        "in_line": in_line(ranked_list).first() if ranked_list.status == "published" else None,
    }


def csv_lines(ranked_list: RankedList) -> Iterator[str]:
    """Yield a list as a table: whole numbers alone, so that anyone computes it again. Points in tenths, money in cents.

    A criterion's column is the sum over the sheets that count: divided by `sheets` it is the exact mean.
    """
    criteria = ranked_list.rule["criteria"]
    yield write_row(
        [
            *("rank", "application", "project", "organisation", "cost_cents", "submitted_at", "sheets"),
            *(f"sum_tenths_{one['number']}" for one in criteria),
            *("score_hundredths", "decided_by", "outcome", "reason"),
        ]
    )
    for entry in ranked_list.entries.order_by("row"):
        yield write_row(
            [
                entry.rank,
                entry.application_id,
                entry.project_title,
                entry.organisation_name,
                entry.cost_cents,
                entry.submitted_at.isoformat(timespec="microseconds"),
                entry.sheets,
                *(entry.sums.get(str(one["number"])) for one in criteria),
                entry.score_hundredths,
                entry.decided_by,
                entry.outcome,
                entry.reason,
            ]
        )


def list_data(ranked_list: RankedList) -> dict[str, Any]:
    """Return a list as data: rule and entries as `formula.read_grid` and `formula.read_entry` take them."""
    return {
        "id": ranked_list.pk,
        "call": ranked_list.commission.call.slug,
        "session": ranked_list.commission.session.number if ranked_list.commission.session else None,
        "version": ranked_list.version,
        "status": ranked_list.status,
        "reason": ranked_list.reason,
        "published_at": ranked_list.published_at,
        "rule": ranked_list.rule,
        "seed": ranked_list.seed,
        "entries": [_entry_data(entry) for entry in ranked_list.entries.order_by("row")],
    }


def _entry_data(entry: ListEntry) -> dict[str, Any]:
    return {
        "rank": entry.rank,
        "application": entry.application_id,
        "project": entry.project_title,
        "organisation": entry.organisation_name,
        "cost_cents": entry.cost_cents,
        "submitted_at": entry.submitted_at.isoformat(timespec="microseconds"),
        "sheets": entry.sheets,
        "sums": entry.sums,
        "score_hundredths": entry.score_hundredths,
        "decided_by": entry.decided_by,
        "outcome": entry.outcome,
        "reason": entry.reason,
    }
