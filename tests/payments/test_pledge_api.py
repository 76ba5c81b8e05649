"""Pledges over the API: keyed writes happen once; a pledge is its backer's, by login or by token."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from accounts.api.idempotency import forget_keys
from accounts.models import IdempotencyKey
from accounts.services import issue_token
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments.enums import PledgeStatus
from payments.models import Pledge
from payments.permissions import MANAGE, THANKS, link_token
from payments.services import velocity
from payments.services.consents import CHARGE_VERSION
from tests import world
from tests.payments.conftest import place
from tests.world import NOW

pytestmark = pytest.mark.django_db
URL = "/api/v1/pledges/"


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


def wanted(campaign: Campaign, /, **fields):
    return {
        "campaign": campaign.slug,
        "amount_cents": 2_500,
        "email": "ada@example.org",
        "consent_version": CHARGE_VERSION,
    } | fields


def post(body, *, key: str = "", client: Client | None = None, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (client or Client()).post(
        URL,
        json.dumps(body),
        content_type="application/json",
        headers=named | ({"Idempotency-Key": key} if key else {}),
    )


def one(pledge: Pledge) -> str:
    return f"{URL}{pledge.public_id}/"


def test_a_guest_places_a_pledge(stripe, campaign):
    answer = post(wanted(campaign))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    pledge = Pledge.objects.get()
    assert body["id"] == str(pledge.public_id)
    assert (body["status"], body["amount_cents"], body["campaign"]) == ("pending_card", 2_500, campaign.slug)
    assert body["card_url"].startswith(stripe.url)
    read = Client().get(one(pledge), headers={"Pledge-Token": body["token"]})
    assert read.json()["id"] == body["id"]
    assert "session_id" not in read.json()
    assert "email" not in read.json()


def test_the_same_key_places_one_pledge_and_answers_the_same(stripe, campaign):
    first = post(wanted(campaign), key="k1")
    again = post(wanted(campaign), key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    one_, two = first.json(), again.json()
    assert one_.pop("token")
    assert two.pop("token")
    assert one_ == two
    assert Pledge.objects.count() == 1
    assert post(wanted(campaign), key="k2").json()["id"] != one_["id"]


def test_the_same_key_for_another_request_is_refused(stripe, campaign):
    post(wanted(campaign), key="k1")
    answer = post(wanted(campaign, amount_cents=3_000), key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Pledge.objects.count() == 1


def test_a_key_belongs_to_who_sent_it(stripe, campaign):
    post(wanted(campaign), key="k1")
    other = Client(REMOTE_ADDR="10.1.1.1")
    assert post(wanted(campaign), key="k1", client=other).status_code == 201
    person = Client()
    person.force_login(world.person("Eva"))
    assert post(wanted(campaign), key="k1", client=person).status_code == 201
    assert Pledge.objects.count() == 3


def test_a_refused_write_keeps_no_key(stripe, campaign):
    answer = post(wanted(campaign, amount_cents=1), key="k1")
    assert (answer.status_code, answer.json()["code"]) == (400, "amount_too_small")
    assert not IdempotencyKey.objects.exists()
    assert post(wanted(campaign), key="k1").status_code == 201


def test_a_key_too_long_is_refused(campaign):
    answer = post(wanted(campaign), key="k" * 81)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
    assert not Pledge.objects.exists()


def test_a_pledge_may_wish_for_a_debit(client, campaign, stripe):
    body = {
        "campaign": campaign.slug,
        "amount_cents": 2_500,
        "email": "ada@example.org",
        "consent_version": CHARGE_VERSION,
        "method": "sepa_debit",
    }
    answer = client.post(URL, body, content_type="application/json")
    assert answer.status_code == 201
    assert (answer.json()["method"], answer.json()["channel"]) == ("sepa_debit", "card")
    bad = client.post(URL, body | {"method": "cheque"}, content_type="application/json")
    assert bad.status_code == 400
    assert bad.json()["field"] == "method"
    terms = client.get(f"/api/v1/campaigns/{campaign.slug}/pledge-terms/").json()
    assert terms["max_debit_cents"] == 1_000_000
    assert "direct debit" in terms["text"]["en"]


def test_a_keyed_pledge_takes_six_statements_and_the_time(campaign, settings, django_assert_num_queries):
    """Clock; key, campaign, consent, pledge, event, key: the rest is reading it back and opening its page."""
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    from accounts.api import idempotency
    from payments.services.pledges import place_pledge

    class Asked:
        headers = {"Idempotency-Key": "k1"}
        method, path, user, META = "POST", URL, None, {"REMOTE_ADDR": "10.0.0.1"}
        data: dict[str, str] = {}

    def deed():
        made = place_pledge(
            campaign=campaign.slug,
            amount_cents=2_500,
            email="ada@example.org",
            language="it",
            consent_version=CHARGE_VERSION,
            by=None,
            now=NOW,
        )
        return 201, {"id": str(made.public_id)}

    with django_assert_num_queries(6 + 2):  # two more: inside a test, BEGIN and COMMIT are a savepoint
        idempotency.once(Asked(), deed, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_eight_times_at_once_places_one_pledge(campaign, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    def send(_n: int):
        try:
            answer = post(wanted(campaign), key="k1")
            return answer.status_code, answer.json().get("code") or answer.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert Pledge.objects.count() == 1
    assert (201, str(Pledge.objects.get().public_id)) in answers
    assert {status for status, _ in answers} <= {201, 409}
    assert {what for status, what in answers if status == 409} <= {"in_flight"}


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_being_worked_on_is_told_so(campaign):
    from accounts.api import idempotency

    with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
        from django.db import transaction

        with transaction.atomic():
            scope = None

            def watch(given, key, real=idempotency._look):
                nonlocal scope
                scope = given
                return real(given, key)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(idempotency, "_look", watch)
                post(wanted(campaign, amount_cents=1), key="k1")  # to learn the scope; refused
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency {scope} k1"]
            )

            def send():
                try:
                    return post(wanted(campaign), key="k1")
                finally:
                    connection.close()

            answer = pool.submit(send).result(10)
    assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")
    assert not Pledge.objects.exists()


def test_old_keys_are_forgotten(stripe, campaign):
    post(wanted(campaign), key="k1")
    assert forget_keys() == 0
    IdempotencyKey.objects.update(created_at=NOW - dt.timedelta(days=2))
    assert forget_keys() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount_cents": 0}, "amount_not_positive"),
        ({"amount_cents": 2_000_000}, "amount_too_large"),
        ({"campaign": "nowhere"}, "unknown_campaign"),
        ({"reward": 999_999}, "unknown_reward"),
        ({"email": "ada"}, "bad_email"),
        ({"consent_version": "1"}, "consent_missing"),
    ],
)
def test_bad_input_has_a_code_a_sentence_and_a_field(campaign, fields, code):
    answer = post(wanted(campaign, **fields))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, code)
    assert body["detail"]
    assert body["field"] == next(iter(fields))
    assert not Pledge.objects.exists()


@pytest.mark.parametrize("body", [{}, {"amount_cents": "x"}, {"amount_cents": 10**30}, []])
def test_what_is_no_pledge_is_refused(body):
    assert post(body).status_code == 400
    assert not Pledge.objects.exists()


def test_a_campaign_that_ended_is_a_conflict(campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.SETTLING)
    answer = post(wanted(campaign))
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_closed")


def test_too_many_attempts(campaign, stripe, monkeypatch):
    monkeypatch.setattr(velocity, "MOST_BY_ADDRESS", 1)
    assert post(wanted(campaign)).status_code == 201
    answer = post(wanted(campaign, email="other@example.org"))
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert Pledge.objects.count() == 1


def test_people_list_their_own(campaign, django_assert_max_num_queries):
    eva = world.person("Eva")
    mine = [place(campaign, by=eva) for _ in range(3)]
    place(campaign)
    assert Client().get(URL).status_code in {401, 403}
    client = Client()
    client.force_login(eva)
    with django_assert_max_num_queries(5):  # session, person, roles, count, pledges
        body = client.get(URL).json()
    assert {row["id"] for row in body["results"]} == {str(pledge.public_id) for pledge in mine}
    Pledge.objects.filter(pk=mine[0].pk).update(status=PledgeStatus.CANCELLED)
    assert client.get(URL, {"status": "cancelled"}).json()["count"] == 1
    secret = issue_token(user=eva, label="x", second_factor=False, by=eva, now=NOW)
    assert Client().get(URL, headers={"Authorization": f"Bearer {secret}"}).json()["count"] == 3


def test_a_pledge_is_its_backers_alone(campaign, stripe):
    eva, other = world.person("Eva"), place(campaign)
    pledge = place(campaign, by=eva)
    stranger = Client()
    stranger.force_login(world.person("Fabio"))
    hostile = [
        (Client(), {}),
        (stranger, {}),
        (Client(), {"Pledge-Token": link_token(other, MANAGE)}),
        (Client(), {"Pledge-Token": link_token(pledge, THANKS)}),
    ]
    for client, headers in hostile:
        for method in ("get", "patch", "delete"):
            answer = getattr(client, method)(
                one(pledge), {"amount_cents": 300}, content_type="application/json", headers=headers
            )
            assert answer.status_code == 404
        assert client.post(one(pledge) + "card/", headers=headers).status_code == 404
    pledge.refresh_from_db()
    assert (pledge.status, pledge.amount_cents, pledge.session_id) == ("pending_card", 2_500, "")


def test_the_backer_changes_and_cancels(campaign, stripe):
    eva = world.person("Eva")
    pledge = place(campaign, by=eva)
    client = Client()
    client.force_login(eva)

    def patch(**fields):
        return client.patch(one(pledge), json.dumps(fields), content_type="application/json")

    assert patch(amount_cents=3_000).json()["code"] == "consent_missing"
    assert patch(amount_cents=3_000, consent_version=CHARGE_VERSION).json()["amount_cents"] == 3_000
    assert patch(amount_cents=1_000).json()["amount_cents"] == 1_000
    assert client.post(one(pledge) + "card/").json()["card_url"].startswith(stripe.url)
    assert client.delete(one(pledge)).json()["status"] == "cancelled"
    answer = client.delete(one(pledge))
    assert (answer.status_code, answer.json()["code"]) == (409, "pledge_settled")


def test_when_stripe_does_not_answer_the_card_page_is_503(campaign, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    placed = post(wanted(campaign))
    assert placed.status_code == 201
    assert placed.json()["card_url"] is None
    answer = Client().post(
        f"{URL}{placed.json()['id']}/card/", headers={"Pledge-Token": placed.json()["token"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "no_answer")


def test_everybody_sees_who_wants_to_be_seen(campaign, django_assert_max_num_queries):
    for name, shown in (("Ada", True), ("Bea", False)):
        pledge = place(campaign, name=name, show_name=shown)
        Pledge.objects.filter(pk=pledge.pk).update(
            status=PledgeStatus.ACTIVE, payment_method_id="pm_1", activated_at=NOW
        )
    place(campaign, name="Carla", show_name=True)
    url = f"/api/v1/campaigns/{campaign.slug}/pledges/"
    with django_assert_max_num_queries(3):  # campaign, count, pledges
        body = Client().get(url).json()
    assert [row["name"] for row in body["results"]] == [None, "Ada"]
    assert set(body["results"][0]) == {"name", "since"}
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.DRAFT)
    assert Client().get(url).status_code == 404


def test_the_terms_say_what_is_agreed_to(campaign):
    body = Client().get(f"/api/v1/campaigns/{campaign.slug}/pledge-terms/").json()
    assert body["version"] == CHARGE_VERSION
    assert set(body["text"]) == {"it", "en"}
    assert "the amount I chose" in body["text"]["en"]
    assert (body["min_cents"], body["max_cents"]) == (200, 1_000_000)


def test_the_schema_is_made_without_a_warning(capsys):
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        schema = SchemaGenerator().get_schema(request=None, public=True)
        complaints = [
            line
            for store in (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache)
            for line in store
            if "payments/api" in line or "idempotency" in line
        ]
    assert complaints == []
    assert schema["paths"]["/api/v1/pledges/"]["post"]["operationId"] == "pledges_place"
