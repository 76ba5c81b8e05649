"""What a backer does with a pledge by transfer: place it, change it, take it back, say where money goes back to."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import is_person, require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth
from payments.bank.enums import LIVE_ITEMS, ItemStatus
from payments.bank.formula import creditor_reference
from payments.bank.formula.references import OUR_DIGITS
from payments.bank.locks import lock_accounts_back, lock_transfer_pledge
from payments.bank.models import ListItem, TransferPledge
from payments.bank.services.arrivals import return_open_excesses
from payments.bank.services.checks import check_account, check_channel_open, check_transfer_amount
from payments.bank.services.consents import check_transfer_consent, record_transfer_consent, transfer_text
from payments.bank.services.letters import tell_account_changed, tell_cancelled, tell_promised
from payments.enums import PLEDGE_TRANSITIONS, Channel, PledgeStatus, RefundReason
from payments.locks import hold_campaign
from payments.matching.services import follow_pledge
from payments.models import Pledge, TotalsDelta
from payments.permissions import can_manage_pledge
from payments.services import checks
from payments.services.pledges import give_reward_back, lock_changeable, note_change
from payments.services.refund import decide_refund

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Consent
    from accounts.permissions import Visitor
    from campaigns.models import Campaign, Reward

AWAITED = (PledgeStatus.AWAITING_TRANSFER,)
CANCELLABLE = (PledgeStatus.AWAITING_TRANSFER, PledgeStatus.RECEIVED)


def place_transfer_pledge(
    *,
    campaign: Campaign | str,
    amount_cents: int,
    email: str,
    iban: str,
    holder: str,
    language: str,
    consent_version: str,
    by: Visitor | None,
    now: dt.datetime,
    reward: Reward | int | None = None,
    name: str = "",
    show_name: bool = False,
) -> Pledge:
    """Write down a promise of a transfer and give it its reference. Anyone may; it counts when the money is booked.

    `iban` and `holder` say where the money goes back to. Raises `Invalid` or `Refused`, and changes nothing then.
    """
    backer = by if is_person(by) else None
    check_channel_open()
    check_transfer_amount(amount_cents, by)
    check_transfer_consent(consent_version)
    language = checks.check_language(language)
    email = checks.clean_email(backer.email if backer else email)
    name = checks.clean_name(name, wanted=show_name)
    iban, holder = check_account(iban, holder)
    found = checks.open_campaign(campaign, now)
    chosen = checks.check_reward(found, reward, amount_cents)
    with transaction.atomic():
        if not hold_campaign(found.pk, now).may_change:  # closed between the look and now
            raise Refused("campaign_closed", _("This campaign has ended: it takes no more pledges."))
        text = transfer_text(campaign=found, amount_cents=amount_cents, language=language)
        pledge = Pledge.objects.create(
            campaign=found,
            backer=backer,
            email=email,
            name=name,
            show_name=show_name,
            language=language,
            amount_cents=amount_cents,
            promised_cents=amount_cents,
            reward=chosen,
            channel=Channel.BANK,
            method="",
            status=PledgeStatus.AWAITING_TRANSFER,
            consent=record_transfer_consent(text=text, email=email, user=backer, language=language, now=now),
            created_at=now,
        )
        TransferPledge.objects.create(pledge=pledge, reference=_new_reference(), iban=iban, holder=holder)
        record_birth(pledge, now=now, by=backer)
        TotalsDelta.objects.create(campaign_id=found.pk, promised_cents=amount_cents)
        tell_promised(pledge, now=now)
    return pledge


def _new_reference() -> str:
    """Draw a reference that nobody has: by chance, so that knowing one tells nothing of the others."""
    while True:
        reference = creditor_reference(f"{secrets.randbelow(10**OUR_DIGITS):0{OUR_DIGITS}d}")
        if not TransferPledge.objects.filter(reference=reference).exists():
            return reference


def change_transfer_amount(
    *,
    pledge: Pledge,
    amount_cents: int,
    by: Visitor | None,
    now: dt.datetime,
    consent_version: str = "",
    token: str = "",
) -> Pledge:
    """Change what is promised while the transfer is awaited, until the deadline; a higher amount needs a new consent.

    The reference stays. Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_manage_pledge(by, pledge, token))
    check_transfer_amount(amount_cents, by)
    with transaction.atomic():
        pledge = _lock(pledge, by=by, token=token, now=now, statuses=AWAITED)
        more = amount_cents - pledge.amount_cents
        if not more:
            return pledge
        if pledge.reward and amount_cents < pledge.reward.min_cents:
            raise checks.below_reward(pledge.reward)
        if more > 0:
            check_transfer_consent(consent_version)
            pledge.consent = _consent(pledge, amount_cents, now)
        before, pledge.amount_cents, pledge.promised_cents = pledge.amount_cents, amount_cents, amount_cents
        pledge.save(update_fields=["amount_cents", "promised_cents", "consent"])
        note_change(pledge, f"amount {before} → {amount_cents}", by=by, now=now)
        TotalsDelta.objects.create(campaign_id=pledge.campaign_id, promised_cents=more)
        tell_promised(pledge, now=now, changed=True)
    return pledge


def _consent(pledge: Pledge, amount_cents: int, now: dt.datetime) -> Consent:
    text = transfer_text(campaign=pledge.campaign, amount_cents=amount_cents, language=pledge.language)
    return record_transfer_consent(
        text=text, email=pledge.email, user=pledge.backer, language=pledge.language, now=now
    )


def _lock(
    pledge: Pledge, *, by: Visitor | None, token: str, now: dt.datetime, statuses: tuple[str, ...]
) -> Pledge:
    locked = lock_changeable(pledge, by=by, token=token, now=now, statuses=statuses)
    if locked.channel != Channel.BANK:
        raise Refused("not_a_transfer", _("This pledge is not paid by bank transfer."))
    return locked


def cancel_transfer_pledge(
    *, pledge: Pledge, by: Visitor | None, now: dt.datetime, token: str = ""
) -> Pledge:
    """Take a pledge back, until the deadline. What has arrived goes back; what arrives later goes back too.

    Raises `NotAllowed` or `Refused`.
    """
    require(can_manage_pledge(by, pledge, token))
    with transaction.atomic():
        pledge = _lock(pledge, by=by, token=token, now=now, statuses=CANCELLABLE)
        received = pledge.status == PledgeStatus.RECEIVED
        (_withdraw if received else _take_back)(pledge, by, now)
        tell_cancelled(pledge, now=now, received=received)
        return_open_excesses(pledge, now=now)
    return pledge


def _take_back(pledge: Pledge, by: Visitor | None, now: dt.datetime) -> None:
    advance(pledge, PledgeStatus.CANCELLED, table=PLEDGE_TRANSITIONS, now=now, by=by, why="by the backer")
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, promised_cents=-pledge.amount_cents)


def _withdraw(pledge: Pledge, by: Visitor | None, now: dt.datetime) -> None:
    advance(
        pledge,
        PledgeStatus.RETURNING,
        table=PLEDGE_TRANSITIONS,
        now=now,
        by=by,
        why="by the backer",
    )
    decide_refund(pledge=pledge, cents=pledge.amount_cents, reason=RefundReason.WITHDRAWN, now=now)
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, pledged_cents=-pledge.amount_cents, backers=-1)
    give_reward_back(pledge)
    follow_pledge(pledge=pledge, cents=0, now=now)


def change_account_back(
    *, pledge: Pledge, iban: str, holder: str, by: Visitor | None, now: dt.datetime, token: str = ""
) -> None:
    """Change where a pledge's money goes back to, at any time before it is given to the bank.

    An approved list that names the old account becomes void by it. Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_manage_pledge(by, pledge, token))
    iban, holder = check_account(iban, holder)
    with transaction.atomic():
        locked = lock_transfer_pledge(pledge.pk)
        account = lock_accounts_back([locked.pk]).get(locked.pk)
        if account is None:
            raise Refused("not_a_transfer", _("This pledge is not paid by bank transfer."))
        items = ListItem.objects.filter(refund__pledge=locked, status__in=LIVE_ITEMS)
        if items.filter(status=ItemStatus.SENT).exists():
            raise Refused("already_sent", _("Your money is on its way to the account you gave before."))
        account.iban, account.holder = iban, holder
        account.save(update_fields=["iban", "holder"])
        note_change(locked, "another account for returns", by=by, now=now)
        locked.transfer = account
        tell_account_changed(locked, now=now)
