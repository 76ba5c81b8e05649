"""A call's pots: opened, topped up, closed; another person approves what one has proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.services.calls import add_to_pot, open_call, send_back_call
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.matching.enums import (
    FUND_CHANGE_TRANSITIONS,
    FundChangeKind,
    FundChangeStatus,
)
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_decide_fund_change
from payments.matching.services.proposals import check_closing, hold_money
from payments.matching.services.sponsors import open_sponsor_fund, source_of

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


def approve_fund_change(*, change: FundChange, by: User, now: dt.datetime) -> MatchFund:
    """Approve what somebody else proposed: the money is set aside, and a call that waited for it is published.

    Raises `Refused` when the programme no longer has the money, or the call's pot is no longer what was proposed.
    """
    require(can_decide_fund_change(by, change))
    with transaction.atomic():
        decided = FundChange.objects.select_related("call", "organisation", "fund").get(pk=change.pk)
        advance(
            decided,
            FundChangeStatus.APPROVED,
            table=FUND_CHANGE_TRANSITIONS,
            now=now,
            by=by,
            **FundChange.decision(by, now),
        )
        fund, moved = _CARRY_OUT[FundChangeKind(decided.kind)](decided, by, now)
        FundChange.objects.filter(pk=decided.pk).update(moved_cents=moved)
    change.refresh_from_db()
    fund.refresh_from_db()
    return fund


def _open(change: FundChange, by: User, now: dt.datetime) -> tuple[MatchFund, int]:
    if change.organisation is not None:
        return open_sponsor_fund(change, now)
    call = change.call
    open_call(call=call, by=by, now=now)
    call.refresh_from_db()
    if call.pot_cents != change.amount_cents:
        raise Refused("amount_changed", _("The pot has changed since this was proposed. Reject it."))
    hold_money(call.programme_id, change.amount_cents)
    fund = MatchFund.objects.create(
        call=call,
        name=call.title,
        opened_cents=change.amount_cents,
        free_cents=change.amount_cents,
        opened_at=now,
    )
    postings.fund_opened(
        fund_id=fund.pk,
        source=source_of(fund),
        cents=change.amount_cents,
        reference=f"fund:{fund.pk}",
        now=now,
    )
    return fund, change.amount_cents


def _top_up(change: FundChange, _by: User, now: dt.datetime) -> tuple[MatchFund, int]:
    """Add to the pot while campaigns take from it."""
    cents, fund = change.amount_cents, _fund_of(change)
    if fund.closed_at is not None:
        raise Refused("fund_closed", _("This pot is closed."))
    if not fund.of_sponsor:
        hold_money(change.call.programme_id, cents)
        add_to_pot(call=change.call, cents=cents)
    postings.fund_topped_up(
        fund_id=fund.pk, source=source_of(fund), cents=cents, reference=f"fund_change:{change.pk}", now=now
    )
    _grow(fund, cents)
    return fund, cents


def _close(change: FundChange, _by: User, now: dt.datetime) -> tuple[MatchFund, int]:
    """Close the pot, whatever is free in it by now; what campaigns give back later is free in a closed pot."""
    fund = _hold_pot(_fund_of(change))
    check_closing(fund, now)
    cents = fund.free_cents
    if cents:
        postings.fund_closed(
            fund_id=fund.pk,
            source=source_of(fund),
            cents=cents,
            reference=f"fund_change:{change.pk}",
            now=now,
        )
    _shut(fund, cents, now)
    return fund, cents


def _hold_pot(fund: MatchFund) -> MatchFund:
    """Lock a pot and read it anew: what is free in it stays."""
    return (
        MatchFund.objects.select_related("call").select_for_update(of=("self",), no_key=True).get(pk=fund.pk)
    )


def _shut(fund: MatchFund, cents: int, now: dt.datetime) -> None:
    MatchFund.objects.filter(pk=fund.pk).update(
        opened_cents=F("opened_cents") - cents, free_cents=F("free_cents") - cents, closed_at=now
    )


_CARRY_OUT = {
    FundChangeKind.OPENING: _open,
    FundChangeKind.TOP_UP: _top_up,
    FundChangeKind.CLOSING: _close,
}


def _fund_of(change: FundChange) -> MatchFund:
    fund = change.fund
    if fund is None:  # the database says so too
        raise Refused("fund_not_open", _("The pot of this call is not open yet."))
    fund.call = change.call
    return fund


def _grow(fund: MatchFund, cents: int) -> None:
    """Let both figures grow in one statement, never by what was read before: campaigns reserve at the same time."""
    MatchFund.objects.filter(pk=fund.pk).update(
        opened_cents=F("opened_cents") + cents, free_cents=F("free_cents") + cents
    )


def reject_fund_change(*, change: FundChange, why: str, by: User, now: dt.datetime) -> None:
    """Turn down what somebody else proposed, with the reason; a call that waited for its pot is a draft again."""
    require(can_decide_fund_change(by, change))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        advance(
            change,
            FundChangeStatus.REJECTED,
            table=FUND_CHANGE_TRANSITIONS,
            now=now,
            by=by,
            why=why.strip()[:200],
            **FundChange.decision(by, now),
        )
        if change.kind == FundChangeKind.OPENING and change.organisation_id is None:
            send_back_call(call=change.call, why=why.strip(), by=by, now=now)
