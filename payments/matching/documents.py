"""Steps of a match in words: the formulas give codes and numbers, here they become sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.enums import OrganisationKind
from accounts.places.models import Neighbourhood
from campaigns.enums import Theme
from crowdfund.kit.money import format_euro
from payments.matching.enums import FundMoney

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.ledger.models import LedgerTransfer
    from payments.matching.models import FundChange, MatchFund


def _amounts(params: Mapping[str, Any]) -> dict[str, Any]:
    """Turn `…_cents` into amounts as people read them."""
    language = get_language() or "it"
    return {
        name.removesuffix("_cents"): format_euro(value, language) if name.endswith("_cents") else value
        for name, value in params.items()
    }


def step_in_words(step: Mapping[str, Any]) -> str:
    """Say one step of a match in a sentence of the reader's language."""
    sentences = {
        "threshold": _(
            "The threshold is %(percent)s%% of the cost of %(cost)s: %(threshold)s. The crowd stands at %(crowd)s."
        ),
        "backers_asked": _("The rule asks for %(asked)s backers; there are %(backers)s."),
        "amount_asked": _("The rule asks for %(asked)s from the crowd; there is %(crowd)s."),
        "reached": _("That is reached."),
        "not_reached": _("That is not reached yet."),
        "share": _("The city's share is %(percent)s%% of the cost of %(cost)s."),
        "cap": _("It is at most %(cap)s for each campaign."),
        "within_cost": _("It is at most what is missing to the cost: %(cost)s less %(crowd)s."),
        "sum": _("The city gives a fixed sum."),
        "shortfall": _(
            "%(collected)s was really collected, less than the threshold: "
            "the match shrinks by %(part)s in %(whole)s cents and is rounded down."
        ),
        "each": _(
            "Each euro pledged draws %(percent)s cents from the pot as it comes, within the caps and while the pot "
            "lasts. The crowd stands at %(crowd)s."
        ),
        "drawn": _("All draws together."),
        "back": _("Less what changed, cancelled or failed pledges gave back: %(back)s."),
        "gifts": _("%(backers)s different backers give %(crowd)s; what one gives in several pledges is added up."),
        "raw": _("The raw match: the sum of the square roots of their gifts, squared, less the gifts."),
        "scaled": _(
            "The raw matches are more than the pot: each is multiplied by the same k = %(numerator)s ÷ %(denominator)s "
            "and rounded down."
        ),
        "remainder": _("The cents left over go one each to the largest remainders: this is one of them."),
        "next_pot": _("Another pot of %(pot)s is shared out over what is still missing: here %(missing)s."),
        "next_part": _("Its part is added."),
        "refunded": _("Too little was collected: the rule refunds everyone and there is no match."),
    }  # fmt: skip
    return sentences[step["code"]] % _amounts(step["params"])


def restrictions_in_words(fund: MatchFund) -> str:
    """Say which projects a pot is open to; empty when it is open to all. Its neighbourhoods were fetched."""
    themes = [str(Theme(one).label) for one in fund.themes]
    kinds = [str(OrganisationKind(one).label) for one in fund.organisation_kinds]
    places = [place.name for place in fund.neighbourhoods.all()]
    told = [
        sentence % {"list": ", ".join(words)}
        for words, sentence in (
            (places, _("Only in %(list)s.")),
            (themes, _("Only for these themes: %(list)s.")),
            (kinds, _("Only for these organisations: %(list)s.")),
        )
        if words
    ]
    return " ".join(told)


def move_in_words(row: LedgerTransfer) -> dict[str, Any]:
    """Say what moved in or out of what is free in a pot: the day, what it was, signed cents."""
    words = {
        "fund_opened": _("Opened"),
        "topped_up": _("Topped up"),
        "fund_closed": _("Closed: given back"),
        "match_reserved": _("Reserved for a campaign"),
        "match_released": _("Released by a campaign"),
        "match_economy": _("Bound and no longer needed"),
        "match_returned": _("Came back unspent"),
    }
    into = row.debit_id.startswith("fund:")
    return {
        "at": row.posted_at,
        "what": words.get(row.code, row.code),
        "cents": row.amount_cents if into else -row.amount_cents,
        "reference": row.reference,
    }


def terms_in_words(change: FundChange) -> list[tuple[str, str]]:
    """Say the terms of a sponsor's pot as they were proposed: labels and values."""
    if not change.terms:
        return []
    terms = change.terms
    places = Neighbourhood.objects.filter(pk__in=terms["neighbourhoods"]).values_list("name", flat=True)
    rows = [
        (_("Name of the pot"), terms["name"]),
        (_("Where the money lies"), str(FundMoney(terms["money"]).label)),
        (_("Priority"), str(terms["priority"])),
        (_("Only in these neighbourhoods"), ", ".join(places)),
        (_("Only for these themes"), ", ".join(str(Theme(one).label) for one in terms["themes"])),
        (
            _("Only for these organisations"),
            ", ".join(str(OrganisationKind(one).label) for one in terms["organisation_kinds"]),
        ),
    ]
    return [(label, value) for label, value in rows if value]
