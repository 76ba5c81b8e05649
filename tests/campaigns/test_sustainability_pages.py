"""What everybody sees of the accounts, compared with sums worked out by hand; the team's pages; the API."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role, TeamRole
from campaigns.codesign.services import adopt_proposal
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.sustainability import services
from campaigns.sustainability.formula import STAGES, Figures, stage
from campaigns.sustainability.models import Books, Correction, MonthlyAccount
from campaigns.sustainability.selectors.accounts import trajectory
from campaigns.sustainability.selectors.explained import thresholds
from campaigns.sustainability.selectors.glances import glances
from campaigns.sustainability.selectors.portfolio import Filters, portfolio
from campaigns.sustainability.selectors.spread import answering, money_by_place, stages_over_time
from tests import world
from tests.campaigns.books_rows import BAR, NOW, START, a_year, books, closed, entered, member, month
from tests.campaigns.codesign_rows import need, proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return world.person("Olmo")


@pytest.fixture
def of(owner):
    return books(owner)


@pytest.fixture(autouse=True)
def _at_the_worlds_time(monkeypatch):
    """The pages ask the clock; here it stands where the rows were made."""
    from crowdfund.kit import clock

    monkeypatch.setattr(clock, "now", lambda: NOW)


def at(name, *args):
    with translation.override("en"):
        return reverse(name, args=args)


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def panel(project):
    with translation.override("en"):
        template = Template("{% load sustainability %}{% sustainability_panel project %}")
        return " ".join(template.render(Context({"project": project})).split())


# --- the ratios


def test_a_year_against_sums_by_hand(of, owner):
    a_year(of, owner)
    path = trajectory(of.project)
    # earned 12 × 1,500 = 18,000; costs 12 × 3,000 = 36,000; contracts 3,600; gifts 6,000 + 3,000 + 2,400 of an income
    # of 33,000; missing 3,000; cash 5,400 over 3,000 − 300 a month; shares 18, 3.6, 6, 3, 2.4 of 33
    assert path.year.earned == 18_000_00
    assert path.year.operating_costs == 36_000_00
    assert path.now.ratios == {
        "self_sufficiency_ratio": Decimal("0.5000"),
        "operating_self_sufficiency": Decimal("0.6000"),
        "grant_dependency": Decimal("0.3455"),
        "operating_margin": Decimal("-0.0909"),
        "income_concentration": Decimal("0.3560"),
        "months_of_cash": Decimal("2.0000"),
    }
    assert (path.now.stage, path.now.window_months, path.as_of) == ("partial", 12, dt.date(2026, 10, 1))
    assert path.break_even is None
    assert len(path.standings) == 12


def test_a_correction_moves_the_ratio(of, owner):
    a_year(of, owner)
    last = MonthlyAccount.objects.latest("month")
    services.correct_month(
        account=last, figure="earned", after_cents=19_500_00, reason="Un contratto", by=owner, now=NOW
    )
    path = trajectory(of.project)
    assert path.now.ratios["self_sufficiency_ratio"] == Decimal("1.0000")  # 16,500 + 19,500 over 36,000
    # running costs 31,200 and in kind 1,200 are covered, with interest and depreciation, 4,800, they are not
    assert path.now.stage == "operating"
    assert path.break_even == dt.date(2026, 10, 1)  # 22,500 over 9,000 in the last three months


def test_open_months_do_not_count_and_leave_a_gap(of, owner):
    closed(of, owner, 0)
    entered(of, owner, 1, earned=9_999_00)
    closed(of, owner, 2)
    path = trajectory(of.project)
    assert [account.month for account in path.months] == [month(0), month(2)]
    assert path.year is None
    assert (path.now.stage, path.now.reasons["self_sufficiency_ratio"]) == (None, "gap")
    assert "a month of the period is missing or not closed yet" in panel(of.project)


@pytest.mark.parametrize("earned", [0, 1, 26_00, 27_00, 30_00, 31_00])
def test_the_bars_shown_agree_with_the_stage_computed(earned):
    year = Figures(month=1, earned=earned, staff=26_00, in_kind=1_00, finance=1_00, depreciation=2_00)
    assert STAGES[sum(bar.passed for bar in thresholds(year))] == stage(year)


# --- the public pages


def test_the_panel_says_stage_ratio_rule_and_numbers(of, owner, django_assert_num_queries):
    a_year(of, owner)
    with django_assert_num_queries(1):
        text = panel(of.project)
    for words in (
        "Earns a part",
        "less than its running costs",
        "50%",
        "In the 12 months up to October 2026",
        "Self-sufficiency = earned €18,000.00 ÷ operating costs €36,000.00 = 50.00%.",
        "running costs, €31,200.00, with interest, €1,200.00, and depreciation, €3,600.00.",
        "<svg",
        "34.55%",  # dependency on grants
    ):
        assert words in text, words


def test_the_panel_of_a_project_without_accounts_says_so():
    assert "No accounts yet." in panel(world.project())


def test_the_accounts_page_shows_closed_months_and_corrections(
    client, of, owner, django_assert_max_num_queries
):
    a_year(of, owner)
    entered(of, owner, 12, earned=7_777_00)
    services.correct_month(
        account=MonthlyAccount.objects.earliest("month"),
        figure="rent",
        after_cents=650_00,
        reason="<b>Conguaglio</b>",
        by=owner,
        now=NOW,
    )
    with django_assert_max_num_queries(4):
        text = page(client, at("project_accounts", of.project.slug))
    for words in ("November 2025", "€3,500.00", "€650.00", "&lt;b&gt;Conguaglio", "€600.00"):
        assert words in text, words
    assert "7,777" not in text


def test_a_project_that_is_not_public_has_no_accounts_page(client):
    hidden = world.campaign(status="draft").project
    for name in ("project_accounts", "project_accounts_csv", "project_accounts_json"):
        page(client, at(name, hidden.slug), 404)
    shown = world.campaign().project
    assert "No accounts yet." in page(client, at("project_accounts", shown.slug))


def test_the_exports_add_up_to_the_cent(client, of, owner):
    a_year(of, owner)
    answer = client.get(at("project_accounts_csv", of.project.slug))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["month"] for row in rows[:3]] == ["2025-11", "2025-12", "2026-01"]
    assert sum(Decimal(row["earned_eur"]) for row in rows) == Decimal("18000.00")
    assert rows[0]["cash_end_eur"] == "8100.00"
    document = client.get(at("project_accounts_json", of.project.slug)).json()
    assert sum(one["staff_cents"] for one in document["months"]) == 18_000_00
    assert document["unit"] == "cents"
    assert client.get(f"/api/v1/projects/{of.project.slug}/accounts/").json() == document


def test_csv_writes_negative_and_unknown_cash(client, of, owner):
    closed(of, owner, 0, cash=-5)
    closed(of, owner, 1)
    rows = list(csv.DictReader(io.StringIO(page(client, at("project_accounts_csv", of.project.slug)))))
    assert [row["cash_end_eur"] for row in rows] == ["-0.05", ""]


def test_each_ratio_shows_its_numbers(of, owner):
    a_year(of, owner)
    text = panel(of.project)
    for numbers in (
        "€18,000.00 ÷ €36,000.00",
        "(€18,000.00 + €3,600.00) ÷ €36,000.00",
        "€11,400.00 ÷ €33,000.00",
        "(€33,000.00 − €36,000.00) ÷ €33,000.00",
        "(€18,000.00² + €3,600.00² + €6,000.00² + €3,000.00² + €2,400.00²) ÷ €33,000.00²",
        "€5,400.00 ÷ (€16,200.00 ÷ 6)",
    ):
        assert numbers in text


def test_the_accounts_show_a_forecast_or_why_not(client, of, owner):
    for number in range(5):
        closed(of, owner, number)
    url = at("project_accounts", of.project.slug)
    assert "It is too early" in page(client, url)
    closed(of, owner, 5)
    text = page(client, url)
    assert "does not cover its costs within a year" in text
    assert "What it costs" in text
    for number in range(6, 12):
        closed(of, owner, number, earned=9_000_00)
    assert "covers its costs from" in page(client, url)


# --- the portfolio


def varied(count=5):
    """Projects with accounts of different lengths, one with a gap, one open month only, one without any."""
    made = []
    for number in range(count):
        owner = world.person()
        one = books(owner, dt.date(2024, 3, 9))
        made.append(one.project)
        for at_month in range(number * 7):
            if number == 3 and at_month == 15:
                continue
            closed(one, owner, at_month, earned=500_00 * number + at_month * 100_00)
    owner = world.person()
    entered(books(owner), owner)
    return made


def test_the_portfolio_agrees_with_the_formulas_project_by_project(django_assert_num_queries):
    projects = varied()
    with django_assert_num_queries(1):
        found = glances()
    assert set(found) == {project.pk for project in projects[1:]}
    for project in projects[1:]:
        path, glance = trajectory(project), found[project.pk]
        assert glance.as_of == path.as_of
        assert glance.window_months == path.now.window_months
        assert glance.ratio == path.now.ratios["self_sufficiency_ratio"]
        assert glance.stage == path.now.stage
    assert found[projects[3].pk].stage is None  # the gap
    assert glances([projects[1].pk]) == {projects[1].pk: found[projects[1].pk]}


def test_the_portfolio_page_filters_and_sorts_in_a_few_queries(client, django_assert_max_num_queries):
    projects = varied()
    with django_assert_max_num_queries(7):
        text = page(client, at("portfolio"))
    assert all(project.title in text for project in projects)
    strongest = portfolio(Filters()).rows[0]
    ratios = [row.glance.ratio for row in portfolio(Filters()).rows if row.glance and row.glance.ratio]
    assert strongest.glance.ratio == max(ratios)
    weakest_first = portfolio(Filters(sort="weakest")).rows
    assert [row.glance.ratio for row in weakest_first[: len(ratios)]] == sorted(ratios)
    only = portfolio(Filters(stage=strongest.glance.stage)).rows
    assert strongest in only
    assert {row.glance.stage for row in only} == {strongest.glance.stage}
    assert {row.glance and row.glance.stage for row in portfolio(Filters(stage="none")).rows} == {None}
    assert "Nothing found" in page(client, at("portfolio") + "?stage=full_philanthropic")
    elsewhere = world.neighbourhood("Corvetto")
    assert portfolio(Filters(neighbourhood=elsewhere.slug)).rows == []
    assert page(client, at("portfolio") + "?stage=x&call=y&page=9&sort=z")


def test_a_page_of_the_portfolio_is_a_part_of_it():
    varied()
    everything = portfolio(Filters(sort="title"))
    parts = [portfolio(Filters(sort="title"), first=first, most=2) for first in (0, 2, 4)]
    assert [row.project for part in parts for row in part.rows] == [row.project for row in everything.rows]
    assert {part.total for part in parts} == {everything.total}


@pytest.mark.parametrize("earned", [0, 1, 2_599_99, 2_600_00, 2_699_99, 2_700_00, 3_099_99, 3_100_00])
def test_the_stage_in_sql_is_the_formulas(of, owner, earned):
    closed(of, owner, 0, earned=earned)
    [row] = portfolio(Filters()).rows
    assert portfolio(Filters(stage=row.glance.stage)).total == 1
    for other in set(STAGES) - {row.glance.stage}:
        assert portfolio(Filters(stage=other)).total == 0


def test_stages_over_time_agree_with_every_trajectory():
    projects = varied()
    today = dt.date(2026, 11, 22)
    counted: dict[dt.date, dict[str, int]] = {}
    for project in projects:
        path = trajectory(project)
        for account, one in zip(path.months, path.standings, strict=True):
            if account.month.month % 3 == 0 and account.month >= dt.date(2023, 11, 1) and one.stage:
                stages = counted.setdefault(account.month, dict.fromkeys(STAGES, 0))
                stages[one.stage] += 1
    found = stages_over_time(Filters(), today=today)
    assert {quarter.month: quarter.stages for quarter in found} == counted
    assert len(counted) > 7


def test_who_answers_at_six_twelve_and_twenty_four_months():
    varied()  # opened in March 2024; closed months: none, 7, 14, 20 of 21, 28; and one opened later, nothing closed
    six, twelve, two_years = answering(today=dt.date(2026, 4, 1))
    assert (six.due, six.answered, six.silent_percent) == (5, 4, 20)
    assert (twelve.due, twelve.answered) == (5, 3)
    assert (two_years.due, two_years.answered, two_years.silent) == (5, 1, 4)
    assert [one.due for one in answering(today=dt.date(2026, 3, 31))] == [5, 5, 0]


def test_where_the_money_went(client):
    for collected, match, status in ((100_00, 60_00, "funded"), (1_00, 0, "funded"), (999_00, 5_00, "live")):
        one = world.campaign(status=CampaignStatus(status))
        Campaign.objects.filter(pk=one.pk).update(collected_cents=collected, match_cents=match)
        one.project.neighbourhood.residents = 100
        one.project.neighbourhood.save()
    places = [place for place in money_by_place() if place.cents]
    assert sum(place.cents for place in places) == 161_00
    assert all(place.cents_per_resident == place.cents // 100 for place in places)
    assert "Where the money went" in page(client, at("portfolio"))


def test_the_portfolio_as_files(client):
    varied()
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(at("portfolio_csv"))).decode())))
    data = client.get(at("portfolio_json") + "?sort=title").json()["projects"]
    known = {row["project"]: row for row in rows}
    assert len(known) == len(data) == portfolio(Filters()).total
    for one in data:
        row = known[one["project"]]
        assert row["stage"] == (one["stage"] or "")
        cents = (
            ""
            if one["earned_cents"] is None
            else f"{one['earned_cents'] // 100}.{one['earned_cents'] % 100:02}"
        )
        assert row["earned_eur"] == cents


def test_the_outcomes_of_the_home_page(owner, django_assert_num_queries):
    one = books(owner)
    a_year(one, owner)
    template = Template(
        "{% load sustainability %}{% outcomes as found %}{% for outcome in found %}"
        '{% include "components/outcome_card.html" %}{% endfor %}'
    )
    with translation.override("en"), django_assert_num_queries(3):
        text = template.render(Context())
    for words in (one.project.title, "Barona", "Earns a part", "50%", "October 2026"):
        assert words in text


# --- the team's pages


def form_data(**fields):
    return {
        "earned": "1.500,00",
        "rent": "600",
        "cash_end": "",
        "fte": "2,5",
        "volunteer_hours": "8",
    } | fields


def test_a_team_opens_enters_changes_closes_and_corrects(client, owner):
    project = world.project(owner)
    client.force_login(owner)
    months = at("monthly_accounts", project.slug)
    assert "Open the accounts" in page(client, months)
    client.post(months, {"opened_on": "2026-12-01"})
    assert not Books.objects.exists()
    client.post(months, {"opened_on": "2026-09-10"})
    text = page(client, months)
    assert text.index("November 2026") < text.index("September 2026")
    assert "August 2026" not in text
    september, october = (
        at("monthly_account", project.slug, "2026-09"),
        at("monthly_account", project.slug, "2026-10"),
    )
    client.post(september, form_data())
    account = MonthlyAccount.objects.get()
    assert (account.earned_cents, account.rent_cents, account.fte_hundredths) == (1_500_00, 600_00, 250)
    assert account.cash_end_cents is None
    client.post(september, form_data(earned="1,600.50", cash_end="-12,30"))
    account.refresh_from_db()
    assert (account.earned_cents, account.cash_end_cents) == (1_600_50, -12_30)
    assert 'value="-12,30"' in page(client, september)
    assert "September 2026: €1,600.50" in page(client, october)  # last month's figures beside
    assert "changes only by a correction" in page(client, september + "close/")
    assert MonthlyAccount.objects.get().closed_at is None
    client.post(september + "close/")
    assert MonthlyAccount.objects.get().closed_at == NOW
    assert "Closed on" in page(client, september)
    client.post(september, form_data(earned="1"))
    assert MonthlyAccount.objects.get().earned_cents == 1_600_50
    correct = september + "correct/"
    client.post(correct, {"figure": "earned", "after_cents": "1.700", "reason": ""})
    assert not Correction.objects.exists()
    client.post(correct, {"figure": "earned", "after_cents": "1.700", "reason": "Uno scontrino"})
    assert MonthlyAccount.objects.get().earned_cents == 1_700_00
    assert "Uno scontrino" in page(client, september)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("earned", "abc"),
        ("earned", "1.250,5,0"),
        ("earned", "-5"),
        ("cash_end", "--5"),
        ("rent", "99999999999999"),
        ("volunteer_hours", "molte"),
        ("volunteer_hours", "-1"),
        ("fte", "-1"),
        ("fte", "1,234"),
        ("fte", "NaN"),
    ],
)
def test_what_is_no_number_is_shown_again_and_changes_nothing(client, of, owner, language, field, wrong):
    client.force_login(owner)
    with translation.override(language):
        url = reverse("monthly_account", args=[of.project.slug, START])
    answer = client.post(url, form_data(**{field: wrong}))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    assert wrong in answer.content.decode()
    assert not MonthlyAccount.objects.exists()


def test_disadvantaged_people_are_part_of_those_employed(client, of, owner):
    client.force_login(owner)
    url = at("monthly_account", of.project.slug, START)
    answer = client.post(url, form_data(fte="1", disadvantaged="2"))
    assert list(answer.context["form"].errors) == ["disadvantaged"]
    assert not MonthlyAccount.objects.exists()


def test_months_outside_the_books_have_no_page(client, of, owner):
    client.force_login(owner)
    for when in ("2026-12", "2025-10", "0000-01"):
        assert client.get(f"/en/team/projects/{of.project.slug}/accounts/{when}/").status_code == 404


@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_the_teams_pages_are_for_who_keeps_the_books(client, of, owner, who):
    account = entered(of, owner)
    slug = of.project.slug
    urls = [
        at("monthly_accounts", slug),
        at("monthly_account", slug, START),
        at("monthly_account_close", slug, START),
        at("monthly_account_correct", slug, START),
    ]
    assert all(client.get(url).status_code == 302 for url in urls)  # to the login
    client.force_login(member(of.project, TeamRole.EDITOR) if who == "editor" else world.person())
    for url in urls:
        assert client.get(url).status_code == 403
        assert client.post(url, form_data()).status_code == 403
    account.refresh_from_db()
    assert (account.closed_at, account.earned_cents) == (None, BAR["earned"])


# --- API


def test_the_api_keeps_books(client, owner):
    project = world.campaign(owner).project
    url = f"/api/v1/projects/{project.slug}/accounts/"
    assert client.post(url, {"opened_on": "2026-09-10"}, "application/json").status_code in {401, 403}
    client.force_login(owner)
    assert client.post(url, {"opened_on": "2026-09-10"}, "application/json").status_code == 201
    put = {"earned_cents": 100, "cash_end_cents": -5}
    assert client.put(f"{url}2026-09/", put, "application/json").status_code == 201
    assert (
        client.put(f"{url}2026-09/", put | {"staff_cents": 50}, "application/json").json()["staff_cents"]
        == 50
    )
    assert client.get(url).json()["months"] == []
    for wrong in ({"earned_cents": "molto"}, {"earned_cents": -1}, {"volunteer_hours": -1}):
        assert client.put(f"{url}2026-09/", wrong, "application/json").status_code == 400
    future = client.put(f"{url}2027-01/", put, "application/json")
    assert (future.status_code, future.json()["code"], future.json()["field"]) == (
        400,
        "month_to_come",
        "month",
    )
    assert client.post(f"{url}2026-09/close/").json()["month"] == "2026-09"
    assert client.put(f"{url}2026-09/", put, "application/json").json()["code"] == "month_closed"
    correction = {"figure": "staff", "after_cents": 60, "reason": "Errore"}
    made = client.post(f"{url}2026-09/corrections/", correction, "application/json").json()
    assert (made["month"], made["before_cents"], made["after_cents"]) == ("2026-09", 50, 60)
    client.force_login(world.person())
    for deed in (
        client.put(f"{url}2026-10/", put, "application/json"),
        client.post(f"{url}2026-09/corrections/", correction, "application/json"),
    ):
        assert (deed.status_code, deed.json()["code"]) == (403, "not_allowed")
    document = client.get(url).json()
    assert document["months"][0]["staff_cents"] == 60
    assert document["corrections"][0]["reason"] == "Errore"
    assert MonthlyAccount.objects.count() == 1


def test_the_api_tells_how_the_project_stands(client, of, owner):
    url = f"/api/v1/projects/{of.project.slug}/sustainability/"
    assert client.get(url).json() == {
        "project": of.project.slug,
        "as_of": None,
        "stage": None,
        "break_even_since": None,
        "by_month": [],
    }
    a_year(of, owner)
    answer = client.get(url).json()
    assert (answer["as_of"], answer["stage"], len(answer["by_month"])) == ("2026-10", "partial", 12)
    assert answer["by_month"][-1]["ratios"]["self_sufficiency_ratio"] == "0.5000"
    assert answer["by_month"][0]["window_months"] == 1


def test_the_projects_page_shows_where_it_comes_from_and_how_it_stands(client):
    animator = world.staff(Role.ANIMATOR)
    owner, one = world.person("Olmo"), need(by=animator)
    project = adopt_proposal(
        proposal=proposal(one), organisation=world.organisation(owner), by=animator, now=NOW
    )
    of = services.open_books(project=project, opened_on=START, by=owner, now=NOW)
    a_year(of, owner)
    with translation.override("en"):
        text = page(client, project.get_absolute_url())
        assert one.get_absolute_url() in text
    assert "Earns a part" in text
    assert "50%" in page(client, at("home"))
