"""Charts: round ticks, breaks where nothing is known, bars that never vanish, a table for every picture."""

import math
import re

from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.templatetags import charts

numbers = st.integers(min_value=-(10**11), max_value=10**11).map(lambda cents: cents / 100)


@given(numbers, numbers)
def test_ticks_hold_the_values_between_them(a, b):
    low, high = min(a, b), max(a, b)
    scale = charts.ticks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), 1)
    assert scale[0] <= low + slack
    assert scale[-1] >= high - slack
    assert 2 <= len(scale) <= 7
    assert scale == sorted(set(scale))


@given(st.floats(min_value=0.01, max_value=1e9), st.integers(min_value=1, max_value=12))
def test_steps_are_round(span, parts):
    step = charts.nice_step(span, parts)
    assert step * parts >= span * (1 - 1e-6)
    mantissa = step / math.pow(10, math.floor(math.log10(step * (1 + 1e-12))))
    assert min(abs(mantissa - nice) for nice in (1, 2, 2.5, 5)) < 1e-6


def test_values_are_written_in_their_unit():
    with override("it"):
        assert charts.show(1_250, "cents") == "12,50\N{NO-BREAK SPACE}€"
        assert charts.show(42, "percent") == "42\N{NO-BREAK SPACE}%"
        assert charts.show(0.5, "ratio") == "50\N{NO-BREAK SPACE}%"
        assert charts.show(None, "cents") == "–"


def test_something_small_is_still_seen_and_nothing_is_not():
    assert charts.bar_width(1, 1_000_000) == 0.6
    assert charts.bar_width(0, 10) == 0
    assert charts.bar_width(None, 10) == 0
    assert charts.bar_width(5, 10) == 50


def draw(source: str, **context: object) -> str:
    return Template("{% load charts %}" + source).render(Context(context))


def test_a_line_breaks_where_nothing_is_known_and_the_table_says_so():
    html = draw(
        '{% line_chart months lines "Rapporto" "Dodici mesi" "percent" %}',
        months=["gen", "feb", "mar", "apr", "mag"],
        lines=[{"label": "Rapporto", "values": [10, 20, None, 30, 40]}],
    )
    assert html.count("<polyline") == 4  # two runs in each of the two drawings
    assert html.count("<svg") == 2
    assert len(re.findall(r"<title id=", html)) == 2
    assert html.count('<tr role="row">') == 6
    assert ">–</td>" in html
    named = re.findall(r'aria-labelledby="([^"]+)"', html)
    assert all(f'id="{part}"' in html for label in named for part in label.split())


def test_a_chart_of_nothing_draws_nothing_and_does_not_fail():
    assert "<svg" not in draw('{% line_chart months lines "Vuoto" %}', months=[], lines=[])
    assert "<tr" in draw('{% bar_chart rows "Vuoto" %}', rows=[])
    assert "ladder" in draw("{% ladder steps %}", steps=[])


def test_coordinates_do_not_follow_the_language():
    with override("it"):
        html = draw(
            '{% line_chart months lines "R" %}',
            months=["a", "b"],
            lines=[{"label": "R", "values": [1.5, 2.7]}],
        )
    assert not re.search(r'(?:x|y|x1|y1|cx|cy|width)="[^"]*,', html)


def test_the_ladder_shows_published_amounts_and_shares_of_the_first():
    steps = [
        {"label": label, "cents": cents}
        for label, cents in (
            ("Programmato", 297_198_600),
            ("Ammesso", 297_198_600),
            ("Impegnato", 159_049_100),
            ("Erogato", 8_500_000),
        )
    ]
    with override("it"):
        html = draw("{% ladder steps %}", steps=steps)
    for text in (
        "2.971.986,00",
        "1.590.491,00",
        "85.000,00",
        "54\N{NO-BREAK SPACE}%",
        "3\N{NO-BREAK SPACE}%",
    ):
        assert text in html


def test_bars_compare_plan_and_actual():
    html = draw(
        '{% bar_chart rows "Bilancio" "cents" "Previsto" %}',
        rows=[{"label": "Lavori", "value": 5_000, "compare": 10_000}],
    )
    assert 'width="50.00"' in html
    assert 'width="100.00"' in html
    assert "Previsto" in html


def test_a_stepped_line_stays_level_until_it_jumps():
    lines = [{"label": "Erogato", "values": [0, 100, None, 50]}]
    drawn = charts.line_chart(["a", "b", "c", "d"], lines, "Passi", unit="cents", stepped=True)
    for drawing in drawn["drawings"]:
        (run,) = drawing["lines"][0]["runs"]
        points = [tuple(map(float, point.split(","))) for point in run.split()]
        assert len(points) == 3
        assert points[1] == (points[2][0], points[0][1])
