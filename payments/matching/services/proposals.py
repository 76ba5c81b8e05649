"""What is proposed about a call's pots: to open, to top up, to close one. Another person approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Call, Programme
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.states import record_birth
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.matching.enums import (
    FundChangeKind,
    FundKind,
    FundMoney,
)
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_propose_fund_change
from payments.matching.selectors.rounds import still_promised

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation, User
    from payments.matching.services.sponsors import FundTerms


def propose_opening(*, call: Call, by: User, now: dt.datetime) -> FundChange:
    """Propose to set a call's pot aside from its programme's admitted money; called when a call is to be published.

    Raises `Refused` when the programme has less admitted money than the pot.
    """
    require(can_propose_fund_change(by))
    with transaction.atomic():
        hold_money(call.programme_id, call.pot_cents, field="pot_cents")
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
            hold_money(pot.call.programme_id, amount_cents, field="amount_cents")
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
    takes applications or campaigns may still be given of its pots by pledges or a round, when a closed pot has nothing
    free, or when another change waits.
    """
    require(can_propose_fund_change(by, fund.organisation_id))
    raise_all(_amount_problems(1, reason))
    with transaction.atomic():
        pot = MatchFund.objects.select_related("call", "organisation").get(pk=fund.pk)
        check_closing(pot, now)
        change = FundChange(
            call=pot.call,
            fund=pot,
            organisation=pot.organisation,
            kind=FundChangeKind.CLOSING,
            amount_cents=pot.free_cents,
        )
        return _propose(change, reason, by, now)


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


def hold_money(programme_id: int, cents: int, *, field: str | None = None) -> None:
    """Hold the programme's money until the transaction ends. Raises `Refused` when less than `cents` is admitted."""
    Programme.objects.select_for_update().get(pk=programme_id)
    if debit_balance(postings.admitted(programme_id)) < cents:
        raise Refused(
            "programme_short", _("The programme has less admitted money than this pot."), field=field
        )


def check_closing(pot: MatchFund, now: dt.datetime) -> None:
    """Refuse to close a pot while its call takes applications or campaigns may draw, or one that has nothing."""
    if Call.objects.filter(pk=pot.call_id, status=CallStatus.PUBLISHED, closes_at__gt=now).exists():
        raise Refused("window_open", _("Applications are still open: the call promises it."))
    if pot.closed_at is None and still_promised(pot.call):
        raise Refused(
            "round_open",
            _("Campaigns of this call may still draw from its pots: wait until they have ended."),
        )
    if pot.closed_at is not None and not pot.free_cents:
        raise Refused("fund_closed", _("This pot is closed."))
