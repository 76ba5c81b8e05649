"""The hosted page where a pledge's card, or the account to debit, is saved: opened, changed, asked about.

Calls to Stripe stand outside transactions; what they tell is applied by `card_setup`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from payments.enums import PledgeStatus
from payments.gateway.client import GatewayRefused
from payments.gateway.customers import create_customer
from payments.gateway.setup import (
    CardSession,
    create_card_session,
    expire_card_session,
    retrieve_card_session,
)
from payments.locks import hold_campaign
from payments.models import Pledge
from payments.permissions import MANAGE, can_manage_pledge, link_token
from payments.services.card_setup import Outcome, apply_setup
from payments.services.cleanup import queue_cleanup
from payments.services.pledges import CHANGEABLE, FIRST_LOOK, lock_changeable

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor


def open_card_session(*, pledge: Pledge, now: dt.datetime) -> str:
    """Return the address of the hosted page where this pledge's card is saved: the open one, or a new one.

    Call outside a transaction. Asked again after an unknown outcome it uses the same idempotency key, so there is
    one page. Raises `Refused` (the campaign has ended, the card is saved already) or `GatewayError`.
    """
    _refuse_unless_open(pledge, now)
    if pledge.session_id:
        current = retrieve_card_session(pledge.session_id)
        if current.open:
            return current.url
        if current.pending:
            raise Refused("card_pending", _("Your bank is being asked: look again in a few minutes."))
        if current.saved and apply_setup(pledge_id=pledge.pk, session=current, now=now) is Outcome.ACTIVATED:
            raise Refused("card_saved", _("Your card is saved already: there is nothing more to do."))
        pledge.refresh_from_db()
        _refuse_unless_open(pledge, now)
        pledge = _next_page(pledge)
    methods = _methods(pledge)
    session = create_card_session(
        key=f"pledge:{pledge.public_id}:setup:{pledge.setup_number}:{'-'.join(methods)}",
        customer_id=_customer(pledge),
        pledge=str(pledge.public_id),
        language=pledge.language,
        methods=methods,
        **_ways_back(pledge),
    )
    return _keep_page(pledge, session, now)


def _methods(pledge: Pledge) -> list[Literal["card", "sepa_debit"]]:
    """What may be saved on the page: what the backer wished for first, and no debit above its limit."""
    if pledge.amount_cents > settings.DEBIT_LIMIT_CENTS:
        return ["card"]
    return ["sepa_debit", "card"] if pledge.by_debit else ["card", "sepa_debit"]


def _refuse_unless_open(pledge: Pledge, now: dt.datetime) -> None:
    with transaction.atomic():
        held = hold_campaign(pledge.campaign_id, now)
    if not held.may_change or pledge.status not in CHANGEABLE:
        raise Refused("campaign_closed", _("The campaign has ended, or this pledge was cancelled."))


def _next_page(pledge: Pledge) -> Pledge:
    """Forget the page that is over; the next one has a number, and so a key, of its own."""
    number = pledge.setup_number + 1
    Pledge.objects.filter(pk=pledge.pk, setup_number=pledge.setup_number).update(
        setup_number=number, session_id="", session_url=""
    )
    pledge.setup_number, pledge.session_id, pledge.session_url = number, "", ""
    return pledge


def _customer(pledge: Pledge) -> str:
    if not pledge.customer_id:
        pledge.customer_id = create_customer(
            key=f"pledge:{pledge.public_id}:customer",
            email=pledge.email,
            name=pledge.name,
            language=pledge.language,
            pledge=str(pledge.public_id),
        )
        Pledge.objects.filter(pk=pledge.pk).update(customer_id=pledge.customer_id)
    return pledge.customer_id


def _ways_back(pledge: Pledge) -> dict[str, str]:
    """Where the page leads: the same each time it is asked for, as its idempotency key demands."""
    token = link_token(pledge, MANAGE, at=pledge.created_at)
    with translation.override(pledge.language):
        back = reverse("pledge_return", args=[pledge.public_id])
        manage = reverse("pledge_manage", args=[token])
    change = "&card=1" if pledge.status == PledgeStatus.ACTIVE else ""
    return {
        "success_url": f"{settings.SITE_URL}{back}?session={{CHECKOUT_SESSION_ID}}{change}",
        "cancel_url": f"{settings.SITE_URL}{manage}",
    }


def _keep_page(pledge: Pledge, session: CardSession, now: dt.datetime) -> str:
    """Write the page down, unless the pledge was cancelled in the meantime: then the page is closed."""
    kept = Pledge.objects.filter(
        pk=pledge.pk, setup_number=pledge.setup_number, status__in=CHANGEABLE
    ).update(session_id=session.id, session_url=session.url, check_card_at=now + FIRST_LOOK)
    if not kept:
        queue_cleanup(pledge=pledge, session_id=session.id, now=now)
        raise Refused("pledge_settled", _("This pledge can't be changed in its present state."))
    pledge.session_id, pledge.session_url = session.id, session.url
    return session.url


def change_card(*, pledge: Pledge, by: Visitor | None, now: dt.datetime, token: str = "") -> str:
    """Open a page for another card, until the deadline, and return its address. The old card stays until then.

    Call outside a transaction. Raises `NotAllowed`, `Refused` or `GatewayError`.
    """
    require(can_manage_pledge(by, pledge, token))
    with transaction.atomic():
        pledge = lock_changeable(pledge, by=by, token=token, now=now)
    if pledge.status == PledgeStatus.PENDING_CARD:
        return open_card_session(pledge=pledge, now=now)
    if pledge.session_id and pledge.check_card_at:  # an earlier page for another card may be open
        apply_setup(pledge_id=pledge.pk, session=expire_card_session(pledge.session_id), now=now)
    return open_card_session(pledge=_next_page(pledge), now=now)


def confirm_card(*, pledge_id: int, now: dt.datetime) -> Outcome:
    """Ask Stripe what became of a pledge's card page, and apply it. Call outside a transaction; safe to repeat.

    Raises `GatewayError` when Stripe does not say.
    """
    pledge = Pledge.objects.get(pk=pledge_id)
    waiting = pledge.status == PledgeStatus.PENDING_CARD or pledge.check_card_at
    if not pledge.session_id or not waiting:
        return Outcome.NOTHING
    try:
        session = retrieve_card_session(pledge.session_id)
    except GatewayRefused as refused:
        if refused.code != "resource_missing":
            raise
        session = CardSession(id=pledge.session_id, url="", status="expired", mode="setup")
    return apply_setup(pledge_id=pledge_id, session=session, now=now)
