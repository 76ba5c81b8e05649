"""Who may do what in a commission: rows of the table in `tests/test_permissions.py`.

Evaluators are nobody of the table: what they alone may do, all of it must refuse; what they may is tried in
`test_commission_scores.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.commission.models import RankedList
from campaigns.commission.services import appeals, commissions, exclusions, grids, lists, offers, sheets
from payments.matching.services import release_reservation
from tests.campaigns import calling, scoring
from tests.campaigns.scoring import DUE, THEN
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

TEAM = {"owner", "editor"}


def formed(stage: Any) -> Any:
    """A commission of one, whom the table does not know, and an application of the owner's."""
    made = scoring.commission(scoring.call(pot_cents=600_000), evaluators=1)
    stage.entered = scoring.apply(made.call, owner=stage.people["owner"], project=stage.project)
    return made


def sheet(stage: Any, *, close: bool = False) -> Any:
    made = formed(stage)
    return scoring.score(scoring.seats(made)[0].user, stage.entered, 160, 80, close=close)


def proposed(stage: Any) -> RankedList:
    """A list proposed by another officer than the one who tries."""
    made = formed(stage)
    first = scoring.apply(made.call)
    scoring.scored(made, {first: (200, 90), stage.entered: (160, 80)})
    return lists.propose_list(commission=made, by=calling.officer(), now=THEN)


def published(stage: Any) -> RankedList:
    """A list of which the pot carried one; the owner's application is the next in line."""
    return lists.publish_list(ranked_list=proposed(stage), by=calling.approver(), now=THEN)


def released(stage: Any) -> RankedList:
    made = published(stage)
    release_reservation(campaign=made.entries.get(rank=1).application.campaign, now=THEN)
    return made


def offer(stage: Any) -> Any:
    return offers.offer_next(ranked_list=released(stage), by=stage.officer, now=THEN)


def appeal(stage: Any) -> Any:
    published(stage)
    return appeals.file_appeal(application=stage.entered, text="No.", by=stage.people["owner"], now=THEN)


def _application(arrange: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def entered(stage: Any) -> Any:
        arrange(stage)
        return stage.entered

    return entered


def _excluded(stage: Any) -> Any:
    formed(stage)
    by = stage.officer
    return exclusions.exclude_application(application=stage.entered, reason="r", by=by, now=THEN)


ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, User], Any], set[str]]] = {
    "write_grid": (
        lambda s: calling.call(published=False),
        lambda c, by: grids.write_grid(call=c, terms=scoring.terms(), by=by, now=NOW),
        {"officer"},
    ),
    "remove_grid": (
        lambda s: calling.call(published=False),
        lambda c, by: grids.remove_grid(call=c, by=by, now=NOW),
        {"officer"},
    ),
    "form_commission": (
        lambda s: scoring.call(),
        lambda c, by: commissions.form_commission(call=c, sheets_due_at=DUE, by=by, now=NOW),
        {"officer"},
    ),
    "appoint_evaluator": (
        lambda s: (formed(s), s.people["animator"]),
        lambda t, by: commissions.appoint_evaluator(commission=t[0], email=t[1].email, by=by, now=NOW),
        {"officer"},
    ),
    "dismiss_evaluator": (
        lambda s: scoring.seats(formed(s))[0],
        lambda seat, by: commissions.dismiss_evaluator(evaluator=seat, why="w", by=by, now=NOW),
        {"officer"},
    ),
    "sign_declaration": (
        formed,
        lambda c, by: commissions.sign_declaration(commission=c, by=by, now=NOW),
        set(),
    ),
    "declare": (
        _application(formed),
        lambda a, by: sheets.declare(application=a, has_conflict=False, by=by, now=THEN),
        set(),
    ),
    "save_sheet": (sheet, lambda one, by: sheets.save_sheet(sheet=one, marks={}, by=by, now=THEN), set()),
    "close_sheet": (sheet, lambda one, by: sheets.close_sheet(sheet=one, by=by, now=THEN), set()),
    "reopen_sheet": (
        lambda s: sheet(s, close=True),
        lambda one, by: sheets.reopen_sheet(sheet=one, why="w", by=by, now=THEN),
        set(),
    ),
    "exclude_application": (
        _application(formed),
        lambda a, by: exclusions.exclude_application(application=a, reason="r", by=by, now=THEN),
        {"officer"},
    ),
    "lift_exclusion": (
        _excluded,
        lambda e, by: exclusions.lift_exclusion(exclusion=e, why="w", by=by, now=THEN),
        {"officer"},
    ),
    "propose_ranked_list": (
        lambda s: sheet(s, close=True).evaluator.commission,
        lambda c, by: lists.propose_list(commission=c, by=by, now=THEN),
        {"officer"},
    ),
    "publish_ranked_list": (
        proposed,
        lambda one, by: lists.publish_list(ranked_list=one, by=by, now=THEN),
        {"approver"},
    ),
    "return_ranked_list": (
        proposed,
        lambda one, by: lists.return_list(ranked_list=one, why="w", by=by, now=THEN),
        {"approver"},
    ),
    "file_appeal": (
        _application(published),
        lambda a, by: appeals.file_appeal(application=a, text="t", by=by, now=THEN),
        TEAM,
    ),
    "answer_appeal": (
        appeal,
        lambda one, by: appeals.answer_appeal(appeal=one, upheld=True, reason="r", by=by, now=THEN),
        {"officer"},
    ),
    "offer_next": (
        released,
        lambda one, by: offers.offer_next(ranked_list=one, by=by, now=THEN),
        {"officer"},
    ),
    "accept_offer": (offer, lambda one, by: offers.accept_offer(offer=one, by=by, now=THEN), TEAM),
    "decline_offer": (offer, lambda one, by: offers.decline_offer(offer=one, by=by, now=THEN), TEAM),
}
