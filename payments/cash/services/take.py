"""Cash over the counter: taken against a receipt, or a receipt of the same day cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.cash.enums import ReceiptKind
from payments.cash.locks import hold_desk, lock_desk
from payments.cash.models import DeskReceipt
from payments.cash.permissions import can_operate
from payments.cash.services.letters import tell_cancelled, tell_received
from payments.cash.services.receipts import check_reason, check_works, civil_day, issue
from payments.cash.services.words import record_words
from payments.enums import PLEDGE_TRANSITIONS, Channel, PledgeStatus
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.locks import hold_campaign, lock_pledge
from payments.matching.services import follow_pledge
from payments.models import Pledge, TotalsDelta
from payments.services import checks
from payments.services.pledges import give_reward_back, take_reward

if TYPE_CHECKING:
    import datetime as dt
    import uuid

    from accounts.models import User
    from campaigns.models import Campaign, Reward
    from payments.cash.models import CashDesk


def check_cash(amount_cents: int, donor: str) -> None:
    """Hold an amount of cash within the limits; above one of them its donor has a name. Raises `Invalid`."""
    if type(amount_cents) is not int:
        raise Invalid("amount_not_whole", _("Give the amount in whole cents."), field="amount_cents")
    if amount_cents <= 0:
        raise Invalid("amount_not_positive", _("The amount must be more than zero."), field="amount_cents")
    language = get_language() or settings.LANGUAGE_CODE
    if amount_cents > settings.CASH_LIMIT_CENTS:
        raise Invalid(
            "amount_too_large",
            _("A cash desk takes at most %(amount)s."),
            field="amount_cents",
            amount=format_euro(settings.CASH_LIMIT_CENTS, language),
        )
    if amount_cents > settings.CASH_NAMED_ABOVE_CENTS and not donor:
        raise Invalid(
            "donor_missing",
            _("Above %(amount)s in cash, write who gives it."),
            field="donor",
            amount=format_euro(settings.CASH_NAMED_ABOVE_CENTS, language),
        )


def take_cash(
    *,
    desk: CashDesk,
    campaign: Campaign | str,
    amount_cents: int,
    by: User,
    now: dt.datetime,
    donor: str = "",
    email: str = "",
    reward: Reward | int | None = None,
    show_name: bool = False,
    language: str = "it",
    once: uuid.UUID | None = None,
) -> DeskReceipt:
    """Take cash for a live campaign: a pledge received at once, and the receipt that its donor is given.

    `campaign` is the campaign or its slug. `once` names one filled form: sent again it gives the same receipt. Raises
    `Invalid`, `NotAllowed` or `Refused`, and changes nothing then.
    """
    require(can_operate(by, desk))
    donor = checks.clean_name(donor, wanted=show_name)
    check_cash(amount_cents, donor)
    email = checks.clean_email(email) if email.strip() else ""
    language = checks.check_language(language)
    if (known := _given_before(once, desk, campaign, amount_cents)) is not None:
        return known
    found = checks.open_campaign(campaign, now)
    chosen = checks.check_reward(found, reward, amount_cents)
    try:
        with transaction.atomic():
            if not hold_campaign(found.pk, now).may_change:
                raise Refused("campaign_closed", _("This campaign has ended: it takes no more pledges."))
            held = hold_desk(desk.pk)
            check_works(held, now)
            pledge = _write_pledge(found, amount_cents, donor, email, chosen, show_name, language, now)
            record_birth(pledge, now=now, by=by, why="cash")
            return _receive(held, pledge, by, now, once)
    except IntegrityError:
        known = _given_before(once, desk, campaign, amount_cents)
        if known is None:
            raise
        return known


def _given_before(
    once: uuid.UUID | None, desk: CashDesk, campaign: Campaign | str, amount_cents: int
) -> DeskReceipt | None:
    """Find the receipt that a form has led to; a form that says something else now is refused."""
    if once is None:
        return None
    known = DeskReceipt.objects.select_related("pledge__campaign").filter(once=once, desk=desk).first()
    slug = campaign if isinstance(campaign, str) else campaign.slug
    if known and (known.amount_cents, known.pledge.campaign.slug) != (amount_cents, slug):
        raise Refused(
            "form_used",
            _("This form has given receipt %(number)s already. Begin a new one."),
            number=known.full_number,
        )
    return known


def _write_pledge(
    campaign: Campaign,
    amount_cents: int,
    donor: str,
    email: str,
    reward: Reward | None,
    show_name: bool,  # noqa: FBT001 - said by name where a person says it
    language: str,
    now: dt.datetime,
) -> Pledge:
    words = record_words(
        campaign=campaign, amount_cents=amount_cents, email=email, language=language, now=now
    )
    return Pledge.objects.create(
        campaign=campaign,
        email=email,
        name=donor,
        show_name=show_name,
        language=language,
        amount_cents=amount_cents,
        reward=reward,
        channel=Channel.CASH,
        method="",
        status=PledgeStatus.RECEIVED,
        consent=words,
        created_at=now,
        activated_at=now,
        received_on=civil_day(now),
    )


def _receive(
    desk: CashDesk, pledge: Pledge, by: User, now: dt.datetime, once: uuid.UUID | None
) -> DeskReceipt:
    receipt = issue(
        kind=ReceiptKind.RECEIVED,
        desk=desk,
        pledge=pledge,
        amount_cents=pledge.amount_cents,
        by=by,
        now=now,
        once=once,
    )
    postings.cash_received(
        desk_id=desk.pk,
        campaign_id=pledge.campaign_id,
        cents=pledge.amount_cents,
        reference=f"desk_receipt:{receipt.pk}",
        now=now,
    )
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, pledged_cents=pledge.amount_cents, backers=1)
    tell_received(receipt=receipt, now=now)
    if not take_reward(pledge):  # last: the row is hot
        raise Refused(
            "reward_gone", _("This reward has run out: choose another one or none."), field="reward"
        )
    follow_pledge(pledge=pledge, cents=pledge.amount_cents, now=now)
    return receipt


def cancel_receipt(*, receipt: DeskReceipt, why: str, by: User, now: dt.datetime) -> DeskReceipt:
    """Undo a mistake the same day, while the campaign is live: another receipt cancels it, and the cash goes back.

    Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_operate(by, receipt.desk))
    why = check_reason(why)
    with transaction.atomic():
        if not hold_campaign(receipt.pledge.campaign_id, now).may_change:
            raise Refused("campaign_closed", _("The campaign has ended: this receipt can't be cancelled."))
        pledge = lock_pledge(receipt.pledge_id)
        desk = lock_desk(receipt.desk_id)
        check_works(desk, now)
        _check_cancellable(receipt, pledge, now)
        cancellation = issue(
            kind=ReceiptKind.CANCELLED,
            desk=desk,
            pledge=pledge,
            amount_cents=receipt.amount_cents,
            by=by,
            now=now,
            cancels=receipt,
            why=why,
        )
        advance(pledge, PledgeStatus.CANCELLED, table=PLEDGE_TRANSITIONS, now=now, by=by, why=why)
        booked = LedgerTransfer.objects.get(code="cash_received", reference=f"desk_receipt:{receipt.pk}")
        reverse(transfer=booked, reference=f"desk_receipt:{cancellation.pk}", now=now)
        TotalsDelta.objects.create(
            campaign_id=pledge.campaign_id, pledged_cents=-pledge.amount_cents, backers=-1
        )
        tell_cancelled(receipt=cancellation, now=now)
        give_reward_back(pledge)
        follow_pledge(pledge=pledge, cents=0, now=now)
    return cancellation


def _check_cancellable(receipt: DeskReceipt, pledge: Pledge, now: dt.datetime) -> None:
    if receipt.kind != ReceiptKind.RECEIVED:
        raise Refused("not_a_receipt", _("Only a receipt of cash received can be cancelled."))
    if pledge.status != PledgeStatus.RECEIVED:
        raise Refused("cancelled_already", _("This receipt has been cancelled, or its money has gone on."))
    if receipt.issued_on != civil_day(now):
        raise Refused("another_day", _("A receipt can be cancelled on its own day only."))
