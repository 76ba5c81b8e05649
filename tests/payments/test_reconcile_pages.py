"""The officers' page of what differs, and the API on the same services."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

from accounts.enums import Role
from payments.reconciliation.models import Difference, ReconciliationRun, StripeMovement
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _proved(monkeypatch):
    """Sessions of staff have proved their second factor; that they must is tested with the middleware."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)


@pytest.fixture
def run() -> ReconciliationRun:
    return ReconciliationRun.objects.create(
        kind="asked", status="done", step="ended", created_at=NOW, finished_at=NOW, available_cents=9_000,
        pending_cents=500, ledger_cents=9_000, in_flight_cents=0, open_differences=1,
    )  # fmt: skip


@pytest.fixture
def fee(run) -> Difference:
    """A fee of Stripe's that nobody has booked."""
    movement = StripeMovement.objects.create(
        balance_transaction_id="txn_1", type="stripe_fee", category="fee", source_id="", gross_cents=-500,
        fee_cents=0, net_cents=-500, currency="eur", balance_type="payments", created_at=NOW, available_on=NOW,
        description="Radar",
    )  # fmt: skip
    root = f"stripe_movement:{movement.pk}"
    return Difference.objects.create(
        subject=f"stripe_fee:{root}", family="stripe_fee", root=root, kind="not_booked", proposal="book_fee",
        moved_cents=-500, booked_cents=0, opened_at=NOW, last_run=run,
    )  # fmt: skip


def text(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def url(name, *args, language="en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def test_what_differs_stands_with_its_amount_and_one_action(client, fee):
    client.force_login(world.staff(Role.OFFICER))
    page = text(client.get(url("reconciliation", language="it")))
    for words in ("Altra commissione di Stripe", "-5,00 €", "Registrala come commissione di Stripe", "95 €"):
        assert words in page, words
    detail = text(client.get(url("difference", fee.pk)))
    assert "stripe_fee Radar -€5.00" in detail
    answer = client.post(url("difference", fee.pk), {"resolve": "1"}, follow=True)
    assert "Both sides are equal now." in text(answer)
    assert "Nothing differs" in text(client.get(url("reconciliation")))
    assert "Cleared" in text(client.get(url("difference_history")))


def test_it_is_accepted_with_a_reason_only(client, fee):
    client.force_login(world.staff(Role.OFFICER))
    assert client.post(url("difference", fee.pk), {"accept": "1", "why": ""}).status_code == 422
    client.post(url("difference", fee.pk), {"accept": "1", "why": "conto di prova"})
    waits = text(client.get(url("difference", fee.pk)))
    assert "conto di prova" in waits
    assert "It waits for an approver" in waits
    client.post(url("difference", fee.pk), {"approve": "1"})
    fee.refresh_from_db()
    assert fee.status == "open", "never the same person"
    client.force_login(world.staff(Role.APPROVER))
    assert "Agree: it may stand" in text(client.get(url("difference", fee.pk)))
    assert client.post(url("difference", fee.pk), {"reject": "1", "why": ""}).status_code == 422
    client.post(url("difference", fee.pk), {"approve": "1"})
    fee.refresh_from_db()
    assert (fee.status, fee.reason) == ("accepted", "conto di prova")
    assert "conto di prova" in text(client.get(url("difference_history")))
    client.force_login(world.staff(Role.OFFICER))
    answer = client.post(url("difference", fee.pk), {"accept": "1", "why": "ancora"}, follow=True)
    assert "closed already" in text(answer)


def test_progress_is_shown_while_it_runs(client):
    client.force_login(world.staff(Role.OFFICER))
    assert "Nothing has been compared yet." in text(client.get(url("reconciliation")))
    answer = client.post(url("reconciliation"))
    assert answer.status_code == 302
    ReconciliationRun.objects.update(status="running", movements_read=300)
    page = client.get(url("reconciliation"))
    assert "Reading what moved at Stripe: 300 movements read so far." in text(page)
    assert "Look again" in text(page)
    assert "Reconcile now" not in text(page)


def test_auditors_read_and_strangers_do_not(client, fee):
    pages = [url("reconciliation"), url("difference_history"), url("difference", fee.pk)]
    assert all(client.get(page).status_code == 302 for page in pages)
    client.force_login(world.person())
    assert [client.get(page).status_code for page in pages] == [403] * 3
    client.force_login(world.staff(Role.AUDITOR))
    assert [client.get(page).status_code for page in pages] == [200] * 3
    assert "Reconcile now" not in text(client.get(pages[0]))
    for data in ({"resolve": "1"}, {"accept": "1", "why": "x"}):
        assert client.post(pages[2], data).status_code == 403
    assert client.post(pages[0]).status_code == 403
    fee.refresh_from_db()
    assert fee.status == "open"


def test_the_api_orders_lists_and_puts_right(fee):
    api = APIClient()
    api.force_login(world.staff(Role.OFFICER))
    ordered = api.post("/api/v1/reconciliations/")
    assert (ordered.status_code, ordered.json()["status"]) == (202, "waiting")
    assert len(api.get("/api/v1/reconciliations/?status=done").json()["results"]) == 1
    [row] = api.get("/api/v1/differences/?status=open").json()["results"]
    assert (row["difference_cents"], row["proposal"]) == (-500, "book_fee")
    answer = api.post(f"/api/v1/differences/{fee.pk}/accept/", {"why": ""})
    assert answer.status_code == 400
    made = api.post(f"/api/v1/differences/{fee.pk}/accept/", {"why": "prova"}).json()
    assert (made["status"], made["amount_cents"]) == ("proposed", -500)
    assert api.post(f"/api/v1/difference-acceptances/{made['id']}/approve/").status_code == 403
    other = APIClient()
    other.force_login(world.staff(Role.APPROVER))
    answer = other.post(f"/api/v1/difference-acceptances/{made['id']}/reject/", {"why": "di chi?"})
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    assert len(other.get("/api/v1/difference-acceptances/").json()["results"]) == 1
    answer = api.post(f"/api/v1/differences/{fee.pk}/resolve/")
    assert (answer.status_code, answer.json()["status"]) == (200, "resolved")
    assert api.post(f"/api/v1/differences/{fee.pk}/accept/", {"why": "x"}).status_code == 409


def test_the_api_is_closed_to_others(fee):
    for who, reads in ((None, 403), (world.person(), 403), (world.staff(Role.AUDITOR), 200)):
        api = APIClient()
        if who:
            api.force_login(who)
        for path in ("reconciliations/", "differences/"):
            assert api.get(f"/api/v1/{path}").status_code in ({reads} if who else {401, 403}), path
        for path in ("reconciliations/", f"differences/{fee.pk}/resolve/", f"differences/{fee.pk}/accept/"):
            assert api.post(f"/api/v1/{path}", {"why": "x"}).status_code in {401, 403}, path
    fee.refresh_from_db()
    assert fee.status == "open"
