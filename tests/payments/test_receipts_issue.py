"""Numbered documents: when they are issued, what they say, how they are voided, and that numbers have no gap."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.notices.models import Notice
from campaigns.calls.models import Application
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.enums import Channel, PledgeStatus, RefundReason
from payments.ledger.models import LedgerTransfer
from payments.models import Pledge, Refund, Settlement
from payments.receipts.enums import CorrectionReason, ReceiptKind
from payments.receipts.formula import documents_due
from payments.receipts.models import DonorDetails, Receipt, ReceiptSeries, ReceiptText
from payments.receipts.services.drains import correct_due, issue_all, issue_due
from tests import world
from tests.payments.receipt_rows import collected, funded, give_back, lose, received, reward
from tests.world import NOW

pytestmark = pytest.mark.django_db
R, P, C = ReceiptKind.RECEIPT, ReceiptKind.CONFIRMATION, ReceiptKind.CORRECTION


def issued(pledge: Pledge | None = None) -> list[tuple[Any, ...]]:
    """Every document: number, kind, cents, and the number it voids."""
    found = Receipt.objects.filter(pledge=pledge) if pledge else Receipt.objects.all()
    return [
        (row.number, row.kind, row.amount_cents, row.corrects.number if row.corrects else None)
        for row in found.order_by("series", "number")
    ]


# Arithmetic


@given(st.integers(0, 10**9), st.none() | st.integers(0, 10**9))
def test_documents_add_up_to_what_was_given(net, value):
    due = documents_due(net_cents=net, value_cents=value)
    assert sum(due.values()) == net
    assert all(cents > 0 for cents in due.values())
    assert due.get("confirmation", 0) == min(net, value or 0)


@pytest.mark.parametrize(("net", "value"), [(-1, None), (1, -1)])
def test_no_document_for_a_negative_amount(net, value):
    with pytest.raises(ValueError, match="negative"):
        documents_due(net_cents=net, value_cents=value)


# When


def test_documents_are_issued_once_the_money_is_final_in_the_order_of_collection():
    campaign = funded()
    later = collected(campaign, 2_000, collected_at=NOW + dt.timedelta(minutes=1))
    first = collected(campaign, 1_000, collected_at=NOW)
    assert issue_due() == 2
    assert issued() == [(1, R, 1_000, None), (2, R, 2_000, None)]
    assert issued(first) == [(1, R, 1_000, None)]
    assert issued(later) == [(2, R, 2_000, None)]
    assert issue_due() == 0


@pytest.mark.parametrize(
    ("status", "finished", "pledge_status"),
    [
        (CampaignStatus.COLLECTING, None, PledgeStatus.COLLECTED),
        (CampaignStatus.MISSED, NOW, PledgeStatus.COLLECTED),  # everybody is being refunded
        (CampaignStatus.FUNDED, NOW, PledgeStatus.DISPUTED),
        (CampaignStatus.FUNDED, NOW, PledgeStatus.LOST),
        (CampaignStatus.FUNDED, NOW, PledgeStatus.FAILED),
        (CampaignStatus.FUNDED, NOW, PledgeStatus.REFUNDED),
    ],
)
def test_nothing_is_issued_for_money_that_is_not_final_or_not_there(status, finished, pledge_status):
    campaign = funded()
    pledge = collected(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(status=status)
    Settlement.objects.update(finished_at=finished)
    Pledge.objects.filter(pk=pledge.pk).update(status=pledge_status)
    assert issue_all() == issue_due() == correct_due() == 0
    assert not Receipt.objects.exists()


def test_a_dispute_won_long_after_is_found_by_the_hourly_sweep():
    campaign = funded()
    collected(campaign)
    with clock.moved(clock.offset() + dt.timedelta(days=200)):
        assert issue_due() == 0
        assert issue_all() == 1


def test_no_document_without_a_movement_in_the_ledger():
    campaign = funded()
    lost = collected(campaign)
    fine = collected(campaign, collected_at=NOW + dt.timedelta(minutes=1))
    lost.attempts.update(idempotency_key="something else")
    assert issue_due() == 1
    assert issued() == [(1, R, 5_000, None)]
    assert issued(fine)
    assert not Notice.objects.filter(email=lost.email).exists()


# What they say


def test_a_receipt_says_all_it_has_to():
    organisation = world.organisation(name="Amici della Barona", tax_code="97103880585")
    campaign = funded(project=world.project(organisation=organisation, title="Orto"))
    pledge = collected(campaign, 5_000, name="Ada")
    DonorDetails.objects.create(
        pledge=pledge,
        name="Ada Lovelace",
        tax_code="LVLDAA80T50F205R",
        address="via Voltri 1",
        changed_at=NOW,
    )
    approved_text(organisation, "Ente del Terzo settore.")
    issue_due()
    made = Receipt.objects.get()
    assert (made.label, made.kind, made.amount_cents) == ("1/2026", R, 5_000)
    assert (made.donor.name, made.donor.tax_code, made.donor.address) == (
        "Ada Lovelace",
        "LVLDAA80T50F205R",
        "via Voltri 1",
    )
    assert (made.beneficiary_name, made.beneficiary_tax_code) == ("Amici della Barona", "97103880585")
    assert (made.purpose, made.call_title, made.paid_on) == ("Orto", "", NOW.date())
    assert (made.channel, made.method, made.card_brand, made.card_last4) == ("card", "card", "visa", "4242")
    assert (made.reward_title, made.reward_value_cents, made.text) == ("", None, "Ente del Terzo settore.")
    assert made.transfer == LedgerTransfer.objects.get(code="charge_collected")
    assert made.donor.kept_until == dt.date(2036, 12, 31)


def approved_text(organisation, text: str) -> ReceiptText:
    return ReceiptText.objects.create(
        organisation=organisation, text=text, status="approved", written_by=world.person(), written_at=NOW,
        decided_by=world.person(), decided_at=NOW,
    )  # fmt: skip


def test_a_call_is_named_on_the_receipt():
    from tests.campaigns import calling

    campaign = funded()
    call = calling.call()
    Application.objects.create(
        call=call, project=campaign.project, campaign=campaign, cost_cents=1_000_000, created_at=NOW
    )
    collected(campaign)
    issue_due()
    assert Receipt.objects.get().call_title == call.title


def test_with_a_reward_its_declared_value_is_a_payment_and_the_rest_a_gift():
    campaign = funded()
    collected(campaign, 5_000, reward=reward(campaign, value=1_200))
    issue_due()
    assert issued() == [(1, P, 1_200, None), (2, R, 3_800, None)]
    assert {row.reward_value_cents for row in Receipt.objects.all()} == {1_200}
    assert len({row.donor_id for row in Receipt.objects.all()}) == 1


def test_a_reward_worth_the_whole_pledge_leaves_no_gift():
    campaign = funded()
    collected(campaign, 1_200, reward=reward(campaign, value=1_200))
    issue_due()
    assert issued() == [(1, P, 1_200, None)]


def test_a_reward_of_no_declared_value_is_named_on_the_gift():
    campaign = funded()
    collected(campaign, 1_200, reward=reward(campaign, value=0, least=1_000))
    issue_due()
    assert issued() == [(1, R, 1_200, None)]
    assert Receipt.objects.get().reward_value_cents == 0


@pytest.mark.parametrize("channel", [Channel.BANK, Channel.CASH])
def test_money_without_a_card_stands_on_its_booking_and_counts_for_the_day_it_came(channel):
    campaign = funded()
    approved_text(campaign.project.organisation, "Ente del Terzo settore.")
    received(campaign, channel, 7_000)
    issue_due()
    made = Receipt.objects.get()
    assert made.paid_on == dt.date(2026, 11, 2)
    assert made.transfer.code == f"{channel}_received"
    assert made.text == ("" if channel == Channel.CASH else "Ente del Terzo settore.")


def test_each_organisation_and_year_has_numbers_of_its_own():
    one, other = funded(), funded()
    collected(one)
    collected(other)
    issue_due()
    with clock.moved(clock.offset() + dt.timedelta(days=60)):  # into January
        collected(one)
        issue_due()
    labels = [row.label for row in Receipt.objects.order_by("pk")]
    assert sorted(labels) == ["1/2026", "1/2026", "1/2027"]


def test_the_year_is_the_one_in_the_city():
    collected(funded())
    with clock.moved(dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)):
        issue_due()
    made = Receipt.objects.get()
    assert (made.label, made.issued_on) == ("1/2027", dt.date(2027, 1, 1))


def test_a_later_number_never_bears_an_earlier_day():
    campaign = funded()
    collected(campaign)
    issue_due()
    collected(campaign)
    with clock.moved(clock.offset() - dt.timedelta(days=3)):
        issue_due()
    first, second = Receipt.objects.order_by("number")
    assert first.issued_on == second.issued_on


def test_the_backer_is_told_with_a_link_of_the_pledges_own():
    pledge = collected(funded(), language="en")
    issue_due()
    notice = Notice.objects.get()
    assert (notice.event, notice.email, notice.language) == ("receipt_ready", pledge.email, "en")
    assert "/en/receipts/" in notice.context["action_url"]
    assert notice.context["details"] == [{"label": "Receipt for a gift 1/2026", "value": "€50.00"}]


# Given back


def test_a_refund_voids_by_a_numbered_correction():
    pledge = collected(funded(), 5_000)
    issue_due()
    give_back(pledge, 5_000)
    assert correct_due() == 1
    assert issued() == [(1, R, 5_000, None), (2, C, 5_000, 1)]
    assert Receipt.objects.get(number=2).reason == CorrectionReason.REFUND
    assert correct_due() == issue_due() == 0
    assert Notice.objects.filter(event="receipt_corrected").count() == 1


def test_a_partial_refund_voids_and_issues_what_remains_and_again():
    pledge = collected(funded(), 5_000)
    issue_due()
    give_back(pledge, 2_000)
    correct_due()
    give_back(pledge, 1_000)
    correct_due()
    assert issued() == [
        (1, R, 5_000, None),
        (2, C, 5_000, 1),
        (3, R, 3_000, None),
        (4, C, 3_000, 3),
        (5, R, 2_000, None),
    ]


def test_a_partial_refund_is_taken_from_the_gift_first_and_the_payment_stands():
    campaign = funded()
    pledge = collected(campaign, 5_000, reward=reward(campaign, value=1_200))
    issue_due()
    give_back(pledge, 3_000)
    correct_due()
    assert issued() == [(1, P, 1_200, None), (2, R, 3_800, None), (3, C, 3_800, 2), (4, R, 800, None)]
    give_back(pledge, 1_000)
    correct_due()
    assert issued()[4:] == [(5, C, 1_200, 1), (6, C, 800, 4), (7, P, 1_000, None)]


def test_the_value_of_a_reward_edited_later_changes_no_document():
    campaign = funded()
    prize = reward(campaign, value=1_200)
    pledge = collected(campaign, 5_000, reward=prize)
    issue_due()
    prize.declared_value_cents = 100
    prize.save(update_fields=["declared_value_cents"])
    give_back(pledge, 1_000)
    correct_due()
    assert issued()[2:] == [(3, C, 3_800, 2), (4, R, 2_800, None)]


def test_a_refund_before_any_document_leaves_a_receipt_for_the_rest_alone():
    pledge = collected(funded(), 5_000)
    give_back(pledge, 2_000)
    issue_due()
    assert issued() == [(1, R, 3_000, None)]
    assert correct_due() == 0


def test_money_given_back_that_never_counted_changes_no_document():
    pledge = collected(funded(), 5_000)
    issue_due()
    give_back(pledge, 5_000, RefundReason.DUPLICATE)
    Pledge.objects.update(status=PledgeStatus.COLLECTED)
    assert correct_due() == 0


def test_a_refund_that_fails_after_all_brings_a_new_receipt():
    pledge = collected(funded(), 5_000)
    issue_due()
    refund = give_back(pledge, 5_000)
    correct_due()
    refund.status = "failed"
    refund.save(update_fields=["status"])
    assert correct_due() == 1
    assert issued() == [(1, R, 5_000, None), (2, C, 5_000, 1), (3, R, 5_000, None)]


def test_an_open_dispute_changes_nothing_and_a_lost_one_voids():
    pledge = collected(funded(), 5_000)
    issue_due()
    Pledge.objects.update(status=PledgeStatus.DISPUTED)
    assert correct_due() == 0
    lose(pledge, 5_000)
    assert correct_due() == 1
    assert issued(pledge) == [(1, R, 5_000, None), (2, C, 5_000, 1)]
    assert Receipt.objects.get(number=2).reason == CorrectionReason.DISPUTE
    assert correct_due() == 0


def test_what_was_partly_refunded_and_then_lost_is_void_altogether():
    pledge = collected(funded(), 5_000)
    issue_due()
    give_back(pledge, 2_000)
    correct_due()
    lose(pledge, 3_000)
    assert correct_due() == 1
    assert issued()[-1] == (4, C, 3_000, 3)
    assert correct_due() == 0


def test_a_part_lost_to_the_bank_leaves_a_receipt_for_the_rest():
    pledge = collected(funded(), 5_000)
    issue_due()
    lose(pledge, 2_000)
    assert correct_due() == 1
    assert issued() == [(1, R, 5_000, None), (2, C, 5_000, 1), (3, R, 3_000, None)]
    assert Receipt.objects.get(number=2).reason == CorrectionReason.DISPUTE
    give_back(pledge, 1_000)
    Refund.objects.update(done_at=NOW + dt.timedelta(days=2))
    assert correct_due() == 1
    assert Receipt.objects.get(number=4).reason == CorrectionReason.REFUND
    assert correct_due() == 0


# What the database holds by itself


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE receipts_receipt SET amount_cents = 1",
        "UPDATE receipts_receipt SET number = 9",
        "DELETE FROM receipts_receipt",
        "DELETE FROM receipts_receiptseries",
        "DELETE FROM receipts_receiptdonor",
        "UPDATE receipts_receiptseries SET last_number = 3",
        "UPDATE receipts_receiptseries SET last_number = 0",
        "UPDATE receipts_receiptseries SET year = 2025",
        "UPDATE receipts_receiptdonor SET name = 'Eva'",
        "UPDATE receipts_receiptdonor SET name = ''",
        "UPDATE receipts_receiptdonor SET kept_until = '2026-01-01'",
        "UPDATE receipts_receiptdonor SET forgotten_at = now()",
    ],
)
def test_documents_series_and_donors_are_never_edited(sql):
    collected(funded())
    issue_due()
    before = list(Receipt.objects.values()) + list(ReceiptSeries.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(Receipt.objects.values()) + list(ReceiptSeries.objects.values()) == before


def test_a_donor_can_be_forgotten():
    collected(funded())
    issue_due()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE receipts_receiptdonor SET name = '', tax_code = '', address = '', forgotten_at = now()"
        )
    assert Receipt.objects.get().donor.name == ""


def test_no_number_is_taken_without_its_document():
    collected(funded())
    issue_due()
    with pytest.raises(DatabaseError, match="no receipt carries it"), transaction.atomic():
        ReceiptSeries.objects.update(last_number=2)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_document_is_voided_once_and_a_correction_never():
    pledge = collected(funded())
    issue_due()
    give_back(pledge, 5_000)
    correct_due()
    receipt, correction = Receipt.objects.order_by("number")
    for voided in (receipt, correction):
        copy = {field.attname: getattr(correction, field.attname) for field in Receipt._meta.fields}
        copy |= {"id": None, "public_id": uuid.uuid4(), "corrects_id": voided.pk, "number": 3}
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            ReceiptSeries.objects.update(last_number=3)
            Receipt.objects.create(**copy)
