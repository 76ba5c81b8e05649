"""A campaign's match, explained to the cent under each of the four rules: read from rows and the rule, never typed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum, Value
from django.db.models.functions import Coalesce, Lower, NullIf, TruncDate

from campaigns.calls.models import Application
from campaigns.calls.selectors.terms import rule_data_for
from campaigns.enums import CampaignStatus
from crowdfund.kit.clock import CIVIL
from payments.enums import COUNTS_AS_PLEDGED
from payments.matching import formula
from payments.matching.enums import ReservationStatus
from payments.matching.models import MatchDraw, MatchFund, Reservation, RoundEstimate, RoundMatch
from payments.matching.selectors.shares import Share, shares_of, status_of
from payments.models import Pledge
from payments.selectors.backer import not_taken_back

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign

DRAWING, ESTIMATED, WAITING = "drawing", "estimated", "waiting"
"""Where a match stands that nothing was reserved for at admission: pledges draw, a round is estimated or awaited."""
FAILED = frozenset({CampaignStatus.MISSED, CampaignStatus.CANCELLED})


@dataclasses.dataclass(frozen=True)
class DrawDay:
    """What a campaign's pledges drew and gave back on one civil day, in whole cents."""

    day: dt.date
    drawn_cents: int
    given_back_cents: int


@dataclasses.dataclass(frozen=True)
class MatchExplained:
    """A campaign's match now, the most it can be, every step of the computation, and which pot bears how much.

    `status` is a reservation's, or `drawing`, `estimated`, `waiting`. Of a quadratic match there are also the number of
    backers, the raw match and the scale k as a fraction; of one that pledges draw, the draws day by day.
    """

    status: str
    cents: int
    maximum_cents: int
    reached: bool
    missing_cents: int
    steps: list[dict[str, Any]]
    rule: dict[str, Any]
    shares: list[Share]
    call: str = ""
    computed_at: dt.datetime | None = None
    too_many_pairs: int | None = None
    backers: int | None = None
    raw_cents: int | None = None
    scale: str | None = None
    days: list[DrawDay] = dataclasses.field(default_factory=list)

    @property
    def kind(self) -> str:
        """Which kind of rule it is."""
        return str(self.rule["kind"])


def match_explained(campaign: Campaign) -> MatchExplained | None:
    """Explain a campaign's match to the cent: on what is pledged while it runs, on what was collected afterwards.

    Returns None for a campaign that no call matches. Costs two queries, four where pledges draw.
    """
    applications = Application.objects.select_related("call__rule", "session", "project__organisation")
    application = applications.filter(campaign=campaign).first()
    if application is None:
        return None
    rows = list(Reservation.objects.of_campaign(campaign.pk))
    rule = formula.read_rule(rule_data_for(application))
    if isinstance(rule, formula.PerPledge):
        return _drawn(campaign, application, rule, rows)
    if isinstance(rule, formula.Quadratic):
        return _of_the_round(campaign, application, rows)
    return _reached(campaign, application, rule, rows) if rows else None


def _reached(
    campaign: Campaign,
    application: Application,
    rule: formula.ThresholdShare | formula.LumpSum,
    rows: list[Reservation],
) -> MatchExplained:
    crowd = formula.Crowd(campaign.pledged_cents, _backers(campaign, rule))
    live = formula.match_for(rule, cost_cents=campaign.cost_cents, crowd=crowd)
    fixed = [row for row in rows if row.proposed_cents is not None]
    cents = sum(row.proposed_cents or 0 for row in fixed)
    if not fixed:
        cents = min(live.cents, sum(row.reserved_cents for row in rows))
    return MatchExplained(
        status=status_of(rows),
        cents=cents,
        maximum_cents=sum(row.exposure_cents for row in rows),
        reached=bool(fixed) or live.reached,
        missing_cents=_missing(rule, campaign),
        steps=fixed[0].steps if fixed else [dataclasses.asdict(step) for step in live.steps],
        rule=rule_data_for(application),
        shares=shares_of(rows, cents),
        call=application.call.slug,
    )


def _backers(campaign: Campaign, rule: formula.ThresholdShare | formula.LumpSum) -> int:
    """Count different backers where the rule asks for them (one query): one who pledges twice is one."""
    pledges: int = campaign.backers
    if not isinstance(rule, formula.LumpSum) or rule.at_backers is None:
        return pledges
    there = not_taken_back(Pledge.objects.filter(campaign=campaign, status__in=COUNTS_AS_PLEDGED))
    who = Coalesce(NullIf("email", Value("")), Lower("name"))
    return there.order_by().annotate(who=who).values("who").distinct().count()


def _drawn(
    campaign: Campaign, application: Application, rule: formula.PerPledge, rows: list[Reservation]
) -> MatchExplained:
    days = draws_by_day(campaign.pk)
    drawn, back = sum(day.drawn_cents for day in days), sum(day.given_back_cents for day in days)
    told = formula.draws_told(
        rule, collected_cents=campaign.pledged_cents, drawn_cents=drawn, back_cents=back
    )
    fixed = [row for row in rows if row.proposed_cents is not None]
    cents = sum(row.proposed_cents or 0 for row in fixed) if fixed else told.cents
    running = not fixed and campaign.status not in FAILED
    pots = MatchFund.objects.filter(call=application.call_id).open_to(application.project)
    free = sum(pots.values_list("free_cents", flat=True)) if running else 0
    return MatchExplained(
        status=DRAWING if running else status_of(rows),
        cents=cents,
        maximum_cents=formula.bounded_by(rule.match_cap_cents, cents + free),
        reached=cents > 0,
        missing_cents=0,
        steps=fixed[0].steps if fixed else [dataclasses.asdict(step) for step in told.steps],
        rule=rule_data_for(application),
        shares=shares_of(rows, cents),
        call=application.call.slug,
        days=days,
    )


def draws_by_day(campaign_id: int) -> list[DrawDay]:
    """Return what a campaign's pledges drew and gave back, by civil day (one query)."""
    there = MatchDraw.objects.filter(campaign=campaign_id).exclude(cents=0)
    rows = (
        there.annotate(day=TruncDate("at", tzinfo=CIVIL))
        .order_by("day")
        .values_list("day")
        .annotate(
            drawn=Sum("cents", filter=Q(cents__gt=0), default=0),
            back=Sum("cents", filter=Q(cents__lt=0), default=0),
        )
    )
    return [DrawDay(day, drawn, -back) for day, drawn, back in rows]


def _of_the_round(
    campaign: Campaign, application: Application, rows: list[Reservation]
) -> MatchExplained | None:
    """Tell what the round gave, or what it would give today; None before the first estimate."""
    given = RoundMatch.objects.select_related("round").filter(campaign=campaign).first()
    if given:
        found = {"cents": given.cents, "raw_cents": given.raw_cents, "steps": given.steps}
        return _round_told(application, found, rows, status_of(rows), at=given.round.started_at)
    there = RoundEstimate.objects.filter(call=application.call_id, session=application.session_id)
    estimate = there.first()
    if campaign.status in FAILED:
        return _round_told(application, {}, rows, ReservationStatus.RELEASED, at=None)
    if estimate is None:
        return None
    status = WAITING if campaign.status == CampaignStatus.FUNDED else ESTIMATED
    found = estimate.matches.get(campaign.slug, {})
    told = _round_told(application, found, rows, status, at=estimate.computed_at)
    return dataclasses.replace(told, too_many_pairs=estimate.too_many_pairs)


def _round_told(
    application: Application,
    found: dict[str, Any],
    rows: list[Reservation],
    status: str,
    *,
    at: dt.datetime | None,
) -> MatchExplained:
    steps = found.get("steps", [])
    by_code = {step["code"]: step["params"] for step in steps}
    scaled = by_code.get("scaled")
    cents = found.get("cents", 0)
    data = rule_data_for(application)
    return MatchExplained(
        status=status,
        cents=cents,
        maximum_cents=formula.bounded_by(data.get("match_cap_cents"), application.call.pot_cents),
        reached=cents > 0,
        missing_cents=0,
        steps=steps,
        rule=data,
        shares=shares_of(rows, cents),
        call=application.call.slug,
        computed_at=at,
        backers=by_code["gifts"]["backers"] if "gifts" in by_code else None,
        raw_cents=found.get("raw_cents"),
        scale=f"{scaled['numerator']}/{scaled['denominator']}" if scaled else None,
    )


def _missing(rule: formula.ThresholdShare | formula.LumpSum, campaign: Campaign) -> int:
    if isinstance(rule, formula.ThresholdShare):
        mark = formula.threshold_cents(campaign.cost_cents, rule.crowd_threshold_percent)
    else:
        mark = rule.at_amount_cents or 0
    pledged: int = campaign.pledged_cents
    return max(0, mark - pledged)
