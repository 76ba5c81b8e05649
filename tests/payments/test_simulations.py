"""The officer's simulator: ordered, computed in the background, read and downloaded, over pages and API."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from campaigns.calls.models import Application
from campaigns.enums import CampaignStatus
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from crowdfund.management.city import simulation
from crowdfund.management.city.walk import Walk
from payments.models import Pledge
from payments.simulations.enums import Source
from payments.simulations.models import Simulation
from payments.simulations.selectors import campaigns_of, past_calls, pledges_of
from payments.simulations.services import (
    LARGEST_CAMPAIGNS,
    NamedRule,
    Upload,
    delete_simulation,
    order_simulation,
    run_due,
    work,
)
from tests import world
from tests.accounts.test_desk import enter
from tests.campaigns import calling
from tests.payments.back import as_collected
from tests.payments.test_simulate_match import CAMPAIGNS, PLEDGES, RULES, SHARE
from tests.world import NOW

pytestmark = pytest.mark.django_db

RULE = NamedRule("Quota", SHARE)
UNDER_WAY = Q(status__in=["waiting", "running"])
LUMP = NamedRule("Somma", RULES["lump_sum"])


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def at_noon():
    with clock.moved(NOW - clock.real_now()):
        yield


def upload(campaigns=CAMPAIGNS, pledges=PLEDGES):
    return {
        "campaigns": Upload("progetti.csv", campaigns.encode()),
        "pledges": Upload("promesse.csv", pledges.encode()),
    }


def order(by, *rules, **fields):
    given = {"source": Source.FILES, **upload()} | fields
    return order_simulation(rules=rules or (RULE, LUMP), by=by, now=NOW, **given)


def done(row):
    later = NOW + dt.timedelta(days=3650)  # due whichever clock it was ordered by
    for claimed in jobs.claim(Simulation, UNDER_WAY, now=later):
        work.carry_out(claimed, now=NOW)
    row.refresh_from_db()
    return row


def ended_call(owner):
    """A call whose two campaigns have ended: one funded with two backers, one that missed its goal."""
    call = calling.call()
    made = {}
    for status in (CampaignStatus.FUNDED, CampaignStatus.MISSED):
        campaign = world.campaign(owner, status=status)
        Application.objects.create(
            call=call,
            project=campaign.project,
            campaign=campaign,
            cost_cents=campaign.cost_cents,
            created_at=NOW,
        )
        made[status] = campaign
    return call, made[CampaignStatus.FUNDED], made[CampaignStatus.MISSED]


class TestRuns:
    def test_two_files_are_computed_kept_and_forgotten(self, officer):
        row = order(officer, title="Prova")
        assert (row.status, row.file_names) == ("waiting", ["progetti.csv", "promesse.csv"])
        with clock.moved(NOW - clock.real_now()):
            assert run_due() == 1
            assert run_due() == 0
        row.refresh_from_db()
        assert (row.status, row.percent, row.title) == ("done", 100, "Prova")
        assert (row.campaigns_file, row.pledges_file) == (None, None)
        assert [(one["label"], one["match_total_cents"], one["funded"]) for one in row.result["rules"]] == [
            ("Quota", 1500, 2),
            ("Somma", 1000, 0),
        ]
        assert row.result["rules"][0]["campaigns"][0] == {
            "campaign": "hub",
            "crowd_cents": 400,
            "backers": 2,
            "match_cents": 300,
            "funded": True,
        }
        assert row.result["top_1_percent_share"] == "58.3"
        assert [event.to_status for event in row.events.all()] == ["waiting", "running", "done"]

    def test_an_edition_says_how_well_it_fits(self, officer):
        row = done(order(officer, source=Source.EDITION, edition="2024-2025", seed=3))
        assert row.result["rules"][0]["funded"] == 6
        assert {one["figure"] for one in row.result["fit"]} >= {"funded", "crowd_cents", "average_cents"}

    def test_a_past_call_by_random_numbers(self, officer):
        call, funded, missed = ended_call(world.person())
        for email, cents in (
            ("Ada@example.org", 30_000),
            ("ada@example.org", 20_000),
            ("bo@example.org", 5_000),
            ("BO@example.org", 1_000),
        ):
            Pledge.objects.filter(pk=as_collected(funded, cents=cents).pk).update(email=email)
        released = as_collected(missed, cents=7_000)
        Pledge.objects.filter(pk=released.pk).update(status="released", email="ada@example.org")
        Pledge.objects.filter(pk=as_collected(missed, cents=9_000).pk).update(status="cancelled")
        campaigns = campaigns_of(call)
        rows = list(pledges_of(campaigns))
        assert sorted((row.cents, campaigns[row.campaign]) for row in rows) == [
            (1_000, funded),
            (5_000, funded),
            (7_000, missed),
            (20_000, funded),
            (30_000, funded),
        ]
        assert {row.backer for row in rows} == {"1", "2"}
        row = done(order(officer, source=Source.CALL, call=call, campaigns=None, pledges=None))
        assert {one["title"] for one in row.result["campaigns"]} == {
            funded.project.title,
            missed.project.title,
        }
        assert row.result["crowd_cents"] == 63_000
        assert "example.org" not in json.dumps(row.result)

    def test_bad_rows_are_named_and_nothing_is_computed(self, officer):
        bad = PLEDGES + "nowhere,a,1,2026-01-01T10:00:00Z\nhub,a,12.50,2026-01-01T10:00:00Z\n"
        with translation.override("en"):
            row = order(officer, **upload(pledges=bad))
        row = done(row)
        assert (row.status, row.result, row.bad_count) == ("failed", None, 2)
        assert row.error == "Bad rows: 2. Nothing was computed."
        assert [one.partition(":")[0] for one in row.bad_rows] == [
            "pledges.csv, line 6",
            "pledges.csv, line 7",
        ]
        assert row.pledges_file is None

    def test_many_bad_rows_are_counted_and_the_first_kept(self, officer):
        row = done(order(officer, **upload(pledges=PLEDGES + "x,a,1,2026-01-01T10:00:00Z\n" * 450)))
        assert (row.bad_count, len(row.bad_rows)) == (450, 200)

    @pytest.mark.parametrize(
        ("campaigns", "pledges", "said"),
        [
            ("nome\nhub\n", PLEDGES, "cost_cents"),
            (CAMPAIGNS, "\0\1", "backer"),
        ],
    )
    def test_a_file_that_is_none_fails_in_words(self, officer, campaigns, pledges, said):
        row = done(order(officer, **upload(campaigns, pledges)))
        assert row.status == "failed"
        assert said in row.error

    def test_too_many_pairs_fail_in_words(self, officer):
        rows = "".join(f"hub,{number},1,2026-01-01T10:00:00Z\n" for number in range(4473))
        pairs = NamedRule("Coppie", RULES["pairs"])
        row = done(order(officer, pairs, **upload(pledges=PLEDGES.splitlines()[0] + "\n" + rows)))
        assert row.status == "failed"
        assert "20000000" in row.error

    def test_one_deleted_meanwhile_ends_quietly(self, officer):
        row = order(officer)
        [claimed] = jobs.claim(Simulation, UNDER_WAY, now=NOW)
        delete_simulation(simulation=row, by=officer, now=NOW)
        progress = work.RowProgress(lambda _text: None, run=claimed)
        with pytest.raises(work.Abandoned):
            progress.show("x", 1, 2)
        work._end(claimed, NOW, error="x")
        assert not Simulation.objects.exists()

    def test_progress_is_written_on_the_row(self, officer):
        order(officer)
        [claimed] = jobs.claim(Simulation, UNDER_WAY, now=NOW)
        work.RowProgress(lambda _text: None, run=claimed).show("Reading", 30, 60)
        assert Simulation.objects.values_list("step", "percent").get() == ("Reading", 50)

    def test_what_fails_three_times_is_given_up(self, officer):
        row = order(officer)
        Simulation.objects.update(attempts=3)
        assert done(row).status == "failed"

    def test_the_demonstration_has_one(self, officer):
        walk = Walk(people={"officer": officer})
        simulation.schedule(walk)
        [(_day, _n, deed, _jobs)] = walk.agenda
        deed(NOW)
        row = done(Simulation.objects.get())
        assert row.result["rules"][0]["funded"] == 19
        assert len(row.result["rules"]) == 3


class TestOrders:
    @pytest.mark.parametrize(
        ("fields", "rules", "field"),
        [
            ({}, (), "rules"),
            ({}, (RULE,) * 4, "rules"),
            ({}, (NamedRule("x", SHARE | {"match_share_percent": 101}),), "rules"),
            ({}, (NamedRule("x", SHARE | {"pot_cents": -1}),), "rules"),
            ({"campaigns": None}, (RULE,), "campaigns"),
            ({"pledges": Upload("p.csv", b"")}, (RULE,), "pledges"),
            ({"campaigns": Upload("c.csv", b"x" * (LARGEST_CAMPAIGNS + 1))}, (RULE,), "campaigns"),
            ({"source": Source.EDITION, "edition": "1999"}, (RULE,), "edition"),
            ({"source": Source.EDITION, "edition": "2020-2021", "seed": -1}, (RULE,), "seed"),
            ({"source": Source.CALL}, (RULE,), "call"),
        ],
    )
    def test_what_cannot_be_simulated_is_refused_at_its_field(self, officer, fields, rules, field):
        given = {"source": Source.FILES, **upload()} | fields
        with pytest.raises(Invalid) as caught:
            order_simulation(rules=rules, by=officer, now=NOW, **given)
        assert caught.value.field == field
        assert not Simulation.objects.exists()

    def test_everything_that_is_wrong_is_said_at_once(self, officer):
        with pytest.raises(Several) as caught:
            order_simulation(source=Source.FILES, rules=(), by=officer, now=NOW)
        assert [problem.field for problem in caught.value.problems] == ["rules", "campaigns", "pledges"]

    def test_a_call_that_is_still_running_cannot_be_taken(self, officer):
        call, *_ = ended_call(world.person())
        assert list(past_calls()) == [call]
        running = world.campaign()
        Application.objects.create(
            call=call, project=running.project, campaign=running, cost_cents=1, created_at=NOW
        )
        assert list(past_calls()) == []
        with pytest.raises(Invalid):
            order(officer, source=Source.CALL, call=call)

    def test_ten_may_wait(self, officer):
        for _ in range(10):
            order(officer)
        with pytest.raises(Refused) as caught:
            order(officer)
        assert caught.value.code == "too_many"

    def test_only_officers_order_and_delete(self, officer):
        row = order(officer)
        for by in (world.staff(Role.AUDITOR), world.staff(Role.APPROVER), world.person()):
            with pytest.raises(NotAllowed):
                order(by)
            with pytest.raises(NotAllowed):
                delete_simulation(simulation=row, by=by, now=NOW)
        assert Simulation.objects.count() == 1


class TestPages:
    def test_from_the_form_to_the_download(self, client, officer, at_noon):
        enter(client, officer)
        rule = calling.rule()
        page = client.get("/en/officer/simulations/new/files/?typed=lump_sum").content.decode()
        assert str(rule) in page
        assert 'name="typed_sum_cents"' in page
        answer = client.post(
            "/en/officer/simulations/new/files/?typed=lump_sum",
            {
                "rules": [f"rule:{rule.pk}", "edition:2020-2021"],
                "typed_at_backers": "2",
                "typed_sum_cents": "6,00",
                "pot_cents": "10",
                "campaigns": SimpleUploadedFile("c.csv", CAMPAIGNS.encode()),
                "pledges": SimpleUploadedFile("p.csv", PLEDGES.encode()),
            },
        )
        row = Simulation.objects.get()
        assert answer["Location"] == f"/en/officer/simulations/{row.pk}/"
        assert "Look again" in client.get(answer["Location"]).content.decode()
        assert client.get(f"/en/officer/simulations/{row.pk}/result.csv").status_code == 404
        row = done(row)
        assert [one["rule"]["pot_cents"] for one in row.rules] == [1000, 1000, 1000]
        assert [one["match_total_cents"] for one in row.result["rules"]] == [1000, 1000, 1000]
        page = client.get(answer["Location"]).content.decode()
        assert "Cost to the city" in page
        assert "€10.00" in page
        assert "Giambellino" in page
        text = b"".join(client.get(f"/en/officer/simulations/{row.pk}/result.csv").streaming_content).decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == 9
        assert rows[0]["funded"] in {"yes", "no"}
        assert client.get(f"/en/officer/simulations/{row.pk}/result.json").json() == row.result
        assert "p.csv" in client.get("/en/officer/simulations/").content.decode()
        assert client.post(f"/en/officer/simulations/{row.pk}/delete/").status_code == 302
        assert "No simulation yet" in client.get("/en/officer/simulations/").content.decode()

    def test_an_edition_and_a_call(self, client, officer, at_noon):
        enter(client, officer)
        assert "No call has ended yet" in client.get("/en/officer/simulations/new/call/").content.decode()
        call, *_ = ended_call(world.person())
        assert call.title in client.get("/en/officer/simulations/new/call/").content.decode()
        client.post("/en/officer/simulations/new/call/", {"call": call.pk, "rules": ["edition:2020-2021"]})
        data = {"edition": "2015-2017", "seed": "2", "rules": ["edition:2015-2017"]}
        client.post("/en/officer/simulations/new/edition/", data)
        pots = [row.rules[0]["rule"]["pot_cents"] for row in Simulation.objects.order_by("pk")]
        assert pots == [call.pot_cents, 400_000_00]
        row = done(Simulation.objects.get(source="edition"))
        page = client.get(f"/en/officer/simulations/{row.pk}/").content.decode()
        assert "How well the pledges fit what was published" in page
        assert "average gift" in page

    def test_mistakes_are_shown_at_their_fields(self, client, officer):
        enter(client, officer)
        answer = client.post("/en/officer/simulations/new/edition/", {"edition": "2015-2017", "seed": "-1"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Choose one to 3 rules." in page
        assert "The seed is a whole number" in page
        assert not Simulation.objects.exists()
        assert client.get("/en/officer/simulations/new/nothing/").status_code == 404

    def test_bad_rows_are_listed(self, client, officer):
        with translation.override("en"):
            row = order(officer, **upload(pledges=PLEDGES + "x,a,1,2026-01-01T10:00:00Z\n" * 250))
        done(row)
        page = enter(client, officer).get(f"/en/officer/simulations/{row.pk}/").content.decode()
        assert "pledges.csv, line 6:" in page
        assert "and 50 more." in page

    def test_auditors_read_and_strangers_do_not(self, client, officer):
        row = done(order(officer))
        enter(client, world.staff(Role.AUDITOR))
        for name in ("simulation", "simulation_csv", "simulation_json", "api_simulation"):
            assert client.get(reverse(name, args=[row.pk])).status_code == 200
        page = client.get(reverse("simulation", args=[row.pk])).content.decode()
        assert reverse("simulation_delete", args=[row.pk]) not in page
        assert client.get(reverse("simulation_new", args=["files"])).status_code == 403
        client.force_login(world.person())
        for name in ("simulation", "simulation_csv", "simulation_json", "api_simulation"):
            assert client.get(reverse(name, args=[row.pk])).status_code == 403
        assert client.get(reverse("simulations")).status_code == 403

    def test_the_list_asks_as_much_for_one_as_for_many(self, client, officer):
        enter(client, officer)

        def asked():
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("simulations"))
            return len(queries)

        order(officer)
        few = asked()
        order(officer)
        order(officer)
        assert asked() == few


class TestApi:
    def test_a_simulation_from_order_to_result(self, client, officer):
        enter(client, officer)
        answer = client.post(
            reverse("api_simulations"),
            json.dumps({"source": "edition", "edition": "2024-2025", "rules": [SHARE | {"name": "Mia"}]}),
            content_type="application/json",
        )
        assert answer.status_code == 201, answer.content
        row = done(Simulation.objects.get())
        found = client.get(reverse("api_simulation", args=[row.pk])).json()
        assert (found["status"], found["rules"][0]["label"]) == ("done", "Mia")
        assert found["result"]["rules"][0]["funded"] == 6
        assert client.get(reverse("api_simulations")).json()["results"][0]["id"] == row.pk
        assert client.delete(reverse("api_simulation", args=[row.pk])).status_code == 204

    def test_files_come_as_multipart(self, client, officer):
        data = {
            "source": "files",
            "rules": json.dumps([SHARE]),
            "campaigns": SimpleUploadedFile("c.csv", CAMPAIGNS.encode()),
            "pledges": SimpleUploadedFile("p.csv", PLEDGES.encode()),
        }
        assert enter(client, officer).post(reverse("api_simulations"), data).status_code == 201
        assert done(Simulation.objects.get()).result["rules"][0]["match_total_cents"] == 1500

    @pytest.mark.parametrize("rules", ["x", {}, [1], [], [{"kind": "lottery"}]])
    def test_what_is_no_rule_is_refused(self, client, officer, rules):
        data = json.dumps({"source": "edition", "edition": "2024-2025", "rules": rules})
        answer = enter(client, officer).post(
            reverse("api_simulations"), data, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["field"]) == (400, "rules")
