"""People, organisations, keys and the second factor."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from accounts.enums import Role, TeamRole
from accounts.models import Membership, Organisation
from accounts.notices.models import Notice, NoticeStatus
from accounts.notices.services import notify, send_due_notices
from accounts.services import (
    add_member,
    check_tax_code,
    create_organisation,
    edit_organisation,
    issue_token,
    remove_member,
    revoke_token,
    update_profile,
)
from accounts.views.dev import current_code
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_the_first_owner_is_who_creates():
    ada = world.person()
    made = create_organisation(
        name="Cascina Aperta", kind="association", tax_code="80032590582", by=ada, now=NOW
    )
    assert made.slug == "cascina-aperta"
    assert Membership.objects.get(organisation=made).role == TeamRole.OWNER
    again = create_organisation(name="Cascina Aperta", kind="association", by=ada, now=NOW)
    assert again.slug == "cascina-aperta-2"


@pytest.mark.parametrize("number", ["80032590583", "RSSMRA80A01F205Y", "12", "abc"])
def test_a_wrong_tax_code_is_refused(number):
    with pytest.raises(Invalid) as refused:
        check_tax_code(number)
    assert refused.value.field == "tax_code"


@pytest.mark.parametrize("number", ["80032590582", "RSSMRA80A01F205X", ""])
def test_a_right_tax_code_is_kept(number):
    assert check_tax_code(f" {number} ") == number


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": " "}, "name"), ({"kind": "bank"}, "kind"), ({"tax_code": "1"}, "tax_code")],
)
def test_a_bad_card_makes_nothing(fields, field):
    with pytest.raises(Invalid) as refused:
        create_organisation(**({"name": "x", "kind": "association"} | fields), by=world.person(), now=NOW)
    assert refused.value.field == field
    assert Organisation.objects.count() == 0


class TestTeam:
    @pytest.fixture
    def team(self):
        owner, editor = world.person("Olga"), world.person("Edo")
        made = world.organisation(owner)
        add_member(organisation=made, email=editor.email.upper(), role=TeamRole.EDITOR, by=owner, now=NOW)
        return made, owner, editor

    def test_owner_member_stranger(self, team):
        made, owner, editor = team
        other = world.person("Ugo")
        for who in (editor, other, world.staff(Role.OFFICER)):
            with pytest.raises(NotAllowed):
                add_member(organisation=made, email=other.email, role=TeamRole.EDITOR, by=who, now=NOW)
            with pytest.raises(NotAllowed):
                remove_member(membership=made.memberships.get(user=editor), by=who)
            with pytest.raises(NotAllowed):
                edit_organisation(
                    organisation=made, name="x", kind="association", tax_code="", about="", email="", by=who
                )
        made.refresh_from_db()
        assert made.memberships.count() == 2
        assert made.name != "x"
        remove_member(membership=made.memberships.get(user=editor), by=owner)
        assert made.memberships.count() == 1

    def test_the_last_owner_stays(self, team):
        made, owner, _editor = team
        with pytest.raises(Refused):
            remove_member(membership=made.memberships.get(user=owner), by=owner)
        assert made.memberships.count() == 2

    @pytest.mark.parametrize(
        ("email", "role", "code"), [("x@y.it", "editor", "unknown_person"), ("", "king", "unknown_role")]
    )
    def test_bad_members(self, team, email, role, code):
        made, owner, _editor = team
        with pytest.raises(Refused) as refused:
            add_member(organisation=made, email=email, role=role, by=owner, now=NOW)
        assert refused.value.code == code

    def test_nobody_twice(self, team):
        made, owner, editor = team
        with pytest.raises(Refused) as refused:
            add_member(organisation=made, email=editor.email, role=TeamRole.OWNER, by=owner, now=NOW)
        assert refused.value.code == "member_already"


def test_a_profile_is_changed_by_its_person_only():
    ada, ugo = world.person("Ada"), world.person("Ugo")
    with pytest.raises(NotAllowed):
        update_profile(user=ada, name="x", language="en", by=ugo)
    with pytest.raises(Invalid):
        update_profile(user=ada, name="x", language="xx", by=ada)
    update_profile(user=ada, name="Ada L.", language="en", by=ada)
    ada.refresh_from_db()
    assert (ada.name, ada.language) == ("Ada L.", "en")


class TestKeys:
    def test_a_key_speaks_until_it_is_revoked(self, client):
        ada = world.person()
        secret = issue_token(user=ada, label="curl", second_factor=False, by=ada, now=NOW)
        header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
        assert client.get(reverse("api_schema"), **header).status_code == 200
        revoke_token(token=ada.api_tokens.get(), by=ada, now=NOW)
        assert client.get(reverse("api_schema"), **header).status_code == 401

    def test_only_ones_own(self):
        ada, ugo = world.person("Ada"), world.person("Ugo")
        with pytest.raises(NotAllowed):
            issue_token(user=ada, label="x", second_factor=False, by=ugo, now=NOW)
        issue_token(user=ada, label="x", second_factor=False, by=ada, now=NOW)
        with pytest.raises(NotAllowed):
            revoke_token(token=ada.api_tokens.get(), by=ugo, now=NOW)
        assert ada.api_tokens.get().revoked_at is None

    def test_staff_need_a_second_factor(self):
        officer = world.staff(Role.OFFICER)
        with pytest.raises(NotAllowed):
            issue_token(user=officer, label="x", second_factor=False, by=officer, now=NOW)


class TestSecondFactor:
    def login(self, client, user, code=""):
        client.post(reverse("account_login"), {"login": user.email, "password": "prova-prova-1"})
        if code:
            return client.post(reverse("mfa_authenticate"), {"code": code})
        return None

    @pytest.fixture
    def officer(self):
        user = world.staff(Role.OFFICER)
        user.set_password("prova-prova-1")
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def test_staff_without_one_are_sent_to_set_it_up(self, client, officer):
        self.login(client, officer)
        answer = client.get(reverse("account_profile"))
        assert answer.status_code == 302
        assert answer.url == reverse("mfa_activate_totp")
        assert client.get("/api/v1/schema/").json()["code"] == "second_factor"

    def test_staff_with_one_get_in(self, client, officer):
        TOTP.activate(officer, generate_totp_secret())
        self.login(client, officer)
        assert client.get(reverse("account_profile")).status_code == 302  # half-way is not in
        self.login(client, officer, current_code(officer))
        assert client.get(reverse("account_profile")).status_code == 200

    def test_a_wrong_code_stays_out(self, client, officer):
        TOTP.activate(officer, generate_totp_secret())
        self.login(client, officer, "000000")
        assert "_auth_user_id" not in client.session

    def test_others_need_none(self, client):
        client.force_login(world.person())
        assert client.get(reverse("account_profile")).status_code == 200


class TestNotices:
    def test_a_notice_is_sent_once_in_the_readers_language(self, mailoutbox):
        for _ in range(2):
            notify(
                event="account_message", email="a@example.org", language="en", dedupe="x:1", now=NOW,
                context={"heading": "Hello", "body": "It works."},
            )  # fmt: skip
        send_due_notices()
        send_due_notices()
        assert [message.subject for message in mailoutbox] == ["Hello"]
        assert "It works." in mailoutbox[0].body
        assert Notice.objects.get().status == NoticeStatus.SENT

    def test_one_that_cannot_be_sent_is_tried_again_and_given_up(self):
        notify(event="no_such_event", email="a@example.org", language="it", context={}, now=NOW)
        row = Notice.objects.get()
        for _ in range(8):
            Notice.objects.update(due_at=NOW)
            send_due_notices()
        row.refresh_from_db()
        assert (row.status, row.attempts) == (NoticeStatus.FAILED, 6)


def test_allauth_speaks_through_notices(client):
    client.post(reverse("account_signup"), {"email": "nuova@example.org", "password1": "prova-prova-1"})
    assert Notice.objects.get().event == "account_message"
