"""The recovery window: the backer comes back by the link and pays; then the window ends, once and for all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.notices.models import Notice
from accounts.notices.services import send_due_notices
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import jobs
from crowdfund.kit.errors import Refused
from payments.enums import AttemptKind, AttemptStatus, PledgeStatus
from payments.ledger.selectors import credit_balance, debit_balance
from payments.matching.models import Reservation
from payments.matching.services import reserve_match
from payments.models import ChargeAttempt, Pledge, Refund, Settlement
from payments.permissions import MANAGE, RECOVER, link_token
from payments.services import recover
from payments.services.charge import learn_of_charge
from payments.services.recover import learn_of_page, open_recovery
from tests import world
from tests.payments.back import advance
from tests.payments.bank import ASKS_EVERY_TIME, DECLINES, NO_FUNDS, PAYS_AT_ONCE, WORKS, pledge
from tests.payments.test_matching import application, call
from tests.world import NOW

pytestmark = pytest.mark.django_db
ENDS = NOW + dt.timedelta(days=7)
DRAINS = ["campaigns.close", "pledges.charge", "pledges.recovery_end", "refunds.execute"]


def collecting(*pledges: tuple[int, str], bank, at, campaign: Campaign | None = None) -> list[Pledge]:
    """Pledges (cents, card) of a campaign that met its goal; charged once."""
    campaign = campaign or world.campaign()
    Campaign.objects.filter(pk=campaign.pk).update(
        status="live", opens_at=NOW - dt.timedelta(days=60), deadline=NOW, goal_cents=100_000
    )
    made = [pledge(campaign, bank, cents=cents, token=token) for cents, token in pledges]
    at(NOW)
    jobs.run_until_quiet(DRAINS)
    return [Pledge.objects.select_related("campaign__project").get(pk=row.pk) for row in made]


def again(row: Pledge) -> Pledge:
    return Pledge.objects.select_related("campaign__project").get(pk=row.pk)


class TestTheBackerComesBack:
    def test_authentication_is_given_on_the_page(self, bank, at):
        [given] = collecting((100_000, ASKS_EVERY_TIME), bank=bank, at=at)
        assert (given.status, given.decline_code) == (PledgeStatus.REQUIRES_ACTION, "authentication_required")
        off_session = ChargeAttempt.objects.get(n=1)
        page = open_recovery(pledge=given, now=NOW)
        assert bank.stripe.payment_intents.retrieve(off_session.payment_intent_id).status == "canceled"
        attempt = ChargeAttempt.objects.get(n=2)
        assert (attempt.kind, attempt.status) == (AttemptKind.RECOVERY, AttemptStatus.OPEN)
        bank.pay(page)
        recover.look_at_recovery(pledge=given, now=NOW)
        assert again(given).status == PledgeStatus.COLLECTED
        assert credit_balance(f"held:{given.campaign_id}:card") == 100_000 - 1_525
        assert len(bank.charges(given)) == 1

    @pytest.mark.parametrize("who", ["return page", "session event", "intent event", "drain"])
    def test_whoever_learns_of_it_first(self, bank, at, client, who):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        bank.pay(open_recovery(pledge=given, now=NOW))
        attempt = ChargeAttempt.objects.get(n=2)
        intent = bank.stripe.checkout.sessions.retrieve(attempt.session_id).payment_intent
        if who == "return page":
            answer = client.get(reverse("pledge_recovered", args=[link_token(given, RECOVER)]))
            assert answer.status_code == 200
        elif who == "session event":
            learn_of_page(session_id=attempt.session_id, now=NOW)
        elif who == "intent event":
            learn_of_charge(payment_intent_id=str(intent), now=NOW)
        else:
            at(NOW + dt.timedelta(minutes=11))
            jobs.run_until_quiet(["pledges.charge"])
        for _ in range(2):  # and the others later
            learn_of_page(session_id=attempt.session_id, now=NOW)
            learn_of_charge(payment_intent_id=str(intent), now=NOW)
        assert again(given).status == PledgeStatus.COLLECTED
        assert debit_balance("cash:stripe") == 100_000 - 1_525
        assert Notice.objects.filter(event="pledge_charged").count() == 1

    def test_a_card_refused_on_the_page_leaves_it_open(self, bank, at):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        page = open_recovery(pledge=given, now=NOW)
        bank.try_to_pay(page, "4000000000000002")
        attempt = ChargeAttempt.objects.get(n=2)
        intent = bank.stripe.checkout.sessions.retrieve(attempt.session_id).payment_intent
        learn_of_charge(payment_intent_id=str(intent), now=NOW)
        recover.look_at_recovery(pledge=given, now=NOW)
        attempt.refresh_from_db()
        assert attempt.status == AttemptStatus.OPEN
        bank.pay(page)
        recover.look_at_recovery(pledge=given, now=NOW)
        assert again(given).status == PledgeStatus.COLLECTED

    def test_a_second_click_closes_the_first_page(self, bank, at):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        first = open_recovery(pledge=given, now=NOW)
        second = open_recovery(pledge=given, now=NOW)
        assert first != second
        assert ChargeAttempt.objects.get(n=2).status == AttemptStatus.ABANDONED
        assert bank.stripe.checkout.sessions.retrieve(ChargeAttempt.objects.get(n=2).session_id).status == (
            "expired"
        )

    def test_a_page_paid_before_the_second_click_ends_the_recovery(self, bank, at):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        bank.pay(open_recovery(pledge=given, now=NOW))
        assert open_recovery(pledge=given, now=NOW) is None
        assert again(given).status == PledgeStatus.COLLECTED
        assert ChargeAttempt.objects.count() == 2

    def test_automatic_retries_stop_while_a_page_is_open_and_go_on_after(self, bank, at):
        [given] = collecting((100_000, NO_FUNDS), bank=bank, at=at)
        assert ChargeAttempt.objects.get(n=2).status == AttemptStatus.CREATED
        open_recovery(pledge=given, now=NOW)
        assert ChargeAttempt.objects.get(n=2).status == AttemptStatus.ABANDONED
        at(NOW + dt.timedelta(days=1, hours=1))
        bank.control("clock", offset=25 * 3600)  # the page has lived its day
        jobs.run_until_quiet(DRAINS)
        assert ChargeAttempt.objects.get(n=3).status == AttemptStatus.ABANDONED
        assert ChargeAttempt.objects.get(n=4).kind == AttemptKind.OFF_SESSION

    def test_a_page_that_can_not_be_opened_is_said_in_words_and_leaves_nothing_open(self, bank, at):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        bank.fault("POST /v1/checkout/sessions", "error_before", times=3)
        with pytest.raises(Refused) as refused:
            open_recovery(pledge=given, now=NOW)
        assert refused.value.code == "payment_page_unavailable"
        assert not ChargeAttempt.objects.filter(status__in=["created", "open", "unknown"]).exists()
        bank.no_faults()
        assert open_recovery(pledge=given, now=NOW)

    def test_nothing_opens_outside_the_window(self, bank, at):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        with pytest.raises(Refused) as refused:
            open_recovery(pledge=given, now=ENDS + dt.timedelta(seconds=10))
        assert refused.value.code == "window_closed"
        assert ChargeAttempt.objects.count() == 1

    def test_nothing_opens_for_a_pledge_that_needs_nothing(self, bank, at):
        [given] = collecting((100_000, WORKS), bank=bank, at=at)
        with pytest.raises(Refused) as refused:
            open_recovery(pledge=given, now=NOW)
        assert refused.value.code == "nothing_to_recover"


class TestThePage:
    def test_it_says_which_project_how_much_why_and_opens_the_page(self, bank, at, client):
        [given] = collecting((100_000, NO_FUNDS), bank=bank, at=at)
        address = reverse("pledge_recover", args=[link_token(given, RECOVER)])
        text = client.get(address).content.decode()
        assert given.campaign.project.title in text
        assert "1.000,00" in text
        answer = client.post(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(bank.url)
        assert client.get(address).status_code == 200

    def test_a_link_for_something_else_opens_nothing(self, bank, at, client):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        other = pledge(given.campaign)
        for token in ("nonsense", link_token(given, MANAGE), link_token(other, RECOVER) + "x"):
            assert client.post(reverse("pledge_recover", args=[token])).status_code == 404
        assert ChargeAttempt.objects.count() == 1

    def test_the_page_costs_few_queries(self, bank, at, client, django_assert_max_num_queries):
        [given] = collecting((100_000, DECLINES), bank=bank, at=at)
        with django_assert_max_num_queries(6):
            client.get(reverse("pledge_recover", args=[link_token(given, RECOVER)]))


class TestTheEnd:
    def test_what_is_left_fails_and_the_campaign_is_funded(self, bank, at):
        asked = application(call())
        reserve_match(application=asked, now=NOW)
        paid, unpaid = collecting(
            (300_000, WORKS), (200_000, DECLINES), bank=bank, at=at, campaign=asked.campaign
        )
        open_page = open_recovery(pledge=unpaid, now=NOW)
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(DRAINS)
        assert (again(paid).status, again(unpaid).status) == (PledgeStatus.COLLECTED, PledgeStatus.FAILED)
        settlement = Settlement.objects.get()
        assert settlement.campaign.status == CampaignStatus.FUNDED
        assert (settlement.pledged_cents, settlement.collected_cents) == (500_000, 300_000)
        assert (settlement.collected_pledges, settlement.fees_cents) == (1, 4_525)
        assert bank.stripe.checkout.sessions.retrieve(open_page.rpartition("/")[2]).status == "expired"
        # threshold 40 % of 10,000 = 4,000 pledged; 3,000 collected: match 6,000 x 3/4
        reservation = Reservation.objects.get()
        assert (reservation.status, reservation.proposed_cents) == ("proposed", 450_000)
        assert Notice.objects.filter(event="pledge_failed").count() == 1

    def test_a_page_paid_in_the_last_second_counts(self, bank, at):
        _paid, last = collecting((100_000, WORKS), (50_000, DECLINES), bank=bank, at=at)
        bank.pay(open_recovery(pledge=last, now=ENDS - dt.timedelta(seconds=1)))
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(["pledges.recovery_end"])
        assert again(last).status == PledgeStatus.COLLECTED
        assert Settlement.objects.get().collected_cents == 150_000

    def test_it_waits_for_a_charge_whose_outcome_is_unknown(self, bank, at):
        campaign = world.campaign(
            status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + dt.timedelta(minutes=1)
        )
        Settlement.objects.create(
            campaign=campaign,
            decided_at=NOW,
            pledged_cents=400_000,
            pledges=1,
            goal_cents=400_000,
            goal_met=True,
        )
        given = pledge(campaign, bank, cents=400_000)
        at(NOW)
        bank.fault("POST /v1/payment_intents", "error_after", times=3)
        jobs.run_until_quiet(["pledges.charge"])
        bank.no_faults()
        at(NOW + dt.timedelta(minutes=1))
        bank.fault("GET /v1/payment_intents*", "error_before")
        jobs.run_until_quiet(DRAINS)
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.COLLECTING
        bank.no_faults()
        at(NOW + dt.timedelta(hours=2))
        jobs.run_until_quiet(DRAINS)
        campaign.refresh_from_db()
        assert (again(given).status, campaign.status) == (PledgeStatus.COLLECTED, CampaignStatus.FUNDED)

    def test_a_charge_that_never_reached_stripe_is_given_up(self, bank, at):
        _paid, unsent = collecting((100_000, WORKS), (50_000, WORKS), bank=bank, at=at)[:2]
        ChargeAttempt.objects.filter(pledge=unsent).delete()
        Pledge.objects.filter(pk=unsent.pk).update(status=PledgeStatus.CHARGING, customer_id=bank.card()[0])
        ChargeAttempt.objects.create(
            pledge=unsent, n=1, status="unknown", idempotency_key="lost", amount_cents=50_000, created_at=NOW,
            sent_at=NOW, due_at=NOW,
        )  # fmt: skip
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(DRAINS)
        assert again(unsent).status == PledgeStatus.FAILED
        assert Settlement.objects.get().campaign.status == CampaignStatus.FUNDED
        assert not Notice.objects.filter(event="pledge_needs_you").exists()

    def test_a_reminder_goes_out_once(self, bank, at):
        collecting((100_000, DECLINES), bank=bank, at=at)
        for hours in (1, 2, 3):
            at(ENDS - dt.timedelta(days=2) + dt.timedelta(hours=hours))
            jobs.run_until_quiet(["pledges.recovery_end"])
        assert Notice.objects.filter(event="pledge_reminder").count() == 1

    def test_nothing_collected_is_no_funded_campaign(self, bank, at):
        asked = application(call())
        reserve_match(application=asked, now=NOW)
        collecting((400_000, DECLINES), bank=bank, at=at, campaign=asked.campaign)
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(DRAINS)
        assert Settlement.objects.get().campaign.status == CampaignStatus.MISSED
        assert Reservation.objects.get().status == "released"

    @pytest.mark.parametrize(("collected", "refunded"), [(399_999, True), (400_000, False)])
    def test_a_rule_that_refunds_on_shortfall(self, bank, at, collected, refunded):
        asked = application(call(rule={"shortfall": "refund"}))
        reserve_match(application=asked, now=NOW)
        paid, _unpaid = collecting(
            (collected, PAYS_AT_ONCE),
            (500_000 - collected, DECLINES),
            bank=bank,
            at=at,
            campaign=asked.campaign,
        )
        advance(bank)  # the platform's own money: fees are not given back by Stripe
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(DRAINS)
        campaign_id = asked.campaign.pk
        if not refunded:
            assert Settlement.objects.get().campaign.status == CampaignStatus.FUNDED
            assert not Refund.objects.exists()
            return
        assert again(paid).status == PledgeStatus.REFUNDED
        assert Settlement.objects.get().campaign.status == CampaignStatus.MISSED
        assert Reservation.objects.get().status == "released"
        assert Refund.objects.get().status == "done"
        assert credit_balance(f"held:{campaign_id}:card") == 0
        assert credit_balance(f"refund_due:{campaign_id}") == 0
        assert debit_balance("cost:fees") == again(paid).fee_cents
        assert debit_balance("cash:stripe") == 50_000 - again(paid).fee_cents


class TestTheEmails:
    def test_every_letter_renders_in_both_languages(self, bank, at):
        owner = world.person("Piero", language="en")
        campaign = world.campaign(owner)
        collecting(
            (300_000, WORKS), (100_000, DECLINES), (50_000, NO_FUNDS), bank=bank, at=at, campaign=campaign
        )
        Pledge.objects.filter(amount_cents=50_000).update(language="en")
        at(ENDS - dt.timedelta(hours=1))
        jobs.run_until_quiet(DRAINS)
        at(ENDS + dt.timedelta(minutes=1))
        jobs.run_until_quiet(DRAINS)
        while send_due_notices():
            pass
        told = {notice.event: notice for notice in Notice.objects.all()}
        assert {
            "pledge_charged",
            "pledge_needs_you",
            "pledge_reminder",
            "pledge_failed",
            "campaign_decided",
            "campaign_funded",
        } <= told.keys()
        for notice in told.values():
            assert notice.status == "sent", notice.event
            assert campaign.project.title in notice.text
            assert notice.subject
