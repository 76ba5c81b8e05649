"""What the officers' pages and desks read of the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Prefetch, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from crowdfund.kit.desk import Task
from crowdfund.kit.money import format_euro
from payments.bank.enums import TO_PLACE, LineStatus, ListStatus, MatchStatus
from payments.bank.models import BankLine, CreditList, LineMatch
from payments.bank.permissions import (
    can_decide_list,
    can_decide_match,
    can_decide_opening,
    can_export_list,
    can_import_statement,
    can_propose_opening,
    can_see_bank,
    can_work_on_lines,
)
from payments.bank.selectors.balance import opening_missing, openings, statements
from payments.bank.selectors.waiting import campaigns_waiting, statement_overdue, wait_ends_at
from payments.enums import ProposalStatus

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from accounts.models import User
    from payments.bank.models import BankStatement


def statements_with_counts() -> QuerySet[BankStatement]:
    """Return the statements, newest first, with how many lines each brought and how many wait for somebody."""
    return statements().annotate(
        brought=Count("lines"), waiting=Count("lines", filter=Q(lines__status__in=sorted(TO_PLACE)))
    )


def lines() -> QuerySet[BankLine]:
    """Return every line with what a page shows of it, newest first."""
    return BankLine.objects.select_related(
        "statement", "pledge__campaign__project", "pledge__transfer", "excess"
    ).order_by("-booked_on", "-id")


def queue() -> QuerySet[BankLine]:
    """Return the lines that wait for somebody, oldest first, with the match that is proposed for them."""
    proposed = LineMatch.objects.filter(status=MatchStatus.PROPOSED).select_related("proposed_by")
    return (
        BankLine.objects.filter(status__in=sorted(TO_PLACE))
        .prefetch_related(Prefetch("matches", queryset=proposed, to_attr="proposed"))
        .order_by("booked_on", "id")
    )


def counted_by_status(statement: BankStatement) -> list[tuple[str, int, int]]:
    """Say what became of a statement's lines: label, how many, cents."""
    found = {
        status: (count, cents)
        for status, count, cents in statement.lines.order_by()
        .values_list("status")
        .annotate(count=Count("pk"), cents=Sum("amount_cents"))
    }
    return [(str(LineStatus(s).label), *found[s]) for s in LineStatus.values if s in found]


def matches() -> QuerySet[LineMatch]:
    """Return the matches with what a page shows of them."""
    return LineMatch.objects.select_related(
        "line__statement",
        "pledge__campaign__project",
        "pledge__transfer",
        "pledge__backer",
        "item",
        "transfer",
        "fund",
        "before",
        "proposed_by",
        "decided_by",
    )


def credit_lists() -> QuerySet[CreditList]:
    """Return the lists of transfers, newest first, with how many each has and their sum."""
    return CreditList.objects.select_related("proposed_by", "decided_by", "exported_by").annotate(
        count=Count("items", filter=~Q(items__status="dropped")),
        cents=Sum("items__amount_cents", filter=~Q(items__status="dropped"), default=0),
    )


def _euro(cents: int) -> str:
    from django.utils.translation import get_language

    return format_euro(cents, get_language() or settings.LANGUAGE_CODE)


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List what waits for this person at the bank: statements, lines, matches and lists."""
    if not can_see_bank(user):
        return []
    return [
        *_statement_tasks(user, now),
        *_opening_tasks(user),
        *_line_tasks(user),
        *_match_tasks(user),
        *_list_tasks(user),
    ]


def _statement_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    if not can_import_statement(user) or not settings.BANK_ACCOUNT_IBAN:
        return
    waiting = campaigns_waiting(now)
    for campaign in waiting:
        yield Task(
            _("Import the bank's statement: a campaign waits for it"),
            campaign.project.title,
            reverse("bank_import"),
            wait_ends_at(campaign),
        )
    if not waiting and statement_overdue(now):
        yield Task(_("Import the bank's statement"), _("none for some days"), reverse("bank_import"))


def _opening_tasks(user: User) -> Iterator[Task]:
    proposed = openings().filter(status=ProposalStatus.PROPOSED).first()
    if proposed is None and can_propose_opening(user) and (missing := opening_missing()):
        yield Task(_("Record the opening balance of our account"), _euro(missing), reverse("bank_openings"))
    elif proposed is not None and can_decide_opening(user, proposed):
        url = reverse("bank_opening", args=[proposed.pk])
        yield Task(_("Approve or reject the opening balance"), _euro(proposed.amount_cents), url)


def _line_tasks(user: User) -> Iterator[Task]:
    if not can_work_on_lines(user):
        return
    for line in queue().exclude(status=LineStatus.NEW)[:20]:
        if not line.proposed:  # type: ignore[attr-defined]  # fetched by the queue
            yield Task(
                _("Say what a line of the bank is"),
                f"{_euro(line.amount_cents)} {line.party}".strip(),
                reverse("bank_line", args=[line.pk]),
            )
    for line in BankLine.objects.filter(status=LineStatus.TO_RETURN, return_iban="", party_iban="")[:20]:
        yield Task(
            _("Say where a line goes back to"),
            f"{_euro(line.amount_cents)} {line.party}".strip(),
            reverse("bank_line", args=[line.pk]),
        )


def _match_tasks(user: User) -> Iterator[Task]:
    for match in matches().filter(status=MatchStatus.PROPOSED):
        if can_decide_match(user, match):
            yield Task(
                _("Approve or reject what a line is"),
                f"{_euro(match.line.amount_cents)} {match.line.party}".strip(),
                reverse("bank_line", args=[match.line_id]),
            )


def _list_tasks(user: User) -> Iterator[Task]:
    for one in credit_lists().filter(status__in=[ListStatus.PROPOSED, ListStatus.APPROVED]):
        subject = f"{one.message_id} · {_euro(one.cents)}"  # type: ignore[attr-defined]  # annotated
        url = reverse("bank_list", args=[one.pk])
        if one.status == ListStatus.PROPOSED and can_decide_list(user, one):
            yield Task(_("Approve or reject a list of transfers"), subject, url)
        elif one.status == ListStatus.APPROVED and can_export_list(user):
            yield Task(_("Give a list of transfers to the bank"), subject, url)
