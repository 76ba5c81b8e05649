"""Points, criteria and what decides between equals, in words."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.commission.enums import TieBreaker
from campaigns.commission.formula import OVERALL, hundredths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.commission.models import Grid


def _comma(text: str) -> str:
    return text if (get_language() or "it").startswith("en") else text.replace(".", ",")


def points(tenths: int) -> str:
    """Return tenths as points: `7` or `7,5`."""
    whole, half = divmod(tenths, 10)
    return _comma(f"{whole}.{half}" if half else str(whole))


def out_of_100(value: int) -> str:
    """Return hundredths with two decimals: `76,88`."""
    return _comma(f"{value // 100}.{value % 100:02d}")


def mean_points(total_tenths: int, sheets: int) -> str:
    """Return the mean of some sheets in points with two decimals, rounded half up for showing."""
    return out_of_100(hundredths(Fraction(total_tenths, 10 * sheets))) if sheets else "–"


def tie_breaker_in_words(name: str, labels: Mapping[int, str]) -> str:
    """Return what decides between equals."""
    kind, _colon, number = name.partition(":")
    if kind == TieBreaker.CRITERION:
        return _("more points on “%(criterion)s”") % {"criterion": labels.get(int(number), number)}
    return str(TieBreaker(kind).label)


def failed_in_words(
    failed: Sequence[int], rule: Mapping[str, Any], sums: Mapping[int, int], sheets: int
) -> str:
    """Say which minimums an application has not reached."""
    by_number = {one["number"]: one for one in rule["criteria"]}
    sentences = []
    for number in failed:
        if number == OVERALL:
            least = out_of_100(rule["minimum_hundredths"])
            sentences.append(_("The score is below %(least)s, the least to be eligible.") % {"least": least})
            continue
        one = by_number[number]
        numbers = {
            "criterion": one["label"],
            "mean": mean_points(sums[number], sheets),
            "least": points(one["min_tenths"]),
        }
        sentences.append(
            _("On “%(criterion)s” the mean is %(mean)s points, and %(least)s are needed.") % numbers
        )
    return " ".join(sentences)


def grid_in_words(grid: Grid) -> list[str]:
    """Return how a call ranks, as sentences for everybody."""
    labels = {one.number: one.label for one in grid.criteria.all()}
    said = [
        _("Each criterion counts by its weight; the score is out of 100."),
    ]
    if grid.minimum_hundredths:
        least = out_of_100(grid.minimum_hundredths)
        said.append(_("With fewer than %(least)s out of 100 a project is not eligible.") % {"least": least})
    ties = "; ".join(tie_breaker_in_words(name, labels) for name in grid.tie_breakers)
    said.append(_("Between equal scores these decide, in this order: %(ties)s.") % {"ties": ties})
    said.append(_("For the lots: %(source)s") % {"source": grid.lots_source})
    said.append(
        _("If the pot can't carry a project, smaller ones below it can still be admitted.")
        if grid.skip_when_short
        else _("If the pot can't carry a project, nobody below it is admitted either.")
    )
    days = grid.appeal_days
    said.append(
        ngettext(
            "A team can appeal within %(days)s day of the publication.",
            "A team can appeal within %(days)s days of the publication.",
            days,
        )
        % {"days": days}
    )
    return said
