"""`per_pledge`, live: each pledge draws from the pot as it comes, and gives back what no longer counts."""

from __future__ import annotations

import random

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.enums import Role
from campaigns.models import Campaign
from campaigns.services.campaigns import cancel_campaign
from crowdfund.kit.errors import Refused
from payments.enums import PledgeStatus
from payments.ledger.models import LedgerTransfer
from payments.matching.formula import PledgeChange, read_rule, replay_each
from payments.matching.models import CallBacker, CountedPledge, MatchDraw, MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.matching.services import approve_fund_change, reserve_match
from payments.models import Pledge
from payments.permissions import MANAGE, link_token
from payments.services import windows
from payments.services.consents import CHARGE_VERSION
from payments.services.pledges import cancel_pledge, change_amount
from payments.services.release import release_due
from payments.services.totals import fold, totals_that_disagree
from tests import world
from tests.payments import counter
from tests.payments.bank_files import acting
from tests.payments.drawing import active, again, collect, drawing, held, promised, running, save_card, settle
from tests.payments.pots import closing
from tests.payments.test_matching import application
from tests.world import NOW

pytestmark = pytest.mark.django_db


def change(pledge: Pledge, cents: int) -> None:
    change_amount(
        pledge=pledge, amount_cents=cents, by=None, now=NOW, consent_version=CHARGE_VERSION,
        token=link_token(pledge, MANAGE),
    )  # fmt: skip


def cancel(pledge: Pledge) -> None:
    cancel_pledge(pledge=pledge, by=None, now=NOW, token=link_token(pledge, MANAGE))


def free() -> int:
    cents: int = MatchFund.objects.get().free_cents
    return cents


def shown(campaign: Campaign) -> int:
    fold()
    cents: int = again(campaign.pk).match_cents
    return cents


def assert_books_agree() -> None:
    assert books_that_disagree() == []
    assert totals_that_disagree() == {}


def test_a_pot_stays_open_while_pledges_may_draw_from_it():
    campaign = running(drawing(10_000))
    pledge = active(campaign, 1_000)
    pot = MatchFund.objects.get()
    with pytest.raises(Refused) as refused:
        closing(pot)
    assert refused.value.code == "round_open"
    collect(campaign)
    approve_fund_change(change=closing(pot), by=world.staff(Role.APPROVER), now=NOW)
    assert (free(), held(pledge)) == (0, 1_000)
    assert books_that_disagree() == []


class TestAdmission:
    def test_nothing_is_reserved(self):
        campaign = application(drawing(100_000), cost_cents=10_000, goal_cents=5_000)
        assert reserve_match(application=campaign, now=NOW) == []
        assert (free(), Reservation.objects.count()) == (100_000, 0)

    @pytest.mark.parametrize(("other", "refused"), [(0, True), (1, False)])
    def test_goal_with_its_match_and_other_money_reach_the_cost(self, other, refused):
        asked = application(drawing(100_000, ratio_percent=50), cost_cents=10_000, goal_cents=6_666)
        asked.other_source_cents = other
        if not refused:
            assert reserve_match(application=asked, now=NOW) == []
            return
        with pytest.raises(Refused) as found:  # 6,666 and half of it are 9,999
            reserve_match(application=asked, now=NOW)
        assert found.value.code == "cost_uncovered"


class TestDraws:
    def test_a_pledge_draws_once_its_card_is_saved(self):
        campaign = running(drawing(100_000))
        pledge = promised(campaign, 5_000)
        assert (held(pledge), free()) == (0, 100_000)
        save_card(pledge)
        assert (held(pledge), free(), shown(campaign)) == (5_000, 95_000, 5_000)
        booked = LedgerTransfer.objects.get(code="match_reserved")
        assert (booked.amount_cents, booked.debit_id) == (
            5_000,
            f"reserved:f{MatchFund.objects.get().pk}:{campaign.pk}",
        )
        assert_books_agree()

    def test_the_table_of_the_documents_with_every_cap(self):
        of = drawing(20_000, cap_per_pledge_cents=6_000, cap_per_backer_cents=10_000, match_cap_cents=12_000)
        hub, ortho, radio = (running(of) for _ in range(3))
        made = [
            active(hub, 10_000, "a@example.org"),
            active(ortho, 5_000, "a@example.org"),
            active(hub, 7_000, "b@example.org"),
            active(hub, 5_000, "c@example.org"),
            active(ortho, 5_000, "c@example.org"),
            active(radio, 5_000, "d@example.org"),
        ]
        assert [held(pledge) for pledge in made] == [6_000, 4_000, 6_000, 0, 4_000, 0]
        assert free() == 0
        assert list(MatchDraw.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert_books_agree()

    def test_given_back_money_serves_later_draws_and_none_grows(self):
        campaign = running(drawing(10_000))
        ada = active(campaign, 8_000, "a@example.org")
        bea = active(campaign, 8_000, "b@example.org")
        change(ada, 3_000)
        carla = active(campaign, 8_000, "c@example.org")
        assert [held(one) for one in (ada, bea, carla)] == [3_000, 2_000, 5_000]
        assert shown(campaign) == 10_000
        cancel(carla)
        assert ([held(one) for one in (ada, bea, carla)], free()) == ([3_000, 2_000, 0], 5_000)
        change(bea, 9_000)  # a rise draws for what it adds, no more
        assert (held(bea), free()) == (3_000, 4_000)
        assert_books_agree()

    def test_cash_and_transfers_draw_when_they_are_received(self):
        campaign = running(drawing(100_000))
        desk = counter.desk()
        receipt = counter.take(desk, counter.operator(desk), campaign, 5_000)
        awaited = acting.promise(campaign)
        assert (held(receipt.pledge), held(awaited)) == (5_000, 0)
        acting.bring(acting.paid(awaited, 2_000))
        assert (held(awaited), free()) == (2_000, 93_000)
        from payments.bank.services.pledges import cancel_transfer_pledge
        from payments.cash.services.take import cancel_receipt

        awaited.refresh_from_db()
        cancel_transfer_pledge(pledge=awaited, by=None, now=NOW, token=link_token(awaited, MANAGE))
        cancel_receipt(receipt=receipt, why="errore", by=counter.operator(desk), now=NOW)
        assert (held(receipt.pledge), held(awaited), free()) == (0, 0, 100_000)
        assert_books_agree()

    def test_a_guest_who_opens_an_account_is_the_same_backer(self):
        of = drawing(100_000, cap_per_backer_cents=6_000)
        first, second = running(of), running(of)
        guest = active(first, 4_000, "ada@example.org")
        user = world.person(email="ada@example.org")
        assert held(active(second, 4_000, "ada@example.org", backer=user)) == 2_000
        assert CallBacker.objects.get().who == f"u:{user.pk}"
        cancel(guest)
        assert (CallBacker.objects.get().drawn_cents, free()) == (2_000, 98_000)

    def test_cash_without_a_name_is_one_backer(self):
        campaign = running(drawing(100_000, cap_per_backer_cents=6_000))
        desk = counter.desk()
        by = counter.operator(desk)
        names = ("", "Bruna Costa", "", "bruna costa")
        made = [counter.take(desk, by, campaign, 5_000, donor=name).pledge for name in names]
        assert [held(pledge) for pledge in made] == [5_000, 5_000, 1_000, 1_000]

    def test_an_erased_backer_keeps_a_number_that_leads_to_nobody(self):
        pledge = active(running(drawing(100_000, cap_per_backer_cents=6_000)), 4_000)
        CallBacker.objects.update(who="")
        change(pledge, 5_000)
        assert CallBacker.objects.get().drawn_cents == held(pledge) == 5_000

    def test_another_rule_writes_no_draw(self, django_assert_num_queries):
        from payments.matching.services import follow_pledge

        pledge = active(running(drawing(100_000, "quadratic")), 4_000)
        assert MatchDraw.objects.count() == 0
        with django_assert_num_queries(1):
            follow_pledge(pledge=pledge, cents=1, now=NOW)

    def test_what_was_drawn_is_never_changed(self):
        active(running(drawing(100_000)), 4_000)
        for deed in ("UPDATE matching_matchdraw SET cents = 1", "DELETE FROM matching_matchdraw"):
            refused = pytest.raises(DatabaseError, match="append-only")
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(deed)


class TestTheEnd:
    def test_a_missed_goal_gives_everything_back(self):
        campaign = running(drawing(100_000, cap_per_backer_cents=9_000), goal_cents=50_000)
        made = [active(campaign, 4_000, f"{n}@example.org") for n in range(3)]
        settle(campaign)
        release_due()
        assert [held(pledge) for pledge in made] == [0, 0, 0]
        assert (free(), shown(campaign)) == (100_000, 0)
        assert set(CallBacker.objects.values_list("drawn_cents", flat=True)) == {0}
        assert list(MatchDraw.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert_books_agree()

    def test_so_does_a_campaign_that_is_called_off(self):
        campaign = running(drawing(100_000))
        pledge = active(campaign, 4_000)
        cancel_campaign(campaign=campaign, reason="non si fa", by=world.staff("officer"), now=NOW)
        assert (held(pledge), free()) == (0, 100_000)
        assert_books_agree()

    def test_a_pledge_that_fails_gives_back_its_draw(self):
        campaign = running(drawing(100_000))
        good, bad = active(campaign, 4_000, "a@example.org"), active(campaign, 3_000, "b@example.org")
        settle(campaign)
        Pledge.objects.filter(pk=bad.pk).update(status=PledgeStatus.REQUIRES_ACTION)
        windows._fail(Pledge.objects.get(pk=bad.pk), NOW)
        assert (held(good), held(bad), free()) == (4_000, 0, 96_000)

    def test_the_match_is_what_collected_pledges_drew(self):
        campaign = running(drawing(100_000, ratio_percent=50))
        made = [active(campaign, 4_000, f"{n}@example.org") for n in range(3)]
        collect(campaign, but=(made[2],))
        assert [held(pledge) for pledge in made] == [2_000, 2_000, 0]
        row = Reservation.objects.get()
        assert (row.status, row.proposed_cents, row.reserved_cents) == ("proposed", 4_000, 4_000)
        assert [(step["code"], step["cents"]) for step in row.steps] == [
            ("each", None), ("drawn", 6_000), ("back", 4_000),
        ]  # fmt: skip
        assert free() == 96_000
        assert list(CountedPledge.objects.order_by("pk").values_list("pledged_cents", "collected_cents")) == [
            (4_000, 4_000), (4_000, 4_000), (4_000, 0),
        ]  # fmt: skip
        assert books_that_disagree() == []


def test_a_random_walk_is_replayed_to_the_cent():
    """Forty deeds of eight backers on three campaigns; the rows alone give every draw again."""
    chance = random.Random(7)
    of = drawing(
        60_000,
        ratio_percent=70,
        cap_per_pledge_cents=5_000,
        cap_per_backer_cents=9_000,
        match_cap_cents=30_000,
    )
    campaigns = [running(of) for _ in range(3)]
    standing: list[Pledge] = []
    for _ in range(40):
        deed = chance.random()
        if deed < 0.6 or not standing:
            standing.append(
                active(
                    chance.choice(campaigns),
                    chance.randint(500, 12_000),
                    f"{chance.randint(1, 8)}@example.org",
                )
            )
        elif deed < 0.85:
            change(chance.choice(standing), chance.randint(500, 12_000))
        else:
            cancel(standing.pop(chance.randrange(len(standing))))
    rule = read_rule(of.rule.as_data)
    rows = list(MatchDraw.objects.order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    changes = [
        PledgeChange(row.pledge_id, row.campaign_id, row.backer_id, row.amount_cents, row.room_cents)
        for row in rows
    ]
    assert list(replay_each(rule, changes)) == [row.cents for row in rows]
    assert free() == 60_000 - sum(row.cents for row in rows)
    assert sum(held(pledge) for pledge in standing) == 60_000 - free()
    assert_books_agree()
