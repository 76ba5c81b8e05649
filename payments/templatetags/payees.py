"""Where an organisation's money goes, as pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from crowdfund.kit import clock
from payments.enums import PAYEE_CHANGE_OPEN
from payments.models import PayoutAccount, PayoutIban
from payments.permissions import can_open_payout_account, can_see_all_money, objection_token
from payments.selectors.payees import in_fours, last_digits, payee_changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Organisation
    from payments.models import PayeeChange

register = template.Library()
register.filter("in_fours", in_fours)
register.filter("last_digits", last_digits)


@register.inclusion_tag("payments/_payee_panel.html", takes_context=True)
def payee_panel(context: Mapping[str, Any], organisation: Organisation) -> dict[str, Any]:
    """Show account and IBAN of an organisation, and the changes under way; its owner sees what can be done."""
    user = getattr(context.get("request"), "user", None)
    staff = can_see_all_money(user)
    owner = can_open_payout_account(user, organisation)
    now = clock.now()
    changes = payee_changes().filter(organisation=organisation, status__in=PAYEE_CHANGE_OPEN)
    return {
        "organisation": organisation,
        "account": PayoutAccount.objects.filter(organisation=organisation).first(),
        "iban": PayoutIban.objects.filter(organisation=organisation).first(),
        "changes": [(change, hours_left(change, now), objection_token(change)) for change in changes],
        "kinds_changing": {change.kind for change in changes},
        "owner": owner,
        "staff": staff,
        "whole": owner or staff,
        "csrf_token": context.get("csrf_token"),
    }


def hours_left(change: PayeeChange, now: Any) -> int | None:
    """Whole hours until a change takes effect, rounded up; None while it is not approved."""
    if change.effective_at is None:
        return None
    return max(0, -int(-(change.effective_at - now).total_seconds() // 3600))
