from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crowdfund.kit.money import LARGEST_CENTS, Money, MoneySyntaxError, format_euro, parse_euro

CENTS = st.integers(-(10**15), 10**15)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize("cents", [1.0, "100", None, True, Decimal(1)])
def test_only_whole_cents_make_money(cents):
    with pytest.raises(TypeError):
        Money(cents)


def test_arithmetic():
    assert Money(250) + Money(50) == Money(300)
    assert Money(250) - Money(300) == Money(-50)
    assert Money(250) * 3 == 3 * Money(250) == Money(750)
    assert -Money(5) == Money(-5)
    assert abs(Money(-5)) == Money(5)
    assert Money(5) > Money(4) >= Money(4)
    assert not Money(0)
    assert Money(1)
    assert Money.total([]) == Money(0)
    assert Money.total([Money(1), Money(2)]) == Money(3)
    assert Money(1).currency == "EUR"
    assert str(Money(123456)) == "€1,234.56"
    assert len({Money(7), Money(7)}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Money(100) + 1,
        lambda: 1 + Money(100),
        lambda: Money(100) - 1,
        lambda: Money(100) * 1.5,
        lambda: Money(100) * True,
        lambda: Money(100) * Money(2),
        lambda: Money(100) < 200,
        lambda: Money(100) / 2,
        lambda: sum([Money(1)]),
    ],
)
def test_money_meets_its_own_kind_only(wrong):
    with pytest.raises(TypeError):
        wrong()


def test_money_is_not_a_number():
    assert Money(100) != 100


def test_a_fraction_is_rounded_towards_zero():
    assert Money(100).fraction(1, 3) == Money(33)
    assert Money(-100).fraction(2, 3) == Money(-66)
    for numerator, denominator in [(-1, 3), (1, 0), (1, -3)]:
        with pytest.raises(ValueError, match="fraction"):
            Money(100).fraction(numerator, denominator)


def cents_of(parts):
    return [part.cents for part in parts]


def test_split_by_hand():
    # 100 / 3 = 33.33 each: one cent left, equal remainders, the first takes it
    assert cents_of(Money(100).split([1, 1, 1])) == [34, 33, 33]
    # 10 over 6, 3, 1 of 10... and 11: 6.6, 3.3, 1.1 -> 6, 3, 1, the cent goes to .6
    assert cents_of(Money(11).split([6, 3, 1])) == [7, 3, 1]
    assert cents_of(Money(-11).split([6, 3, 1])) == [-7, -3, -1]
    # 5 over 1, 2, 1: 1.25, 2.5, 1.25 -> the half wins over the earlier quarter
    assert cents_of(Money(5).split([1, 2, 1])) == [1, 3, 1]
    assert cents_of(Money(1).split([0, 1, 0])) == [0, 1, 0]
    assert cents_of(Money(0).split([0, 0])) == [0, 0]
    assert cents_of(Money(7).split([5])) == [7]


@pytest.mark.parametrize(
    ("weights", "error"),
    [([], ValueError), ([0, 0], ValueError), ([1, -1], ValueError), ([1.0], TypeError), ([True], TypeError)],
)
def test_split_refuses(weights, error):
    with pytest.raises(error):
        Money(100).split(weights)


@given(CENTS, WEIGHTS)
@example(-1, [1, 1])
def test_split_loses_no_cent_and_stays_within_one_cent_of_the_exact_share(cents, weights):
    parts = cents_of(Money(cents).split(weights))
    assert sum(parts) == cents
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - cents * weight) < sum(weights)
        if not weight:
            assert part == 0


@given(st.integers(0, 10**12), WEIGHTS)
def test_a_larger_weight_never_gets_less_and_the_earlier_of_equals_never_less_than_the_later(cents, weights):
    parts = cents_of(Money(cents).split(weights))
    for earlier, one in enumerate(weights):
        for later in range(earlier + 1, len(weights)):
            if one >= weights[later]:
                assert parts[earlier] >= parts[later]
            else:
                assert parts[earlier] <= parts[later]


@given(CENTS, WEIGHTS)
def test_a_negative_split_mirrors_the_positive_one(cents, weights):
    assert cents_of(Money(-cents).split(weights)) == [-part for part in cents_of(Money(cents).split(weights))]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12,50", 1250),
        ("12.50", 1250),
        ("12,5", 1250),
        ("12.5", 1250),
        ("1250,5", 125050),
        ("0,50", 50),
        ("0", 0),
        ("007", 700),
        ("1.250", 125000),
        ("1,250", 125000),
        ("1.250,00", 125000),
        ("1,250.00", 125000),
        ("1.250,5", 125050),
        ("1.250.000", 125000000),
        ("1,250,000.99", 125000099),
        ("12.345,67\N{NO-BREAK SPACE}€", 1234567),
        ("€12,345.67", 1234567),
        ("€ 25", 2500),
        ("25 EUR", 2500),
        ("EUR 25", 2500),
        ("25 euro", 2500),
        ("  25\t", 2500),
        ("100000000000", LARGEST_CENTS),
    ],
)
def test_amounts_as_people_write_them(text, cents):
    assert parse_euro(text) == Money(cents)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("€", "empty"),
        ("-5", "negative"),
        ("€ -5", "negative"),
        ("\N{MINUS SIGN}5", "negative"),
        ("dieci", "text"),
        ("1e3", "text"),
        ("12 50", "text"),
        ("1'250", "text"),
        ("€ 5 €", "text"),
        ("+5", "text"),
        ("\N{ARABIC-INDIC DIGIT FIVE}", "text"),
        ("12\n50", "text"),
        ("1.250,5,0", "mixture"),
        ("1.250.00", "mixture"),
        ("1,250,00", "mixture"),
        ("1.250,000", "mixture"),
        ("1.250,000.00", "mixture"),
        ("1250.000", "mixture"),
        ("12,5000", "mixture"),
        ("0.250", "mixture"),
        ("12,", "mixture"),
        (",50", "mixture"),
        ("12..50", "mixture"),
        ("1.25.0", "mixture"),
        (",", "mixture"),
        ("100000000000,01", "too_large"),
        ("9" * 5000, "too_large"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(text, code):
    with pytest.raises(MoneySyntaxError) as refusal:
        parse_euro(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("cents", "language", "shown"),
    [
        (1234567, "it", "12.345,67\N{NO-BREAK SPACE}€"),
        (1234567, "en", "€12,345.67"),
        (1234567, "en-gb", "€12,345.67"),
        (5, "it", "0,05\N{NO-BREAK SPACE}€"),
        (-100, "it", "-1,00\N{NO-BREAK SPACE}€"),
        (-100000, "en", "-€1,000.00"),
        (0, "de", "0,00\N{NO-BREAK SPACE}€"),
    ],
)
def test_amounts_as_pages_show_them(cents, language, shown):
    assert format_euro(cents, language) == shown


def test_a_float_is_never_shown_as_money():
    with pytest.raises(TypeError):
        format_euro(1.5, "it")


@given(st.integers(0, LARGEST_CENTS), st.sampled_from(["it", "en"]))
def test_what_a_page_shows_can_be_typed_back(cents, language):
    assert parse_euro(format_euro(cents, language)) == Money(cents)


@given(st.text(max_size=30) | st.text("0123456789.,-€ ", max_size=20))
def test_any_text_is_an_amount_or_a_refusal(text):
    try:
        money = parse_euro(text)
    except MoneySyntaxError as refusal:
        assert refusal.code in {"empty", "negative", "text", "mixture", "too_large"}  # noqa: PT017
    else:
        assert 0 <= money.cents <= LARGEST_CENTS
