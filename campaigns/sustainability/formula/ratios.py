"""Does the project stand on its own feet? The ratios, the stage and break-even, in exact fractions.

Each ratio runs over a trailing window of calendar months that ends with the month it is given for: 12, but
6 for months of cash and 3 for break-even. A ratio that has no meaning is None, with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from campaigns.sustainability.formula.figures import INCOME_KINDS, Accounts, Figures, added_up, window_of

YEAR: Final = 12
CASH_WINDOW: Final = 6
BREAK_EVEN_WINDOW: Final = 3

Reason = Literal["no_costs", "no_income", "no_payers", "gap", "too_early"]
Ratio = Fraction | Reason
Payers = Mapping[int, Mapping[str, int]]
"""Earned income in cents by month and payer."""

STAGES: Final = ("full_philanthropic", "partial", "cash_flow", "operating", "financial")


def _over(part: int, whole: int, reason: Reason) -> Ratio:
    return Fraction(part, whole) if whole else reason


def self_sufficiency_ratio(year: Figures) -> Ratio:
    """Earned income / operating costs; 1 is standing on one's own feet. None: `no_costs`.

    Source: the operational self-sufficiency ratio of microfinance (CGAP, "Microfinance Consensus
    Guidelines", 2003), narrowed to what is earned on the market.
    """
    return _over(year.earned, year.operating_costs, "no_costs")


def operating_self_sufficiency(year: Figures) -> Ratio:
    """(Earned income + public contracts) / operating costs. None: `no_costs`.

    Source: as above, with public bodies counted as customers. Not the stage that is called `operating`.
    """
    return _over(year.earned + year.public_contracts, year.operating_costs, "no_costs")


def grant_dependency(year: Figures) -> Ratio:
    """(Public grants + private grants + donations) / total income, from 0 to 1. None: `no_income`.

    Source: the contributions ratio of non-profit financial analysis (contributed / total revenue).
    """
    return _over(year.public_grants + year.private_grants + year.donations, year.income, "no_income")


def operating_margin(year: Figures) -> Ratio:
    """(Operating income - operating costs) / operating income, negative in a loss. None: `no_income`.

    Source: the operating margin of any income statement, grants counted as income.
    """
    return _over(year.income - year.operating_costs, year.income, "no_income")


def income_concentration(year: Figures, by_payer: Mapping[str, int] | None = None) -> Ratio:
    """Herfindahl-Hirschman index: the sum of squared shares, from near 0 (many alike) to 1 (only one).

    With `by_payer` (cents by payer, over the same window) it runs over the payers of earned income, and
    what no payer is named for counts as one more payer; None: `no_payers`. Without, over the five kinds of
    money income; None: `no_income`. Raises ValueError when the payers paid more than was earned.

    Source: A. O. Hirschman, "The Paternity of an Index", American Economic Review 54(5), 1964; for
    non-profit revenue, C. Chang and H. Tuckman, "Revenue Diversification Among Non-Profits", Voluntas 5(3),
    1994.
    """
    if by_payer is None:
        shares = [getattr(year, kind) for kind in INCOME_KINDS]
        return _over(sum(share * share for share in shares), year.income**2, "no_income")
    rest = year.earned - sum(by_payer.values())
    if rest < 0:
        raise ValueError("payers exceed earned income")
    shares = [*by_payer.values(), rest]
    return _over(sum(share * share for share in shares), year.earned**2, "no_payers")


def months_of_cash(half_year: Figures, months: int) -> Ratio:
    """Cash at the end / average monthly operating costs without depreciation; negative cash gives 0.

    `half_year` is the sum of the window's `months` months. None: `no_costs`, and `gap` without the cash.

    Source: months of cash on hand (Nonprofit Finance Fund's indicator of liquidity): depreciation is a cost
    that takes no cash.
    """
    if half_year.cash_end is None:
        return "gap"
    paid = half_year.operating_costs - half_year.depreciation
    return _over(max(0, half_year.cash_end) * months, paid, "no_costs")


def stage(year: Figures) -> str:
    """Place on the financial spectrum of social enterprise; each stage asks more of earned income.

    `full_philanthropic` earned nothing; `partial` less than the running costs; `cash_flow` covers them;
    `operating` covers them at market price (with what came in kind); `financial` also finance and
    depreciation.

    Source: S. K. Alter, "Social Enterprise Typology" (4lenses.org, 2007), the spectrum of financial
    self-sufficiency; the thresholds are ours.
    """
    asked = (
        1,
        year.running_costs,
        year.running_costs + year.in_kind,
        year.operating_costs + year.in_kind,
    )
    passed = 0
    for bar in asked:
        if year.earned < bar:
            break
        passed += 1
    return STAGES[passed]


def break_even_month(accounts: Accounts) -> int | None:
    """First month of the latest unbroken run, up to the last month, that covers its costs.

    A month covers them when the earned income of the trailing 3 months is at least their operating costs;
    a month missing inside the 3 breaks the run. None when the last month doesn't.
    """
    return run_start({month: one.earned - one.operating_costs for month, one in accounts.items()})


def run_start(margins: Mapping[int, int]) -> int | None:
    """Give the month that the latest run of trailing 3-month margins of 0 or more starts with, if any."""
    start = None
    oldest = min(margins, default=0)
    for month in range(max(margins, default=-1), oldest - 1, -1):
        window = range(max(oldest, month - BREAK_EVEN_WINDOW + 1), month + 1)
        if not all(one in margins for one in window) or sum(margins[one] for one in window) < 0:
            break
        start = month
    return start


@dataclass(frozen=True, slots=True)
class Standing:
    """All ratios for the window that ends with a month; those that are None stand in `reasons`.

    `ratios` are rounded half-even to 4 decimals; `window_months` says how many months the 12 really are.
    """

    month: int
    window_months: int
    ratios: Mapping[str, Decimal | None]
    stage: str | None
    reasons: Mapping[str, Reason] = field(default_factory=dict)


RATIOS: Final = {
    "self_sufficiency_ratio": self_sufficiency_ratio,
    "operating_self_sufficiency": operating_self_sufficiency,
    "grant_dependency": grant_dependency,
    "operating_margin": operating_margin,
}


def standing(accounts: Accounts, month: int, payers: Payers | None = None) -> Standing:
    """Compute every ratio and the stage for one month of the accounts.

    A month missing inside a window leaves what that window gives None, with the reason `gap`.
    Raises KeyError when the month itself is missing, ValueError when payers exceed earned income.
    """
    accounts[month]
    window = window_of(accounts, month, YEAR)
    present = [one for one in window if one is not None]
    found: dict[str, Ratio] = dict.fromkeys((*RATIOS, "income_concentration"), "gap")
    place: str | None = None
    if len(present) == len(window):
        year = added_up(present)
        found = {name: ratio(year) for name, ratio in RATIOS.items()}
        found["income_concentration"] = income_concentration(year, _paid(payers, month, len(window)))
        place = stage(year)
    found["months_of_cash"] = _months_of_cash(accounts, month)
    reasons: dict[str, Reason] = {name: one for name, one in found.items() if not isinstance(one, Fraction)}
    if place is None:
        reasons["stage"] = "gap"
    ratios = {name: rounded(one) if isinstance(one, Fraction) else None for name, one in found.items()}
    return Standing(month, len(window), ratios, place, reasons)


def _months_of_cash(accounts: Accounts, month: int) -> Ratio:
    window = window_of(accounts, month, CASH_WINDOW)
    present = [one for one in window if one is not None]
    return months_of_cash(added_up(present), len(present)) if len(present) == len(window) else "gap"


def _paid(payers: Payers | None, month: int, months: int) -> dict[str, int] | None:
    if payers is None:
        return None
    paid: dict[str, int] = {}
    for number in range(month - months + 1, month + 1):
        for payer, cents in payers.get(number, {}).items():
            paid[payer] = paid.get(payer, 0) + cents
    return paid


def rounded(ratio: Fraction) -> Decimal:
    """Round a ratio half-even to 4 decimals."""
    return Decimal(round(ratio * 10_000)).scaleb(-4)
