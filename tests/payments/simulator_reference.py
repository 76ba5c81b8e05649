"""The simulator once more, slow and straight from its description: lists, fractions and decimals, nothing of ours.

It shares no line with `payments.matching`: what the two agree on, two readings of the same text agree on.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

EXACT = Context(prec=90)
MILLIONTH = Decimal("0.000001")


def read(campaigns_csv: str, pledges_csv: str):
    """Campaigns as (name, cost) in file order; pledges as (campaign, backer, cents) in order of time, ties by line."""
    campaigns = [
        (row["campaign"].strip(), int(row["cost_cents"]))
        for row in csv.DictReader(io.StringIO(campaigns_csv.lstrip("\ufeff"), newline=""))
    ]
    rows = list(csv.DictReader(io.StringIO(pledges_csv.lstrip("\ufeff"), newline="")))
    rows.sort(key=lambda row: datetime.fromisoformat(row["created_at"].strip()))  # a stable sort
    pledges = [(row["campaign"].strip(), row["backer"].strip(), int(row["amount_cents"])) for row in rows]
    return campaigns, pledges


def simulate(campaigns, pledges, rule):
    """Give the answer of `--json` for one rule."""
    by_backer: dict[str, dict[str, int]] = {name: {} for name, _ in campaigns}
    for name, backer, cents in pledges:
        by_backer[name][backer] = by_backer[name].get(backer, 0) + cents
    crowd = {name: sum(gave.values()) for name, gave in by_backer.items()}
    matches = KINDS[rule["kind"]](campaigns, pledges, rule, by_backer, crowd)
    rows = []
    for name, cost in campaigns:
        if rule["kind"] == "threshold_share":
            funded = crowd[name] * 100 >= cost * rule["crowd_threshold_percent"]
        else:
            funded = crowd[name] + matches[name] >= cost
        rows.append(
            {
                "campaign": name,
                "crowd_cents": crowd[name],
                "backers": len(by_backer[name]),
                "match_cents": matches[name],
                "funded": funded,
            }
        )
    return {"campaigns": rows, "match_total_cents": sum(matches.values())}


def _in_order_of_reaching(campaigns, pledges, reached):
    """Names in the order in which `reached(name, so_far)` became true, `so_far` a list of (backer, cents)."""
    so_far: dict[str, list[tuple[str, int]]] = {name: [] for name, _ in campaigns}
    order: list[str] = []
    for name, backer, cents in pledges:
        so_far[name].append((backer, cents))
        if name not in order and reached(name, so_far[name]):
            order.append(name)
    return order


def _serve(order, wanted, pot, campaigns):
    matches = {name: 0 for name, _ in campaigns}
    left = pot
    for name in order:
        matches[name] = wanted[name] if left is None else min(wanted[name], left)
        left = None if left is None else left - matches[name]
    return matches


def threshold_share(campaigns, pledges, rule, by_backer, crowd):
    cost = dict(campaigns)

    def reached(name, gave):
        return sum(cents for _, cents in gave) * 100 >= cost[name] * rule["crowd_threshold_percent"]

    wanted = {}
    for name, whole in campaigns:
        share = whole * rule["match_share_percent"] // 100
        if rule.get("match_cap_cents") is not None:
            share = min(share, rule["match_cap_cents"])
        if rule.get("within_cost"):
            share = min(share, whole - crowd[name])
        wanted[name] = max(share, 0)
    return _serve(
        _in_order_of_reaching(campaigns, pledges, reached), wanted, rule.get("pot_cents"), campaigns
    )


def lump_sum(campaigns, pledges, rule, by_backer, crowd):
    def reached(name, gave):
        backers, cents = len({backer for backer, _ in gave}), sum(cents for _, cents in gave)
        asked = [(backers, rule.get("at_backers")), (cents, rule.get("at_amount_cents"))]
        return all(there >= least for there, least in asked if least is not None)

    wanted = {name: rule["sum_cents"] for name, _ in campaigns}
    return _serve(
        _in_order_of_reaching(campaigns, pledges, reached), wanted, rule.get("pot_cents"), campaigns
    )


def per_pledge(campaigns, pledges, rule, by_backer, crowd):
    matches = {name: 0 for name, _ in campaigns}
    of_backer: dict[str, int] = {}
    for name, backer, cents in pledges:
        draw = [cents * rule["ratio_percent"] // 100]
        for cap, taken in (
            (rule.get("cap_per_pledge_cents"), 0),
            (rule.get("cap_per_backer_cents"), of_backer.get(backer, 0)),
            (rule.get("match_cap_cents"), matches[name]),
            (rule.get("pot_cents"), sum(matches.values())),
        ):
            if cap is not None:
                draw.append(cap - taken)
        cents_drawn = max(0, min(draw))
        matches[name] += cents_drawn
        of_backer[backer] = of_backer.get(backer, 0) + cents_drawn
    return matches


def quadratic(campaigns, pledges, rule, by_backer, crowd):
    with localcontext(EXACT):
        if rule.get("pairwise_bound_cents") is None:
            raws = {name: _raw(gave.values()) for name, gave in by_backer.items()}
        else:
            raws = {name: _bounded(name, by_backer, rule["pairwise_bound_cents"]) for name in by_backer}
        whole = {name: int(raw.quantize(MILLIONTH, ROUND_HALF_UP) // 1) for name, raw in raws.items()}
    return _fit(whole, rule.get("match_cap_cents"), rule.get("pot_cents"))


def _raw(gifts):
    gifts = list(gifts)
    return sum((Decimal(cents).sqrt() for cents in gifts), Decimal(0)) ** 2 - sum(gifts)


def _bounded(name, by_backer, bound):
    gave = by_backer[name]
    total = Decimal(0)
    for i in gave:
        for j in gave:
            if i != j:
                shared = sum(
                    (Decimal(other.get(i, 0) * other.get(j, 0)).sqrt() for other in by_backer.values()),
                    Decimal(0),
                )
                total += bound / (bound + shared) * Decimal(gave[i] * gave[j]).sqrt()
    return total


def _fit(raws, cap, pot):
    """min(cap, k raw), k the largest up to 1 that fits; floors, then the cents left by largest remainder, by name."""

    def at(k):
        return {name: k * raw if cap is None else min(Fraction(cap), k * raw) for name, raw in raws.items()}

    if pot is None or sum(at(Fraction(1)).values()) <= pot:
        return {name: int(value) for name, value in at(Fraction(1)).items()}
    # between two values of k where a cap begins to bite the sum is a straight line: find the piece, solve it
    bends = sorted(
        {Fraction(0), Fraction(1), *(Fraction(cap, raw) for raw in raws.values() if cap is not None and raw)}
    )
    low = max(k for k in bends if k <= 1 and sum(at(k).values()) <= pot)
    rising = sum(raw for raw in raws.values() if cap is None or low * raw < cap)
    k = low + (pot - sum(at(low).values())) / rising
    exact = at(k)
    matches = {name: int(value) for name, value in exact.items()}
    for name in sorted(raws, key=lambda name: (matches[name] - exact[name], name))[
        : pot - sum(matches.values())
    ]:
        matches[name] += 1
    return matches


KINDS = {
    "threshold_share": threshold_share,
    "lump_sum": lump_sum,
    "per_pledge": per_pledge,
    "quadratic": quadratic,
}
