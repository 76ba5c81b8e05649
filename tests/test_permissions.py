"""Every service that writes, tried by owner, member and stranger, and by the city's people: one table.

Who may does it; who may not gets `NotAllowed`, and not one row of the database differs afterwards. Each try is rolled
back, so that everybody meets the same world. Services without `by` are the system's own and never take a visitor's
word; guests' doors (a signed link) have tests of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts import services as people
from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from campaigns.accompaniment import services as accompaniment
from campaigns.accompaniment.services.enterprises import Birth
from campaigns.accompaniment.services.tutoring import Held
from campaigns.calls.models import MatchRule
from campaigns.calls.services import applications, calls, decisions, editions, programmes, rules
from campaigns.codesign.services import adoption, needs, proposals, support
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.services import budget, campaigns, content, milestones, projects, rewards
from campaigns.sustainability.documents.sheet import read_sheet
from campaigns.sustainability.services import books, closing, imports, months
from crowdfund.kit.errors import NotAllowed
from payments.bank.models import Excess
from payments.bank.services import excess, importing, lists, opening, returns
from payments.bank.services import matches as bank_matches
from payments.bank.services import pledges as transfers
from payments.bank.services.goals import goal_of
from payments.cash.services import closings, desks, give_back, take, withdraw
from payments.matching import services as matching
from payments.matching.formula import Crowd
from payments.matching.selectors.rounds import RoundKey
from payments.models import CampaignChannel, Pledge
from payments.postings import charge_collected
from payments.receipts.models import Receipt
from payments.receipts.services import donors, texts
from payments.receipts.services.drains import issue_due
from payments.reconciliation.models import Difference, StripeMovement
from payments.reconciliation.services import accept, resolve, runs
from payments.services import consents, disburse, payees, payout, pledges, refused_mandates, void
from tests import world
from tests.campaigns import call_permissions, calling, commission_permissions, reporting_permissions
from tests.payments import (
    back_permissions,
    counter,
    desk_permissions,
    pot_permissions,
    receipt_rows,
    spending_permissions,
)
from tests.payments.bank_files import acting as bank
from tests.payments.bank_files.writing import BO, Move, statement
from tests.payments.test_matching import ACT
from tests.world import NOW

pytestmark = pytest.mark.django_db

EVERYBODY = (
    *("owner", "editor", "accountant", "stranger", "officer", "approver", "auditor", "animator", "tutor"),
    *("operator", "operator_elsewhere"),
)
BIRTH = Birth(
    "Sartoria", "limited", NOW.date() - dt.timedelta(days=30), "03842640967", "03842640967", "Visura"
)
TEAM, MONEY_OF_TEAM = {"owner", "editor"}, {"owner", "accountant"}


class Stage:
    """One world, made as services or rows left it, and the people who try."""

    def __init__(self) -> None:
        self.people: dict[str, User] = {"owner": world.person("Owner"), "stranger": world.person("Stranger")}
        self.org = world.organisation(self.people["owner"], tax_code="97512301587")
        for team_role in (TeamRole.EDITOR, TeamRole.ACCOUNTANT):
            self.people[team_role.value] = calling.member(self.org, team_role)
        for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.ANIMATOR, Role.TUTOR):
            self.people[role.value] = world.staff(role, name=role.value)
        self.officer, self.approver = self.people["officer"], self.people["approver"]
        self.desk = counter.desk()
        self.people["operator"] = counter.operator(self.desk)
        self.people["operator_elsewhere"] = counter.operator(counter.desk())
        self.project = world.project(self.people["owner"], organisation=self.org)

    def draft(self, **fields: Any) -> Campaign:
        return world.campaign(project=self.project, status=CampaignStatus.DRAFT, **fields)

    def live(self, **fields: Any) -> Campaign:
        return world.campaign(project=self.project, **fields)

    def ready(self) -> Campaign:
        """A draft that may be submitted."""
        made = self.draft()
        self.project.picture, self.project.picture_alt = "pictures/orto.svg", "Un orto"
        self.project.story = "Un prato abbandonato diventa un orto. " * 5
        self.project.save()
        milestones.add_milestone(
            campaign=made, title="Fine", due_on=NOW.date() + dt.timedelta(days=90), share_percent=100,
            by=self.people["owner"], now=NOW,
        )  # fmt: skip
        return made

    def tutoring(self) -> Any:
        held = Held(NOW.date(), 60, "plan", "Conti.", next_step="Chiudere marzo")
        return accompaniment.log_tutoring(project=self.project, held=held, by=self.people["tutor"], now=NOW)

    def enterprise(self) -> Any:
        return accompaniment.register_enterprise(
            project=self.project, birth=BIRTH, by=self.people["owner"], now=NOW
        )

    def call(self) -> Any:
        return calling.call()

    def application(self, *, submitted: bool = False) -> Any:
        made = applications.apply_to_call(
            call=self.call(), project=self.project, cost_cents=1_000_000, motivation="m", plan="p",
            by=self.people["owner"], now=NOW,
        )  # fmt: skip
        return (
            applications.submit_application(application=made, by=self.people["owner"], now=NOW)
            if submitted
            else made
        )

    def proposed_match(self) -> Any:
        done = decisions.admit_application(
            application=self.application(submitted=True), reason="r", by=self.officer, now=NOW
        )
        reservation = done.campaign.reservations.get()
        crowd = Crowd(400_000, 9)
        matching.propose_match(campaign=done.campaign, pledged=crowd, collected=crowd, now=NOW)
        reservation.refresh_from_db()
        return reservation

    def complete_round(self) -> Any:
        rule = calling.rule(kind="quadratic", data={})
        return RoundKey(calling.call(rule=rule, closes_at=NOW + dt.timedelta(days=1)))

    def recorded_act(self) -> Any:
        return matching.record_act(reservation=self.proposed_match(), act=ACT, by=self.officer, now=NOW)

    def funded(self) -> Campaign:
        made = self.live(status=CampaignStatus.FUNDED)
        CampaignChannel.objects.create(campaign=made, channel="card")
        charge_collected(campaign_id=made.pk, cents=100_000, reference="test:1", now=NOW)
        from payments.models import PayoutAccount

        PayoutAccount.objects.create(
            organisation=self.org, stripe_account_id="acct_1", transfers_active=True, checked_at=NOW
        )
        return made

    def disbursement(self) -> Any:
        return disburse.propose_disbursement(
            campaign=self.funded(), channel="card", amount_cents=50_000, reason="r", by=self.officer, now=NOW
        )

    def payee_change(self, *, proposed: bool = False) -> Any:
        made = payees.request_iban(
            organisation=self.org, holder="Terra APS", iban="IT60X0542811101000000123456", reason="r", evidence="e",
            by=self.people["owner"], now=NOW,
        )  # fmt: skip
        if proposed:
            payees.propose_payee_change(change=made, checked_back="c", by=self.officer, now=NOW)
        return made

    def failed_payout(self) -> Any:
        made = disburse.approve_disbursement(disbursement=self.disbursement(), by=self.approver, now=NOW)
        payout.fail_payout(payout=made, why="x", now=NOW)
        return made

    def top_up(self) -> Any:
        return matching.propose_top_up(
            call=self.call(), amount_cents=1_000, reason="r", by=self.officer, now=NOW
        )

    def mandate(self, *, recorded: bool = False) -> Any:
        act = self.recorded_act()
        matching.confirm_act(act=act, by=self.approver, now=NOW)
        Campaign.objects.filter(pk=act.reservation.campaign_id).update(
            status=CampaignStatus.FUNDED,
            opens_at=NOW - dt.timedelta(days=70),
            deadline=NOW - dt.timedelta(days=9),
        )
        campaign = Campaign.objects.get(pk=act.reservation.campaign_id)
        decision = disburse.propose_disbursement(
            campaign=campaign, channel="match", amount_cents=1_000, reason="r", by=self.officer, now=NOW
        )
        made = disburse.approve_disbursement(disbursement=decision, by=self.approver, now=NOW)
        if recorded:
            payout.record_mandate(
                payout=made, number="1", on=NOW.date(), amount_cents=1_000, by=self.officer, now=NOW
            )
            made.refresh_from_db()
        return made

    def need(self, *, published: bool = True) -> Any:
        made = needs.report_need(
            neighbourhood=world.neighbourhood(),
            theme="green",
            title="Un prato",
            by=self.people["stranger"],
            now=NOW,
        )
        if published:
            needs.publish_need(need=made, by=self.people["animator"], now=NOW)
        return made

    def proposal(self) -> Any:
        return proposals.start_proposal(
            needs=[self.need()], neighbourhood=world.neighbourhood(), theme="green", title="Un orto",
            summary="Un orto.", text="Facciamo un orto.", by=self.people["stranger"], now=NOW,
        )  # fmt: skip

    def books(self) -> Any:
        return books.open_books(project=self.project, opened_on=dt.date(2026, 1, 1), by=None, now=NOW)

    def month(self, *, closed: bool = False) -> Any:
        owner = self.people["owner"]
        made = months.enter_month(
            books=self.books(), month=dt.date(2026, 3, 1), figures={}, by=owner, now=NOW
        )
        if closed:
            closing.close_month(account=made, by=owner, now=NOW)
        return made

    def transfer(self) -> Pledge:
        """A pledge of the stranger's by bank transfer."""
        return bank.promise(self.live(), by=self.people["stranger"])

    def excess(self) -> Any:
        """Money that came besides the stranger's pledge."""
        bank.bring(bank.paid(self.transfer(), 4_000))
        return Excess.objects.select_related("pledge__campaign__project").get()

    def line(self) -> Any:
        """A line of the bank that nobody could place."""
        bank.bring(Move(2_500, on=NOW.date()))
        return bank.line()

    def match(self) -> Any:
        return bank_matches.propose_match(
            line=self.line(), goal=goal_of("own_funds", reason="r", document="PG 1"), by=self.officer, now=NOW
        )

    def opening(self) -> Any:
        """What somebody says lay on our account at first."""
        bank.bring(opening=1_000)
        return opening.propose_opening(reason="r", by=self.officer, now=NOW)

    def credit_list(self, status: str = "draft") -> Any:
        """A list of transfers that leave, as far as `status`."""
        returns.return_line(line=self.line(), why="r", by=self.officer, now=NOW)
        made = lists.draft_list(by=self.officer, now=NOW)
        if status != "draft":
            lists.propose_list(transfers=made, by=self.officer, now=NOW)
            made.refresh_from_db()
        if status in {"approved", "exported"}:
            lists.approve_list(transfers=made, by=self.approver, now=NOW)
            made.refresh_from_db()
        if status == "exported":
            lists.export_list(transfers=made, by=self.officer, now=NOW)
        return made

    def desk_receipt(self, *, owed: bool = False) -> Any:
        """Cash taken by another operator than the one who tries; owed back if the campaign has missed its goal."""
        campaign = self.live()
        made = counter.take(self.desk, counter.operator(self.desk, name="Ivo"), campaign)
        if owed:
            counter.miss(campaign)
        return counter.owed(made) if owed else made

    def closing(self, *, signed: bool = False, sent: bool = False) -> Any:
        """A count by another operator than the one who tries."""
        ivo = counter.operator(self.desk, name="Ivo")
        counter.take(self.desk, ivo, self.live())
        made = closings.close_day(desk=self.desk, counted_cents=5_000, by=ivo, now=NOW)
        if signed or sent:
            closings.countersign(closing=made, by=self.officer, now=NOW)
        if sent:
            closings.send_cash(closing=made, cents=5_000, bag="1", by=ivo, now=NOW)
        return made

    def difference(self) -> Difference:
        """A payout to our bank that nobody has booked."""
        movement = StripeMovement.objects.create(
            balance_transaction_id="txn_1", type="payout", source_id="po_1", gross_cents=-500, fee_cents=0,
            net_cents=-500, currency="eur", balance_type="payments", created_at=NOW, available_on=NOW,
            root="stripe_payout:po_1",
        )  # fmt: skip
        return Difference.objects.create(
            subject="to_bank:stripe_payout:po_1", family="to_bank", root=movement.root, kind="not_booked",
            proposal="book_to_bank", moved_cents=-500, booked_cents=0, opened_at=NOW,
            last_run=runs.ask_for_run(by=None, now=NOW),
        )  # fmt: skip

    def pledge(self) -> Pledge:
        """A pledge of the stranger's."""
        who = self.people["stranger"]
        return pledges.place_pledge(
            campaign=self.live(), amount_cents=2_500, email=who.email, language="it",
            consent_version=consents.CHARGE_VERSION, by=who, now=NOW,
        )  # fmt: skip

    def collected_pledge(self) -> Pledge:
        """Money of the stranger's that a receipt is due for."""
        campaign = receipt_rows.funded(project=self.project)
        return receipt_rows.collected(campaign, backer=self.people["stranger"])

    def receipt(self) -> Any:
        made = self.collected_pledge()
        issue_due()
        return Receipt.objects.get(pledge=made)

    def correction_request(self) -> Any:
        return donors.ask_correction(
            pledge=self.receipt().pledge, donor=donors.Donor("Ada"), by=self.people["stranger"], now=NOW
        )

    def receipt_text(self) -> Any:
        return texts.write_text(organisation=self.org, text="ETS.", by=self.people["owner"], now=NOW)


def rule_row(stage: Stage) -> MatchRule:
    return calling.rule(stage.officer)


Deed = Callable[[Any, User], Any]
# the service's name → what it is done to, the deed, who may
TABLE: dict[str, tuple[Callable[[Stage], Any], Deed, set[str]]] = {
    # accounts
    "edit_organisation": (
        lambda s: s.org,
        lambda o, by: people.edit_organisation(
            organisation=o, name="x", kind="association", tax_code="", about="", email="", by=by
        ),
        {"owner"},
    ),
    "add_member": (
        lambda s: (s.org, world.person("New")),
        lambda t, by: people.add_member(organisation=t[0], email=t[1].email, role="editor", by=by, now=NOW),
        {"owner"},
    ),
    "remove_member": (
        lambda s: s.org.memberships.get(role="editor"),
        lambda m, by: people.remove_member(membership=Membership.objects.get(pk=m.pk), by=by),
        {"owner"},
    ),
    "grant_role": (
        lambda s: world.person("New"),
        lambda u, by: people.grant_role(user=u, role=Role.TUTOR, by=by, now=NOW),
        {"officer"},
    ),
    "withdraw_role": (
        lambda s: world.staff(Role.TUTOR),
        lambda u, by: people.withdraw_role(user=u, role=Role.TUTOR, by=by, now=NOW),
        {"officer"},
    ),
    # campaigns
    "create_project": (
        lambda s: s.org,
        lambda o, by: projects.create_project(
            organisation=o,
            neighbourhood=world.neighbourhood(),
            theme="green",
            title="t",
            summary="s",
            story="st",
            by=by,
            now=NOW,
        ),
        TEAM,
    ),
    "edit_project": (
        lambda s: s.project,
        lambda p, by: projects.edit_project(
            project=p,
            neighbourhood=p.neighbourhood,
            theme="food",
            title="t",
            summary="s",
            story="st",
            picture_alt="",
            by=by,
            now=NOW,
        ),
        TEAM,
    ),
    "draft_campaign": (
        lambda s: s.project,
        lambda p, by: campaigns.draft_campaign(
            project=p, cost_cents=100_000, goal_cents=50_000, days=30, by=by, now=NOW
        ),
        TEAM,
    ),
    "edit_campaign": (
        lambda s: s.draft(),
        lambda c, by: campaigns.edit_campaign(
            campaign=c, cost_cents=900_000, goal_cents=500_000, days=30, by=by, now=NOW
        ),
        TEAM,
    ),
    "set_budget": (
        lambda s: s.draft(),
        lambda c, by: budget.set_budget(
            campaign=c,
            lines=[budget.Line("goods", "a", 990_000), budget.Line("fees", "b", 10_000)],
            by=by,
            now=NOW,
        ),
        TEAM,
    ),
    "add_reward": (
        lambda s: s.draft(),
        lambda c, by: rewards.add_reward(campaign=c, title="t", min_cents=1_000, by=by, now=NOW),
        TEAM,
    ),
    "add_milestone": (
        lambda s: s.draft(),
        lambda c, by: milestones.add_milestone(
            campaign=c, title="t", due_on=NOW.date() + dt.timedelta(days=50), share_percent=10, by=by, now=NOW
        ),
        TEAM,
    ),
    "submit_for_review": (
        lambda s: s.ready(),
        lambda c, by: campaigns.submit_for_review(campaign=c, by=by, now=NOW),
        TEAM,
    ),
    "send_back_campaign": (
        lambda s: s.live(status=CampaignStatus.REVIEW),
        lambda c, by: campaigns.send_back_campaign(campaign=c, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "approve_campaign": (
        lambda s: s.live(status=CampaignStatus.REVIEW),
        lambda c, by: campaigns.approve_campaign(campaign=c, by=by, now=NOW),
        {"officer"},
    ),
    "launch_campaign": (
        lambda s: s.live(status=CampaignStatus.APPROVED),
        lambda c, by: campaigns.launch_campaign(campaign=c, by=by, now=NOW),
        {"owner"},
    ),
    "cancel_campaign": (
        lambda s: s.live(),
        lambda c, by: campaigns.cancel_campaign(campaign=c, reason="r", by=by, now=NOW),
        {"owner", "officer"},
    ),
    "post_update": (
        lambda s: s.live(),
        lambda c, by: content.post_update(campaign=c, title="t", text="t", by=by, now=NOW),
        TEAM,
    ),
    "answer_question": (
        lambda s: content.ask_question(campaign=s.live(), text="Quando?", by=s.people["stranger"], now=NOW),
        lambda q, by: content.answer_question(question=q, answer="Presto.", by=by, now=NOW),
        TEAM,
    ),
    # calls
    "create_programme": (
        lambda s: calling.sheet(),
        lambda sheet, by: programmes.create_programme(sheet=sheet, by=by, now=NOW),
        {"officer"},
    ),
    "create_rule": (
        lambda s: None,
        lambda _n, by: rules.create_rule(
            name="r",
            kind="threshold_share",
            data=calling.DATA,
            shortfall="proceed",
            recovery_days=7,
            by=by,
            now=NOW,
        ),
        {"officer"},
    ),
    "new_rule_version": (
        rule_row,
        lambda r, by: rules.new_rule_version(
            rule=r, data=calling.DATA, shortfall="refund", recovery_days=7, by=by, now=NOW
        ),
        {"officer"},
    ),
    "load_programme_sheet": (
        lambda s: None,
        lambda _n, by: editions.load_programme_sheet(by=by, now=NOW),
        {"officer"},
    ),
    "apply_to_call": (
        lambda s: (s.call(), s.project),
        lambda t, by: applications.apply_to_call(
            call=t[0], project=t[1], cost_cents=1_000_000, by=by, now=NOW
        ),
        TEAM,
    ),
    "submit_application": (
        lambda s: s.application(),
        lambda a, by: applications.submit_application(application=a, by=by, now=NOW),
        TEAM,
    ),
    "withdraw_application": (
        lambda s: s.application(),
        lambda a, by: applications.withdraw_application(application=a, by=by, now=NOW),
        TEAM,
    ),
    "admit_application": (
        lambda s: s.application(submitted=True),
        lambda a, by: decisions.admit_application(application=a, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "reject_application": (
        lambda s: s.application(submitted=True),
        lambda a, by: decisions.reject_application(application=a, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "close_call": (
        lambda s: s.call(),
        lambda c, by: calls.close_call(call=c, by=by, now=c.closes_at + dt.timedelta(days=1)),
        {"officer"},
    ),
    # co-design
    "publish_need": (
        lambda s: s.need(published=False),
        lambda n, by: needs.publish_need(need=n, by=by, now=NOW),
        {"animator", "officer"},
    ),
    "hide_need": (
        lambda s: s.need(),
        lambda n, by: needs.hide_need(need=n, why="r", by=by, now=NOW),
        {"animator", "officer"},
    ),
    "share_need": (
        lambda s: s.need(),
        lambda n, by: support.share_need(need=n, by=by, visitor=None, now=NOW),
        set(EVERYBODY),
    ),
    "write_version": (
        lambda s: s.proposal(),
        lambda p, by: proposals.write_version(
            proposal=p, text="Un orto più grande.", based_on=1, by=by, now=NOW
        ),
        set(EVERYBODY),
    ),
    "decide": (
        lambda s: s.proposal(),
        lambda p, by: proposals.decide(proposal=p, text="Si fa", reason="Serve", by=by, now=NOW),
        {"animator", "officer"},
    ),
    "adopt_proposal": (
        lambda s: (s.proposal(), s.org),
        lambda t, by: adoption.adopt_proposal(proposal=t[0], organisation=t[1], by=by, now=NOW),
        {"animator", "officer"},
    ),
    # sustainability
    "open_books": (
        lambda s: s.project,
        lambda p, by: books.open_books(project=p, opened_on=dt.date(2026, 1, 1), by=by, now=NOW),
        MONEY_OF_TEAM | {"officer"},
    ),
    "enter_month": (
        lambda s: s.books(),
        lambda b, by: months.enter_month(books=b, month=dt.date(2026, 3, 1), figures={}, by=by, now=NOW),
        MONEY_OF_TEAM,
    ),
    "close_month": (
        lambda s: s.month(),
        lambda m, by: closing.close_month(account=m, by=by, now=NOW),
        MONEY_OF_TEAM,
    ),
    "import_months": (
        lambda s: s.books(),
        lambda b, by: imports.import_months(
            books=b, sheet=read_sheet(b"month,earned\n2026-03,5\n"), by=by, now=NOW
        ),
        MONEY_OF_TEAM,
    ),
    "correct_month": (
        lambda s: s.month(closed=True),
        lambda m, by: closing.correct_month(
            account=m, figure="earned", after_cents=5, reason="Errore", by=by, now=NOW
        ),
        MONEY_OF_TEAM,
    ),
    # accompaniment
    "log_tutoring": (
        lambda s: s.project,
        lambda p, by: accompaniment.log_tutoring(
            project=p, held=Held(NOW.date(), 60, "plan", "Conti."), by=by, now=NOW
        ),
        {"tutor"},
    ),
    "finish_step": (
        lambda s: s.tutoring(),
        lambda t, by: accompaniment.finish_step(session=t, by=by, now=NOW),
        TEAM | {"tutor", "officer"},
    ),
    "strike_tutoring": (
        lambda s: s.tutoring(),
        lambda t, by: accompaniment.strike_tutoring(session=t, reason="Errore", by=by, now=NOW),
        {"tutor", "officer"},
    ),
    "register_enterprise": (
        lambda s: s.project,
        lambda p, by: accompaniment.register_enterprise(project=p, birth=BIRTH, by=by, now=NOW),
        TEAM | {"tutor", "officer"},
    ),
    "observe_enterprise": (
        lambda s: s.enterprise(),
        lambda e, by: accompaniment.observe_enterprise(
            enterprise=e, observed_on=NOW.date(), status="active", source="Visita", by=by, now=NOW
        ),
        {"tutor", "officer"},
    ),
    # money
    "open_programme_ladder": (
        lambda s: programmes.create_programme(sheet=calling.sheet(), by=s.officer, now=NOW),
        lambda p, by: matching.open_programme_ladder(
            programme=p, figures=matching.Ladder(4, 3, 2, 1), by=by, now=NOW
        ),
        {"officer"},
    ),
    "record_act": (
        lambda s: s.proposed_match(),
        lambda r, by: matching.record_act(reservation=r, act=ACT, by=by, now=NOW),
        {"officer"},
    ),
    "confirm_act": (
        lambda s: s.recorded_act(),
        lambda a, by: matching.confirm_act(act=a, by=by, now=NOW),
        {"approver"},
    ),
    "return_act": (
        lambda s: s.recorded_act(),
        lambda a, by: matching.return_act(act=a, reason="r", by=by, now=NOW),
        {"approver"},
    ),
    "share_pot_out": (
        lambda s: s.complete_round(),
        lambda key, by: matching.share_pot_out(key=key, by=by, now=NOW + dt.timedelta(days=60)),
        {"officer"},
    ),
    "propose_top_up": (
        lambda s: s.call(),
        lambda c, by: matching.propose_top_up(call=c, amount_cents=1_000, reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "approve_fund_change": (
        lambda s: s.top_up(),
        lambda c, by: matching.approve_fund_change(change=c, by=by, now=NOW),
        {"approver"},
    ),
    "reject_fund_change": (
        lambda s: s.top_up(),
        lambda c, by: matching.reject_fund_change(change=c, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "request_iban": (
        lambda s: s.org,
        lambda o, by: payees.request_iban(
            organisation=o,
            holder="Terra APS",
            iban="IT60X0542811101000000123456",
            reason="r",
            evidence="e",
            by=by,
            now=NOW,
        ),
        {"owner"},
    ),
    "propose_payee_change": (
        lambda s: s.payee_change(),
        lambda c, by: payees.propose_payee_change(change=c, checked_back="c", by=by, now=NOW),
        {"officer"},
    ),
    "approve_payee_change": (
        lambda s: s.payee_change(proposed=True),
        lambda c, by: payees.approve_payee_change(change=c, by=by, now=NOW),
        {"approver"},
    ),
    "reject_payee_change_asked_for": (
        lambda s: s.payee_change(),
        lambda c, by: payees.reject_payee_change(change=c, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "reject_payee_change_proposed": (
        lambda s: s.payee_change(proposed=True),
        lambda c, by: payees.reject_payee_change(change=c, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "object_to_payee_change": (
        lambda s: s.payee_change(proposed=True),
        lambda c, by: payees.object_to_payee_change(change=c, by=by, now=NOW),
        {"owner"},
    ),
    "void_disbursement": (
        lambda s: s.disbursement(),
        lambda d, by: void.void_disbursement(disbursement=d, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "retry_payout": (
        lambda s: s.failed_payout(),
        lambda p, by: payout.retry_payout(payout=p, by=by, now=NOW),
        {"officer"},
    ),
    "propose_disbursement": (
        lambda s: s.funded(),
        lambda c, by: disburse.propose_disbursement(
            campaign=c, channel="card", amount_cents=1_000, reason="r", by=by, now=NOW
        ),
        {"officer"},
    ),
    "approve_disbursement": (
        lambda s: s.disbursement(),
        lambda d, by: disburse.approve_disbursement(disbursement=d, by=by, now=NOW),
        {"approver"},
    ),
    "reject_disbursement": (
        lambda s: s.disbursement(),
        lambda d, by: disburse.reject_disbursement(disbursement=d, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "record_mandate": (
        lambda s: s.mandate(),
        lambda p, by: payout.record_mandate(
            payout=p, number="9", on=NOW.date(), amount_cents=1_000, by=by, now=NOW
        ),
        {"officer"},
    ),
    "confirm_receipt": (
        lambda s: s.mandate(recorded=True),
        lambda p, by: payout.confirm_receipt(payout=p, receipt_on=NOW.date(), by=by, now=NOW),
        {"officer"},
    ),
    "refuse_mandate": (
        lambda s: s.mandate(recorded=True),
        lambda p, by: refused_mandates.refuse_mandate(payout=p, why="r", by=by, now=NOW),
        {"officer"},
    ),
    # reconciliation
    "ask_for_run": (lambda s: None, lambda _n, by: runs.ask_for_run(by=by, now=NOW), {"officer"}),
    "resolve_difference": (
        lambda s: s.difference(),
        lambda d, by: resolve.resolve_difference(difference=d, by=by, now=NOW),
        {"officer"},
    ),
    "propose_acceptance": (
        lambda s: s.difference(),
        lambda d, by: accept.propose_acceptance(difference=d, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "approve_acceptance": (
        lambda s: accept.propose_acceptance(difference=s.difference(), why="r", by=s.officer, now=NOW),
        lambda a, by: accept.approve_acceptance(acceptance=a, by=by, now=NOW),
        {"approver"},
    ),
    "reject_acceptance": (
        lambda s: accept.propose_acceptance(difference=s.difference(), why="r", by=s.officer, now=NOW),
        lambda a, by: accept.reject_acceptance(acceptance=a, why="r", by=by, now=NOW),
        {"approver"},
    ),
    # cash
    "open_desk": (
        lambda s: None,
        lambda _n, by: desks.open_desk(
            name="n", address="a", neighbourhood=world.neighbourhood(), by=by, now=NOW
        ),
        {"officer"},
    ),
    "edit_desk": (
        lambda s: s.desk,
        lambda d, by: desks.edit_desk(
            desk=d, name="n", address="a", neighbourhood=d.neighbourhood, by=by, now=NOW
        ),
        {"officer"},
    ),
    "shut_desk": (lambda s: s.desk, lambda d, by: desks.shut_desk(desk=d, by=by, now=NOW), {"officer"}),
    "reopen_desk": (
        lambda s: counter.desk(status="shut"),
        lambda d, by: desks.reopen_desk(desk=d, by=by, now=NOW),
        {"officer"},
    ),
    "assign_operator": (
        lambda s: (s.desk, world.person("New")),
        lambda t, by: desks.assign_operator(desk=t[0], email=t[1].email, by=by, now=NOW),
        {"officer"},
    ),
    "end_operator": (
        lambda s: s.desk.operators.get(),
        lambda o, by: desks.end_operator(operator=o, by=by, now=NOW),
        {"officer"},
    ),
    "take_cash": (
        lambda s: (s.desk, s.live()),
        lambda t, by: take.take_cash(desk=t[0], campaign=t[1], amount_cents=500, by=by, now=NOW),
        {"operator"},
    ),
    "cancel_receipt": (
        lambda s: s.desk_receipt(),
        lambda r, by: take.cancel_receipt(receipt=r, why="r", by=by, now=NOW),
        {"operator"},
    ),
    "return_cash": (
        lambda s: (s.desk, s.desk_receipt(owed=True)),
        lambda t, by: give_back.return_cash(refund=t[1], desk=t[0], signature_name="D", by=by, now=NOW),
        {"operator"},
    ),
    "ask_for_transfer": (
        lambda s: s.desk_receipt(owed=True),
        lambda r, by: give_back.ask_for_transfer(
            refund=r, iban="IT60X0542811101000000123456", holder="D", by=by, now=NOW
        ),
        {"operator", "operator_elsewhere", "officer"},
    ),
    "withdraw_cash": (
        lambda s: s.desk_receipt().pledge,
        lambda p, by: withdraw.withdraw_cash(pledge=p, by=by, now=NOW),
        {"operator", "operator_elsewhere"},
    ),
    "close_day": (
        lambda s: s.desk,
        lambda d, by: closings.close_day(desk=d, counted_cents=0, by=by, now=NOW),
        {"operator"},
    ),
    "countersign": (
        lambda s: s.closing(),
        lambda c, by: closings.countersign(closing=c, by=by, now=NOW),
        {"operator", "officer"},
    ),
    "reject_closing": (
        lambda s: s.closing(),
        lambda c, by: closings.reject_closing(closing=c, why="r", by=by, now=NOW),
        {"operator", "officer"},
    ),
    "send_cash": (
        lambda s: s.closing(signed=True),
        lambda c, by: closings.send_cash(closing=c, cents=100, bag="1", by=by, now=NOW),
        {"operator", "officer"},
    ),
    "confirm_banked": (
        lambda s: s.closing(sent=True),
        lambda c, by: closings.confirm_banked(closing=c, proof="p", by=by, now=NOW),
        {"officer"},
    ),
    "change_amount": (
        lambda s: s.pledge(),
        lambda p, by: pledges.change_amount(pledge=p, amount_cents=2_000, by=by, now=NOW),
        {"stranger"},  # whose pledge it is
    ),
    "cancel_pledge": (
        lambda s: s.pledge(),
        lambda p, by: pledges.cancel_pledge(pledge=p, by=by, now=NOW),
        {"stranger"},
    ),
    # the bank
    "change_transfer_amount": (
        lambda s: s.transfer(),
        lambda p, by: transfers.change_transfer_amount(pledge=p, amount_cents=2_000, by=by, now=NOW),
        {"stranger"},
    ),
    "cancel_transfer_pledge": (
        lambda s: s.transfer(),
        lambda p, by: transfers.cancel_transfer_pledge(pledge=p, by=by, now=NOW),
        {"stranger"},
    ),
    "change_account_back": (
        lambda s: s.transfer(),
        lambda p, by: transfers.change_account_back(pledge=p, iban=BO, holder="Bo", by=by, now=NOW),
        {"stranger"},
    ),
    "answer_excess": (
        lambda s: s.excess(),
        lambda one, by: excess.answer_excess(excess=one, agree=False, by=by, now=NOW),
        {"stranger"},
    ),
    "import_statement": (
        lambda s: None,
        lambda _n, by: importing.import_statement(
            content=statement([Move(5)]), file_name="x", by=by, now=NOW
        ),
        {"officer"},
    ),
    "propose_match": (
        lambda s: s.line(),
        lambda row, by: bank_matches.propose_match(
            line=row, goal=goal_of("own_funds", reason="r", document="PG 1"), by=by, now=NOW
        ),
        {"officer"},
    ),
    "approve_match": (
        lambda s: s.match(),
        lambda m, by: bank_matches.approve_match(match=m, by=by, now=NOW),
        {"approver"},
    ),
    "reject_match": (
        lambda s: s.match(),
        lambda m, by: bank_matches.reject_match(match=m, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "propose_opening": (
        lambda s: bank.bring(opening=1_000),
        lambda _n, by: opening.propose_opening(reason="r", by=by, now=NOW),
        {"officer"},
    ),
    "approve_opening": (
        lambda s: s.opening(),
        lambda o, by: opening.approve_opening(opening=o, by=by, now=NOW),
        {"approver"},
    ),
    "reject_opening": (
        lambda s: s.opening(),
        lambda o, by: opening.reject_opening(opening=o, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "return_line": (
        lambda s: s.line(),
        lambda row, by: returns.return_line(line=row, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "set_return_account": (
        lambda s: s.line(),
        lambda row, by: returns.set_return_account(line=row, iban=BO, holder="Bo", by=by, now=NOW),
        {"officer"},
    ),
    "draft_list": (
        lambda s: returns.return_line(line=s.line(), why="r", by=s.officer, now=NOW),
        lambda _n, by: lists.draft_list(by=by, now=NOW),
        {"officer"},
    ),
    "drop_item": (
        lambda s: s.credit_list().items.get(),
        lambda item, by: lists.drop_item(item=item, by=by, now=NOW),
        {"officer"},
    ),
    "propose_list": (
        lambda s: s.credit_list(),
        lambda one, by: lists.propose_list(transfers=one, by=by, now=NOW),
        {"officer"},
    ),
    "approve_list": (
        lambda s: s.credit_list("proposed"),
        lambda one, by: lists.approve_list(transfers=one, by=by, now=NOW),
        {"approver"},
    ),
    "reject_list": (
        lambda s: s.credit_list("proposed"),
        lambda one, by: lists.reject_list(transfers=one, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "export_list": (
        lambda s: s.credit_list("approved"),
        lambda one, by: lists.export_list(transfers=one, by=by, now=NOW),
        {"officer"},
    ),
    "fail_item": (
        lambda s: s.credit_list("exported").items.get(),
        lambda item, by: lists.fail_item(item=item, why="r", by=by, now=NOW),
        {"officer"},
    ),
    # receipts
    "set_donor_details": (
        lambda s: s.collected_pledge(),
        lambda p, by: donors.set_donor_details(pledge=p, donor=donors.Donor("Ada"), by=by, now=NOW),
        {"stranger"},
    ),
    "ask_correction": (
        lambda s: s.receipt().pledge,
        lambda p, by: donors.ask_correction(pledge=p, donor=donors.Donor("Ada"), by=by, now=NOW),
        {"stranger"},
    ),
    "grant_correction": (
        lambda s: s.correction_request(),
        lambda r, by: donors.grant_correction(request=r, by=by, now=NOW),
        MONEY_OF_TEAM,
    ),
    "decline_correction": (
        lambda s: s.correction_request(),
        lambda r, by: donors.decline_correction(request=r, why="r", by=by, now=NOW),
        MONEY_OF_TEAM,
    ),
    "write_text": (
        lambda s: s.org,
        lambda o, by: texts.write_text(organisation=o, text="ETS.", by=by, now=NOW),
        {"owner"},
    ),
    "approve_text": (
        lambda s: s.receipt_text(),
        lambda t, by: texts.approve_text(text=t, by=by, now=NOW),
        {"officer"},
    ),
    "reject_text": (
        lambda s: s.receipt_text(),
        lambda t, by: texts.reject_text(text=t, why="r", by=by, now=NOW),
        {"officer"},
    ),
}
TABLE |= back_permissions.ROWS
TABLE |= call_permissions.ROWS
TABLE |= pot_permissions.ROWS
TABLE |= commission_permissions.ROWS
TABLE |= spending_permissions.ROWS
TABLE |= reporting_permissions.ROWS
TABLE |= desk_permissions.ROWS


@pytest.mark.parametrize("name", TABLE)
def test_who_may_and_who_may_not(name: str) -> None:
    arrange, deed, may = TABLE[name]
    stage = Stage()
    subject = arrange(stage)
    before = world.rows()
    done = set()
    for who in EVERYBODY:
        by = User.objects.get(pk=stage.people[who].pk)
        fresh = [type(one).objects.get(pk=one.pk) if hasattr(one, "pk") else one for one in _parts(subject)]
        target = tuple(fresh) if isinstance(subject, tuple) else fresh[0]
        with transaction.atomic():
            try:
                deed(target, by)
                done.add(who)
            except NotAllowed:
                assert world.rows() == before, f"{who} was refused, yet something changed"
            transaction.set_rollback(True)
    assert done == may


def _parts(subject: Any) -> tuple[Any, ...]:
    return subject if isinstance(subject, tuple) else (subject,)
