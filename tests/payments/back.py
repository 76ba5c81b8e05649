"""Money that goes back, to test with: collected pledges, paid-out campaigns, the platform's own money, and books that
must fit what lies at Stripe."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import jobs
from payments import postings
from payments.enums import AttemptStatus, Channel, PledgeStatus
from payments.ledger.selectors import balances, credit_balance, debit_balance, faults
from payments.models import ChargeAttempt, Payout, PayoutAccount, Pledge, RefundDecision, TotalsDelta
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.payout_account import open_payout_account, refresh_payout_account
from payments.services.refund_decisions import approve_refund, propose_refund
from payments.services.totals import totals_that_disagree
from tests import world
from tests.payments.bank import PAYS_AT_ONCE, Bank, pledge
from tests.world import NOW

DRAINS = ["refunds.execute", "refunds.waiting", "reversals.execute", "disputes.answer"]
_n = itertools.count(1)


def fee_of(cents: int) -> int:
    """What the stand-in keeps of a card charge: 1.5 % and 25 cents."""
    return cents * 15 // 1000 + 25


def run(*drains: str) -> None:
    """Run the drains of money that goes back until nothing is left to do."""
    jobs.run_until_quiet(drains or DRAINS)


def as_collected(campaign: Campaign, cents: int = 10_000, *, fee: int = 175, **fields: Any) -> Pledge:
    """A collected pledge with its charge and bookings, as rows: nothing was charged."""
    channel = fields.pop("channel", Channel.CARD)
    made = pledge(
        campaign, cents=cents, status=PledgeStatus.COLLECTED, collected_at=NOW, channel=channel,
        **({} if channel == Channel.CARD else {"method": "", "customer_id": "", "payment_method_id": ""}),
        **fields,
    )  # fmt: skip
    TotalsDelta.objects.create(campaign=campaign, collected_cents=cents)
    n = next(_n)
    if channel == Channel.CARD:
        attempt = ChargeAttempt.objects.create(
            pledge=made, n=1, status=AttemptStatus.SUCCEEDED, idempotency_key=f"row:{n}", amount_cents=cents,
            payment_intent_id=f"pi_row_{n}", charge_id=f"ch_row_{n}", fee_cents=fee, created_at=NOW,
            finished_at=NOW,
        )  # fmt: skip
        key = attempt.idempotency_key
        postings.charge_collected(campaign_id=campaign.pk, cents=cents, reference=key, now=NOW)
        bears = campaign.fees_borne_by_campaign
        postings.charge_fee(campaign_id=campaign.pk, cents=fee, campaign_bears=bears, reference=key, now=NOW)
    elif channel == Channel.BANK:
        postings.bank_received(campaign_id=campaign.pk, cents=cents, reference=f"row:{n}", now=NOW)
    else:
        postings.cash_received(desk_id=1, campaign_id=campaign.pk, cents=cents, reference=f"row:{n}", now=NOW)
    return made


def funded(**fields: Any) -> Campaign:
    return world.campaign(world.person("Tea"), status=CampaignStatus.FUNDED, **fields)


def collected(
    bank: Bank, at: Callable[[dt.datetime], Any], *cents: int, token: str = PAYS_AT_ONCE, **fields: Any
) -> list[Pledge]:
    """Pledges of a funded campaign, really charged at the stand-in."""
    campaign = world.campaign(
        fields.pop("owner", None) or world.person("Tea"),
        status=CampaignStatus.COLLECTING,
        recovery_ends_at=NOW + dt.timedelta(days=7),
        **fields,
    )
    pledges = [pledge(campaign, bank, cents=amount, token=token) for amount in cents]
    at(NOW)
    run("pledges.charge")
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FUNDED)
    return [again(one) for one in pledges]


def again(one: Pledge) -> Pledge:
    return Pledge.objects.select_related("campaign__project__organisation").get(pk=one.pk)


def held(campaign: Campaign, channel: str = "card") -> int:
    return credit_balance(f"held:{campaign.pk}:{channel}")


def decided(given: Pledge, cents: int, *, officer: User | None = None, approver: User | None = None) -> Any:
    """A refund proposed by an officer and approved by another person."""
    decision = propose(given, cents, by=officer)
    return approve_refund(decision=decision, by=approver or world.staff(Role.APPROVER), now=NOW)


def propose(given: Pledge, cents: int, *, by: User | None = None) -> RefundDecision:
    return propose_refund(
        pledge=given, amount_cents=cents, reason="Progetto cambiato", by=by or world.staff(Role.OFFICER),
        now=NOW,
    )  # fmt: skip


def advance(bank: Bank | None = None, cents: int = 50_000, *, into: str = "cash:stripe") -> None:
    """Money of the platform's own, in the books and (with a bank) at Stripe."""
    if bank:
        bank.control("top-up", amount=cents)
    postings.own_advance(into=into, cents=cents, reference=f"test:{next(_n)}", now=NOW)


def release(bank: Bank, campaign: Campaign, cents: int | None = None) -> Payout:
    """Release a campaign's card money (all that it holds) to its organisation's connected account; nothing is sent."""
    organisation = campaign.project.organisation
    if not PayoutAccount.objects.filter(organisation=organisation).exists():
        owner = organisation.memberships.get(role="owner").user
        bank.onboard(open_payout_account(organisation=organisation, by=owner, now=NOW))
        account = PayoutAccount.objects.get(organisation=organisation)
        refresh_payout_account(account_id=account.stripe_account_id, now=NOW)
    decision = propose_disbursement(
        campaign=campaign, channel="card", amount_cents=cents or held(campaign), reason="Lavori",
        by=world.staff(Role.OFFICER), now=NOW,
    )  # fmt: skip
    return approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)


def pay_out(bank: Bank, campaign: Campaign, cents: int | None = None) -> Payout:
    """Pay a campaign's card money (all that it holds) to its organisation's connected account."""
    payout = release(bank, campaign, cents)
    run("payouts.execute")
    payout.refresh_from_db()
    assert payout.status == "done", payout.error
    return payout


def at_stripe(bank: Bank) -> int:
    """What lies in the platform's balance, available and pending."""
    balance: Any = bank.stripe.balance.retrieve()
    return sum(line.amount for line in [*balance.available, *balance.pending])


@pytest.fixture
def books(bank: Bank) -> Iterator[None]:
    """After the test the ledger fits what lies at Stripe, and is sound."""
    before = at_stripe(bank)
    yield
    bank.no_faults()
    assert debit_balance("cash:stripe") == at_stripe(bank) - before
    sound()


def sound() -> None:
    """Nothing that we hold or owe is negative, the totals agree, and the ledger holds together."""
    for account, cents in balances("held:", "payable:", "refund_due:").items():
        assert cents <= 0, f"{account} is negative"
    for account, cents in balances("disputed:", "receivable:").items():
        assert cents >= 0, f"{account} is negative"
    assert totals_that_disagree() == {}
    assert list(faults()) == []
