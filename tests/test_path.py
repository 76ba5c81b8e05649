"""The whole path once: from a need to a project that stands on its own feet, and books added up by hand.

Services and HTTP, real PostgreSQL, the stand-in as a process, the clock moved by the test. The figures:

    cost € 10,000 · rule 40 % crowd, 60 % city, cap € 60,000 · threshold = goal = € 4,000 · maximum match € 6,000

    pledged    Ada € 2,000 · Ugo € 1,500 (his bank asks for him) · Eva € 600 (declined) · Ivo € 300 = € 4,400
    collected  2,000 + 1,500 + 300 = € 3,800 (Eva never pays)
    fees       1.5 % + € 0.25 each: 30.25 + 22.75 + 4.75 = € 57.75
    held       3,800.00 − 57.75 = € 3,742.25, all of it released and paid out
    match      6,000 × 3,800 ÷ 4,000 = € 5,700; first tranche of 50 % = € 2,850
    pot        550,000 − 5,700 = € 544,300
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from accounts.enums import Role
from accounts.notices.models import Notice
from campaigns.calls.models import Programme
from campaigns.calls.services.applications import apply_to_call, submit_application
from campaigns.calls.services.calls import Terms, draft_call, publish_call
from campaigns.calls.services.decisions import admit_application
from campaigns.calls.services.editions import load_edition_rules, load_programme_sheet, published_sheet
from campaigns.calls.services.programmes import Sheet, create_programme
from campaigns.codesign.services.adoption import adopt_proposal
from campaigns.codesign.services.needs import publish_need, report_need
from campaigns.codesign.services.proposals import start_proposal, write_version
from campaigns.codesign.services.support import share_need
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.reporting.services.milestones import accept_milestone
from campaigns.services.budget import Line, set_budget
from campaigns.services.campaigns import approve_campaign, launch_campaign, submit_for_review
from campaigns.services.milestones import add_milestone, reach_milestone
from campaigns.services.projects import set_picture
from campaigns.services.rewards import add_reward
from campaigns.sustainability.services.books import open_books
from campaigns.sustainability.services.closing import close_month
from campaigns.sustainability.services.months import enter_month
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Refused
from payments.ledger.selectors import balances
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree, programme_ladder
from payments.matching.services import (
    Act,
    Ladder,
    approve_fund_change,
    confirm_act,
    open_programme_ladder,
    record_act,
)
from payments.models import ChargeAttempt, Pledge
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.payout import confirm_receipt, record_mandate
from payments.services.payout_account import open_payout_account, refresh_payout_account
from tests import world
from tests.payments.standin.conftest import submit

pytestmark = [pytest.mark.django_db(transaction=True)]

VISA, ALWAYS_ASKS, DECLINES_LATER = "4242424242424242", "4000002760003184", "4000000000000341"
EURO = 100


class Path:
    """Walks the path: `self.day` is the day of the walk, and every step says `self.now`."""

    def __init__(self, client: Any, stripe: Any) -> None:
        self.client, self.stripe = client, stripe
        self.officer = world.staff(Role.OFFICER, name="Olga")
        self.approver = world.staff(Role.APPROVER, name="Aldo")
        self.animator = world.staff(Role.ANIMATOR, name="Anna")
        self.owner = world.person("Teresa")
        self.organisation = world.organisation(self.owner, name="Terra di Mezzo", tax_code="97512301587")
        self.barona = world.neighbourhood()
        self.start = world.NOW - dt.timedelta(days=120)
        self.to(0)

    def to(self, day: float) -> None:
        """Move to a day of the walk, here and at the stand-in, and let the jobs do what is due."""
        real = dt.datetime.now(dt.UTC)
        clock.move(self.start + dt.timedelta(days=day) - real)
        self.stripe.control("clock", offset=int(clock.offset().total_seconds()))
        jobs.run_until_quiet()

    @property
    def now(self) -> dt.datetime:
        return clock.now()

    def step_1_programmes(self) -> Programme:
        """MI3.3.1.d with its published figures, and the programme whose pot is used."""
        published = published_sheet()["financial_progress_cents"]
        hub = load_programme_sheet(by=self.officer, now=self.now)
        figures = Ladder(
            published["programmed"], published["admitted"], published["legally_bound"], published["disbursed"]
        )
        open_programme_ladder(programme=hub, figures=figures, by=self.officer, now=self.now)
        sheet = Sheet(
            title="Milano Insieme", code="MI-CC-1", city="Milano", implementing_body="Comune di Milano",
            starts_on=self.now.date(), ends_on=self.now.date() + dt.timedelta(days=900),
        )  # fmt: skip
        self.programme = create_programme(sheet=sheet, by=self.officer, now=self.now)
        open_programme_ladder(
            programme=self.programme,
            figures=Ladder(300_000_000, 200_000_000, 0, 0),
            by=self.officer,
            now=self.now,
        )
        return hub

    def step_2_project(self) -> None:
        """Two needs, three hands, one project."""
        needs = [
            report_need(
                neighbourhood=self.barona,
                theme="green",
                title=title,
                text="Da anni.",
                by=self.owner,
                now=self.now,
            )
            for title in ("Il prato è abbandonato", "Mancano panchine all'ombra")
        ]
        hands = [world.person(name) for name in ("Marta", "Samir", "Giulia")]
        for need in needs:
            publish_need(need=need, by=self.animator, now=self.now)
            for person in hands:
                share_need(need=need, by=person, visitor=None, wants_news=True, now=self.now)
        proposal = start_proposal(
            needs=needs, neighbourhood=self.barona, theme="green", title="Orto alla Barona",
            summary="Un orto con panchine all'ombra.", text="Ne facciamo un orto.", by=hands[0], now=self.now,
        )  # fmt: skip
        write_version(
            proposal=proposal, text="Ne facciamo un orto con panchine.", based_on=1, by=hands[1], now=self.now
        )
        story = (
            "Dietro la scuola c'è un prato che nessuno cura. Ne facciamo un orto con panchine all'ombra e quaranta "
            "cassoni, metà ad altezza di carrozzina."
        )
        write_version(proposal=proposal, text=story, based_on=2, by=hands[2], now=self.now)
        self.project = adopt_proposal(
            proposal=proposal, organisation=self.organisation, by=self.animator, now=self.now
        )
        assert self.project.story == story
        set_picture(project=self.project, file=world.picture(), alt="Un orto", by=self.owner, now=self.now)

    def step_3_admission(self) -> None:
        """The edition of 2020–21: € 550,000; what the pot can't carry is refused."""
        rule = next(rule for rule in load_edition_rules(by=self.officer, now=self.now) if "2020" in rule.name)
        terms = Terms(
            programme=self.programme, title="Bando", summary="Il Comune aggiunge il 60 %.", text="Candidati.",
            rule=rule, pot_cents=55_000_000, opens_at=self.now, closes_at=self.now + dt.timedelta(days=30),
        )  # fmt: skip
        call = draft_call(terms=terms, by=self.officer, now=self.now)
        publish_call(call=call, by=self.officer, now=self.now)
        assert not MatchFund.objects.exists()
        approve_fund_change(change=call.fund_changes.get(), by=self.approver, now=self.now)
        call.refresh_from_db()
        application = apply_to_call(
            call=call, project=self.project, cost_cents=10_000 * EURO, motivation="Serve.", plan="Si regge.",
            by=self.owner, now=self.now,
        )  # fmt: skip
        submit_application(application=application, by=self.owner, now=self.now)
        admitted = admit_application(application=application, reason="Buono.", by=self.officer, now=self.now)
        self.campaign = Campaign.objects.get(pk=admitted.campaign_id)
        assert self.campaign.goal_cents == 4_000 * EURO
        assert MatchFund.objects.get().free_cents == (550_000 - 6_000) * EURO

    def the_pot_refuses(self) -> None:
        """Ten projects of € 100,000 want € 60,000 each; nine fit into € 544,000, the tenth does not."""
        call = self.campaign.application.call
        for n in range(10):
            project = world.project(
                self.owner, organisation=self.organisation, title=f"Grande {n}", slug=f"grande-{n}"
            )
            application = apply_to_call(
                call=call, project=project, cost_cents=100_000 * EURO, motivation="m", plan="p", by=self.owner,
                now=self.now,
            )  # fmt: skip
            submit_application(application=application, by=self.owner, now=self.now)
            if n < 9:
                admit_application(application=application, reason="Buono.", by=self.officer, now=self.now)
                continue
            with pytest.raises(Refused) as refused:
                admit_application(application=application, reason="Buono.", by=self.officer, now=self.now)
            assert refused.value.code == "pot_empty"
        assert MatchFund.objects.get().free_cents == 4_000 * EURO
        assert books_that_disagree() == []

    def step_4_campaign(self) -> None:
        """Draft, review, live for sixty days."""
        lines = [
            Line("goods", "Terra e cassoni", 9_700 * EURO),
            Line("fees", "Commissioni (stima)", 300 * EURO),
        ]
        set_budget(campaign=self.campaign, lines=lines, by=self.owner, now=self.now)
        add_reward(
            campaign=self.campaign, title="Una cassetta", min_cents=30 * EURO, by=self.owner, now=self.now
        )
        self.milestone, _later = (
            add_milestone(
                campaign=self.campaign, title=title, due_on=self.now.date() + dt.timedelta(days=days),
                share_percent=50, by=self.owner, now=self.now,
            )
            for title, days in (("Apertura", 90), ("Primo raccolto", 300))
        )  # fmt: skip
        submit_for_review(campaign=self.campaign, by=self.owner, now=self.now)
        approve_campaign(campaign=self.campaign, by=self.officer, now=self.now)
        launch_campaign(campaign=self.campaign, by=self.owner, now=self.now)
        self.campaign.refresh_from_db()
        assert self.campaign.status == CampaignStatus.LIVE

    def step_5_pledges(self) -> None:
        """Ada, Ugo and Eva as guests by the page, Ivo with an account by the API."""
        for name, amount, card in (
            ("ada", "2.000", VISA),
            ("ugo", "1500", ALWAYS_ASKS),
            ("eva", "600,00", DECLINES_LATER),
        ):
            answer = self.client.post(
                reverse("pledge_new", args=[self.campaign.slug]),
                {"amount_cents": amount, "email": f"{name}@example.net", "name": name, "consent": "on"},
            )
            assert answer.status_code == 302, answer.context["form"].errors
            back = self.stripe.save_card(answer.url, card)
            thanks = self.client.get(back[back.index("/", 8) :], follow=True)
            assert thanks.status_code == 200
            assert "Grazie" in thanks.content.decode()
        ivo = world.person("Ivo")
        self.client.force_login(ivo)
        terms = self.client.get(reverse("api_campaign_pledge_terms", args=[self.campaign.slug])).json()
        answer = self.client.post(
            reverse("api_pledges"),
            {
                "campaign": self.campaign.slug,
                "amount_cents": 300 * EURO,
                "consent_version": terms["version"],
            },
            content_type="application/json",
            headers={"Idempotency-Key": "ivo-1"},
        )
        assert answer.status_code == 201, answer.json()
        self.stripe.save_card(answer.json()["card_url"], VISA)
        self.client.logout()
        self.to(20.02)  # nobody comes back to the return page: half an hour later the sweeper has found out
        assert Pledge.objects.filter(status="active").count() == 4
        self.campaign.refresh_from_db()
        assert (self.campaign.pledged_cents, self.campaign.backers) == (4_400 * EURO, 4)
        assert self.cash() == {}  # no money moved yet

    def step_6_close(self) -> None:
        """Goal met: each is charged once; Ugo comes back by the link of his email, Eva never does."""
        self.campaign.refresh_from_db()
        assert self.campaign.status == CampaignStatus.COLLECTING
        states = dict(Pledge.objects.values_list("email", "status"))
        assert [states[f"{name}@example.net"] for name in ("ada", "ugo", "eva")] == [
            "collected", "requires_action", "requires_action",
        ]  # fmt: skip
        letter = Notice.objects.filter(email="ugo@example.net", event="pledge_needs_you").latest("pk")
        link = next(value for value in letter.context.values() if isinstance(value, str) and "://" in value)
        page = link[link.index("/", 8) :]
        assert self.client.get(page).status_code == 200
        answer = self.client.post(page)
        assert answer.status_code == 302
        back = self.stripe.save_card(answer.url, ALWAYS_ASKS)
        self.client.get(back[back.index("/", 8) :], follow=True)
        jobs.run_until_quiet()
        assert Pledge.objects.get(email="ugo@example.net").status == "collected"
        assert ChargeAttempt.objects.filter(status="succeeded").count() == 3

    def step_6_match(self) -> None:
        """The window has ended: the match is computed on collected money, and an act commits it."""
        self.campaign.refresh_from_db()
        assert self.campaign.status == CampaignStatus.FUNDED
        assert Pledge.objects.get(email="eva@example.net").status == "failed"
        reservation = Reservation.objects.get(campaign=self.campaign)
        assert reservation.proposed_cents == 5_700 * EURO
        act = Act("Area Economia Urbana", "77/2026", self.now.date(), "B49D16010990006", "Prot. 12/2026")
        recorded = record_act(reservation=reservation, act=act, by=self.officer, now=self.now)
        confirm_act(act=recorded, by=self.approver, now=self.now)

    def step_7_disbursement(self) -> None:
        """Two people release the crowd's money and the first tranche of the match."""
        page = open_payout_account(organisation=self.organisation, by=self.owner, now=self.now)
        assert submit(page).status == 303
        refresh_payout_account(account_id=self.organisation.payout_account.stripe_account_id, now=self.now)
        self.stripe.control("make-available")
        crowd = propose_disbursement(
            campaign=self.campaign, channel="card", amount_cents=3_742_25, reason="La quota dei cittadini",
            by=self.officer, now=self.now,
        )  # fmt: skip
        approve_disbursement(disbursement=crowd, by=self.approver, now=self.now)
        jobs.run_until_quiet()
        reach_milestone(milestone=self.milestone, evidence="Foto", by=self.owner, now=self.now)
        accept_milestone(milestone=self.milestone, by=self.officer, now=self.now)
        tranche = propose_disbursement(
            campaign=self.campaign, channel="match", amount_cents=2_850 * EURO, milestone=self.milestone,
            reason="Apertura", by=self.officer, now=self.now,
        )  # fmt: skip
        payout = approve_disbursement(disbursement=tranche, by=self.approver, now=self.now)
        today = self.now.date()
        record_mandate(
            payout=payout, number="1234", on=today, amount_cents=2_850 * EURO, by=self.officer, now=self.now
        )
        payout.refresh_from_db()
        confirm_receipt(payout=payout, receipt_on=today, by=self.officer, now=self.now)
        jobs.run_until_quiet()

    def step_8_accounts(self) -> None:
        """A year of months: € 1,200 earned against € 1,500 of costs, ratio 0.8."""
        first = dt.date(self.now.year - 1, self.now.month, 1)
        books = open_books(project=self.project, opened_on=first, by=self.owner, now=self.now)
        for n in range(12):
            month = dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
            account = enter_month(
                books=books, month=month, figures={"earned": 1_200 * EURO, "staff": 1_000 * EURO, "rent": 500 * EURO},
                cash_end_cents=3_000 * EURO, by=self.owner, now=self.now,
            )  # fmt: skip
            close_month(account=account, by=self.owner, now=self.now)

    @staticmethod
    def cash() -> dict[str, int]:
        return {
            code: cents for code, cents in balances("cash:", "held:", "payable:", "cost:").items() if cents
        }


@pytest.fixture
def path(client: Any, stripe: Any) -> Any:
    with clock.moved(dt.timedelta()):
        yield Path(client, stripe)


def test_from_a_need_to_a_project_on_its_own_feet(path: Path, client: Any, capsys: Any) -> None:
    hub = path.step_1_programmes()
    path.step_2_project()
    path.step_3_admission()
    path.the_pot_refuses()
    path.to(10)
    path.step_4_campaign()
    path.to(20)
    path.step_5_pledges()
    path.to(71)  # past the deadline: the job loop closes and charges
    path.step_6_close()
    path.to(80)  # past the recovery window
    path.step_6_match()
    path.to(90)
    path.step_7_disbursement()
    path.to(119)
    path.step_8_accounts()

    # The ledger against sums by hand
    fund, campaign = MatchFund.objects.get(), path.campaign
    found = {code: cents for code, cents in balances().items() if cents}
    assert path.cash() == {}  # 3,800 in, 57.75 of fees and 3,742.25 paid out: nothing is left
    expected = {
        f"control:p{hub.pk}": -2_971_986 * EURO,
        f"admitted:{hub.pk}": 1_381_495 * EURO,
        f"bound:p{hub.pk}:opening": 1_505_491 * EURO,
        f"disbursed:p{hub.pk}:opening": 85_000 * EURO,
        f"control:p{path.programme.pk}": -3_000_000 * EURO,
        f"programmed:{path.programme.pk}": 1_000_000 * EURO,
        f"admitted:{path.programme.pk}": 1_450_000 * EURO,  # 2,000,000 less the pot
        f"fund:{fund.pk}": (550_000 - 9 * 60_000 - 5_700) * EURO,
        f"bound:f{fund.pk}:{campaign.pk}": 2_850 * EURO,
        f"disbursed:f{fund.pk}:{campaign.pk}": 2_850 * EURO,
    }
    big = {code for code in found if code.startswith("reserved:")}
    assert len(big) == 9
    assert {found[code] for code in big} == {60_000 * EURO}
    assert {code: cents for code, cents in found.items() if code not in big} == expected
    assert sum(found.values()) == 0
    assert [cents for _step, cents in programme_ladder(hub).steps()] == [
        297_198_600, 297_198_600, 159_049_100, 8_500_000,
    ]  # fmt: skip
    assert books_that_disagree() == []

    # Every step is transfers
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, sum(amount_cents)::bigint FROM ledger_ledgertransfer GROUP BY code")
        moved = dict(cursor.fetchall())
    assert moved["charge_collected"] == moved["charge_fee"] + moved["payout_executed"] == 3_800 * EURO
    assert moved["charge_fee"] == 57_75
    assert moved["disbursement_released"] == moved["payout_executed"] == 3_742_25
    assert moved["match_committed"] == 5_700 * EURO
    assert moved["match_released"] == 300 * EURO
    assert moved["match_disbursed"] == 2_850 * EURO

    # What the public sees
    page = client.get(reverse("project", args=[path.project.slug])).content.decode()
    for word in ("Il prato è abbandonato", "Mancano panchine", "Samir", "80"):
        assert word in page
    ratios = json.loads(client.get(f"/api/v1/projects/{path.project.slug}/sustainability/").content)
    last = ratios["by_month"][-1]
    assert Decimal(str(last["ratios"]["self_sufficiency_ratio"])) == Decimal("0.8")
    assert last["stage"] == "partial"

    # The ledger says that it holds, and that it is broken when a row was tampered with
    call_command("verify_ledger")
    assert "holds" in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_ledgertransfer SET amount_cents = amount_cents + 1 WHERE code = 'charge_collected'"
        )
        cursor.execute("SET session_replication_role = origin")
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_ledger")


def test_a_missed_goal_charges_nobody(path: Path, client: Any) -> None:
    path.step_1_programmes()
    path.step_2_project()
    path.step_3_admission()
    path.to(10)
    path.step_4_campaign()
    answer = client.post(
        reverse("pledge_new", args=[path.campaign.slug]),
        {"amount_cents": "50", "email": "ada@example.net", "name": "", "consent": "on"},
    )
    client.get((back := path.stripe.save_card(answer.url, VISA))[back.index("/", 8) :])
    path.to(71)
    path.campaign.refresh_from_db()
    assert path.campaign.status == CampaignStatus.MISSED
    pledge = Pledge.objects.get()
    assert pledge.status == "released"
    assert not ChargeAttempt.objects.exists()
    assert not path.stripe.holds(pledge.payment_method_id)
    assert path.cash() == {}
    assert MatchFund.objects.get().free_cents == 550_000 * EURO
    assert Notice.objects.filter(email="ada@example.net", event__contains="missed").count() == 1
    assert books_that_disagree() == []
