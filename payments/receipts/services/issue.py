"""The numbered documents of a pledge: issued once its money is final, voided by a correction when it changes after."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.calls.models import Application
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Refused
from payments.enums import Channel
from payments.receipts import locks
from payments.receipts.enums import CorrectionReason, ReceiptKind, TextStatus
from payments.receipts.formula import documents_due
from payments.receipts.models import DonorDetails, Receipt, ReceiptDonor, ReceiptSeries, ReceiptText
from payments.receipts.selectors.standing import final_cents, live_documents, transfer_of
from payments.receipts.services.letters import tell_issued

if TYPE_CHECKING:
    from payments.ledger.models import LedgerTransfer
    from payments.models import Pledge

YEARS_KEPT: Final = 10
"""Civil Code, art. 2220: accounting records are kept ten years; here to the end of the tenth year."""
REPEATED: Final = (
    "donor", "amount_cents", "paid_on", "channel", "method", "card_brand", "card_last4", "beneficiary_name",
    "beneficiary_tax_code", "purpose", "call_title", "reward_title", "reward_value_cents",
)  # fmt: skip
"""What a correction says again of the document it voids."""


def issue_documents(
    *,
    pledge: Pledge,
    now: dt.datetime,
    reason: CorrectionReason = CorrectionReason.REFUND,
    afresh: bool = False,
) -> list[Receipt]:
    """Bring a pledge's documents to what is final: void what no longer holds, issue what is due; return what was made.

    Called inside a transaction that has locked the pledge. Nothing happens when all stands as it should, unless
    `afresh` (the donor's details changed). `reason` is for the corrections.

    Raises `Refused` (`no_transfer`) when the ledger has no transfer that a document could stand on.
    """
    net_cents = final_cents(pledge)
    if net_cents is None:
        return []
    live = live_documents(pledge)
    due = documents_due(net_cents=net_cents, value_cents=_reward_value(pledge))
    stays = {kind for kind, receipt in live.items() if not afresh and due.get(kind) == receipt.amount_cents}
    if stays == set(live) == set(due):
        return []
    made = [_correct(pledge, live[kind], reason, now) for kind in sorted(set(live) - stays)]
    wanted = [kind for kind in due if kind not in stays]
    facts = _facts(pledge, now) if wanted else {}
    made += [
        _write(pledge, now, kind=kind, amount_cents=due[kind], **_fitting(facts, kind)) for kind in wanted
    ]
    tell_issued(pledge=pledge, made=made, now=now)
    return made


def _reward_value(pledge: Pledge) -> int | None:
    """The declared value, as it was when the first document was issued: the reward may be edited later."""
    if pledge.reward is None:
        return None
    issued = Receipt.objects.filter(pledge=pledge).exclude(kind=ReceiptKind.CORRECTION)
    first = issued.order_by("pk").values_list("reward_value_cents", flat=True).first()
    value: int | None = pledge.reward.declared_value_cents if first is None else first
    return value


def _write(pledge: Pledge, now: dt.datetime, **fields: Any) -> Receipt:
    """Take the next number of the organisation's series of this year, and write its document with it."""
    day = now.astimezone(CIVIL).date()
    with transaction.atomic():
        series = locks.lock_series(pledge.campaign.project.organisation, day.year)
        number, day = _take_number(series, day)
        return Receipt.objects.create(
            series=series, number=number, pledge=pledge, issued_at=now, issued_on=day, **fields
        )


def _correct(pledge: Pledge, voided: Receipt, reason: CorrectionReason, now: dt.datetime) -> Receipt:
    """Void a document by one that repeats it."""
    same = {name: getattr(voided, name) for name in REPEATED}
    return _write(pledge, now, kind=ReceiptKind.CORRECTION, corrects=voided, reason=reason, **same)


def _facts(pledge: Pledge, now: dt.datetime) -> dict[str, Any]:
    """Write down all that the documents of a pledge say, once for those issued together."""
    organisation, reward = pledge.campaign.project.organisation, pledge.reward
    call = Application.objects.filter(campaign=pledge.campaign_id).values_list("call__title", flat=True)
    return {
        "donor": _write_donor(pledge, now),
        "transfer": _stand_on(pledge),
        "paid_on": paid_on(pledge),
        "channel": pledge.channel,
        "method": pledge.method,
        "card_brand": pledge.card_brand,
        "card_last4": pledge.card_last4,
        "beneficiary_name": organisation.name,
        "beneficiary_tax_code": organisation.tax_code,
        "purpose": pledge.campaign.project.title,
        "call_title": call.first() or "",
        "reward_title": reward.title if reward else "",
        "reward_value_cents": _reward_value(pledge),
        "text": _approved_text(organisation.pk),
    }


def _fitting(facts: dict[str, Any], kind: str) -> dict[str, Any]:
    """Leave the organisation's own text off what is no gift, and off cash: it may speak of tax, and they never do."""
    says = kind == ReceiptKind.RECEIPT and facts["channel"] != Channel.CASH
    return facts if says else facts | {"text": ""}


def _take_number(series: ReceiptSeries, day: dt.date) -> tuple[int, dt.date]:
    """Take the next number of a series the caller has locked, and a day that is not before the last document's."""
    number = series.last_number + 1
    ReceiptSeries.objects.filter(pk=series.pk).update(last_number=number)
    last = Receipt.objects.filter(series=series, number=series.last_number).values_list(
        "issued_on", flat=True
    )
    return number, max([day, *last])


def paid_on(pledge: Pledge) -> dt.date:
    """Give the civil day a pledge's money came: the charge, the booking of the transfer, the desk."""
    if pledge.received_on:
        return pledge.received_on
    assert pledge.collected_at  # noqa: S101 - final money was collected at some time
    return pledge.collected_at.astimezone(CIVIL).date()


def _stand_on(pledge: Pledge) -> LedgerTransfer:
    transfer = transfer_of(pledge)
    if transfer is None:
        raise Refused("no_transfer", _("The ledger has no movement of this money yet."))
    return transfer


def _approved_text(organisation_id: int) -> str:
    found = ReceiptText.objects.filter(organisation=organisation_id, status=TextStatus.APPROVED).first()
    return found.text if found else ""


def _write_donor(pledge: Pledge, now: dt.datetime) -> ReceiptDonor:
    """Copy who gives: the details of the backer, else the pledge's name. What is restricted stays restricted."""
    known = ReceiptDonor.objects.filter(receipts__pledge=pledge, restricted_at__isnull=False).last()
    source = known or DonorDetails.objects.filter(pledge=pledge).first()
    return ReceiptDonor.objects.create(
        name=(source.name if source else "") or ("" if known else pledge.name),
        tax_code=source.tax_code if source else "",
        address=source.address if source else "",
        kept_until=dt.date(now.astimezone(CIVIL).year + YEARS_KEPT, 12, 31),
        restricted_at=known.restricted_at if known else None,
    )
