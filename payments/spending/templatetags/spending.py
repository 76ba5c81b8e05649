"""The ladder with its history and the contracts, for pages of the rooms below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse

from payments.matching.selectors import programme_ladder
from payments.spending.documents import step_rows
from payments.spending.selectors.contracts import contracts_of

if TYPE_CHECKING:
    from campaigns.calls.models import Programme

register = template.Library()

SHOWN = 5


@register.inclusion_tag("payments/_ladder.html")
def programme_progress(programme: Programme) -> dict[str, Any]:
    """Show a programme's four figures out of the ledger, each leading to its history."""
    url = reverse("programme_ladder", args=[programme.slug])
    return {"rows": step_rows(programme_ladder(programme), url)}


@register.inclusion_tag("payments/spending/_programme_contracts.html", name="programme_contracts")
def show_programme_contracts(programme: Programme) -> dict[str, Any]:
    """Show the newest contracts of a programme, and where the others are (one query)."""
    rows = list(contracts_of(programme)[: SHOWN + 1])
    return {"programme": programme, "contracts": rows[:SHOWN], "more": len(rows) > SHOWN}
