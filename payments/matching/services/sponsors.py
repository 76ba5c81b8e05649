"""A sponsor's pot beside the city's: what it is for, and money for it that arrives at our bank."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from accounts.places.models import Neighbourhood
from campaigns.enums import Theme
from crowdfund.kit.errors import Invalid, Refused
from payments import postings
from payments.matching.enums import FundKind, FundMoney
from payments.matching.models import MatchFund
from payments.matching.models.funds import LAST_PRIORITY

if TYPE_CHECKING:
    import datetime as dt

    from payments.matching.models import FundChange


@dataclasses.dataclass(frozen=True, kw_only=True)
class FundTerms:
    """What a sponsor's pot is for: who may be matched from it, in which order, and where its money lies.

    Empty neighbourhoods (ids), themes and kinds of organisations mean all. The lowest priority is taken from first;
    the city's pot has 10.
    """

    name: str
    priority: int
    money: str = FundMoney.TREASURY
    neighbourhoods: tuple[int, ...] = ()
    themes: tuple[str, ...] = ()
    organisation_kinds: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Give the terms as they are stored with the proposal."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> FundTerms:
        """Read what was stored."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**given)

    def problems(self) -> list[Refused]:
        """Return everything that is wrong with the terms."""
        found: list[Refused] = []
        if not self.name.strip() or len(self.name) > MatchFund._meta.get_field("name").max_length:  # type: ignore[operator]  # noqa: SLF001
            found.append(Invalid("name", _("Give the pot a name of at most 160 letters."), field="name"))
        if type(self.priority) is not int or not 1 <= self.priority <= LAST_PRIORITY:
            sentence = _("The priority is a number from 1 to %(last)s.")
            found.append(Invalid("priority", sentence, field="priority", last=LAST_PRIORITY))
        for name, choices in (
            ("money", FundMoney.values),
            ("themes", Theme.values),
            ("organisation_kinds", OrganisationKind.values),
        ):
            value = getattr(self, name)
            if not set([value] if isinstance(value, str) else value) <= set(choices):
                found.append(Invalid("unknown_choice", _("Choose from the list."), field=name))
        there = Neighbourhood.objects.filter(pk__in=self.neighbourhoods).count()
        if there != len(set(self.neighbourhoods)):
            found.append(Invalid("unknown_choice", _("Choose from the list."), field="neighbourhoods"))
        return found


def source_of(fund: MatchFund) -> str:
    """Name the account that a pot's money comes from and goes back to."""
    if fund.organisation_id is not None:
        return postings.control_of_sponsor(fund.organisation_id)
    return postings.admitted(fund.call.programme_id)


def open_sponsor_fund(change: FundChange, now: dt.datetime) -> tuple[MatchFund, int]:
    """Open a sponsor's pot by an approved change; one of money in our account is empty until it arrives."""
    terms = FundTerms.read(change.terms)
    cents = 0 if terms.money == FundMoney.HELD else change.amount_cents
    try:
        with transaction.atomic():
            fund = MatchFund.objects.create(
                call=change.call,
                kind=FundKind.SPONSOR,
                organisation=change.organisation,
                priority=terms.priority,
                money=terms.money,
                themes=list(terms.themes),
                organisation_kinds=list(terms.organisation_kinds),
                name=terms.name.strip(),
                opened_cents=cents,
                free_cents=cents,
                opened_at=now,
            )
    except IntegrityError as error:
        raise Refused("sponsor_has_pot", _("This sponsor has a pot in this call: top it up.")) from error
    fund.neighbourhoods.set(terms.neighbourhoods)
    if cents:
        postings.fund_opened(
            fund_id=fund.pk, source=source_of(fund), cents=cents, reference=f"fund:{fund.pk}", now=now
        )
    return fund, cents


def receive_sponsor_money(*, fund: MatchFund, cents: int, reference: str, now: dt.datetime) -> None:
    """Book a sponsor's money that arrived at our bank for a pot. A sponsor's pot of such money grows by it.

    For who decides that the money is that, inside their transaction; `reference` names the line of the statement.
    Raises `Refused` when the pot was closed.
    """
    held = MatchFund.objects.select_for_update(of=("self",), no_key=True).get(pk=fund.pk)
    if held.closed_at is not None:
        raise Refused("fund_closed", _("This pot is closed."))
    postings.sponsor_received(fund_id=held.pk, cents=cents, reference=reference, now=now)
    if not held.of_sponsor or held.money != FundMoney.HELD:
        return
    postings.fund_topped_up(
        fund_id=held.pk, source=source_of(held), cents=cents, reference=reference, now=now
    )
    MatchFund.objects.filter(pk=held.pk).update(
        opened_cents=F("opened_cents") + cents, free_cents=F("free_cents") + cents
    )
