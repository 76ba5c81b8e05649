"""Roles come from officers, never from oneself; and two accounts of one codice fiscale are one person."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.apps import _key_of_persons
from accounts.enums import Role, TeamRole
from accounts.models import Membership, Person, RoleEvent, RoleGrant, User
from accounts.permissions import belongs_to, can_decide_on, can_propose_for
from accounts.privacy import tax_code_digest
from accounts.services import grant_role, withdraw_role
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.models import Disbursement
from tests import world
from tests.race import race
from tests.world import NOW

OLGA, ALDO = "FRRLGO74E52F205L", "BNCLDA68C14F205T"

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def proposal(by: User, **fields) -> Disbursement:
    return Disbursement.objects.create(
        campaign=world.campaign(), channel="card", amount_cents=1, payee="x", reason="x",
        **Disbursement.proposal(by, NOW), **fields,
    )  # fmt: skip


def test_roles_come_from_officers_and_never_from_oneself():
    officer, ugo = world.staff(Role.OFFICER), world.person("Ugo")
    with pytest.raises(NotAllowed):
        grant_role(user=officer, role=Role.APPROVER, by=officer, now=NOW)
    with pytest.raises(NotAllowed):
        grant_role(user=officer, role=Role.APPROVER, by=ugo, now=NOW)
    grant_role(user=ugo, role=Role.TUTOR, by=officer, now=NOW)
    grant_role(user=ugo, role=Role.TUTOR, by=officer, now=NOW)
    assert ugo.roles == {"tutor"}
    assert not ugo.needs_second_factor
    with pytest.raises(NotAllowed):
        withdraw_role(user=officer, role=Role.OFFICER, by=officer, now=NOW)
    withdraw_role(user=ugo, role=Role.TUTOR, by=officer, now=NOW)
    assert ugo.roles == frozenset()
    with pytest.raises(Refused):
        withdraw_role(user=ugo, role=Role.TUTOR, by=officer, now=NOW)
    assert list(RoleEvent.objects.values_list("user", "role", "deed", "by")) == [
        (ugo.pk, "tutor", "withdrawn", officer.pk),
        (ugo.pk, "tutor", "granted", officer.pk),
    ]


class TestWhoAPersonIs:
    @pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.AUDITOR])
    def test_staff_are_known_by_a_codice_fiscale(self, role):
        officer, ugo = world.staff(Role.OFFICER), world.person("Ugo")
        for code, problem in (
            ("", "tax_code_missing"),
            ("FRRLGO74E52F205X", "tax_code"),
            ("97103880585", "tax_code"),
        ):
            with pytest.raises(Invalid) as refused:
                grant_role(user=ugo, role=role, tax_code=code, by=officer, now=NOW)
            assert (refused.value.code, refused.value.field) == (problem, "tax_code")
        assert not ugo.grants.exists()
        grant_role(user=ugo, role=role, tax_code=" frrlgo74e52f205l ", by=officer, now=NOW)
        known = Person.objects.get(accounts=ugo)
        assert known.tax_code_digest == tax_code_digest(OLGA)
        assert OLGA not in str(list(Person.objects.values()))
        grant_role(user=fresh(ugo), role=Role.TUTOR, by=officer, now=NOW)  # asked for once only

    def test_the_command_line_is_asked_too(self):
        with pytest.raises(Invalid):
            grant_role(user=world.person(), role=Role.OFFICER, by=None, now=NOW)

    def test_two_accounts_of_one_person_are_one_person(self):
        officer, work, private = world.staff(Role.OFFICER), world.person("Aldo"), world.person("Aldo")
        organisation = world.organisation(private)
        grant_role(user=work, role=Role.APPROVER, tax_code=ALDO, by=officer, now=NOW)
        assert not belongs_to(work, organisation.pk)
        grant_role(user=private, role=Role.AUDITOR, tax_code=ALDO, by=officer, now=NOW)
        assert fresh(work).person_id == fresh(private).person_id
        assert belongs_to(fresh(work), organisation.pk)  # by the other account
        assert Person.objects.filter(accounts=None).count() == 0

    def test_nobody_gives_a_role_to_another_account_of_their_own(self):
        officer, other = world.person("Olga"), world.person("Olga")
        grant_role(user=officer, role=Role.OFFICER, tax_code=OLGA, by=None, now=NOW)
        with pytest.raises(NotAllowed):
            grant_role(user=other, role=Role.APPROVER, tax_code=OLGA, by=fresh(officer), now=NOW)
        assert fresh(other).person_id != fresh(officer).person_id
        assert not fresh(other).roles

    def test_who_is_known_as_somebody_is_nobody_else(self):
        officer, ugo = world.staff(Role.OFFICER), world.person("Ugo")
        grant_role(user=ugo, role=Role.OFFICER, tax_code=OLGA, by=officer, now=NOW)
        with pytest.raises(Refused) as refused:
            grant_role(user=fresh(ugo), role=Role.APPROVER, tax_code=ALDO, by=officer, now=NOW)
        assert refused.value.code == "other_person"
        assert fresh(ugo).roles == {"officer"}

    def test_what_an_account_proposed_is_the_persons_once_joined(self):
        officer, first, second = world.staff(Role.OFFICER), world.person("Aldo"), world.person("Aldo")
        grant_role(user=first, role=Role.APPROVER, tax_code=ALDO, by=officer, now=NOW)
        row = proposal(second)
        grant_role(user=second, role=Role.OFFICER, tax_code=ALDO, by=officer, now=NOW)
        row.refresh_from_db()
        assert row.proposed_person_id == fresh(first).person_id
        assert not can_decide_on(fresh(first), row, None)

    def test_who_decided_on_their_own_proposal_is_not_joined(self):
        officer, first, second = world.staff(Role.OFFICER), world.person("Aldo"), world.person("Aldo")
        grant_role(user=first, role=Role.APPROVER, tax_code=ALDO, by=officer, now=NOW)
        proposal(second, status="approved", **Disbursement.decision(fresh(first), NOW))
        with pytest.raises(Refused) as refused:
            grant_role(user=second, role=Role.OFFICER, tax_code=ALDO, by=officer, now=NOW)
        assert refused.value.code == "decided_on_itself"
        assert fresh(second).person_id != fresh(first).person_id
        assert not fresh(second).roles

    def test_a_key_is_needed(self, settings):
        settings.TAX_CODE_KEY = ""
        with pytest.raises(ImproperlyConfigured):
            tax_code_digest(OLGA)
        assert [warning.id for warning in _key_of_persons()] == ["accounts.W001"]

    def test_the_digest_outlives_a_rotation_of_the_secret_key(self, settings):
        before = tax_code_digest(OLGA)
        settings.SECRET_KEY = "another"
        assert tax_code_digest(OLGA) == before
        settings.TAX_CODE_KEY = "another"
        assert tax_code_digest(OLGA) != before


class TestTwoPeople:
    def test_both_are_known_and_neither_belongs_to_the_beneficiary(self):
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        organisation = world.organisation()
        row = proposal(officer)
        assert can_decide_on(approver, row, organisation.pk)
        unknown = world.staff(Role.OFFICER, Role.APPROVER)
        Person.objects.filter(pk=unknown.person_id).update(tax_code_digest=None)
        unknown = fresh(unknown)
        assert not can_decide_on(unknown, row, organisation.pk)
        assert not can_propose_for(unknown, organisation.pk)
        assert not can_decide_on(approver, proposal(unknown), organisation.pk)
        for member in (officer, approver):  # who proposed joined the team meanwhile: looked at again
            joined = Membership.objects.create(
                user=member, organisation=organisation, role=TeamRole.EDITOR, since=NOW
            )
            assert not can_decide_on(approver, row, organisation.pk)
            joined.delete()
        assert can_decide_on(approver, row, organisation.pk)

    def test_a_group_that_is_one_person_belongs_to_that_person(self):
        officer = world.staff(Role.OFFICER)
        grant_role(
            user=(aldo := world.person("Aldo")), role=Role.APPROVER, tax_code=ALDO, by=officer, now=NOW
        )
        group = world.organisation(tax_code=ALDO)
        assert belongs_to(fresh(aldo), group.pk)
        assert not belongs_to(officer, group.pk)

    def test_the_database_holds_it(self):
        both = world.staff(Role.OFFICER, Role.APPROVER)
        row = proposal(both)
        with pytest.raises(IntegrityError), transaction.atomic():
            Disbursement.objects.filter(pk=row.pk).update(
                status="approved", **Disbursement.decision(both, NOW)
            )


@pytest.mark.django_db(transaction=True)
def test_two_accounts_learnt_of_at_once_are_one_person():
    officer = world.staff(Role.OFFICER)
    accounts = [world.person("Aldo") for _ in range(3)]
    ends = race(
        3, lambda n: grant_role(user=accounts[n], role=Role.APPROVER, tax_code=ALDO, by=officer, now=NOW)
    )
    assert ends == [None] * 3
    assert len({fresh(account).person_id for account in accounts}) == 1


class TestThePages:
    @pytest.fixture
    def proved(self, client, monkeypatch):
        monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

        def log_in(user):
            client.force_login(user)
            return client

        return log_in

    def test_officers_give_and_take_and_auditors_read(self, proved):
        officer, ugo = world.staff(Role.OFFICER), world.person("Ugo")
        browser, page = proved(officer), reverse("roles")
        body = {"email": ugo.email.upper(), "role": "approver", "tax_code": ""}
        wrong = browser.post(page, body)
        assert wrong.status_code == 422
        assert "codice fiscale" in str(wrong.context["form"].errors["tax_code"])
        assert browser.post(page, body | {"email": "nobody@example.org"}).status_code == 422
        assert not ugo.grants.exists()
        assert browser.post(page, body | {"tax_code": ALDO}).status_code == 302
        grant = RoleGrant.objects.get(user=ugo)
        text = browser.get(page).content.decode()
        assert ugo.email in text
        assert ALDO not in text
        own = RoleGrant.objects.get(user=officer)
        assert reverse("role_withdraw", args=[own.pk]) not in text
        assert browser.post(reverse("role_withdraw", args=[own.pk])).status_code == 403
        auditor = proved(world.staff(Role.AUDITOR))
        assert auditor.get(page).status_code == 200
        assert auditor.post(page, body).status_code in {403, 422}
        assert auditor.post(reverse("role_withdraw", args=[grant.pk])).status_code == 403
        assert proved(world.person()).get(page).status_code == 403
        assert proved(officer).post(reverse("role_withdraw", args=[grant.pk])).status_code == 302
        assert not ugo.grants.exists()

    def test_the_api_has_the_same(self, proved):
        ugo = world.person("Ugo")
        url, body = reverse("api_roles"), {"email": ugo.email, "role": "officer"}
        assert proved(world.person()).get(url).status_code == 403
        assert proved(world.staff(Role.APPROVER)).post(url, body | {"tax_code": ALDO}).status_code == 403
        browser = proved(world.staff(Role.OFFICER))
        missing = browser.post(url, body, "application/json")
        assert (missing.status_code, missing.json()["field"]) == (400, "tax_code")
        made = browser.post(url, body | {"tax_code": ALDO}, "application/json")
        assert made.status_code == 201
        assert "tax_code" not in made.json()
        assert browser.get(url, {"role": "officer"}).json()["count"] == 2
        assert browser.delete(reverse("api_role", args=[made.json()["id"]])).status_code == 204
        assert not ugo.grants.exists()
