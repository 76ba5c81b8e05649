"""What evaluators and teams are told: rows queued in the transaction of the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.notices.services import notify
from campaigns.calls.selectors.cards import day
from campaigns.calls.services.letters import tell_team

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.commission.models import Appeal, Evaluator, Offer


def tell_evaluator(*, event: str, seat: Evaluator, now: dt.datetime) -> None:
    """Queue `event` for an evaluator, once, with the address of what they have to read."""
    user = seat.user
    with override(user.language):
        path, label = reverse("evaluator_desk", args=[seat.commission_id]), _("See what you have to read")
        due = day(seat.commission.sheets_due_at)
    notify(
        event=event,
        email=user.email,
        user=user,
        language=user.language,
        dedupe=f"{event}:{seat.pk}",
        context={
            "name": user.name,
            "call": seat.commission.call.title,
            "role": seat.role,
            "due": due,
            "action_url": f"{settings.SITE_URL}{path}",
            "action_label": label,
        },
        now=now,
    )


def tell_of_offer(*, offer: Offer, now: dt.datetime) -> None:
    """Tell a team that money is offered, and until when it answers."""
    tell_team(
        event="admission_offered",
        application=offer.application,
        now=now,
        words=lambda: {"until": day(offer.answer_until)},
    )


def tell_of_answer(*, appeal: Appeal, now: dt.datetime) -> None:
    """Tell a team what the city answers to its appeal."""
    tell_team(
        event="appeal_answered",
        application=appeal.application,
        now=now,
        reason=appeal.answer,
        words=lambda: {"outcome": str(appeal.get_status_display())},
    )
