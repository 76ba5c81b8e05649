"""A quadratic round as it stands: whose campaigns it is, which are still open, what each was given or would be."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import ApplicationStatus, RuleKind
from campaigns.calls.models import Application, Call, Session
from campaigns.calls.selectors.terms import rule_data_for
from campaigns.enums import CampaignStatus
from campaigns.reporting.enums import StopStatus
from campaigns.reporting.models import ProjectStop
from crowdfund.kit.desk import Task
from crowdfund.kit.errors import Invalid
from payments.matching import formula
from payments.matching.formula import Pot
from payments.matching.models import CountedPledge, MatchFund, MatchRound, RoundMatch
from payments.matching.permissions import can_start_round

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from accounts.models import User
    from payments.matching.formula import Quadratic, Share

OVER = frozenset({CampaignStatus.FUNDED, CampaignStatus.MISSED, CampaignStatus.CANCELLED})


@dataclasses.dataclass(frozen=True)
class RoundKey:
    """Which round: of a call, or of one of its sessions."""

    call: Call
    session: Session | None = None

    def __str__(self) -> str:
        return f"{self.call} · {self.session.number}" if self.session else str(self.call)

    @property
    def ends_at(self) -> dt.datetime:
        """When no application can come any more."""
        return (self.session or self.call).closes_at


def rounds_of(call: Call) -> list[RoundKey]:
    """Return a quadratic call's rounds: one a session, or the call's own."""
    if call.rule.kind != RuleKind.QUADRATIC:
        return []
    return [RoundKey(call, session) for session in call.sessions.all()] or [RoundKey(call)]


def key_of(call: Call, session: str) -> RoundKey:
    """Return the round of a call's session, by its number; without one that of a call that has none.

    Raises `Invalid` (`no_such_round`).
    """
    for key in rounds_of(call):
        if session == (str(key.session.number) if key.session else ""):
            return key
    raise Invalid("no_such_round", _("This call has no such round."), field="session")


def applications_of(key: RoundKey) -> QuerySet[Application]:
    """Return the applications that were admitted to a round, with their campaigns, by the campaigns' slugs."""
    there = Application.objects.filter(call=key.call, session=key.session, status=ApplicationStatus.ADMITTED)
    return there.select_related(
        "call__rule", "project__organisation", "campaign__project__organisation"
    ).order_by("campaign__slug")


def still_open(key: RoundKey) -> list[Application]:
    """Return the admitted applications of which nobody can say yet what they take part with.

    Their campaigns have neither collected nor failed, or it was declared that the project stops and not decided.
    """
    undecided = Exists(ProjectStop.objects.filter(campaign=OuterRef("campaign"), status=StopStatus.DECLARED))
    return list(applications_of(key).filter(~Q(campaign__status__in=OVER) | undecided))


def still_promised(call: Call) -> bool:
    """Say whether campaigns of a call that reserves nothing at admission may still be given of its pots.

    Under `per_pledge` those that have not ended, under `quadratic` also those that wait for their round.
    """
    if call.rule.kind == RuleKind.PER_PLEDGE:
        admitted = Application.objects.filter(call=call, status=ApplicationStatus.ADMITTED)
        return admitted.exclude(campaign__status__in=OVER).exists()
    lost = (CampaignStatus.MISSED, CampaignStatus.CANCELLED)
    waiting = (key for key in rounds_of(call) if round_of(key) is None)
    return any(applications_of(key).exclude(campaign__status__in=lost).exists() for key in waiting)


def round_of(key: RoundKey) -> MatchRound | None:
    """Return the deed that shared the pot out, if there was one."""
    return MatchRound.objects.filter(call=key.call, session=key.session).first()


@dataclasses.dataclass(frozen=True)
class Gifts:
    """What a campaign's backers gave, added up by backer: cents, how many, and each one's total by who they are."""

    by_backer: Mapping[object, int]

    @property
    def cents(self) -> int:
        """All of it."""
        return sum(self.by_backer.values())

    @property
    def backers(self) -> int:
        """How many different backers."""
        return len(self.by_backer)


@dataclasses.dataclass(frozen=True)
class Shared:
    """One campaign's part of a round: what its backers gave, its raw match, and its share."""

    slug: str
    gifts: Gifts
    raw_cents: int
    share: Share


def collected_gifts(applications: Iterable[Application]) -> dict[str, Gifts]:
    """Return what was collected by campaign's slug and backer, as it was counted at the end of each collection."""
    slugs = {row.campaign_id: row.campaign.slug for row in applications if row.campaign}
    found: dict[str, dict[object, int]] = {slug: {} for slug in slugs.values()}
    funded = CountedPledge.objects.filter(campaign__in=slugs, campaign__status=CampaignStatus.FUNDED)
    rows = funded.filter(collected_cents__gt=0).order_by().values_list("campaign", "backer")
    for campaign_id, backer_id, cents in rows.annotate(cents=Sum("collected_cents")):
        found[slugs[campaign_id]][backer_id] = cents
    return {slug: Gifts(gifts) for slug, gifts in found.items()}


def pots_of(key: RoundKey, applications: Iterable[Application]) -> list[Pot]:
    """Return the pots of a round by priority: funds open to the same campaigns are one pot.

    A session's share of the pot holds for all of them together.
    """
    return [pot for pot, _funds in pots_with_funds(key, applications)]


def pots_with_funds(key: RoundKey, applications: Iterable[Application]) -> list[tuple[Pot, frozenset[int]]]:
    """Return the pots of a round, each with the funds (ids) that it is made of."""
    left = key.session.pot_cents if key.session and key.session.pot_cents is not None else None
    together: dict[frozenset[str], list[MatchFund]] = {}
    for fund, slugs in _funds_with_campaigns(key, applications):
        together.setdefault(slugs, []).append(fund)
    pots = []
    for slugs, funds in together.items():
        cents = sum(fund.free_cents for fund in funds)
        given = cents if left is None else min(cents, left)
        left = None if left is None else left - given
        pots.append((Pot(given, tuple(sorted(slugs))), frozenset(fund.pk for fund in funds)))
    return pots


def _funds_with_campaigns(
    key: RoundKey, applications: Iterable[Application]
) -> list[tuple[MatchFund, frozenset[str]]]:
    """Return the funds that give to somebody, in order. A project that has stopped midway is given nothing any more."""
    stopped = set(
        ProjectStop.objects.filter(
            campaign__application__call=key.call, status=StopStatus.CONFIRMED
        ).values_list("campaign", flat=True)
    )
    open_to: dict[int, set[str]] = {}
    for row in applications:
        if row.campaign_id in stopped:
            continue
        for fund in MatchFund.objects.filter(call=key.call).open_to(row.project):
            open_to.setdefault(fund.pk, set()).add(row.campaign.slug if row.campaign else "")
    funds = MatchFund.objects.filter(pk__in=open_to).in_order()
    return [(fund, frozenset(open_to[fund.pk])) for fund in funds]


def share_of_each(key: RoundKey, gifts: Mapping[str, Gifts], pots: list[Pot]) -> list[Shared]:
    """Compute a round: each campaign's raw match and share, by slug.

    Raises `formula.TooManyPairsError` when the pairwise-bounded variant has more pairs than it takes.
    """
    rule = quadratic_rule(key.call)
    raws = raw_cents(rule, gifts)
    caps = {
        row.campaign.slug: rule_data_for(row).get("match_cap_cents")
        for row in applications_of(key)
        if row.campaign
    }
    shares = formula.share_out(rule, raws, pots, caps)
    return [Shared(slug, gifts[slug], raws[slug], shares[slug]) for slug in sorted(gifts)]


def quadratic_rule(call: Call) -> Quadratic:
    """Return a quadratic call's rule. Raises `TypeError` for another kind: the caller has asked before."""
    rule = formula.read_rule(call.rule.as_data)
    if not isinstance(rule, formula.Quadratic):
        raise TypeError(call.rule.kind)
    return rule


def raw_cents(rule: Quadratic, gifts: Mapping[str, Gifts]) -> dict[str, int]:
    """Compute the raw match of each campaign, by slug."""
    names = sorted(gifts)
    everybody = {who for own in gifts.values() for who in own.by_backer}
    numbers = {who: number for number, who in enumerate(everybody)}
    sums = {
        (place, numbers[who]): cents
        for place, slug in enumerate(names)
        for who, cents in gifts[slug].by_backer.items()
    }
    return dict(zip(names, formula.raws_of(rule, sums, len(names)), strict=True))


@dataclasses.dataclass(frozen=True)
class RoundPage:
    """A round as its page and the API show it."""

    key: RoundKey
    waiting: list[Application]
    window_open: bool
    done: MatchRound | None
    matches: list[RoundMatch]

    @property
    def complete(self) -> bool:
        """Whether no application can come and no campaign is open any more."""
        return not self.waiting and not self.window_open

    @property
    def session(self) -> int | None:
        """Its session's number."""
        return self.key.session.number if self.key.session else None

    @property
    def still_open(self) -> list[str]:
        """Slugs of the campaigns that are still open."""
        return [row.campaign.slug for row in self.waiting if row.campaign]

    @property
    def shared_out_at(self) -> dt.datetime | None:
        """When the pot was shared out."""
        return self.done.started_at if self.done else None

    @property
    def pots(self) -> list[dict[str, Any]]:
        """What was shared out among whom."""
        return list(self.done.pots) if self.done else []

    @property
    def total_cents(self) -> int:
        """All matches together."""
        return sum(row.cents for row in self.matches)


def round_page(key: RoundKey, now: dt.datetime) -> RoundPage:
    """Return a round as it stands (three queries)."""
    done = round_of(key)
    matches = RoundMatch.objects.filter(round=done).select_related("campaign__project") if done else []
    return RoundPage(key, still_open(key), key.ends_at > now, done, list(matches))


def rounds_to_start(now: dt.datetime) -> list[RoundKey]:
    """Return the rounds that are complete and wait for an officer."""
    calls = Call.objects.public().filter(rule__kind=RuleKind.QUADRATIC).select_related("rule").order_by("pk")
    keys = [key for call in calls for key in rounds_of(call) if key.ends_at <= now and round_of(key) is None]
    return [key for key in keys if applications_of(key).exists() and not still_open(key)]


def officer_tasks(user: User, now: dt.datetime) -> list[Task]:
    """List the rounds whose pot this person can share out now."""
    if not can_start_round(user):
        return []
    action, ready = gettext("Share out the pot of a call"), rounds_to_start(now)
    return [Task(action, str(key), reverse("match_rounds", args=[key.call.slug])) for key in ready]
