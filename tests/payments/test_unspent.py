"""Money that was not spent: two people say what goes back, the team is asked for it, and the pot has it again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.notices.models import Notice
from campaigns.reporting.models import SpendingReport
from crowdfund.kit import desk
from crowdfund.kit.errors import Invalid, Refused
from payments.bank.selectors.transit import booked_before
from payments.formula import Unspent, split_unspent
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.matching.services import Taken, disburse_tranche
from payments.models import Disbursement, MatchReturn, UnspentDecision
from payments.services import unspent
from payments.services.unspent import (
    approve_match_return,
    approve_unspent,
    propose_match_return,
    propose_unspent,
    reject_match_return,
    reject_unspent,
)
from tests import world
from tests.campaigns.reporting import accepted, final, settled
from tests.payments.test_disburse import committed
from tests.payments.test_tranches import paid
from tests.race import race
from tests.world import NOW, rows

TODAY = NOW.date()


@given(match=st.integers(0, 10**10), crowd=st.integers(0, 10**10), eligible=st.integers(0, 3 * 10**10))
def test_the_parts_add_up_and_the_odd_cent_is_the_citys(match, crowd, eligible):
    found = split_unspent(match_cents=match, crowd_cents=crowd, eligible_cents=eligible)
    assert found.total_cents == max(0, match + crowd - eligible)
    assert 0 <= found.match_cents <= match
    assert 0 <= found.crowd_cents <= crowd
    if match + crowd:  # never more than a cent from the exact proportion, and never to the city's loss
        assert 0 <= found.match_cents * (match + crowd) - found.total_cents * match < match + crowd


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((600_000, 400_000, 900_000), Unspent(60_000, 40_000)),
        ((1, 2, 1), Unspent(1, 1)),
        ((0, 100, 40), Unspent(0, 60)),
        ((100, 100, 200), Unspent(0, 0)),
        ((100, 100, 500), Unspent(0, 0)),
        ((0, 0, 0), Unspent(0, 0)),
    ],
)
def test_worked_by_hand(figures, expected):
    match, crowd, eligible = figures
    assert split_unspent(match_cents=match, crowd_cents=crowd, eligible_cents=eligible) == expected


def pay(campaign, channel: str, cents: int) -> None:
    """Money that was paid out, as a row."""
    officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
    Disbursement.objects.create(
        campaign=campaign, channel=channel, amount_cents=cents, payee="x", reason="r", status="paid",
        **Disbursement.proposal(officer, NOW), **Disbursement.decision(approver, NOW),
    )  # fmt: skip


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def approver():
    return world.staff(Role.APPROVER)


def reported(officer, *, eligible: int = 700_000, crowd: int = 400_000, paid_by: str = "treasury"):
    """A campaign that received € 6,000 of match and € 4,000 of the residents, its reports accepted."""
    campaign, owner = committed(600_000), world.person()
    campaign.project.organisation.memberships.create(user=owner, role="owner", since=NOW)
    step = accepted(campaign, share=100)
    if paid_by == "treasury":
        paid(campaign, step, 600_000)
    else:
        pay(campaign, "sponsor", 600_000)
        MatchFund.objects.update(money="held")
        shares = [Taken(MatchFund.objects.get().pk, 600_000)]
        disburse_tranche(campaign_id=campaign.pk, cents=600_000, reference="test:1", now=NOW, shares=shares)
    if crowd:
        pay(campaign, "card", crowd)
    settled(final(campaign), owner, officer, eligible)
    SpendingReport.objects.filter(milestone=step).update(status="dropped")
    return campaign


def decided(campaign, officer, approver):
    made = propose_unspent(
        campaign=campaign, reason="Rendiconto finale", crowd_use="Manutenzione", by=officer, now=NOW
    )
    approve_unspent(decision=made, by=approver, now=NOW)
    return made


def arrived(decision, officer, cents: int, **fields) -> MatchReturn:
    return propose_match_return(
        **{"decision": decision, "amount_cents": cents, "way": "treasury", "document": "Q 77/2026"}
        | {"arrived_on": TODAY, "reason": "Quietanza", "by": officer, "now": NOW}
        | fields
    )


@pytest.mark.django_db
class TestUnspent:
    def test_decided_asked_for_and_returned(self, officer, approver):
        campaign = reported(officer)
        decision = decided(campaign, officer, approver)
        assert (decision.match_cents, decision.crowd_cents) == (180_000, 120_000)
        letter = Notice.objects.get(event="unspent_demand").context
        assert (letter["match"], letter["crowd"]) == (
            "1.800,00\N{NO-BREAK SPACE}€",
            "1.200,00\N{NO-BREAK SPACE}€",
        )
        free = MatchFund.objects.get().free_cents
        first = arrived(decision, officer, 100_000)
        assert [task.subject for task in desk.officer_tasks(approver, NOW)] == [campaign.project.title]
        approve_match_return(match_return=first, by=approver, now=NOW)
        approve_match_return(
            match_return=arrived(decision, officer, 80_000, document="Q 78/2026"), by=approver, now=NOW
        )
        decision.refresh_from_db()
        fund = MatchFund.objects.get()
        assert (decision.left_cents, fund.free_cents - free) == (0, 180_000)
        assert Reservation.objects.get().disbursed_cents == 420_000
        assert debit_balance(f"disbursed:f{fund.pk}:{campaign.pk}") == 420_000
        assert (list(faults()), list(books_that_disagree())) == ([], [])

    def test_a_sponsors_money_comes_back_to_our_bank(self, officer, approver):
        campaign = reported(officer, paid_by="sponsor")
        fund = MatchFund.objects.get()
        before = credit_balance(f"held_fund:{fund.pk}")
        decision = decided(campaign, officer, approver)
        with pytest.raises(Invalid) as refused:
            arrived(decision, officer, 1_000)  # the treasury paid nothing
        assert refused.value.code == "above_owed"
        made = arrived(decision, officer, 180_000, way="bank", document="CRO 1")
        approve_match_return(match_return=made, by=approver, now=NOW)
        assert credit_balance(f"held_fund:{fund.pk}") - before == 180_000
        assert [row.code for row in booked_before(180_000)] == ["match_returned"]
        assert list(faults()) == []

    def test_everything_spent_gives_nothing_back(self, officer):
        campaign = reported(officer, eligible=1_000_000)
        with pytest.raises(Refused) as refused:
            propose_unspent(campaign=campaign, reason="r", by=officer, now=NOW)
        assert refused.value.code == "nothing_left"

    def test_not_before_every_report_is_accepted(self, officer):
        campaign = reported(officer)
        SpendingReport.objects.filter(status="dropped").update(status="sent_back", submitted_at=NOW)
        with pytest.raises(Refused) as refused:
            propose_unspent(campaign=campaign, reason="r", crowd_use="u", by=officer, now=NOW)
        assert refused.value.code == "reports_open"

    def test_not_while_a_tranche_waits(self, officer):
        campaign = reported(officer)
        Disbursement.objects.filter(channel="card").update(
            status="proposed", decided_by=None, decided_person=None, decided_at=None
        )
        with pytest.raises(Refused) as refused:
            propose_unspent(campaign=campaign, reason="r", crowd_use="u", by=officer, now=NOW)
        assert refused.value.code == "tranches_open"

    @pytest.mark.parametrize(
        ("fields", "code", "field"),
        [({"reason": " "}, "missing", "reason"), ({"crowd_use": " "}, "use_missing", "crowd_use")],
    )
    def test_bad_input_changes_nothing(self, officer, fields, code, field):
        campaign = reported(officer)
        before = rows("payments_unspentdecision", "payments_unspentdecisionevent")
        given = {"reason": "r", "crowd_use": "u"} | fields
        with pytest.raises(Invalid) as refused:
            propose_unspent(campaign=campaign, by=officer, now=NOW, **given)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert rows("payments_unspentdecision", "payments_unspentdecisionevent") == before

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount_cents": 0}, "amount"),
            ({"amount_cents": 180_001}, "above_owed"),
            ({"way": "cash"}, "unknown_way"),
            ({"document": " "}, "missing"),
            ({"arrived_on": TODAY + dt.timedelta(days=1)}, "future_date"),
            ({"reason": ""}, "missing"),
        ],
    )
    def test_a_bad_return(self, officer, approver, fields, code):
        decision = decided(reported(officer), officer, approver)
        with pytest.raises(Invalid) as refused:
            arrived(decision, officer, fields.pop("amount_cents", 1_000), **fields)
        assert refused.value.code == code
        assert not MatchReturn.objects.exists()

    def test_a_receipt_is_recorded_once(self, officer, approver):
        decision = decided(reported(officer), officer, approver)
        made = arrived(decision, officer, 1_000)
        with pytest.raises(Invalid) as refused:
            arrived(decision, officer, 1_000)
        assert refused.value.code == "document_used"
        reject_match_return(match_return=made, why="Non risulta", by=approver, now=NOW)
        assert arrived(decision, officer, 1_000).status == "proposed"

    def test_figures_that_have_changed_make_it_void(self, officer, approver):
        campaign = reported(officer)
        made = propose_unspent(campaign=campaign, reason="r", crowd_use="u", by=officer, now=NOW)
        pay(campaign, "card", 1_000)
        with pytest.raises(Refused) as refused:
            approve_unspent(decision=made, by=approver, now=NOW)
        made.refresh_from_db()
        assert (refused.value.code, made.status) == ("void", "void")

    def test_once_at_a_time_and_anew_after_a_no(self, officer, approver):
        campaign = reported(officer)
        made = propose_unspent(campaign=campaign, reason="r", crowd_use="u", by=officer, now=NOW)
        with pytest.raises(Refused) as refused:
            propose_unspent(campaign=campaign, reason="r", crowd_use="u", by=officer, now=NOW)
        assert refused.value.code == "decided_before"
        reject_unspent(decision=made, why="Ricontrolla", by=approver, now=NOW)
        assert propose_unspent(campaign=campaign, reason="r", crowd_use="u", by=officer, now=NOW).pk

    def test_the_database_adds_up_and_lets_nothing_be_rewritten(self, officer, approver):
        decision = decided(reported(officer), officer, approver)
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            UnspentDecision.objects.filter(pk=decision.pk).update(match_cents=1)
        with pytest.raises(IntegrityError, match="unspentdecision_returned_within"), transaction.atomic():
            UnspentDecision.objects.filter(pk=decision.pk).update(returned_cents=180_001)
        decision.pk, decision.status = None, "rejected"
        for change, name in (
            ({"match_cents": 1}, "unspentdecision_adds_up"),
            ({"match_cents": 180_000, "crowd_use": ""}, "unspentdecision_crowd_has_use"),
        ):
            for field, value in change.items():
                setattr(decision, field, value)
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                decision.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_returns_of_the_same_money_at_once(monkeypatch, locked):
    """Behind the decision's lock the second sees the first; the control shows more returned than is owed."""
    import threading

    officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
    decision = decided(reported(officer), officer, approver)
    if not locked:
        gate, check = threading.Barrier(2), unspent._check_left
        found = UnspentDecision.objects.select_related("campaign__project__organisation")

        def together(*args):
            check(*args)
            gate.wait(10)

        monkeypatch.setattr(unspent, "_lock", lambda row: found.get(pk=row.pk))
        monkeypatch.setattr(unspent, "_check_left", together)
    ends = race(2, lambda n: arrived(decision, officer, 180_000, document=f"Q {n}"))
    standing = sum(MatchReturn.objects.values_list("amount_cents", flat=True))
    assert standing == (180_000 if locked else 360_000), ends
