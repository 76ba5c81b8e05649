"""What people are told when a campaign has ended: charged, needed, failed, released, refunded, funded, paid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.templatetags.ui import moment
from crowdfund.kit.money import format_euro
from payments.enums import Channel
from payments.permissions import RECOVER, link_token
from payments.services.circulars import team_of, write_to_people
from payments.services.letters import desk_receipt_url, write_to_backer

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign
    from payments.models import ChargeAttempt, Disbursement, Pledge, Settlement

SEE_CAMPAIGN = gettext_noop("See the campaign")
SEE_MONEY = gettext_noop("See the money")


def recovery_url(pledge: Pledge) -> str:
    """Give the signed address where a backer puts a charge right, in their language."""
    with translation.override(pledge.language):
        return f"{settings.SITE_URL}{reverse('pledge_recover', args=[link_token(pledge, RECOVER)])}"


def tell_charged(*, pledge: Pledge, attempt: ChargeAttempt, now: dt.datetime) -> None:
    """Say that the card was charged."""
    write_to_backer(pledge, "pledge_charged", now=now, once=str(attempt.n))


def tell_needs_you(
    *, pledge: Pledge, attempt: ChargeAttempt, retry_at: dt.datetime | None, now: dt.datetime
) -> None:
    """Say why the bank said no, until when there is time, and whether we try again by ourselves."""
    _tell_recovery(pledge, "pledge_needs_you", once=str(attempt.n), retry_at=retry_at, now=now)


def tell_reminder(*, pledge: Pledge, now: dt.datetime) -> None:
    """Say once more, near the end of the window, that the charge needs its backer."""
    _tell_recovery(pledge, "pledge_reminder", once="1", retry_at=None, now=now)


def _tell_recovery(
    pledge: Pledge, event: str, *, once: str, retry_at: dt.datetime | None, now: dt.datetime
) -> None:
    with translation.override(pledge.language):
        more = {
            "action_label": _("Complete your support"),
            "until": moment(pledge.campaign.recovery_ends_at),
            "retry": moment(retry_at),
        }
    write_to_backer(
        pledge,
        event,
        now=now,
        once=once,
        action_url=recovery_url(pledge),
        decline_code=pledge.decline_code,
        **more,
    )


def tell_failed(*, pledge: Pledge, now: dt.datetime) -> None:
    """Say that the window has ended and nothing was charged."""
    write_to_backer(pledge, "pledge_failed", now=now, once="1")


def tell_refunded(
    *, pledge: Pledge, cents: int, reason: str, once: str, now: dt.datetime, why: str = ""
) -> None:
    """Say that `cents` go back, by which way, and why: `why` in the words of who decided it. Cash waits at a desk."""
    more = {"reason_code": reason, "why": why, "channel": pledge.channel}
    if pledge.channel == Channel.CASH:
        with translation.override(pledge.language):
            more |= {"action_label": _("Open the receipt"), "action_url": desk_receipt_url(pledge)}
    amount = format_euro(cents, pledge.language)
    write_to_backer(pledge, "pledge_refunded", now=now, once=once, amount=amount, **more)


def tell_released(*, pledge: Pledge, now: dt.datetime) -> None:
    """Say that the campaign ended without its goal, or was cancelled, and nothing is charged."""
    cancelled = pledge.campaign.status == "cancelled"
    write_to_backer(pledge, "campaign_missed", now=now, once="1", cancelled=cancelled)


def _tell_team(
    campaign: Campaign, event: str, *, page: str, label: str, once: str, now: dt.datetime, **figures: object
) -> None:
    """Write to everybody in the team, each in their language. Figures named `…_cents` become amounts in words."""
    write_to_people(
        team_of(campaign),
        event,
        page=page,
        args=[campaign.slug],
        label=label,
        once=once,
        now=now,
        campaign=campaign.project.title,
        **figures,
    )


def tell_team_decided(*, settlement: Settlement, now: dt.datetime) -> None:
    """Say how the deadline ended: collection begins, or the goal was missed."""
    _tell_team(
        settlement.campaign,
        "campaign_decided",
        page="campaign",
        label=SEE_CAMPAIGN,
        once=str(settlement.pk),
        now=now,
        goal_met=settlement.goal_met,
        pledged_cents=settlement.pledged_cents,
        goal_cents=settlement.goal_cents,
        pledges=settlement.pledges,
    )


def tell_team_funded(*, settlement: Settlement, now: dt.datetime) -> None:
    """Say what was collected in the end."""
    _tell_team(
        settlement.campaign,
        "campaign_funded",
        page="campaign_money",
        label=SEE_MONEY,
        once=str(settlement.pk),
        now=now,
        pledged_cents=settlement.pledged_cents,
        collected_cents=settlement.collected_cents,
        fees_cents=settlement.fees_cents,
    )


def tell_team_paid(*, disbursement: Disbursement, now: dt.datetime) -> None:
    """Say that a tranche was paid out."""
    _tell_team(
        disbursement.campaign,
        "disbursement_paid",
        page="campaign_money",
        label=SEE_MONEY,
        once=str(disbursement.pk),
        now=now,
        amount_cents=disbursement.amount_cents,
        payee=disbursement.payee,
        is_match=disbursement.channel == "match",
    )
