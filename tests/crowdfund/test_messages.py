"""The catalogues: every string the code and the templates show is found, missing and dead Italian is told."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from django.core.management import CommandError, call_command

from crowdfund.management.commands import messages

VIEW = """
from django.utils.translation import gettext as _, ngettext, pgettext

# Translators: of a campaign
TITLE = _("Open")
BUTTON = pgettext("verb", "Open")
def days(n): return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
LONG = _(
    "One sentence "
    "in two lines."
)
not_ours = gettext_of_others("Never")
"""
TEMPLATE = """{% load i18n %}
{# Translators: on top #}
    <h1>{% translate "Welcome" %}</h1> it's "quoted {% translate 'Same line' %}
\t<p title="{% translate "Tip" context "hint" %}">{{ name|default:_("Nobody") }}</p>
  {% blocktranslate count n=rows|length trimmed %}
      {{ n }} row
        of one
    {% plural %}
      {{ n }} rows
        of many
  {% endblocktranslate %}
{% comment %}{% translate "Commented out" %}{% endcomment %}
    {# {% translate "Also out" %} #}
{% blocktranslate %}Two
lines{% endblocktranslate %}
{% if a < b and "x" == 'y' %}([{{% endif %}
"""


@pytest.fixture
def house(tmp_path: Path, settings) -> Path:
    """A house of one room with a view, a template, a nested app's template and one nobody owns."""
    for name, text in {
        "campaigns/views.py": VIEW,
        "campaigns/calls/__init__.py": "",
        "campaigns/migrations/0001.py": "_('Of a migration')",
        "templates/campaigns/page.html": TEMPLATE,
        "templates/calls/page.html": '{% translate "Call" %}',
        "templates/components/card.html": '{% translate "Card" %}',
        "templates/account/login.html": '{% translate "Log in" %}',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    settings.BASE_DIR = tmp_path
    return tmp_path


IDS = {
    ("Open", None), ("Open", "verb"), (("%(n)s day", "%(n)s days"), None), ("One sentence in two lines.", None),
    ("Welcome", None), ("Same line", None), ("Tip", "hint"), ("Nobody", None), ("Two\nlines", None), ("Call", None),
    (("%(n)s row of one", "%(n)s rows of many"), None),
}  # fmt: skip


def italian(house: Path, **texts: str) -> Path:
    """Translate the room: by default each string is itself in capitals, placeholders kept."""
    messages.Command().handle(room=["campaigns"], check=False, compile=False)
    path = messages.po_path("campaigns")
    catalog = messages.read("campaigns")
    for message in catalog:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            done = tuple(text.upper().replace("%(N)S", "%(n)s") for text in ids)
            message.string = done if isinstance(message.id, tuple) else done[0]
            if ids[0] in texts:
                message.string = texts[ids[0]]
    with path.open("wb") as file:
        write_po(file, catalog)
    return path


def check(room: str = "campaigns") -> list[str]:
    try:
        call_command("messages", "--check", "--room", room)
    except CommandError as error:
        return str(error).splitlines()
    return []


def test_every_string_is_found_and_nothing_else(house):
    found = messages.collect("campaigns")
    assert {(message.id, message.context) for message in found if message.id} == IDS
    assert "of a campaign" in found.get("Open").auto_comments[0]
    assert {message.id for message in messages.collect("crowdfund") if message.id} == {"Card"}
    assert {message.id for message in messages.collect("accounts") if message.id} == {"Log in"}


def test_a_complete_catalogue_passes(house):
    italian(house)
    assert check() == []


def test_missing_italian_is_told_with_its_place(house):
    italian(house)
    (house / "campaigns" / "more.py").write_text('_("New here")')
    assert check() == ["campaigns: no Italian for 'New here' (campaigns/more.py)"]


def test_without_a_catalogue_everything_is_missing(house):
    assert len(check()) == len(IDS)


def test_dead_italian_is_told(house):
    italian(house)
    page = house / "templates" / "calls" / "page.html"
    page.write_text("")
    assert check() == ["campaigns: nothing shows 'Call' any more"]
    call_command("messages", "--room", "campaigns")
    assert check() == []


@pytest.mark.parametrize("half", [("%(n)s GIORNO", ""), ("", "%(n)s GIORNI")])
def test_half_a_plural_is_missing(house, half):
    italian(house, **{"%(n)s day": half})
    (problem,) = check()
    assert "no Italian for ('%(n)s day', '%(n)s days')" in problem


def test_a_string_that_became_a_plural_is_missing(house):
    italian(house)
    view = house / "campaigns" / "views.py"
    view.write_text(view.read_text().replace('_("Open")', 'ngettext("Open", "All open", 2)'))
    problems = check()
    assert any("no Italian for ('Open', 'All open')" in problem for problem in problems)
    assert any("nothing shows 'Open' any more" in problem for problem in problems)


@pytest.mark.parametrize(
    ("msgid", "text"),
    [
        ("%(n)s day", ("UN GIORNO", "%(m)s GIORNI")),  # a KeyError on the page
        ("%(n)s day", ("%(n)s GIORNO", "%(n) GIORNI")),  # ' G' is a format of its own
        ("%(n)s day", ("%(n GIORNO", "%(n)s GIORNI")),
        ("Welcome", "Ciao %(name)s"),
    ],
)
def test_placeholders_that_the_code_does_not_fill_are_told(house, msgid, text):
    italian(house, **{msgid: text})
    (problem,) = check()
    assert problem.startswith("campaigns: placeholders differ in")


def test_a_plural_may_leave_its_number_out_of_one(house):
    italian(house, **{"%(n)s day": ("un giorno", "%(n)s giorni")})
    assert check() == []


def test_collecting_twice_changes_nothing(house):
    path = italian(house)
    call_command("messages", "--room", "campaigns")
    once = path.read_bytes()
    call_command("messages", "--room", "campaigns")
    assert path.read_bytes() == once


def test_collecting_keeps_what_was_translated(house):
    italian(house)
    (house / "campaigns" / "more.py").write_text('_("New here")')
    call_command("messages", "--room", "campaigns")
    catalog = messages.read("campaigns")
    assert catalog.get("Open", "verb").string == "OPEN"
    assert catalog.get("New here").string == ""


def test_it_says_how_many_are_missing(house, capsys):
    call_command("messages", "--room", "campaigns")
    assert f"{len(IDS)} strings, {len(IDS)} without Italian" in capsys.readouterr().err


def test_compiled_it_is_what_django_reads(house):
    path = italian(house)
    call_command("messages", "--compile", "--room", "campaigns")
    with path.with_suffix(".mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert read.gettext("Welcome") == "WELCOME"
    assert read.pgettext("verb", "Open") == "OPEN"
    assert [read.ngettext("%(n)s day", "%(n)s days", n) for n in (0, 1, 2)] == [
        "%(n)s DAYS",
        "%(n)s DAY",
        "%(n)s DAYS",
    ]


def test_a_room_that_does_not_exist_is_refused():
    with pytest.raises(CommandError):
        call_command("messages", "--room", "kitchen")
