"""A call's pots: opened, topped up, closed; one person proposes, another approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Call, Programme
from campaigns.calls.services.calls import add_to_pot, open_call, send_back_call
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.matching import formula
from payments.matching.enums import (
    FUND_CHANGE_TRANSITIONS,
    FundChangeKind,
    FundChangeStatus,
    FundKind,
    FundMoney,
)
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_decide_fund_change, can_propose_fund_change
from payments.matching.services.sponsors import FundTerms, open_sponsor_fund, source_of

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation, User


def propose_opening(*, call: Call, by: User, now: dt.datetime) -> FundChange:
    """Propose to set a call's pot aside from its programme's admitted money; called when a call is to be published.

    Raises `Refused` when the programme has less admitted money than the pot, or when a call can't carry the rule's kind
    yet.
    """
    require(can_propose_fund_change(by))
    if not isinstance(formula.read_rule(call.rule.as_data), formula.ThresholdShare | formula.LumpSum):
        raise Refused(
            "rule_kind", _("A call can use a threshold share or a lump sum; the others can be simulated.")
        )
    with transaction.atomic():
        _hold_money(call.programme_id, call.pot_cents, field="pot_cents")
        change = FundChange(call=call, kind=FundChangeKind.OPENING, amount_cents=call.pot_cents)
        return _propose(change, "", by, now)


def propose_sponsor_fund(
    *,
    call: Call,
    organisation: Organisation,
    amount_cents: int,
    terms: FundTerms,
    reason: str,
    by: User,
    now: dt.datetime,
) -> FundChange:
    """Propose a sponsor's pot beside the city's: `amount_cents` is what they give, or promise to send to our account.

    Raises `Invalid`, or `Several` with every problem of amount and terms, `Refused` when the city's pot is not open,
    the sponsor has an open pot in this call, or another change of it waits.
    """
    require(can_propose_fund_change(by, organisation.pk))
    raise_all([*_amount_problems(amount_cents, reason), *terms.problems()])
    with transaction.atomic():
        _city_pot(call)
        if MatchFund.objects.filter(call=call, organisation=organisation, closed_at__isnull=True).exists():
            raise Refused("sponsor_has_pot", _("This sponsor has a pot in this call: top it up."))
        change = FundChange(
            call=call,
            organisation=organisation,
            kind=FundChangeKind.OPENING,
            amount_cents=amount_cents,
            terms=terms.as_data(),
        )
        return _propose(change, reason, by, now)


def propose_top_up(
    *,
    call: Call,
    amount_cents: int,
    reason: str,
    by: User,
    now: dt.datetime,
    fund: MatchFund | None = None,
) -> FundChange:
    """Propose to add to an open pot: the city's, from its programme's admitted money, or the sponsor's `fund`.

    Raises `Invalid` for an amount or a reason that is none, `Refused` when the pot is not open or closed again, the
    programme has less, another change waits for its decision, or the pot grows by itself when money arrives.
    """
    require(can_propose_fund_change(by, fund.organisation_id if fund else None))
    raise_all(_amount_problems(amount_cents, reason))
    with transaction.atomic():
        pot = fund or _city_pot(call)
        if pot.closed_at is not None:
            raise Refused("fund_closed", _("This pot is closed."))
        if pot.of_sponsor and pot.money == FundMoney.HELD:
            raise Refused("fund_held", _("This pot grows by itself when money for it arrives at our bank."))
        if not pot.of_sponsor:
            _hold_money(pot.call.programme_id, amount_cents, field="amount_cents")
        change = FundChange(
            call=pot.call,
            fund=pot,
            organisation=pot.organisation,
            kind=FundChangeKind.TOP_UP,
            amount_cents=amount_cents,
        )
        return _propose(change, reason, by, now)


def propose_fund_closing(*, fund: MatchFund, reason: str, by: User, now: dt.datetime) -> FundChange:
    """Propose to close a pot: nobody takes from it any more, and what is free in it goes back to where it came from.

    A closed pot is closed again when money came back to it. Raises `Invalid` without a reason, `Refused` while the call
    takes applications, when a closed pot has nothing free, or when another change waits.
    """
    require(can_propose_fund_change(by, fund.organisation_id))
    raise_all(_amount_problems(1, reason))
    with transaction.atomic():
        pot = MatchFund.objects.select_related("call", "organisation").get(pk=fund.pk)
        _check_closing(pot, now)
        change = FundChange(
            call=pot.call,
            fund=pot,
            organisation=pot.organisation,
            kind=FundChangeKind.CLOSING,
            amount_cents=pot.free_cents,
        )
        return _propose(change, reason, by, now)


def _check_closing(pot: MatchFund, now: dt.datetime) -> None:
    if Call.objects.filter(pk=pot.call_id, status=CallStatus.PUBLISHED, closes_at__gt=now).exists():
        raise Refused("window_open", _("Applications are still open: the call promises it."))
    if pot.closed_at is not None and not pot.free_cents:
        raise Refused("fund_closed", _("This pot is closed."))


def _city_pot(call: Call) -> MatchFund:
    pot = MatchFund.objects.select_related("call").filter(call=call, kind=FundKind.MUNICIPALITY).first()
    if pot is None:
        raise Refused("fund_not_open", _("The pot of this call is not open yet."))
    return pot


def _amount_problems(cents: int, reason: str) -> list[Refused]:
    problems: list[Refused] = []
    if cents <= 0:
        problems.append(Invalid("amount", _("The amount must be more than zero."), field="amount_cents"))
    if not reason.strip():
        problems.append(Invalid("missing", _("Say why."), field="reason"))
    return problems


def _propose(change: FundChange, reason: str, by: User, now: dt.datetime) -> FundChange:
    change.reason = reason.strip()[:200]
    for name, value in FundChange.proposal(by, now).items():
        setattr(change, name, value)
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("change_waiting", _("Another change of this pot waits for its decision.")) from error
    record_birth(change, now=now, by=by)
    return change


def _hold_money(programme_id: int, cents: int, *, field: str | None = None) -> None:
    """Hold the programme's money until the transaction ends. Raises `Refused` when less than `cents` is admitted."""
    Programme.objects.select_for_update().get(pk=programme_id)
    if debit_balance(postings.admitted(programme_id)) < cents:
        raise Refused(
            "programme_short", _("The programme has less admitted money than this pot."), field=field
        )


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
    _hold_money(call.programme_id, change.amount_cents)
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
        _hold_money(change.call.programme_id, cents)
        add_to_pot(call=change.call, cents=cents)
    postings.fund_topped_up(
        fund_id=fund.pk, source=source_of(fund), cents=cents, reference=f"fund_change:{change.pk}", now=now
    )
    _grow(fund, cents)
    return fund, cents


def _close(change: FundChange, _by: User, now: dt.datetime) -> tuple[MatchFund, int]:
    """Close the pot, whatever is free in it by now; what campaigns give back later is free in a closed pot."""
    fund = _hold_pot(_fund_of(change))
    _check_closing(fund, now)
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
