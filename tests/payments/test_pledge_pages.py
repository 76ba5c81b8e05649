"""The pledge journey as pages: in two languages, without a script, for guests and people."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from payments.documents import pledge_in_words
from payments.enums import PledgeStatus
from payments.models import Pledge
from payments.permissions import MANAGE, THANKS, link_token
from payments.services import velocity
from payments.services.cards import open_card_session
from tests import world
from tests.payments.conftest import place
from tests.payments.standin.conftest import pay_at
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


def new_url(campaign: Campaign, language: str = "en") -> str:
    with translation.override(language):
        return reverse("pledge_new", args=[campaign.slug])


def manage_url(pledge: Pledge, name: str = "pledge_manage", language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=[link_token(pledge, MANAGE)])


def given(**fields):
    return {"amount_cents": "25", "email": "ada@example.org", "name": "", "consent": "on"} | fields


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_whole_journey_of_a_guest(client, stripe, campaign):
    page = client.get(new_url(campaign))
    assert page.status_code == 200
    assert "Nothing is charged now" in text(page)
    answer = client.post(new_url(campaign), given(amount_cents="12,50", show_name="on", name="Ada"))
    assert answer.status_code == 302
    assert answer.url.startswith(stripe.url), "the card is saved on the hosted page"
    pledge = Pledge.objects.get()
    assert (pledge.amount_cents, pledge.language, pledge.name) == (1_250, "en", "Ada")
    back = stripe.save_card(answer.url).removeprefix("http://localhost:8000")
    returned = client.get(back)
    assert returned.status_code == 302
    thanks = client.get(returned.url)
    assert "Thank you: your pledge counts" in text(thanks)
    assert "€12.50" in text(thanks)
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.ACTIVE
    assert "_auth_user_id" not in client.session, "a guest pledge never logs anyone in"


def test_the_form_is_in_the_language_of_its_address(client, campaign):
    assert new_url(campaign, "en").startswith("/en/")
    assert not new_url(campaign, "it").startswith("/en/")
    assert 'lang="it"' in client.get(new_url(campaign, "it")).content.decode()
    with translation.override("it"):
        assert place(campaign).consent.language == "it"


def test_the_form_takes_few_queries(client, campaign, django_assert_max_num_queries):
    Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000)
    with django_assert_max_num_queries(3):  # the time, the campaign, its rewards
        client.get(new_url(campaign))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"amount_cents": ""}, "This field is required"),
        ({"amount_cents": "0"}, "The smallest amount is €2.00"),
        ({"amount_cents": "-5"}, "Write the amount like"),
        ({"amount_cents": "ten"}, "Write the amount like"),
        ({"amount_cents": "1.250,5,0"}, "Write the amount like"),
        ({"amount_cents": "10.000,01"}, "The largest amount is €10,000.00"),
        ({"email": "ada"}, "email"),
        ({"email": ""}, "This field is required"),
        ({"consent": ""}, "Without your agreement"),
        ({"show_name": "on"}, "Write the name to show"),
        ({"name": "http://x.example"}, "Write a name of at most"),
    ],
)
def test_bad_input_is_told_at_its_field_and_changes_nothing(client, campaign, fields, complaint):
    answer = client.post(new_url(campaign), given(**fields))
    assert answer.status_code == 422
    assert complaint in text(answer)
    assert "There is something to correct" in text(answer)
    assert not Pledge.objects.exists()


def test_a_reward_of_another_campaign_or_above_the_amount_is_refused(client, campaign):
    mine = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=5_000)
    other = Reward.objects.create(campaign=world.campaign(), title="Altro", min_cents=1_000)
    assert client.post(new_url(campaign), given(reward=other.pk)).status_code == 422
    answer = client.post(new_url(campaign), given(reward=mine.pk))
    assert "The reward “Cesta” starts from €50.00" in text(answer)
    assert not Pledge.objects.exists()


def test_a_reward_that_ran_out_is_not_offered(client, campaign):
    Reward.objects.create(campaign=campaign, title="Cesta", min_cents=2_000, stock=1, claimed=1)
    Reward.objects.create(campaign=campaign, title="Miele", min_cents=2_000, stock=2, claimed=1)
    shown = text(client.get(new_url(campaign)))
    assert "Miele" in shown
    assert "Cesta" not in shown


def test_a_campaign_that_is_not_public_is_not_found(client, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.DRAFT)
    assert client.get(new_url(campaign)).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [{"status": CampaignStatus.FUNDED}, {"deadline": NOW - dt.timedelta(hours=1)}],
    ids=["over", "late"],
)
def test_a_campaign_that_has_ended_leads_back_to_its_page(client, campaign, fields):
    Campaign.objects.filter(pk=campaign.pk).update(**fields)
    for answer in (client.get(new_url(campaign)), client.post(new_url(campaign), given())):
        assert answer.status_code == 302
        assert answer.url.endswith(f"/campaigns/{campaign.slug}/")
    assert not Pledge.objects.exists()


def test_too_many_attempts_from_one_address(client, campaign, monkeypatch, stripe):
    monkeypatch.setattr(velocity, "MOST_BY_ADDRESS", 2)
    for n in range(2):
        assert client.post(new_url(campaign), given(email=f"p{n}@example.org")).status_code == 302
    answer = client.post(new_url(campaign), given(email="p9@example.org"))
    assert answer.status_code == 429
    assert "Too many attempts" in text(answer)
    assert Pledge.objects.count() == 2
    assert client.post(new_url(campaign), given(), REMOTE_ADDR="10.0.0.9").status_code == 302
    cache.clear()
    assert client.post(new_url(campaign), given()).status_code == 302


def test_too_many_attempts_with_one_email(client, campaign, monkeypatch, stripe):
    monkeypatch.setattr(velocity, "MOST_BY_EMAIL", 1)
    assert client.post(new_url(campaign), given(), REMOTE_ADDR="10.0.0.1").status_code == 302
    answer = client.post(new_url(campaign), given(email="ADA@example.org "), REMOTE_ADDR="10.0.0.2")
    assert answer.status_code == 429


def test_when_the_card_page_does_not_answer_the_pledge_is_kept(client, campaign, stripe, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = client.post(new_url(campaign), given(), follow=True)
    assert "Your pledge is kept" in text(answer)
    assert "Save your card" in text(answer)
    settings.STRIPE_API_BASE = stripe.url
    pledge = Pledge.objects.get()
    again = client.post(manage_url(pledge, "pledge_card"))
    assert again.url.startswith(stripe.url)


# Coming back


def test_only_who_carries_the_card_pages_id_comes_back(client, campaign, stripe):
    pledge = place(campaign)
    url = reverse("pledge_return", args=[pledge.public_id])
    for wrong in ("", "-", "cs_test_x"):
        assert client.get(url, {"session": wrong}).status_code == 404
    open_card_session(pledge=pledge, now=NOW)
    assert client.get(url).status_code == 404
    waiting = client.get(url, {"session": pledge.session_id})
    assert waiting.status_code == 200
    assert b"progress" in waiting.content


def test_coming_back_twice_thanks_once_more(client, campaign, stripe):
    pledge = place(campaign, language="en")
    back = stripe.save_card(open_card_session(pledge=pledge, now=NOW)).removeprefix("http://localhost:8000")
    first, second = client.get(back), client.get(back)
    assert first.status_code == second.status_code == 302
    assert "/thanks/" in second.url
    assert pledge.events.count() == 2


# Changing


def test_a_guest_manages_with_the_link(client, pledged, campaign, stripe):
    pledge = pledged(campaign, language="en")
    page = client.get(manage_url(pledge))
    assert "Promised" in text(page)
    assert "€25.00" in text(page)
    assert "no-store" in page["Cache-Control"]
    changed = client.post(manage_url(pledge), {"amount_cents": "40", "consent": "on"}, follow=True)
    assert "Your pledge is changed" in text(changed)
    assert "€40.00" in text(changed)
    other_card = client.post(manage_url(pledge, "pledge_card"))
    assert other_card.url.startswith(stripe.url)
    back = stripe.save_card(other_card.url, "4000002500003155").removeprefix("http://localhost:8000")
    assert "with the new card" in text(client.get(back, follow=True))
    cancelled = client.post(manage_url(pledge, "pledge_cancel"), follow=True)
    assert "Your pledge is cancelled" in text(cancelled)
    pledge.refresh_from_db()
    assert (pledge.status, pledge.amount_cents, pledge.card_last4) == ("cancelled", 4_000, "3155")
    assert "Use another card" not in text(client.get(manage_url(pledge)))


def test_a_wrong_amount_is_told_at_its_field(client, campaign):
    pledge = place(campaign)
    answer = client.post(manage_url(pledge), {"amount_cents": "1.250,5,0", "consent": "on"})
    assert answer.status_code == 422
    assert "Write the amount like" in text(answer)
    answer = client.post(manage_url(pledge), {"amount_cents": "40"})
    assert "Without your agreement" in text(answer)
    pledge.refresh_from_db()
    assert pledge.amount_cents == 2_500


def test_forged_links_and_links_for_another_purpose_open_nothing(client, campaign):
    pledge = place(campaign)
    thanks = link_token(pledge, THANKS)
    for token in ("x", thanks, link_token(pledge, MANAGE) + "x", str(pledge.public_id)):
        for name in ("pledge_manage", "pledge_card", "pledge_cancel"):
            assert client.post(reverse(name, args=[token])).status_code == 404
        assert client.get(reverse("pledge_manage", args=[token])).status_code == 404
    assert client.get(reverse("pledge_thanks", args=[link_token(pledge, MANAGE)])).status_code == 404
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.PENDING_CARD


def test_changing_takes_a_post_and_its_token(campaign):
    from django.test import Client

    pledge = place(campaign)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(manage_url(pledge, "pledge_cancel")).status_code == 403
    assert strict.get(manage_url(pledge, "pledge_cancel")).status_code == 405
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.PENDING_CARD


def test_after_the_deadline_a_change_is_refused_in_words(client, campaign):
    pledge = place(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(deadline=NOW - dt.timedelta(hours=1))
    assert "Cancel the pledge" not in text(client.get(manage_url(pledge)))
    answer = client.post(manage_url(pledge, "pledge_cancel"), follow=True)
    assert "The campaign has ended" in text(answer)
    answer = client.post(manage_url(pledge), {"amount_cents": "40", "consent": "on"}, follow=True)
    assert "The campaign has ended" in text(answer)
    answer = client.post(manage_url(pledge, "pledge_card"), follow=True)
    assert "The campaign has ended" in text(answer)
    pledge.refresh_from_db()
    assert (pledge.status, pledge.amount_cents) == ("pending_card", 2_500)


# My pledges


def test_my_pledges_are_mine_and_those_of_my_proved_emails(client, campaign):
    eva = world.person("Eva", email="eva@example.org")
    EmailAddress.objects.create(user=eva, email="eva@example.org", verified=True, primary=True)
    place(campaign, email="eva@example.org", amount_cents=1_100)
    place(campaign, email="fabio@example.org", amount_cents=2_200)
    place(campaign, by=world.person("Gina"), amount_cents=3_300)
    place(campaign, by=eva, amount_cents=4_400)
    url = "/en/my-pledges/"
    assert "/login" in client.get(url).url
    client.force_login(eva)
    shown = text(client.get(url))
    assert "€11.00" in shown
    assert "€44.00" in shown
    assert "€22.00" not in shown
    assert "€33.00" not in shown


def test_my_pledges_take_few_queries(client, campaign, django_assert_max_num_queries):
    eva = world.person("Eva")
    for _ in range(12):
        place(campaign, by=eva)
    client.force_login(eva)
    client.get("/en/my-pledges/")
    with django_assert_max_num_queries(9):  # session, person, roles, time, proved emails, count, pledges
        client.get("/en/my-pledges/")


def test_without_pledges_the_page_says_what_to_do(client):
    client.force_login(world.person("Eva"))
    assert "You have no pledges yet" in text(client.get("/en/my-pledges/"))


# The box on the campaign's page


def box(campaign: Campaign, now: dt.datetime | None = NOW, tag: str = "pledge_box") -> str:
    with translation.override("en"):
        made = Template("{% load pledge %}{% " + tag + " campaign %}")
        return made.render(Context({"campaign": campaign} | ({"now": now} if now else {})))


def test_the_box_takes_no_query(campaign, django_assert_num_queries):
    campaign = Campaign.objects.get(pk=campaign.pk)
    campaign.pledged_cents, campaign.collected_cents, campaign.match_cents, campaign.backers = (
        150_000,
        0,
        600_000,
        12,
    )
    with django_assert_num_queries(0):
        shown = " ".join(re.sub(r"<[^>]+>", " ", box(campaign)).split())
        box(campaign, None)
    for words in ("€1,500", "€4,000", "37%", "€6,000.00", "12 backers", "59 days left", "Back this project"):
        assert words in shown


def test_the_box_of_a_campaign_that_ended_has_no_button(campaign):
    assert "Last day" in box(campaign, campaign.deadline - dt.timedelta(hours=1))
    late = box(campaign, campaign.deadline)
    assert "adding up" in late
    assert "/pledge/" not in late
    assert box(campaign, campaign.deadline, "pledge_sticky").strip() == ""
    assert "/pledge/" in box(campaign, NOW, "pledge_sticky")
    campaign.status = CampaignStatus.FUNDED
    assert "Funded" in box(campaign, campaign.deadline)


# The ways to give


def key_of(page) -> str:
    return re.search(r'name="key" value="([0-9a-f]{32})"', page.content.decode())[1]


def test_the_form_asks_how_to_give_and_says_what_it_costs(client, campaign):
    page = client.get(new_url(campaign))
    shown = text(page)
    for words in ("How do you want to give?", "By card", "By direct debit from your bank account", "8 weeks"):
        assert words in shown
    assert "Of €25, the payment service keeps about €0.63 by card and €0.35 by direct debit" in shown
    assert "You pay what you write and nothing more" in shown
    assert 'data-sentence="You give %s, once, and only if the goal is reached."' in page.content.decode()
    Campaign.objects.filter(pk=campaign.pk).update(fees_borne_by_campaign=False)
    assert "The city pays the payment service" in text(client.get(new_url(campaign)))


def test_an_account_is_given_on_the_hosted_page(client, stripe, campaign):
    answer = client.post(new_url(campaign), given(method="sepa_debit"))
    back = pay_at(answer.url, method="sepa_debit", iban="AT611904300234573201", holder="Ada Rossi")
    thanks = client.get(back.removeprefix("http://localhost:8000"), follow=True)
    assert "€25.00 are debited, once, from the account ending in 3201" in text(thanks)
    assert "The payment service keeps: about €0.35 of it" in text(thanks)
    pledge = Pledge.objects.get()
    assert (pledge.status, pledge.method) == (PledgeStatus.ACTIVE, "sepa_debit")
    shown = text(client.get(manage_url(pledge)))
    assert "•••• 3201" in shown
    assert pledge.mandate_reference in shown
    other = client.post(manage_url(pledge, "pledge_card"))
    back = stripe.save_card(other.url).removeprefix("http://localhost:8000")
    assert "with the new card" in text(client.get(back, follow=True))


@pytest.mark.parametrize("method", ["cash", "bank", "x" * 300])
def test_another_way_is_told_at_its_field(client, campaign, method):
    answer = client.post(new_url(campaign), given(method=method))
    assert answer.status_code == 422
    assert not Pledge.objects.exists()


def test_a_form_sent_twice_places_one_pledge_and_leads_to_the_same_page(client, stripe, campaign):
    key = key_of(client.get(new_url(campaign)))
    first, second = (client.post(new_url(campaign), given(key=key)) for _ in range(2))
    assert first.url == second.url
    pledge = Pledge.objects.get()
    changed = client.post(new_url(campaign), given(key=key, amount_cents="30"))
    assert changed.url != first.url, "what is changed is another pledge"
    assert Pledge.objects.count() == 2
    client.get(stripe.save_card(first.url).removeprefix("http://localhost:8000"))
    again = client.post(new_url(campaign), given(key=key), follow=True)
    assert "You have sent this form already" in text(again)
    assert Pledge.objects.count() == 2
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.ACTIVE


def test_the_page_opened_in_two_tabs_is_one_page(client, stripe, campaign):
    pledge = place(campaign)
    first, second = (client.post(manage_url(pledge, "pledge_card")).url for _ in range(2))
    assert first == second
    back = stripe.save_card(first).removeprefix("http://localhost:8000")
    assert client.get(back).status_code == 302
    assert stripe.save_card(second) == "", "the other tab has nothing to save any more"
    assert pledge.events.filter(to_status="active").count() == 1


def test_a_page_finished_after_the_deadline_is_told_and_saves_nothing(client, stripe, campaign):
    pledge = place(campaign, language="en")
    page = open_card_session(pledge=pledge, now=NOW)
    back = stripe.save_card(page).removeprefix("http://localhost:8000")
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.COLLECTING)
    shown = client.get(back, follow=True)
    assert "This pledge was cancelled" in text(shown)
    pledge.refresh_from_db()
    assert (pledge.status, pledge.payment_method_id) == (PledgeStatus.CANCELLED, "")


def test_what_is_promised_stands_apart_from_what_is_pledged(campaign):
    campaign.pledged_cents, campaign.promised_cents = 150_000, 30_000
    shown = " ".join(re.sub(r"<[^>]+>", " ", box(campaign)).split())
    assert "Promised by bank transfer, not arrived yet €300.00" in shown
    assert "€1,500" in shown
    campaign.promised_cents = 0
    assert "Promised by bank transfer" not in box(campaign)


def test_the_campaigns_page_says_what_goes_to_the_payment_service(client, campaign):
    with translation.override("en"):
        address = reverse("campaign", args=[campaign.slug])
    assert "Of the €10,000.00 that the whole project costs, about €300.00 go to" in text(client.get(address))
    Campaign.objects.filter(pk=campaign.pk).update(fees_borne_by_campaign=False)
    assert "The city pays the payment service" in text(client.get(address))


def test_my_pledges_lead_to_what_there_is_to_do(client, campaign):
    eva = world.person("Eva")
    needed = place(campaign, by=eva)
    Pledge.objects.filter(pk=needed.pk).update(
        status=PledgeStatus.REQUIRES_ACTION, payment_method_id="pm_1", method="sepa_debit", mandate_id="m"
    )
    client.force_login(eva)
    page = client.get("/en/my-pledges/")
    assert "complete your support with a card" in text(page)
    recovery = re.search(r'href="(/en/pledges/recover/[^"]+)"', page.content.decode())[1]
    assert client.get(recovery).status_code == 200
    assert "Complete your support" in text(client.get(manage_url(needed)))


@pytest.mark.parametrize("status", [*PledgeStatus])
@pytest.mark.parametrize("method", ["card", "sepa_debit", ""])
def test_every_state_has_its_words_in_both_languages(status, method):
    pledge = Pledge(status=status, method=method, channel="card" if method else "bank")
    found = []
    for language in ("it", "en"):
        with translation.override(language):
            words = pledge_in_words(pledge)
            found.append(str(words.text))
            assert words.label
            assert str(words.text).endswith((".", "!"))
    assert found[0] != found[1]
