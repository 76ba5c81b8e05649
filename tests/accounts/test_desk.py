"""The officer's desk: tasks in sections, alerts, the calendar and its private feed, over pages and API."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.models import CalendarLink
from accounts.services import renew_calendar_link, withdraw_calendar_link
from accounts.services.calendar import calendar_token, reader_of
from campaigns.enums import CampaignStatus
from campaigns.models import Milestone
from campaigns.sustainability.models import Books
from crowdfund.kit import clock, desk
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.desk import Date, Task
from crowdfund.kit.errors import NotAllowed
from crowdfund.kit.ical import as_calendar
from payments.matching.models import MatchFund
from payments.models import Disbursement
from tests import world
from tests.campaigns import calling
from tests.world import NOW

DAY = dt.timedelta(days=1)


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def at_noon():
    with clock.moved(NOW - clock.real_now()):
        yield


def enter(client, user):
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    return client


def task(due_at=None, **fields):
    return Task("Do", "it", "/", due_at, **fields)


class TestSections:
    @pytest.mark.parametrize(
        ("due_at", "section"),
        [
            (NOW - dt.timedelta(seconds=1), "overdue"),
            (NOW, "today"),
            (dt.datetime(2026, 11, 22, 23, 59, 59, tzinfo=CIVIL), "today"),
            (dt.datetime(2026, 11, 23, 0, 0, tzinfo=CIVIL), "week"),
            (NOW + 7 * DAY, "later"),
            (None, "open"),
        ],
    )
    def test_a_task_stands_where_its_civil_day_puts_it(self, due_at, section):
        assert desk.section_of(task(due_at), NOW) == section

    def test_the_most_pressing_come_first_and_empty_sections_are_left_out(self):
        tasks = [task(), task(NOW + 30 * DAY), task(NOW - DAY)]
        assert [(one.name, len(one.tasks)) for one in desk.sections(tasks, NOW)] == [
            ("overdue", 1),
            ("later", 1),
            ("open", 1),
        ]

    def test_kinds_are_counted_by_room(self):
        tasks = [task(kind="matching"), task(kind="matching"), task(kind="bank"), task(kind="street")]
        with translation.override("en"):
            assert [(kind, str(label), n) for kind, label, n in desk.kinds(tasks)] == [
                ("matching", "Matching", 2),
                ("bank", "Bank transfers", 1),
                ("street", "street", 1),
            ]


@pytest.mark.django_db
class TestPage:
    def test_it_shows_tasks_by_section_with_their_room_and_counts(self, client, officer, at_noon):
        waiting = world.campaign(status=CampaignStatus.REVIEW, created_at=NOW - 30 * DAY)
        world.campaign(status=CampaignStatus.REVIEW, created_at=NOW)
        page = enter(client, officer).get("/en/officer/").content.decode()
        assert "Overdue" in page
        assert "Later" in page
        assert page.index(waiting.project.title) < page.index("Later")
        assert "<b>2</b> things to do" in page
        assert "<b>1</b> is overdue" in page

    def test_one_rooms_tasks_can_be_seen_alone(self, client, officer, at_noon):
        world.campaign(status=CampaignStatus.REVIEW, created_at=NOW)
        call = calling.call()
        page = enter(client, officer).get("/en/officer/?kind=campaigns").content.decode()
        assert "Review the campaign" in page
        assert call.title not in page.partition('<nav aria-label="More')[0]
        assert "Nothing waits for you today" in client.get("/en/officer/?kind=none").content.decode()

    def test_an_empty_desk_says_so(self, client, at_noon):
        page = enter(client, world.staff(Role.AUDITOR)).get("/en/officer/").content.decode()
        assert "Nothing waits for you today." in page
        assert "To look at" not in page

    def test_strangers_do_not_see_it(self, client):
        client.force_login(world.person())
        for name in ("officer_desk", "desk_calendar", "api_desk"):
            assert client.get(reverse(name)).status_code == 403

    def test_its_queries_do_not_grow_with_what_waits(self, client, at_noon):
        both = world.staff(Role.OFFICER, Role.APPROVER)
        other = world.staff(Role.OFFICER)
        enter(client, both)

        def fill(count):
            for _ in range(count):
                campaign = world.campaign(status=CampaignStatus.FUNDED)
                Milestone.objects.create(
                    campaign=campaign, title="Fine", due_on=NOW.date() - DAY, share_percent=100
                )
                Disbursement.objects.create(
                    campaign=campaign, channel="card", amount_cents=1, payee="x", reason="x",
                    **Disbursement.proposal(other, NOW),
                )  # fmt: skip
                world.campaign(status=CampaignStatus.REVIEW)
                world.campaign(pledged_cents=390_000)

        def asked():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                for name in ("officer_desk", "desk_calendar", "api_desk"):
                    assert client.get(reverse(name)).status_code == 200
            return len(queries)

        fill(1)
        few = asked()
        fill(6)
        assert asked() == few
        assert few < 180, few


@pytest.mark.django_db
class TestAlerts:
    def alerts(self, user):
        with translation.override("en"):
            return [(str(one.what), one.subject, one.urgent, one.kind) for one in desk.alerts(user, NOW)]

    def test_a_campaign_near_its_goal_and_one_far_from_it_in_its_last_days(self, officer):
        near = world.campaign(pledged_cents=360_000)
        far = world.campaign(pledged_cents=239_999, deadline=NOW + 6 * DAY)
        world.campaign(pledged_cents=359_999)  # neither: 59 days left
        world.campaign(pledged_cents=240_000, deadline=NOW + 6 * DAY)  # neither: 60 %
        world.campaign(pledged_cents=400_000)  # there
        assert self.alerts(officer) == [
            (
                "A campaign ends soon and is far from its goal",
                f"{far.project.title}: 59 % of the goal",
                True,
                "campaigns",
            ),
            ("A campaign is near its goal", f"{near.project.title}: 90 % of the goal", False, "campaigns"),
        ]

    def test_a_pot_that_is_nearly_used(self, officer):
        with transaction.atomic():  # rolled back: nothing stands behind what is free
            for free, name in ((1000, "Quasi"), (1001, "Ancora"), (0, "Vuota")):
                fund = MatchFund.objects.filter(call=calling.call())
                fund.update(name=name, opened_cents=10_000, free_cents=free)
            found = self.alerts(officer)
            transaction.set_rollback(True)
        assert found == [
            ("A pot is nearly used", "Vuota: 100 % used", True, "matching"),
            ("A pot is nearly used", "Quasi: 90 % used", False, "matching"),
        ]

    def test_reports_and_accounts_that_are_late(self, officer):
        campaign = world.campaign(status=CampaignStatus.FUNDED)
        for days, title in ((-1, "Ieri"), (0, "Oggi")):
            due_on = NOW.date() + days * DAY
            Milestone.objects.create(campaign=campaign, title=title, due_on=due_on, share_percent=50)
        Books.objects.create(project=campaign.project, opened_on=dt.date(2026, 9, 1))
        Books.objects.create(project=world.project(), opened_on=dt.date(2026, 10, 1))  # due by 30 November
        assert [alert[0] for alert in self.alerts(officer)] == [
            "The report on a milestone is late",
            "Monthly accounts are late",
        ]

    def test_a_team_member_is_told_nothing(self):
        owner = world.person()
        world.campaign(owner, pledged_cents=360_000)
        assert self.alerts(owner) == []


@pytest.mark.django_db
class TestCalendar:
    def test_deadlines_windows_and_milestones_of_a_month(self, officer):
        live = world.campaign(deadline=NOW + 3 * DAY)
        world.campaign(deadline=NOW + 90 * DAY)
        paid = world.campaign(status=CampaignStatus.COLLECTING, recovery_ends_at=NOW + 2 * DAY)
        done = world.campaign(status=CampaignStatus.FUNDED)
        Milestone.objects.create(campaign=done, title="Fine", due_on=NOW.date() + 5 * DAY, share_percent=100)
        calling.call()
        with translation.override("en"):
            found = [
                (str(date.what), date.subject, date.all_day)
                for date in desk.dates(officer, NOW, NOW + 30 * DAY)
                if date.kind != "calls"
            ]
        assert found == [
            ("The days to put refused cards right end", paid.project.title, False),
            ("A campaign ends", live.project.title, False),
            ("A milestone is due", f"{done.project.title}: Fine", True),
        ]
        assert desk.dates(world.person(), NOW, NOW + 30 * DAY) == []

    def test_calls_open_and_close(self, officer):
        call = calling.call()
        with translation.override("en"):
            found = desk.dates(officer, call.opens_at, call.closes_at + DAY)
        assert [(str(date.what), date.at) for date in found if date.subject == call.title] == [
            ("A call opens", call.opens_at),
            ("A call closes", call.closes_at),
        ]

    def test_the_page_shows_one_month_at_a_time(self, client, officer, at_noon):
        campaign = world.campaign(deadline=dt.datetime(2026, 12, 31, 23, 30, tzinfo=CIVIL))
        enter(client, officer)
        december = client.get("/en/officer/calendar/?month=2026-12").content.decode()
        assert campaign.project.title in december
        assert "23:30" in december
        assert 'rel="next"' in december
        for month in ("2027-01", "2026-13", "0000-01", "<script>", ""):
            page = client.get("/en/officer/calendar/", {"month": month})
            assert page.status_code == 200
            assert campaign.project.title not in page.content.decode()
        assert (
            "Nothing is due in this month."
            in client.get("/en/officer/calendar/?month=2031-01").content.decode()
        )


@pytest.mark.django_db
class TestFeed:
    def test_the_private_link_gives_a_calendar_without_a_login(self, client, officer, at_noon):
        campaign = world.campaign(deadline=NOW + 3 * DAY)
        client = enter(client, officer)
        client.post(reverse("calendar_link_renew"))
        page = client.get(reverse("desk_calendar")).content.decode()
        url = reverse("desk_feed", args=[calendar_token(officer.calendar_link)])
        assert url in page
        client.logout()
        answer = client.get(url)
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert "private" in answer["Cache-Control"]
        text = answer.content.decode().replace("\r\n ", "")
        assert f"SUMMARY:Finisce una campagna: {campaign.project.title}\r\n" in text
        assert "DTSTART:20261125T120000Z" in text

    def test_another_link_a_withdrawn_one_and_a_lost_role_show_nothing(self, client, officer):
        first = calendar_token(renew_calendar_link(by=officer, now=NOW))
        second = calendar_token(renew_calendar_link(by=officer, now=NOW))
        assert reader_of(first) is None
        assert reader_of(second) == officer
        withdraw_calendar_link(by=officer, now=NOW)
        assert reader_of(second) is None
        third = calendar_token(renew_calendar_link(by=officer, now=NOW))
        assert reader_of(third) == officer
        officer.grants.all().delete()
        assert reader_of(third) is None
        for token in (second, third, f"{third}x", "WzEsMV0:x:y", "x"):
            assert client.get(reverse("desk_feed", args=[token])).status_code == 404

    def test_who_has_no_desk_has_no_link(self):
        with pytest.raises(NotAllowed):
            renew_calendar_link(by=world.person(), now=NOW)
        with pytest.raises(NotAllowed):
            withdraw_calendar_link(by=world.person(), now=NOW)
        assert not CalendarLink.objects.exists()


@pytest.mark.django_db
def test_the_api_gives_the_same_desk(client, officer, at_noon):
    waiting = world.campaign(status=CampaignStatus.REVIEW, created_at=NOW - 30 * DAY)
    live = world.campaign(pledged_cents=390_000, deadline=NOW + 3 * DAY)
    found = enter(client, officer).get(reverse("api_desk")).json()
    [one] = [row for row in found["tasks"] if row["subject"] == waiting.project.title]
    assert (one["section"], one["kind"], one["url"]) == (
        "overdue",
        "campaigns",
        reverse("campaign_review", args=[waiting.slug]),
    )
    assert [alert["subject"] for alert in found["alerts"]] == [f"{live.project.title}: 97 % dell'obiettivo"]
    assert [date["subject"] for date in found["dates"]] == [live.project.title]


def test_a_calendar_is_escaped_and_folded():
    dates = [
        Date("A, b", "c; d\\e\nf " + "è" * 80, "/x/", NOW, kind="campaigns"),
        Date("All day", "x", "/y/", dt.datetime(2026, 12, 1, 12, tzinfo=CIVIL), all_day=True),
    ]
    text = as_calendar(dates, name="Desk", site="https://example.org", now=NOW)
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert max(len(line.encode()) for line in lines) <= 75
    whole = text.replace("\r\n ", "")
    assert "SUMMARY:A\\, b: c\\; d\\\\e f è" in whole
    assert "URL:https://example.org/x/" in whole
    assert "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202" in whole
    later = as_calendar([dates[1]], name="Desk", site="https://example.org", now=NOW + DAY)
    [uid] = [line for line in later.split("\r\n") if line.startswith("UID:")]
    assert uid in text
