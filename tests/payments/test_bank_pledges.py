"""A pledge by bank transfer: promised, changed, taken back; the close that waits for the bank."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template

from accounts.models import Consent
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit import desk, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.bank.enums import LineStatus
from payments.bank.models import BankLine, TransferPledge
from payments.bank.selectors.waiting import waits_for_bank
from payments.bank.services.pledges import (
    cancel_transfer_pledge,
    change_account_back,
    change_transfer_amount,
    place_transfer_pledge,
)
from payments.enums import PledgeStatus
from payments.models import Pledge, Refund, TotalsDelta
from payments.permissions import MANAGE, THANKS, link_token
from payments.selectors.backer import pledged_exactly, shown_pledges
from payments.services.totals import totals_that_disagree
from tests import world
from tests.payments.bank_files.acting import DEADLINE, LAST_DAY, TODAY, bring, line, officer, paid, promise
from tests.payments.bank_files.writing import ADA, BO, OURS, Move
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
S = PledgeStatus


def change(pledge: Pledge, cents: int, **fields) -> Pledge:
    return change_transfer_amount(
        **{
            "pledge": pledge,
            "amount_cents": cents,
            "by": None,
            "now": NOW,
            "token": link_token(pledge, MANAGE),
        }
        | {"consent_version": pledge.consent.version}
        | fields
    )


def cancel(pledge: Pledge, **fields) -> Pledge:
    return cancel_transfer_pledge(
        **{"pledge": pledge, "by": None, "now": NOW, "token": link_token(pledge, MANAGE)} | fields
    )


class TestPlacing:
    def test_it_is_written_down_with_a_reference_of_its_own(self):
        campaign = world.campaign()
        reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1)
        pledge = promise(
            campaign, iban="it60 x054 2811 1010 0000 0123 456", holder=" Ada  Lovelace ", reward=reward
        )
        assert (pledge.status, pledge.channel, pledge.method) == (S.AWAITING_TRANSFER, "bank", "")
        assert (pledge.amount_cents, pledge.promised_cents, pledge.activated_at) == (2_500, 2_500, None)
        transfer = pledge.transfer
        assert (len(transfer.reference), transfer.iban, transfer.holder) == (16, ADA, "Ada Lovelace")
        assert promise(campaign).transfer.reference != transfer.reference
        reward.refresh_from_db()
        assert reward.claimed == 0, "a reward is taken when the money comes"
        assert ("25,00" in pledge.consent.text, pledge.consent.kind) == (True, "transfer")
        letter = Notice.objects.filter(event="transfer_promised").earliest("pk")
        assert letter.context["reference"].replace(" ", "") == transfer.reference
        assert letter.context["iban"].replace(" ", "") == OURS

    @pytest.mark.parametrize(
        ("wrong", "code", "field"),
        [
            ({"amount_cents": 499}, "amount_too_small", "amount_cents"),
            ({"amount_cents": 0}, "amount_too_small", "amount_cents"),
            ({"amount_cents": 10_000_001}, "amount_too_large", "amount_cents"),
            ({"amount_cents": 25.0}, "amount_not_whole", "amount_cents"),
            ({"amount_cents": True}, "amount_not_whole", "amount_cents"),
            ({"amount_cents": 1_000_001}, "person_needed", "amount_cents"),
            ({"iban": "IT60X0542811101000000123457"}, "iban", "iban"),
            ({"iban": ""}, "iban", "iban"),
            ({"iban": "ZZ00 1234"}, "iban", "iban"),
            ({"iban": OURS}, "iban_is_ours", "iban"),
            ({"holder": " "}, "holder", "holder"),
            ({"holder": "山田太郎"}, "holder", "holder"),
            ({"holder": "x" * 71}, "holder", "holder"),
            ({"email": "ada"}, "bad_email", "email"),
            ({"language": "fr"}, "unknown_language", "language"),
            ({"consent_version": "2026-11"}, "consent_missing", "consent_version"),
            ({"show_name": True}, "name_missing", "name"),
            ({"reward": 99}, "unknown_reward", "reward"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_written(self, wrong, code, field):
        campaign = world.campaign()
        with pytest.raises(Refused) as caught:
            promise(campaign, **wrong)
        assert (caught.value.code, caught.value.field) == (code, field)
        assert not Pledge.objects.exists()
        assert not Consent.objects.exists()

    def test_a_person_logged_in_may_pledge_more(self):
        ada = world.person()
        pledge = promise(world.campaign(), amount_cents=5_000_000, by=ada, email="")
        assert (pledge.backer, pledge.email) == (ada, ada.email)

    def test_the_channel_is_off_without_an_account(self, settings):
        settings.BANK_ACCOUNT_IBAN = ""
        with pytest.raises(Refused) as caught:
            promise(world.campaign())
        assert caught.value.code == "transfers_off"

    @pytest.mark.parametrize("now", [NOW - 2 * DAY, DEADLINE])
    def test_only_while_the_campaign_is_open(self, now):
        with pytest.raises(Refused):
            promise(world.campaign(), now=now)
        assert not TransferPledge.objects.exists()


class TestChanging:
    def test_the_amount_changes_and_the_reference_stays(self):
        pledge = promise(world.campaign())
        reference = pledge.transfer.reference
        changed = change(pledge, 4_000)
        assert (changed.amount_cents, changed.promised_cents) == (4_000, 4_000)
        assert ("40,00" in changed.consent.text, TransferPledge.objects.get().reference) == (True, reference)
        assert Notice.objects.filter(event="transfer_promised").count() == 2
        assert sum(TotalsDelta.objects.values_list("promised_cents", flat=True)) == 4_000
        assert change(pledge, 1_000, consent_version="").amount_cents == 1_000, "less needs no new consent"

    def test_more_needs_a_consent(self):
        pledge = promise(world.campaign())
        with pytest.raises(Invalid):
            change(pledge, 4_000, consent_version="")
        pledge.refresh_from_db()
        assert pledge.amount_cents == 2_500

    def test_not_below_the_reward_nor_by_others_nor_too_late(self):
        campaign = world.campaign()
        reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000)
        pledge = promise(campaign, reward=reward)
        with pytest.raises(Invalid):
            change(pledge, 1_999)
        for token in ("", "x", link_token(pledge, THANKS), link_token(promise(campaign), MANAGE)):
            with pytest.raises(NotAllowed):
                change(pledge, 3_000, token=token)
            with pytest.raises(NotAllowed):
                cancel(pledge, token=token)
            with pytest.raises(NotAllowed):
                change_account_back(pledge=pledge, iban=BO, holder="B", by=None, token=token, now=NOW)
        for deed in (lambda: change(pledge, 3_000, now=DEADLINE), lambda: cancel(pledge, now=DEADLINE)):
            with pytest.raises(Refused) as caught:
                deed()
            assert caught.value.code == "campaign_closed"
        bring(paid(pledge))
        with pytest.raises(Refused) as caught:
            change(pledge, 3_000)
        assert caught.value.code == "pledge_settled"

    def test_another_account_is_told_to_the_backer(self):
        pledge = promise(world.campaign())
        token = link_token(pledge, MANAGE)
        change_account_back(pledge=pledge, iban=BO, holder="Bo", by=None, token=token, now=NOW)
        assert (TransferPledge.objects.get().iban, TransferPledge.objects.get().holder) == (BO, "Bo")
        assert Notice.objects.get(event="transfer_account_changed").context["account"] == "DE89 … 3000"
        with pytest.raises(Invalid):
            change_account_back(pledge=pledge, iban="DE00", holder="Bo", by=None, token=token, now=NOW)


class TestCancelling:
    def test_while_it_is_awaited_nothing_moves(self):
        campaign = world.campaign()
        pledge = cancel(promise(campaign))
        assert (pledge.status, Refund.objects.exists()) == (S.CANCELLED, False)
        assert sum(TotalsDelta.objects.values_list("promised_cents", flat=True)) == 0
        assert Notice.objects.get(event="transfer_cancelled").context["received"] is False
        with pytest.raises(Refused):
            cancel(pledge)

    def test_what_has_arrived_goes_back_and_no_longer_counts(self):
        campaign = world.campaign()
        reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000, stock=1)
        pledge = promise(campaign, reward=reward)
        bring(paid(pledge))
        pledge = cancel(pledge)
        refund = Refund.objects.get()
        assert (pledge.status, refund.reason, refund.amount_cents) == (S.RETURNING, "withdrawn", 2_500)
        reward.refresh_from_db()
        assert (reward.claimed, pledged_exactly(campaign.pk).cents, shown_pledges().count()) == (0, 0, 0)
        jobs.run_until_quiet(["pledges.fold"])
        campaign.refresh_from_db()
        assert (campaign.pledged_cents, campaign.promised_cents, campaign.backers) == (0, 0, 0)
        assert totals_that_disagree() == {}

    def test_what_was_asked_about_goes_back_too(self):
        pledge = promise(world.campaign())
        bring(paid(pledge, 4_000))
        cancel(pledge)
        assert sorted(Refund.objects.values_list("reason", "amount_cents")) == [
            ("excess", 1_500),
            ("withdrawn", 2_500),
        ]


class TestTheCloseWaits:
    def closing(self, **fields) -> tuple[Campaign, Pledge]:
        campaign = world.campaign(goal_cents=2_500, **fields)
        return campaign, promise(campaign)

    def close(self, at, when: dt.datetime, campaign: Campaign) -> str:
        at(when)
        jobs.run_until_quiet(["campaigns.close", "bank.excesses", "pledges.release"])
        campaign.refresh_from_db()
        return campaign.status

    def test_for_the_statement_of_the_deadlines_day(self, at):
        campaign, pledge = self.closing()
        bring(Move(1, text="x", name="STRIPE", on=LAST_DAY - DAY), now=DEADLINE)
        BankLine.objects.update(status="ours")
        assert self.close(at, DEADLINE + DAY, campaign) == CampaignStatus.CLOSING
        waiting = [task.subject for task in desk.officer_tasks(officer(), DEADLINE + DAY)]
        assert campaign.project.title in waiting
        bring(paid(pledge, on=LAST_DAY), now=DEADLINE + DAY)
        assert self.close(at, DEADLINE + DAY, campaign) == CampaignStatus.COLLECTING
        pledge.refresh_from_db()
        assert pledge.status == S.COLLECTED

    def test_not_longer_than_five_days(self, at):
        campaign, pledge = self.closing()
        assert (
            self.close(at, DEADLINE + 5 * DAY - dt.timedelta(seconds=1), campaign) == CampaignStatus.CLOSING
        )
        assert self.close(at, DEADLINE + 5 * DAY, campaign) == CampaignStatus.MISSED
        pledge.refresh_from_db()
        assert pledge.status == S.EXPIRED
        assert totals_that_disagree() == {}

    def test_while_a_line_booked_in_time_has_no_place(self, at):
        campaign, _pledge = self.closing()
        bring(Move(2_500, text="orto", on=LAST_DAY), now=DEADLINE + DAY)
        assert self.close(at, DEADLINE + DAY, campaign) == CampaignStatus.CLOSING
        BankLine.objects.update(status=LineStatus.TO_RETURN)
        assert self.close(at, DEADLINE + DAY, campaign) == CampaignStatus.MISSED

    def test_a_line_booked_later_does_not_matter(self, at):
        campaign, _pledge = self.closing()
        bring(Move(2_500, text="orto", on=LAST_DAY + DAY), from_on=LAST_DAY, now=DEADLINE + DAY)
        assert self.close(at, DEADLINE + 2 * DAY, campaign) == CampaignStatus.MISSED

    def test_nobody_waits_for_transfers_that_nobody_promised(self, at):
        campaign, pledge = self.closing()
        cancel(pledge)
        assert self.close(at, DEADLINE, campaign) == CampaignStatus.MISSED
        assert not waits_for_bank(campaign, DEADLINE)

    def test_the_campaigns_page_says_so(self):
        campaign, _pledge = self.closing()
        Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CLOSING)
        campaign.refresh_from_db()
        shown = Template("{% load bank %}{% bank_wait campaign %}").render
        assert "25 gennaio 2027" in shown(Context({"campaign": campaign, "now": DEADLINE}))
        assert not shown(Context({"campaign": campaign, "now": DEADLINE + 5 * DAY})).strip()

    def test_the_collection_ends_only_when_every_excess_is_settled(self, at):
        campaign, pledge = self.closing()
        bring(paid(pledge, on=LAST_DAY), now=DEADLINE)
        assert self.close(at, DEADLINE, campaign) == CampaignStatus.COLLECTING
        bring(paid(pledge, 700, on=LAST_DAY + DAY), now=DEADLINE + DAY)
        at(DEADLINE + 7 * DAY)
        jobs.run_until_quiet(["pledges.recovery_end"])
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.COLLECTING, "somebody's 7 euro have no place yet"
        jobs.run_until_quiet(["bank.excesses", "pledges.recovery_end"])
        campaign.refresh_from_db()
        assert (campaign.status, Refund.objects.get().amount_cents) == (CampaignStatus.FUNDED, 700)
        assert campaign.settlement.collected_cents == 2_500


def test_a_place_and_a_close_at_the_same_moment(monkeypatch):
    """The campaign closed between the look and the lock: the pledge is not written."""
    campaign = world.campaign()
    from payments.services import checks

    real = checks.open_campaign

    def look(wanted, now):
        found = real(wanted, now)
        Campaign.objects.filter(pk=found.pk).update(status=CampaignStatus.CLOSING)
        return found

    monkeypatch.setattr(checks, "open_campaign", look)
    with pytest.raises(Refused) as caught:
        place_transfer_pledge(
            campaign=campaign, amount_cents=2_500, email="a@example.org", iban=ADA, holder="Ada", language="it",
            consent_version="transfer-2026-11", by=None, now=NOW,
        )  # fmt: skip
    assert caught.value.code == "campaign_closed"
    assert not Pledge.objects.exists()


def test_today_is_what_the_bank_says():
    """Booked today in Rome, whatever the hour in London."""
    pledge = promise(world.campaign())
    bring(paid(pledge, moment=f"{TODAY}T23:30:00Z"), to_on=TODAY + DAY)
    assert line().booked_on == TODAY + DAY
