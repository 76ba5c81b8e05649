"""What a line is said to be, and how that stood when it was said."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crowdfund.kit.errors import Invalid
from payments.bank.enums import MatchKind
from payments.bank.formula import clean_reference
from payments.bank.models import BankLine, ListItem
from payments.ledger.models import LedgerTransfer
from payments.matching.models import MatchFund
from payments.models import Pledge

if TYPE_CHECKING:
    from payments.bank.models import LineMatch

NAMES: dict[str, str] = {
    MatchKind.PLEDGE: "pledge",
    MatchKind.TRANSFER: "item",
    MatchKind.IN_TRANSIT: "transfer",
    MatchKind.BOOKED: "transfer",
    MatchKind.SPONSOR: "fund",
    MatchKind.UNDONE: "before",
}
"""Kind → the row it names; the other kinds name none."""
MODELS: dict[str, Any] = {
    "item": ListItem,
    "transfer": LedgerTransfer,
    "fund": MatchFund,
    "before": BankLine,
}


@dataclasses.dataclass(frozen=True)
class Goal:
    """What a line is said to be: a kind, and the one row that this kind names (if any).

    `before` is the error that the bank takes back; `reason` and `document` go with a kind that is a resolution.
    """

    kind: str
    pledge: Pledge | None = None
    item: ListItem | None = None
    transfer: LedgerTransfer | None = None
    fund: MatchFund | None = None
    before: BankLine | None = None
    reason: str = ""
    document: str = ""

    @classmethod
    def of(cls, match: LineMatch) -> Goal:
        """Read it back from a proposal."""
        return cls(match.kind, match.pledge, match.item, match.transfer, match.fund, match.before)

    @property
    def row(self) -> Pledge | ListItem | LedgerTransfer | MatchFund | BankLine | None:
        """The row it names."""
        return self.pledge or self.item or self.transfer or self.fund or self.before

    def facts(self) -> str:
        """Say how the goal stands now: what a proposal was made on, and is compared with at its decision."""
        if self.pledge:
            return f"{self.pledge.status} {self.pledge.amount_cents}"
        if self.item:
            return f"{self.item.status} {self.item.amount_cents} {self.item.iban}"
        if self.transfer:
            return f"{self.transfer.code} {self.transfer.amount_cents}"
        if self.before:
            return f"{self.before.pk} {self.before.amount_cents}"
        return self.kind


def goal_of(
    kind: str, *, pk: int | None = None, reference: str = "", reason: str = "", document: str = ""
) -> Goal:
    """Find the row that a kind names, by its id, or a pledge by its reference. Raises `Invalid`.

    `reason` and `document` are what a resolution needs; the other kinds leave them aside.
    """
    if kind not in MatchKind.values:
        raise Invalid("unknown_kind", _("Choose what this line is."), field="kind")
    if kind == MatchKind.PLEDGE:
        return Goal(kind, pledge=_pledge(pk, reference))
    name = NAMES.get(kind)
    if name is None:
        return Goal(kind, reason=reason, document=document)
    found = MODELS[name].objects.filter(pk=pk).first() if pk else None
    if found is None:
        raise Invalid("goal_missing", _("Say for what this line is."), field=name)
    return Goal(kind, **{name: found})


def _pledge(pk: int | None, reference: str) -> Pledge:
    wanted = {"transfer__reference": clean_reference(reference)} if reference else {"pk": pk}
    found = Pledge.objects.select_related("campaign__project", "backer").filter(**wanted).first()
    if found is None:
        raise Invalid("unknown_pledge", _("No pledge has this reference."), field="reference")
    return found
