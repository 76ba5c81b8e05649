"""What pages, desks and the API read of a campaign's money: sums of the ledger, never typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit.desk import Task
from payments.enums import (
    CROWD_CHANNELS,
    STILL_COLLECTING,
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
from payments.selectors.figures import CampaignMoney, Moves, read_money

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


def money_of(campaign: Campaign) -> CampaignMoney:
    """Read a campaign's money (four queries)."""
    settlement = Settlement.objects.filter(campaign=campaign).first()
    collecting = Pledge.objects.filter(campaign=campaign, status__in=STILL_COLLECTING).aggregate(
        cents=Sum("amount_cents", default=0)
    )
    return read_money(
        _moves(_accounts(campaign)),
        pledged_cents=settlement.pledged_cents if settlement else campaign.pledged_cents,
        promised_cents=campaign.promised_cents,
        collecting_cents=collecting["cents"],
    )


def _accounts(campaign: Campaign) -> dict[str, str]:
    """Name the accounts of a campaign's money, each with its shape in `SOURCES`."""
    shapes = [f"held:{{c}}:{channel}" for channel in CROWD_CHANNELS]
    shapes += ["payable:{c}", "payable:{c}:sponsor", "refund_due:{c}", "disputed:{c}"]
    found = {shape.replace("{c}", str(campaign.pk)): shape for shape in shapes}
    funds = Campaign.objects.filter(pk=campaign.pk, reservations__isnull=False)
    for fund in funds.values_list("reservations__fund_id", flat=True):
        for step in ("reserved", "bound", "disbursed"):
            found[f"{step}:f{fund}:{campaign.pk}"] = f"{step}:f#:{{c}}"
    return found


def _moves(accounts: dict[str, str]) -> Moves:
    """Sum what came into each account by business event, under its shape, in one query."""
    found: Moves = {}
    rows = (
        LedgerTransfer.objects.filter(Q(debit__in=accounts) | Q(credit__in=accounts))
        .order_by()
        .values_list("debit_id", "credit_id", "code")
        .annotate(cents=Sum("amount_cents"))
    )
    for debit, credit, code, cents in rows:
        for account, amount in ((debit, -cents), (credit, cents)):
            if account in accounts:
                key = (accounts[account], code)
                found[key] = found.get(key, 0) + amount
    return found


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


def may_refuse_mandate(disbursement: Disbursement, user: User) -> bool:
    """Say whether this person can record that the treasury did not pay: its mandate is recorded, or paid."""
    payout = getattr(disbursement, "payout", None)
    return (
        payout is not None
        and payout.kind == PayoutKind.TREASURY_MANDATE
        and payout.status in {PayoutStatus.UNKNOWN, PayoutStatus.DONE}
        and can_record_mandate(user, payout)
    )


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
