"""What people are told when a campaign has ended: charged, needed, failed, released, refunded, funded, paid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.templatetags.ui import day, moment
from campaigns.enums import CampaignStatus
from crowdfund.kit.money import format_euro
from payments.enums import Channel, RefundReason
from payments.permissions import MANAGE, RECOVER, link_token
from payments.services.circulars import team_of, write_to_people
from payments.services.letters import desk_receipt_url, write_to_backer

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign
    from payments.models import ChargeAttempt, Disbursement, Pledge, Settlement, UnspentDecision

SEE_CAMPAIGN = gettext_noop("See the campaign")
SEE_MONEY = gettext_noop("See the money")


def recovery_url(pledge: Pledge) -> str:
    """Give the signed address where a backer puts a charge right, in their language."""
    with translation.override(pledge.language):
        return f"{settings.SITE_URL}{reverse('pledge_recover', args=[link_token(pledge, RECOVER)])}"


def tell_charged(*, pledge: Pledge, attempt: ChargeAttempt, now: dt.datetime) -> None:
    """Say that the card was charged, or the account debited."""
    write_to_backer(pledge, "pledge_charged", now=now, once=str(attempt.n))


def tell_debited(*, pledge: Pledge, attempt: ChargeAttempt, now: dt.datetime) -> None:
    """Announce a debit that begins: how much, from which account, by which mandate, and that it can be taken back."""
    write_to_backer(pledge, "pledge_debited", now=now, once=str(attempt.n), mandate=pledge.mandate_reference)


def tell_unanswered(*, pledge: Pledge, now: dt.datetime) -> None:
    """Say that the collection went on without a debit that the bank has not answered."""
    write_to_backer(pledge, "pledge_unanswered", now=now, once="1")


def tell_needs_you(
    *, pledge: Pledge, attempt: ChargeAttempt, retry_at: dt.datetime | None, now: dt.datetime
) -> None:
    """Say why the bank said no, until when there is time, and whether we try again by ourselves."""
    _tell_recovery(pledge, "pledge_needs_you", once=str(attempt.n), retry_at=retry_at, now=now)


def tell_reminder(*, pledge: Pledge, stage: str, now: dt.datetime) -> None:
    """Say once more that the charge needs its backer: once a `stage` of the window."""
    _tell_recovery(pledge, "pledge_reminder", once=stage, retry_at=None, now=now)


def _tell_recovery(
    pledge: Pledge, event: str, *, once: str, retry_at: dt.datetime | None, now: dt.datetime
) -> None:
    with translation.override(pledge.language):
        more = {
            "action_label": _("Complete your support"),
            "until": moment(pledge.window_ends_at),
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
    more = {"channel": pledge.channel, "amount": format_euro(cents, pledge.language)}
    if pledge.channel == Channel.CASH:
        with translation.override(pledge.language):
            more |= {"action_label": _("Open the receipt"), "action_url": desk_receipt_url(pledge)}
    if reason == RefundReason.SHORTFALL:
        figures = _shortfall_in_words(pledge.campaign.settlement, pledge.language)
        write_to_backer(pledge, "pledge_shortfall", now=now, once=once, **figures, **more)
    else:
        write_to_backer(pledge, "pledge_refunded", now=now, once=once, reason_code=reason, why=why, **more)


def _shortfall_in_words(settlement: Settlement, language: str) -> dict[str, str]:
    """Write what was pledged, what of it was collected and what was asked for."""
    figures = {
        "pledged": settlement.pledged_cents,
        "collected": settlement.collected_cents or 0,
        "mark": settlement.mark_cents or settlement.goal_cents,
    }
    return {name: format_euro(cents, language) for name, cents in figures.items()}


def tell_goes_on(
    *, pledge: Pledge, settlement: Settlement, match_cents: int, exposure_cents: int, now: dt.datetime
) -> None:
    """Say to a backer who was charged that less was collected than was asked for, and what happens now."""
    more = {
        "match": format_euro(match_cents, pledge.language) if exposure_cents else "",
        "exposure": format_euro(exposure_cents, pledge.language),
    }
    figures = _shortfall_in_words(settlement, pledge.language)
    write_to_backer(pledge, "campaign_goes_on", now=now, once="1", **figures, **more)


def tell_released(*, pledge: Pledge, now: dt.datetime) -> None:
    """Say that the campaign ended without its goal, or was cancelled, and nothing is charged."""
    cancelled = pledge.campaign.status == CampaignStatus.CANCELLED
    write_to_backer(pledge, "campaign_missed", now=now, once="1", cancelled=cancelled)


def tell_transfer_expired(*, pledge: Pledge, now: dt.datetime) -> None:
    """Say that an awaited transfer did not come in time, or that its campaign was cancelled, and what to do now."""
    with translation.override(pledge.language):
        url = settings.SITE_URL + reverse("transfer_show", args=[link_token(pledge, MANAGE)])
        label = _("See where your pledge stands")
    write_to_backer(
        pledge,
        "transfer_expired",
        now=now,
        once="1",
        cancelled=pledge.campaign.status == CampaignStatus.CANCELLED,
        action_url=url,
        action_label=label,
    )


def tell_team(
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
    tell_team(
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


def tell_team_paid(*, disbursement: Disbursement, now: dt.datetime) -> None:
    """Say that a tranche was paid out."""
    tell_team(
        disbursement.campaign,
        "disbursement_paid",
        page="campaign_money",
        label=SEE_MONEY,
        once=str(disbursement.pk),
        now=now,
        amount_cents=disbursement.amount_cents,
        payee=disbursement.payee,
        is_match=disbursement.channel == "match",
        by_sponsor=disbursement.channel == "sponsor",
        by_card=disbursement.channel == "card",
    )


def tell_stopped(*, pledge: Pledge, reason: str, once: str, now: dt.datetime) -> None:
    """Tell a backer that the project stops midway, why, and what becomes of the money."""
    write_to_backer(pledge, "project_stopped", now=now, once=once, reason_given=reason)


def tell_team_unspent(*, decision: UnspentDecision, now: dt.datetime) -> None:
    """Ask the team for the match that was not spent: how much, until when; and say what the residents' part is for."""
    campaign = decision.campaign
    for language, people in _by_language(team_of(campaign)).items():
        with translation.override(language):
            until = str(day(decision.due_on))
        write_to_people(
            people,
            "unspent_demand",
            page="campaign_money",
            args=[campaign.slug],
            label=SEE_MONEY,
            once=str(decision.pk),
            now=now,
            campaign=campaign.project.title,
            received_cents=decision.received_match_cents + decision.received_crowd_cents,
            eligible_cents=decision.eligible_cents,
            match_cents=decision.match_cents,
            crowd_cents=decision.crowd_cents,
            to_return=bool(decision.match_cents),
            to_use=bool(decision.crowd_cents),
            crowd_use=decision.crowd_use,
            until=until,
        )


def _by_language(people: list[User]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {}
    for person in people:
        found.setdefault(person.language, []).append(person)
    return found
