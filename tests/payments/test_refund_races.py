"""What happens at once: two refunds of one pledge, a refund or a dispute and a payout; each with its control."""

from __future__ import annotations

import itertools
import threading

import pytest

from accounts.enums import Role
from campaigns.models import Campaign
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import Disbursement, PayoutAccount, Pledge, Refund
from payments.services import disburse, disputes, refund, refund_decisions
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.disputes import apply_dispute
from payments.services.refund_decisions import approve_refund
from tests import world
from tests.payments.back import advance, again, as_collected, funded, held, propose
from tests.payments.test_disputes import seen_of
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def without_locks(monkeypatch, *modules) -> None:
    """Leave out the locks of channels, campaigns and pledges."""
    for module in modules:
        for name, careless in (
            ("lock_channel", lambda *_args: None),
            ("lock_campaign", lambda pk: Campaign.objects.get(pk=pk)),
            ("lock_pledge", lambda pk: Pledge.objects.select_related("campaign__project").get(pk=pk)),
        ):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, careless)


def read_together(monkeypatch, *places: tuple[object, str]) -> None:
    """Let both have read for the first time before either goes on."""
    gate, seen = threading.Barrier(2, timeout=5), threading.local()
    seen.done = True  # of the test's own thread

    def patched(real):
        def read(*args, **kwargs):
            found = real(*args, **kwargs)
            if not getattr(seen, "done", False):
                seen.done = True
                gate.wait()
            return found

        return read

    for module, name in places:
        monkeypatch.setattr(module, name, patched(getattr(module, name)))


class TestTwoRefundsOfOnePledge:
    def _race(self) -> tuple[list[str], int]:
        given = as_collected(funded())
        decisions = [propose(given, 6_000), propose(given, 6_000)]
        approvers = [world.staff(Role.APPROVER), world.staff(Role.APPROVER)]

        def approve(n: int) -> str:
            return approve_refund(decision=decisions[n], by=approvers[n], now=NOW).status

        ends = race(2, approve)
        given_back = sum(row.amount_cents for row in Refund.objects.filter(pledge=given))
        return sorted(getattr(end, "code", str(end)) for end in ends), given_back

    def test_never_exceed_what_came_in(self):
        for _ in range(3):
            assert self._race() == (["created", "void"], 6_000)

    def test_the_control_without_locks_gives_back_too_much(self, monkeypatch):
        numbers, create = itertools.count(1), Refund.objects.create

        def numbered(**facts):  # a refund's number is unique: without this one of the two would break
            n = next(numbers)
            return create(**facts | {"n": n, "idempotency_key": f"careless:{facts['pledge'].pk}:{n}"})

        without_locks(monkeypatch, refund_decisions, refund)
        read_together(monkeypatch, (refund, "_check_within"))
        monkeypatch.setattr(Refund.objects, "create", numbered)
        assert self._race() == (["created", "created"], 12_000)


def proposed(given: Pledge, cents: int | None = None) -> Disbursement:
    """A disbursement of all that the campaign holds, waiting for its approval."""
    campaign = given.campaign
    PayoutAccount.objects.create(
        organisation=campaign.project.organisation, stripe_account_id=f"acct_{campaign.pk}",
        transfers_active=True, checked_at=NOW,
    )  # fmt: skip
    return propose_disbursement(
        campaign=campaign, channel="card", amount_cents=cents or held(campaign), reason="Lavori",
        by=world.staff(Role.OFFICER), now=NOW,
    )  # fmt: skip


class TestARefundAndAPayout:
    def _race(self) -> tuple[list[str], int, int]:
        given = as_collected(funded())
        disbursement, decision = proposed(given), propose(given, 6_000)
        approver, other = world.staff(Role.APPROVER), world.staff(Role.APPROVER)

        def work(n: int) -> str:
            if n:
                return approve_refund(decision=decision, by=approver, now=NOW).status
            return approve_disbursement(disbursement=disbursement, by=other, now=NOW).status

        ends = race(2, work)
        left = held(given.campaign), credit_balance(f"payable:{given.campaign_id}")
        return [getattr(end, "code", str(end)) for end in ends], *left

    def test_share_no_euro(self):
        """The release comes too late, or is void: nothing of it has left."""
        for _ in range(3):
            ends, left, payable = self._race()
            assert ends in (["above_held", "created"], ["created", "created"])
            assert (left, payable) == (10_000 - 175 - 6_000, 0)

    def test_the_control_without_locks_spends_it_twice(self, monkeypatch):
        without_locks(monkeypatch, refund_decisions, refund, disburse)
        read_together(monkeypatch, (disburse, "releasable"), (refund, "missing_for"))
        assert self._race() == (["created", "created"], -6_000, 10_000 - 175)


class TestADisputeAndAPayout:
    def _race(self, status: str) -> tuple[Pledge, str]:
        given = as_collected(funded())
        disbursement = proposed(given)
        approver = world.staff(Role.APPROVER)

        def work(n: int) -> object:
            if n:
                apply_dispute(seen=seen_of(given, status=status), now=NOW)
                return None
            return approve_disbursement(disbursement=disbursement, by=approver, now=NOW).status

        end, applied = race(2, work)
        assert applied is None, applied
        return again(given), getattr(end, "code", str(end))

    def test_the_dispute_is_booked_whoever_is_first(self):
        advance(cents=50_000)
        given, _end = self._race("needs_response")
        assert debit_balance(f"disputed:{given.campaign_id}") == 10_000
        assert given.status == "disputed"

    def test_one_lost_at_once_never_takes_what_was_released(self):
        for _ in range(3):
            given, end = self._race("lost")
            paid = credit_balance(f"payable:{given.campaign_id}")
            assert end in {"above_held", "created"}
            assert (given.status, paid, held(given.campaign)) == ("lost", 0, 0)

    def test_the_control_without_locks_takes_it(self, monkeypatch):
        without_locks(monkeypatch, disputes, refund, disburse)
        read_together(monkeypatch, (disburse, "releasable"), (disputes, "credit_balance"))
        given, _end = self._race("lost")
        assert held(given.campaign) == -10_000 + 175
