"""Simulations, the past calls they can take, and those calls' pledges by a random backer number."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from campaigns.calls.models import Call
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments.enums import COUNTS_AS_COLLECTED, OF_THE_PLEDGE, STANDING_REFUNDS, Channel, PledgeStatus
from payments.matching.formula import Campaign as Costed
from payments.matching.simulator import Place
from payments.matching.simulator.spill import Pledge as Given
from payments.models import Pledge, Refund
from payments.simulations.models import Simulation

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

ENDED: Final = (CampaignStatus.FUNDED, CampaignStatus.MISSED)
RUNNING: Final = (
    *(CampaignStatus.LIVE, CampaignStatus.CLOSING, CampaignStatus.SETTLING, CampaignStatus.COLLECTING),
)
_WENT_BACK: Final = (PledgeStatus.RETURNING, PledgeStatus.REFUNDED)


def simulations() -> QuerySet[Simulation]:
    """Return the simulations, newest first, without their files."""
    found = Simulation.objects.select_related("call", "asked_by")
    return found.defer("campaigns_file", "pledges_file")


def past_calls() -> QuerySet[Call]:
    """Return the calls of which a campaign has ended and none is running any more, newest first."""
    campaigns = Campaign.objects.filter(application__call=OuterRef("pk"))
    return Call.objects.filter(
        Exists(campaigns.filter(status__in=ENDED)), ~Exists(campaigns.filter(status__in=RUNNING))
    ).order_by("-opens_at", "-pk")


def campaigns_of(call: Call) -> list[Campaign]:
    """Return a call's campaigns that have ended, in the order of their slugs."""
    ended = Campaign.objects.filter(application__call=call, status__in=ENDED)
    return list(ended.select_related("project__neighbourhood").order_by("slug"))


def places_of(campaigns: Sequence[Campaign]) -> list[Place]:
    """Give campaigns as the simulator takes them: by slug, with cost and neighbourhood."""
    return [
        Place(
            Costed(row.slug, row.cost_cents),
            row.project.neighbourhood.name,
        )
        for row in campaigns
    ]


def pledges_of(campaigns: Sequence[Campaign]) -> Iterator[Given]:
    """Give a call's pledges, each backer as a number that means nothing outside this reading (two queries).

    An account is one backer whatever its pledges; a guest is known by the email, and by the account that has it; who
    gave cash without an email by the name, as when the match itself is computed.

    Of a funded campaign what was collected, less what was given back of it; of one that missed its goal what was
    promised at its deadline.
    """
    place = {row.pk: number for number, row in enumerate(campaigns)}
    rows = _counted(list(place))
    people = _people(rows)
    numbers = _random_numbers(people.values())
    for pk, campaign, cents, back, at in rows.iterator():
        if cents - back > 0:
            yield Given(place[campaign], numbers[people[pk]], cents - back, _micros(at))


def _counted(campaigns: list[int]) -> QuerySet[Pledge, tuple[int, int, int, int, dt.datetime]]:
    collected = Q(campaign__status=CampaignStatus.FUNDED, status__in=COUNTS_AS_COLLECTED)
    promised = Q(campaign__status=CampaignStatus.MISSED) & (
        Q(status=PledgeStatus.RELEASED) | (~Q(channel=Channel.CARD) & Q(status__in=_WENT_BACK))
    )
    given_back = Refund.objects.filter(
        pledge=OuterRef("pk"), reason__in=OF_THE_PLEDGE, status__in=STANDING_REFUNDS
    )
    back = given_back.order_by().values("pledge").annotate(cents=Sum("amount_cents")).values("cents")
    found = Pledge.objects.filter(collected | promised, campaign__in=campaigns)
    return (
        found.annotate(
            back_cents=Coalesce(Subquery(back), 0),
            counted_at=Coalesce("activated_at", "created_at"),
        )
        .order_by("pk")
        .values_list("pk", "campaign_id", "amount_cents", "back_cents", "counted_at")
    )


def _people(rows: QuerySet[Pledge, tuple[int, int, int, int, dt.datetime]]) -> dict[int, str]:
    """Say who is behind each pledge, in words that stay inside this reading."""
    account = User.objects.filter(email__iexact=OuterRef("email")).values("pk")[:1]
    known = rows.annotate(account=Coalesce("backer_id", Subquery(account)))
    return {
        pk: f"u:{person}" if person else f"e:{email.lower()}" if email else f"n:{name.lower()}"
        for pk, person, email, name in known.values_list("pk", "account", "email", "name").iterator()
    }


def _random_numbers(people: Iterable[str]) -> dict[str, str]:
    """Number backers at random: the order of the numbers says nothing of who they are."""
    names = sorted(set(people))
    SystemRandom().shuffle(names)
    return {name: str(number) for number, name in enumerate(names, start=1)}


def _micros(at: dt.datetime) -> int:
    return int(at.timestamp()) * 10**6 + at.microsecond
