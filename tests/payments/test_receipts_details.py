"""Small print of receipts: terms of keeping, links, addresses of cash, desks."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.notices.models import Notice
from crowdfund.kit import clock
from payments.enums import Channel
from payments.receipts.models import CorrectionRequest, DonorDetails, Receipt, ReceiptDonor
from payments.receipts.permissions import summary_of, summary_token
from payments.receipts.services.donors import forget_due, restrict_donors
from payments.receipts.services.drains import issue_due
from tests.payments.receipt_rows import collected, funded, received
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_who_gave_is_forgotten_after_ten_years_and_the_document_stays():
    pledge = collected(funded(), name="Ada")
    DonorDetails.objects.create(pledge=pledge, name="Ada Lovelace", changed_at=NOW)
    issue_due()
    assert forget_due() == 0
    with clock.moved(dt.datetime(2036, 12, 31, 12, tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)):
        assert forget_due() == 0
    with clock.moved(dt.datetime(2037, 1, 2, 12, tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)):
        assert forget_due() == 1
        assert forget_due() == 0
    receipt = Receipt.objects.get()
    assert (receipt.donor.name, receipt.amount_cents) == ("", 5_000)
    assert receipt.donor.forgotten_at
    assert not DonorDetails.objects.exists()


def test_an_erasure_takes_what_was_only_asked_for():
    pledge = collected(funded())
    issue_due()
    CorrectionRequest.objects.create(pledge=pledge, name="Ada", tax_code="x", status="declined", asked_at=NOW)
    restrict_donors(pledges=[pledge], now=NOW)
    assert CorrectionRequest.objects.values_list("name", "tax_code").get() == ("", "")
    assert restrict_donors(pledges=[pledge], now=NOW + dt.timedelta(days=1)) == 0
    assert ReceiptDonor.objects.get().restricted_at == NOW


def test_somebody_who_left_no_address_gets_a_receipt_and_no_email():
    received(funded(), Channel.CASH, email="")
    issue_due()
    assert Receipt.objects.exists()
    assert not Notice.objects.exists()


def test_a_link_to_a_year_is_one_address_and_one_year():
    token = summary_token("Ada@example.org", 2026)
    assert summary_of(token) == ("ada@example.org", 2026)
    assert summary_of(token + "x") is None
    assert summary_of("") is None
