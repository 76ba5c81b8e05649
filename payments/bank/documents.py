"""A transfer on paper and screen: what to write in the bank's form, the code for a phone, the sheet to print."""

from __future__ import annotations

import base64
import dataclasses
import io
from typing import TYPE_CHECKING

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.pdf import pdf_of_html
from payments.bank.enums import ItemStatus
from payments.bank.formula import Payment, PaymentFile, epc_text, in_groups, write_payments
from payments.documents import InWords, pledge_in_words
from payments.enums import PledgeStatus

if TYPE_CHECKING:
    from payments.bank.models import CreditList
    from payments.models import Pledge

_WORDS = {
    PledgeStatus.COLLECTED: InWords(
        "ok", _("Collected"), _("The goal was reached: your money goes to the project. Thank you!")
    ),
    PledgeStatus.CANCELLED: InWords(
        "stop",
        _("Cancelled"),
        _("This pledge was cancelled. If a transfer is on its way to us, it comes back to you."),
    ),
    PledgeStatus.EXPIRED: InWords(
        "stop",
        _("Transfer not arrived"),
        _("Your transfer did not arrive by the deadline. If it comes now, we ask you or send it back."),
    ),
}


def transfer_in_words(pledge: Pledge) -> InWords:
    """Say where a pledge by transfer stands."""
    return _WORDS.get(PledgeStatus(pledge.status)) or pledge_in_words(pledge)


@dataclasses.dataclass(frozen=True)
class Instructions:
    """What a backer writes in the bank's form; account and reference in groups of four."""

    holder: str
    iban: str
    bic: str
    cents: int
    reference: str
    epc: str


def instructions(pledge: Pledge) -> Instructions:
    """Say how to make the transfer of a pledge that is awaited."""
    text = epc_text(
        name=settings.BANK_ACCOUNT_HOLDER,
        iban=settings.BANK_ACCOUNT_IBAN,
        cents=pledge.amount_cents,
        reference=pledge.transfer.reference,
        bic=settings.BANK_BIC,
    )
    return Instructions(
        holder=settings.BANK_ACCOUNT_HOLDER,
        iban=in_groups(settings.BANK_ACCOUNT_IBAN),
        bic=settings.BANK_BIC,
        cents=pledge.amount_cents,
        reference=in_groups(pledge.transfer.reference),
        epc=text,
    )


def _code(text: str) -> segno.QRCode:
    """Make the code with the correction the guideline asks for (M)."""
    return segno.make(text, error="m", micro=False, boost_error=False)


def qr_svg(text: str) -> SafeString:
    """Draw a code as inline SVG, black on white whatever the page's colours; its words stand beside it."""
    drawn = _code(text).svg_inline(border=4, dark="#000", light="#fff", svgclass="qr-code", omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from squares


def qr_png(text: str) -> bytes:
    """Draw a code as a picture, for mail programs."""
    out = io.BytesIO()
    _code(text).save(out, kind="png", scale=6, border=4)
    return out.getvalue()


def transfer_pdf(pledge: Pledge) -> bytes:
    """Make the sheet with all that the transfer needs, in the pledge's language. Raises `Refused` (`no_pdf`)."""
    with translation.override(pledge.language):
        how = instructions(pledge)
        picture = base64.b64encode(qr_png(how.epc)).decode()
        title = translation.gettext("Bank transfer for %(campaign)s") % {"campaign": pledge.campaign}
        html = render_to_string(
            "payments/bank/transfer_pdf.html",
            {"pledge": pledge, "how": how, "qr": f"data:image/png;base64,{picture}", "title": title},
        )
        return pdf_of_html(html, title=title, language=pledge.language)


def list_file(transfers: CreditList) -> bytes:
    """Write the file of a list that was given to the bank: the same bytes each time, whatever became of it since."""
    if transfers.exported_at is None or transfers.execute_on is None:
        raise ValueError("a list has a file once it was given to the bank")
    items = transfers.items.exclude(status=ItemStatus.DROPPED).order_by("n")
    return write_payments(
        PaymentFile(
            id=transfers.message_id,
            created_at=transfers.exported_at,
            execute_on=transfers.execute_on,
            debtor=settings.BANK_ACCOUNT_HOLDER,
            iban=settings.BANK_ACCOUNT_IBAN,
            bic=settings.BANK_BIC,
            payments=[
                Payment(item.end_to_end_id, item.amount_cents, item.name, item.iban, item.text)
                for item in items
            ],
        )
    )
