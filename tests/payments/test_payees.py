"""Where money goes changes by two people and 48 hours, in front of everybody who owns the organisation."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from accounts.notices.models import Notice
from accounts.notices.services import render
from crowdfund.kit import desk, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from crowdfund.kit.states import IllegalTransition
from payments.ledger.selectors import credit_balance, faults
from payments.models import Disbursement, PayeeChange, Payout, PayoutAccount, PayoutIban
from payments.permissions import objection_token
from payments.services import transfer
from payments.services.payees import (
    WAITS,
    approve_payee_change,
    object_to_payee_change,
    open_requested_account,
    propose_payee_change,
    reject_payee_change,
    request_account,
    request_iban,
)
from tests import world
from tests.payments import paying
from tests.race import race
from tests.world import NOW

LATER = NOW + WAITS


def requested(campaign, by: User | None = None, **fields) -> PayeeChange:
    given = {
        "organisation": campaign.project.organisation,
        "holder": "Terra di Mezzo APS",
        "iban": "it60 x054 2811 1010 0000 0123 456",
        "reason": "Abbiamo cambiato banca",
        "evidence": "Verbale del direttivo del 3 novembre",
        "now": NOW,
    }
    return request_iban(**given | {"by": by or paying.owner_of(campaign)} | fields)


def check_back(change: PayeeChange, by: User | None = None) -> PayeeChange:
    by = by or world.staff(Role.OFFICER)
    propose_payee_change(change=change, checked_back="Telefonato alla presidente", by=by, now=NOW)
    return change


def approve(change: PayeeChange, by: User | None = None) -> PayeeChange:
    approve_payee_change(change=change, by=by or world.staff(Role.APPROVER), now=NOW)
    return change


def take_effect(at, moment: dt.datetime = LATER) -> None:
    at(moment)
    jobs.run_until_quiet(["payees.apply"])


def letters(stage: str) -> set[str]:
    """Who was written to at a stage; each letter can be rendered in both languages."""
    found = [
        notice for notice in Notice.objects.filter(event="payee_change") if notice.context["stage"] == stage
    ]
    for notice in found:
        for notice.language in ("it", "en"):
            render(notice)
            assert notice.subject
            assert paying.IBAN not in notice.text + notice.html
    return {notice.email for notice in found}


@pytest.fixture
def campaign():
    return paying.funded("bank")


@pytest.mark.django_db
class TestAnIban:
    def test_the_whole_way(self, campaign, at):
        organisation, owner = campaign.project.organisation, paying.owner_of(campaign)
        organisation.email = "posta@terradimezzo.example"
        organisation.save()
        second = world.person("Samir")
        Membership.objects.create(user=second, organisation=organisation, role=TeamRole.OWNER, since=NOW)
        change = requested(campaign)
        everybody = {owner.email, second.email, organisation.email}
        assert (change.iban, change.status, letters("requested")) == (paying.IBAN, "requested", everybody)
        approve(check_back(change))
        assert change.effective_at == NOW + dt.timedelta(hours=48)
        assert letters("approved") == everybody
        take_effect(at, LATER - dt.timedelta(minutes=1))
        assert not PayoutIban.objects.exists()
        take_effect(at)
        change.refresh_from_db()
        assert (change.status, PayoutIban.objects.get().iban) == ("effective", paying.IBAN)
        assert letters("effective") == everybody
        assert paying.proposed(campaign, channel="bank").destination == paying.IBAN
        persons = {change.requested_person_id, change.proposed_person_id, change.decided_person_id}
        assert len(persons) == 3

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"iban": "IT60X0542811101000000123457"}, "iban"),
            ({"iban": "x"}, "iban"),
            ({"holder": " "}, "holder"),
            ({"holder": "A" * 71}, "holder"),
            ({"reason": " "}, "reason"),
            ({"evidence": ""}, "evidence"),
        ],
    )
    def test_what_is_wrong_is_said_and_changes_nothing(self, campaign, fields, field):
        with pytest.raises(Invalid) as refused:
            requested(campaign, **fields)
        assert refused.value.field == field
        assert not PayeeChange.objects.exists()
        assert not Notice.objects.exists()

    def test_one_at_a_time_and_not_what_is_there(self, campaign):
        paying.iban_of(campaign.project.organisation)
        with pytest.raises(Refused) as refused:
            requested(campaign)
        assert refused.value.code == "same_payee"
        requested(campaign, iban=paying.OTHER_IBAN)
        with pytest.raises(Refused) as refused:
            requested(campaign, iban=paying.OTHER_IBAN)
        assert refused.value.code == "change_under_way"

    def test_nobody_else_asks_checks_back_or_decides(self, campaign):
        organisation, owner = campaign.project.organisation, paying.owner_of(campaign)
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        for role in (TeamRole.EDITOR, TeamRole.ACCOUNTANT):
            member = world.person(role)
            Membership.objects.create(user=member, organisation=organisation, role=role, since=NOW)
            with pytest.raises(NotAllowed):
                requested(campaign, by=member)
        with pytest.raises(NotAllowed):
            requested(campaign, by=officer)
        change = requested(campaign)
        both = world.staff(Role.OFFICER, Role.APPROVER)
        inside = world.staff(Role.OFFICER, Role.APPROVER)
        Membership.objects.create(user=inside, organisation=organisation, role=TeamRole.EDITOR, since=NOW)
        for by in (owner, approver, inside, world.staff(Role.AUDITOR), world.person()):
            with pytest.raises(NotAllowed):
                check_back(change, by)
            with pytest.raises(NotAllowed):
                reject_payee_change(change=change, why="no", by=by, now=NOW)
        check_back(change, both)
        for by in (owner, officer, both, inside, world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                approve(change, by)
        assert PayeeChange.objects.get().status == "proposed"
        with pytest.raises(Invalid):
            propose_payee_change(
                change=requested(paying.funded("bank")), checked_back=" ", by=officer, now=NOW
            )

    def test_who_asked_decides_by_no_other_account(self, campaign):
        """An owner who left the team and is an approver by another account is still the one who asked."""
        owner, other = paying.owner_of(campaign), world.staff(Role.OFFICER, Role.APPROVER)
        User.objects.filter(pk=owner.pk).update(person=other.person)
        change = requested(campaign, by=User.objects.get(pk=owner.pk))
        Membership.objects.all().delete()
        with pytest.raises(NotAllowed):
            check_back(change, other)
        check_back(change)
        with pytest.raises(NotAllowed):
            approve(change, other)
        for name in ("proposed", "decided"):
            with pytest.raises(IntegrityError), transaction.atomic():
                fields = {f"{name}_by": other, f"{name}_person": other.person, f"{name}_at": NOW}
                PayeeChange.objects.filter(pk=change.pk).update(**fields)

    def test_what_is_asked_for_never_changes(self, campaign):
        change = requested(campaign)
        for name, value in (
            ("iban", paying.OTHER_IBAN),
            ("holder", "X"),
            ("organisation", world.organisation()),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                PayeeChange.objects.filter(pk=change.pk).update(**{name: value})


@pytest.mark.django_db
class TestObjecting:
    def test_until_it_takes_effect_an_owner_stops_it(self, campaign, at):
        change = approve(check_back(requested(campaign)))
        stranger, editor = world.person(), world.person()
        Membership.objects.create(
            user=editor, organisation=change.organisation, role=TeamRole.EDITOR, since=NOW
        )
        for by in (stranger, editor, world.staff(Role.OFFICER), None):
            with pytest.raises(NotAllowed):
                object_to_payee_change(change=change, by=by, now=NOW)
        object_to_payee_change(change=change, by=paying.owner_of(campaign), now=NOW)
        assert letters("withdrawn") == {paying.owner_of(campaign).email}
        take_effect(at)
        assert not PayoutIban.objects.exists()

    def test_the_link_of_the_email_stops_it_without_a_login_and_only_that(self, campaign, client, at):
        change = approve(check_back(requested(campaign)))
        other = requested(paying.funded("bank"))
        letter = Notice.objects.filter(event="payee_change", context__stage="approved").get()
        page = letter.context["action_url"].partition("//")[2].partition("/")[2]
        assert client.get(f"/{page}").status_code == 200
        change.refresh_from_db()
        assert change.status == "approved"  # a mail program that follows links stops nothing
        assert client.post(f"/{page}").status_code == 302
        change.refresh_from_db()
        other.refresh_from_db()
        assert (change.status, other.status) == ("withdrawn", "requested")
        with pytest.raises(NotAllowed):
            object_to_payee_change(change=other, by=None, token=objection_token(change), now=NOW)
        assert client.get(reverse("payee_change_object", args=["1:forged"])).status_code == 404
        take_effect(at)
        assert client.post(f"/{page}").status_code == 200  # nothing to stop any more, said in words

    def test_not_after_it_has_taken_effect(self, campaign, at):
        change = approve(check_back(requested(campaign)))
        take_effect(at)
        with pytest.raises(IllegalTransition):
            change.refresh_from_db()
            object_to_payee_change(change=change, by=paying.owner_of(campaign), now=LATER)
        assert PayoutIban.objects.get().iban == paying.IBAN


@pytest.mark.django_db
class TestWhatWasDecidedForTheOldPayee:
    def test_it_is_void_and_held_again_and_the_officers_are_told(self, campaign, at):
        paying.iban_of(campaign.project.organisation, paying.OTHER_IBAN)
        paying.receive(campaign, "card", 7_000)
        paying.account_row(campaign.project.organisation)
        approved = paying.approved(campaign, 60_000, "bank")
        proposed = paying.proposed(campaign, 40_000, "bank")
        by_card = paying.approved(campaign, 7_000, "card")
        approve(check_back(requested(campaign)))
        take_effect(at)
        states = [
            Disbursement.objects.get(pk=row.pk).status
            for row in (approved.disbursement, proposed, by_card.disbursement)
        ]
        assert states == ["void", "void", "approved"]  # the card's account is another matter
        assert Payout.objects.get(pk=approved.pk).status == "cancelled"
        assert credit_balance(f"held:{campaign.pk}:bank") == 100_000
        assert credit_balance(f"payable:{campaign.pk}") == 7_000
        assert Notice.objects.filter(event="payout_stopped", context__stage="void").count() >= 2
        assert paying.proposed(campaign, 100_000, "bank").destination == paying.IBAN
        assert not list(faults())

    def test_what_is_on_its_way_has_to_end_first(self, campaign, at):
        paying.iban_of(campaign.project.organisation, paying.OTHER_IBAN)
        payout = paying.approved(campaign, 60_000, "bank")
        Payout.objects.update(status="unknown")
        change = approve(check_back(requested(campaign)))
        take_effect(at)
        assert PayeeChange.objects.get().status == "approved"
        Payout.objects.update(status="done", transfer_id="CF-1")
        Disbursement.objects.update(status="paid")
        take_effect(at, LATER + dt.timedelta(hours=1))
        change.refresh_from_db()
        assert (change.status, PayoutIban.objects.get().iban) == ("effective", paying.IBAN)
        assert payout.disbursement.destination == paying.OTHER_IBAN


@pytest.mark.django_db
class TestAnotherAccount:
    def test_the_whole_way(self, bank, at):
        campaign = paying.funded()
        first = paying.account_of(bank, campaign).stripe_account_id
        waiting = paying.approved(campaign, 1_000)
        organisation, owner = campaign.project.organisation, paying.owner_of(campaign)
        given = {"organisation": organisation, "reason": "Nuovo statuto", "evidence": "Verbale", "now": NOW}
        page = request_account(**given, by=owner)
        change = PayeeChange.objects.get()
        assert change.stripe_account_id not in {"", first}
        with pytest.raises(Refused) as refused:
            check_back(change)
        assert refused.value.code == "account_not_ready"
        bank.onboard(page)
        approve(check_back(change))
        assert PayoutAccount.objects.get().stripe_account_id == first
        take_effect(at)
        account = PayoutAccount.objects.get()
        assert (account.stripe_account_id, account.transfers_active) == (change.stripe_account_id, True)
        waiting.refresh_from_db()
        assert waiting.status == "cancelled"
        assert "effective" in {
            notice.context["stage"] for notice in Notice.objects.filter(event="payee_change")
        }

    def test_stripe_away_keeps_the_row_and_the_same_account_is_opened_later(self, bank, client):
        campaign = paying.funded()
        paying.account_row(campaign.project.organisation)
        owner = paying.owner_of(campaign)
        bank.fault("POST /v1/accounts", "cut_before", times=3)
        given = {"organisation": campaign.project.organisation, "reason": "x", "evidence": "x", "now": NOW}
        with pytest.raises(Refused) as refused:
            request_account(**given, by=owner)
        assert refused.value.code == "stripe_unreachable"
        bank.no_faults()
        change = PayeeChange.objects.get()
        client.force_login(owner)
        answer = client.post(reverse("payee_account_open", args=[change.pk]))
        assert answer["Location"].startswith(bank.url)
        change.refresh_from_db()
        again = client.post(reverse("payee_account_open", args=[change.pk]))
        assert again["Location"] != answer["Location"]
        assert change.stripe_account_id
        with pytest.raises(IntegrityError), transaction.atomic():
            PayeeChange.objects.update(stripe_account_id="acct_other")

    def test_only_an_owner_asks(self):
        campaign = paying.funded()
        organisation = campaign.project.organisation
        paying.account_row(organisation)
        accountant = world.person()
        Membership.objects.create(
            user=accountant, organisation=organisation, role=TeamRole.ACCOUNTANT, since=NOW
        )
        change = requested(campaign)
        for by in (accountant, world.person(), world.staff(Role.OFFICER, Role.APPROVER)):
            with pytest.raises(NotAllowed):
                request_account(organisation=organisation, reason="x", evidence="x", by=by, now=NOW)
            with pytest.raises(NotAllowed):
                open_requested_account(change=change, by=by, now=NOW)
        with pytest.raises(Refused) as refused:
            open_requested_account(change=change, by=paying.owner_of(campaign), now=NOW)
        assert refused.value.code == "change_over"

    def test_the_first_takes_no_change(self):
        campaign = paying.funded()
        with pytest.raises(Refused) as refused:
            request_account(
                organisation=campaign.project.organisation, reason="x", evidence="x", by=paying.owner_of(campaign),
                now=NOW,
            )  # fmt: skip
        assert refused.value.code == "no_account_yet"
        assert not PayeeChange.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAChangeRacingAPayout:
    """Just as the transfer is to be sent the change takes effect: the old payee is not paid."""

    def test_it_is_looked_at_again_before_it_is_sent(self, monkeypatch):
        sent = self._race(monkeypatch, careful=True)
        payout = Payout.objects.get()
        assert (sent, payout.status) == ([], "cancelled")

    def test_the_control_pays_the_old_account(self, monkeypatch):
        assert self._race(monkeypatch, careful=False) == ["acct_old"]

    def _race(self, monkeypatch, *, careful: bool) -> list[str]:
        campaign = paying.funded()
        organisation = campaign.project.organisation
        paying.account_row(organisation, stripe_account_id="acct_old")
        paying.approved(campaign)
        change = PayeeChange.objects.create(
            organisation=organisation, kind="account", stripe_account_id="acct_new", replaces="acct_old", reason="x",
            evidence="x", requested_by=(by := paying.owner_of(campaign)), requested_person=by.person,
            requested_at=NOW, checked_back="x", status="approved", effective_at=NOW, due_at=NOW,
            **PayeeChange.proposal(world.staff(Role.OFFICER), NOW),
            **PayeeChange.decision(world.staff(Role.APPROVER), NOW),
        )  # fmt: skip
        monkeypatch.setattr("payments.services.payee_effect.transfers_active", lambda _account: True)
        sent: list[str] = []
        looking, changed = threading.Event(), threading.Event()

        def read_balance() -> None:
            looking.set()
            changed.wait(10)  # the other thread is quicker

        def send(*, account_id: str, **_more: object) -> str:
            sent.append(account_id)
            return "tr_1"

        monkeypatch.setattr(transfer, "available_cents", read_balance)
        monkeypatch.setattr(transfer, "send_transfer", send)
        if not careful:  # sends what it has claimed, without looking
            monkeypatch.setattr(transfer, "_mark_sent", lambda payout, lacking, now: True)

        def work(n: int) -> None:
            if n:
                looking.wait(10)
                jobs.run_one("payees.apply")
                changed.set()
            else:
                jobs.run_one("payouts.execute")

        race(2, work)
        change.refresh_from_db()
        assert change.status == "effective"
        return sent


@pytest.fixture
def proved(client, monkeypatch):
    """Log staff in with a second factor."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

    def log_in(user):
        client.force_login(user)
        return client

    return log_in


@pytest.mark.django_db
class TestPagesAndApi:
    def test_the_whole_way_through_the_pages(self, proved, campaign):
        owner, organisation = paying.owner_of(campaign), campaign.project.organisation
        officer, approver, auditor = (
            world.staff(role) for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
        )
        money, ask = (
            reverse("campaign_money", args=[campaign.slug]),
            reverse("payee_iban", args=[organisation.slug]),
        )
        assert ask in proved(owner).get(money).content.decode()
        body = {"holder": "Terra APS", "iban": "IT00", "reason": "Prima volta", "evidence": "Verbale"}
        wrong = proved(owner).post(ask, body)
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["iban"])
        assert proved(owner).post(ask, body | {"iban": paying.IBAN})["Location"] == money
        change = PayeeChange.objects.get()
        page = reverse("payee_change", args=[change.pk])
        assert page in [task.url for task in desk.officer_tasks(officer, NOW)]
        assert page in proved(auditor).get(reverse("payee_changes")).content.decode()
        assert proved(auditor).post(page, {"propose": "1", "checked_back": "x"}).status_code == 403
        assert proved(officer).post(page, {"propose": "1", "checked_back": ""}).status_code == 422
        assert proved(officer).post(page, {"propose": "1", "checked_back": "Chiamata"}).status_code == 302
        assert page in [task.url for task in desk.officer_tasks(approver, NOW)]
        assert "Chiamata" in proved(approver).get(page).content.decode()
        assert proved(approver).post(page, {"approve": "1"}).status_code == 302
        text = proved(owner).get(money).content.decode()
        assert "48" in text
        assert objection_token(change) in text
        assert proved(world.person()).get(page).status_code == 403
        editor = world.person()
        Membership.objects.create(user=editor, organisation=organisation, role=TeamRole.EDITOR, since=NOW)
        text = proved(editor).get(money).content.decode()
        assert paying.IBAN[:8] not in text.replace(" ", "")  # the team sees how it ends, owners the whole
        assert objection_token(change) not in text

    def test_a_change_is_turned_down_with_the_reason(self, proved, campaign):
        change = requested(campaign)
        page = reverse("payee_change", args=[change.pk])
        browser = proved(world.staff(Role.OFFICER))
        assert browser.post(page, {"reject": "1", "why": ""}).status_code == 422
        assert browser.post(page, {"reject": "1", "why": "Nessuno ne sa niente"}).status_code == 302
        change.refresh_from_db()
        assert change.status == "rejected"
        assert letters("rejected") == {paying.owner_of(campaign).email}

    def test_owners_are_asked_for_the_iban(self, campaign):
        from payments.enums import PledgeStatus
        from tests.payments.bank import pledge

        owner = paying.owner_of(campaign)
        pledge(campaign, channel="bank", method="", status=PledgeStatus.COLLECTED, payment_method_id="")
        ask = reverse("payee_iban", args=[campaign.project.organisation.slug])
        assert ask in [task.url for task in desk.team_tasks(owner, NOW)]
        requested(campaign)
        assert ask not in [task.url for task in desk.team_tasks(owner, NOW)]

    def test_the_api_has_the_same(self, proved, campaign):
        owner, url = paying.owner_of(campaign), reverse("api_payee_changes")
        body = {
            "organisation": campaign.project.organisation.slug, "holder": "Terra APS", "iban": "IT00", "reason": "x",
            "evidence": "x",
        }  # fmt: skip
        browser = proved(owner)
        wrong = browser.post(url, body, "application/json")
        assert (wrong.status_code, wrong.json()["field"]) == (400, "iban")
        body["iban"] = paying.IBAN
        assert proved(world.person()).post(url, body, "application/json").status_code == 403
        made = proved(owner).post(url, body, "application/json")
        assert made.status_code == 201
        pk = made.json()["id"]
        assert proved(world.person()).get(url).json()["count"] == 0
        assert proved(world.person()).get(reverse("api_payee_change", args=[pk])).status_code == 403
        assert proved(world.staff(Role.AUDITOR)).get(url).json()["count"] == 1
        propose, approve_, reject, stop = (
            reverse(f"api_payee_{name}", args=[pk]) for name in ("propose", "approve", "reject", "object")
        )
        assert proved(owner).post(propose, {"checked_back": "x"}, "application/json").status_code == 403
        officer = proved(world.staff(Role.OFFICER))
        assert officer.post(propose, {"checked_back": "x"}, "application/json").json()["status"] == "proposed"
        assert officer.post(approve_).status_code == 403
        assert proved(world.staff(Role.APPROVER)).post(approve_).json()["status"] == "approved"
        assert (
            proved(world.staff(Role.APPROVER)).post(reject, {"why": "x"}, "application/json").status_code
            == 409
        )
        assert proved(owner).post(stop).json()["status"] == "withdrawn"
        assert proved(owner).get(reverse("api_payee_change", args=[pk])).json()["status"] == "withdrawn"
