"""What a backer reads when the bank said no: why, what to do, until when; in both languages; and the reminders."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.notices.models import Notice
from accounts.notices.services import render, send_due_notices
from campaigns.models import Campaign
from crowdfund.kit import jobs
from payments.enums import PledgeStatus
from payments.models import ChargeAttempt, Pledge
from payments.permissions import MANAGE, RECOVER, THANKS, link_token
from payments.services.recover import open_recovery
from payments.templatetags.decline import CARD, DEBIT, decline_advice, decline_reason
from tests import world
from tests.payments.bank import pledge
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db
ENDS = NOW + dt.timedelta(days=7)
HALF = NOW + dt.timedelta(days=3, hours=12)
DRAINS = ["campaigns.close", "pledges.charge", "pledges.recovery_end"]
NO_REASON = ("senza dire perché", "without saying why")


def refused(bank, at, number: str = "4000000000000341", **fields) -> Pledge:
    """A pledge whose card behaves like a test card when it is charged."""
    campaign = world.campaign()
    Campaign.objects.filter(pk=campaign.pk).update(
        opens_at=NOW - dt.timedelta(days=60), deadline=NOW, goal_cents=100_000
    )
    given = pledge(campaign, bank, **fields)
    bank.behaves_like(given.payment_method_id, number)
    at(NOW)
    jobs.run_until_quiet(DRAINS)
    return again(given)


def again(row: Pledge) -> Pledge:
    return Pledge.objects.select_related("campaign__project").get(pk=row.pk)


def in_both(notice: Notice) -> dict[str, str]:
    """A letter's text as an Italian and as an English reader get it."""
    texts = {}
    for language in ("it", "en"):
        notice.language = language
        with translation.override(language):
            render(notice)
        assert "None" not in notice.text
        texts[language] = notice.text
    return texts


@pytest.mark.parametrize(
    ("number", "code", "why", "what"),
    [
        (
            "4000002760003184",
            "authentication_required",
            ("ti chiede di confermare", "asks you to confirm this payment yourself"),
            ("Paga con la stessa carta", "Pay with the same card"),
        ),
        ("4000000000000341", "generic_decline", NO_REASON, ("chiedi alla tua banca", "ask your bank")),
        (
            "4000000000009995",
            "insufficient_funds",
            ("abbastanza denaro", "not enough money on the card"),
            ("Ricaricala", "Put money on it"),
        ),
        ("4000000000000069", "expired_card", ("scaduta", "has expired"), ("carta nuova", "the new card")),
        (
            "4000000000000127",
            "incorrect_cvc",
            ("codice di sicurezza", "security code was wrong"),
            ("di nuovo la carta", "once more, with its code"),
        ),
        (
            "4000000000000119",
            "processing_error",
            ("ha avuto un guasto", "had a fault"),
            ("Riprova", "Try the same card once more"),
        ),
        ("4000000000009987", "lost_card", NO_REASON, ("un'altra carta", "another card")),
    ],
)
def test_each_refusal_says_why_and_what_to_do(bank, at, client, number, code, why, what):
    given = refused(bank, at, number)
    assert (given.status, given.decline_code) == (PledgeStatus.REQUIRES_ACTION, code)
    notice = Notice.objects.get(event="pledge_needs_you")
    told = in_both(notice)
    for language, reason, advice in (("it", why[0], what[0]), ("en", why[1], what[1])):
        assert reason in told[language], told[language]
        assert advice in told[language], told[language]
        assert notice.context["action_url"] in told[language]
    assert "smarrita" not in told["it"], "the reader may not be the card's holder"
    assert "lost" not in told["en"]
    retried = ChargeAttempt.objects.filter(n=2).exists()
    assert retried == (code == "insufficient_funds"), "only a lack of funds is tried again by ourselves"
    shown = client.get(reverse("pledge_recover", args=[link_token(given, RECOVER)])).content.decode()
    assert why[0].replace("'", "&#x27;") in shown
    assert shown.count('class="btn btn-primary">Paga 1.000,00') == 1, "one page, one button"


def test_words_for_every_code_there_is():
    for debit, table in ((False, CARD), (True, DEBIT)):
        for code in [
            *table,
            "stolen_card",
            "do_not_honor",
            "fraudulent",
            "pickup_card",
            "",
            "new_code_of_2030",
        ]:
            for language in ("it", "en"):
                with translation.override(language):
                    assert decline_reason(code, debit).endswith(".")
                    assert decline_advice(code, debit).endswith(".")
    with translation.override("en"):
        assert decline_reason("stolen_card") == decline_reason("do_not_honor") == decline_reason("fraudulent")


class TestReminders:
    def test_at_half_of_the_window_and_two_days_before_its_end(self, bank, at):
        refused(bank, at)
        for moment, count in (
            (HALF - dt.timedelta(hours=1), 0),
            (HALF + dt.timedelta(hours=1), 1),
            (HALF + dt.timedelta(hours=20), 1),
            (ENDS - dt.timedelta(days=2) + dt.timedelta(minutes=1), 2),
            (ENDS - dt.timedelta(hours=1), 2),
        ):
            at(moment)
            jobs.run_until_quiet(["pledges.recovery_end"])
            assert Notice.objects.filter(event="pledge_reminder").count() == count, moment
        told = in_both(Notice.objects.filter(event="pledge_reminder").latest("pk"))
        assert "29 novembre 2026" in told["it"]
        assert "senza dire perché" in told["it"]

    def test_who_has_just_tried_is_left_in_peace_for_a_day(self, bank, at):
        given = refused(bank, at)
        bank.try_to_pay(open_recovery(pledge=given, now=HALF), "4000000000000002")
        at(HALF + dt.timedelta(hours=1))
        ChargeAttempt.objects.filter(n=2).update(status="abandoned", finished_at=HALF)
        jobs.run_until_quiet(["pledges.recovery_end"])
        assert not Notice.objects.filter(event="pledge_reminder").exists()
        at(HALF + dt.timedelta(days=1, hours=1))
        jobs.run_until_quiet(["pledges.recovery_end"])
        assert Notice.objects.filter(event="pledge_reminder").count() == 1

    def test_who_has_paid_is_not_reminded(self, bank, at):
        refused(bank, at, "4242424242424242")
        at(ENDS - dt.timedelta(hours=1))
        jobs.run_until_quiet(["pledges.recovery_end"])
        assert not Notice.objects.filter(event="pledge_reminder").exists()


class TestTheLink:
    def test_it_works_on_any_device_without_a_login(self, bank, at):
        given = refused(bank, at, backer=world.person("Ada"))
        address = reverse("pledge_recover", args=[link_token(given, RECOVER)])
        for device in (Client(HTTP_USER_AGENT="phone"), Client(HTTP_USER_AGENT="desk")):
            assert device.get(address).status_code == 200
            assert "_auth_user_id" not in device.session
        other = Client()
        other.force_login(world.person("Zoe"))
        answer = other.post(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(bank.url)

    def test_it_opens_nothing_else_and_nothing_else_opens_it(self, bank, at, client):
        given = refused(bank, at)
        old = dt.datetime.now(dt.UTC) - dt.timedelta(days=401)
        wrong = [
            link_token(given, MANAGE),
            link_token(given, THANKS),
            link_token(given, RECOVER)[:-1],
            link_token(given, RECOVER, at=old),
            given.public_id.hex,
        ]
        for token in wrong:
            for name in ("pledge_recover", "pledge_recovered"):
                assert client.get(reverse(name, args=[token])).status_code == 404
        for name in ("pledge_manage", "pledge_thanks"):
            assert client.get(reverse(name, args=[link_token(given, RECOVER)])).status_code == 404
        assert ChargeAttempt.objects.count() == 1

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (PledgeStatus.COLLECTED, "il tuo sostegno è arrivato"),
            (PledgeStatus.REFUNDED, "restituito"),
            (PledgeStatus.FAILED, "lo restituiamo subito"),
        ],
    )
    def test_it_tells_the_truth_whatever_became_of_the_pledge(self, client, status, said):
        given = pledge(world.campaign(status="funded"), status=status)
        shown = client.get(reverse("pledge_recover", args=[link_token(given, RECOVER)])).content.decode()
        assert said in shown


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_open_one_page(bank, at):
    """The same link in two tabs: at most one attempt is live, by a constraint of the database."""
    given = refused(bank, at)
    ends = race(2, lambda _n: open_recovery(pledge=again(given), now=NOW))
    live = ChargeAttempt.objects.filter(pledge=given, status__in=["created", "open", "unknown"])
    assert live.count() == 1
    opened = [end for end in ends if isinstance(end, str)]
    assert opened
    sessions = bank.stripe.checkout.sessions.list({"customer": given.customer_id}).data
    assert [one.id for one in sessions if one.status == "open"] == [live.get().session_id]


def test_the_letters_of_a_charge_go_out_in_the_backers_language(bank, at):
    refused(bank, at, "4242424242424242", language="en")
    while send_due_notices():
        pass
    text = Notice.objects.get(event="pledge_charged").text
    assert "your card was charged €1,000.00" in text
    assert "on the card ending in 4242. We keep no card of yours" in text
