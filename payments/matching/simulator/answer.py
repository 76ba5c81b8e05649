"""What came out: for machines as the simulator's JSON, for people as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crowdfund.kit.money import format_euro
from payments.matching.formula import Outcome, read_rule, run_rule
from payments.matching.simulator.reading import Place
from payments.matching.simulator.spill import SpilledGifts


@dataclass(frozen=True, slots=True)
class Answer:
    """A rule's data and what it makes of each campaign, in the order of the campaigns' file."""

    rule: Mapping[str, Any]
    outcomes: Sequence[Outcome]

    @property
    def match_total_cents(self) -> int:
        """Cost to the city."""
        return sum(one.match_cents for one in self.outcomes)


def apply_rule(rule: Mapping[str, Any], places: Sequence[Place], gifts: SpilledGifts) -> Answer:
    """Apply a rule's data to the files. Raises TooManyPairsError, RuleError."""
    gifts.label(_("Applying %(kind)s") % {"kind": rule["kind"]})
    campaigns = [place.campaign for place in places]
    return Answer(rule, run_rule(read_rule(rule), campaigns, gifts))


def as_json(answers: Sequence[Answer], *, compare: bool) -> dict[str, Any]:
    """Give the answer as data: of one rule, or of several side by side."""
    told = [
        {
            "campaigns": [asdict(outcome) for outcome in answer.outcomes],
            "match_total_cents": answer.match_total_cents,
        }
        for answer in answers
    ]
    if not compare:
        return told[0]
    return {"rules": [{"rule": dict(answer.rule), **one} for answer, one in zip(answers, told, strict=True)]}


def top_share(gifts: SpilledGifts, crowd_cents: int) -> Decimal:
    """Percentage of the crowd's money that the top 1 % of backers gave (one backer at least), to a decimal."""
    if not crowd_cents:
        return Decimal(0)
    top = gifts.largest_backers(-(-gifts.backers // 100))
    return (Decimal(100 * top) / crowd_cents).quantize(Decimal("0.1"))


def as_table(answers: Sequence[Answer], places: Sequence[Place], gifts: SpilledGifts) -> Iterator[str]:
    """Give the lines of a table that a person can read: a block for each rule."""
    crowd = sum(one.crowd_cents for one in answers[0].outcomes)
    numbers = {"euro": _euro(crowd), "backers": gifts.backers, "campaigns": len(places)}
    yield _("The crowd gave %(euro)s: %(backers)d backers, %(campaigns)d campaigns.") % numbers
    yield _("Share of the top 1 %% of backers: %(share)s %%") % {"share": top_share(gifts, crowd)}
    for answer in answers:
        yield ""
        yield _("Rule: %(rule)s") % {
            "rule": ", ".join(f"{name} {value}" for name, value in answer.rule.items())
        }
        yield _("Cost to the city: %(euro)s") % {"euro": _euro(answer.match_total_cents)}
        funded = sum(one.funded for one in answer.outcomes)
        yield _("Projects funded: %(funded)d of %(all)d") % {"funded": funded, "all": len(places)}
        yield from _neighbourhoods(answer, places)


def money_by_neighbourhood(answer: Answer, places: Sequence[Place]) -> dict[str, tuple[int, int]]:
    """Add up by neighbourhood, in cents, what the crowd gave and what the rule adds."""
    money: dict[str, tuple[int, int]] = {}
    for place, one in zip(places, answer.outcomes, strict=True):
        crowd, match = money.get(place.neighbourhood, (0, 0))
        money[place.neighbourhood] = crowd + one.crowd_cents, match + one.match_cents
    return money


def _neighbourhoods(answer: Answer, places: Sequence[Place]) -> Iterator[str]:
    money = money_by_neighbourhood(answer, places)
    names = {name: name or _("(no neighbourhood)") for name in money}
    width = max((len(name) for name in names.values()), default=0)
    for name in sorted(money):
        crowd, match = money[name]
        told = {"name": names[name].ljust(width), "crowd": _euro(crowd), "match": _euro(match)}
        yield _("  %(name)s  crowd %(crowd)s  city %(match)s") % told


def _euro(cents: int) -> str:
    return format_euro(cents, get_language() or "it")
