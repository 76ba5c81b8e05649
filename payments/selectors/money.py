"""What pages, desks and the API read of a campaign's money: sums of the ledger, never typed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit.desk import Task
from payments.enums import (
    STILL_COLLECTING,
    Channel,
    DisbursementStatus,
    PayoutKind,
    PayoutStatus,
)
from payments.ledger.models import LedgerTransfer
from payments.models import Disbursement, PayoutAccount, Pledge, Settlement
from payments.permissions import (
    can_decide_disbursement,
    can_record_mandate,
    can_retry_payout,
    can_see_all_money,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from accounts.models import User

HELD = (Channel.CARD, Channel.BANK, Channel.CASH)


@dataclasses.dataclass(frozen=True)
class CampaignMoney:
    """A campaign's money in whole cents: pledged, collected and paid out apart, always.

    `collected` is gross, `fees` is what the campaign bears, `held` is still to be released, `released` approved and
    not yet paid.
    """

    pledged_cents: int
    collecting_cents: int
    collected_cents: int
    fees_cents: int
    refund_due_cents: int
    held_cents: int
    released_cents: int
    paid_out_cents: int
    match_reserved_cents: int
    match_bound_cents: int
    match_paid_cents: int


def money_accounts(campaign_id: int) -> dict[str, str]:
    """Name the ledger accounts of a campaign's cash, by what they hold."""
    accounts = {channel.value: f"held:{campaign_id}:{channel}" for channel in HELD}
    return accounts | {"payable": f"payable:{campaign_id}", "refund_due": f"refund_due:{campaign_id}"}


def money_of(campaign: Campaign) -> CampaignMoney:
    """Read a campaign's money (four queries)."""
    accounts = money_accounts(campaign.pk)
    held = {accounts[channel] for channel in HELD}
    moves = _moves(accounts.values())
    settlement = Settlement.objects.filter(campaign=campaign).first()
    collecting = Pledge.objects.filter(campaign=campaign, status__in=STILL_COLLECTING).aggregate(
        cents=Sum("amount_cents", default=0)
    )
    reservation = getattr(campaign, "reservation", None)
    return CampaignMoney(
        pledged_cents=settlement.pledged_cents if settlement else campaign.pledged_cents,
        collecting_cents=collecting["cents"],
        collected_cents=_into(moves, held, "charge_collected"),
        fees_cents=-_into(moves, held, "charge_fee"),
        refund_due_cents=_into(moves, {accounts["refund_due"]}),
        held_cents=_into(moves, held),
        released_cents=_into(moves, {accounts["payable"]}),
        paid_out_cents=-_into(moves, {accounts["payable"]}, "payout_executed"),
        match_reserved_cents=reservation.reserved_cents if reservation else 0,
        match_bound_cents=reservation.bound_cents if reservation else 0,
        match_paid_cents=reservation.disbursed_cents if reservation else 0,
    )


Moves = dict[tuple[str, str], int]


def _moves(accounts: Iterable[str]) -> Moves:
    """Sum what came into each account (credits less debits) by business event, in one query."""
    wanted = list(accounts)
    found: Moves = {}
    rows = (
        LedgerTransfer.objects.filter(Q(debit__in=wanted) | Q(credit__in=wanted))
        .order_by()
        .values_list("debit_id", "credit_id", "code")
        .annotate(cents=Sum("amount_cents"))
    )
    for debit, credit, code, cents in rows:
        found[debit, code] = found.get((debit, code), 0) - cents
        found[credit, code] = found.get((credit, code), 0) + cents
    return found


def _into(moves: Moves, accounts: set[str], *codes: str) -> int:
    return sum(
        cents
        for (account, code), cents in moves.items()
        if account in accounts and (not codes or code in codes)
    )


def disbursements() -> QuerySet[Disbursement]:
    """Return every decision to release money with what a page shows of it, newest first."""
    return Disbursement.objects.select_related(
        "campaign__project__organisation",
        "milestone",
        "proposed_by",
        "proposed_person",
        "decided_by",
        "payout",
    )


def next_step(disbursement: Disbursement, user: User) -> str:
    """Say what this person can do with a disbursement now: `decide`, `mandate`, `receipt`, `retry`, or nothing."""
    if disbursement.status == DisbursementStatus.PROPOSED:
        return "decide" if can_decide_disbursement(user, disbursement) else ""
    payout = getattr(disbursement, "payout", None)
    if payout is not None and payout.status == PayoutStatus.FAILED:
        return "retry" if can_retry_payout(user, payout) else ""
    if payout is None or payout.kind != PayoutKind.TREASURY_MANDATE or not can_record_mandate(user, payout):
        return ""
    return {PayoutStatus.CREATED: "mandate", PayoutStatus.UNKNOWN: "receipt"}.get(payout.status, "")


def transfers_touching(account: str) -> QuerySet[LedgerTransfer]:
    """Return the transfers of one account, newest first; of all accounts when none is named."""
    found = LedgerTransfer.objects.order_by("-id")
    return found.filter(Q(debit=account) | Q(credit=account)) if account else found


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List the tranches that wait for this person, and the payouts that were refused."""
    if not can_see_all_money(user):
        return []
    words = {
        "decide": _("Approve or reject a tranche"),
        "mandate": _("Record the mandate"),
        "receipt": _("Confirm the treasurer's receipt"),
    }
    open_ones = disbursements().filter(status__in=[DisbursementStatus.PROPOSED, DisbursementStatus.APPROVED])
    return [
        Task(words[step], row.campaign.project.title, reverse("disbursement", args=[row.pk]))
        for row in open_ones
        if (step := next_step(row, user)) in words
    ]


def team_tasks(user: User, now: dt.datetime) -> list[Task]:
    """Ask owners whose campaign collects card money for the account it goes to."""
    owned = [pk for pk, role in user.team_roles.items() if role == "owner"]
    ready = PayoutAccount.objects.filter(transfers_active=True).values("organisation_id")
    waiting = (
        Campaign.objects.filter(
            project__organisation__in=owned,
            status__in=[CampaignStatus.COLLECTING, CampaignStatus.FUNDED],
        )
        .exclude(project__organisation__in=ready)
        .select_related("project")
    )
    return [
        Task(
            _("Open the account for payouts"),
            campaign.project.title,
            reverse("campaign_money", args=[campaign.slug]),
        )
        for campaign in waiting
    ]
