"""Beginnings for the tests of payouts: money that is held, somebody who can be paid, a tranche that is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from campaigns.enums import CampaignStatus
from payments import postings
from payments.models import Disbursement, Payout, PayoutAccount, PayoutIban
from payments.services.disburse import approve_disbursement, propose_disbursement
from payments.services.payout_account import open_payout_account, refresh_payout_account
from tests import world
from tests.world import NOW

if TYPE_CHECKING:
    from accounts.models import Organisation
    from campaigns.models import Campaign
    from tests.payments.bank import Bank

IBAN, OTHER_IBAN = "IT60X0542811101000000123456", "DE89370400440532013000"
RECEIVED = {"card": postings.charge_collected, "bank": postings.bank_received}


def funded(channel: str = "card", cents: int = 100_000, **fields: Any) -> Campaign:
    """A funded campaign, with an owner, that holds money in one channel."""
    owner = fields.pop("owner", None) or world.person("Teresa")
    made = world.campaign(owner, status=CampaignStatus.FUNDED, **fields)
    receive(made, channel, cents)
    return made


def receive(campaign: Campaign, channel: str, cents: int) -> None:
    """Book money that came in; cash is carried to the bank at once."""
    reference = f"test:{campaign.pk}:{channel}:{cents}"
    if channel == "cash":
        postings.cash_received(desk_id=1, campaign_id=campaign.pk, cents=cents, reference=reference, now=NOW)
        postings.cash_sent(desk_id=1, cents=cents, reference=reference, now=NOW)
        postings.cash_banked(cents=cents, reference=reference, now=NOW)
    else:
        RECEIVED[channel](campaign_id=campaign.pk, cents=cents, reference=reference, now=NOW)


def owner_of(campaign: Campaign) -> User:
    owners = Membership.objects.filter(organisation=campaign.project.organisation, role=TeamRole.OWNER)
    return User.objects.get(pk=owners.earliest("pk").user_id)


def iban_of(organisation: Organisation, iban: str = IBAN) -> PayoutIban:
    return PayoutIban.objects.create(
        organisation=organisation, holder="Terra di Mezzo APS", iban=iban, since=NOW
    )


def account_row(organisation: Organisation, **fields: Any) -> PayoutAccount:
    """A connected account that Stripe has never heard of."""
    return PayoutAccount.objects.create(
        **{"organisation": organisation, "stripe_account_id": f"acct_{organisation.pk}"}
        | {"transfers_active": True, "checked_at": NOW}
        | fields
    )


def account_of(bank: Bank, campaign: Campaign) -> PayoutAccount:
    """A connected account at the stand-in, ready to receive."""
    organisation = campaign.project.organisation
    bank.onboard(open_payout_account(organisation=organisation, by=owner_of(campaign), now=NOW))
    refresh_payout_account(account_id=organisation.payout_account.stripe_account_id, now=NOW)
    return PayoutAccount.objects.get(organisation=organisation)


def proposed(campaign: Campaign, cents: int = 100_000, channel: str = "card", **fields: Any) -> Disbursement:
    return propose_disbursement(
        **{"campaign": campaign, "channel": channel, "amount_cents": cents, "reason": "Terra", "now": NOW}
        | {"by": fields.pop("by", None) or world.staff(Role.OFFICER)}
        | fields
    )


def approved(campaign: Campaign, cents: int = 100_000, channel: str = "card") -> Payout:
    decision = proposed(campaign, cents, channel)
    return approve_disbursement(disbursement=decision, by=world.staff(Role.APPROVER), now=NOW)


def transfers(bank: Bank, campaign: Campaign) -> list[Any]:
    """What Stripe has sent for a campaign."""
    return list(bank.stripe.transfers.list({"transfer_group": f"campaign:{campaign.pk}"}).data)
