"""Money that arrives: what counts, what waits for its backer's word, what goes back; each booked once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Consent
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.bank.enums import ExcessStatus, LineStatus
from payments.bank.models import BankLine, Excess
from payments.bank.permissions import EXCESS
from payments.bank.services.arrivals import Outcome, outcome_of
from payments.bank.services.consents import TRANSFER_VERSION
from payments.bank.services.excess import answer_excess
from payments.enums import PledgeStatus
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.models import Pledge, Refund
from payments.permissions import MANAGE, link_token
from payments.services.totals import totals_that_disagree
from tests import world
from tests.payments.bank_files.acting import DEADLINE, LAST_DAY, TODAY, bring, drains, line, paid, promise
from tests.payments.bank_files.writing import Move
from tests.payments.test_recover_words import in_both
from tests.world import NOW

pytestmark = pytest.mark.django_db
S, C = PledgeStatus, CampaignStatus
LATER = DEADLINE + dt.timedelta(days=1)


def books_add_up() -> None:
    assert list(faults()) == []
    assert totals_that_disagree() == {}


def held(campaign: Campaign) -> int:
    return credit_balance(f"held:{campaign.pk}:bank")


def due(campaign: Campaign) -> int:
    return credit_balance(f"refund_due:{campaign.pk}")


def answer(excess: Excess, *, agree: bool, now: dt.datetime = NOW, **fields) -> Excess:
    return answer_excess(
        **{
            "excess": excess,
            "agree": agree,
            "by": None,
            "now": now,
            "token": link_token(excess.pledge, EXCESS),
            "consent_version": TRANSFER_VERSION if agree else "",
        }
        | fields
    )


def move_campaign(campaign: Campaign, status: str, **fields) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(status=status, **fields)
    campaign.refresh_from_db()


class TestWhatArrives:
    def test_the_promised_amount_is_received(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        done = bring(paid(pledge))
        pledge.refresh_from_db()
        assert (done.new_lines, done.known_lines, done.again) == (1, 0, False)
        assert (pledge.status, pledge.amount_cents, pledge.received_on) == (S.RECEIVED, 2_500, TODAY)
        assert pledge.activated_at == NOW
        row = line()
        assert (row.status, row.pledge, row.counted_cents) == (LineStatus.MATCHED, pledge, 2_500)
        assert (held(campaign), debit_balance("cash:bank")) == (2_500, 2_500)
        assert not Excess.objects.exists()
        assert Notice.objects.filter(event="transfer_received").count() == 1
        jobs.run_until_quiet(["pledges.fold"])
        campaign.refresh_from_db()
        assert (campaign.pledged_cents, campaign.promised_cents, campaign.backers) == (2_500, 0, 1)
        books_add_up()

    def test_a_promise_is_shown_apart_until_it_arrives(self):
        campaign = world.campaign()
        promise(campaign)
        jobs.run_until_quiet(["pledges.fold"])
        campaign.refresh_from_db()
        assert (campaign.pledged_cents, campaign.promised_cents, campaign.backers) == (0, 2_500, 0)

    @pytest.mark.parametrize("said", [{"rf": "", "text": "rif. {}"}, {"rf": "", "e2e": "{}"}])
    def test_the_reference_is_found_wherever_it_was_written(self, said):
        pledge = promise(world.campaign())
        reference = pledge.transfer.reference
        spaced = f"{reference[:4].lower()} {reference[4:8]} {reference[8:]}" if "text" in said else reference
        bring(paid(pledge, **{name: text.format(spaced) for name, text in said.items()}))
        pledge.refresh_from_db()
        assert pledge.status == S.RECEIVED

    def test_a_short_amount_counts_for_what_arrived(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(paid(pledge, 1_000))
        pledge.refresh_from_db()
        assert (pledge.status, pledge.amount_cents, pledge.promised_cents) == (S.RECEIVED, 1_000, 2_500)
        assert Notice.objects.get(event="transfer_received").context["short"] is True
        books_add_up()

    def test_too_little_for_the_reward_goes_without_it(self):
        campaign = world.campaign()
        reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000, stock=3)
        poor, rich = (promise(campaign, reward=reward, email=f"{n}@example.org") for n in range(2))
        bring(paid(poor, 1_999), paid(rich, 2_000))
        poor.refresh_from_db()
        rich.refresh_from_db()
        reward.refresh_from_db()
        assert (poor.reward, rich.reward, reward.claimed) == (None, reward, 1)
        lost = {notice.context["reward_lost"] for notice in Notice.objects.filter(event="transfer_received")}
        assert lost == {"Cesta", ""}

    def test_the_last_reward_goes_to_the_first_that_arrives(self):
        campaign = world.campaign()
        reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1)
        pledges = [promise(campaign, reward=reward, email=f"{n}@example.org") for n in range(2)]
        bring(*(paid(pledge) for pledge in pledges))
        assert [Pledge.objects.get(pk=p.pk).reward_id for p in pledges] == [reward.pk, None]

    def test_an_unknown_reference_waits_in_the_queue(self):
        campaign = world.campaign()
        promise(campaign)
        bring(
            Move(700, rf="RF18539007547034", ref="B1", on=TODAY), Move(800, text="auguri", ref="B2", on=TODAY)
        )
        assert {row.status for row in BankLine.objects.all()} == {LineStatus.UNMATCHED}
        assert (credit_balance("unmatched:bank"), debit_balance("cash:bank"), held(campaign)) == (
            1_500,
            1_500,
            0,
        )

    def test_two_references_in_one_transfer_are_for_somebody_to_look_at(self):
        one, two = (promise(world.campaign()) for _ in range(2))
        bring(Move(5_000, rf=one.transfer.reference, text=two.transfer.reference, on=TODAY))
        assert line().status == LineStatus.UNMATCHED


class TestExcess:
    def test_more_than_promised_asks_the_backer(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(paid(pledge, 4_000))
        pledge.refresh_from_db()
        excess = Excess.objects.get()
        assert (pledge.amount_cents, excess.kind, excess.cents, excess.status) == (
            2_500,
            "more",
            1_500,
            "asked",
        )
        assert line().counted_cents == 2_500
        assert held(campaign) == 4_000
        letter = Notice.objects.get(event="transfer_excess")
        assert link_token(pledge, EXCESS).partition(":")[0] in letter.context["action_url"]
        books_add_up()

    def test_with_consent_it_counts_in_full(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(paid(pledge, 4_000))
        done = answer(Excess.objects.get(), agree=True)
        pledge.refresh_from_db()
        assert (done.status, pledge.amount_cents, pledge.promised_cents) == ("counted", 4_000, 2_500)
        assert line().counted_cents == 4_000
        assert "15,00" in done.consent.text
        assert not Refund.objects.exists()
        books_add_up()

    def test_without_consent_it_goes_back_at_the_close(self, at):
        campaign = world.campaign(goal_cents=2_500)
        pledge = promise(campaign)
        bring(paid(pledge, 4_000))
        assert drains() == 0, "before the close it waits"
        at(DEADLINE)
        jobs.run_until_quiet(["campaigns.close"])
        jobs.run_until_quiet(["bank.excesses"])
        pledge.refresh_from_db()
        refund = Refund.objects.get()
        assert (pledge.status, pledge.amount_cents) == (S.COLLECTED, 2_500)
        assert (refund.amount_cents, refund.reason, refund.channel, refund.status) == (
            1_500,
            "excess",
            "bank",
            "created",
        )
        assert Excess.objects.get().refund == refund
        assert (held(campaign), due(campaign)) == (2_500, 1_500)
        books_add_up()

    def test_no_sends_it_back_at_once(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(paid(pledge, 4_000))
        done = answer(Excess.objects.get(), agree=False)
        assert (done.status, done.refund.amount_cents, due(campaign)) == ("returned", 1_500, 1_500)
        pledge.refresh_from_db()
        assert pledge.status == S.RECEIVED
        with pytest.raises(Refused) as caught:
            answer(done, agree=True)
        assert caught.value.code == "answered"

    def test_a_second_transfer_asks_too(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(paid(pledge), paid(pledge, 900))
        excess = Excess.objects.get()
        assert (excess.kind, excess.cents, excess.line.counted_cents) == ("again", 900, 0)
        answer(excess, agree=True)
        pledge.refresh_from_db()
        assert pledge.amount_cents == 3_400
        books_add_up()

    def test_only_the_backer_answers_and_only_to_the_words_of_today(self):
        pledge = promise(world.campaign(), by=(ada := world.person()))
        other = promise(world.campaign())
        bring(paid(pledge, 4_000))
        excess = Excess.objects.get()
        for wrong in (
            {"token": ""},
            {"token": link_token(other, EXCESS)},
            {"token": link_token(pledge, MANAGE)},
        ):
            with pytest.raises(NotAllowed):
                answer(excess, agree=True, **wrong)
        with pytest.raises(NotAllowed):
            answer(excess, agree=False, token="", by=world.person())
        with pytest.raises(Invalid):
            answer(excess, agree=True, consent_version="old")
        assert Excess.objects.get().status == ExcessStatus.ASKED
        assert answer(excess, agree=True, token="", by=ada).status == "counted"
        assert Consent.objects.filter(user=ada, kind="transfer").count() == 2

    def test_a_campaign_that_is_called_off_gives_all_of_it_back(self):
        campaign = world.campaign()
        pledge = promise(campaign)
        bring(paid(pledge, 4_000))
        move_campaign(campaign, C.CANCELLED)
        jobs.run_until_quiet(["bank.excesses", "pledges.release"])
        pledge.refresh_from_db()
        assert pledge.status == S.RETURNING
        assert sorted(Refund.objects.values_list("reason", "amount_cents")) == [
            ("cancelled", 2_500),
            ("excess", 1_500),
        ]
        assert (held(campaign), due(campaign)) == (0, 4_000)
        books_add_up()


class TestLate:
    def late(self, pledge: Pledge, cents: int = 2_500, **fields) -> None:
        bring(paid(pledge, cents, on=LATER.date(), **fields), now=LATER)

    def collecting(self, campaign: Campaign) -> Pledge:
        """A campaign that collects, and a pledge whose transfer never came."""
        pledge = promise(campaign)
        Pledge.objects.filter(pk=pledge.pk).update(status=S.EXPIRED)
        move_campaign(campaign, C.COLLECTING, recovery_ends_at=DEADLINE + dt.timedelta(days=7))
        from payments.models import TotalsDelta

        TotalsDelta.objects.create(campaign=campaign, promised_cents=-2_500)
        return pledge

    def test_while_the_campaign_collects_the_backer_is_asked(self, at):
        campaign = world.campaign()
        pledge = self.collecting(campaign)
        at(LATER)
        self.late(pledge)
        pledge.refresh_from_db()
        excess = Excess.objects.get()
        assert (pledge.status, excess.kind, excess.status) == (S.EXPIRED, "late", "asked")
        answer(excess, agree=True, now=LATER)
        pledge.refresh_from_db()
        assert (pledge.status, pledge.amount_cents, pledge.collected_at) == (S.COLLECTED, 2_500, LATER)
        assert line().counted_cents == 2_500
        books_add_up()

    def test_without_a_word_it_goes_back_when_the_window_ends(self, at):
        campaign = world.campaign()
        pledge = self.collecting(campaign)
        self.late(pledge)
        at(DEADLINE + dt.timedelta(days=6))
        assert drains() == 0
        at(DEADLINE + dt.timedelta(days=7))
        jobs.run_until_quiet(["bank.excesses"])
        assert Refund.objects.get().reason == "late"
        with pytest.raises(Refused):
            answer(Excess.objects.get(), agree=True, now=DEADLINE + dt.timedelta(days=7))
        books_add_up()

    def test_a_word_given_before_the_decision_is_kept(self, at):
        campaign = world.campaign(goal_cents=2_500)
        there, late = promise(campaign), promise(campaign, email="b@example.org")
        bring(paid(there))
        move_campaign(campaign, C.CLOSING)
        self.late(late, 1_000)
        answer(Excess.objects.get(), agree=True, now=LATER)
        late.refresh_from_db()
        assert (Excess.objects.get().status, late.status) == ("agreed", S.AWAITING_TRANSFER)
        at(LATER)
        jobs.run_until_quiet(["campaigns.close", "bank.excesses"])
        late.refresh_from_db()
        assert (late.status, late.amount_cents) == (S.COLLECTED, 1_000)
        assert campaign.settlement.pledged_cents == 2_500, "the goal was decided without it"
        books_add_up()

    def test_a_word_given_for_a_goal_that_is_missed_gives_it_back(self, at):
        campaign = world.campaign()
        late = promise(campaign)
        move_campaign(campaign, C.CLOSING)
        self.late(late, 1_000)
        answer(Excess.objects.get(), agree=True, now=LATER)
        at(LATER)
        jobs.run_until_quiet(["campaigns.close", "bank.excesses", "pledges.release"])
        campaign.refresh_from_db()
        assert campaign.status == C.MISSED
        assert (Refund.objects.get().amount_cents, held(campaign)) == (1_000, 0)
        books_add_up()

    @pytest.mark.parametrize("status", [C.MISSED, C.FUNDED])
    def test_after_the_end_it_goes_back_at_once(self, status):
        campaign = world.campaign()
        pledge = promise(campaign)
        Pledge.objects.filter(pk=pledge.pk).update(status=S.EXPIRED)
        move_campaign(campaign, status)
        self.late(pledge)
        assert (held(campaign), due(campaign), Refund.objects.get().reason) == (0, 2_500, "late")

    def test_money_for_a_cancelled_pledge_goes_back(self):
        from payments.bank.services.pledges import cancel_transfer_pledge

        campaign = world.campaign()
        pledge = promise(campaign)
        cancel_transfer_pledge(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
        bring(paid(pledge))
        assert (Excess.objects.get().kind, Refund.objects.get().amount_cents, held(campaign)) == (
            "cancelled",
            2_500,
            0,
        )
        books_add_up()

    def test_booked_on_the_last_day_counts_and_a_day_later_does_not(self):
        campaign = world.campaign()
        one, two = promise(campaign), promise(campaign, email="b@example.org")
        move_campaign(campaign, C.CLOSING)
        bring(paid(one, on=LAST_DAY), paid(two, on=LAST_DAY + dt.timedelta(days=1)), now=LATER)
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.status, two.status) == (S.RECEIVED, S.AWAITING_TRANSFER)

    def test_the_last_day_is_the_one_in_rome(self):
        """The deadline is half past eleven at night in London: in Rome it is the next day."""
        campaign = world.campaign(deadline=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC))
        pledge = promise(campaign)
        bring(paid(pledge, on=dt.date(2027, 1, 1)))
        pledge.refresh_from_db()
        assert pledge.status == S.RECEIVED


# What a transfer means, by the state of its pledge (rows) and of its campaign (columns): in time, then late.
# C counts, A asks about a second one, L asks about a late one, B goes back
CAMPAIGNS = (C.LIVE, C.CLOSING, C.COLLECTING, C.FUNDED, C.MISSED, C.CANCELLED)
TABLE = {
    S.AWAITING_TRANSFER: ("CCLBBB", "LLLBBB"),
    S.EXPIRED: ("CCLBBB", "LLLBBB"),
    S.RECEIVED: ("AAABBB", "AAABBB"),
    S.COLLECTED: ("AAABBB", "AAABBB"),
    S.CANCELLED: ("BBBBBB", "BBBBBB"),
    S.RETURNING: ("BBBBBB", "BBBBBB"),
    S.REFUNDED: ("BBBBBB", "BBBBBB"),
    S.PARTLY_REFUNDED: ("BBBBBB", "BBBBBB"),
}
LETTERS = {"C": Outcome.COUNTS, "A": Outcome.AGAIN, "L": Outcome.LATE, "B": Outcome.BACK}


def test_the_table_of_arrivals():
    for pledge, rows in TABLE.items():
        for in_time, row in zip((True, False), rows, strict=True):
            for campaign, letter in zip(CAMPAIGNS, row, strict=True):
                told = {"pledge": pledge, "campaign": campaign, "in_time": in_time}
                assert outcome_of(**told, window_open=True) is LETTERS[letter], told
                over = Outcome.BACK if campaign == C.COLLECTING else LETTERS[letter]
                assert outcome_of(**told, window_open=False) is over, told


class TestTheLetterOfATransferThatDidNotCome:
    def letter(self) -> dict[str, str]:
        """The one letter, in both languages."""
        notice = Notice.objects.get(event="transfer_expired")
        link = notice.context["action_url"]
        assert notice.context["action_label"] == "Guarda a che punto è la tua promessa"
        assert Client().get(link.partition("://")[2].partition("/")[2].join(("/", ""))).status_code == 200
        return in_both(notice)

    def test_at_the_deadline(self, at):
        campaign = world.campaign()
        promise(campaign)
        move_campaign(campaign, C.CLOSING)
        at(DEADLINE + dt.timedelta(days=6))  # nobody waits for the bank any longer
        for _twice in range(2):
            jobs.run_until_quiet(["campaigns.close", "pledges.release"])
        assert Pledge.objects.get().status == S.EXPIRED
        told = self.letter()
        assert "25,00" in told["it"]
        assert "non farlo più" in told["it"]
        assert "se deve contare" in told["it"]
        assert "don't make it any more" in told["en"]
        assert "whether it should count" in told["en"]

    def test_of_a_campaign_that_is_cancelled(self, at):
        campaign = world.campaign()
        promise(campaign)
        move_campaign(campaign, C.CANCELLED)
        at(NOW)
        jobs.run_until_quiet(["pledges.release"])
        assert Pledge.objects.get().status == S.EXPIRED
        told = self.letter()
        assert "annullata" in told["it"]
        assert "cancelled" in told["en"]
        assert "se deve contare" not in told["it"]
        assert "torna sul conto" in told["it"].lower()
