"""Business plan, logframe, budget and declaration of an application: written, found missing, kept as submitted."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.calls.selectors.completeness import missing_in
from campaigns.calls.selectors.contents import contents_of
from campaigns.calls.selectors.plans import plan_seen
from campaigns.calls.selectors.steps import steps_seen
from campaigns.calls.services.applications import (
    declare,
    edit_application,
    set_cost_lines,
    submit_application,
)
from campaigns.calls.services.decisions import admit_application
from campaigns.models import Indicator, LogframeEntry, PlanLine
from campaigns.services.budget import Line
from campaigns.services.logframe import (
    Rung,
    remove_indicator,
    remove_rung,
    set_logframe,
    write_indicator,
    write_rung,
)
from campaigns.services.plan import Figure, set_plan, set_plan_month
from crowdfund.kit.errors import Refused, Several
from tests import world
from tests.campaigns import applying, calling
from tests.campaigns.applying import MONTH, measure, rungs
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return world.person("Owner")


@pytest.fixture
def project(owner):
    return world.project(owner)


@pytest.fixture
def given(owner, project):
    return {"project": project, "by": owner, "now": NOW}


def found(deed):
    with pytest.raises(Refused) as caught:
        deed()
    several = caught.value.problems if isinstance(caught.value, Several) else [caught.value]
    assert "%(" not in str(caught.value)
    return [(one.code, one.field) for one in several]


class TestPlan:
    def test_a_month_is_copied_forward_over_what_was_there(self, given, project):
        set_plan_month(month=3, amounts={"staff": 5, "rent": 7}, **given)
        set_plan_month(month=1, amounts=MONTH, until=12, **given)
        assert project.plan_lines.count() == 12 * len(MONTH)
        set_plan_month(month=2, amounts={"earned": 9, "staff": 0}, **given)
        assert list(project.plan_lines.filter(month=2).values_list("kind", "amount_cents")) == [("earned", 9)]

    def test_a_whole_plan_replaces_the_other_and_keeps_its_rows(self, given, project):
        set_plan(figures=[Figure(1, "earned", 5), Figure(1, "staff", 6)], **given)
        kept = project.plan_lines.get(kind="earned").pk
        set_plan(figures=[Figure(1, "earned", 8)], **given)
        assert list(project.plan_lines.values_list("pk", "amount_cents")) == [(kept, 8)]

    @pytest.mark.parametrize(
        ("figures", "expected"),
        [
            ([Figure(1, "earned", 5), Figure(1, "earned", 6)], [("plan_month_twice", "lines.1.month")]),
            ([Figure(0, "earned", 5)], [("month_out_of_range", "lines.0.month")]),
            ([Figure(61, "earned", 5)], [("month_out_of_range", "lines.0.month")]),
            ([Figure(1, "lottery", 5)], [("kind_unknown", "lines.0.kind")]),
            ([Figure(1, "earned", -5)], [("amount_too_small", "lines.0.amount_cents")]),
            ([Figure(1, "earned", "molto")], [("not_cents", "lines.0.amount_cents")]),
            ([Figure(1, "earned", 1.5)], [("not_cents", "lines.0.amount_cents")]),
            ([Figure(1, "earned", True)], [("not_cents", "lines.0.amount_cents")]),
            ([Figure(1, "earned", 10**12)], [("amount_too_large", "lines.0.amount_cents")]),
            (
                [Figure("uno", "x", 0)],
                [
                    ("month_out_of_range", "lines.0.month"),
                    ("kind_unknown", "lines.0.kind"),
                    ("amount_too_small", "lines.0.amount_cents"),
                ],
            ),
        ],
    )
    def test_a_wrong_plan_changes_nothing(self, given, figures, expected):
        set_plan(figures=[Figure(2, "staff", 7)], **given)
        before = world.rows("campaigns_planline")
        assert found(lambda: set_plan(figures=figures, **given)) == expected
        assert world.rows("campaigns_planline") == before

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"month": 3, "until": 2}, ("copy_backwards", "until")),
            ({"month": 3, "until": 61}, ("month_out_of_range", "until")),
            ({"month": 0}, ("month_out_of_range", "month")),
            ({"month": 1, "amounts": {"staff": -1}}, ("amount_too_small", "staff")),
            ({"month": 1, "amounts": {"staff": "molto"}}, ("not_cents", "staff")),
        ],
    )
    def test_a_wrong_month_changes_nothing(self, given, fields, expected):
        set_plan(figures=[Figure(2, "staff", 7)], **given)
        before = world.rows("campaigns_planline")
        assert found(lambda: set_plan_month(**({"amounts": MONTH} | fields), **given)) == [expected]
        assert world.rows("campaigns_planline") == before

    def test_the_database_refuses_a_month_twice(self, given, project):
        set_plan(figures=[Figure(2, "staff", 7)], **given)
        with pytest.raises(IntegrityError, match="plan_line_once"), transaction.atomic():
            PlanLine.objects.create(project=project, month=2, kind="staff", amount_cents=1)

    def test_sums_leave_help_in_kind_and_investments_apart(self):
        rows = [
            {"month": 1, "kind": "earned", "amount_cents": 100},
            {"month": 1, "kind": "in_kind", "amount_cents": 50},
            {"month": 1, "kind": "staff", "amount_cents": 70},
            {"month": 14, "kind": "investment", "amount_cents": 500},
        ]
        plan = plan_seen(rows, least=12)
        assert (plan.income_cents, plan.cost_cents, plan.balance_cents) == (100, 70, 30)
        assert (len(plan.months), len(plan.by_kind)) == (14, 4)
        assert [one.is_written for one in plan.months] == [True, *[False] * 12, True]


class TestLogframe:
    def test_entries_and_indicators_are_written_changed_and_taken_out(self, given, project, owner):
        entry = write_rung(level="output", text=" Un orto ", **given)
        assert (entry.text, entry.position) == ("Un orto", 1)
        assert write_rung(level="output", text="Un capanno", **given).position == 2
        write_rung(level="output", text="Un orto grande", entry=entry, **given)
        by = {"by": owner, "now": NOW}
        indicator = write_indicator(entry=entry, measure=measure(baseline=Decimal("1.5")), **by)
        write_indicator(entry=entry, measure=measure(target=Decimal(20)), indicator=indicator, **by)
        indicator.refresh_from_db()
        assert (indicator.baseline, indicator.target, indicator.project) == (None, Decimal(20), project)
        remove_indicator(indicator=indicator, **by)
        remove_rung(entry=entry, **by)
        assert [one.text for one in project.logframe.all()] == ["Un capanno"]

    def test_a_whole_logframe_keeps_the_rows_that_stay(self, given, project):
        set_logframe(rungs=rungs(), **given)
        kept = Indicator.objects.get().pk
        set_logframe(rungs=rungs(target=Decimal(30))[:3], **given)
        assert Indicator.objects.values_list("pk", "target").get() == (kept, Decimal(30))
        assert sorted(project.logframe.values_list("level", flat=True)) == ["goal", "output", "purpose"]

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"unit": " "}, "unit"),
            ({"name": ""}, "name"),
            ({"target": "tante"}, "target"),
            ({"target": None}, "target"),
            ({"baseline": "poche"}, "baseline"),
            ({"due_on": "domani"}, "due_on"),
            ({"due_on": None}, "due_on"),
            ({"kind": "impact"}, "kind"),
            ({"field": "moral"}, "field"),
        ],
    )
    def test_a_wrong_indicator_changes_nothing(self, given, owner, fields, name):
        entry = write_rung(level="output", text="Un orto", **given)
        before = world.rows("campaigns_indicator", "campaigns_logframeentry")
        [(_code, field)] = found(
            lambda: write_indicator(entry=entry, measure=measure(**fields), by=owner, now=NOW)
        )
        assert field == name
        [(_code, field)] = found(lambda: set_logframe(rungs=rungs(**fields), **given))
        assert field == f"rungs.1.indicators.0.{name}"
        assert world.rows("campaigns_indicator", "campaigns_logframeentry") == before

    def test_there_is_one_goal_and_one_purpose(self, given, project):
        write_rung(level="goal", text="a", **given)
        assert found(lambda: write_rung(level="goal", text="b", **given)) == [("one_is_enough", "level")]
        two = [Rung(level="purpose", text="a"), Rung(level="purpose", text="b")]
        assert found(lambda: set_logframe(rungs=two, **given)) == [("one_is_enough", "rungs")]
        with pytest.raises(IntegrityError, match="one_goal_one_purpose"), transaction.atomic():
            LogframeEntry.objects.create(project=project, level="goal", position=2, text="b")

    @pytest.mark.parametrize("fields", [{"text": " "}, {"level": "dream"}, {"text": "x" * 401}])
    def test_a_wrong_entry_changes_nothing(self, given, fields):
        rung = {"level": "output", "text": "a"} | fields
        name = next(iter(fields))
        assert found(lambda: write_rung(**rung, **given))[0][1] == name
        assert found(lambda: set_logframe(rungs=[Rung(**rung)], **given))[0][1] == f"rungs.0.{name}"
        assert not LogframeEntry.objects.exists()

    def test_names_of_indicators_are_not_used_twice(self, given, owner):
        entry = write_rung(level="output", text="Un orto", **given)
        write_indicator(entry=entry, measure=measure(), by=owner, now=NOW)
        again = found(lambda: write_indicator(entry=entry, measure=measure(), by=owner, now=NOW))
        assert again == [("stale_entry", "name")]
        twice = [Rung(level="output", text="a", indicators=[measure(), measure()])]
        assert found(lambda: set_logframe(rungs=twice, **given)) == [
            ("indicator_twice", "rungs.0.indicators.1.name")
        ]

    def test_too_much_is_too_much(self, given):
        many = [Rung(level="output", text=str(n)) for n in range(20)]
        set_logframe(rungs=many, **given)
        assert found(lambda: write_rung(level="output", text="b", **given)) == [("logframe_too_long", None)]
        assert found(lambda: set_logframe(rungs=many * 5, **given)) == [("logframe_too_long", None)]


class TestCompleteness:
    def test_an_empty_draft_lacks_everything_each_at_its_step(self, owner):
        call = applying.call(project_months_max=6)
        draft = calling.application(owner, call=call, submitted=False, motivation="", plan="")
        lacking = {one.step: [problem.code for problem in one.problems] for one in steps_seen(draft)}
        assert lacking == {
            "project": ["months_missing", "motivation_missing"],
            "cost": ["budget_empty"],
            "money": [],
            "plan": ["plan_missing", "plan_months_missing", "plan_without_income", "plan_without_costs"],
            "logframe": [
                "goal_missing",
                "purpose_missing",
                "output_missing",
                "activity_missing",
                "indicator_missing",
            ],
            "accessibility": [],
            "declaration": ["declaration_missing"],
        }
        before = calling.statuses()
        assert len(found(lambda: submit_application(application=draft, by=owner, now=NOW))) == 13
        assert calling.statuses() == before

    def test_a_call_asks_only_what_it_says(self, owner):
        draft = calling.application(owner, submitted=False)
        assert [one.step for one in steps_seen(draft)] == [
            "project",
            "cost",
            "money",
            "plan",
            "accessibility",
        ]
        assert missing_in(draft) == []

    def test_the_months_that_lack_are_named(self, owner):
        draft = applying.complete(owner)
        draft.project.plan_lines.filter(month__in=[2, 3, 4, 9]).delete()
        [problem] = missing_in(draft)
        assert "2-4, 9" in str(problem)

    def test_a_plan_is_as_long_as_the_project(self, owner):
        draft = applying.complete(owner)
        edit_application(application=draft, project_months=14, by=owner, now=NOW)
        [problem] = missing_in(draft)
        assert "13-14" in str(problem)

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ([Line("goods", "Terra", 999_999), Line("fees", "f", 2)], "budget_does_not_sum"),
            ([Line("goods", "Terra", 1_000_000)], "budget_lacks_fees"),
        ],
    )
    def test_the_lines_add_up_to_the_cost(self, owner, lines, code):
        draft = applying.complete(owner)
        set_cost_lines(application=draft, lines=lines, by=owner, now=NOW)
        assert [problem.code for problem in missing_in(draft)] == [code]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (Line("goods", "Terra", -5), ("amount_too_small", "lines.0.amount_cents")),
            (Line("goods", "Terra", "5"), ("not_cents", "lines.0.amount_cents")),
            (Line("dreams", "Terra", 5), ("invalid_choice", "lines.0.kind")),
            (Line("goods", " ", 5), ("blank", "lines.0.label")),
        ],
    )
    def test_a_wrong_line_changes_nothing(self, owner, line, expected):
        draft = applying.complete(owner)
        before = world.rows("calls_costline")
        deed = lambda: set_cost_lines(application=draft, lines=[line], by=owner, now=NOW)  # noqa: E731
        assert found(deed) == [expected]
        assert world.rows("calls_costline") == before
        many = [Line("goods", "Terra", 1)] * 41
        assert found(lambda: set_cost_lines(application=draft, lines=many, by=owner, now=NOW)) == [
            ("budget_too_long", "lines")
        ]

    def test_where_nothing_is_declared_nobody_declares(self, owner):
        draft = calling.application(owner, submitted=False)
        assert found(lambda: declare(application=draft, by=owner, now=NOW)) == [("nothing_to_declare", None)]


class TestSnapshot:
    def test_the_municipality_reads_what_was_submitted(self, owner):
        application = applying.complete(owner, submitted=True)
        project = application.project
        set_plan_month(project=project, month=1, amounts={"earned": 1}, until=12, by=owner, now=NOW)
        set_logframe(project=project, rungs=[], by=owner, now=NOW)
        read = contents_of(application)
        assert read["plan_lines"][0] == {"month": 1, "kind": "donations", "amount_cents": 30_000}
        assert len(read["plan_lines"]) == 48
        assert read["logframe"][1]["indicators"] == [
            {
                "name": "Persone che lavorano",
                "kind": "output",
                "direct": True,
                "field": "social",
                "unit": "persone",
                "baseline": None,
                "target": "12.00",
                "due_on": "2027-12-31",
                "source_of_verification": "",
            }
        ]
        assert read["cost_lines"][0] == {"kind": "goods", "label": "Terra e semi", "amount_cents": 970_000}
        assert read["project_months"] == 6
        assert read["declared_by"] == owner.pk
        assert dt.datetime.fromisoformat(read["declared_at"]) == NOW
        assert read["rule"]["data"] == application.call.rule.as_data
        # what the project wrote since neither completes nor spoils what was submitted
        assert missing_in(application) == []

    def test_the_campaign_begins_with_the_budget_that_was_submitted(self, owner):
        application = applying.complete(owner, submitted=True)
        done = admit_application(application=application, reason="r", by=calling.officer(), now=NOW)
        lines = list(done.campaign.budget_lines.values_list("kind", "label", "amount_cents"))
        assert lines == [("goods", "Terra e semi", 970_000), ("fees", "Commissioni", 30_000)]

    def test_the_database_keeps_what_was_submitted(self, owner):
        application = applying.complete(owner, submitted=True)
        sql = "UPDATE calls_application SET snapshot = NULL WHERE id = %s"
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [application.pk])

    @pytest.mark.parametrize("deed", [declare, edit_application, set_cost_lines])
    def test_nothing_is_written_afterwards(self, owner, deed):
        application = applying.complete(owner, submitted=True)
        fields: dict[str, list[Line]] = {"lines": []} if deed is set_cost_lines else {}
        before = calling.statuses()
        refused = found(lambda: deed(application=application, **fields, by=owner, now=NOW))
        assert refused == [("application_submitted", None)]
        assert calling.statuses() == before
