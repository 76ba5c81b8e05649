"""What a line may be: pledges that resemble it, our transfers and money in transit of its amount, and the rest."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.enums import CampaignStatus
from crowdfund.kit.money import format_euro
from payments.bank.enums import ItemStatus, LineStatus, MatchKind
from payments.bank.formula import in_groups
from payments.bank.models import ListItem
from payments.bank.selectors.errors import undone_by
from payments.bank.selectors.transit import booked_before, in_transit
from payments.enums import Channel, PledgeStatus
from payments.matching.models import MatchFund
from payments.models import Pledge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from payments.bank.models import BankLine

MOST_PLEDGES = 5_000
MOST_SHOWN = 5
NEAR = 2  # digits of a reference that may be wrong
OPEN_PLEDGES = (PledgeStatus.AWAITING_TRANSFER, PledgeStatus.EXPIRED, PledgeStatus.RECEIVED)
OPEN_CAMPAIGNS = (CampaignStatus.LIVE, CampaignStatus.CLOSING, CampaignStatus.COLLECTING)


@dataclasses.dataclass(frozen=True)
class Choice:
    """One thing a line may be: a value for the form, a label, and for a pledge why it is proposed."""

    value: str
    label: str
    why: str = ""


def pledges_to_match() -> list[Pledge]:
    """Return the pledges that a line may be for, newest first: read once for many lines."""
    open_ones = Pledge.objects.filter(
        channel=Channel.BANK, status__in=OPEN_PLEDGES, campaign__status__in=OPEN_CAMPAIGNS
    )
    return list(open_ones.select_related("transfer", "campaign__project").order_by("-pk")[:MOST_PLEDGES])


def suggestions(line: BankLine, pledges: Sequence[Pledge]) -> list[Choice]:
    """Return the pledges that resemble a credit most, each with its reasons, best first."""
    if not line.credit:
        return []
    found = [(reasons, pledge) for pledge in pledges if (reasons := _reasons(line, pledge))]
    found.sort(key=lambda pair: (-sum(weight for weight, _why in pair[0]), pair[1].pk))
    return [_of_pledge(pledge, [why for _w, why in reasons]) for reasons, pledge in found[:MOST_SHOWN]]


def _reasons(line: BankLine, pledge: Pledge) -> list[tuple[int, str]]:
    """Weigh what a line and a pledge have in common; the same amount alone says little, but says it."""
    promised = pledge.promised_cents or pledge.amount_cents
    checks = (
        (8, _near(line.text, pledge.transfer.reference), _("nearly the same reference")),
        (6, bool(line.party_iban) and line.party_iban == pledge.transfer.iban, _("the same account")),
        (4, _alike(line.party, f"{pledge.transfer.holder} {pledge.name}"), _("a similar name")),
        (3, line.amount_cents == promised, _("the same amount")),
    )
    return [(weight, why) for weight, holds, why in checks if holds]


def _near(text: str, reference: str) -> bool:
    """Say whether a text holds a reference with at most two wrong digits."""
    digits = re.sub(r"\D", "", text)
    wanted = reference[2:]
    return any(
        sum(a != b for a, b in zip(digits[at : at + len(wanted)], wanted, strict=True)) <= NEAR
        for at in range(len(digits) - len(wanted) + 1)
    )


def _alike(one: str, other: str) -> bool:
    """Say whether two names share a word of some length, whatever its accents."""
    return bool(_words(one) & _words(other))


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return {word for word in re.findall(r"[a-z]+", plain) if len(word) > NEAR}


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or "it")


def _of_pledge(pledge: Pledge, reasons: list[str]) -> Choice:
    promised = pledge.promised_cents or pledge.amount_cents
    label = _("Pledge of %(amount)s to “%(campaign)s”, %(name)s (%(reference)s)") % {
        "amount": _euro(promised),
        "campaign": pledge.campaign.project.title,
        "name": pledge.transfer.holder,
        "reference": in_groups(pledge.transfer.reference),
    }
    return Choice(f"{MatchKind.PLEDGE.value}:{pledge.pk}", label, ", ".join(reasons))


def choices(line: BankLine, pledges: Sequence[Pledge]) -> list[Choice]:
    """Return everything a line may be."""
    if line.status == LineStatus.TO_RETURN:
        return _resolutions()
    found = [*suggestions(line, pledges), *_items(line), *_undone(line)]
    if not line.credit:
        return [*found, *_booked(line), *_resolutions()]
    return [*found, *_transit(line), *_booked(line), *_funds(), *_resolutions()]


def _resolutions() -> list[Choice]:
    """What remains when nothing of ours asked for a line: each with its reason and its document."""
    kinds = (MatchKind.OWN_FUNDS, MatchKind.BANK_FEE, MatchKind.BANK_ERROR, MatchKind.LOSS)
    return [Choice(kind.value, str(kind.label)) for kind in kinds]


def _undone(line: BankLine) -> Iterator[Choice]:
    for error in undone_by(line)[:MOST_SHOWN]:
        label = _("The bank takes back its error of %(day)s") % {"day": date_format(error.booked_on)}
        yield Choice(f"{MatchKind.UNDONE.value}:{error.pk}", label)


def _items(line: BankLine) -> Iterator[Choice]:
    """Yield our transfers of the same amount that this line may carry out or give back."""
    if line.credit:
        items = ListItem.objects.filter(
            status__in=[ItemStatus.SENT, ItemStatus.DONE], came_back_by__isnull=True
        )
        words = _("%(id)s to %(name)s came back")
    else:
        items = ListItem.objects.filter(status__in=[ItemStatus.SENT, ItemStatus.FAILED], paid_by__isnull=True)
        words = _("%(id)s to %(name)s was carried out")
    for item in items.filter(amount_cents=line.amount_cents).order_by("pk")[:MOST_SHOWN]:
        label = words % {"id": item.end_to_end_id, "name": item.name}
        yield Choice(f"{MatchKind.TRANSFER.value}:{item.pk}", label)


def _transit(line: BankLine) -> Iterator[Choice]:
    words = {
        "stripe_to_bank": _("Payout from Stripe (%(reference)s)"),
        "cash_sent": _("Cash sent from a desk (%(reference)s)"),
    }
    for row in list(in_transit(line.amount_cents))[:MOST_SHOWN]:
        label = words[row.code] % {"reference": row.reference}
        yield Choice(f"{MatchKind.IN_TRANSIT.value}:{row.pk}", label)


def _booked(line: BankLine) -> Iterator[Choice]:
    words = _("Booked already: %(reference)s") if line.credit else _("Refund paid another way: %(reference)s")
    for row in list(booked_before(line.amount_cents, credit=line.credit))[:MOST_SHOWN]:
        label = words % {"reference": row.reference}
        yield Choice(f"{MatchKind.BOOKED.value}:{row.pk}", label)


def _funds() -> Iterator[Choice]:
    for fund in MatchFund.objects.filter(closed_at__isnull=True).order_by("name"):
        label = _("A sponsor's money for the pot “%(fund)s”") % {"fund": fund.name}
        yield Choice(f"{MatchKind.SPONSOR.value}:{fund.pk}", label)
