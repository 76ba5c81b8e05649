"""One campaign's journey through the real services, for the state machine: what backers, banks and workers do.

Everything is real: PostgreSQL, the stand-in over HTTP, events signed and received. A city is made once; a journey
begins with a campaign of its own and is undone as a whole.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe as sdk
from django.conf import settings

from accounts.enums import Role
from campaigns.calls.models import Application
from campaigns.models import Campaign
from crowdfund.kit import jobs
from payments import postings
from payments.enums import ReversalStatus
from payments.ledger.selectors import balances
from payments.matching.services import reserve_match
from payments.models import ChargeAttempt, Payout, PayoutAccount, Pledge, Refund, TransferReversal
from payments.permissions import MANAGE, link_token
from payments.services import cards, disburse, payout_account, pledges, recover
from payments.services.consents import CHARGE_VERSION
from payments.services.refund_decisions import approve_refund, propose_refund
from payments.services.reversals import confirm_impossible
from payments.webhooks.models import SweepCursor
from payments.webhooks.services import receive
from tests import world
from tests.payments import counter, paying
from tests.payments.bank_files import acting
from tests.payments.journey_by_hand import ByHand
from tests.payments.rewind import Rewinding
from tests.payments.standin.conftest import submit
from tests.payments.test_matching import call, programme
from tests.world import NOW

COST, GOAL = 100_000, 40_000
DEADLINE = NOW + dt.timedelta(days=20)
NUMBERS = {
    "ok": "4242424242424242",
    "declines": "4000000000000341",
    "asks": "4000002760003184",
    "no_funds": "4000008260003178",
}
IBANS = {"debit": "AT611904300234573201", "debit_fails": "AT861904300235473202"}
RUNS_DRY = "4000000000009995"
# what has work to do while a campaign stands here: the others find nothing, which the end of every journey shows
LIVE = ("webhooks.work", "campaigns.close", "bank.returns")
COLLECTING = (
    "webhooks.work", "pledges.charge", "pledges.recovery_end", "refunds.execute", "disputes.follow",
    "bank.excesses", "bank.returns",
)  # fmt: skip
OVER = (
    "webhooks.work", "pledges.release", "disputes.follow", "reversals.execute", "refunds.waiting",
    "refunds.execute", "payouts.execute", "bank.excesses", "bank.returns",
)  # fmt: skip
AT_WORK = {"live": LIVE, "closing": LIVE, "collecting": COLLECTING}


class City:
    """What every journey finds: people, two calls, an organisation that can be paid."""

    def __init__(self, rewinding: Rewinding) -> None:
        self.officer, self.approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER, name="Pia")
        self.owner = world.person("Tea")
        self.organisation = world.organisation(self.owner)
        pot = programme(cents=200_000_000)
        self.calls = {name: call(programme=pot, rule={"shortfall": name}) for name in ("proceed", "refund")}
        rewinding.at(NOW)
        bank = rewinding.bank
        bank.onboard(
            payout_account.open_payout_account(organisation=self.organisation, by=self.owner, now=NOW)
        )
        account = PayoutAccount.objects.get(organisation=self.organisation)
        payout_account.refresh_payout_account(account_id=account.stripe_account_id, now=NOW)
        bank.control("top-up", amount=1_000_000)
        postings.own_advance(into=postings.STRIPE, cents=1_000_000, reference="test:city", now=NOW)
        SweepCursor.objects.create(name="events", read_until=NOW)
        paying.iban_of(self.organisation)
        self.desk = counter.desk()
        self.clerk = counter.operator(self.desk)
        postings.own_advance(into=postings.BANK, cents=1_000_000, reference="test:bank", now=NOW)
        acting.bring(opening=1_000_000)


class Journey(ByHand):
    """A campaign on its way."""

    def __init__(self, city: City, rewinding: Rewinding, *, policy: str, campaign_bears_fees: bool) -> None:
        self.city, self.rewinding, self.bank = city, rewinding, rewinding.bank
        self.now = NOW + dt.timedelta(minutes=10)  # what the city has lies there by now
        rewinding.at(self.now)
        self.before = self.ledger()
        self.campaign = self._campaign(policy, campaign_bears_fees)
        self.told: list[Any] = []

    def _campaign(self, policy: str, bears: bool) -> Campaign:
        there = {
            "project": world.project(organisation=self.city.organisation),
            "cost_cents": COST,
            "goal_cents": GOAL,
            "deadline": DEADLINE,
            "fees_borne_by_campaign": bears,
        }
        made = world.campaign(**there)
        if policy != "none":
            asked = Application.objects.create(
                call=self.city.calls[policy], project=made.project, campaign=made, status="admitted",
                cost_cents=COST, motivation="m", plan="p", created_at=NOW,
            )  # fmt: skip
            reserve_match(application=asked, now=NOW)
        return made

    # Time and workers

    def move_to(self, moment: dt.datetime) -> None:
        self.now = max(self.now, moment)
        self.rewinding.at(self.now)

    def turn(self, *names: str) -> None:
        """A worker runs some drains once."""
        for name in names:
            jobs.run_one(name)

    def work(self, idle: set[str], *, everybody: bool = False) -> None:
        """Workers run until nothing is left to do; what nobody told us is swept; an officer gives up what is gone."""
        jobs.run_one("webhooks.sweep")
        before = ""
        while before != self._status() or ("reversals.execute" not in idle and self._give_up_reversals()):
            before = self._status()  # what has work to do where the campaign stands, until it stands still
            jobs.run_until_quiet([name for name in AT_WORK.get(before, OVER) if name not in idle], rounds=40)
        jobs.run_one("pledges.fold")
        if everybody:
            assert self._everybody_rests()

    def _status(self) -> str:
        return str(Campaign.objects.values_list("status", flat=True).get(pk=self.campaign.pk))

    def _everybody_rests(self) -> bool:
        """Everything that all workers do changes nothing any more."""
        before = self._stands()
        jobs.run_until_quiet(rounds=40)
        return bool(before == self._stands())

    def _stands(self) -> Any:
        pledges = Pledge.objects.filter(campaign=self.campaign).order_by("pk")
        return self.moved(), list(pledges.values_list("status", "amount_cents"))

    def _give_up_reversals(self) -> int:
        refused = TransferReversal.objects.filter(status=ReversalStatus.FAILED)
        for reversal in refused:
            confirm_impossible(reversal=reversal, by=self.city.officer, now=self.now)
        return len(refused)

    def leases_end(self) -> None:
        """Workers have died: what they had claimed is free again."""
        for model in (ChargeAttempt, Refund, Payout, TransferReversal):
            model.objects.exclude(leased_until=None).update(leased_until=None)

    def tell(self, seed: int) -> None:
        """Stripe delivers what happened: shuffled, some of it twice."""
        chance = random.Random(seed)
        fresh = list(self.bank.stripe.events.list({"limit": 100}).auto_paging_iter())
        fresh = fresh[: len(fresh) - len(self.told)]
        self.told += fresh
        again = [event for event in self.told if chance.random() < 0.3]
        batch = fresh + again
        chance.shuffle(batch)
        for event in batch:
            body = json.dumps(event.to_dict())
            secret = settings.STRIPE_WEBHOOK_SECRET
            header = sdk.WebhookSignature.generate_signature_header(body, secret)
            receive(body=body.encode(), signature=header, now=self.now)

    @contextmanager
    def broken(self, match: str, kind: str, **more: Any) -> Iterator[None]:
        """Requests go wrong for a while."""
        self.bank.fault(match, kind, **more)
        try:
            yield
        finally:
            self.bank.no_faults()

    # Backers

    def place(self, cents: int, n: int) -> Pledge:
        return pledges.place_pledge(
            campaign=self.campaign, amount_cents=cents, email=f"b{n}@example.org", language="it",
            consent_version=CHARGE_VERSION, by=None, now=self.now,
        )  # fmt: skip

    def open_card_page(self, pledge: Pledge) -> str:
        return cards.open_card_session(pledge=self.again(pledge), now=self.now)

    def save_card(self, page: str, card: str) -> None:
        """Give a card on the hosted page; its bank asks for a confirmation, if it is one that does."""
        if card in IBANS:
            reply = submit(page, method="sepa_debit", iban=IBANS[card], holder="Ada Rossi")
        else:
            reply = submit(page, card=NUMBERS[card])
        if "/authenticate/" in (reply.location if reply.status == 303 else ""):
            reply = submit(reply.location, answer="complete")
        assert reply.status == 303, reply.text

    def change_card(self, pledge: Pledge) -> str:
        given = self.again(pledge)
        return cards.change_card(pledge=given, by=None, token=link_token(given, MANAGE), now=self.now)

    def change_amount(self, pledge: Pledge, cents: int) -> None:
        given = self.again(pledge)
        pledges.change_amount(
            pledge=given, amount_cents=cents, by=None, token=link_token(given, MANAGE), now=self.now,
            consent_version=CHARGE_VERSION,
        )  # fmt: skip

    def cancel(self, pledge: Pledge) -> None:
        given = self.again(pledge)
        pledges.cancel_pledge(pledge=given, by=None, token=link_token(given, MANAGE), now=self.now)

    def come_back(self, pledge: Pledge) -> str | None:
        return recover.open_recovery(pledge=self.again(pledge), now=self.now)

    def behaves(self, pledge: Pledge, card: str) -> None:
        """The bank changes its mind about a saved card."""
        number = RUNS_DRY if card == "no_funds" else NUMBERS[card]
        self.bank.behaves_like(self.again(pledge).payment_method_id, number)

    # The city

    def refund(self, pledge: Pledge, cents: int) -> None:
        by = {"now": self.now, "by": self.city.officer}
        decision = propose_refund(
            pledge=self.again(pledge), amount_cents=cents, reason="Progetto cambiato", **by
        )
        approve_refund(decision=decision, by=self.city.approver, now=self.now)

    def dispute(self, pledge: Pledge, cents: int | None) -> str:
        """The holder goes to their bank; the dispute's id."""
        charged = ChargeAttempt.objects.get(pledge=pledge, status="succeeded").charge_id
        found: str = self.bank.control("dispute", charge=charged, **({"amount": cents} if cents else {}))[
            "id"
        ]
        return found

    def verdict(self, dispute: str, said: str) -> None:
        self.bank.control("dispute", dispute=dispute, verdict=said)

    def organisation_spends(self, cents: int) -> None:
        account = PayoutAccount.objects.get(organisation=self.city.organisation)
        self.bank.control("spend", account=account.stripe_account_id, amount=cents)

    def pay_out(self, channel: str, cents: int) -> None:
        decision = disburse.propose_disbursement(
            campaign=Campaign.objects.get(pk=self.campaign.pk), channel=channel, amount_cents=cents,
            reason="Lavori", by=self.city.officer, now=self.now,
        )  # fmt: skip
        disburse.approve_disbursement(disbursement=decision, by=self.city.approver, now=self.now)

    # What stands

    def again(self, pledge: Pledge) -> Pledge:
        return Pledge.objects.select_related("campaign__project__organisation", "reward").get(pk=pledge.pk)

    def ledger(self) -> dict[str, int]:
        return balances()

    def moved(self) -> dict[str, int]:
        """What this journey moved, by the reference's names of the accounts."""
        found: dict[str, int] = {}
        for account, cents in self.ledger().items():
            moved = cents - self.before.get(account, 0)
            if moved:
                name = self._name(account)
                found[name] = found.get(name, 0) + moved
        return {name: cents for name, cents in found.items() if cents}

    def _name(self, account: str) -> str:
        kind, _colon, what = account.partition(":")
        mine = str(self.campaign.pk)
        if kind == "held":
            campaign, _colon, channel = what.partition(":")
            return f"held:{channel}" if campaign == mine else account
        if kind in {"payable", "refund_due", "disputed"}:
            return kind if what == mine else account  # what nobody could place is owed by no campaign
        if account.startswith("cash:desk:"):
            return "desk"
        return kind if kind in {"fund", "reserved", "receivable"} else account

    def at_stripe(self) -> int:
        """What lies in the platform's balance, pending and available."""
        balance: Any = self.bank.stripe.balance.retrieve()
        return sum(line.amount for line in [*balance.available, *balance.pending])
