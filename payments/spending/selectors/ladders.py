"""Every ladder with its history, out of ledger transfers and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, Sum, When, Window
from django.db.models.functions import TruncMonth

from crowdfund.kit.clock import CIVIL, midnight
from payments.ledger.enums import Book
from payments.ledger.models import LedgerAccount, LedgerTransfer
from payments.matching.enums import FundKind
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import LadderFigures
from payments.spending import formula
from payments.spending.enums import Step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.calls.models import Call, Programme
    from campaigns.models import Project
    from payments.spending.formula import Month, Scope
    from payments.spending.models import Contract


def scope_of_programme(programme: Programme) -> Scope:
    """Give a programme's ladder, the city's own funds of its calls included, sponsors' not (one query)."""
    funds = MatchFund.objects.filter(call__programme=programme, kind=FundKind.MUNICIPALITY).order_by("pk")
    return formula.programme_scope(programme.pk, funds.values_list("pk", flat=True))


def scope_of_call(call: Call) -> Scope:
    """Give the ladder of a call: all of its funds together (one query)."""
    return formula.funds_scope(
        MatchFund.objects.filter(call=call).order_by("pk").values_list("pk", flat=True)
    )


def scope_of_fund(fund: MatchFund) -> Scope:
    """Give the ladder of one fund."""
    return formula.funds_scope([fund.pk])


def scope_of_project(project: Project) -> Scope:
    """Give the ladder of a project: what funds hold or paid for any of its campaigns (one query)."""
    pairs = Reservation.objects.filter(campaign__project=project)
    return formula.campaigns_scope(pairs.values_list("fund_id", "campaign_id"))


def scope_of_contract(contract: Contract) -> Scope:
    """Give the ladder of a contract."""
    return formula.contract_scope(contract.programme_id, contract.pk)


@dataclasses.dataclass(frozen=True)
class Story:
    """A ladder with how it came to be: its accounts with their steps, and its months."""

    accounts: dict[str, int]
    months: list[Month]

    @property
    def figures(self) -> LadderFigures:
        """The four figures now."""
        return LadderFigures(*self.months[-1].after) if self.months else LadderFigures()

    def before(self, step: str, month: dt.date | None) -> int:
        """Return where a figure stood when a month began, 0 without a month."""
        if month is None:
            return 0
        earlier = [one for one in self.months if one.month < month]
        return earlier[-1].after[formula.STEPS.index(step)] if earlier else 0


def story(scope: Scope, now: dt.datetime) -> Story:
    """Read a ladder and its months up to now (two queries, however many transfers there are)."""
    accounts = _accounts(scope)
    grouped = (
        _touching(accounts)
        .annotate(month=TruncMonth("posted_at", tzinfo=CIVIL))
        .values("month", "debit_id", "credit_id")
        .annotate(cents=Sum("amount_cents"))
        .order_by("month")
    )
    rows = (
        (
            row["month"].date(),
            accounts.get(row["debit_id"], 0),
            accounts.get(row["credit_id"], 0),
            int(row["cents"]),
        )
        for row in (grouped if accounts else ())
    )
    return Story(accounts, formula.by_month(rows, now.astimezone(CIVIL).date()))


def _accounts(scope: Scope) -> dict[str, int]:
    wanted = Q(code__in=list(scope.exact))
    for prefix in scope.prefixes:
        wanted |= Q(code__startswith=prefix)
    codes = LedgerAccount.objects.filter(wanted, book=Book.BUDGET).values_list("code", flat=True)
    return {code: scope.step(code) for code in codes}


def _touching(accounts: dict[str, int]) -> QuerySet[LedgerTransfer]:
    codes = list(accounts)
    return LedgerTransfer.objects.filter(Q(debit__in=codes) | Q(credit__in=codes), book=Book.BUDGET)


def transfers_behind(
    told: Story, step: str, month: dt.date | None = None
) -> QuerySet[LedgerTransfer, LedgerTransfer]:
    """Return every transfer that makes a figure, oldest first: those that cross into its accounts or out of them.

    Each carries `change` (what it adds to the figure, in cents) and `running` (their sum so far, from the month's
    beginning when a month is given).
    """
    level = formula.STEPS.index(Step(step)) + 1
    inside = [code for code, at in told.accounts.items() if at >= level]
    found = LedgerTransfer.objects.filter(
        Q(debit__in=inside) & ~Q(credit__in=inside) | Q(credit__in=inside) & ~Q(debit__in=inside),
        book=Book.BUDGET,
    )
    if month is not None:
        start = midnight(month)
        end = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        found = found.filter(posted_at__gte=start, posted_at__lt=midnight(end))
    change = Case(When(debit__in=inside, then=F("amount_cents")), default=-F("amount_cents"))
    return (
        found.annotate(change=change)
        .annotate(running=Window(Sum("change"), order_by=F("id").asc()))
        .select_related("reversal")
        .order_by("id")
    )
