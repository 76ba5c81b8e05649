from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.ledger.formula import (
    EMPTY_ROOT,
    Seal,
    canonical_text,
    day_entries,
    first_broken_seal,
    genesis_hash,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    node_hash,
    proof_holds,
    seal_chain,
    transfer_digest,
)

TRANSFER: dict[str, Any] = {
    "transfer_id": 42,
    "book": "cash",
    "debit": "cash:stripe",
    "credit": "held:7:card",
    "amount_cents": 2500,
    "code": "charge_collected",
    "reference": "charge_attempt:9",
    "reverses_id": None,
    "posted_at": datetime(2026, 11, 22, 12, 49, tzinfo=UTC),
}
TEXT = "42|cash|cash:stripe|held:7:card|2500|charge_collected|charge_attempt:9||2026-11-22T12:49:00.000000Z"


def test_a_transfer_as_a_line():
    assert canonical_text(**TRANSFER) == TEXT
    assert canonical_text(**TRANSFER | {"reverses_id": 41}) == TEXT.replace("||", "|41|")


def test_the_same_moment_in_another_zone_is_the_same_text():
    rome = datetime(2026, 11, 22, 13, 49, tzinfo=timezone(timedelta(hours=1)))
    assert canonical_text(**TRANSFER | {"posted_at": rome}) == TEXT


@pytest.mark.parametrize("field", ["book", "debit", "credit", "code", "reference"])
def test_no_field_may_hold_the_separator(field):
    with pytest.raises(ValueError, match="holds a"):
        canonical_text(**TRANSFER | {field: "a|b"})


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        canonical_text(**TRANSFER | {"posted_at": datetime(2026, 11, 22, 12, 49)})  # noqa: DTZ001


def test_the_digest_is_what_sha256sum_prints():
    # printf %s '1|cash|a|b|1|c|r||2026-01-01T00:00:00.000000Z' | sha256sum
    text = "1|cash|a|b|1|c|r||2026-01-01T00:00:00.000000Z"
    assert transfer_digest(text).hex() == "27c8d681030fc01a085e9384d971c2fc84f194df85ff15dd2b835b1869f5c6bc"
    assert transfer_digest("perché").hex() == sha256("perché".encode()).hexdigest()


def test_the_first_seals_by_hand():
    one, two = b"\x01" * 32, b"\x02" * 32
    first, second = seal_chain(digests=[one, two], first_seq=1, previous_hash=genesis_hash("cash"))
    start = sha256(b"cash").hexdigest()
    assert first.hash == sha256(f"1|{start}|{'01' * 32}".encode()).digest()
    assert second == Seal(2, two, first.hash, sha256(f"2|{first.hash.hex()}|{'02' * 32}".encode()).digest())


DIGESTS = st.lists(st.binary(min_size=32, max_size=32), max_size=20)


@given(DIGESTS, st.integers(0, 20))
def test_a_chain_made_in_two_goes_is_the_same_chain(digests, cut):
    whole = list(seal_chain(digests=digests, first_seq=1, previous_hash=genesis_hash("cash")))
    start = whole[:cut]
    previous = start[-1].hash if start else genesis_hash("cash")
    rest = list(seal_chain(digests=digests[len(start) :], first_seq=len(start) + 1, previous_hash=previous))
    assert start + rest == whole
    assert first_broken_seal(book="cash", seals=whole) is None
    if whole:
        assert first_broken_seal(book="budget", seals=whole) == 1


@given(DIGESTS.filter(bool), st.data())
def test_any_change_of_a_chain_is_found_where_it_was_made(digests, data):
    seals = list(seal_chain(digests=digests, first_seq=1, previous_hash=genesis_hash("cash")))
    place = data.draw(st.integers(0, len(seals) - 1))
    field = data.draw(st.sampled_from(["digest", "previous_hash", "hash", "seq"]))
    seal = seals[place]
    forged = (
        seal.seq + 1 if field == "seq" else bytes([getattr(seal, field)[0] ^ 1]) + getattr(seal, field)[1:]
    )
    seals[place] = seal._replace(**{field: forged})
    assert first_broken_seal(book="cash", seals=seals) == place + 1


def test_a_seal_left_out_is_found():
    seals = list(seal_chain(digests=[b"a", b"b", b"c"], first_seq=1, previous_hash=genesis_hash("cash")))
    assert first_broken_seal(book="cash", seals=[seals[0], seals[2]]) == 2


# The reference data set used by implementations of RFC 6962: eight entries and the root of each first n.
ENTRIES = [
    bytes.fromhex(entry.strip("-"))
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_entries(size):
    assert merkle_root(ENTRIES[:size]).hex() == ROOTS[size]


def test_the_tree_of_seven_drawn_in_the_rfc():
    """RFC 6962, 2.1.3: seven leaves d0-d6, whose audit paths are listed there."""
    d = ENTRIES[:7]
    a, b, c, e, f, j = (leaf_hash(d[i]) for i in (0, 1, 2, 3, 4, 6))
    g, h, i = node_hash(a, b), node_hash(c, e), node_hash(f, leaf_hash(d[5]))
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741
    assert merkle_root(d) == node_hash(k, l)
    assert inclusion_proof(d, 0) == [b, h, l]
    assert inclusion_proof(d, 3) == [c, g, l]
    assert inclusion_proof(d, 4) == [leaf_hash(d[5]), j, k]
    assert inclusion_proof(d, 6) == [i, k]


def recursive_root(entries):
    """The definition, word for word: split at the largest power of two below n."""
    if not entries:
        return EMPTY_ROOT
    if len(entries) == 1:
        return leaf_hash(entries[0])
    left = 1
    while left * 2 < len(entries):
        left *= 2
    return node_hash(recursive_root(entries[:left]), recursive_root(entries[left:]))


@given(st.lists(st.binary(max_size=3), max_size=70))
def test_the_root_in_one_pass_is_the_root_by_definition(entries):
    assert merkle_root(iter(entries)) == recursive_root(entries)


@given(st.integers(1, 70), st.data())
def test_a_proof_holds_for_its_own_leaf_place_size_and_root_alone(size, data):
    entries = [number.to_bytes(2, "big") for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    claim: dict[str, Any] = {
        "entry": entries[index],
        "index": index,
        "size": size,
        "proof": inclusion_proof(entries, index),
        "root": merkle_root(entries),
    }
    assert inclusion_holds(**claim)
    assert not inclusion_holds(**claim | {"entry": b"other"})
    assert not inclusion_holds(**claim | {"root": EMPTY_ROOT})
    assert not inclusion_holds(**claim | {"proof": [*claim["proof"], b"x" * 32]})
    assert not inclusion_holds(**claim | {"proof": claim["proof"][:-1]} if size > 1 else claim | {"index": 1})
    other = data.draw(st.integers(-1, size).filter(lambda place: place != index))
    assert not inclusion_holds(**claim | {"index": other})


def test_no_proof_of_a_leaf_that_is_not_there():
    for index in (-1, 2):
        with pytest.raises(IndexError):
            inclusion_proof([b"a", b"b"], index)


def test_a_day_holds_the_root_of_the_day_before():
    assert list(day_entries(previous_root=EMPTY_ROOT, digests=[b"a"])) == [EMPTY_ROOT, b"a"]


@given(st.integers(1, 40), st.data())
def test_a_transfers_text_leads_to_its_days_root_and_no_other_text_does(size, data):
    texts = [TEXT.replace("2500", str(cents)) for cents in range(1, size + 1)]
    entries = list(day_entries(previous_root=b"r" * 32, digests=map(transfer_digest, texts)))
    place = data.draw(st.integers(1, size))
    claim: dict[str, Any] = {
        "text": texts[place - 1],
        "index": place,
        "size": len(entries),
        "path": inclusion_proof(entries, place),
        "root": merkle_root(entries),
    }
    assert proof_holds(**claim)
    forged = TEXT.replace("2500", str(data.draw(st.integers(size + 1, 10**9))))
    assert not proof_holds(**claim | {"text": forged})
    other = data.draw(st.integers(0, size).filter(lambda index: index != place))
    assert not proof_holds(**claim | {"index": other})


def test_the_root_of_the_day_before_is_no_transfer():
    before = transfer_digest(TEXT)  # a "root" somebody made from a text
    entries = list(day_entries(previous_root=before, digests=[b"d" * 32]))
    path = inclusion_proof(entries, 0)
    assert inclusion_holds(entry=before, index=0, size=2, proof=path, root=merkle_root(entries))
    assert not proof_holds(text=TEXT, index=0, size=2, path=path, root=merkle_root(entries))
