"""A Stripe of its own for each test of the reconciliation, journeys through it, and what is found afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured

from accounts.enums import Role
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import clock, jobs
from payments import postings
from payments.gateway import client as gateway
from payments.models import Payout, PayoutAccount, Pledge
from payments.reconciliation.models import Difference, ReconciliationRun
from payments.reconciliation.selectors.differences import open_differences
from payments.reconciliation.services.runs import ask_for_run, run_due
from payments.services.advances import approve_advance, propose_advance
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.payout_account import open_payout_account, refresh_payout_account
from payments.services.refund_decisions import approve_refund, propose_refund
from tests import world
from tests.payments.bank import PAYS_AT_ONCE, Bank, pledge
from tests.payments.standin.conftest import Control, sdk
from tests.payments.standin.machine import start_here
from tests.world import NOW

LATER = dt.timedelta(hours=2)
"""Long enough for nothing to be on its way any more."""


class Books(Bank):
    """The stand-in as the only source of truth, with nothing in it but what a test does."""

    def to(self, moment: dt.datetime) -> dt.datetime:
        """Move both clocks."""
        clock.move(moment - clock.real_now())
        self.control("clock", offset=int(clock.offset().total_seconds()))
        return moment

    def charged(self, *cents: int, token: str = PAYS_AT_ONCE, **fields: Any) -> list[Pledge]:
        """Pledges of a campaign of their own, really charged; then the campaign is funded."""
        campaign = world.campaign(
            world.person("Tea"), status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(days=7),
            **fields,
        )  # fmt: skip
        pledges = [pledge(campaign, self, cents=amount, token=token) for amount in cents]
        run("pledges.charge")
        Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FUNDED)
        return [Pledge.objects.select_related("campaign__project").get(pk=one.pk) for one in pledges]

    def advance(self, cents: int = 50_000) -> str:
        """Money of the platform's own, paid in and said by two people; the top-up's id."""
        top_up: str = self.control("top-up", amount=cents)["id"]
        made = propose_advance(
            place="stripe", amount_cents=cents, proof=top_up, reason="Riserva", by=world.staff(Role.OFFICER),
            now=NOW,
        )  # fmt: skip
        approve_advance(advance=made, by=world.staff(Role.APPROVER), now=NOW)
        return top_up

    def paid_out(self, campaign: Campaign, cents: int) -> Payout:
        """Card money sent to the organisation's connected account."""
        organisation = campaign.project.organisation
        owner = organisation.memberships.get(role="owner").user
        self.onboard(open_payout_account(organisation=organisation, by=owner, now=NOW))
        account = PayoutAccount.objects.get(organisation=organisation)
        refresh_payout_account(account_id=account.stripe_account_id, now=NOW)
        decision = propose_disbursement(
            campaign=campaign, channel="card", amount_cents=cents, reason="Lavori",
            by=world.staff(Role.OFFICER), now=NOW,
        )  # fmt: skip
        payout = approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)
        run("payouts.execute")
        payout.refresh_from_db()
        return payout

    def refunded(self, given: Pledge, cents: int) -> None:
        """A refund decided by two people, and sent."""
        decision = propose_refund(
            pledge=given, amount_cents=cents, reason="Cambiato", by=world.staff(Role.OFFICER), now=NOW
        )
        approve_refund(decision=decision, by=world.staff(Role.APPROVER), now=NOW)
        run("refunds.execute", "refunds.waiting", "reversals.execute")

    def charge_of(self, given: Pledge) -> str:
        charge: str = self.charges(given)[0].latest_charge
        return charge

    def to_bank(self, cents: int) -> str:
        """A payout from Stripe to our bank, made by hand in the dashboard; its id."""
        payout: str = self.stripe.payouts.create({"amount": cents, "currency": "eur"}).id
        return payout


def run(*drains: str) -> None:
    jobs.run_until_quiet(drains)


def reconciled(books: Books, *, after: dt.timedelta = LATER) -> dict[str, Difference]:
    """Reconcile some time after everything; what is open, by subject."""
    now = books.to(clock.now() + after)
    ordered = ask_for_run(by=None, now=now)
    assert run_due() == 1
    done = ReconciliationRun.objects.get(pk=ordered.pk)
    assert done.status == "done", done.error
    return {row.subject: row for row in open_differences()}


def at_stripe(books: Books) -> Any:
    balance: Any = books.stripe.balance.retrieve()
    return sum(line.amount for line in [*balance.available, *balance.pending])


@pytest.fixture
def books(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    running = start_here(tmp_path / "state.sqlite")
    settings.STRIPE_API_BASE = running.url
    monkeypatch.setattr(gateway, "bucket", gateway.TokenBucket(1000.0))
    monkeypatch.setattr(gateway, "RETRIES", 0)  # a fault is one fault, and nobody sleeps
    made = Books(running.url, Control(running.url), sdk(running.url, key=configured.STRIPE_SECRET_KEY).v1)
    before = clock.offset()
    made.to(NOW)
    yield made
    clock.move(before)
    running.stop()


__all__ = ["LATER", "NOW", "Books", "at_stripe", "books", "postings", "reconciled", "run"]
