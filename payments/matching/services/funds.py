"""A call's pot: opened with its publication, topped up later; one person proposes, another approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.models import Programme
from campaigns.calls.services.calls import add_to_pot, open_call, send_back_call
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.matching.enums import FUND_CHANGE_TRANSITIONS, FundChangeKind, FundChangeStatus
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_decide_fund_change, can_propose_fund_change

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.calls.models import Call


def propose_opening(*, call: Call, by: User, now: dt.datetime) -> FundChange:
    """Propose to set a call's pot aside from its programme's admitted money; called when a call is to be published.

    Raises `Refused` when the programme has less admitted money than the pot.
    """
    require(can_propose_fund_change(by))
    with transaction.atomic():
        _hold_money(call.programme_id, call.pot_cents, field="pot_cents")
        return _propose(call, FundChangeKind.OPENING, call.pot_cents, "", by, now)


def propose_top_up(*, call: Call, amount_cents: int, reason: str, by: User, now: dt.datetime) -> FundChange:
    """Propose to add to a pot that is open, from its programme's admitted money.

    Raises `Invalid` for an amount or a reason that is none, `Refused` when the pot is not open, the programme has less,
    or another change waits for its decision.
    """
    require(can_propose_fund_change(by))
    if amount_cents <= 0:
        raise Invalid("amount", _("The amount must be more than zero."), field="amount_cents")
    if not reason.strip():
        raise Invalid("missing", _("Say why."), field="reason")
    with transaction.atomic():
        if not MatchFund.objects.filter(call=call).exists():
            raise Refused("fund_not_open", _("The pot of this call is not open yet."))
        _hold_money(call.programme_id, amount_cents, field="amount_cents")
        return _propose(call, FundChangeKind.TOP_UP, amount_cents, reason.strip(), by, now)


def _propose(
    call: Call, kind: FundChangeKind, cents: int, reason: str, by: User, now: dt.datetime
) -> FundChange:
    try:
        with transaction.atomic():
            change = FundChange.objects.create(
                call=call,
                kind=kind,
                amount_cents=cents,
                reason=reason[:200],
                **FundChange.proposal(by, now),
            )
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
        decided = FundChange.objects.select_related("call").get(pk=change.pk)
        advance(
            decided,
            FundChangeStatus.APPROVED,
            table=FUND_CHANGE_TRANSITIONS,
            now=now,
            by=by,
            **FundChange.decision(by, now),
        )
        fund = (_open if decided.kind == FundChangeKind.OPENING else _top_up)(decided, by, now)
    change.refresh_from_db()
    return fund


def _open(change: FundChange, by: User, now: dt.datetime) -> MatchFund:
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
        programme_id=call.programme_id,
        cents=change.amount_cents,
        reference=f"fund:{fund.pk}",
        now=now,
    )
    return fund


def _top_up(change: FundChange, by: User, now: dt.datetime) -> MatchFund:
    """Add to the pot while campaigns take from it."""
    cents = change.amount_cents
    _hold_money(change.call.programme_id, cents)
    fund = MatchFund.objects.get(call=change.call)
    postings.fund_topped_up(
        fund_id=fund.pk,
        programme_id=change.call.programme_id,
        cents=cents,
        reference=f"fund_change:{change.pk}",
        now=now,
    )
    add_to_pot(call=change.call, cents=cents)
    _grow(fund, cents)
    fund.refresh_from_db()
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
        if change.kind == FundChangeKind.OPENING:
            send_back_call(call=change.call, why=why.strip(), by=by, now=now)


def fund_of(campaign_id: int) -> int:
    """Return the pot that a campaign's match comes from. Raises `Refused` for a campaign that no call matches."""
    found = MatchFund.objects.filter(reservations__campaign=campaign_id).values_list("pk", flat=True).first()
    if found is None:
        raise Refused("no_match", _("No call matches this campaign."))
    return found


def lock_fund_of(campaign_id: int) -> None:
    """Lock the pot of a campaign, whose sponsor's money all of its campaigns take from. After the channel's lock."""
    MatchFund.objects.select_for_update().get(pk=fund_of(campaign_id))
