"""Match rules and calls in words: sentences made from the data, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.enums import OrganisationKind
from campaigns.calls.enums import RuleKind, RuleProblem, Shortfall
from campaigns.enums import Theme
from crowdfund.kit.errors import Invalid
from crowdfund.kit.money import NO_BREAK_SPACE, format_euro

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from campaigns.calls.formula import Problem
    from campaigns.calls.models import Call, MatchRule

    Data = Mapping[str, Any]


def euros(cents: int) -> str:
    """Show cents as euro in the reader's language, without the decimals of a whole sum."""
    language = get_language() or "it"
    text = format_euro(cents, language)
    if cents % 100:
        return text
    return (
        text.removesuffix(".00")
        if text.endswith(".00")
        else text.replace(f",00{NO_BREAK_SPACE}", NO_BREAK_SPACE)
    )


def problem_in_words(problem: Problem, field: str | None = None) -> Invalid:
    """Word what is wrong with a rule's data as an error at its field (`field` where the form calls it otherwise)."""
    sentence = RuleProblem.sentence(problem.code, problem.params)
    return Invalid(problem.code, sentence, field=field or problem.field or None)


def rule_in_words(rule: MatchRule) -> list[str]:
    """Tell a rule as short sentences, in the order in which things happen."""
    data = rule.as_data
    sentences = [*_KINDS[RuleKind(rule.kind)](data)]
    if data.get("accessible_match_cap_cents") is not None:
        sentences.append(
            _("For a project open to all abilities the city adds up to %(cap)s.")
            % {"cap": euros(data["accessible_match_cap_cents"])}
        )
    sentences.append(_shortfall(rule))
    sentences.append(
        ngettext(
            "A backer whose card is refused has %(days)s day to put it right.",
            "A backer whose card is refused has %(days)s days to put it right.",
            rule.recovery_days,
        )
        % {"days": rule.recovery_days}
    )
    sentences += _money_terms(data)
    return sentences


def call_in_words(call: Call) -> list[str]:
    """Tell who may apply and for how much: cost range, excluded neighbourhoods, days of a campaign, pot."""
    sentences = [*_cost_range(call), *_who(call)]
    excluded = [place.name for place in call.excluded_neighbourhoods.all()]
    if excluded:
        sentences.append(_("Not for projects in %(places)s.") % {"places": ", ".join(excluded)})
    sentences.append(
        ngettext("A campaign lasts %(days)s day.", "A campaign lasts %(days)s days.", call.campaign_days)
        % {"days": call.campaign_days}
    )
    months = call.project_months_max
    if months:
        sentences.append(
            ngettext(
                "The project is carried out within %(months)s month.",
                "The project is carried out within %(months)s months.",
                months,
            )
            % {"months": months}
        )
    sentences.append(_("The city has put aside %(pot)s for this call.") % {"pot": euros(call.pot_cents)})
    return sentences


def _who(call: Call) -> Iterator[str]:
    """Tell which kinds of organisation, themes and neighbourhoods a call admits, where it does not take all."""
    kinds = [str(OrganisationKind(kind).label) for kind in call.organisation_kinds]
    if kinds:
        yield _("For organisations of these kinds: %(kinds)s.") % {"kinds": ", ".join(kinds)}
    themes = [str(Theme(theme).label) for theme in call.themes]
    if themes:
        yield _("For these themes: %(themes)s.") % {"themes": ", ".join(themes)}
    included = [place.name for place in call.included_neighbourhoods.all()]
    if included:
        yield _("For projects in %(places)s.") % {"places": ", ".join(included)}


def _cost_range(call: Call) -> Iterator[str]:
    least, most = call.cost_min_cents, call.cost_max_cents
    if least and most:
        yield _("For projects that cost from %(least)s to %(most)s.") % {
            "least": euros(least),
            "most": euros(most),
        }
    elif least:
        yield _("For projects that cost at least %(least)s.") % {"least": euros(least)}
    elif most:
        yield _("For projects that cost at most %(most)s.") % {"most": euros(most)}


def _threshold_share(data: Data) -> Iterator[str]:
    yield _("Residents give at least %(percent)s%% of the project's cost.") % {
        "percent": data["crowd_threshold_percent"]
    }
    share, cap = data["match_share_percent"], data.get("match_cap_cents")
    if cap is None:
        yield _("Then the city adds %(percent)s%% of the cost.") % {"percent": share}
    else:
        yield _("Then the city adds %(percent)s%% of the cost, up to %(cap)s.") % {
            "percent": share,
            "cap": euros(cap),
        }
    if data.get("within_cost"):
        yield _("The city never adds more than what is still missing to the cost.")


def _per_pledge(data: Data) -> Iterator[str]:
    yield _("For each euro pledged the city adds %(amount)s.") % {"amount": euros(data["ratio_percent"])}
    for name, sentence in (
        ("cap_per_pledge_cents", _("At most %(cap)s for one pledge.")),
        ("cap_per_backer_cents", _("At most %(cap)s for one backer.")),
        ("match_cap_cents", _("At most %(cap)s for one campaign.")),
    ):
        if data.get(name) is not None:
            yield sentence % {"cap": euros(data[name])}
    yield _("While the pot lasts: first come, first served.")


def _lump_sum(data: Data) -> Iterator[str]:
    backers, amount = data.get("at_backers"), data.get("at_amount_cents")
    if backers is not None:
        yield ngettext(
            "At least %(number)s person pledges.", "At least %(number)s people pledge.", backers
        ) % {"number": backers}
    if amount is not None:
        yield _("Residents give at least %(amount)s.") % {"amount": euros(amount)}
    yield _("Then the city adds %(amount)s.") % {"amount": euros(data["sum_cents"])}


def _quadratic(data: Data) -> Iterator[str]:
    yield _(
        "The city shares out the pot at the close of the call: many small gifts count more than a few large ones."
    )
    if data.get("match_cap_cents") is not None:
        yield _("At most %(cap)s for one campaign.") % {"cap": euros(data["match_cap_cents"])}
    if data.get("pairwise_bound_cents") is not None:
        yield _("Backers who always give to the same campaigns count less together.")


_KINDS: Mapping[RuleKind, Callable[[Data], Iterator[str]]] = {
    RuleKind.THRESHOLD_SHARE: _threshold_share,
    RuleKind.PER_PLEDGE: _per_pledge,
    RuleKind.LUMP_SUM: _lump_sum,
    RuleKind.QUADRATIC: _quadratic,
}


def _shortfall(rule: MatchRule) -> str:
    if rule.shortfall == Shortfall.REFUND:
        return _("If less than what was asked is collected in the end, everyone is refunded.")
    return _(
        "If some pledges can't be collected, the campaign goes on and the city's part shrinks with them."
    )


def _money_terms(data: Data) -> Iterator[str]:
    if data.get("fee_bearer") == "campaign":
        yield _("Payment fees are paid from the campaign's money.")
    elif data.get("fee_bearer") == "call":
        yield _("Payment fees are paid by the city.")
    if data.get("hold_back_percent"):
        days = data.get("hold_back_days") or 60
        yield ngettext(
            "%(percent)s%% of the residents' money is held back for %(days)s day.",
            "%(percent)s%% of the residents' money is held back for %(days)s days.",
            days,
        ) % {"percent": data["hold_back_percent"], "days": days}
    if data.get("accepts_debit_risk"):
        yield _(
            "Direct debits are paid out without waiting: if a bank gives one back, the city bears the loss."
        )
    else:
        yield _(
            "Money given by direct debit is paid out after 8 weeks, when no bank can give it back unasked."
        )
