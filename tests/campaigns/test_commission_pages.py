import csv
import datetime as dt
import html
import io
import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.enums import Role
from campaigns.commission.formula import rank, read_entry, read_grid
from campaigns.commission.models import (
    Appeal,
    Commission,
    Evaluator,
    Exclusion,
    Grid,
    Offer,
    RankedList,
    Sheet,
)
from crowdfund.kit import clock
from payments.matching.services import release_reservation
from tests import world
from tests.campaigns import calling, scoring
from tests.campaigns.scoring import DUE, THEN
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _once_applications_have_closed():
    with clock.moved(THEN - clock.real_now()):
        yield


@pytest.fixture
def log_in(client):
    def log_in(user):
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session.save()
        return client

    return log_in


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


class Scene:
    """A commission of two evaluators and two applications; the pot carries one."""

    def __init__(self):
        self.commission = scoring.commission(scoring.call(pot_cents=600_000))
        self.call = self.commission.call
        self.eva, self.ugo = (seat.user for seat in scoring.seats(self.commission))
        self.one, self.two = (scoring.apply(self.call) for _ in range(2))
        self.officer, self.approver = calling.officer(), world.staff(Role.APPROVER)

    def scored(self):
        scoring.scored(self.commission, {self.one: (200, 90), self.two: (165, 80)})
        return self

    def published(self):
        return scoring.published(self.scored().commission)


@pytest.fixture
def scene():
    return Scene()


def test_an_officer_writes_criteria_that_everybody_reads(client, log_in):
    call, officer = calling.call(published=False), calling.officer()
    log_in(officer)
    url = reverse("grid_edit", args=[call.slug])
    assert client.get(url).status_code == 200
    given = {
        "criteria-TOTAL_FORMS": 3, "criteria-INITIAL_FORMS": 0,
        "criteria-0-label": "Bisogno", "criteria-0-asks": "Serve?",
        "criteria-0-max_tenths": "20", "criteria-0-weight": 2,
        "criteria-1-label": "Piano", "criteria-1-asks": "Regge?", "criteria-1-max_tenths": "10", "criteria-1-weight": 1,
        "criteria-1-min_tenths": "5,5", "criteria-2-max_tenths": "10", "criteria-2-weight": 1,
        "minimum": "60,5", "tie_1": "criterion:1", "tie_2": "lower_cost", "lots_source": "Il lotto.",
        "appeal_days": 10, "offer_days": 10,
    }  # fmt: skip
    wrong = client.post(url, given | {"tie_2": "criterion:1", "criteria-1-max_tenths": "7,3"})
    assert wrong.status_code == 200
    assert "Scrivi punti interi o mezzi" in text_of(wrong)
    assert "La stessa cosa decide due volte." in text_of(client.post(url, given | {"tie_2": "criterion:1"}))
    assert not Grid.objects.exists()
    assert client.post(url, given).status_code == 302
    grid = Grid.objects.get()
    assert (grid.minimum_hundredths, grid.tie_breakers) == (6_050, ["criterion:1", "lower_cost", "lots"])
    assert [one.min_tenths for one in grid.criteria.all()] == [None, 55]
    assert "60,5" in client.get(url).content.decode()
    with clock.moved(NOW - clock.real_now()):
        calling.publish(call, officer)
    client.logout()
    words = text_of(client.get(call.get_absolute_url()))
    assert (
        "A parità di punteggio decidono, in quest’ordine: più punti su “Bisogno”; costo più basso; sorteggio."
        in words
    )
    with override("en"):
        assert "With fewer than 60.50 out of 100" in text_of(client.get(call.get_absolute_url()))


def test_an_officer_forms_a_commission_appoints_and_sees_no_points(client, log_in):
    with clock.moved(NOW - clock.real_now()):
        call = scoring.call()
    log_in(calling.officer())
    url = reverse("commission_new", args=[call.slug])
    assert "prima che chiudano" in text_of(client.post(url, {"sheets_due_at": "2026-11-23T10:00"}))
    assert client.post(url, {"sheets_due_at": "2027-01-20T10:00"}).status_code == 302
    made, eva = Commission.objects.get(), world.person("Eva")
    appoint = reverse("commission_appoint", args=[made.pk])
    assert "Nessuno ha un account" in text_of(
        client.post(appoint, {"email": "x@example.org", "role": "chair"})
    )
    client.post(appoint, {"email": eva.email, "role": "chair"})
    assert "Eva" in text_of(client.get(made.get_absolute_url()))
    leave = reverse("evaluator_leave", args=[Evaluator.objects.get().pk])
    assert client.post(leave, {"why": ""}).status_code == 200
    assert client.post(leave, {"why": "Malattia."}).status_code == 302
    assert Evaluator.objects.get().left_why == "Malattia."


def test_an_evaluator_reads_nothing_before_declaring(client, log_in, scene):
    log_in(scene.eva)
    url = reverse("sheet", args=[scene.one.pk])
    before = text_of(client.get(url))
    assert scene.one.motivation not in before
    declare = reverse("sheet_declare", args=[scene.one.pk])
    assert "Di’ qual è il conflitto." in text_of(client.post(declare, {"conflict": "conflict", "why": ""}))
    assert client.post(declare, {"conflict": "free"}).status_code == 302
    assert scene.one.motivation in text_of(client.get(url))
    wrong = client.post(url, {"points_1": "20,5", "reason_1": "Sì."})
    assert "“Bisogno” va da 0 a 20 punti, interi o mezzi." in text_of(wrong)
    unfinished = client.post(url, {"points_1": "15,5", "reason_1": "Sì.", "close": "1"})
    assert "Assegna i punti su “Piano”." in text_of(unfinished)
    assert Sheet.objects.get().scores.get().tenths == 155  # what was written is kept as a draft
    done = {"points_1": "15,5", "reason_1": "Sì.", "points_2": "8", "reason_2": "No.", "close": "1"}
    assert client.post(url, done).status_code == 302
    assert Sheet.objects.get().status == "closed"
    assert "15,5 punti su 20" in text_of(client.get(url))
    assert "Fatte 1 su 2." in text_of(client.get(reverse("evaluator_desk", args=[scene.commission.pk])))


def test_an_evaluator_cannot_score_their_own_application_on_the_page_or_over_the_api(client, log_in, scene):
    scene.one.project.organisation.memberships.create(user=scene.eva, role="editor", since=NOW)
    log_in(scene.eva)
    answer = client.post(reverse("sheet_declare", args=[scene.one.pk]), {"conflict": "free"})
    assert answer.status_code == 403
    assert "dichiara il conflitto" in text_of(answer)
    url = reverse("api_declaration", args=[scene.one.pk])
    answer = client.post(url, {"has_conflict": False}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_application")
    assert not Sheet.objects.exists()
    answer = client.post(url, {"has_conflict": True, "why": "È la mia."}, content_type="application/json")
    assert answer.status_code == 201
    marks = {"marks": [{"criterion": 1, "tenths": 200, "reason": "Bella."}]}
    answer = client.put(reverse("api_sheet", args=[scene.one.pk]), marks, content_type="application/json")
    assert answer.status_code == 403


def test_the_pages_of_a_commission_are_nobody_elses(client, log_in, scene):
    scoring.score(scene.eva, scene.one, 160, 80)
    urls = [
        reverse("evaluator_desk", args=[scene.commission.pk]),
        reverse("sheet", args=[scene.one.pk]),
        reverse("commission", args=[scene.commission.pk]),
        reverse("scores", args=[scene.one.pk]),
    ]
    log_in(world.person())
    assert [client.get(url).status_code for url in urls] == [404] * 4
    log_in(scene.one.created_by)
    assert [client.get(url).status_code for url in urls] == [404] * 4
    log_in(scene.ugo)  # no chair: their desk and the declaration alone
    assert [client.get(url).status_code for url in urls] == [200, 200, 404, 404]
    log_in(scene.eva)
    assert [client.get(url).status_code for url in urls] == [200] * 4


def test_points_leak_to_nobody_over_the_api(client, log_in, scene):
    sheet = scoring.score(scene.ugo, scene.one, 160, 80)
    url = reverse("api_sheets", args=[scene.one.pk])
    auditor, owner = world.staff(Role.AUDITOR), scene.one.created_by
    everybody = [scene.eva, scene.officer, scene.approver, auditor, owner, world.person()]
    for user in everybody:
        log_in(user)
        assert client.get(url).json() == {"sheets": []}
        assert "160" not in client.get(reverse("scores", args=[scene.one.pk])).content.decode()
    progress = log_in(scene.officer).get(reverse("api_commission", args=[scene.commission.pk]))
    assert "tenths" not in progress.content.decode()
    scoring.score(scene.eva, scene.one, 100, 60)
    for user, count in zip(everybody, (2, 2, 2, 2, 0, 0), strict=True):
        log_in(user)
        assert len(client.get(url).json()["sheets"]) == count
    log_in(scene.eva)
    page = client.get(reverse("scores", args=[scene.one.pk]))
    assert "16 punti su 20" in text_of(page)
    reopen = reverse("sheet_reopen", args=[sheet.pk])
    assert client.post(reopen, {"why": ""}).status_code == 200
    assert client.post(reopen, {"why": "Errore."}).status_code == 302
    assert len(client.get(url).json()["sheets"]) == 1
    client.logout()
    assert client.get(url).json() == {"sheets": []}


def test_a_list_is_proposed_published_and_read_by_everybody(client, log_in, scene):
    log_in(scene.officer)
    url = scene.commission.get_absolute_url()
    propose = reverse("list_propose", args=[scene.commission.pk])
    assert "Questi non sono ancora valutati da tutti" in text_of(client.post(propose, {"seed": ""}))
    scene.scored()
    assert "Proponi la graduatoria" in text_of(client.get(url))
    assert client.post(propose, {"seed": ""}).status_code == 302
    made = RankedList.objects.get()
    decide = reverse("list_decide", args=[made.pk])
    assert client.post(decide, {"decision": "publish"}).status_code == 403  # who proposed does not publish
    client.logout()
    assert client.get(made.get_absolute_url()).status_code == 404
    log_in(scene.approver)
    assert client.post(decide, {"decision": "return", "why": ""}).status_code == 200
    assert client.post(decide, {"decision": "publish"}).status_code == 302
    client.logout()
    words = text_of(client.get(made.get_absolute_url()))
    assert "96,67" in words
    assert "non finanziat" in words
    assert scene.two.project.title in text_of(client.get(scene.call.get_absolute_url()))
    with override("en"):
        assert "Same score" not in text_of(client.get(made.get_absolute_url()))


def test_page_file_and_api_give_the_same_ranking_again(client, scene):
    made = scene.published()
    rows = list(
        csv.DictReader(io.StringIO(client.get(reverse("ranked_list_csv", args=[made.pk])).content.decode()))
    )
    data = client.get(reverse("api_list", args=[made.pk])).json()
    assert client.get(reverse("api_call_lists", args=[scene.call.slug])).json()["lists"] == [data]
    grid = read_grid(data["rule"])
    again = rank(grid, [read_entry(one) for one in data["entries"]], data["seed"])
    assert [place.key for place in again] == [one["application"] for one in data["entries"]]
    from_file = [
        {
            "application": int(row["application"]), "sheets": int(row["sheets"]), "cost_cents": int(row["cost_cents"]),
            "submitted_at": row["submitted_at"],
            "sums": {number: int(row[f"sum_tenths_{number}"]) for number in ("1", "2")},
        }
        for row in rows
    ]  # fmt: skip
    assert rank(grid, [read_entry(one) for one in from_file], data["seed"]) == again
    assert client.get(reverse("api_call_grid", args=[scene.call.slug])).json()["tie_breakers"] == grid_ties(
        grid
    )


def grid_ties(grid):
    return list(grid.tie_breakers)


def test_a_list_page_asks_few_questions_whatever_its_length(client, scene, django_assert_max_num_queries):
    made = scene.published()
    with django_assert_max_num_queries(12):
        assert client.get(made.get_absolute_url()).status_code == 200
    with django_assert_max_num_queries(20):
        assert client.get(scene.call.get_absolute_url()).status_code == 200


def test_the_team_sees_its_points_appeals_and_is_answered(client, log_in, scene):
    scene.published()
    log_in(scene.two.created_by)
    words = text_of(client.get(scene.two.get_absolute_url()))
    assert "Commissario 1" in words
    assert "16,5 punti su 20" in words
    assert "Eva0" not in words
    new = reverse("appeal_new", args=[scene.two.pk])
    assert client.get(new).status_code == 200
    assert client.post(new, {"text": ""}).status_code == 200
    assert client.post(new, {"text": "Il piano c'è."}).status_code == 302
    appeal = Appeal.objects.get()
    answer = reverse("appeal_answer", args=[appeal.pk])
    assert client.get(answer).status_code == 403
    log_in(scene.officer)
    assert client.get(answer).status_code == 200
    assert client.post(answer, {"upheld": "no", "reason": ""}).status_code == 200
    assert client.post(answer, {"upheld": "no", "reason": "Non ha numeri."}).status_code == 302
    client.logout()
    page = text_of(client.get(appeal.ranked_list.get_absolute_url()))
    assert "Il piano c'è." in page
    assert "Non ha numeri." in page


def test_an_appeal_after_its_days_is_refused_on_the_page(client, log_in, scene):
    scene.published()
    log_in(scene.two.created_by)
    with clock.moved(THEN + dt.timedelta(days=11) - clock.real_now()):
        answer = client.post(reverse("appeal_new", args=[scene.two.pk]), {"text": "Tardi."})
    assert "I giorni per l’istanza sono finiti." in text_of(answer)
    assert not Appeal.objects.exists()


def test_released_money_is_offered_and_accepted_on_pages(client, log_in, scene):
    made = scene.published()
    scene.one.refresh_from_db()
    log_in(scene.officer)
    offer_now = reverse("list_offer", args=[made.pk])
    assert "non basta ancora" in text_of(client.post(offer_now, follow=True))
    release_reservation(campaign=scene.one.campaign, now=THEN)
    assert scene.two.project.title in text_of(client.post(offer_now, follow=True))
    offer = Offer.objects.get()
    url = reverse("offer", args=[offer.pk])
    log_in(world.person())
    assert client.get(url).status_code == 404
    log_in(scene.two.created_by)
    with override("en"):
        assert "Released money is offered" in text_of(client.get(scene.two.get_absolute_url()))
    assert client.get(url).status_code == 200
    assert client.post(url, {"accept": "1"}).status_code == 302
    scene.two.refresh_from_db()
    assert scene.two.status == "admitted"


def test_exclusions_on_the_page(client, log_in, scene):
    log_in(scene.officer)
    url = reverse("exclude", args=[scene.one.pk])
    assert client.post(url, {"reason": ""}).status_code == 200
    assert client.post(url, {"reason": "Manca lo statuto."}).status_code == 302
    assert "Manca lo statuto." in text_of(client.get(scene.commission.get_absolute_url()))
    assert client.post(url, {"why": "C'era."}).status_code == 302
    assert Exclusion.objects.get().lifted_why == "C'era."
    assert log_in(scene.eva).get(url).status_code == 403


def test_a_whole_commission_over_the_api(client, log_in):
    """Criteria, seats, sheets, list, appeal: every deed has its address."""
    with clock.moved(NOW - clock.real_now()):
        call, officer = calling.call(published=False), calling.officer()
    log_in(officer)

    def send(name, *args, put=False, **given):
        deed = client.put if put else client.post
        return deed(reverse(name, args=args), given, content_type="application/json")

    criteria = [{"label": "Bisogno", "asks": "Serve?", "max_tenths": 100}]
    terms = {"criteria": criteria, "tie_breakers": ["lots"], "lots_source": "Il lotto."}
    wrong = send("api_call_grid", call.slug, put=True, **(terms | {"tie_breakers": ["earlier"]}))
    assert (wrong.status_code, wrong.json()["field"]) == (400, "tie_breakers")
    assert send("api_call_grid", call.slug, put=True, **terms).status_code == 200
    with clock.moved(NOW - clock.real_now()):
        calling.publish(call, officer)
    assert send("api_call_grid", call.slug, put=True, **terms).json()["code"] == "call_published"
    application = scoring.apply(call)
    made = send("api_commissions", call.slug, sheets_due_at=DUE.isoformat()).json()
    eva = world.person("Eva")
    seat = send("api_evaluators", made["id"], email=eva.email, role="chair").json()
    assert seat["signed_at"] is None
    log_in(eva)
    assert send("api_evaluator_sign", made["id"]).status_code == 200
    assert send("api_declaration", application.pk, has_conflict=False).status_code == 201
    marks = [{"criterion": 1, "tenths": 85, "reason": "Sì."}]
    assert send("api_sheet", application.pk, put=True, marks=marks).json()["marks"] == marks
    assert send("api_sheet_close", application.pk).json()["status"] == "closed"
    sheet = Sheet.objects.get()
    assert send("api_sheet_reopen", sheet.pk, why="Errore.").json()["status"] == "open"
    send("api_sheet_close", application.pk)
    log_in(officer)
    listed = send("api_list_propose", made["id"])
    assert (listed.status_code, listed.json()["entries"][0]["score_hundredths"]) == (201, 8_500)
    log_in(world.staff(Role.APPROVER))
    assert send("api_list_publish", listed.json()["id"]).json()["entries"][0]["outcome"] == "admitted"
    log_in(application.created_by)
    appeal = send("api_appeal", application.pk, text="Di più.")
    assert appeal.status_code == 201
    log_in(officer)
    assert (
        send("api_appeal_answer", appeal.json()["id"], upheld=False, reason="No.").json()["status"]
        == "dismissed"
    )
