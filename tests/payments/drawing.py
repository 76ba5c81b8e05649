"""A call under any rule, its campaigns, and pledges to them that need no Stripe: what tests of draws and rounds use."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from accounts.enums import Role
from accounts.models import Consent
from campaigns.calls.models import Application, Call
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments.enums import PledgeStatus
from payments.gateway.setup import CardSession
from payments.matching.models import MatchDraw
from payments.models import Pledge
from payments.services.card_setup import apply_setup
from payments.services.settle import finish_collection, settle_campaign
from tests import world
from tests.payments.test_matching import application, call
from tests.world import NOW

_n = itertools.count(1)
PER_PLEDGE = {"ratio_percent": 100}
ENDS = NOW + dt.timedelta(days=7)


def drawing(pot_cents: int, kind: str = "per_pledge", **data: Any) -> Call:
    """A published call with a rule of this kind."""
    given = (PER_PLEDGE if kind == "per_pledge" else {}) | data
    return call(pot_cents, rule={"kind": kind, "data": given})


def running(of: Call, *, slug: str = "", goal_cents: int = 1_000, **fields: Any) -> Campaign:
    """A live campaign that was admitted to a call; what it costs is its goal, unless told otherwise."""
    cost = fields.pop("cost_cents", goal_cents)
    made: Application = application(of, cost_cents=cost, goal_cents=goal_cents)
    Application.objects.filter(pk=made.pk).update(**fields.pop("application", {}))
    changes = {"slug": slug or made.campaign.slug, "status": CampaignStatus.LIVE} | fields
    Campaign.objects.filter(pk=made.campaign_id).update(**changes)
    return again(made.campaign_id)


def again(campaign_id: int) -> Campaign:
    """A campaign read anew, as a request would."""
    return Campaign.objects.select_related("project__organisation").get(pk=campaign_id)


def promised(campaign: Campaign, cents: int, email: str = "ada@example.org", **fields: Any) -> Pledge:
    """A pledge that waits for its card."""
    consent = Consent.objects.create(
        kind="charge", version="1", language="it", text="sì", email=email, given_at=NOW
    )
    return Pledge.objects.create(
        campaign=campaign, email=email, amount_cents=cents, consent=consent, session_id=f"cs_{next(_n)}",
        created_at=NOW, **fields,
    )  # fmt: skip


def save_card(pledge: Pledge, now: dt.datetime = NOW) -> Pledge:
    """Let its card page have ended well."""
    number = next(_n)
    session = CardSession(
        id=pledge.session_id, url="", status="complete", mode="setup", setup_intent_id=f"seti_{number}",
        setup_status="succeeded", payment_method_id=f"pm_{number}",
    )  # fmt: skip
    apply_setup(pledge_id=pledge.pk, session=session, now=now)
    return Pledge.objects.select_related("campaign__project", "reward", "backer").get(pk=pledge.pk)


def active(campaign: Campaign, cents: int, email: str = "ada@example.org", **fields: Any) -> Pledge:
    """A pledge whose card is saved: it has drawn what it could."""
    return save_card(promised(campaign, cents, email, **fields))


def held(pledge: Pledge) -> int:
    """What a pledge holds of the pots."""
    return sum(MatchDraw.objects.filter(pledge=pledge).values_list("cents", flat=True))


def settle(campaign: Campaign) -> None:
    """Pass the deadline and decide."""
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CLOSING, deadline=NOW)
    settle_campaign(campaign=again(campaign.pk), now=NOW)


def collect(campaign: Campaign, *, but: tuple[Pledge, ...] = ()) -> None:
    """Decide, collect every pledge `but` some, which fail without a word, and end the collection."""
    settle(campaign)
    standing = Pledge.objects.filter(campaign=campaign, status=PledgeStatus.ACTIVE)
    standing.exclude(pk__in=[pledge.pk for pledge in but]).update(
        status=PledgeStatus.COLLECTED, collected_at=NOW
    )
    standing.update(status=PledgeStatus.FAILED)
    finish_collection(campaign=again(campaign.pk), now=ENDS)


def officer() -> Any:
    """Who shares a pot out."""
    return world.staff(Role.OFFICER)
