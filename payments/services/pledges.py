"""What a backer does with a pledge: place it, change its amount, cancel it, find it again in an account."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.permissions import is_person, require
from campaigns.models import Campaign, Reward
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth
from payments.enums import PLEDGE_TRANSITIONS, Method, PledgeStatus
from payments.locks import hold_campaign
from payments.matching.services import follow_pledge
from payments.models import Pledge, PledgeEvent, TotalsDelta
from payments.permissions import can_manage_pledge
from payments.services import checks
from payments.services.cleanup import let_go
from payments.services.consents import check_consent_version, record_charge_consent
from payments.services.letters import write_to_backer

if TYPE_CHECKING:
    from accounts.models import Consent, User
    from accounts.permissions import Visitor

FIRST_LOOK = dt.timedelta(minutes=2)  # when the sweeper first asks what became of a card page
CHANGEABLE = (PledgeStatus.PENDING_CARD, PledgeStatus.ACTIVE)


def place_pledge(
    *,
    campaign: Campaign | str,
    amount_cents: int,
    email: str,
    language: str,
    consent_version: str,
    by: Visitor | None,
    now: dt.datetime,
    reward: Reward | int | None = None,
    name: str = "",
    show_name: bool = False,
    method: str = Method.CARD,
    form_key: str | None = None,
) -> Pledge:
    """Write down a pledge that waits for its card. Anyone may; a person logged in pledges with their own email.

    `campaign` is the campaign or its slug, `reward` the reward or its id, `method` how the backer would like to be
    charged. The next step is `open_card_session`, after the commit. Raises `Invalid` or `Refused`, each with its code,
    and changes nothing then; `IntegrityError` when there is a pledge with this `form_key`. At most 5 statements.
    """
    backer = by if is_person(by) else None
    checks.check_amount(amount_cents, method=checks.check_method(method))
    check_consent_version(consent_version)
    language = checks.check_language(language)
    email = checks.clean_email(backer.email if backer else email)
    name = checks.clean_name(name, wanted=show_name)
    given = {
        "backer": backer,
        "email": email,
        "name": name,
        "show_name": show_name,
        "language": language,
        "amount_cents": amount_cents,
        "method": method,
        "form_key": form_key,
    }
    placed: Pledge | Refused
    with transaction.atomic(savepoint=False):
        try:
            found = checks.open_campaign(campaign, now)
            chosen = checks.check_reward(found, reward, amount_cents)
        except Refused as refused:  # nothing is written; raised only when the transaction has ended
            placed = refused
        else:
            placed = _write(Pledge(campaign=found, reward=chosen, **given), now)
    if isinstance(placed, Refused):
        raise placed
    return placed


def _write(pledge: Pledge, now: dt.datetime) -> Pledge:
    pledge.consent = record_charge_consent(
        campaign=pledge.campaign,
        amount_cents=pledge.amount_cents,
        email=pledge.email,
        user=pledge.backer,
        language=pledge.language,
        now=now,
    )
    pledge.check_card_at, pledge.created_at = now + FIRST_LOOK, now
    pledge.save(force_insert=True)
    record_birth(pledge, now=now, by=pledge.backer)
    return pledge


def place_once(*, form_key: str, **deed: Any) -> Pledge:
    """Place a pledge unless this sending of the form has placed it already: then return that one. As `place_pledge`."""
    try:
        with transaction.atomic():
            return place_pledge(form_key=form_key, **deed)
    except IntegrityError:
        return Pledge.objects.select_related("campaign__project").get(form_key=form_key)


def lock_changeable(
    pledge: Pledge,
    *,
    by: Visitor | None,
    token: str,
    now: dt.datetime,
    statuses: tuple[str, ...] = CHANGEABLE,
) -> Pledge:
    """Hold the campaign, lock the pledge and read it anew: the backer's, and still to be changed.

    Call inside the transaction of the change. Raises `NotAllowed` or `Refused`.
    """
    require(can_manage_pledge(by, pledge, token))
    held = hold_campaign(pledge.campaign_id, now)
    locked = (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("campaign__project", "reward", "backer")
        .get(pk=pledge.pk)
    )
    if not held.may_change:
        raise Refused("campaign_closed", _("The campaign has ended: this pledge can't be changed any more."))
    if locked.status not in statuses:
        raise Refused("pledge_settled", _("This pledge can't be changed in its present state."))
    return locked


def note_change(pledge: Pledge, why: str, *, by: Visitor | None, now: dt.datetime) -> None:
    """Append an event that changes something else than the status."""
    actor = by if is_person(by) else None
    PledgeEvent.objects.create(
        pledge=pledge, at=now, from_status=pledge.status, to_status=pledge.status, why=why, by=actor
    )


def change_amount(
    *,
    pledge: Pledge,
    amount_cents: int,
    by: Visitor | None,
    now: dt.datetime,
    consent_version: str = "",
    token: str = "",
) -> Pledge:
    """Change what is pledged, until the deadline: in our database only; a higher amount needs a new consent.

    Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_manage_pledge(by, pledge, token))
    checks.check_amount(amount_cents)
    with transaction.atomic():
        pledge = lock_changeable(pledge, by=by, token=token, now=now)
        checks.check_amount(amount_cents, method=pledge.method)
        more = amount_cents - pledge.amount_cents
        if not more:
            return pledge
        if pledge.reward and amount_cents < pledge.reward.min_cents:
            raise checks.below_reward(pledge.reward)
        consent = _new_consent(pledge, amount_cents, consent_version, now) if more > 0 else pledge.consent
        before, pledge.amount_cents, pledge.consent = pledge.amount_cents, amount_cents, consent
        pledge.save(update_fields=["amount_cents", "consent"])
        note_change(pledge, f"amount {before} → {amount_cents}", by=by, now=now)
        if pledge.status == PledgeStatus.ACTIVE:
            TotalsDelta.objects.create(campaign_id=pledge.campaign_id, pledged_cents=more)
            write_to_backer(pledge, "pledge_changed", now=now)
            follow_pledge(pledge=pledge, cents=amount_cents, now=now)
    return pledge


def _new_consent(pledge: Pledge, amount_cents: int, version: str, now: dt.datetime) -> Consent:
    check_consent_version(version)
    return record_charge_consent(
        campaign=pledge.campaign,
        amount_cents=amount_cents,
        email=pledge.email,
        user=pledge.backer,
        language=pledge.language,
        now=now,
    )


def cancel_pledge(*, pledge: Pledge, by: Visitor | None, now: dt.datetime, token: str = "") -> Pledge:
    """Take a pledge back, until the deadline. Its card page is closed and its card given back, by the queue.

    Raises `NotAllowed` or `Refused`.
    """
    require(can_manage_pledge(by, pledge, token))
    with transaction.atomic():
        pledge = lock_changeable(pledge, by=by, token=token, now=now)
        was_active = pledge.status == PledgeStatus.ACTIVE
        advance(
            pledge,
            PledgeStatus.CANCELLED,
            table=PLEDGE_TRANSITIONS,
            now=now,
            by=by,
            why="by the backer",
            check_card_at=None,
        )
        let_go(pledge=pledge, now=now)
        if was_active:
            TotalsDelta.objects.create(
                campaign_id=pledge.campaign_id, pledged_cents=-pledge.amount_cents, backers=-1
            )
            write_to_backer(pledge, "pledge_cancelled", now=now, once="1")
            give_reward_back(pledge)
            follow_pledge(pledge=pledge, cents=0, now=now)
    return pledge


def take_reward(pledge: Pledge) -> bool:
    """Take one of a limited reward; False when none is left. Last in its transaction: the row is hot."""
    if pledge.reward is None or pledge.reward.stock is None:
        return True
    left = Reward.objects.filter(pk=pledge.reward.pk, claimed__lt=F("stock"))
    return bool(left.update(claimed=F("claimed") + 1))


def give_reward_back(pledge: Pledge) -> None:
    """Give one of a limited reward back."""
    if pledge.reward is not None and pledge.reward.stock is not None:
        Reward.objects.filter(pk=pledge.reward.pk, claimed__gt=0).update(claimed=F("claimed") - 1)


def join_guest_pledges(*, user: User, now: dt.datetime) -> int:
    """Put a person's guest pledges into their account: those of emails the account has proved, and no others.

    Returns how many joined.
    """
    proved = [
        address.lower()
        for address in EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    ]
    if not proved:
        return 0
    with transaction.atomic():
        guests = list(
            Pledge.objects.select_for_update().filter(backer__isnull=True, email__in=proved).order_by("pk")
        )
        Pledge.objects.filter(pk__in=[pledge.pk for pledge in guests]).update(backer=user)
        PledgeEvent.objects.bulk_create(
            PledgeEvent(
                pledge=pledge,
                at=now,
                from_status=pledge.status,
                to_status=pledge.status,
                why="joined the account",
                by=user,
            )
            for pledge in guests
        )
    return len(guests)
