"""Lines that found no place: one person says what they are, another decides, and only then it is booked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import desk, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.bank.enums import LineStatus, MatchKind, MatchStatus
from payments.bank.models import BankLine, Excess, LineMatch
from payments.bank.selectors.goals import choices, pledges_to_match, suggestions
from payments.bank.services.goals import Goal, goal_of
from payments.bank.services.matches import approve_match, propose_match, reject_match
from payments.bank.services.returns import return_line
from payments.enums import PledgeStatus
from payments.ledger.selectors import balances, credit_balance, debit_balance, faults
from payments.matching.models import MatchFund
from payments.models import Pledge
from payments.postings import cash_sent, own_advance
from tests import world
from tests.campaigns import calling
from tests.payments.bank_files.acting import TODAY, a_list, approver, bring, line, officer, paid, promise
from tests.payments.bank_files.writing import ADA, BO, Move
from tests.payments.test_bank_lists import missed
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
SHOWN = {"reason": "lettera della banca", "document": "PG 2026/41"}


def of_pledge(pledge: Pledge) -> Goal:
    return goal_of(MatchKind.PLEDGE, reference=pledge.transfer.reference)


def propose(row: BankLine, goal: Goal, **fields) -> LineMatch:
    return propose_match(**{"line": row, "goal": goal, "by": officer(), "now": NOW} | fields)


def approve(match: LineMatch, **fields) -> None:
    approve_match(**{"match": match, "by": approver(), "now": NOW} | fields)


class TestForAPledge:
    def test_two_people_give_a_line_to_a_pledge(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(Move(2_500, text="orto", on=TODAY))
        match = propose(line(), of_pledge(pledge))
        pledge.refresh_from_db()
        assert (pledge.status, credit_balance("unmatched:bank")) == (PledgeStatus.AWAITING_TRANSFER, 2_500)
        approve(match)
        pledge.refresh_from_db()
        row = line()
        assert (pledge.status, row.status, row.pledge, row.counted_cents) == (
            "received",
            "matched",
            pledge,
            2_500,
        )
        assert (credit_balance("unmatched:bank"), credit_balance(f"held:{campaign.pk}:bank")) == (0, 2_500)
        assert list(faults()) == []

    def test_the_same_rules_as_for_a_reference_hold(self):
        pledge = promise(world.campaign())
        bring(Move(4_000, on=TODAY))
        approve(propose(line(), of_pledge(pledge)))
        assert (Excess.objects.get().cents, line().counted_cents) == (1_500, 2_500)

    def test_never_the_same_person_nor_one_who_gains_by_it(self):
        both = world.staff(Role.OFFICER, Role.APPROVER)
        backer = world.staff(Role.APPROVER)
        pledge = promise(world.campaign(), by=backer)
        organisation = pledge.campaign.project.organisation
        team = world.staff(Role.APPROVER, Role.OFFICER)
        Membership.objects.create(user=team, organisation=organisation, role=TeamRole.EDITOR, since=NOW)
        bring(Move(2_500, on=TODAY))
        with pytest.raises(NotAllowed):
            propose(line(), of_pledge(pledge), by=team)
        match = propose(line(), of_pledge(pledge), by=both)
        twin = world.staff(Role.APPROVER)
        User.objects.filter(pk=twin.pk).update(person=both.person)
        for by in (both, User.objects.get(pk=twin.pk), backer, team, officer(), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                approve(match, by=by)
        with pytest.raises(IntegrityError), transaction.atomic():
            LineMatch.objects.update(decided_by=twin, decided_person=both.person, decided_at=NOW)
        assert line().status == LineStatus.UNMATCHED

    @pytest.mark.parametrize("change", ["the amount", "the state"])
    def test_it_is_void_when_the_pledge_has_changed(self, change):
        pledge = promise(world.campaign())
        bring(Move(2_500, on=TODAY))
        match = propose(line(), of_pledge(pledge))
        if change == "the amount":
            Pledge.objects.update(amount_cents=3_000, promised_cents=3_000)
        else:
            bring(paid(pledge, on=TODAY + DAY))
        before = balances()
        with pytest.raises(Refused) as caught:
            approve(match)
        match.refresh_from_db()
        assert (caught.value.code, match.status) == ("match_void", MatchStatus.VOID)
        assert (line(amount_cents=2_500, status="unmatched").credit, balances()) == (True, before)
        propose(line(status="unmatched"), of_pledge(pledge))

    def test_a_rejected_match_leaves_the_line_open(self):
        pledge = promise(world.campaign())
        bring(Move(2_500, on=TODAY))
        match = propose(line(), of_pledge(pledge))
        with pytest.raises(Refused):
            propose(line(), of_pledge(pledge))
        with pytest.raises(Invalid):
            reject_match(match=match, why="", by=approver(), now=NOW)
        reject_match(match=match, why="un altro nome", by=approver(), now=NOW)
        with pytest.raises(Refused):
            approve(LineMatch.objects.get())
        propose(line(), of_pledge(pledge))

    def test_a_line_with_a_place_takes_no_match(self):
        pledge = promise(world.campaign())
        bring(paid(pledge))
        with pytest.raises(Refused) as caught:
            propose(line(), of_pledge(pledge))
        assert caught.value.code == "line_placed"


class TestOtherGoals:
    def test_cash_that_a_desk_sent(self):
        cash_sent(desk_id=1, cents=4_000, reference="closing:1", now=NOW)
        bring(Move(4_000, name="VERSAMENTO", on=TODAY))
        [offered] = [one for one in choices(line(), []) if one.value.startswith("in_transit")]
        goal = goal_of("in_transit", pk=int(offered.value.partition(":")[2]))
        approve(propose(line(), goal))
        assert (line().status, debit_balance("cash:transit"), debit_balance("cash:bank")) == (
            "ours",
            0,
            4_000,
        )
        assert credit_balance("unmatched:bank") == 0
        bring(Move(4_000, ref="B2", on=TODAY + DAY))
        with pytest.raises(Invalid) as caught:
            propose(line(status="unmatched"), goal)
        assert caught.value.code == "not_in_transit"

    def test_money_whose_arrival_somebody_has_booked_already(self):
        """An advance that two people recorded before the statement came: the line must not count it twice."""
        own_advance(into="cash:bank", cents=4_000, reference="advance:1", now=NOW)
        bring(Move(4_000, ref="B1", on=TODAY))
        assert debit_balance("cash:bank") == 8_000
        [offered] = [one for one in choices(line(), []) if one.value.startswith("booked")]
        goal = goal_of("booked", pk=int(offered.value.partition(":")[2]))
        approve(propose(line(), goal))
        assert (line().status, line().booked_as.reference) == ("ours", "advance:1")
        assert (debit_balance("cash:bank"), credit_balance("own:funds")) == (4_000, 4_000)
        assert credit_balance("unmatched:bank") == 0
        bring(Move(4_000, ref="B2", on=TODAY + DAY))
        with pytest.raises(Invalid):
            propose(line(status="unmatched"), goal)

    def test_own_funds_and_a_sponsor(self):
        bring(Move(10_000, ref="B1", on=TODAY), Move(20_000, ref="B2", on=TODAY))
        approve(propose(line(amount_cents=10_000), goal_of("own_funds", **SHOWN)))
        fund = MatchFund.objects.get(call=calling.call())
        approve(propose(line(amount_cents=20_000), goal_of("sponsor", pk=fund.pk)))
        assert (credit_balance("own:funds"), credit_balance(f"held_fund:{fund.pk}")) == (10_000, 20_000)
        assert (credit_balance("unmatched:bank"), debit_balance("cash:bank")) == (0, 30_000)
        assert list(faults()) == []

    def test_a_charge_and_a_transfer_that_lost_its_name(self, at):
        missed(at, 1)
        item = a_list().items.get()
        bring(Move(-150, ref="D1", on=TODAY + DAY), Move(-2_500, ref="D2", on=TODAY + DAY))
        approve(propose(line(amount_cents=150), goal_of("bank_fee", **SHOWN)))
        approve(propose(line(credit=False, amount_cents=2_500), goal_of("item", pk=item.pk)))
        item.refresh_from_db()
        assert (item.status, item.refund.status, debit_balance("cost:fees")) == ("done", "done", 150)
        assert debit_balance("cash:bank") == -150

    @pytest.mark.parametrize(
        ("cents", "kind", "code"),
        [
            (-100, "sponsor", "unknown_kind"),
            (-100, "undone", "goal_missing"),
            (100, "loss", "missing"),
            (100, "item", "goal_missing"),
            (100, "sponsor", "goal_missing"),
            (100, "gift", "unknown_kind"),
        ],
    )
    def test_what_can_not_be(self, cents, kind, code):
        bring(Move(cents, on=TODAY))
        with pytest.raises(Invalid) as caught:
            propose(line(), Goal(kind) if kind == "sponsor" else goal_of(kind))
        assert caught.value.code == code
        assert not LineMatch.objects.exists()

    def test_a_reference_nobody_has(self):
        with pytest.raises(Invalid) as caught:
            goal_of("pledge", reference="RF18 5390 0754 7034")
        assert caught.value.code == "unknown_pledge"


class TestSuggestions:
    def test_what_resembles_most_comes_first(self):
        campaign = world.campaign()
        carla = promise(campaign, holder="Carla Rossi", iban=BO, email="c@example.org")
        dario = promise(campaign, holder="Dario Neri", amount_cents=4_000, email="d@example.org")
        bring(
            Move(2_500, ref="1", name="ROSSI CARLA", iban=BO, on=TODAY),
            Move(4_000, ref="2", name="x", iban="", text=wrong(dario.transfer.reference), on=TODAY),
            Move(9_900, ref="3", name="Zeno", iban="", on=TODAY),
        )
        pledges = pledges_to_match()
        first, second, third = BankLine.objects.order_by("servicer_reference")
        best = suggestions(first, pledges)
        assert best[0].value == f"pledge:{carla.pk}"
        assert best[0].why == "lo stesso conto, un nome simile, lo stesso importo"
        assert [one.value for one in suggestions(second, pledges)] == [f"pledge:{dario.pk}"]
        assert suggestions(third, pledges) == []

    def test_the_desk_shows_each_person_their_own_part(self):
        pledge = promise(world.campaign())
        bring(Move(2_500, on=TODAY, name="Ada", iban=ADA))
        assert actions(officer()) == ["Di' che cos'è un movimento della banca"]
        assert actions(approver()) == []
        propose(line(), of_pledge(pledge))
        assert actions(officer()) == []
        assert actions(approver()) == ["Approva o respingi che cos'è un movimento"]
        assert desk.officer_tasks(world.person(), NOW) == []


def actions(user: User) -> list[str]:
    return [str(task.action) for task in desk.officer_tasks(user, NOW)]


def wrong(reference: str) -> str:
    """Two digits written wrong."""
    other = str((int(reference[5]) + 1) % 10) + str((int(reference[6]) + 5) % 10)
    return f"rif {reference[2:5]}{other}{reference[7:]}"


class TestGoesBack:
    def test_an_officer_sends_a_line_back_before_its_time(self):
        bring(Move(700, on=TODAY))
        with pytest.raises(Invalid):
            return_line(line=line(), why=" ", by=officer(), now=NOW)
        for by in (approver(), world.staff(Role.AUDITOR), world.person()):
            with pytest.raises(NotAllowed):
                return_line(line=line(), why="r", by=by, now=NOW)
        return_line(line=line(), why="non è per noi", by=officer(), now=NOW)
        assert (line().status, credit_balance("refund_due:bank")) == ("to_return", 700)

    def test_a_line_with_a_proposal_waits_for_its_decision(self, at):
        pledge = promise(world.campaign())
        bring(Move(2_500, on=TODAY))
        match = propose(line(), of_pledge(pledge))
        with pytest.raises(Refused):
            return_line(line=line(), why="r", by=officer(), now=NOW)
        at(NOW + 31 * DAY)
        jobs.run_until_quiet(["bank.returns"])
        assert line().status == LineStatus.UNMATCHED
        reject_match(match=match, why="no", by=approver(), now=NOW)
        jobs.run_until_quiet(["bank.returns"])
        assert line().status == LineStatus.TO_RETURN


def test_a_match_after_the_decision_asks_the_backer():
    """Booked in time, but placed only when the goal had been decided: it is late, whoever's fault it was."""
    campaign = world.campaign()
    pledge = promise(campaign)
    bring(Move(2_500, on=TODAY))
    Pledge.objects.filter(pk=pledge.pk).update(status=PledgeStatus.EXPIRED)
    Campaign.objects.filter(pk=campaign.pk).update(
        status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + 7 * DAY
    )
    approve(propose(line(), of_pledge(pledge)))
    assert (Excess.objects.get().kind, line().counted_cents) == ("late", 0)
