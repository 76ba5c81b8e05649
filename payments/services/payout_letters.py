"""What people are told of money on its way out: the team, its owners, the municipality's officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.enums import TeamRole
from accounts.models import User
from accounts.notices.services import notify
from accounts.templatetags.ui import moment
from campaigns.models import Campaign
from payments.enums import PayeeChangeStatus
from payments.permissions import objection_token
from payments.selectors.payees import last_digits
from payments.services.circulars import officers, team_of, write_to_people

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation
    from payments.models import Disbursement, PayeeChange, Payout, PayoutAccount

SEE_MONEY = gettext_noop("See the money")
SEE_TRANCHE = gettext_noop("See the tranche")
PUT_RIGHT = gettext_noop("Complete the account for payouts")


def owners_of(organisation: Organisation) -> list[User]:
    """Return the owners of an organisation."""
    return list(
        User.objects.filter(
            memberships__organisation=organisation, memberships__role=TeamRole.OWNER, is_active=True
        ).order_by("pk")
    )


def _tell_team(disbursement: Disbursement, event: str, *, once: str, now: dt.datetime) -> None:
    campaign = disbursement.campaign
    write_to_people(
        team_of(campaign),
        event,
        page="campaign_money",
        args=[campaign.slug],
        label=SEE_MONEY,
        once=once,
        now=now,
        campaign=campaign.project.title,
        payee=disbursement.payee,
        channel=disbursement.channel,
        amount_cents=disbursement.amount_cents,
    )


def _tell_officers(disbursement: Disbursement, stage: str, *, why: str, once: str, now: dt.datetime) -> None:
    write_to_people(
        officers(),
        "payout_stopped",
        page="disbursement",
        args=[disbursement.pk],
        label=SEE_TRANCHE,
        once=once,
        now=now,
        campaign=disbursement.campaign.project.title,
        payee=disbursement.payee,
        amount_cents=disbursement.amount_cents,
        stage=stage,
        why=why,
    )


def tell_team_released(*, disbursement: Disbursement, now: dt.datetime) -> None:
    """Tell the team that a tranche was approved, and by which way it comes."""
    _tell_team(disbursement, "disbursement_released", once=str(disbursement.pk), now=now)


def tell_failed(*, payout: Payout, now: dt.datetime) -> None:
    """Tell the team what it may have to put right, and the officers that they decide what happens next."""
    decision, once = payout.disbursement, _once(payout)
    _tell_team(decision, "payout_failed", once=once, now=now)
    _tell_officers(decision, "failed", why=payout.error, once=once, now=now)


def tell_mandate_refused(*, payout: Payout, now: dt.datetime) -> None:
    """Tell the team that the treasury did not pay, and the officers that the tranche can be proposed anew."""
    decision, once = payout.disbursement, _once(payout)
    _tell_team(decision, "payout_failed", once=once, now=now)
    _tell_officers(decision, "void", why=payout.error, once=once, now=now)


def tell_held_up(*, payout: Payout, now: dt.datetime) -> None:
    """Tell the officers what a payout waits for; it leaves by itself."""
    once = f"{_once(payout)}:{payout.error}"
    _tell_officers(payout.disbursement, "held_up", why=payout.error, once=once, now=now)


def _once(payout: Payout) -> str:
    """Tell the letters of one payout apart by what happened to it before."""
    return f"{payout.pk}:{payout.events.count()}"


def tell_void(*, disbursement: Disbursement, why: str, now: dt.datetime) -> None:
    """Tell the officers that a decision is void: it can be proposed anew."""
    _tell_officers(disbursement, "void", why=why, once=f"void:{disbursement.pk}", now=now)


def tell_account_stopped(*, account: PayoutAccount, now: dt.datetime) -> None:
    """Tell the owners that their account can't receive money now, and the officers that payouts to it wait."""
    newest = Campaign.objects.filter(project__organisation=account.organisation).order_by("-created_at")
    campaign = newest.first()
    if campaign is None:
        return
    for people, page, args in (
        (owners_of(account.organisation), "payout_account", [account.organisation.slug]),
        (officers(), "officer_money", [campaign.slug]),
    ):
        write_to_people(
            people,
            "payout_account_stopped",
            page=page,
            args=args,
            label=PUT_RIGHT if page == "payout_account" else SEE_MONEY,
            once=f"{account.pk}:{now.isoformat()}",
            now=now,
            organisation=account.organisation.name,
            for_officers=page == "officer_money",
        )


def tell_payee_change(*, change: PayeeChange, now: dt.datetime) -> None:
    """Tell every owner and the organisation's own address where a change of payee stands, with a link to object."""
    organisation = change.organisation
    readers: list[tuple[str, User | None, str]] = [
        (owner.email, owner, owner.language) for owner in owners_of(organisation)
    ]
    if organisation.email and organisation.email.lower() not in {email.lower() for email, _u, _l in readers}:
        readers.append((organisation.email, None, settings.LANGUAGE_CODE))
    for email, user, language in readers:
        with translation.override(language):
            context = {
                "organisation": organisation.name,
                "kind": change.kind,
                "stage": change.status,
                "payee": last_digits(change.payee),
                "holder": change.holder,
                "reason": change.reason,
                "by": str(change.requested_by),
                "effective_at": moment(change.effective_at),
                **_way_to_object(change),
            }
        notify(
            event="payee_change",
            email=email,
            user=user,
            language=language,
            context=context,
            dedupe=f"payee_change:{change.pk}:{change.status}:{email.lower()}",
            now=now,
        )


def _way_to_object(change: PayeeChange) -> dict[str, str]:
    if change.status not in {
        PayeeChangeStatus.REQUESTED,
        PayeeChangeStatus.PROPOSED,
        PayeeChangeStatus.APPROVED,
    }:
        return {}
    path = reverse("payee_change_object", args=[objection_token(change)])
    return {"action_label": _("Stop this change"), "action_url": settings.SITE_URL + path}
