"""`per_pledge`: each pledge draws its own match from the pot, in the order in which they come."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from payments.matching.formula.rules import PerPledge
from payments.matching.formula.steps import Match, Step, lowered

Key = TypeVar("Key", bound=Hashable)
Key_contra = TypeVar("Key_contra", contravariant=True)


class Tally(Protocol[Key_contra]):
    """Cents by key; a list or an array does where keys are small whole numbers."""

    def __getitem__(self, key: Key_contra, /) -> int:
        """Cents drawn for the key, 0 at first."""

    def __setitem__(self, key: Key_contra, cents: int, /) -> None:
        """Set the cents drawn for the key."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn before a pledge asks, in cents: by its backer, by its campaign, from the pot."""

    by_backer: int = 0
    by_campaign: int = 0
    from_pot: int = 0


def wanted_cents(rule: PerPledge, amount_cents: int) -> int:
    """What a pledge draws when nothing but its own size and cap holds it back, rounded down to the cent."""
    wanted = amount_cents * rule.ratio_percent // 100
    return wanted if rule.cap_per_pledge_cents is None else min(wanted, rule.cap_per_pledge_cents)


def draw_for(rule: PerPledge, *, amount_cents: int, drawn: Drawn) -> Match:
    """Compute a pledge's draw with every step: `ratio`, `cap_per_pledge`, `cap_per_backer`, `cap`, `pot`."""
    cents = amount_cents * rule.ratio_percent // 100
    steps = [Step("ratio", {"amount_cents": amount_cents, "percent": rule.ratio_percent}, cents)]
    for code, cap, taken in (
        ("cap_per_pledge", rule.cap_per_pledge_cents, 0),
        ("cap_per_backer", rule.cap_per_backer_cents, drawn.by_backer),
        ("cap", rule.match_cap_cents, drawn.by_campaign),
        ("pot", rule.pot_cents, drawn.from_pot),
    ):
        room = None if cap is None else cap - taken
        cents = lowered(steps, cents, code, room, limit_cents=cap or 0, drawn_cents=taken)
    return Match(cents, reached=cents > 0, steps=tuple(steps))


class Draws(Generic[Key]):
    """All that was drawn under one rule, and what the next pledge may draw.

    `backers` may be a preset tally (a zeroed array, for many backers); campaigns are few.
    """

    def __init__(
        self,
        rule: PerPledge,
        backers: Tally[Key] | None = None,
        caps: Mapping[Hashable, int | None] | None = None,
    ) -> None:
        self.rule = rule
        self.caps = caps or {}
        self.by_backer: Tally[Key] = defaultdict(int) if backers is None else backers
        self.by_campaign: defaultdict[Hashable, int] = defaultdict(int)
        self.from_pot = 0

    def draw(self, *, campaign: Hashable, backer: Key, wanted: int) -> int:
        """Draw at most `wanted` cents, within what the caps of backer and campaign and the pot leave."""
        rule = self.rule
        if rule.cap_per_backer_cents is not None:
            wanted = min(wanted, rule.cap_per_backer_cents - self.by_backer[backer])
        cap = self.caps.get(campaign, rule.match_cap_cents)
        if cap is not None:
            wanted = min(wanted, cap - self.by_campaign[campaign])
        if rule.pot_cents is not None:
            wanted = min(wanted, rule.pot_cents - self.from_pot)
        cents = max(0, wanted)
        self.move(campaign=campaign, backer=backer, cents=cents)
        return cents

    def move(self, *, campaign: Hashable, backer: Key, cents: int) -> None:
        """Book cents drawn, or given back where negative: room for later draws, none grows afterwards."""
        if self.rule.cap_per_backer_cents is not None:
            self.by_backer[backer] += cents
        self.by_campaign[campaign] += cents
        self.from_pot += cents


@dataclass(frozen=True, slots=True)
class PledgeChange:
    """A pledge's amount from now on, in cents: its first, a new one, or 0 when it was cancelled or failed.

    `room_cents` is what the pot had for its campaign then, where that is known apart (topped-up pots, several of them).
    """

    pledge: Hashable
    campaign: Hashable
    backer: Hashable
    amount_cents: int
    room_cents: int | None = None


def change_wanted(rule: PerPledge, *, before_cents: int, after_cents: int, held_cents: int) -> int:
    """What a pledge asks of the pot when its amount changes: more than 0 to draw, less than 0 to give back.

    A rise draws for what it adds, as a new pledge would. A fall gives back what the new amount could not
    have drawn by itself, and never draws again.
    """
    before, after = wanted_cents(rule, before_cents), wanted_cents(rule, after_cents)
    return after - before if after_cents >= before_cents else min(0, after - held_cents)


def replay_each(
    rule: PerPledge, changes: Iterable[PledgeChange], caps: Mapping[Hashable, int | None] | None = None
) -> Iterator[int]:
    """What each change drew or gave back, in cents, one after the other in the ledger's order.

    `caps` holds the cap of each campaign where it is not the rule's (projects open to all abilities).
    """
    draws: Draws[Hashable] = Draws(rule, caps=caps)
    amounts: defaultdict[Hashable, int] = defaultdict(int)
    held: defaultdict[Hashable, int] = defaultdict(int)
    for change in changes:
        cents = change_wanted(
            rule,
            before_cents=amounts[change.pledge],
            after_cents=change.amount_cents,
            held_cents=held[change.pledge],
        )
        if cents < 0:
            draws.move(campaign=change.campaign, backer=change.backer, cents=cents)
        else:
            room = cents if change.room_cents is None else min(cents, change.room_cents)
            cents = draws.draw(campaign=change.campaign, backer=change.backer, wanted=room)
        held[change.pledge] += cents
        amounts[change.pledge] = change.amount_cents
        yield cents


def replay(rule: PerPledge, changes: Sequence[PledgeChange]) -> dict[Hashable, int]:
    """Draw of each pledge in cents after all changes, in the ledger's order: how anyone recomputes a match."""
    held: defaultdict[Hashable, int] = defaultdict(int)
    for change, cents in zip(changes, replay_each(rule, changes), strict=True):
        held[change.pledge] += cents
    return dict(held)


def match_at(rule: PerPledge, crowd_cents: int) -> int:
    """Most that a crowd of so many cents can draw for one campaign: its share, within the campaign's cap.

    What the caps of pledge and backer and the pot cut off is known only as the pledges come.
    """
    cents = crowd_cents * rule.ratio_percent // 100
    return cents if rule.match_cap_cents is None else min(cents, rule.match_cap_cents)


def draws_told(rule: PerPledge, *, collected_cents: int, drawn_cents: int, back_cents: int) -> Match:
    """Tell a campaign's match as what its pledges drew, less what they gave back: steps `each`, `drawn`, `back`."""
    cents = drawn_cents - back_cents
    steps = (
        Step("each", {"percent": rule.ratio_percent, "crowd_cents": collected_cents}),
        Step("drawn", {}, drawn_cents),
        Step("back", {"back_cents": back_cents}, cents),
    )
    return Match(cents, reached=cents > 0, steps=steps)
