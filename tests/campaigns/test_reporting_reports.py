"""Spending reports: planned, written, handed in, examined item by item, imported from a table, reminded of."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.notices.models import Notice
from campaigns.models import BudgetLine
from campaigns.reporting import formula
from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.selectors.reads import spending
from campaigns.reporting.selectors.totals import eligible_cents, line_totals
from campaigns.reporting.services.imports import BadRows, import_items, preview_items, template
from campaigns.reporting.services.items import add_item, edit_item, remove_item
from campaigns.reporting.services.planning import move_due, plan_due
from campaigns.reporting.services.reminders import remind_due
from campaigns.reporting.services.reports import explain_overspend, submit_report, write_note
from campaigns.reporting.services.reviews import accept_report, review_item, send_back_report
from crowdfund.kit import clock, desk
from crowdfund.kit.errors import Invalid, Refused
from tests import world
from tests.campaigns.reporting import TODAY, expense, final, funded, item, milestone, settled
from tests.world import NOW, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return world.person("Teresa")


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def report(owner):
    return final(funded(owner))


def submitted(report, owner, *cents):
    made = [item(report, owner, one, document_number=str(n)) for n, one in enumerate(cents or [10_000])]
    submit_report(report=report, by=owner, now=NOW)
    return made


# Planned


def test_one_report_a_milestone_and_one_at_the_end():
    campaign = funded()
    first, last = milestone(campaign), milestone(campaign, "Apertura", due_on=TODAY + dt.timedelta(days=200))
    assert (plan_due(), plan_due()) == (1, 0)
    found = {row.milestone: row.due_on for row in campaign.spending_reports.select_related("milestone")}
    assert found == {
        first: first.due_on + dt.timedelta(days=30),
        last: last.due_on + dt.timedelta(days=30),
        None: last.due_on + dt.timedelta(days=60),
    }


def test_a_report_stands_once(report):
    with pytest.raises(IntegrityError, match="spending_report_one_final"), transaction.atomic():
        SpendingReport.objects.create(campaign=report.campaign, due_on=TODAY, created_at=NOW)
    step = milestone(report.campaign)
    SpendingReport.objects.create(campaign=report.campaign, milestone=step, due_on=TODAY, created_at=NOW)
    with pytest.raises(IntegrityError, match="spending_report_once_a_milestone"), transaction.atomic():
        SpendingReport.objects.create(campaign=report.campaign, milestone=step, due_on=TODAY, created_at=NOW)


def test_an_officer_gives_more_time(report, officer):
    later = report.due_on + dt.timedelta(days=30)
    move_due(report=report, due_on=later, reason="Il commercialista è malato", by=officer, now=NOW)
    report.refresh_from_db()
    assert report.due_on == later
    assert later.isoformat() in report.events.last().why
    with pytest.raises(Invalid):
        move_due(report=report, due_on=TODAY, reason="r", by=officer, now=NOW)


# Written


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"amount_cents": 0}, "amount_not_positive", "amount_cents"),
        ({"amount_cents": -1}, "amount_not_positive", "amount_cents"),
        ({"amount_cents": True}, "amount_not_whole_cents", "amount_cents"),
        ({"dated_on": TODAY + dt.timedelta(days=1)}, "future_date", "dated_on"),
        ({"paid_on": TODAY + dt.timedelta(days=1)}, "future_date", "paid_on"),
        ({"supplier": " "}, "blank", "supplier"),
        ({"what": ""}, "blank", "what"),
        ({"document_number": ""}, "blank", "document_number"),
        ({"what": "x" * 201}, "max_length", "what"),
    ],
)
def test_a_bad_item_changes_nothing(report, owner, fields, code, field):
    before = rows("reporting_reportitem")
    with pytest.raises(Invalid) as refused:
        add_item(
            report=report, expense=dataclasses.replace(expense(report.campaign), **fields), by=owner, now=NOW
        )
    assert (refused.value.code, refused.value.field) == (code, field)
    assert rows("reporting_reportitem") == before


def test_a_line_is_the_projects_own_and_not_the_fees(report, owner):
    other = BudgetLine.objects.get(campaign=funded(), label="Terra e semi")
    for line in (other, report.campaign.budget_lines.get(kind="fees")):
        with pytest.raises(Invalid) as refused:
            add_item(report=report, expense=expense(report.campaign, line=line), by=owner, now=NOW)
        assert refused.value.code == "unknown_line"


def test_a_document_is_reported_once_against_a_line(report, owner):
    item(report, owner)
    with pytest.raises(Invalid) as refused:
        item(report, owner, supplier="VIVAIO ROSSI")
    assert refused.value.code == "document_twice"
    again = SpendingReport.objects.create(
        campaign=report.campaign, milestone=milestone(report.campaign), due_on=TODAY, created_at=NOW
    )
    with pytest.raises(Invalid):
        item(again, owner)
    other = BudgetLine.objects.create(
        campaign=report.campaign, kind="goods", label="Attrezzi", amount_cents=1_000
    )
    assert item(report, owner, line=other).pk


def test_the_database_refuses_an_amount_of_nothing(report, owner):
    made = item(report, owner)
    with pytest.raises(IntegrityError, match="report_item_amount_positive"), transaction.atomic():
        ReportItem.objects.filter(pk=made.pk).update(amount_cents=0)
    with pytest.raises(IntegrityError, match="report_item_refused_has_reason"), transaction.atomic():
        ReportItem.objects.filter(pk=made.pk).update(verdict="not_eligible", reviewed_at=NOW)


# Handed in


def test_what_is_lacking_is_said(report, owner):
    with pytest.raises(Refused) as refused:
        submit_report(report=report, by=owner, now=NOW)
    assert refused.value.code == "report_empty"
    add_item(report=report, expense=expense(report.campaign), by=owner, now=NOW)
    with pytest.raises(Refused) as refused:
        submit_report(report=report, by=owner, now=NOW)
    assert (refused.value.code, "Terra per le aiuole" in str(refused.value)) == ("receipt_missing", True)
    assert SpendingReport.objects.get(pk=report.pk).status == "draft"


def test_a_report_of_nothing_says_why(report, owner):
    write_note(report=report, note="Il cantiere non è ancora aperto.", by=owner, now=NOW)
    submit_report(report=report, by=owner, now=NOW)
    assert report.status == "submitted"


@pytest.mark.parametrize(("cents", "over"), [(1_067_000, False), (1_067_001, True)])
def test_a_tenth_above_the_budget_needs_no_word(report, owner, cents, over):
    item(report, owner, cents)
    if over:
        with pytest.raises(Refused) as refused:
            submit_report(report=report, by=owner, now=NOW)
        assert (refused.value.code, "Terra e semi" in str(refused.value)) == ("line_over", True)
        line = report.campaign.budget_lines.get(label="Terra e semi")
        explain_overspend(report=report, line=line, reason="Il terreno era inquinato", by=owner, now=NOW)
    submit_report(report=report, by=owner, now=NOW)
    assert report.status == "submitted"


def test_a_report_handed_in_stays(report, owner):
    [made] = submitted(report, owner)
    for deed in (
        lambda: add_item(report=report, expense=expense(report.campaign), by=owner, now=NOW),
        lambda: edit_item(item=made, expense=expense(report.campaign, 1), by=owner, now=NOW),
        lambda: remove_item(item=made, by=owner, now=NOW),
        lambda: write_note(report=report, note="n", by=owner, now=NOW),
        lambda: submit_report(report=report, by=owner, now=NOW),
        lambda: import_items(report=report, table="line\n", by=owner, now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.code == "report_not_open"


# Examined


def test_item_by_item_then_accepted(report, owner, officer):
    good, bad = submitted(report, owner, 10_000, 2_500)
    with pytest.raises(Refused) as refused:
        accept_report(report=report, by=officer, now=NOW)
    assert refused.value.code == "items_pending"
    review_item(item=good, eligible=True, by=officer, now=NOW)
    with pytest.raises(Invalid):
        review_item(item=bad, eligible=False, by=officer, now=NOW)
    review_item(item=bad, eligible=False, reason="Cena del direttivo", by=officer, now=NOW)
    assert eligible_cents(report.campaign_id) == 0  # nothing counts before the report is accepted
    accept_report(report=report, by=officer, now=NOW)
    assert eligible_cents(report.campaign_id) == 10_000
    [line] = line_totals(report.campaign_id)
    assert line.spent == formula.Spent(970_000, 12_500, 10_000, 0)
    assert line.spent.left_cents == 960_000
    with pytest.raises(Refused):
        review_item(item=bad, eligible=True, by=officer, now=NOW)


def test_sent_back_the_good_stay_and_the_rest_is_asked_again(report, owner, officer):
    good, bad = submitted(report, owner, 10_000, 2_500)
    review_item(item=good, eligible=True, by=officer, now=NOW)
    review_item(item=bad, eligible=False, reason="Illeggibile", by=officer, now=NOW)
    send_back_report(report=report, reason="Rifai la foto", by=officer, now=NOW)
    assert Notice.objects.filter(event="report_decided").get().context["outcome"] == "sent_back"
    with pytest.raises(Refused) as refused:
        edit_item(item=good, expense=expense(report.campaign), by=owner, now=NOW)
    assert refused.value.code == "item_settled"
    edit_item(item=bad, expense=expense(report.campaign, 2_400, document_number="9"), by=owner, now=NOW)
    assert (bad.verdict, bad.verdict_reason, bad.amount_cents) == ("pending", "", 2_400)
    submit_report(report=report, by=owner, now=NOW)
    assert [event.to_status for event in report.events.all()] == [
        "draft", "submitted", "sent_back", "submitted",
    ]  # fmt: skip


# Imported

HEADER = "line;date;supplier;what;amount;document;paid_on\n"
GOOD = "Terra e semi;2026-11-01;Vivaio Rossi;Terra;1.250,50;1;02/11/2026\n"


def test_a_table_is_looked_at_then_added(report, owner):
    table = "\N{ZERO WIDTH NO-BREAK SPACE}" + HEADER + GOOD + GOOD.replace(";1;", ";2;")
    found = preview_items(report=report, table=table, now=NOW)
    assert (found.total_cents, found.bad, ReportItem.objects.count()) == (250_100, [], 0)
    assert import_items(report=report, table=table, by=owner, now=NOW) == 2
    assert sorted(report.items.values_list("amount_cents", flat=True)) == [125_050, 125_050]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (GOOD.replace("Terra e semi", "Festa"), "Festa"),
        (GOOD.replace("1.250,50", "dodici"), "dodici"),
        (GOOD.replace("1.250,50", "0"), "zero"),
        (GOOD.replace("2026-11-01", "1 novembre"), "1 novembre"),
        (GOOD.replace("2026-11-01", "2030-11-01"), ""),
        (GOOD.replace("Vivaio Rossi", ""), ""),
        (GOOD, ""),  # the same document again
        ("Terra e semi;2026-11-01\n", "2"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_nothing_is_imported(report, owner, bad, says):
    with pytest.raises(BadRows) as refused:
        import_items(report=report, table=HEADER + GOOD + bad, by=owner, now=NOW)
    assert [row.line for row in refused.value.rows] == [3]
    assert says in str(refused.value)
    assert not ReportItem.objects.exists()


@pytest.mark.parametrize(
    ("table", "code"),
    [("", "columns"), ("a,b\n1,2\n", "columns"), (HEADER, "table_empty"), ("x" * 600_000, "table_too_large")],
)
def test_a_table_that_is_none(report, owner, table, code):
    with pytest.raises(Invalid) as refused:
        import_items(report=report, table=table, by=owner, now=NOW)
    assert (refused.value.code, refused.value.field) == (code, "table")


def test_the_template_has_the_lines_of_the_budget(report):
    assert [row.split(",")[0] for row in template(report.campaign_id).splitlines()] == [
        "line",
        "Terra e semi",
    ]


# Public, late, reminded of


def test_everybody_reads_amount_line_day_and_what(report, owner):
    submitted(report, owner)
    found = spending(report.campaign, NOW)
    [shown] = found.items
    assert (shown.what, shown.amount_cents, shown.line.label) == (
        "Terra per le aiuole",
        10_000,
        "Terra e semi",
    )
    assert {"supplier", "document_number", "receipt"} <= shown.get_deferred_fields()
    assert (found.receipts, found.total.waiting_cents) == (1, 10_000)


def test_a_draft_is_nobodys_business(report, owner):
    item(report, owner)
    found = spending(report.campaign, NOW)
    assert (found.items, found.receipts, found.total.reported_cents) == ([], 0, 0)


def test_reminders_on_the_day_and_a_week_later(report, owner, officer):
    days = (report.due_on - clock.today()).days
    sent = []
    for wait in (-1, 0, 1, 7, 8):
        with clock.moved(dt.timedelta(days=days + wait)):
            sent.append(remind_due())
    assert sent == [0, 1, 0, 1, 0]
    stages = Notice.objects.filter(event="report_due").order_by("pk").values_list("context__stage", flat=True)
    assert list(stages) == ["due", "late"]
    late = dt.datetime.combine(report.due_on + dt.timedelta(days=1), dt.time(12), tzinfo=dt.UTC)
    assert len(desk.officer_tasks(officer, late)) == 1
    assert any(task.subject == str(report.campaign) for task in desk.team_tasks(owner, late))
    assert spending(report.campaign, late).reports[0].late


def test_a_report_handed_in_is_not_reminded_of(report, owner):
    submitted(report, owner)
    with clock.moved(dt.timedelta(days=400)):
        assert remind_due() == 0


def test_an_accepted_report_counts_for_each_line(owner, officer):
    campaign = funded(owner)
    settled(final(campaign), owner, officer, 485_000)
    assert spending(campaign, NOW).total == formula.Spent(970_000, 485_000, 485_000, 0)
