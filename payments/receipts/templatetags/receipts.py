"""Receipts on other rooms' pages, and documents in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from payments.receipts.documents import address, means_of, title_of
from payments.receipts.models import Receipt
from payments.receipts.permissions import receipts_token
from payments.receipts.selectors.reads import documents_of_backer, of_user
from payments.receipts.selectors.standing import WAITS_FOR_RECEIPT

if TYPE_CHECKING:
    from accounts.models import User
    from payments.models import Pledge

register = template.Library()
NEWEST = 5


@register.filter
def document_title(receipt: Receipt) -> str:
    """Name a document: what it is and its number."""
    return title_of(receipt)


@register.filter
def means(receipt: Receipt) -> str:
    """Say how the money came."""
    return means_of(receipt)


@register.inclusion_tag("payments/receipts/_my_receipts.html")
def my_receipts(user: User) -> dict[str, Any]:
    """Show a person's newest documents, on "My pledges"; nothing while there are none."""
    newest = documents_of_backer(of_user(user))[:NEWEST]
    return {
        "rows": [
            {"receipt": receipt, "url": address("receipt", receipt, receipts_token(receipt.pledge))}
            for receipt in newest
        ]
    }


@register.inclusion_tag("payments/receipts/_pledge_receipts.html")
def pledge_receipts(pledge: Pledge) -> dict[str, Any]:
    """Show the way to a pledge's receipts, to who may manage the pledge."""
    return {
        "token": receipts_token(pledge),
        "issued": Receipt.objects.filter(pledge=pledge).exists(),
        "waits": pledge.status in WAITS_FOR_RECEIPT,
    }
