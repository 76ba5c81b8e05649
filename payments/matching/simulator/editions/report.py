"""What a replay came to, and how well its pledges fit what was published."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crowdfund.kit.money import format_euro
from payments.matching.simulator.answer import Answer, apply_rule, money_by_neighbourhood, top_share
from payments.matching.simulator.editions.targets import Known
from payments.matching.simulator.spill import Pledge, SpilledGifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from payments.matching.simulator.editions.generate import Given, Replay
    from payments.matching.simulator.editions.targets import Target
    from payments.matching.simulator.progress import Progress


@dataclass(frozen=True, slots=True)
class Fit:
    """A published (or assumed) figure beside the one that came out: cents or a count; how far off in percent."""

    figure: str
    told: int
    known: Known
    made: int

    @property
    def deviation_percent(self) -> Decimal:
        """How far the figure made is from the one told, in percent, to two decimals."""
        return (Decimal(100 * (self.made - self.told)) / self.told).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Report:
    """A replay under its own rule: the answer, the fit, the share of the top 1 % of backers."""

    replay: Replay
    answer: Answer
    fits: Sequence[Fit]
    top_percent: Decimal

    @property
    def funded(self) -> int:
        """How many campaigns reached their threshold."""
        return sum(one.funded for one in self.answer.outcomes)

    @property
    def neighbourhoods(self) -> Mapping[str, tuple[int, int]]:
        """Crowd's and city's cents by neighbourhood."""
        return money_by_neighbourhood(self.answer, self.replay.places)


def replay(made: Replay, progress: Progress) -> Report:
    """Apply the edition's own rule to its synthetic pledges."""
    rows = (
        Pledge(gift.campaign, gift.backer, gift.cents, int(gift.at.timestamp()) * 10**6)
        for gift in made.gifts
    )
    with closing(SpilledGifts(rows, progress)) as gifts:
        gifts.number_backers()
        answer = apply_rule(made.edition.rule, made.places, gifts)
        crowd = sum(one.crowd_cents for one in answer.outcomes)
        return Report(made, answer, _fits(made, answer), top_share(gifts, crowd))


def _fits(made: Replay, answer: Answer) -> list[Fit]:
    edition = made.edition
    funded = {place for place, one in enumerate(answer.outcomes) if one.funded}
    gifts: list[Given] = [gift for gift in made.gifts if gift.campaign in funded]
    crowd = sum(gift.cents for gift in gifts)
    figures: list[tuple[str, Target, int]] = [
        ("online", edition.online, len(made.places)),
        ("funded", edition.funded, len(funded)),
        ("crowd_cents", edition.crowd_cents, crowd),
        ("gifts", edition.gifts, len(gifts)),
        ("backers", edition.backers, len({gift.backer for gift in gifts})),
        ("average_cents", edition.average_cents, (2 * crowd + len(gifts)) // (2 * len(gifts))),
        ("match_cents", edition.match_cents, answer.match_total_cents),
    ]
    return [Fit(name, target.value, target.known, value) for name, target, value in figures]


def report_data(report: Report) -> dict[str, Any]:
    """Give a report as plain data; amounts in whole cents."""
    return {
        "edition": report.replay.edition.name,
        "seed": report.replay.seed,
        "rule": dict(report.answer.rule),
        "match_total_cents": report.answer.match_total_cents,
        "funded": report.funded,
        "top_1_percent_share": str(report.top_percent),
        "neighbourhoods": [
            {"neighbourhood": name, "crowd_cents": crowd, "match_cents": match}
            for name, (crowd, match) in sorted(report.neighbourhoods.items())
        ],
        "fit": [{**asdict(fit), "deviation_percent": str(fit.deviation_percent)} for fit in report.fits],
        "campaigns": [asdict(one) for one in report.answer.outcomes],
    }


def as_text(report: Report) -> Iterator[str]:
    """Give the lines that a person reads of a report."""
    edition = report.replay.edition
    yield _("Edition %(name)s, seed %(seed)d") % {"name": edition.name, "seed": report.replay.seed}
    yield "  " + _("Cost to the city: %(euro)s") % {
        "euro": _shown("match_cents", _fit(report, "match_cents"))
    }
    numbers = {"funded": report.funded, "all": len(report.replay.places)}
    yield "  " + _("Projects funded: %(funded)d of %(all)d") % numbers
    yield "  " + _("Share of the top 1 %% of backers: %(share)s %%") % {"share": report.top_percent}
    yield ""
    labels, known = figure_labels(), known_labels()
    width = max(map(len, labels.values()))
    head = {"figure": _("Figure"), "told": _("To meet"), "made": _("Generated"), "off": _("Deviation")}
    yield f"  {head['figure']:<{width}}  {head['told']:>14}  {head['made']:>14}  {head['off']:>10}"
    for fit in report.fits:
        told, made = (_shown(fit.figure, value) for value in (fit.told, fit.made))
        off = f"{fit.deviation_percent:+} %"
        yield f"  {labels[fit.figure]:<{width}}  {told:>14}  {made:>14}  {off:>10}  {known[fit.known]}"
    yield ""
    width = max(map(len, report.neighbourhoods), default=0)
    for name, (crowd, match) in sorted(report.neighbourhoods.items()):
        money = {"name": name.ljust(width), "crowd": _euro(crowd), "match": _euro(match)}
        yield _("  %(name)s  crowd %(crowd)s  city %(match)s") % money


def figure_labels() -> dict[str, str]:
    """Name the figures of a fit in the reader's language."""
    return {
        "online": _("campaigns online"),
        "funded": _("campaigns funded"),
        "crowd_cents": _("given by the crowd"),
        "gifts": _("gifts"),
        "backers": _("backers"),
        "average_cents": _("average gift"),
        "match_cents": _("cost to the city"),
    }


def known_labels() -> dict[str, str]:
    """Say in the reader's language how a figure is known."""
    return {
        Known.EXACT: _("published"),
        Known.AT_LEAST: _("published as “over”"),
        Known.ABOUT: _("published as “about”"),
        Known.FOLLOWS: _("follows from what was published"),
        Known.ASSUMED: _("not published: assumed"),
    }


def _fit(report: Report, figure: str) -> int:
    return next(fit.made for fit in report.fits if fit.figure == figure)


def _shown(figure: str, value: int) -> str:
    return _euro(value) if figure.endswith("_cents") else str(value)


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or "it")
