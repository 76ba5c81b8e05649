"""A mandate that the treasury refuses, or whose money comes back: the tranche is bound again and proposed anew."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.notices.models import Notice
from crowdfund.kit.errors import Invalid, Refused
from payments.ledger.selectors import balances, faults
from payments.matching.models import Reservation
from payments.matching.selectors import books_that_disagree
from payments.models import Disbursement, Payout
from payments.selectors.releasable import releasable
from payments.services.disburse import approve_disbursement
from payments.services.payout import confirm_receipt, record_mandate, retry_payout
from payments.services.refused_mandates import refuse_mandate
from tests import world
from tests.payments.test_bank_api import api
from tests.payments.test_bank_pages import staff_client, text
from tests.payments.test_disburse import TODAY, committed, propose
from tests.world import NOW

pytestmark = pytest.mark.django_db


def with_mandate(*, paid: bool = False) -> tuple[Payout, User]:
    """A tranche of € 2,000 of a match of € 6,000 whose mandate is recorded, and the officer."""
    officer = world.staff(Role.OFFICER)
    decision = propose(committed(), cents=200_000, channel="match")
    payout = approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)
    record_mandate(payout=payout, number="4711", on=TODAY, amount_cents=200_000, by=officer, now=NOW)
    if paid:
        confirm_receipt(payout=payout, receipt_on=TODAY, by=officer, now=NOW)
    payout.refresh_from_db()
    return payout, officer


@pytest.mark.parametrize("paid", [False, True])
def test_the_tranche_is_bound_and_may_be_proposed_again(paid):
    payout, officer = with_mandate(paid=paid)
    Notice.objects.all().delete()
    refuse_mandate(payout=payout, why="IBAN  estinto", by=officer, now=NOW)
    decision = Disbursement.objects.get()
    assert (payout.status, payout.error, payout.mandate_number, decision.status) == (
        *("cancelled", "IBAN estinto", "4711"),
        "void",
    )
    reservation = Reservation.objects.get()
    assert (reservation.bound_cents, reservation.disbursed_cents) == (600_000, 0)
    assert (books_that_disagree(), list(faults())) == ([], [])
    assert sum(balances("disbursed:").values()) == 0
    assert releasable(decision.campaign, "match", NOW).maximum_cents == 600_000
    assert set(Notice.objects.values_list("event", flat=True)) >= {"payout_stopped"}
    again = propose(decision.campaign, cents=200_000, channel="match")
    second = approve_disbursement(disbursement=again, by=world.staff(Role.APPROVER), now=NOW)
    record_mandate(payout=second, number="4712", on=TODAY, amount_cents=200_000, by=officer, now=NOW)
    confirm_receipt(payout=second, receipt_on=TODAY, by=officer, now=NOW)
    assert Reservation.objects.get().disbursed_cents == 200_000
    assert books_that_disagree() == []


def test_without_a_reason_or_twice_nothing_happens():
    payout, officer = with_mandate()
    before = world.rows()
    with pytest.raises(Invalid) as caught:
        refuse_mandate(payout=payout, why=" ", by=officer, now=NOW)
    assert (caught.value.field, world.rows()) == ("why", before)
    refuse_mandate(payout=payout, why="no", by=officer, now=NOW)
    for deed in (
        lambda: refuse_mandate(payout=payout, why="no", by=officer, now=NOW),
        lambda: confirm_receipt(payout=payout, receipt_on=TODAY, by=officer, now=NOW),
        lambda: retry_payout(payout=payout, by=officer, now=NOW),
    ):
        with pytest.raises(Refused):
            deed()
    assert Reservation.objects.get().disbursed_cents == 0


def test_the_page_and_the_api():
    payout, officer = with_mandate()
    client = staff_client(officer)
    tranche = reverse("disbursement", args=[payout.disbursement_id])
    page = reverse("mandate_refused", args=[payout.disbursement_id])
    assert page in client.get(tranche).content.decode()
    assert "resta impegnata" in text(client.get(page))
    assert client.post(page, {"why": ""}).status_code == 422
    assert staff_client(world.staff(Role.APPROVER)).get(page).status_code == 403
    assert "si può proporre di nuovo" in text(client.post(page, {"why": "IBAN estinto"}, follow=True))
    assert "IBAN estinto" in text(client.get(tranche))
    assert page not in client.get(tranche).content.decode()
    address = reverse("api_mandate_refused", args=[payout.disbursement_id])
    assert api(officer).post(address, {"why": "again"}).json()["code"] == "mandate_step"


def test_the_api_records_it():
    payout, officer = with_mandate(paid=True)
    address = reverse("api_mandate_refused", args=[payout.disbursement_id])
    assert api(world.staff(Role.APPROVER)).post(address, {"why": "no"}).status_code == 403
    assert api(officer).post(address, {}).status_code == 400
    assert api(officer).post(address, {"why": "tornato"}).json()["status"] == "void"
