"""A cash desk to test with: the desk, who works there, and cash taken."""

from __future__ import annotations

import itertools
from typing import Any

from accounts.enums import Role
from accounts.models import User
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments import postings
from payments.cash.models import CashDesk, DeskOperator, DeskReceipt
from payments.cash.services.take import take_cash
from payments.ledger.selectors import balances, debit_balance
from payments.models import Refund
from payments.services.release import release_due
from tests import world
from tests.world import NOW

_n = itertools.count(1)


def desk(**fields: Any) -> CashDesk:
    """An open desk."""
    named = {"name": f"Sportello {next(_n)}", "address": "Via Teramo 5", "hours": "lun–ven 15–19"}
    place = {"neighbourhood": world.neighbourhood(), "created_at": NOW}
    return CashDesk.objects.create(**{**named, **place, **fields})


def operator(*desks: CashDesk, name: str = "Nina") -> User:
    """A hub operator who works at these desks."""
    user = world.staff(Role.HUB_OPERATOR, name=name)
    for one in desks:
        DeskOperator.objects.create(desk=one, user=user, assigned_by=user, assigned_at=NOW)
    return user


def take(at: CashDesk, by: User, campaign: Campaign, cents: int = 5_000, **fields: Any) -> DeskReceipt:
    """Take € 50 from Dario, unless told otherwise."""
    deed = {"amount_cents": cents, "donor": "Dario Fo", "now": NOW} | fields
    return take_cash(desk=at, campaign=campaign, by=by, **deed)


def till(at: CashDesk) -> int:
    return debit_balance(postings.desk(at.pk))


def held(campaign: Campaign) -> int:
    return -balances().get(postings.held(campaign.pk, "cash"), 0)


def miss(campaign: Campaign) -> None:
    """End a campaign without its goal, and let the queue owe everything back."""
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.MISSED)
    release_due()


def owed(receipt: DeskReceipt) -> Refund:
    return Refund.objects.get(pledge=receipt.pledge)
