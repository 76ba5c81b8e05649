"""The pages and the API of milestones, spending reports and stops: the same services, for who may."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from campaigns.reporting.models import MilestoneFile, ProjectStop, ReportItem
from campaigns.reporting.services.milestones import accept_milestone, add_evidence
from campaigns.reporting.services.reports import submit_report
from campaigns.reporting.services.stops import confirm_stop, declare_stop
from campaigns.services.milestones import reach_milestone
from tests import world
from tests.campaigns.reporting import TODAY, expense, final, funded, item, milestone, settled
from tests.world import NOW

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


@pytest.fixture
def seen(client, monkeypatch):
    """Log somebody in, staff with a second factor, and get a page."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

    def see(user, name, *args, **data):
        if user:
            client.force_login(user)
        address = reverse(name, args=args)
        answer = client.post(address, data) if data else client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)  # to its end, so that the file is closed
        return answer

    return see


def form(report, **fields):
    line = report.campaign.budget_lines.get(label="Terra e semi")
    return {
        "line": line.pk, "what": "Terra", "amount_cents": "1.250,50", "dated_on": "2026-11-01",
        "supplier": "Vivaio Rossi", "document_number": "1", "paid_on": "2026-11-02",
    } | fields  # fmt: skip


# Public


def test_follow_the_euro(seen, owner, officer, report, django_assert_max_num_queries):
    settled(report, owner, officer, 485_000)
    with django_assert_max_num_queries(12):
        page = seen(None, "campaign_spending", report.campaign.slug)
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Terra per le aiuole", "4.850,00", "Terra e semi", "1 ricevuta"):
        assert words in text, words
    for private in ("Vivaio Rossi", "12/2026", "Commissioni"):
        assert private not in text
    table = seen(None, "campaign_spending_csv", report.campaign.slug).content.decode()
    assert table.splitlines()[1].endswith("Terra e semi,Terra per le aiuole,485000,eligible")


def test_a_late_report_is_publicly_late(seen, report):
    report.due_on = TODAY - dt.timedelta(days=400)
    report.save()
    assert "In ritardo" in seen(None, "campaign_spending", report.campaign.slug).content.decode()


def test_nothing_yet(seen, report):
    page = seen(None, "campaign_spending", report.campaign.slug).content.decode()
    assert "Ancora nessuna spesa" in page
    assert seen(None, "campaign_spending", world.campaign(status="draft").slug).status_code == 404


def test_a_stopped_project_says_so(seen, owner, report):
    stop = declare_stop(campaign=report.campaign, reason="Si scioglie", by=owner, now=NOW)
    assert "è stato dichiarato" in seen(None, "campaign", report.campaign.slug).content.decode().lower()
    confirm_stop(stop=stop, by=world.staff(Role.APPROVER), now=NOW)
    for name in ("campaign", "campaign_spending"):
        page = seen(None, name, report.campaign.slug).content.decode()
        assert "Si scioglie" in page
        assert "si è fermato" in page


def test_photos_are_public_once_accepted_and_documents_never(seen, client, owner, officer):
    step = milestone(funded(owner))
    made = {
        kind: add_evidence(
            milestone=step, kind=kind, file=file, text="Le aiuole", consent=True, by=owner, now=NOW
        )
        for kind, file in (
            ("photo", world.picture()),
            ("document", SimpleUploadedFile("v.pdf", b"%PDF-1.4\ntrailer<<>>\n%%EOF\n")),
        )
    }
    for file in made.values():
        assert seen(None, "milestone_file", file.pk).status_code == 404
    reach_milestone(milestone=step, evidence="Fatto", by=owner, now=NOW)
    accept_milestone(milestone=step, by=officer, now=NOW)
    sent = seen(None, "milestone_file", made["photo"].pk)
    assert (sent.status_code, sent["Content-Type"]) == (200, "image/webp")
    assert "Le aiuole" in seen(None, "campaign", step.campaign.slug).content.decode()
    assert seen(None, "milestone_file", made["document"].pk).status_code == 404
    assert seen(officer, "milestone_file", made["document"].pk)["X-Content-Type-Options"] == "nosniff"


# The team


def test_a_receipt_is_for_team_and_staff_alone(seen, owner, officer, report):
    made = item(report, owner)
    assert seen(None, "item_receipt", made.pk).status_code == 403
    assert seen(world.person(), "item_receipt", made.pk).status_code == 403
    for user in (owner, officer):
        assert seen(user, "item_receipt", made.pk).status_code == 200


def test_an_expense_is_added_with_its_receipt_changed_and_removed(seen, client, owner, report):
    photo = SimpleUploadedFile("r.png", world.picture().read())
    assert seen(owner, "report_item_new", report.pk, **form(report, receipt=photo)).status_code == 302
    made = ReportItem.objects.get()
    assert (made.amount_cents, bool(made.receipt)) == (125_050, True)
    assert seen(owner, "report_item", made.pk).status_code == 200
    seen(owner, "report_item", made.pk, **form(report, amount_cents="10"))
    made.refresh_from_db()
    assert made.amount_cents == 1_000
    client.post(reverse("report_item_remove", args=[made.pk]))
    assert not ReportItem.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount_cents": "dodici"}, "Vivaio Rossi"),
        ({"dated_on": "2031-01-01"}, "non è ancora arrivato"),
        ({"receipt": SimpleUploadedFile("r.exe", b"MZ\x90\x00")}, "non si può allegare"),
    ],
)
def test_a_bad_expense_is_shown_again(seen, owner, report, fields, words):
    page = seen(owner, "report_item_new", report.pk, **form(report, **fields))
    assert page.status_code == 422
    assert words.replace("’", "'") in page.content.decode().replace("’", "'").replace("&#x27;", "'")
    assert not ReportItem.objects.exists()


def test_a_table_is_looked_at_and_added(seen, client, owner, report):
    good = (
        "line;date;supplier;what;amount;document;paid_on\nTerra e semi;2026-11-01;V;Terra;1,50;1;2026-11-02\n"
    )
    template = seen(owner, "report_template", report.pk).content.decode()
    assert template.startswith("line,date,supplier,what,amount,document,paid_on")
    bad = seen(
        owner, "report_import", report.pk, file=SimpleUploadedFile("x.csv", (good + "Boh;;;;;;\n").encode())
    )
    assert (bad.status_code, "Riga 3" in bad.content.decode()) == (422, True)
    look = seen(owner, "report_import", report.pk, file=SimpleUploadedFile("x.csv", good.encode()))
    assert (look.status_code, ReportItem.objects.count()) == (200, 0)
    assert "1,50" in look.content.decode()
    assert seen(owner, "report_import", report.pk, table=good).status_code == 302
    assert ReportItem.objects.get().amount_cents == 150
    binary = seen(owner, "report_import", report.pk, file=SimpleUploadedFile("x.csv", b"\xff\xfe\x00"))
    assert binary.status_code == 422


def test_a_report_is_explained_and_handed_in(seen, owner, report):
    item(report, owner, 1_100_000)
    address = ("spending_report", report.pk)
    assert "Terra e semi" in seen(owner, *address, submit="1").content.decode()
    line = report.campaign.budget_lines.get(label="Terra e semi")
    seen(owner, *address, line=line.pk, reason="Terreno inquinato")
    seen(owner, *address, note="Tutto fatto")
    assert seen(owner, *address, submit="1").status_code == 302
    report.refresh_from_db()
    assert (report.status, report.note) == ("submitted", "Tutto fatto")


def test_a_stranger_sees_nothing_of_the_teams(seen, report):
    stranger = world.person()
    for name, args, status in (
        ("spending_reports", [report.campaign.slug], 404),
        ("spending_report", [report.pk], 403),
        ("report_item_new", [report.pk], 403),
        ("report_review", [report.pk], 403),
        ("report_list", [], 403),
        ("stop_declare", [report.campaign.slug], 404),
    ):
        assert seen(stranger, name, *args).status_code == status, name


def test_files_and_another_date_on_the_milestones_page(seen, owner, officer):
    step = milestone(funded(owner))
    where = ("milestone_work", step.campaign.slug, step.pk)
    photo = {"kind": "photo", "text": "Le aiuole", "consent": "on"}
    client_file = SimpleUploadedFile("r.png", world.picture().read())
    alone = {"kind": "photo", "text": "Le aiuole"}
    assert seen(owner, *where, **alone, add_file="1", file=client_file).status_code == 422  # nobody agreed
    client_file.seek(0)
    assert seen(owner, *where, **photo, add_file="1", file=client_file).status_code == 302
    assert MilestoneFile.objects.get().text == "Le aiuole"
    assert seen(owner, *where, change="1", due_on="2027-06-01", reason="Permesso").status_code == 302
    assert "Permesso" in seen(officer, "milestone_judge", step.pk).content.decode()
    seen(officer, "milestone_judge", step.pk, agree="1")
    step.refresh_from_db()
    assert step.due_on == dt.date(2027, 6, 1)
    reach_milestone(milestone=step, evidence="Fatto", by=owner, now=NOW)
    assert seen(officer, "milestone_judge", step.pk, send_back="1", reason=" ").status_code == 422
    seen(officer, "milestone_judge", step.pk, accept="1")
    step.refresh_from_db()
    assert step.status == "accepted"


# The officer


def test_an_officer_examines_and_decides(seen, owner, officer, report):
    made = item(report, owner)
    submit_report(report=report, by=owner, now=NOW)
    assert str(report.campaign) in seen(officer, "report_list").content.decode()
    where = ("report_review", report.pk)
    assert "Vivaio Rossi" in seen(officer, *where).content.decode()
    assert seen(officer, *where, item=made.pk, not_eligible="1", reason="").status_code == 422
    assert "prima" in seen(officer, *where, accept="1").content.decode()
    seen(officer, *where, item=made.pk, not_eligible="1", reason="Cena")
    seen(officer, *where, send_back="1", reason="Rifai")
    report.refresh_from_db()
    assert (report.status, report.items.get().verdict) == ("sent_back", "not_eligible")
    assert "Rifai" in seen(owner, "spending_report", report.pk).content.decode()
    assert seen(officer, *where, more_time="1", due_on="2027-12-01", reason="Ferie").status_code == 302
    report.refresh_from_db()
    assert report.due_on == dt.date(2027, 12, 1)


def test_declared_by_the_team_confirmed_by_an_approver(seen, owner, report):
    approver = world.staff(Role.APPROVER)
    assert seen(owner, "stop_declare", report.campaign.slug, reason="Fine").status_code == 302
    stop = ProjectStop.objects.get()
    assert seen(approver, "project_stop", stop.pk, reject="1", why=" ").status_code == 422
    assert seen(owner, "project_stop", stop.pk, confirm="1").status_code == 403
    assert seen(approver, "project_stop", stop.pk, confirm="1").status_code == 302
    stop.refresh_from_db()
    assert stop.status == "confirmed"
    assert "si è fermato" in seen(owner, "spending_reports", report.campaign.slug).content.decode()


# The API


def test_a_report_over_the_api(client, monkeypatch, owner, officer, report):
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)
    base = "/api/v1/spending-reports"
    client.force_login(owner)
    given = expense(report.campaign)
    sent = {
        "line": given.line.pk, "dated_on": "2026-11-01", "supplier": "V", "what": "Terra", "amount_cents": 10_000,
        "document_number": "1", "paid_on": "2026-11-02",
    }  # fmt: skip
    made = client.post(f"{base}/{report.pk}/items/", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    bad = client.post(
        f"{base}/{report.pk}/items/", sent | {"amount_cents": 0}, content_type="application/json"
    )
    assert (bad.status_code, bad.json()["field"]) == (400, "amount_cents")
    rows = client.post(f"{base}/{report.pk}/import/", {"table": "line\nx\n"}, content_type="application/json")
    assert (rows.status_code, rows.json()["code"]) == (400, "columns")
    assert client.post(f"{base}/{report.pk}/submit/").json()["code"] == "receipt_missing"
    item(report, owner, document_number="2")
    ReportItem.objects.filter(document_number="1").delete()
    assert client.post(f"{base}/{report.pk}/submit/").json()["status"] == "submitted"
    assert client.get(f"{base}/").json()["count"] == 1
    [one] = client.get(f"{base}/{report.pk}/").json()["items"]
    assert one["has_receipt"]
    client.force_login(officer)
    judged = client.post(
        f"/api/v1/expenses/{one['id']}/review/", {"eligible": True}, content_type="application/json"
    )
    assert judged.json()["verdict"] == "eligible"
    assert client.post(f"{base}/{report.pk}/accept/").json()["status"] == "accepted"
    client.logout()
    public = client.get(f"/api/v1/campaigns/{report.campaign.slug}/spending/").json()
    assert (public["total"]["eligible_cents"], public["stopped"]) == (10_000, False)
    assert set(public["items"][0]) == {"report", "line", "dated_on", "what", "amount_cents", "verdict"}
    assert client.get(f"{base}/{report.pk}/").status_code in {401, 403}
