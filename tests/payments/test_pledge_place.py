"""Placing, changing and cancelling a pledge in our own books: who may, what is refused, and how much SQL it takes."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser

from accounts.enums import Role
from accounts.models import Consent
from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.enums import PledgeStatus
from payments.models import Pledge, PledgeEvent, TotalsDelta
from payments.permissions import MANAGE, THANKS, link_token, pledge_of
from payments.services.cards import change_card
from payments.services.pledges import cancel_pledge, change_amount, join_guest_pledges
from tests import world
from tests.payments.conftest import place
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return world.person("Olga")


@pytest.fixture
def campaign(owner) -> Campaign:
    return world.campaign(owner)


def active(campaign: Campaign, **fields) -> Pledge:
    """A pledge whose card is saved, as a row."""
    pledge = place(campaign, **fields)
    Pledge.objects.filter(pk=pledge.pk).update(
        status=PledgeStatus.ACTIVE, payment_method_id=f"pm_{pledge.pk}", activated_at=NOW
    )
    pledge.refresh_from_db()
    return pledge


def books() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Pledge, Consent, PledgeEvent, TotalsDelta, Notice))


def test_a_guest_places_a_pledge(campaign):
    pledge = place(
        campaign, email=" Ada@Example.org ", name=" Ada  Rossi ", show_name=True, by=AnonymousUser()
    )
    assert pledge.status == PledgeStatus.PENDING_CARD
    assert (pledge.email, pledge.name, pledge.backer) == ("ada@example.org", "Ada Rossi", None)
    assert list(pledge.events.values_list("from_status", "to_status")) == [("", "pending_card")]
    assert not TotalsDelta.objects.exists(), "it counts only once its card is saved"
    assert not Notice.objects.exists(), "nobody gets a letter because somebody typed their address"


def test_what_was_agreed_is_kept_in_words(campaign):
    consent = place(campaign, language="en").consent
    assert consent.text == (
        f"If “{campaign.project.title}” reaches its goal of €4,000.00 by 20 January 2027, 13:00, I am charged €25.00, "
        "once, in the days after, on the card or the bank account I give on the next page. If it does not, nothing is "
        "charged. Until then I can change or cancel my pledge. A direct debit from my account takes some days, at most "
        "14 working days, and for 8 weeks I can ask my bank to give it back."
    )
    assert (consent.language, consent.email, consent.given_at) == ("en", "ada@example.org", NOW)


def test_a_person_pledges_with_their_own_email(campaign):
    person = world.person("Bea")
    pledge = place(campaign, by=person, email="somebody.else@example.org")
    assert (pledge.backer, pledge.email) == (person, person.email)


def test_placing_takes_few_statements(campaign, django_assert_num_queries):
    reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000, stock=3)
    with django_assert_num_queries(5):  # campaign, reward, consent, pledge, event
        place(campaign, reward=reward)
    with django_assert_num_queries(4):
        place(campaign.slug)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"amount_cents": 0}, "amount_not_positive", "amount_cents"),
        ({"amount_cents": -100}, "amount_not_positive", "amount_cents"),
        ({"amount_cents": 199}, "amount_too_small", "amount_cents"),
        ({"amount_cents": 1_000_001}, "amount_too_large", "amount_cents"),
        ({"amount_cents": 25.0}, "amount_not_whole", "amount_cents"),
        ({"amount_cents": True}, "amount_not_whole", "amount_cents"),
        ({"amount_cents": "2500"}, "amount_not_whole", "amount_cents"),
        ({"email": "ada"}, "bad_email", "email"),
        ({"email": ""}, "bad_email", "email"),
        ({"email": "a" * 250 + "@example.org"}, "bad_email", "email"),
        ({"name": "", "show_name": True}, "name_missing", "name"),
        ({"name": "Win at www.example.org/x"}, "bad_name", "name"),
        ({"name": "A" * 121}, "bad_name", "name"),
        ({"language": "xx"}, "unknown_language", "language"),
        ({"consent_version": ""}, "consent_missing", "consent_version"),
        ({"consent_version": "2001-01"}, "consent_missing", "consent_version"),
        ({"reward": 999_999}, "unknown_reward", "reward"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(campaign, fields, code, field):
    before = books()
    with pytest.raises(Invalid) as refused:
        place(campaign, **fields)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert str(refused.value)
    assert "%(" not in str(refused.value)
    assert books() == before


def test_the_limits_themselves_are_accepted(campaign):
    assert place(campaign, amount_cents=200).amount_cents == 200
    assert place(campaign, amount_cents=1_000_000).amount_cents == 1_000_000


def test_rewards_are_of_this_campaign_within_their_amount_and_stock(campaign):
    mine = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=5_000, stock=1)
    gone = Reward.objects.create(campaign=campaign, title="Miele", min_cents=1_000, stock=1, claimed=1)
    other = Reward.objects.create(campaign=world.campaign(), title="Altro", min_cents=1_000)
    before = books()
    for reward, code in ((mine, "below_reward"), (gone, "reward_gone"), (other, "unknown_reward")):
        with pytest.raises(Refused) as refused:
            place(campaign, reward=reward)
        assert refused.value.code == code
    assert books() == before
    assert place(campaign, reward=mine.pk, amount_cents=5_000).reward == mine


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": CampaignStatus.DRAFT}, "unknown_campaign"),
        ({"status": CampaignStatus.REVIEW}, "unknown_campaign"),
        ({"status": CampaignStatus.APPROVED}, "campaign_not_open"),
        ({"opens_at": NOW + dt.timedelta(seconds=1)}, "campaign_not_open"),
        ({"deadline": NOW}, "campaign_closed"),
        ({"status": CampaignStatus.CLOSING}, "campaign_closed"),
        ({"status": CampaignStatus.SETTLING}, "campaign_closed"),
        ({"status": CampaignStatus.FUNDED}, "campaign_closed"),
        ({"status": CampaignStatus.CANCELLED}, "campaign_closed"),
    ],
)
def test_only_an_open_campaign_takes_pledges(campaign, fields, code):
    Campaign.objects.filter(pk=campaign.pk).update(**fields)
    before = books()
    with pytest.raises(Refused) as refused:
        place(campaign)
    assert refused.value.code == code
    assert books() == before


def test_the_last_moment_before_the_deadline_counts(campaign):
    assert place(campaign, now=campaign.deadline - dt.timedelta(microseconds=1)).pk
    with pytest.raises(Refused):
        place(campaign, now=campaign.deadline)


def test_an_unknown_campaign_is_refused():
    with pytest.raises(Invalid) as refused:
        place("nowhere")
    assert refused.value.code == "unknown_campaign"


# Changing


def test_a_higher_amount_needs_the_consent_again(campaign):
    pledge = active(campaign)
    token = link_token(pledge, MANAGE)
    with pytest.raises(Invalid) as refused:
        change_amount(pledge=pledge, amount_cents=3_000, by=None, token=token, now=NOW)
    assert refused.value.code == "consent_missing"
    changed = change_amount(
        pledge=pledge,
        amount_cents=3_000,
        by=None,
        token=token,
        now=NOW,
        consent_version=pledge.consent.version,
    )
    assert changed.amount_cents == 3_000
    assert changed.consent_id != pledge.consent_id
    assert "30,00" in changed.consent.text
    assert Consent.objects.filter(pk=pledge.consent_id).exists(), "what was agreed before stays written"
    assert TotalsDelta.objects.get().pledged_cents == 500
    assert pledge.events.latest("pk").why == "amount 2500 → 3000"
    assert Notice.objects.get().event == "pledge_changed"


def test_a_lower_amount_needs_none(campaign):
    pledge = active(campaign)
    changed = change_amount(
        pledge=pledge, amount_cents=1_000, by=None, token=link_token(pledge, MANAGE), now=NOW
    )
    assert changed.consent_id == pledge.consent_id
    assert TotalsDelta.objects.get().pledged_cents == -1_500


def test_the_same_amount_changes_nothing(campaign):
    pledge = active(campaign)
    before = books()
    change_amount(pledge=pledge, amount_cents=2_500, by=None, token=link_token(pledge, MANAGE), now=NOW)
    assert books() == before


def test_an_amount_below_the_chosen_reward_is_refused(campaign):
    reward = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000)
    pledge = active(campaign, reward=reward)
    with pytest.raises(Invalid) as refused:
        change_amount(pledge=pledge, amount_cents=1_999, by=None, token=link_token(pledge, MANAGE), now=NOW)
    assert refused.value.code == "below_reward"


def deeds(pledge: Pledge, by, token: str = "", now: dt.datetime = NOW):
    return [
        lambda: change_amount(
            pledge=pledge,
            amount_cents=3_000,
            by=by,
            token=token,
            now=now,
            consent_version=pledge.consent.version,
        ),
        lambda: change_card(pledge=pledge, by=by, token=token, now=now),
        lambda: cancel_pledge(pledge=pledge, by=by, token=token, now=now),
    ]


def test_nobody_but_the_backer_changes_a_pledge(campaign, owner):
    backer = world.person("Carla")
    pledge, other = active(campaign, by=backer), active(campaign)
    before = books()
    strangers = [
        (None, ""),
        (AnonymousUser(), ""),
        (world.person("Dario"), ""),
        (owner, ""),
        (world.staff(Role.OFFICER, Role.APPROVER), ""),
        (None, link_token(other, MANAGE)),
        (None, link_token(pledge, THANKS)),
        (None, "x" + link_token(pledge, MANAGE)),
        (None, str(pledge.public_id)),
    ]
    for by, token in strangers:
        for deed in deeds(pledge, by, token):
            with pytest.raises(NotAllowed):
                deed()
    pledge.refresh_from_db()
    assert (pledge.status, pledge.amount_cents) == ("active", 2_500)
    assert books() == before
    assert cancel_pledge(pledge=pledge, by=backer, now=NOW).status == PledgeStatus.CANCELLED


def test_after_the_deadline_nothing_changes(campaign):
    pledge = active(campaign)
    before = books()
    for deed in deeds(pledge, None, link_token(pledge, MANAGE), campaign.deadline):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.code == "campaign_closed"
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.COLLECTING)
    for deed in deeds(pledge, None, link_token(pledge, MANAGE)):
        with pytest.raises(Refused):
            deed()
    assert books() == before


def test_a_cancelled_pledge_stays_cancelled(campaign):
    pledge = active(campaign)
    token = link_token(pledge, MANAGE)
    cancel_pledge(pledge=pledge, by=None, token=token, now=NOW)
    before = books()
    for deed in deeds(pledge, None, token):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.code == "pledge_settled"
    assert books() == before


# Links


def test_a_link_opens_one_pledge_for_one_purpose_for_a_while(campaign):
    pledge = place(campaign)
    token = link_token(pledge, MANAGE)
    assert pledge_of(token, MANAGE) == pledge.public_id
    assert pledge_of(token, THANKS) is None
    assert pledge_of(token[:-1], MANAGE) is None
    assert pledge_of("", MANAGE) is None
    assert pledge_of(uuid.uuid4().hex, MANAGE) is None
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=401)
    assert pledge_of(link_token(pledge, MANAGE, at=old), MANAGE) is None


# Joining an account


def test_guest_pledges_join_the_account_that_proved_their_email(campaign):
    guest = place(campaign, email="eva@example.org")
    other = place(campaign, email="fabio@example.org")
    eva = world.person("Eva", email="eva@example.org")
    assert join_guest_pledges(user=eva, now=NOW) == 0, "an address that is not proved joins nothing"
    address = EmailAddress.objects.create(user=eva, email="Eva@example.org", verified=False)
    assert join_guest_pledges(user=eva, now=NOW) == 0
    EmailAddress.objects.filter(pk=address.pk).update(verified=True)
    assert join_guest_pledges(user=eva, now=NOW) == 1
    assert join_guest_pledges(user=eva, now=NOW) == 0
    guest.refresh_from_db()
    other.refresh_from_db()
    assert (guest.backer, other.backer) == (eva, None)


def test_a_pledge_that_has_an_account_is_not_taken_by_another(campaign):
    gina = world.person("Gina")
    pledge = place(campaign, by=gina)
    thief = world.person("Hugo")
    EmailAddress.objects.create(user=thief, email=pledge.email, verified=True)
    assert join_guest_pledges(user=thief, now=NOW) == 0
    pledge.refresh_from_db()
    assert pledge.backer == gina
