"""Collect, check and compile the translations in pure Python: gettext is for translators only."""

from __future__ import annotations

import io
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

ROOMS = ("crowdfund", "accounts", "campaigns", "payments")
OF_ACCOUNTS = {"account", "allauth", "mfa", "usersessions"}
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


def sources(room: str) -> Iterator[tuple[Path, bytes]]:
    """Yield every file of a room whose strings are translated, as Python text."""
    base = Path(settings.BASE_DIR)
    for path in sorted((base / room).rglob("*.py")):
        if not {"migrations", "standin"} & set(path.parts):
            yield path, path.read_bytes()
    for path in sorted((base / "templates").rglob("*")):
        top = path.relative_to(base / "templates").parts[0]
        home = top if top in ROOMS else "accounts" if top in OF_ACCOUNTS else "crowdfund"
        if path.is_file() and home == room and path.suffix in {".html", ".txt", ".xml"}:
            text = templatize(path.read_text("utf-8"), origin=str(path))
            # markup is indented as markup, not as Python
            yield path, "\n".join(line.lstrip() for line in text.splitlines()).encode()


def collect(room: str) -> Catalog:
    """Return the catalogue of all strings a room's code and templates show."""
    catalog = Catalog(project="civic-crowdfunding", charset="utf-8")
    for path, text in sources(room):
        place = path.relative_to(settings.BASE_DIR).as_posix()
        for line, message, comments, context in extract(
            "python", io.BytesIO(text), keywords=KEYWORDS, comment_tags=("Translators",)
        ):
            # the places are kept without lines, so that a moved line changes no catalogue
            catalog.add(message, None, [(place, 0)], auto_comments=comments, context=context)
            del line
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


def missing(room: str) -> list[str]:
    """Return what a room shows that has no Italian, and Italian that nothing shows any more."""
    have, want = read(room), collect(room)
    keys = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in want if m.id}
    lacking = []
    for message in want:
        if message.id:
            found = have.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            if (
                not found
                or not found.string
                or found.fuzzy
                or (isinstance(found.string, tuple) and not all(found.string))
            ):
                lacking.append(f"{room}: no Italian for {message.id!r} ({message.locations[0][0]})")
    dead = [
        f"{room}: nothing shows {m.id!r} any more"
        for m in have
        if m.id and (m.id if isinstance(m.id, str) else m.id[0], m.context) not in keys
    ]
    return lacking + dead


class Command(BaseCommand):
    """`messages` updates the catalogues, `--check` refuses a missing translation, `--compile` builds the .mo files."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two switches."""
        parser.add_argument("--check", action="store_true", help="exit 1 when a string has no Italian")
        parser.add_argument("--compile", action="store_true", help="build the .mo files")
        parser.add_argument("--room", action="append", help="only this room")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do one of the three."""
        rooms = options["room"] or ROOMS
        if options["check"]:
            problems = [line for room in rooms for line in missing(room)]
            if problems:
                raise CommandError("\n".join(problems))
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
        lacking = [m for m in have if m.id and not m.string]
        sys.stderr.write(f"{room}: {len(have)} strings, {len(lacking)} without Italian\n")

    def _compile(self, room: str) -> None:
        path = po_path(room)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read(room))
