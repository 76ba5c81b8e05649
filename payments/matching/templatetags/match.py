"""The ladder and the match, for pages of the rooms below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _

from campaigns.calls.models import Programme
from payments.matching.documents import restrictions_in_words, step_in_words
from payments.matching.selectors import (
    fund_ladder,
    fund_ladders,
    match_explained,
    payer_of,
    programme_ladder,
)

if TYPE_CHECKING:
    from campaigns.calls.models import Call
    from campaigns.models import Campaign
    from payments.matching.models import MatchFund
    from payments.matching.selectors import LadderFigures

register = template.Library()


def ladder_rows(figures: LadderFigures) -> list[dict[str, Any]]:
    """Return the four steps as the ladder component reads them."""
    words = {
        "programmed": (_("Programmed"), _("set aside for this purpose")),
        "admitted": (_("Admitted to funding"), _("assigned to projects")),
        "bound": (_("Legally bound"), _("promised by contract or act")),
        "disbursed": (_("Disbursed"), _("really paid")),
    }
    return [
        {"label": words[name][0], "hint": words[name][1], "cents": cents} for name, cents in figures.steps()
    ]


@register.inclusion_tag("payments/_ladder.html", name="programme_ladder")
def show_programme_ladder(programme: Programme) -> dict[str, Any]:
    """Show a programme's financial progress, out of the ledger."""
    return {"rows": ladder_rows(programme_ladder(programme))}


@register.inclusion_tag("payments/_ladder.html", name="fund_ladder")
def show_fund_ladder(fund: MatchFund) -> dict[str, Any]:
    """Show a pot's progress, out of the ledger."""
    return {"rows": ladder_rows(fund_ladder(fund))}


@register.inclusion_tag("payments/_call_funds.html", name="call_funds")
def show_call_funds(call: Call) -> dict[str, Any]:
    """Show who gives what to a call, and what became of each pot, out of the ledger."""
    pots = [
        {
            "fund": fund,
            "name": payer_of(fund),
            "open_to": restrictions_in_words(fund),
            "rows": ladder_rows(figures),
        }
        for fund, figures in fund_ladders(call)
    ]
    return {"pots": pots}


@register.inclusion_tag("payments/_match_explained.html", name="match_explained")
def show_match_explained(campaign: Campaign) -> dict[str, Any]:
    """Explain a campaign's match to the cent."""
    explained = match_explained(campaign)
    if explained is None:
        return {}
    steps = [{"text": step_in_words(step), "cents": step["cents"]} for step in explained.steps]
    return {"match": explained, "steps": steps, "campaign": campaign}


@register.simple_tag
def programme_of_the_city() -> dict[str, Any] | None:
    """Give the home page the newest programme with its ladder, or None."""
    programme = Programme.objects.order_by("-starts_on").first()
    if programme is None:
        return None
    return {
        "title": programme.title,
        "url": programme.get_absolute_url(),
        "ladder": ladder_rows(programme_ladder(programme)),
    }
