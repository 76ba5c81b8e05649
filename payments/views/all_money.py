"""The officers' page of all money: every campaign's figures, their sums, and the transfers behind each."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import require
from crowdfund.kit.tables import write_row
from payments.forms.all_money import MoneyFilterForm, TransfersForm
from payments.permissions import can_see_all_money
from payments.selectors.all_money import AllMoney, MoneyRow, all_money, chosen
from payments.selectors.figures import LABELS, PLATFORM, CampaignMoney, Figure, add_up, figure
from payments.selectors.transfers import sums_of, transfers_touching
from payments.views.lists import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest, HttpResponse

# A column is a figure; under it stand others that say more of it, where they are not nothing.
COLUMNS: dict[str, tuple[str, ...]] = {
    "pledged_cents": ("promised_cents", "collecting_cents"),
    "collected_cents": ("collected_card_cents", "collected_bank_cents", "collected_cash_cents"),
    "fees_cents": (),
    "refunded_cents": ("refund_due_cents",),
    "disputed_cents": ("lost_cents", "taken_back_cents"),
    "held_cents": ("held_card_cents", "held_bank_cents", "held_cash_cents"),
    "paid_out_cents": ("released_cents",),
    "match_paid_cents": ("match_released_cents", "match_bound_cents", "match_reserved_cents"),
}
BY_CHANNEL = {"collected_cents", "held_cents"}
FACTS = ("campaign", "project", "organisation", "call", "status")


@dataclasses.dataclass(frozen=True)
class Column:
    """The head of a column: its figure, where a click sorts by it, and how it is sorted now (for `aria-sort`)."""

    label: Any
    url: str
    sorted: str


def _asked(request: HttpRequest) -> tuple[MoneyFilterForm, AllMoney, list[MoneyRow]]:
    found = all_money()
    form = MoneyFilterForm(request.GET, calls=sorted({row.call for row in found.rows if row.call}))
    form.is_valid()
    return form, found, chosen(found.rows, **form.cleaned_data)


@require_safe
@login_required
def money(request: HttpRequest) -> HttpResponse:
    """Show all campaigns' money: sums first, then a row a campaign, each figure leading to its transfers."""
    require(can_see_all_money(request.user))
    form, found, rows = _asked(request)
    page, addresses = page_of(request, rows)
    context = {
        "totals": _totals(found.totals),
        "platform": [
            Figure(source.label, found.platform[name], source.url()) for name, source in PLATFORM.items()
        ],
        "form": form,
        "columns": [_column(request, name, form.cleaned_data.get("sort", "")) for name in COLUMNS],
        "rows": [(row, _cells(row)) for row in page],
        "sums": _sums(rows) if len(rows) < len(found.rows) else [],
        "count": len(rows),
        "csv_url": f"{reverse('money_csv')}?{request.GET.urlencode()}",
        **addresses,
    }
    return render(request, "payments/all_money.html", context)


def _totals(money: CampaignMoney) -> list[Figure]:
    return [one for name in COLUMNS for one in (figure(name, money), *_more(name, money))]


def _sums(rows: list[MoneyRow]) -> list[Figure]:
    sums = add_up([row.money for row in rows])
    return [figure(name, sums, links=False) for name in COLUMNS]


def _cells(row: MoneyRow) -> list[tuple[Figure, list[Figure]]]:
    campaign_id = row.campaign.pk
    return [(figure(name, row.money, campaign_id), _more(name, row.money, campaign_id)) for name in COLUMNS]


def _more(name: str, money: CampaignMoney, campaign_id: int | None = None) -> list[Figure]:
    """Say more of a figure, unless one part is all of it."""
    parts = [one for part in COLUMNS[name] if (one := figure(part, money, campaign_id)).cents]
    return parts if len(parts) > 1 or name not in BY_CHANNEL else []


def _column(request: HttpRequest, name: str, sort: str) -> Column:
    short = name.removesuffix("_cents")
    query = request.GET.copy()
    query.pop("page", None)
    query["sort"] = short if sort == f"-{short}" else f"-{short}"
    now = {short: "ascending", f"-{short}": "descending"}.get(sort, "")
    return Column(LABELS[name], f"?{query.urlencode()}", now)


@never_cache
@require_safe
@login_required
def money_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the campaigns' money as a table, in whole cents: those that are shown, in the same order."""
    require(can_see_all_money(request.user))
    _form, _found, rows = _asked(request)
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="money.csv"'
    return answer


def _lines(rows: Iterable[MoneyRow]) -> Iterator[str]:
    yield write_row([*FACTS, *LABELS])
    for row in rows:
        campaign = row.campaign
        facts = [
            campaign.slug,
            campaign.project.title,
            campaign.project.organisation,
            row.call,
            campaign.status,
        ]
        yield write_row([*facts, *[getattr(row.money, name) for name in LABELS]])


@require_safe
@login_required
def transfers(request: HttpRequest) -> HttpResponse:
    """List the ledger's transfers: of an account, or of many like it, and of some events, if the address says so."""
    require(can_see_all_money(request.user))
    form = TransfersForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    account = asked.get("account", "")
    codes = [code.strip() for code in asked.get("code", "").split(",") if code.strip()]
    found = transfers_touching(account, codes) if form.is_valid() else transfers_touching("").none()
    page, addresses = page_of(request, found)
    context = {
        "form": form,
        "account": account,
        "sums": sums_of(found) if account else None,
        "page": page,
        **addresses,
    }
    return render(request, "payments/transfers.html", context, status=200 if form.is_valid() else 422)
