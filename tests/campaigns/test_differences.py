"""What changed between two texts, and who wrote what: nothing is lost, nothing is made up."""

from __future__ import annotations

import time
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from campaigns.codesign.selectors.differences import Piece, attributed, differences

TEXTS = st.text(alphabet="ab \n<è", max_size=60)


def version(number, text):
    return SimpleNamespace(number=number, text=text)


def test_words_that_changed_are_told_apart_within_their_line():
    pieces = differences("Apriamo il cortile.\nSabato.", "Apriamo il giardino.\nSabato.")
    assert pieces == [
        Piece("same", "Apriamo il "),
        Piece("removed", "cortile"),
        Piece("added", "giardino"),
        Piece("same", ".\nSabato."),
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back(before, after):
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.change != "added") == before
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == after


def test_a_long_rewrite_is_compared_in_time():
    before = " ".join(f"parola{n}" for n in range(2_500))
    after = " ".join(f"altra{n} e" for n in range(1_600))
    start = time.monotonic()
    pieces = differences(before, after)
    assert time.monotonic() - start < 2
    assert [piece.change for piece in pieces] == ["removed", "added"]


def test_each_passage_belongs_to_the_version_that_brought_it():
    one = version(1, "Titolo\n\nApriamo il cortile.")
    two = version(2, "Titolo\n\nApriamo il cortile.\nSabato.")
    three = version(3, "Titolo\n\nApriamo il giardino.\nSabato.")
    found = [(passage.text, passage.version.number) for passage in attributed([one, two, three])]
    assert found == [("Titolo", 1), ("Apriamo il giardino.", 3), ("Sabato.", 2)]


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_the_passages_hold_every_line_of_the_latest_text(texts):
    passages = attributed([version(number, text) for number, text in enumerate(texts, start=1)])
    lines = [line for passage in passages for line in passage.text.split("\n") if line.strip()]
    assert lines == [line for line in texts[-1].split("\n") if line.strip()]
