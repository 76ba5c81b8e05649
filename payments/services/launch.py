"""A launch that the platform must be able to carry: where the call's owner bears the fees, they are funded before."""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.readiness import fees_estimate_cents
from crowdfund.kit.errors import Refused
from crowdfund.kit.money import format_euro
from payments.enums import Place
from payments.locks import lock_reserve
from payments.models import Pledge
from payments.selectors.reserve import reserve

STILL_TO_CHARGE = (
    CampaignStatus.LIVE,
    CampaignStatus.CLOSING,
    CampaignStatus.SETTLING,
    CampaignStatus.COLLECTING,
)


def check_reserve(*, campaign: Campaign) -> None:
    """Refuse a launch whose fees the reserve at Stripe can't carry beside those of campaigns launched before.

    Call inside the transaction of the launch: launches that lean on the reserve go one after the other. What banks
    hold for disputes is missing until they decide. Raises `Refused` (`reserve_too_small`).
    """
    if campaign.fees_borne_by_campaign:
        return
    lock_reserve()
    needed = fees_estimate_cents(campaign.goal_cents)
    standing = reserve(Place.STRIPE)
    free = standing.left_cents - standing.fronted_cents - spoken_for_cents(besides=campaign)
    if free < needed:
        language = get_language() or "it"
        raise Refused(
            "reserve_too_small",
            _(
                "This call pays the payment fees, about %(needed)s here, and the reserve has %(free)s left. An "
                "officer has to fund it before the launch."
            ),
            needed=format_euro(needed, language),
            free=format_euro(max(free, 0), language),
        )


def spoken_for_cents(*, besides: Campaign) -> int:
    """Return the fees still to come of other launched campaigns whose fees the call bears, in whole cents.

    Of a campaign in collection what it has cost already is in the ledger, and no longer to come.
    """
    launched = Campaign.objects.filter(status__in=STILL_TO_CHARGE, fees_borne_by_campaign=False).exclude(
        pk=besides.pk
    )
    booked = dict(
        Pledge.objects.filter(campaign__in=launched)
        .order_by()
        .values_list("campaign_id")
        .annotate(cents=Sum("fee_cents", default=0))
    )
    return sum(
        max(fees_estimate_cents(goal) - booked.get(pk, 0), 0)
        for pk, goal in launched.values_list("pk", "goal_cents")
    )
