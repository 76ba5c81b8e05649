"""A card saved on the hosted page, with the real SDK against the stand-in: learnt once, whoever learns it first."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from accounts.notices.models import Notice
from accounts.notices.services import send_due_notices
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Refused
from payments.enums import PledgeStatus
from payments.gateway.client import GatewayError
from payments.gateway.setup import expire_card_session, retrieve_card_session
from payments.models import CardCleanup, Pledge, TotalsDelta
from payments.permissions import MANAGE, link_token
from payments.services.card_setup import Outcome, apply_setup
from payments.services.cards import change_card, confirm_card, open_card_session
from payments.services.cleanup import clean_up
from payments.services.pledges import cancel_pledge
from payments.services.sweep import check_unknown_cards
from tests import world
from tests.payments.conftest import ASKS_ONCE, DECLINED, place
from tests.world import NOW

pytestmark = pytest.mark.django_db


def status(pledge: Pledge) -> str:
    pledge.refresh_from_db()
    return pledge.status


def letters() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("event", flat=True))


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


def close(campaign: Campaign, to: str) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(status=to)


def test_a_saved_card_makes_the_pledge_count_once(stripe, campaign):
    pledge = place(campaign)
    page = open_card_session(pledge=pledge, now=NOW)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.NOTHING, "an open page changes nothing"
    back = stripe.save_card(page)
    assert f"/{pledge.public_id}/" in back
    assert back.endswith(f"?session={pledge.session_id}")
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.ACTIVATED
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.NOTHING
    again = retrieve_card_session(pledge.session_id)
    assert apply_setup(pledge_id=pledge.pk, session=again, now=NOW) is Outcome.NOTHING
    assert status(pledge) == PledgeStatus.ACTIVE
    assert (pledge.card_brand, pledge.card_last4) == ("visa", "4242")
    assert pledge.payment_method_id.startswith("pm_")
    assert pledge.setup_intent_id.startswith("seti_")
    delta = TotalsDelta.objects.get()
    assert (delta.pledged_cents, delta.backers) == (2_500, 1)
    assert list(pledge.events.values_list("from_status", "to_status")) == [
        ("", "pending_card"),
        ("pending_card", "active"),
    ]
    assert letters() == ["pledge_active"]


def test_the_letter_says_when_and_how_much(pledged, campaign, mailoutbox):
    pledge = pledged(campaign, name="Ada", language="en")
    send_due_notices()
    (letter,) = mailoutbox
    assert letter.to == ["ada@example.org"]
    assert letter.subject == f"Your pledge of €25.00 to “{campaign.project.title}” counts"
    assert "the card ending in 4242 is charged €25.00, once" in letter.body
    assert "€4,000.00" in letter.body
    token = link_token(pledge, MANAGE).partition(":")[0]  # what follows says when it was signed
    assert f"/en/pledges/manage/{token}:" in letter.body
    html = letter.alternatives[0][0]
    assert "€25.00" in html


def test_a_card_whose_bank_asks_is_saved_when_the_holder_says_yes(pledged, campaign):
    assert pledged(campaign, ASKS_ONCE).status == PledgeStatus.ACTIVE


def test_a_card_that_is_refused_saves_nothing_and_may_be_tried_again(stripe, campaign):
    pledge = place(campaign)
    page = open_card_session(pledge=pledge, now=NOW)
    assert stripe.save_card(page, DECLINED) == ""
    assert stripe.save_card(page, ASKS_ONCE, answer="fail") == ""
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.NOTHING
    assert status(pledge) == PledgeStatus.PENDING_CARD
    assert open_card_session(pledge=pledge, now=NOW) == page, "the page that is open is the one to use"
    stripe.save_card(page)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.ACTIVATED


def test_asking_for_the_page_twice_opens_one(stripe, campaign):
    """The process died between the call and the row: the same key gives the same page."""
    pledge = place(campaign)
    page = open_card_session(pledge=pledge, now=NOW)
    Pledge.objects.filter(pk=pledge.pk).update(session_id="", session_url="", customer_id="")
    time.sleep(1.1)  # nothing in the request may depend on when it is made
    assert open_card_session(pledge=Pledge.objects.get(pk=pledge.pk), now=NOW) == page


def test_when_stripe_does_not_answer_the_pledge_waits(stripe, campaign, settings):
    pledge = place(campaign)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(GatewayError):
        open_card_session(pledge=pledge, now=NOW)
    settings.STRIPE_API_BASE = stripe.url
    assert status(pledge) == PledgeStatus.PENDING_CARD
    assert open_card_session(pledge=pledge, now=NOW)


def test_a_page_that_expired_cancels_the_pledge_that_waited(stripe, campaign):
    pledge = place(campaign)
    open_card_session(pledge=pledge, now=NOW)
    expire_card_session(pledge.session_id)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.CANCELLED
    assert status(pledge) == PledgeStatus.CANCELLED
    assert letters() == []


def test_a_page_that_expired_before_the_backer_comes_back_is_followed_by_another(stripe, campaign):
    pledge = place(campaign)
    first = open_card_session(pledge=pledge, now=NOW)
    expire_card_session(pledge.session_id)
    second = open_card_session(pledge=pledge, now=NOW)
    assert second != first
    stripe.save_card(second)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.ACTIVATED


def test_while_closing_a_saved_card_still_counts(stripe, campaign):
    pledge = place(campaign)
    stripe.save_card(open_card_session(pledge=pledge, now=NOW))
    close(campaign, CampaignStatus.CLOSING)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.ACTIVATED


def test_a_card_learnt_of_after_the_close_is_given_back_and_its_backer_told(stripe, campaign, mailoutbox):
    pledge = place(campaign)
    stripe.save_card(open_card_session(pledge=pledge, now=NOW))
    close(campaign, CampaignStatus.SETTLING)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.LATE
    assert status(pledge) == PledgeStatus.CANCELLED
    assert not TotalsDelta.objects.exists()
    card = retrieve_card_session(pledge.session_id).payment_method_id
    assert stripe.holds(card)
    assert clean_up() == 1
    assert not stripe.holds(card)
    assert clean_up() == 0
    session = retrieve_card_session(pledge.session_id)
    assert apply_setup(pledge_id=pledge.pk, session=session, now=NOW) is Outcome.LATE
    assert CardCleanup.objects.count() == 1, "the same card is not queued twice"
    send_due_notices()
    (letter,) = mailoutbox
    assert "mai addebitato nulla" in letter.body
    assert clean_up() == 0


def test_no_page_opens_after_the_deadline(stripe, campaign):
    pledge = place(campaign)
    with pytest.raises(Refused) as refused:
        open_card_session(pledge=pledge, now=campaign.deadline)
    assert refused.value.code == "campaign_closed"
    assert status(pledge) == PledgeStatus.PENDING_CARD
    assert pledge.session_id == ""


def test_a_new_card_takes_the_place_of_the_old_one_when_it_is_saved(stripe, pledged, campaign):
    pledge = pledged(campaign)
    old = pledge.payment_method_id
    page = change_card(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
    assert status(pledge) == PledgeStatus.ACTIVE
    assert pledge.payment_method_id == old, "the old card stays until there is a new one"
    back = stripe.save_card(page, ASKS_ONCE)
    assert "card=1" in back
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.CARD_CHANGED
    assert status(pledge) == PledgeStatus.ACTIVE
    assert pledge.card_last4 == "3155"
    clean_up()
    assert not stripe.holds(old)
    assert stripe.holds(pledge.payment_method_id)
    assert TotalsDelta.objects.count() == 1
    assert letters() == ["pledge_active", "pledge_changed"]


def test_a_card_page_left_unused_leaves_the_old_card(stripe, pledged, campaign):
    pledge = pledged(campaign)
    old = pledge.payment_method_id
    token = link_token(pledge, MANAGE)
    first = change_card(pledge=pledge, by=None, token=token, now=NOW)
    pledge.refresh_from_db()
    second = change_card(pledge=pledge, by=None, token=token, now=NOW)
    assert first != second
    assert stripe.save_card(first) == "", "the earlier page is closed"
    pledge.refresh_from_db()
    expire_card_session(pledge.session_id)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.NOTHING
    assert status(pledge) == PledgeStatus.ACTIVE
    assert pledge.payment_method_id == old
    assert pledge.check_card_at is None


def test_a_new_card_saved_after_the_close_is_given_back_and_the_old_one_stays(stripe, pledged, campaign):
    pledge = pledged(campaign)
    old = pledge.payment_method_id
    stripe.save_card(change_card(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW))
    close(campaign, CampaignStatus.SETTLING)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.LATE
    assert status(pledge) == PledgeStatus.ACTIVE
    assert pledge.payment_method_id == old
    clean_up()
    assert stripe.holds(old)
    assert letters() == ["pledge_active", "pledge_too_late"]


def test_cancelling_gives_the_card_back(stripe, pledged, campaign):
    pledge = pledged(campaign)
    cancel_pledge(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
    assert status(pledge) == PledgeStatus.CANCELLED
    assert sum(TotalsDelta.objects.values_list("pledged_cents", flat=True)) == 0
    assert sum(TotalsDelta.objects.values_list("backers", flat=True)) == 0
    clean_up()
    assert not stripe.holds(pledge.payment_method_id)
    assert letters() == ["pledge_active", "pledge_cancelled"]


def test_cancelling_before_the_card_closes_its_page(stripe, campaign):
    pledge = place(campaign)
    page = open_card_session(pledge=pledge, now=NOW)
    cancel_pledge(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
    clean_up()
    assert retrieve_card_session(pledge.session_id).status == "expired"
    assert stripe.save_card(page) == ""
    assert letters() == []


def test_a_card_saved_in_the_moment_of_cancelling_is_given_back_too(stripe, campaign):
    pledge = place(campaign)
    page = open_card_session(pledge=pledge, now=NOW)
    cancel_pledge(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
    stripe.save_card(page)  # before the queue closed the page
    clean_up()
    session = retrieve_card_session(pledge.session_id)
    assert session.saved
    assert not stripe.holds(session.payment_method_id)
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.NOTHING
    assert status(pledge) == PledgeStatus.CANCELLED


def test_a_card_that_another_standing_pledge_uses_is_kept(stripe, pledged, campaign):
    first, second = pledged(campaign), pledged(campaign)
    Pledge.objects.filter(pk=second.pk).update(payment_method_id=first.payment_method_id)
    cancel_pledge(pledge=first, by=None, token=link_token(first, MANAGE), now=NOW)
    clean_up()
    assert stripe.holds(first.payment_method_id)


def test_the_queue_tries_again_when_stripe_does_not_answer(stripe, pledged, campaign, settings):
    pledge = pledged(campaign)
    cancel_pledge(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    clean_up()
    row = CardCleanup.objects.get()
    assert row.attempts == 1
    assert row.due_at is not None
    settings.STRIPE_API_BASE = stripe.url
    CardCleanup.objects.update(due_at=NOW - dt.timedelta(days=1000))
    clean_up()
    assert not stripe.holds(pledge.payment_method_id)


def test_the_last_reward_goes_to_the_first_card_saved(stripe, pledged, campaign):
    reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000, stock=1)
    late = place(campaign, reward=reward, email="bea@example.org")
    page = open_card_session(pledge=late, now=NOW)
    first = pledged(campaign, reward=reward)
    stripe.save_card(page)
    assert confirm_card(pledge_id=late.pk, now=NOW) is Outcome.ACTIVATED
    assert status(late) == PledgeStatus.ACTIVE
    assert late.reward is None
    assert Notice.objects.get(email="bea@example.org").context["reward_gone"] is True
    reward.refresh_from_db()
    assert reward.claimed == 1
    cancel_pledge(pledge=first, by=None, token=link_token(first, MANAGE), now=NOW)
    reward.refresh_from_db()
    assert reward.claimed == 0


def test_the_sweeper_learns_what_nobody_told(stripe, campaign):
    saved, expired, open_one, never = (place(campaign, email=f"p{n}@example.org") for n in range(4))
    stripe.save_card(open_card_session(pledge=saved, now=NOW))
    open_card_session(pledge=expired, now=NOW)
    expire_card_session(expired.session_id)
    open_card_session(pledge=open_one, now=NOW)
    Pledge.objects.update(check_card_at=NOW - dt.timedelta(hours=3), created_at=NOW - dt.timedelta(hours=3))
    assert check_unknown_cards() == 4
    assert [status(p) for p in (saved, expired, open_one, never)] == [
        "active",
        "cancelled",
        "pending_card",
        "cancelled",
    ]
    assert check_unknown_cards() == 0, "what is still open is put off"


def test_a_page_that_stripe_has_forgotten_ends_the_pledge(stripe, campaign):
    pledge = place(campaign)
    Pledge.objects.filter(pk=pledge.pk).update(session_id="cs_test_gone")
    assert confirm_card(pledge_id=pledge.pk, now=NOW) is Outcome.CANCELLED
