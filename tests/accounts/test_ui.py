"""Figures and days as pages write them, and form fields as people and screen readers meet them."""

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template
from django.utils.translation import override

from accounts.templatetags import ui
from crowdfund.kit.fields import EuroField

ROME = ZoneInfo("Europe/Rome")
NBSP = "\N{NO-BREAK SPACE}"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class Sample(forms.Form):
    name = forms.CharField(label="Nome", help_text="Come vuoi comparire.")
    amount = EuroField(label="Importo")
    reward = forms.ChoiceField(label="Premio", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    consent = forms.BooleanField(label="Ho capito")
    story = forms.CharField(label="Storia", widget=forms.Textarea, required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="7")


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "amount", "exact", "short"),
    [
        ("it", 1_234_567, f"12.345,67{NBSP}€", f"12.345,67{NBSP}€"),
        ("it", 1_200_000, f"12.000,00{NBSP}€", f"12.000{NBSP}€"),
        ("it", -5_000, f"-50,00{NBSP}€", f"-50{NBSP}€"),
        ("en", 1_200_000, "€12,000.00", "€12,000"),
        ("en", 1_200_050, "€12,000.50", "€12,000.50"),
        ("it", 0, f"0,00{NBSP}€", f"0{NBSP}€"),
    ],
)
def test_money_is_exact_and_loses_only_empty_decimals(language, amount, exact, short):
    with override(language):
        assert ui.cents(amount) == exact
        assert ui.euros(amount) == short


def test_what_is_not_known_is_not_written_as_zero():
    assert [ui.cents(None), ui.euros(None), ui.percent(None), ui.ratio(None), ui.day(None)] == [""] * 5


def test_percent_and_ratio_follow_the_language():
    with override("it"):
        assert ui.percent(97) == f"97{NBSP}%"
        assert ui.ratio(0.826) == f"83{NBSP}%"
    with override("en"):
        assert ui.percent(97.25, 1) == "97.3%"
        assert ui.ratio(0.29) == "29%"  # 0.29 * 100 is 28.999… as a float


def test_days_are_local_and_italian_months_are_lower_case():
    late = dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC)  # already April in Rome
    with override("it"):
        assert ui.day(late) == "1 aprile 2026"
        assert ui.month(late) == "aprile 2026"
        assert ui.moment(late) == "1 aprile 2026, 00:30"
        assert ui.short_day(dt.date(2026, 3, 7)) == "7 marzo"
    with override("en"):
        assert ui.day(late) == "1 April 2026"


@pytest.mark.parametrize(
    ("deadline", "left"),
    [
        (dt.datetime(2026, 3, 7, 23, 59, tzinfo=ROME), 0),
        (dt.datetime(2026, 3, 8, 0, 1, tzinfo=ROME), 1),
        (dt.datetime(2026, 4, 7, 12, 0, tzinfo=ROME), 31),
        (dt.datetime(2026, 3, 7, 11, 59, tzinfo=ROME), None),
        (None, None),
    ],
)
def test_days_left_are_counted_by_the_calendar(deadline, left):
    assert ui.days_until(deadline, dt.datetime(2026, 3, 7, 12, 0, tzinfo=ROME)) == left


def test_initials():
    assert [ui.initials(name) for name in ("Anna Maria Bianchi", "yusuf", "", "—")] == ["AB", "Y", "?", "?"]


def test_the_thermometer_grows_beyond_the_goal_instead_of_overflowing():
    under = ui.thermometer_widths(goal_cents=2_000, pledged_cents=500, match_cents=1_500, collected_cents=100)
    assert (under.pledged, under.collected, under.goal, under.percent) == (25, 5, 100, 25)
    assert under.crowd_share == 25
    over = ui.thermometer_widths(goal_cents=2_000, pledged_cents=2_500)
    assert (over.pledged, over.goal, over.percent) == (100, 80, 125)
    nearly = ui.thermometer_widths(goal_cents=10_000, pledged_cents=9_999)
    assert nearly.percent == 99  # rounded down: a goal is not reached by rounding
    assert ui.thermometer_widths(goal_cents=0, pledged_cents=0).percent == 0


def test_the_thermometer_says_in_words_what_it_draws():
    with override("it"):
        html = render("{% thermometer 2000000 1430000 3000000 250000 %}")
    for figure in ("14.300", "20.000", "2.500,00", "30.000,00", "44.300,00", "71"):
        assert figure in html
    assert html.count('aria-hidden="true"') >= 2


def test_steps_say_where_the_reader_is():
    with override("it"):
        html = render('{% steps "Importo|Ricompensa|Carta" 2 %}')
    assert "Passo 2 di 3" in html
    assert html.count('aria-current="step"') == 1
    assert "step-done" in html


def test_errors_and_hints_are_linked_to_their_field():
    form = Sample({"amount": "1.250,5,0"})
    html = render(
        '{% for f in form %}{% include "components/field.html" with field=f %}{% endfor %}', form=form
    )
    name = re.search(r'<input[^>]*name="name"[^>]*>', html)
    assert name is not None
    assert 'aria-describedby="id_name_helptext id_name_error"' in name[0]
    assert 'aria-invalid="true"' in name[0]
    for target in ("id_name_helptext", "id_name_error", "id_amount_error", "id_reward_error"):
        assert html.count(f'id="{target}"') == 1
    assert re.search(r"<fieldset[^>]*aria-describedby=\"id_reward_error\"", html)
    assert "data-amount" in html
    assert 'value="1.250,5,0"' in html  # what was typed stays


def test_every_label_reaches_its_input():
    html = render(
        '{% for f in form %}{% include "components/field.html" with field=f %}{% endfor %}', form=Sample()
    )
    ids = set(re.findall(r'<(?:input|textarea|select)[^>]*\bid="([^"]+)"', html))
    assert set(re.findall(r'<label[^>]*for="([^"]+)"', html)) <= ids
    assert len(ids) == 7


def test_a_form_alone_is_drawn_by_the_same_template():
    html = str(Sample({}))
    assert "error-summary" in html
    assert 'class="form-control is-invalid"' in html
    assert html.count('name="hidden"') == 1


def test_the_error_summary_leads_to_each_field():
    form = Sample({})
    form.full_clean()
    html = render('{% include "components/error_summary.html" %}', form=form)
    assert set(re.findall(r'href="#([^"]+)"', html)) == {
        f"id_{n}" for n in ("name", "amount", "reward", "consent")
    } | {"id_hidden"}


def test_a_stored_picture_name_becomes_an_address():
    assert ui.picture("pictures/orto.svg").endswith("/static/pictures/orto.svg")
    assert ui.picture("projects/ab.webp").endswith("/media/projects/ab.webp")
    assert ui.picture("").endswith("quartiere.svg")


PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", PAGES)
def test_templates_are_sound_and_carry_no_inline_style_or_script(name):
    get_template(name)
    source = (TEMPLATES / name).read_text("utf-8")
    if not name.startswith("emails/"):
        assert not re.search(r"\sstyle=|\son[a-z]+=", source)
        for tag in re.findall(r"<script[^>]*>", source):
            assert "src=" in tag or 'type="application/json"' in tag
