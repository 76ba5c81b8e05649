"""Around every request: refusals in words, the second factor of staff, health, the languages of a page."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import get_resolver, path, reverse
from django.utils import translation

from accounts.enums import Role
from crowdfund import middleware, urls
from crowdfund.context import language_alternates
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world

pytestmark = pytest.mark.django_db
SENTENCE = "La campagna è già chiusa."


def refuse(request):
    raise Refused("closed", SENTENCE)


def invalid(request):
    raise Invalid("bad", SENTENCE, field="goal_cents")


def forbid(request):
    raise NotAllowed("not_allowed", "Non puoi.")


def told(request):
    return HttpResponse(" | ".join(str(message) for message in messages.get_messages(request)))


urlpatterns = [
    path("try/refuse/", refuse),
    path("try/invalid/", invalid),
    path("try/forbid/", forbid),
    path("try/told/", told),
    path("api/v1/try/refuse/", refuse),
    path("api/v1/try/forbid/", forbid),
    path("home/secret/", told, name="home_of_secrets"),
    path("mfa/secret/", told, name="mfa_secret"),
    *urls.urlpatterns,
]


@pytest.mark.urls(__name__)
class TestRefused:
    @pytest.mark.parametrize(
        ("referer", "back"),
        [
            ("http://testserver/try/told/", "http://testserver/try/told/"),
            ("/try/told/", "/try/told/"),
            ("", "/"),
            ("https://evil.example/try/told/", "/"),
            ("http://testserver.evil.example/", "/"),
            ("//evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("http://testserver@evil.example/", "/"),
            ("https:evil.example", "/"),
            ("\\\\evil.example", "/"),
        ],
    )
    def test_back_to_the_page_they_came_from_and_only_to_one_of_ours(self, client, referer, back):
        answer = client.post("/try/refuse/", headers={"referer": referer} if referer else {})
        assert (answer.status_code, answer.url) == (302, back)
        assert client.get("/try/told/").content.decode() == SENTENCE
        assert client.get("/try/told/").content.decode() == ""

    @override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
    def test_never_from_https_back_to_http(self, client):
        answer = client.post("/try/refuse/", secure=True, headers={"referer": "http://testserver/try/told/"})
        assert answer.url == "/"

    @pytest.mark.parametrize("referer", ["http://testserver/try/refuse/", "/try/refuse/"])
    def test_a_page_that_refuses_itself_goes_home_instead_of_in_circles(self, client, referer):
        assert client.get("/try/refuse/", headers={"referer": referer}).url == "/"

    def test_a_form_goes_back_to_its_own_page(self, client):
        answer = client.post("/try/refuse/", headers={"referer": "http://testserver/try/refuse/"})
        assert answer.url == "http://testserver/try/refuse/"

    def test_home_itself_cannot_refuse_in_circles(self, rf):
        request = rf.get("/")
        assert middleware.RefusedMiddleware(told).process_exception(request, Refused("x", "No.")) is None

    def test_english_goes_home_to_english(self, client):
        with translation.override("en"):
            request: Any = RequestFactory().post("/en/x/")
            request.session = {}
            request._messages = default_storage(request)
            assert (
                middleware.RefusedMiddleware(told).process_exception(request, Refused("x", "No.")).url
                == "/en/"
            )

    def test_invalid_input_is_told_alike(self, client):
        assert client.post("/try/invalid/").status_code == 302
        assert client.get("/try/told/").content.decode() == SENTENCE

    def test_what_is_not_allowed_stays_403(self, client):
        assert client.post("/try/forbid/").status_code == 403

    @pytest.mark.parametrize(
        ("page", "status", "code"), [("refuse", 409, "closed"), ("forbid", 403, "not_allowed")]
    )
    def test_the_api_answers_in_its_own_shape(self, client, page, status, code):
        answer = client.post(f"/api/v1/try/{page}/")
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, None)
        assert client.get("/try/told/").content == b""

    def test_other_errors_are_left_alone(self, rf):
        assert middleware.RefusedMiddleware(told).process_exception(rf.get("/"), ZeroDivisionError()) is None


PASSWORD = "prova-prova-1"


def code_for(secret: str) -> str:
    from allauth.mfa.adapter import get_adapter

    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(get_adapter().decrypt(secret), counter)))


@pytest.fixture
def officer():
    user: Any = world.staff(Role.OFFICER)
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def log_in(client, user) -> None:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def log_in_again(client) -> None:
    """What allauth asks for before a second factor is set up."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def names() -> set[str]:
    """Every name of an address, with its namespace."""

    def walk(patterns, space=""):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(
                    pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space
                )
            elif pattern.name:
                yield space + pattern.name

    return set(walk(get_resolver().url_patterns))


class TestSecondFactor:
    def test_every_open_page_exists(self):
        """A page that was renamed must be renamed here too."""
        assert names() >= middleware.ALWAYS_OPEN | middleware.SETTING_UP | middleware.PROVING

    def test_what_takes_a_factor_away_is_open_to_nobody_without_it(self):
        open_to_some = middleware.ALWAYS_OPEN | middleware.SETTING_UP | middleware.PROVING
        for name in names():
            if any(word in name for word in ("deactivate", "remove", "recovery", "generate", "edit")):
                assert name not in open_to_some

    def test_without_one_only_what_sets_it_up_is_open(self, client, officer):
        log_in(client, officer)
        assert client.get(reverse("account_reauthenticate")).status_code == 200
        log_in_again(client)
        for name in ("home", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_change_password"):
            assert client.get(reverse(name)).status_code == 200, name
        for name in ("account_profile", "account_email", "usersessions_list", "organisation_new"):
            answer = client.get(reverse(name))
            assert (answer.status_code, answer.url) == (302, reverse("mfa_activate_totp")), name
        assert client.post(reverse("account_logout")).status_code == 302
        assert "_auth_user_id" not in client.session

    @pytest.mark.django_db(transaction=True)  # allauth tells on commit, within the request
    def test_setting_one_up_opens_the_desk_at_once(self, client, officer):
        log_in(client, officer)
        log_in_again(client)
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        counter = next(iter(yield_hotp_counters_from_time()))
        code = str(format_hotp_value(hotp_value(secret, counter)))
        answer = client.post(reverse("mfa_activate_totp"), {"code": code})
        assert answer.status_code == 302
        assert Authenticator.objects.filter(user=officer, type="totp").exists()
        assert client.get(reverse("account_profile")).status_code == 200
        assert client.get(answer.url).status_code == 200  # the recovery codes, shown once

    @pytest.mark.parametrize(
        "name",
        [
            "account_profile",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_list_webauthn",
            "mfa_index",
            "account_change_password",
        ],
    )
    def test_a_session_opened_by_password_alone_takes_nothing_away(self, client, officer, name):
        """It was opened before the second factor was set up elsewhere."""
        log_in(client, officer)
        RecoveryCodes.activate(officer)
        TOTP.activate(officer, generate_totp_secret())
        answer = client.get(reverse(name))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("mfa_reauthenticate"))
        assert client.post(reverse(name), {}).url.startswith(reverse("mfa_reauthenticate"))
        assert Authenticator.objects.filter(user=officer, type="totp").exists()

    def test_proving_the_one_they_have_leads_on_to_where_they_wanted(self, client, officer):
        log_in(client, officer)
        TOTP.activate(officer, generate_totp_secret())
        wanted = reverse("account_profile") + "?a=1"
        proof = client.get(wanted).url
        assert client.get(proof).status_code == 200
        assert client.post(proof, {"code": "000000"}).status_code == 200
        assert client.get(wanted).status_code == 302
        secret = Authenticator.objects.get(user=officer, type="totp").data["secret"]
        answer = client.post(proof, {"code": code_for(secret)})
        assert (answer.status_code, answer.url) == (302, wanted)
        assert client.get(wanted).status_code == 200

    @pytest.mark.urls(__name__)
    @pytest.mark.parametrize("page", ["/home/secret/", "/mfa/secret/"])
    def test_a_name_that_only_begins_like_an_open_one_is_closed(self, client, officer, page):
        log_in(client, officer)
        assert client.get(page).url == reverse("mfa_activate_totp")

    def test_the_api_answers_403(self, client, officer):
        log_in(client, officer)
        answer = client.get(reverse("api_schema"))
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")

    def test_visitors_and_citizens_are_not_asked(self, client):
        assert client.get(reverse("home")).status_code == 200
        client.force_login(world.person())
        assert client.get(reverse("account_profile")).status_code == 200


class TestHealth:
    def test_it_asks_the_database(self, client, django_assert_num_queries):
        with django_assert_num_queries(1):
            answer = client.get("/health/")
        assert (answer.status_code, answer.content) == (200, b"ok")

    def test_a_probe_over_plain_http_is_not_sent_to_https(self, client, settings):
        from crowdfund.settings import base

        settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, base.SECURE_REDIRECT_EXEMPT
        assert client.get("/health/").status_code == 200
        assert client.get("/").status_code == 301


class TestLanguages:
    @pytest.mark.parametrize(
        ("asked", "italian", "english"),
        [
            ("/", "/", "/en/"),
            ("/en/", "/", "/en/"),
            ("/en/account/login/?next=/en/", "/account/login/?next=/en/", "/en/account/login/?next=/en/"),
        ],
    )
    def test_the_same_page_in_the_other_language(self, rf, asked, italian, english):
        with translation.override("en" if asked.startswith("/en/") else "it"):
            found = language_alternates(rf.get(asked))
        assert [(one["code"], one["url"]) for one in found] == [("it", italian), ("en", english)]
        assert [one["label"] for one in found] == ["Italiano", "English"]
        assert [one["code"] for one in found if one["current"]] == [
            "en" if asked.startswith("/en/") else "it"
        ]
