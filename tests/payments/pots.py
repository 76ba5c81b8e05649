"""Pots for tests: a call with the city's own and sponsors' beside it, opened by two people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from accounts.enums import OrganisationKind, Role
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Call
from payments.matching.services import (
    FundTerms,
    approve_fund_change,
    propose_fund_closing,
    propose_sponsor_fund,
    receive_sponsor_money,
)
from tests import world
from tests.world import NOW

if TYPE_CHECKING:
    from accounts.models import Organisation
    from payments.matching.models import FundChange, MatchFund


def foundation(name: str = "Fondazione Naviglio") -> Organisation:
    """A sponsor."""
    return world.organisation(name=name, kind=OrganisationKind.FOUNDATION)


def sponsoring(call: Call, cents: int, *, sponsor: Organisation | None = None, **terms: Any) -> FundChange:
    """Propose a sponsor's pot, after the city's unless told otherwise."""
    return propose_sponsor_fund(
        call=call,
        organisation=sponsor or foundation(),
        amount_cents=cents,
        terms=FundTerms(**{"name": "Fondo della fondazione", "priority": 20} | terms),
        reason="Accordo con la fondazione",
        by=world.staff(Role.OFFICER),
        now=NOW,
    )


def sponsored(call: Call, cents: int, **terms: Any) -> MatchFund:
    """Open a sponsor's pot; money that is to lie in our account has arrived."""
    change = sponsoring(call, cents, **terms)
    fund = approve_fund_change(change=change, by=world.staff(Role.APPROVER), now=NOW)
    if terms.get("money") == "held":
        receive_sponsor_money(fund=fund, cents=cents, reference=f"test:{fund.pk}", now=NOW)
        fund.refresh_from_db()
    return fund


def closing(fund: MatchFund) -> FundChange:
    """Propose to close a pot, after its call's window."""
    end_window(fund.call_id)
    return propose_fund_closing(fund=fund, reason="Fine del bando", by=world.staff(Role.OFFICER), now=NOW)


def end_window(call_id: int) -> None:
    """Move a call's window into the past, which nobody may but a test: the trigger sleeps meanwhile."""
    over = {"opens_at": NOW - dt.timedelta(days=60), "closes_at": NOW - dt.timedelta(days=1)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Call.objects.filter(pk=call_id).update(status=CallStatus.PUBLISHED, **over)
        cursor.execute("SET LOCAL session_replication_role = origin")
