"""Money: whole cents of one currency, how people type them and how pages show them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

LARGEST_CENTS: Final = 10**13
"""What a person may type at most: a hundred billion euro, far inside a PostgreSQL bigint."""

NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole cents. Adds to and compares with its own kind only; a float never gets in."""

    cents: int
    currency: ClassVar[str] = "EUR"

    def __post_init__(self) -> None:
        if type(self.cents) is not int:  # a bool is an int to isinstance, and no amount
            raise TypeError(f"cents must be an int, not {type(self.cents).__name__}")

    def __add__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.cents - other.cents)

    def __mul__(self, times: int) -> "Money":
        if type(times) is not int:
            return NotImplemented
        return Money(self.cents * times)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __abs__(self) -> "Money":
        return Money(abs(self.cents))

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return format_euro(self.cents, "en")

    @classmethod
    def total(cls, amounts: Iterable["Money"]) -> "Money":
        """Add up amounts; nothing adds up to zero cents (`sum` would start from a bare 0)."""
        return cls(sum(amount.cents for amount in amounts))

    def fraction(self, numerator: int, denominator: int) -> "Money":
        """`numerator / denominator` of the amount in whole cents, rounded down (towards zero).

        Raises ValueError unless numerator >= 0 and denominator > 0.
        """
        if numerator < 0 or denominator <= 0:
            raise ValueError("a fraction needs a numerator of 0 or more and a positive denominator")
        cents = abs(self.cents) * numerator // denominator
        return Money(cents if self.cents >= 0 else -cents)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Share the amount out by weights, to the cent: the parts add up to the whole, always.

        Largest remainder (Hamilton's method): every part is rounded down, and the cents left over go one
        each to the largest remainders, the earlier part first where two are equal. A negative amount is
        split as its absolute value and negated. A weight of zero gets nothing.

        Raises TypeError for a weight that is not an int; ValueError when there are no weights, when one is
        negative, or when all are zero and there is something to share.
        """
        _check_weights(weights)
        whole = sum(weights)
        if not whole:
            if self.cents:
                raise ValueError("an amount cannot be split by weights that are all zero")
            return [Money(0) for _ in weights]
        sign = -1 if self.cents < 0 else 1
        shares = [divmod(abs(self.cents) * weight, whole) for weight in weights]
        left = abs(self.cents) - sum(floor for floor, _ in shares)
        by_remainder = sorted(range(len(shares)), key=lambda place: -shares[place][1])
        lifted = set(by_remainder[:left])
        return [Money(sign * (floor + (place in lifted))) for place, (floor, _) in enumerate(shares)]


def _check_weights(weights: Sequence[int]) -> None:
    if not weights:
        raise ValueError("an amount cannot be split into no parts")
    for weight in weights:
        if type(weight) is not int:
            raise TypeError(f"a weight must be an int, not {type(weight).__name__}")
        if weight < 0:
            raise ValueError("a weight cannot be negative")


class MoneySyntaxError(ValueError):
    """What was typed is no amount in euro.

    `code` says why, for the form to word it in the reader's language: `empty`, `negative`, `text` (letters
    or signs), `mixture` (points and commas that make no single amount), `too_large`.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text[:40]!r}")
        self.code = code


_CURRENCY = re.compile(r"(?i)^(?:€|eur(?:o)?(?![a-z]))\s*|\s*(?:€|(?<![a-z])eur(?:o)?)$")
_PLAIN = re.compile(r"(?P<euros>[0-9]+)(?:[.,](?P<cents>[0-9]{1,2}))?")
_GROUPED = re.compile(
    r"(?P<euros>[1-9][0-9]{0,2}(?:(?P<mark>[.,])[0-9]{3})(?:(?P=mark)[0-9]{3})*)"
    r"(?:(?!(?P=mark))[.,](?P<cents>[0-9]{1,2}))?"
)


def parse_euro(text: str) -> Money:
    """Read an amount as people write it, in Italian or in English, whatever the page's language.

    One rule for both, so that no amount means two things: a mark followed by exactly three digits groups
    thousands, a mark followed by one or two digits at the end starts the cents; when both marks are
    there, the one that groups cannot also start the cents. So `12`, `12,50`, `12.50`, `12,5` (= 12,50),
    `1.250` and `1,250` (= 1250), `1.250,00` and `1,250.00` (what our own pages print in either language)
    are read; `1.250,5,0`, `1.250.00`, `1250.000`, `0.250`, `12,` and `,50` are refused. A euro sign or
    `EUR` before or after, and spaces around, are dropped. Zero is read: whether it is enough is the
    form's to say.

    Raises MoneySyntaxError with a code.
    """
    amount = _CURRENCY.sub("", text.strip(), count=1).strip()
    if not amount:
        raise MoneySyntaxError("empty", text)
    if amount[0] in "-\N{MINUS SIGN}\N{EN DASH}":
        raise MoneySyntaxError("negative", text)
    if re.search(r"[^0-9.,]", amount):
        raise MoneySyntaxError("text", text)
    match = _PLAIN.fullmatch(amount) or _GROUPED.fullmatch(amount)
    if match is None:
        raise MoneySyntaxError("mixture", text)
    euros = re.sub(r"[.,]", "", match["euros"]).lstrip("0") or "0"
    if len(euros) > len(str(LARGEST_CENTS)):  # before int(): a very long text must cost nothing
        raise MoneySyntaxError("too_large", text)
    cents = int(euros) * 100 + int((match["cents"] or "0").ljust(2, "0"))
    if cents > LARGEST_CENTS:
        raise MoneySyntaxError("too_large", text)
    return Money(cents)


def format_euro(cents: int, language: str) -> str:
    """Show cents as euro: `12.345,67 €` with a no-break space in Italian, `€12,345.67` in English.

    `language` is a code such as `it` or `en-gb`; any but English is shown in Italian, the default.
    """
    if type(cents) is not int:
        raise TypeError(f"cents must be an int, not {type(cents).__name__}")
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    english = f"{euros:,}.{rest:02}"
    if language.lower().replace("_", "-").partition("-")[0] == "en":
        return f"{sign}€{english}"
    italian = english.translate(str.maketrans(",.", ".,"))
    return f"{sign}{italian}{NO_BREAK_SPACE}€"
