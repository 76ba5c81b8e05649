"""Who wrote what, and what changed between two versions. Pure: texts in, pieces out; the template escapes them."""

from __future__ import annotations

import dataclasses
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from campaigns.codesign.models import ProposalVersion

Change = Literal["same", "added", "removed"]
WORD = re.compile(r"\s+|\w+|[^\w\s]")
MOST_WORDS = 1500  # comparing words takes their square; a longer passage is shown as a whole


@dataclasses.dataclass(frozen=True)
class Piece:
    """A run of text that stayed, came or went."""

    change: Change
    text: str


@dataclasses.dataclass(frozen=True)
class Passage:
    """Lines in a row that the same person wrote in the same version."""

    text: str
    version: ProposalVersion


def differences(before: str, after: str) -> list[Piece]:
    """Compare two texts line by line, and word by word within the lines that changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            pieces.append(Piece("same", now))
        else:
            pieces.extend(_words(was, now))
    return list(_joined(pieces))


def attributed(versions: Iterable[ProposalVersion]) -> list[Passage]:
    """Say of each passage of the latest text in which version it came to stand there.

    `versions` oldest first. A line that moved counts as written anew.
    """
    lines: list[str] = []
    origin: list[ProposalVersion] = []
    for version in versions:
        new = version.text.split("\n")
        matcher = SequenceMatcher(None, lines, new, autojunk=False)
        fresh = [version] * len(new)
        for block in matcher.get_matching_blocks():
            fresh[block.b : block.b + block.size] = origin[block.a : block.a + block.size]
        lines, origin = new, fresh
    return list(_passages(lines, origin))


def _words(was: str, now: str) -> Iterator[Piece]:
    old, new = WORD.findall(was), WORD.findall(now)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = [was], [now]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(new[j1:j2]))
            continue
        yield Piece("removed", "".join(old[i1:i2]))
        yield Piece("added", "".join(new[j1:j2]))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    held: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if held and held.change == piece.change:
            held = Piece(held.change, held.text + piece.text)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _passages(lines: Sequence[str], origin: Sequence[ProposalVersion]) -> Iterator[Passage]:
    """Join neighbouring lines of one version; an empty line belongs to the passage before it."""
    held: list[str] = []
    source: ProposalVersion | None = None
    for line, version in zip(lines, origin, strict=True):
        if held and source is not None and version.number != source.number and line.strip():
            yield Passage("\n".join(held).strip("\n"), source)
            held = []
        if line.strip() or held:
            source = version if line.strip() else source
            held.append(line)
    if held and source is not None:
        yield Passage("\n".join(held).strip("\n"), source)
