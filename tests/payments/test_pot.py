"""Several pots of one call: who may be matched from which, who bears what, and where each euro stands."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import OrganisationKind, Role, TeamRole
from accounts.models import Membership
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus, Theme
from campaigns.models import Campaign
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from payments import postings
from payments.enums import PledgeStatus
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.matching.formula import Crowd
from payments.matching.locks import lock_funds_of
from payments.matching.models import Extension, MatchFund, Reservation
from payments.matching.selectors import books_that_disagree, fund_ladder, match_explained, programme_ladder
from payments.matching.services import (
    Taken,
    approve_fund_change,
    confirm_act,
    confirm_extension,
    disburse_tranche,
    give_back,
    propose_fund_closing,
    propose_match,
    propose_top_up,
    receive_sponsor_money,
    record_act,
    record_extension,
    reject_extension,
    release_reservation,
    reserve_match,
    return_match,
    save_unpaid,
    saveable,
    take,
    take_back_tranche,
)
from payments.matching.services.expiry import check_reserved
from payments.models import Settlement, TotalsDelta
from payments.selectors.releasable import releasable, sponsor_room, unpaid_by_pot
from payments.services import corrections, credit
from payments.services.payout import fail_payout
from payments.services.totals import fold, totals_that_disagree
from payments.services.void import void_disbursement
from tests import world
from tests.payments import bank, paying
from tests.payments.pots import closing, foundation, sponsored, sponsoring
from tests.payments.test_matching import ACT, application, call
from tests.world import NOW

at = bank.at

pytestmark = pytest.mark.django_db


def sums(*funds: MatchFund) -> list[tuple[int, int]]:
    """Opened and free of each pot, read anew."""
    rows = {row.pk: (row.opened_cents, row.free_cents) for row in MatchFund.objects.all()}
    return [rows[fund.pk] for fund in funds]


def shares(campaign: Campaign, name: str = "reserved_cents") -> list[int]:
    """What each pot has of a campaign on one step, in the order of the pots."""
    return [getattr(row, name) for row in Reservation.objects.of_campaign(campaign.pk)]


def agree() -> None:
    """Books, totals and the database's own constraint hold."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    fold()
    assert books_that_disagree() == []
    assert totals_that_disagree() == {}
    assert list(faults()) == []


@pytest.fixture
def two():
    """A campaign of € 6,000 of match, the city's pot with € 4,000 and a foundation's with € 5,000 after it."""
    of = call(pot_cents=400_000)
    theirs = sponsored(of, 500_000)
    asked = application(of)
    reserve_match(application=asked, now=NOW)
    return asked.campaign, of.funds.get(kind="municipality"), theirs


class TestASponsorsPot:
    def test_two_people_open_it_beside_the_citys(self):
        of, sponsor = call(pot_cents=400_000), foundation()
        change = sponsoring(of, 500_000, sponsor=sponsor, themes=("green",))
        assert of.funds.count() == 1
        both = world.staff(Role.OFFICER, Role.APPROVER)
        theirs = approve_fund_change(change=change, by=both, now=NOW)
        assert (theirs.organisation, theirs.kind, theirs.themes) == (sponsor, "sponsor", ["green"])
        assert (theirs.opened_cents, theirs.free_cents) == (500_000, 500_000)
        change.refresh_from_db()
        assert (change.moved_cents, change.decided_person) == (500_000, both.person)
        assert debit_balance(f"control:s{sponsor.pk}") == -500_000
        of.refresh_from_db()
        assert of.pot_cents == 400_000  # what the city has put aside
        assert (
            programme_ladder(of.programme).programmed_cents == 100_000_000
        )  # a sponsor's money is no programme's
        agree()

    def test_it_grows_by_two_people_too(self, two):
        _campaign, _city, theirs = two
        change = propose_top_up(
            call=theirs.call,
            fund=theirs,
            amount_cents=100_000,
            reason="r",
            by=world.staff(Role.OFFICER),
            now=NOW,
        )
        approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
        assert sums(theirs) == [(600_000, 400_000)]
        agree()

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            ({"priority": 0}, {"priority"}),
            ({"priority": 100, "name": " "}, {"priority", "name"}),
            ({"themes": ("war",), "money": "cash"}, {"themes", "money"}),
            ({"organisation_kinds": ("party",)}, {"organisation_kinds"}),
            ({"neighbourhoods": (999_999,)}, {"neighbourhoods"}),
            ({"cents": 0}, {"amount_cents"}),
            ({"cents": -5, "priority": 0}, {"amount_cents", "priority"}),
        ],
    )
    def test_bad_terms_change_nothing(self, given, fields):
        of = call()
        before = world.rows("matching_fundchange", "matching_matchfund")
        with pytest.raises(Refused) as refused:
            sponsoring(of, given.pop("cents", 1_000), **given)
        problems = refused.value.problems if isinstance(refused.value, Several) else [refused.value]
        assert {one.field for one in problems} == fields
        assert world.rows("matching_fundchange", "matching_matchfund") == before

    def test_one_open_pot_of_a_sponsor_and_one_change_at_a_time(self):
        of, sponsor = call(), foundation()
        change = sponsoring(of, 1_000, sponsor=sponsor)
        with pytest.raises(Refused) as refused:
            sponsoring(of, 1_000, sponsor=sponsor)
        assert refused.value.code == "change_waiting"
        sponsoring(of, 1_000)  # another sponsor is not held up, nor is the city
        approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
        with pytest.raises(Refused) as refused:
            sponsoring(of, 1_000, sponsor=sponsor)
        assert refused.value.code == "sponsor_has_pot"

    def test_nobody_of_the_sponsor_proposes_or_decides(self):
        of, sponsor = call(), foundation()
        theirs, change = world.staff(Role.OFFICER, Role.APPROVER), sponsoring(of, 1_000, sponsor=sponsor)
        Membership.objects.create(user=theirs, organisation=sponsor, role=TeamRole.EDITOR, since=NOW)
        with pytest.raises(NotAllowed):
            approve_fund_change(change=change, by=theirs, now=NOW)
        fund = approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
        with pytest.raises(NotAllowed):
            propose_top_up(call=of, fund=fund, amount_cents=1, reason="r", by=theirs, now=NOW)
        with pytest.raises(NotAllowed):
            propose_fund_closing(fund=fund, reason="r", by=theirs, now=NOW)

    def test_money_in_our_account_counts_once_it_has_arrived(self):
        of = call(pot_cents=100_000)
        fund = approve_fund_change(
            change=sponsoring(of, 500_000, money="held"), by=world.staff(Role.APPROVER), now=NOW
        )
        assert (fund.opened_cents, fund.free_cents) == (0, 0)
        with pytest.raises(Refused) as refused:
            reserve_match(application=application(of), now=NOW)
        assert refused.value.code == "pot_empty"
        receive_sponsor_money(fund=fund, cents=510_000, reference="bank_line:1", now=NOW)
        assert sums(fund) == [(510_000, 510_000)]
        assert (credit_balance(f"held_fund:{fund.pk}"), debit_balance("cash:bank")) == (510_000, 510_000)
        with pytest.raises(Refused) as refused:
            propose_top_up(
                call=of, fund=fund, amount_cents=1, reason="r", by=world.staff(Role.OFFICER), now=NOW
            )
        assert refused.value.code == "fund_held"
        asked = application(of)
        reserve_match(application=asked, now=NOW)
        assert shares(asked.campaign) == [100_000, 500_000]
        agree()

    def test_money_that_is_not_there_shows(self):
        fund = sponsored(call(), 500_000, money="held")
        with transaction.atomic():
            MatchFund.objects.filter(pk=fund.pk).update(opened_cents=500_001, free_cents=500_001)
            assert len(books_that_disagree()) == 2
            transaction.set_rollback(True)


class TestWhoIsMatchedFromWhich:
    @pytest.mark.parametrize(
        ("terms", "is_open"),
        [
            ({}, True),
            ({"themes": ("green", "food")}, True),
            ({"themes": ("food",)}, False),
            ({"organisation_kinds": ("association",)}, True),
            ({"organisation_kinds": ("company",)}, False),
            ({"place": "Barona"}, True),
            ({"place": "Isola"}, False),
            ({"place": "Barona", "themes": ("food",)}, False),
        ],
    )
    def test_a_pot_is_open_to_some(self, terms, is_open):
        of = call(pot_cents=400_000)
        if place := terms.pop("place", None):
            terms["neighbourhoods"] = (world.neighbourhood(place).pk,)
        sponsored(of, 500_000, **terms)
        asked = application(of)
        assert (asked.project.theme, asked.project.organisation.kind) == (
            Theme.GREEN,
            OrganisationKind.ASSOCIATION,
        )
        if is_open:
            assert [row.exposure_cents for row in reserve_match(application=asked, now=NOW)] == [
                400_000,
                200_000,
            ]
            return
        with pytest.raises(Refused) as refused:
            reserve_match(application=asked, now=NOW)
        assert refused.value.code == "pot_empty"
        assert not Reservation.objects.exists()
        agree()

    def test_nobody_is_matched_from_their_own_money(self):
        of = call(pot_cents=400_000)
        asked = application(of)
        sponsored(of, 500_000, sponsor=asked.project.organisation)
        with pytest.raises(Refused):
            reserve_match(application=asked, now=NOW)

    def test_a_lower_priority_is_taken_first(self):
        of = call(pot_cents=400_000)
        sponsored(of, 500_000, priority=1)
        asked = application(of)
        first, second = reserve_match(application=asked, now=NOW)
        assert (first.fund.kind, first.reserved_cents) == ("sponsor", 500_000)
        assert (second.fund.kind, second.reserved_cents) == ("municipality", 100_000)
        agree()


class TestTakeAndGiveBack:
    def test_as_much_as_there_is_or_all(self, two):
        campaign, city, theirs = two
        assert sums(city, theirs) == [(400_000, 0), (500_000, 300_000)]
        with pytest.raises(Refused) as refused:
            take(campaign=campaign, cents=300_001, now=NOW, whole=True)
        assert refused.value.code == "pot_empty"
        agree()
        [one] = take(campaign=campaign, cents=1_000_000, now=NOW, whole=False)
        assert (one.fund_id, one.cents) == (theirs.pk, 300_000)
        assert take(campaign=campaign, cents=1, now=NOW, whole=False) == []
        assert shares(campaign) == [400_000, 500_000]
        agree()

    def test_the_last_pot_is_given_back_first(self, two):
        campaign, city, theirs = two
        given = give_back(campaign=campaign, cents=250_000, now=NOW)
        assert [(one.fund_id, one.cents) for one in given] == [(city.pk, 50_000), (theirs.pk, 200_000)]
        assert sums(city, theirs) == [(400_000, 50_000), (500_000, 500_000)]
        with pytest.raises(Refused) as refused:
            give_back(campaign=campaign, cents=350_001, now=NOW)
        assert refused.value.code == "not_reserved"
        agree()
        take(campaign=campaign, cents=60_000, now=NOW, whole=True)
        assert shares(campaign) == [400_000, 10_000]
        assert shares(campaign, "exposure_cents") == [400_000, 200_000]
        agree()

    def test_without_a_call_or_after_the_proposal_nothing_is_taken(self, two):
        campaign, _city, _theirs = two
        with pytest.raises(Refused) as refused:
            take(campaign=world.campaign(), cents=1, now=NOW, whole=False)
        assert refused.value.code == "no_match"
        propose_match(campaign=campaign, pledged=Crowd(400_000, 9), collected=Crowd(400_000, 9), now=NOW)
        with pytest.raises(Refused) as refused:
            take(campaign=campaign, cents=1, now=NOW, whole=False)
        assert refused.value.code == "not_reserved"
        agree()

    def test_the_database_refuses_what_was_not_set_aside(self, two):
        campaign, city, _theirs = two
        mine = Reservation.objects.filter(campaign=campaign, fund=city)
        for row, change in (
            (MatchFund.objects.filter(pk=city.pk), {"free_cents": 1}),
            (MatchFund.objects.filter(pk=city.pk), {"opened_cents": 399_999}),
            (mine, {"reserved_cents": 399_999}),
            (mine, {"exposure_cents": 500_000, "bound_cents": 1}),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                row.update(**change)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def bound(campaign: Campaign, collected: int = 400_000) -> None:
    """Propose the match, and record and confirm the act of each pot."""
    crowd = Crowd(collected, 9)
    for row in propose_match(campaign=campaign, pledged=Crowd(400_000, 9), collected=crowd, now=NOW):
        act = record_act(reservation=row, act=ACT, by=world.staff(Role.OFFICER), now=NOW)
        confirm_act(act=act, by=world.staff(Role.APPROVER), now=NOW)


class TestWhoBearsWhat:
    def test_the_match_is_borne_by_priority_to_the_cent(self, two):
        campaign, city, theirs = two
        # € 3,999.99 of the € 4,000 asked for: € 6,000 × 399,999 ÷ 400,000, rounded down
        crowd = Crowd(399_999, 9)
        propose_match(campaign=campaign, pledged=Crowd(400_000, 9), collected=crowd, now=NOW)
        assert shares(campaign, "proposed_cents") == [400_000, 199_998]
        explained = match_explained(campaign)
        assert (explained.cents, [one.cents for one in explained.shares]) == (599_998, [400_000, 199_998])
        assert sums(city, theirs) == [(400_000, 0), (500_000, 300_002)]
        agree()

    def test_a_small_match_is_the_first_pots_alone(self, two):
        campaign, _city, theirs = two
        [only] = propose_match(
            campaign=campaign, pledged=Crowd(400_000, 9), collected=Crowd(200_000, 5), now=NOW
        )
        assert (only.proposed_cents, only.fund.kind) == (300_000, "municipality")
        assert [row.status for row in Reservation.objects.of_campaign(campaign.pk)] == [
            "proposed",
            "released",
        ]
        assert sums(theirs) == [(500_000, 500_000)]
        agree()

    def test_each_pot_has_its_act_and_a_sponsors_needs_no_cup(self, two):
        campaign, _city, theirs = two
        city_row, their_row = propose_match(
            campaign=campaign, pledged=Crowd(400_000, 9), collected=Crowd(400_000, 9), now=NOW
        )
        bare = dataclasses.replace(ACT, cup="")
        officer = world.staff(Role.OFFICER)
        with pytest.raises(Invalid) as refused:
            record_act(reservation=city_row, act=bare, by=officer, now=NOW)
        assert refused.value.field == "cup"
        act = record_act(reservation=their_row, act=bare, by=officer, now=NOW)
        confirm_act(act=act, by=world.staff(Role.APPROVER), now=NOW)
        assert fund_ladder(theirs).bound_cents == 200_000
        assert match_explained(campaign).status == "proposed"  # the city's act is missing
        agree()

    def test_a_tranche_is_split_comes_back_and_is_returned(self, two):
        campaign, city, theirs = two
        bound(campaign)
        disburse_tranche(campaign_id=campaign.pk, cents=450_000, reference="payout:1", now=NOW)
        assert shares(campaign, "disbursed_cents") == [400_000, 50_000]
        take_back_tranche(campaign_id=campaign.pk, reference="payout:1", now=NOW)
        assert shares(campaign, "bound_cents") == [400_000, 200_000]
        with pytest.raises(Refused):
            disburse_tranche(campaign_id=campaign.pk, cents=600_001, reference="payout:2", now=NOW)
        disburse_tranche(campaign_id=campaign.pk, cents=600_000, reference="payout:2", now=NOW)
        officer = world.staff(Role.OFFICER)
        given = return_match(campaign=campaign, cents=250_000, reference="unspent:1", now=NOW, by=officer)
        assert [(one.fund_id, one.cents) for one in given] == [(city.pk, 50_000), (theirs.pk, 200_000)]
        assert sums(city, theirs) == [(400_000, 50_000), (500_000, 500_000)]
        with pytest.raises(IntegrityError), transaction.atomic():
            return_match(
                campaign=campaign, cents=1, reference="unspent:1:f" + str(city.pk), now=NOW, by=officer
            )
        for cents, error in ((0, Invalid), (350_001, Refused)):
            with pytest.raises(error):
                return_match(campaign=campaign, cents=cents, reference="unspent:2", now=NOW, by=officer)
        with pytest.raises(NotAllowed):
            return_match(campaign=campaign, cents=1, reference="unspent:2", now=NOW, by=world.person())
        agree()

    def test_what_was_held_comes_back_to_our_account(self):
        of = call(pot_cents=1)
        fund = sponsored(of, 600_000, money="held", priority=1)
        asked = application(of)
        reserve_match(application=asked, now=NOW)
        bound(asked.campaign)
        postings.sponsor_released(
            fund_id=fund.pk, campaign_id=asked.campaign.pk, cents=600_000, reference="disbursement:1", now=NOW
        )
        disburse_tranche(
            campaign_id=asked.campaign.pk,
            cents=600_000,
            reference="payout:1",
            shares=[Taken(fund.pk, 600_000)],
            now=NOW,
        )
        officer = world.staff(Role.OFFICER)
        return_match(campaign=asked.campaign, cents=1_000, reference="unspent:1", now=NOW, by=officer)
        assert credit_balance(f"held_fund:{fund.pk}") == 1_000
        assert sums(fund) == [(600_000, 1_000)]
        agree()

    def test_release_gives_each_pot_its_own_back(self, two):
        campaign, city, theirs = two
        assert release_reservation(campaign=campaign, now=NOW) == 600_000
        assert release_reservation(campaign=campaign, now=NOW) == 0
        assert sums(city, theirs) == [(400_000, 400_000), (500_000, 500_000)]
        agree()


class TestClosingAPot:
    def test_what_is_free_goes_back_and_nobody_takes_any_more(self, two):
        campaign, city, theirs = two
        change = closing(theirs)
        assert change.amount_cents == 300_000
        give_back(campaign=campaign, cents=100_000, now=NOW)  # in between
        fund = approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
        change.refresh_from_db()
        assert (change.moved_cents, fund.closed_at, fund.opened_cents) == (400_000, NOW, 100_000)
        assert debit_balance(f"control:s{theirs.organisation_id}") == -100_000
        assert take(campaign=campaign, cents=1, now=NOW, whole=False) == []
        for deed in (
            lambda: propose_top_up(
                call=fund.call, fund=fund, amount_cents=1, reason="r", by=world.staff(Role.OFFICER), now=NOW
            ),
            lambda: closing(fund),
            lambda: receive_sponsor_money(fund=fund, cents=1, reference="bank_line:1", now=NOW),
        ):
            with pytest.raises(Refused) as refused:
                deed()
            assert refused.value.code == "fund_closed"
        release_reservation(campaign=campaign, now=NOW)  # comes back to a closed pot: closed once more
        assert sums(city, theirs) == [(400_000, 400_000), (100_000, 100_000)]
        approve_fund_change(change=closing(fund), by=world.staff(Role.APPROVER), now=NOW)
        assert sums(theirs) == [(0, 0)]
        agree()

    def test_the_citys_goes_back_to_the_programme(self, two):
        _campaign, city, _theirs = two
        release_reservation(campaign=two[0], now=NOW)
        approve_fund_change(change=closing(city), by=world.staff(Role.APPROVER), now=NOW)
        assert debit_balance(f"admitted:{city.call.programme_id}") == 100_000_000
        agree()

    def test_not_while_the_call_is_open(self, two):
        officer = world.staff(Role.OFFICER)
        with pytest.raises(Refused) as refused:
            propose_fund_closing(fund=two[1], reason="r", by=officer, now=NOW)
        assert refused.value.code == "window_open"
        with pytest.raises(Invalid):
            propose_fund_closing(fund=two[1], reason=" ", by=officer, now=NOW)


class TestExpiry:
    @pytest.fixture
    def late(self, two, at):
        """The two pots' campaign, a day after its reservations have expired."""
        campaign, _city, _theirs = two
        owner = world.person()
        Membership.objects.create(
            user=owner, organisation=campaign.project.organisation, role=TeamRole.OWNER, since=NOW
        )
        at(NOW + dt.timedelta(days=366))
        return campaign

    def test_what_is_not_launched_in_time_is_released_with_letters(self, two, late):
        officer = world.staff(Role.OFFICER)
        assert jobs.run_one("matching.expire") == 1
        assert jobs.run_one("matching.expire") == 0
        _campaign, city, theirs = two
        assert sums(city, theirs) == [(400_000, 400_000), (500_000, 500_000)]
        assert Notice.objects.filter(event="reservation_expired", email=officer.email).count() == 1
        assert Notice.objects.filter(event="reservation_expired").count() >= 2  # and the team
        with pytest.raises(Refused) as refused:
            check_reserved(campaign=late)
        assert refused.value.code == "reservation_expired"
        agree()

    @pytest.mark.parametrize("status", ["live", "collecting", "cancelled"])
    def test_a_campaign_that_was_launched_keeps_it(self, late, status):
        Campaign.objects.filter(pk=late.pk).update(
            status=status, deadline=NOW, opens_at=NOW - dt.timedelta(1)
        )
        assert jobs.run_one("matching.expire") == 0
        check_reserved(campaign=late)

    def extended(self, campaign: Campaign, **fields) -> Extension:
        given = {
            "campaign": campaign,
            "until": NOW.date() + dt.timedelta(days=400),
            "office": "Area Economia Urbana",
            "number": "7/2026",
            "dated_on": NOW.date(),
            "by": world.staff(Role.OFFICER),
            "now": NOW,
        }
        return record_extension(**given | fields)

    def test_an_act_of_two_people_extends_it(self, two, late):
        row = self.extended(late)
        with pytest.raises(NotAllowed):
            confirm_extension(extension=row, by=row.proposed_by, now=NOW)
        confirm_extension(extension=row, by=world.staff(Role.APPROVER), now=NOW)
        assert jobs.run_one("matching.expire") == 0
        assert shares(late) == [400_000, 200_000]

    def test_one_at_a_time_and_only_what_is_reserved(self, two):
        campaign, _city, _theirs = two
        row = self.extended(campaign)
        with pytest.raises(Refused) as refused:
            self.extended(campaign)
        assert refused.value.code == "change_waiting"
        with pytest.raises(IntegrityError), transaction.atomic():
            Extension.objects.update(until=NOW.date())
        reject_extension(extension=row, why="Non motivata", by=world.staff(Role.APPROVER), now=NOW)
        again = self.extended(campaign)
        release_reservation(campaign=campaign, now=NOW)
        with pytest.raises(Refused) as refused:
            confirm_extension(extension=again, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "nothing_reserved"
        with pytest.raises(Refused):
            self.extended(campaign)

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"until": NOW.date()}, {"until"}),
            ({"dated_on": NOW.date() + dt.timedelta(days=1), "office": " "}, {"dated_on", "office"}),
            ({"number": ""}, {"number"}),
        ],
    )
    def test_a_bad_act_changes_nothing(self, two, fields, wrong):
        with pytest.raises(Refused) as refused:
            self.extended(two[0], **fields)
        problems = refused.value.problems if isinstance(refused.value, Several) else [refused.value]
        assert {one.field for one in problems} == wrong
        assert not Extension.objects.exists()


def collected(campaign: Campaign, cents: int) -> None:
    """A pledge that was collected and still stands."""
    bank.pledge(campaign, cents=cents, status=PledgeStatus.COLLECTED, collected_at=NOW)
    TotalsDelta.objects.create(campaign=campaign, collected_cents=cents)


class TestCorrection:
    """€ 4,000 were collected and € 6,000 matched; then € 1,000 went back: the match on € 3,000 is € 4,500."""

    @pytest.fixture
    def funded(self, two):
        campaign, _city, _theirs = two
        bound(campaign)
        return self.refunded(campaign)

    def refunded(self, campaign: Campaign) -> Campaign:
        Campaign.objects.filter(pk=campaign.pk).update(
            status=CampaignStatus.FUNDED, opens_at=NOW - dt.timedelta(days=70), deadline=NOW
        )
        Settlement.objects.create(
            campaign=campaign, decided_at=NOW, pledged_cents=400_000, pledges=9, goal_cents=400_000, goal_met=True,
            finished_at=NOW, collected_cents=400_000, collected_pledges=9, fees_cents=0,
        )  # fmt: skip
        for cents in (100_000, 200_000):
            collected(campaign, cents)
        return Campaign.objects.get(pk=campaign.pk)

    def proposed(self, campaign: Campaign, **fields):
        given = {"campaign": campaign, "reason": "Rimborsi", "by": world.staff(Role.OFFICER), "now": NOW}
        return corrections.propose_correction(**given | fields)

    def test_what_was_not_paid_goes_back_in_reverse(self, two, funded):
        _campaign, city, theirs = two
        row = self.proposed(funded)
        assert (row.match_cents, row.economy_cents, row.returned_cents) == (450_000, 150_000, 0)
        corrections.approve_correction(correction=row, by=world.staff(Role.APPROVER), now=NOW)
        assert shares(funded, "bound_cents") == [400_000, 50_000]
        assert sums(city, theirs) == [(400_000, 0), (500_000, 450_000)]
        explained = match_explained(funded)
        assert (explained.cents, explained.steps[-1]["code"]) == (450_000, "shortfall")
        with pytest.raises(Refused) as refused:
            self.proposed(funded)
        assert refused.value.code == "nothing_to_correct"
        agree()

    def test_what_was_paid_goes_back_by_its_receipt(self, two, funded):
        _campaign, city, theirs = two
        disburse_tranche(campaign_id=funded.pk, cents=550_000, reference="payout:1", now=NOW)
        first = self.proposed(funded)
        assert (first.economy_cents, first.returned_cents) == (50_000, 0)
        corrections.approve_correction(correction=first, by=world.staff(Role.APPROVER), now=NOW)
        with pytest.raises(Refused) as refused:
            self.proposed(funded)
        assert (refused.value.code, refused.value.field) == ("all_paid", "receipt")
        second = self.proposed(funded, receipt="Quietanza 9/2026")
        assert (second.economy_cents, second.returned_cents) == (0, 100_000)
        corrections.approve_correction(correction=second, by=world.staff(Role.APPROVER), now=NOW)
        assert shares(funded, "disbursed_cents") == [400_000, 50_000]
        assert sums(city, theirs) == [(400_000, 0), (500_000, 450_000)]
        assert match_explained(funded).cents == 450_000
        agree()

    def test_before_the_act_the_proposal_is_lowered(self, two):
        campaign, _city, _theirs = two
        propose_match(campaign=campaign, pledged=Crowd(400_000, 9), collected=Crowd(400_000, 9), now=NOW)
        made = self.refunded(campaign)
        row = self.proposed(made)
        corrections.approve_correction(correction=row, by=world.staff(Role.APPROVER), now=NOW)
        assert shares(made, "proposed_cents") == shares(made) == [400_000, 50_000]
        agree()

    def test_changed_figures_a_waiting_act_and_an_unfunded_campaign(self, two, funded):
        row = self.proposed(funded)
        with pytest.raises(Refused) as refused:
            self.proposed(funded)
        assert refused.value.code == "change_waiting"
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.update(economy_cents=1)
        collected(funded, 1_000)
        with pytest.raises(Refused) as refused:
            corrections.approve_correction(correction=row, by=world.staff(Role.APPROVER), now=NOW)
        assert refused.value.code == "amount_changed"
        corrections.reject_correction(correction=row, why="Vecchia", by=world.staff(Role.APPROVER), now=NOW)
        Campaign.objects.filter(pk=funded.pk).update(status=CampaignStatus.COLLECTING)
        with pytest.raises(Refused) as refused:
            self.proposed(funded)
        assert refused.value.code == "not_funded"
        assert shares(funded, "bound_cents") == [400_000, 200_000]


class TestMoneyOfTwoSponsors:
    """€ 2,000 of one and € 4,000 of another lie in our account for a campaign; the city's pot has a cent."""

    @pytest.fixture
    def held(self):
        of = call(pot_cents=1)
        first = sponsored(of, 200_000, money="held", priority=1)
        second = sponsored(of, 400_000, money="held", priority=2, sponsor=foundation("Fondazione Lambro"))
        asked = application(of)
        reserve_match(application=asked, now=NOW)
        bound(asked.campaign)
        Campaign.objects.filter(pk=asked.campaign.pk).update(
            status=CampaignStatus.FUNDED, opens_at=NOW - dt.timedelta(days=70), deadline=NOW
        )
        paying.iban_of(asked.project.organisation)
        return Campaign.objects.get(pk=asked.campaign.pk), first, second

    def in_our_account(self, *funds: MatchFund) -> list[int]:
        return [credit_balance(f"held_fund:{fund.pk}") for fund in funds]

    def test_a_tranche_is_taken_pot_by_pot_and_goes_back_so(self, held):
        campaign, *funds = held
        assert releasable(campaign, "match", NOW).maximum_cents == 0
        assert releasable(campaign, "sponsor", NOW).maximum_cents == 600_000
        payout = paying.approved(campaign, 300_000, "sponsor")
        assert self.in_our_account(*funds) == [0, 300_000]
        assert sponsor_room(campaign) == [(funds[1].pk, 300_000)]
        credit.send_credit_payout(payout=payout, now=NOW)
        credit.finish_credit_payout(payout=payout, proof="CF-L1-1", now=NOW)
        assert shares(campaign, "disbursed_cents") == [200_000, 100_000]
        agree()
        fail_payout(payout=payout, why="AC04", now=NOW)
        assert shares(campaign, "bound_cents") == [200_000, 400_000]
        void_disbursement(disbursement=payout.disbursement, why="x", by=world.staff(Role.OFFICER), now=NOW)
        assert self.in_our_account(*funds) == [200_000, 400_000]
        agree()

    def test_what_is_under_way_is_not_saved(self, held):
        campaign, first, second = held
        paying.approved(campaign, 500_000, "sponsor")
        assert unpaid_by_pot(campaign) == {first.pk: 200_000, second.pk: 300_000}
        rows = lock_funds_of(campaign.pk)
        assert [cents for _row, cents in saveable(rows, unpaid_by_pot(campaign))] == [0, 100_000]
        with pytest.raises(Refused):
            save_unpaid(
                campaign_id=campaign.pk,
                cents=100_001,
                unpaid=unpaid_by_pot(campaign),
                reference="x:1",
                now=NOW,
            )
        agree()

    def test_a_tranche_paid_directly_leaves_the_last_pot_to_save(self, two):
        campaign, city, theirs = two
        bound(campaign)
        Campaign.objects.filter(pk=campaign.pk).update(
            status=CampaignStatus.FUNDED, opens_at=NOW - dt.timedelta(days=70), deadline=NOW
        )
        paying.approved(Campaign.objects.get(pk=campaign.pk), 450_000, "match")
        assert unpaid_by_pot(campaign) == {city.pk: 400_000, theirs.pk: 50_000}
