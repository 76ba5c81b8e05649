"""The ratios and the stage in words, with the numbers they were made of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.sustainability.enums import CostKind, IncomeKind, Stage
from campaigns.sustainability.formula import INCOME_KINDS
from campaigns.sustainability.models import FIGURES
from crowdfund.kit.money import format_euro

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrOrPromise

    from campaigns.sustainability.formula import Figures
    from campaigns.sustainability.models import Correction, MonthlyAccount
    from campaigns.sustainability.selectors.accounts import Trajectory

STAGE_RULES: dict[str, _StrOrPromise] = {
    Stage.FULL_PHILANTHROPIC: _("It earns nothing yet: grants and gifts carry it."),
    Stage.PARTIAL: _(
        "It earns something, but less than its running costs (people, rent, goods, services, other)."
    ),
    Stage.CASH_FLOW: _("What it earns covers its running costs (people, rent, goods, services, other)."),
    Stage.OPERATING: _("What it earns covers its running costs and what it receives in kind."),
    Stage.FINANCIAL: _(
        "What it earns covers everything: running costs, what it receives in kind, interest and depreciation."
    ),
}
STAGE_KINDS: dict[str, str] = {
    Stage.FULL_PHILANTHROPIC: "draft",
    Stage.PARTIAL: "wait",
    Stage.CASH_FLOW: "info",
    Stage.OPERATING: "info",
    Stage.FINANCIAL: "ok",
}
IMPORT_DEEDS: dict[str, _StrOrPromise] = {
    "new": _("is entered"),
    "changed": _("is changed"),
    "same": _("stays as it is"),
}
REASONS: dict[str, _StrOrPromise] = {
    "no_costs": _("there are no costs to divide by"),
    "no_income": _("there is no income to divide by"),
    "no_payers": _("nothing was earned"),
    "gap": _("a month of the period is missing or not closed yet"),
    "too_early": _("there are too few months"),
}
FORECAST_REASONS: dict[str, _StrOrPromise] = {
    "too_early": _("It is too early: a forecast needs at least 6 closed months in a row."),
    "gap": _("There is no forecast: the latest closed months don't follow one another for 6 months."),
}
RATIO_LABELS: dict[str, _StrOrPromise] = {
    "self_sufficiency_ratio": _("Self-sufficiency: earned ÷ operating costs"),
    "operating_self_sufficiency": _("With public contracts: (earned + public contracts) ÷ operating costs"),
    "grant_dependency": _("Dependency on grants: grants and gifts ÷ total income"),
    "operating_margin": _("Margin: (income − operating costs) ÷ income"),
    "income_concentration": _("Concentration of income by kind, from 0 (spread) to 1 (one source)"),
    "months_of_cash": _("Months of cash: cash ÷ costs paid in a month"),
}
FIGURE_LABELS: dict[str, _StrOrPromise] = {
    name: (IncomeKind(name) if name in IncomeKind.values else CostKind(name)).label for name in FIGURES
} | {"cash_end": _("Cash at the end of the month")}


@dataclasses.dataclass(frozen=True)
class Threshold:
    """A bar that earned income must reach for the next stage, in whole cents."""

    label: _StrOrPromise
    cents: int
    passed: bool


def thresholds(year: Figures) -> list[Threshold]:
    """Return the bars of the stages, lowest first; each counts only when those before it are passed."""
    bars = [
        (_("To earn something"), 1),
        (_("Running costs"), year.running_costs),
        (_("Running costs and in kind"), year.running_costs + year.in_kind),
        (_("All of it, with interest and depreciation"), year.operating_costs + year.in_kind),
    ]
    passed, found = True, []
    for label, cents in bars:
        passed = passed and year.earned >= cents
        found.append(Threshold(label, cents, passed))
    return found


def cents(amount: int) -> str:
    """Write whole cents in the reader's language."""
    return format_euro(amount, get_language() or "it")


def ratio_numbers(path: Trajectory) -> dict[str, str]:
    """Return each ratio's own numbers in words, so that anybody can divide again; none for one with a gap."""
    found: dict[str, str] = {}
    year, half = path.year, path.half_year
    if year:
        grants = year.public_grants + year.private_grants + year.donations
        earned, costs, income = cents(year.earned), cents(year.operating_costs), cents(year.income)
        squares = " + ".join(f"{cents(getattr(year, kind))}²" for kind in INCOME_KINDS if getattr(year, kind))
        found = {
            "self_sufficiency_ratio": f"{earned} ÷ {costs}",
            "operating_self_sufficiency": f"({earned} + {cents(year.public_contracts)}) ÷ {costs}",
            "grant_dependency": f"{cents(grants)} ÷ {income}",
            "operating_margin": f"({income} − {costs}) ÷ {income}",
            "income_concentration": f"({squares}) ÷ {income}²",
        }
    if half and half.cash_end is not None:
        paid = half.operating_costs - half.depreciation
        found["months_of_cash"] = f"{cents(half.cash_end)} ÷ ({cents(paid)} ÷ {path.half_months})"
    return found


def figure_rows(account: MonthlyAccount) -> list[dict[str, Any]]:
    """Return every amount of a month with its name and what the service booked of it, in whole cents."""
    return [
        {
            "label": label,
            "cents": getattr(account, f"{name}_cents"),
            "booked_cents": account.booked_cents(name),
        }
        for name, label in FIGURE_LABELS.items()
    ]


def labelled(corrections: Iterable[Correction]) -> list[dict[str, Any]]:
    """Return corrections with the name of the figure they changed."""
    return [
        {"correction": correction, "label": FIGURE_LABELS[correction.figure]} for correction in corrections
    ]
