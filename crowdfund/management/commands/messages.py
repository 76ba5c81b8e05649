"""Collect, check and compile the translations in pure Python: gettext is for translators only."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from babel.messages.catalog import Message

ROOMS = ("crowdfund", "accounts", "campaigns", "payments")
OF_ACCOUNTS = {"account", "allauth", "mfa", "usersessions"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def room_of(folder: str) -> str:
    """Return the room of a folder of templates: its own, that of the nested app it is named after, or the hall."""
    if folder in OF_ACCOUNTS:
        return "accounts"
    base = Path(settings.BASE_DIR)
    homes = [room for room in ROOMS if folder == room or (base / room / folder / "__init__.py").exists()]
    return homes[0] if homes else "crowdfund"


def sources(room: str) -> Iterator[tuple[Path, bytes]]:
    """Yield every file of a room whose strings are translated, as Python text."""
    base = Path(settings.BASE_DIR)
    for path in sorted((base / room).rglob("*.py")):
        if not {"migrations", "standin"} & set(path.relative_to(base).parts):
            yield path, path.read_bytes()
    for path in sorted((base / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".xml"} and path.is_file():
            if room_of(path.relative_to(base / "templates").parts[0]) != room:
                continue
            text = templatize(path.read_text("utf-8"), origin=str(path))
            # markup is indented as markup, not as Python
            yield path, "\n".join(line.lstrip() for line in text.splitlines()).encode()


def collect(room: str) -> Catalog:
    """Return the catalogue of all strings a room's code and templates show."""
    catalog = Catalog(project="civic-crowdfunding", charset="utf-8")
    for path, text in sources(room):
        place = path.relative_to(settings.BASE_DIR).as_posix()
        for _line, message, comments, context in extract(
            "python", io.BytesIO(text), keywords=KEYWORDS, comment_tags=("Translators",)
        ):
            # the places are kept without lines, so that a moved line changes no catalogue
            catalog.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    return catalog


def po_path(room: str) -> Path:
    """Return where a room's Italian lives."""
    return Path(settings.BASE_DIR) / "locale" / room / "it" / "LC_MESSAGES" / "django.po"


def read(room: str) -> Catalog:
    """Read a room's Italian catalogue, empty when there is none yet."""
    path = po_path(room)
    if not path.exists():
        return Catalog(locale="it", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="it")


def ids(message: Message) -> tuple[str, ...]:
    """Return the English of a string: one text, or the singular and the plural."""
    return tuple(message.id) if message.pluralizable else (str(message.id),)


def italian(message: Message | None) -> tuple[str, ...]:
    """Return the Italian of a string in all its forms, nothing when one of them is missing or unsure."""
    if message is None or message.fuzzy or not message.string:
        return ()
    forms = tuple(message.string) if message.pluralizable else (str(message.string),)
    return forms if all(forms) else ()


def fits(forms: tuple[str, ...], english: tuple[str, ...]) -> bool:
    """Say whether the code can fill in every form, and the last one leaves nothing of the English out."""
    known = {name for text in english for name in PLACEHOLDER.findall(text)}
    if set(PLACEHOLDER.findall(forms[-1])) != set(PLACEHOLDER.findall(english[-1])):
        return False
    for text in forms:
        named = PLACEHOLDER.findall(text)
        if not known.issuperset(named) or text.count("%(") != len(named):
            return False
    return True


def problems(room: str) -> list[str]:
    """Return what a room shows that has no right Italian, and Italian that nothing shows any more."""
    have, want = read(room), collect(room)
    wanted = {(ids(message), message.context): message.locations[0][0] for message in want if message.id}
    found = {(ids(message), message.context): message for message in have if message.id}
    told = []
    for key, place in wanted.items():
        english = key[0] if len(key[0]) > 1 else key[0][0]
        forms = italian(found.get(key))
        if not forms:
            told.append(f"{room}: no Italian for {english!r} ({place})")
        elif not fits(forms, key[0]):
            told.append(f"{room}: placeholders differ in {english!r} ({place})")
    dead = [key[0] if len(key[0]) > 1 else key[0][0] for key in found if key not in wanted]
    return told + [f"{room}: nothing shows {english!r} any more" for english in dead]


class Command(BaseCommand):
    """`messages` updates the catalogues, `--check` refuses a missing translation, `--compile` builds the .mo files."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two switches."""
        parser.add_argument("--check", action="store_true", help="exit 1 when a string has no Italian")
        parser.add_argument("--compile", action="store_true", help="build the .mo files")
        parser.add_argument("--room", action="append", choices=ROOMS, help="only this room")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do one of the three."""
        rooms = options["room"] or ROOMS
        if options["check"]:
            if told := [line for room in rooms for line in problems(room)]:
                raise CommandError("\n".join(told))
            return
        for room in rooms:
            if not options["compile"]:
                self._update(room)
            self._compile(room)

    def _update(self, room: str) -> None:
        have = read(room)
        fresh = collect(room)
        fresh.creation_date = have.creation_date  # so that nothing changes when nothing changed
        have.update(fresh, no_fuzzy_matching=True)
        have.obsolete.clear()
        path = po_path(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, have, width=110, omit_header=False, sort_output=True, include_lineno=False)
        lacking = [message for message in have if message.id and not italian(message)]
        sys.stderr.write(f"{room}: {len(have)} strings, {len(lacking)} without Italian\n")

    def _compile(self, room: str) -> None:
        path = po_path(room)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read(room))
