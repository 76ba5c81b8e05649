"""What a line is that found no place by itself: an officer says it, another decides, and only then it is booked."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments.bank.enums import (
    LIVE_ITEMS,
    MATCH_TRANSITIONS,
    OF_CREDITS,
    OF_DEBITS,
    RESOLUTIONS,
    ItemStatus,
    LineStatus,
    MatchKind,
    MatchStatus,
)
from payments.bank.locks import lock_line, lock_match
from payments.bank.models import BankLine, LineMatch
from payments.bank.permissions import can_decide_match, can_propose_match
from payments.bank.selectors.errors import undone_by
from payments.bank.selectors.transit import booked_before, in_transit
from payments.bank.services.arrivals import hold
from payments.bank.services.deeds import carry_out
from payments.bank.services.goals import NAMES, Goal
from payments.bank.services.outgoing import hold_source
from payments.enums import Channel
from payments.services.proposals import clean_reason

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Pledge

SHORTEST_DOCUMENT, LONGEST_DOCUMENT = 3, 64


def propose_match(*, line: BankLine, goal: Goal, by: User, now: dt.datetime) -> LineMatch:
    """Say what a line is that has no place yet. For officers who gain nothing by it; another person decides.

    Raises `Invalid` for a goal that does not fit the line or a resolution without its reason or document, `Refused`
    when the line has a place or a proposal already.
    """
    require(can_propose_match(by, goal.pledge))
    _check_goal(line, goal)
    goal = _explained(goal)
    try:
        with transaction.atomic():
            locked = lock_line(line.pk)
            _check_open(locked, goal)
            match = LineMatch.objects.create(
                line=locked,
                **{field.name: getattr(goal, field.name) for field in dataclasses.fields(goal)},
                facts=goal.facts(),
                **LineMatch.proposal(by, now),
            )
            record_birth(match, now=now, by=by)
    except IntegrityError as error:
        raise Refused("match_there", _("Somebody has proposed a match of this line already.")) from error
    return match


def _explained(goal: Goal) -> Goal:
    """Hold a resolution to its reason and to the number of the document that shows it."""
    if goal.kind not in RESOLUTIONS:
        return dataclasses.replace(goal, reason="", document="")
    document = " ".join(goal.document.split())
    if not SHORTEST_DOCUMENT <= len(document) <= LONGEST_DOCUMENT:
        raise Invalid("missing", _("Write the number by which the document can be found."), field="document")
    return dataclasses.replace(goal, reason=clean_reason(goal.reason), document=document)


def _check_open(line: BankLine, goal: Goal) -> None:
    """A line that has no place; one that would go back and has nowhere to go can still be resolved."""
    open_ones = {LineStatus.UNMATCHED, LineStatus.UNEXPLAINED}
    if goal.kind in RESOLUTIONS and not line.list_items.filter(status__in=LIVE_ITEMS).exists():
        open_ones.add(LineStatus.TO_RETURN)
    if line.status not in open_ones:
        raise Refused("line_placed", _("This line has found its place already."))


def _check_goal(line: BankLine, goal: Goal) -> None:
    """Hold a goal against its line: the direction, the row its kind names, and the amount where it must be the same."""
    kinds = OF_CREDITS if line.credit else OF_DEBITS
    if goal.kind not in kinds:
        raise Invalid("unknown_kind", _("A line of this direction can't be that."), field="kind")
    wanted = NAMES.get(goal.kind)
    given = {name for name in NAMES.values() if getattr(goal, name) is not None}
    if given != ({wanted} if wanted else set()):
        raise Invalid("goal_missing", _("Say for what this line is."), field=wanted or "kind")
    _check_fit(line, goal)


def _check_fit(line: BankLine, goal: Goal) -> None:
    if goal.pledge and goal.pledge.channel != Channel.BANK:
        raise Invalid("not_a_transfer", _("This pledge is not paid by bank transfer."), field="pledge")
    if goal.item:
        states = {ItemStatus.SENT, ItemStatus.DONE} if line.credit else {ItemStatus.SENT, ItemStatus.FAILED}
        used = goal.item.came_back_by_id if line.credit else goal.item.paid_by_id
        if goal.item.status not in states or used is not None:
            raise Invalid("item_settled", _("This transfer is not on its way any more."), field="item")
        _check_amount(line, goal.item.amount_cents, "item")
    if goal.transfer:
        cents = goal.transfer.amount_cents
        in_between = goal.kind == MatchKind.IN_TRANSIT
        open_ones = in_transit(cents) if in_between else booked_before(cents, credit=line.credit)
        if goal.transfer.pk not in {row.pk for row in open_ones}:
            raise Invalid("not_in_transit", _("This money has its line already."), field="transfer")
        _check_amount(line, goal.transfer.amount_cents, "transfer")

    if goal.before and not undone_by(line).filter(pk=goal.before.pk).exists():
        raise Invalid("no_error", _("The bank has no such error to take back."), field="before")


def _check_amount(line: BankLine, cents: int, field: str) -> None:
    if line.amount_cents != cents:
        raise Invalid("other_amount", _("The amounts differ."), field=field)


def approve_match(*, match: LineMatch, by: User, now: dt.datetime) -> None:
    """Decide that a line is what somebody else said, and book it. For approvers who gain nothing by it.

    A proposal whose goal stands otherwise than when it was made becomes void: raises `Refused` then.
    """
    require(can_decide_match(by, match))
    with transaction.atomic():
        pledge = _hold_goal(match, now)
        line = lock_line(match.line_id)
        locked = lock_match(match.pk)
        if locked.status != MatchStatus.PROPOSED:
            raise Refused("match_decided", _("This match was decided already."))
        goal = dataclasses.replace(Goal.of(locked), pledge=pledge)
        fits = _fits(line, goal, locked)
        if fits:
            decision = LineMatch.decision(by, now)
            advance(locked, MatchStatus.APPROVED, table=MATCH_TRANSITIONS, now=now, by=by, **decision)
            carry_out(line, goal.kind, row=goal.row, by=by, now=now)
        else:
            advance(
                locked, MatchStatus.VOID, table=MATCH_TRANSITIONS, now=now, by=by, why="something changed"
            )
    if not fits:
        raise Refused(
            "match_void", _("Something has changed since this was proposed: look at the line again.")
        )


def _hold_goal(match: LineMatch, now: dt.datetime) -> Pledge | None:
    """Hold what a match is for, in the house's order, before the line."""
    if match.pledge:
        return hold(match.pledge.pk, match.pledge.campaign_id, now)
    if match.item:
        hold_source(match.item)
    if match.before_id:
        lock_line(match.before_id)
    return None


def _fits(line: BankLine, goal: Goal, match: LineMatch) -> bool:
    """Say whether line and goal still stand as they did when this was proposed."""
    try:
        _check_open(line, goal)
        _check_fit(line, goal)
    except Refused:
        return False
    return goal.facts() == match.facts


def reject_match(*, match: LineMatch, why: str, by: User, now: dt.datetime) -> None:
    """Turn a match down, with the reason: the line is open again."""
    require(can_decide_match(by, match))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    advance(
        match,
        MatchStatus.REJECTED,
        table=MATCH_TRANSITIONS,
        now=now,
        by=by,
        why=why.strip()[:200],
        **LineMatch.decision(by, now),
    )
