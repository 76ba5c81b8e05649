"""References, QR texts and the bank's files: read exactly, written to the letter of the schema."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import segno.helpers
import xmlschema
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iso11649

from payments.bank.formula import (
    Line,
    Payment,
    PaymentFile,
    StatementError,
    clean_reference,
    creditor_reference,
    epc_text,
    find_references,
    in_groups,
    read_statements,
    write_payments,
)
from payments.bank.formula.pain import sepa_text
from payments.bank.formula.xml import LARGEST_BYTES
from tests.payments.bank_files.writing import (
    ADA,
    BO,
    DAY,
    OURS,
    Move,
    document,
    one_statement,
    statement,
)

FILES = Path(__file__).parent / "bank_files"
KNOWN = "RF18539007547034"  # the standard's own example
bodies = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=21)
digits = st.text("0123456789", min_size=12, max_size=12)


class TestReferences:
    def test_the_standards_example(self):
        assert creditor_reference("539007547034") == KNOWN
        assert in_groups(KNOWN) == "RF18 5390 0754 7034"

    @given(bodies)
    def test_what_is_made_is_valid(self, body):
        made = creditor_reference(body)
        assert iso11649.is_valid(made)
        assert clean_reference(in_groups(made).lower()) == made

    @pytest.mark.parametrize("body", ["", "abc", "A-1", "1" * 22, "È"])
    def test_what_is_no_body(self, body):
        with pytest.raises(ValueError, match="capital letters"):
            creditor_reference(body)

    @given(digits, st.integers(0, 15), st.integers(1, 9))
    def test_one_wrong_digit_is_always_noticed(self, body, at, by):
        made = creditor_reference(body)
        at = max(at, 2)
        wrong = made[:at] + str((int(made[at]) + by) % 10) + made[at + 1 :]
        assert clean_reference(wrong) == ""

    @given(
        digits,
        st.lists(st.sampled_from(["", " ", "  ", "\n", ".", "-", "/"]), min_size=15, max_size=15),
        st.sampled_from(["", "SOSTEGNO ORTO ", "rif. ", "SURF12 RF ", "RF18539007547035 "]),
        st.sampled_from(["", " GRAZIE", " 12 EURO", "\nRF", " e "]),
    )
    def test_it_is_found_in_free_text_however_it_is_written(self, body, gaps, before, after):
        made = creditor_reference(body)
        spelt = made[0] + "".join(gap + sign for gap, sign in zip(["", *gaps], made[1:], strict=False))
        assert made in find_references(before + spelt.lower() + after)

    @pytest.mark.parametrize("text", ["", "RF", "RF18", "rf18 5390 0754 7035", "RF١٨٥٣٩٠", "x" * 9_999])
    def test_nothing_is_found_where_there_is_nothing(self, text):
        assert KNOWN not in find_references(text)


class TestQrText:
    def test_line_by_line(self):
        text = epc_text(name="Comune di Prova", iban=OURS, cents=1_250, reference=KNOWN, bic="AAAAITMM")
        assert text.split("\n") == (
            ["BCD", "002", "1", "SCT", "AAAAITMM", "Comune di Prova", OURS, "EUR12.50", "", KNOWN]
        )

    def test_the_longest_code_fits(self):
        longest = {"name": "€" * 70, "cents": 99_999_999_999, "reference": creditor_reference("9" * 21)}
        assert len(epc_text(iban=OURS, bic="AAAAITMMXXX", **longest).encode()) <= 331

    @given(
        st.integers(1, 99_999_999_999),
        st.text("abc àèß€", min_size=1, max_size=70).filter(lambda name: name.strip() == name),
        digits,
    )
    def test_another_implementation_writes_the_same(self, cents, name, body):
        reference = creditor_reference(body)
        theirs = segno.helpers._make_epc_qr_data(  # type: ignore[attr-defined]
            name=name,
            iban=OURS,
            amount=decimal.Decimal(cents) / 100,
            reference=reference,
            encoding="utf-8",
        ).decode()
        ours = epc_text(name=name, iban=OURS, cents=cents, reference=reference)
        written, read = ours.split("\n"), theirs.split("\n")
        assert decimal.Decimal(written.pop(7)[3:]) == decimal.Decimal(read.pop(7)[3:])
        assert written == read

    @pytest.mark.parametrize(
        "wrong",
        [
            {"cents": 0},
            {"cents": 10**11},
            {"cents": 1.5},
            {"name": ""},
            {"name": "x" * 71},
            {"name": "a\nb"},
            {"iban": OURS[:-1] + "7"},
            {"reference": KNOWN[:-1] + "5"},
        ],
    )
    def test_beyond_the_limits(self, wrong):
        given = {"name": "Comune", "iban": OURS, "cents": 100, "reference": KNOWN} | wrong
        with pytest.raises(ValueError, match="the "):
            epc_text(**given)


class TestReadingAStatement:
    @pytest.mark.parametrize("name", ["day_v02.xml", "day_v08.xml"])
    def test_a_whole_day(self, name):
        [found] = read_statements((FILES / name).read_bytes())
        assert (found.id, found.iban) == ("327/2026", OURS)
        assert (found.from_on, found.to_on) == (DAY, DAY)
        assert (found.opening_cents, found.closing_cents, found.final) == (100_000, 113_165, True)
        plain, spaced, first, second, back, charge = found.lines
        assert plain == Line(
            credit=True,
            cents=2_500,
            booked_on=DAY,
            value_on=DAY,
            servicer_reference="2026112300001",
            references=(KNOWN,),
            text=KNOWN,
            party="LOVELACE ADA",
            party_iban=ADA,
        )
        assert KNOWN in spaced.references, "in free text, with spaces and over two lines"
        assert (spaced.value_on, spaced.party_iban) == (dt.date(2026, 11, 24), BO)
        assert (first.cents, first.servicer_reference, first.party) == (6_000, "2026112300003/B1", "CARLA")
        assert first.booked_on == DAY, "half past eleven in the evening in London is the next day in Rome"
        assert (second.cents, second.servicer_reference, second.party) == (4_000, "2026112300003/2", "DARIO")
        assert (back.returned, back.return_reason, back.end_to_end_id) == (True, "AC04", "CF-1-1")
        assert (charge.credit, charge.cents, charge.text) == (False, 1_100, "SPESE TENUTA CONTO")
        assert [line.charge for line in found.lines] == [False] * 5 + [True]

    def test_both_versions_say_the_same(self):
        old, new = (read_statements((FILES / f"day_v{v}.xml").read_bytes()) for v in ("02", "08"))
        assert old == new
        assert old[0].digest() == new[0].digest()

    @given(
        st.lists(
            st.builds(
                Move,
                cents=st.integers(-(10**12), 10**12).filter(bool),
                on=st.dates(dt.date(2026, 11, 1), dt.date(2026, 11, 30)),
                ref=st.text("ABC123", max_size=6),
                text=st.text("abc àè<&>'\"", max_size=20).map(str.strip),
                name=st.text("Ada &<", max_size=9).map(str.strip),
                e2e=st.sampled_from(["", "NOTPROVIDED", "CF-1-2"]),
                reversal=st.booleans(),
            ),
            max_size=8,
        ),
        st.integers(-(10**9), 10**9),
        st.sampled_from(["02", "08"]),
    )
    @settings(max_examples=60)
    def test_what_is_written_is_read(self, moves, opening, version):
        content = statement(moves, opening=opening, version=version, from_on=dt.date(2026, 11, 1))
        [found] = read_statements(content)
        assert [line.signed_cents for line in found.lines] == [move.cents for move in moves]
        assert [line.booked_on for line in found.lines] == [move.on for move in moves]
        assert [line.text for line in found.lines] == [" ".join(move.text.split()) for move in moves]
        assert [line.party for line in found.lines] == [" ".join(move.name.split()) for move in moves]
        assert found.closing_cents == opening + sum(move.cents for move in moves)
        assert len(set(found.keys())) == len(moves), "each line has a name of its own"

    @pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
    @pytest.mark.parametrize("version", ["02", "08"])
    def test_what_is_not_booked_does_not_count(self, status, version):
        [found] = read_statements(statement([Move(500), Move(900, status=status)], version=version))
        assert [line.cents for line in found.lines] == [500]

    def test_a_batch_that_does_not_add_up_stays_one_line(self):
        parts = (Move(100, rf=KNOWN), Move(150, text="due"))
        [line] = read_statements(statement([Move(300, ref="B", batch=parts)]))[0].lines
        assert (line.cents, line.servicer_reference, line.text) == (300, "B", f"{KNOWN} due")

    def test_a_batch_without_amounts_stays_one_line(self):
        parts = (Move(100, amounts=False), Move(200, amounts=False))
        [line] = read_statements(statement([Move(-300, batch=parts, batch_id="CF-7")]))[0].lines
        assert (line.credit, line.cents, line.batch_id) == (False, 300, "CF-7")

    def test_pages_of_one_statement(self):
        first = one_statement([Move(100)], kinds=("OPBD", "ITBD"), name="P")
        last = one_statement([Move(200)], kinds=("ITBD", "CLBD"), opening=100, name="P")
        found = read_statements(document(first, last))
        assert [(one.opening_cents, one.closing_cents, one.final) for one in found] == (
            [(0, 100, False), (100, 300, True)]
        )

    def test_the_same_movement_has_the_same_name_in_every_statement(self):
        twins = [Move(500, text="x"), Move(500, text="x"), Move(500, ref="R1")]
        [day] = read_statements(statement(twins))
        more = [Move(100, on=DAY - dt.timedelta(days=1)), *twins]
        [week] = read_statements(statement(more, from_on=DAY - dt.timedelta(days=1), name="W"))
        assert len(set(day.keys())) == 3
        assert day.keys() == week.keys()[1:]

    def test_a_long_text_is_cut_and_a_deep_tree_costs_nothing(self):
        [line] = read_statements(statement([Move(1, text="x" * 9_000)]))[0].lines
        assert len(line.text) == 500
        deep = b"<a>" * 50_000 + b"</a>" * 50_000
        with pytest.raises(StatementError, match="namespace"):
            read_statements(deep)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">]><lolz>&lol2;</lolz>"""
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>'
GOOD = statement([Move(2_500)])
BAD_FILES: dict[str, tuple[str, bytes]] = {
    "empty": ("not_xml", b""),
    "no XML": ("not_xml", b"%PDF-1.7"),
    "cut in the middle": ("not_xml", GOOD[: len(GOOD) // 2]),
    "an encoding nobody knows": ("not_xml", b'<?xml version="1.0" encoding="x-klingon"?><a/>'),
    "bytes that are no text": ("not_xml", b'<?xml version="1.0" encoding="UTF-8"?><a>\xff\xfe</a>'),
    "a billion laughs": ("unsafe_xml", BOMB),
    "a file of ours asked for": ("unsafe_xml", XXE),
    "a document type elsewhere": ("unsafe_xml", OUTSIDE),
    "an empty document type": ("unsafe_xml", GOOD.replace(b"<Document", b"<!DOCTYPE Document><Document", 1)),
    "30 MB": ("too_large", GOOD + b" " * (30 * 2**20)),
    "just too large": ("too_large", b" " * (LARGEST_BYTES + 1)),
    "another message": ("namespace", GOOD.replace(b"camt.053", b"camt.052")),
    "another version": ("namespace", GOOD.replace(b"053.001.02", b"053.001.14")),
    "no namespace": ("namespace", b"<Document/>"),
    "no statement": ("no_statement", document()),
    "no account": ("no_iban", GOOD.replace(f"<IBAN>{OURS}</IBAN>".encode(), b"<Othr><Id>1</Id></Othr>")),
    "another currency of the account": ("currency", GOOD.replace(b"<Ccy>EUR</Ccy>", b"<Ccy>CHF</Ccy>")),
    "another currency of an entry": ("currency", statement([Move(5, currency="USD")])),
    "another currency of a balance": ("currency", GOOD.replace(b'Ccy="EUR">0.00', b'Ccy="GBP">0.00')),
    "an amount that is none": ("amount", GOOD.replace(b">25.00<", b">25,00<")),
    "a part of a cent": ("amount", GOOD.replace(b">25.00<", b">25.001<")),
    "an amount below zero": ("amount", GOOD.replace(b">25.00<", b">-25.00<")),
    "no direction": ("direction", GOOD.replace(b"CRDT", b"CREDIT")),
    "no such day": ("day", GOOD.replace(b"2026-11-23</Dt></BookgDt>", b"2026-02-30</Dt></BookgDt>")),
    "no opening balance": ("balance_missing", GOOD.replace(b"OPBD", b"OPAV")),
    "no closing balance": ("balance_missing", GOOD.replace(b"CLBD", b"CLAV")),
    "sums that differ": ("sums", statement([Move(2_500)], closing=2_499)),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_its_reason(name):
    code, content = BAD_FILES[name]
    with pytest.raises(StatementError) as caught:
        read_statements(content)
    assert caught.value.code == code


def test_wrong_sums_name_the_difference():
    with pytest.raises(StatementError) as caught:
        read_statements(statement([Move(2_500), Move(-300)], opening=1_000, closing=3_333))
    assert caught.value.params == {"expected": 3_333, "found": 3_200, "difference": 133}


@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_breaks_the_reader(noise):
    with pytest.raises(StatementError):
        read_statements(noise)


@given(st.data())
@settings(max_examples=60)
def test_a_file_with_a_bitten_byte_is_read_or_refused(data):
    at = data.draw(st.integers(0, len(GOOD) - 1))
    bitten = GOOD[:at] + bytes([data.draw(st.integers(0, 255))]) + GOOD[at + 1 :]
    with contextlib.suppress(StatementError):  # any other error fails the test
        read_statements(bitten)


# Lists of transfers


def a_file(*payments: Payment, **more: Any) -> PaymentFile:
    return PaymentFile(
        **{
            "id": "CF-L12",
            "created_at": dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC),
            "execute_on": dt.date(2026, 11, 24),
            "debtor": "Comune di Prova",
            "iban": OURS,
            "payments": payments or (Payment("CF-L12-1", 2_500, "Ada", ADA, "Orto"),),
        }
        | more
    )


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    """The schema that ISO 20022 publishes, as a library carries it."""
    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


class TestWritingAList:
    def test_it_is_valid_by_the_published_schema(self, schema):
        bo = Payment("CF-L12-2", 1, "Søren Łukasz & Söhne – “Orto”", BO, "")
        for bic in ("", "AAAAITMM", "AAAAITMMXXX"):
            schema.validate(write_payments(a_file(a_file().payments[0], bo, bic=bic)).decode())

    @given(
        st.lists(
            st.tuples(
                st.integers(1, 99_999_999_999),
                st.text(min_size=1, max_size=90).filter(lambda name: sepa_text(name, 70)),
                st.text(max_size=200),
            ),
            min_size=1,
            max_size=4,
        )
    )
    @settings(max_examples=15)
    def test_whatever_people_are_called(self, schema, rows):
        payments = [
            Payment(f"CF-L12-{n}", cents, name, ADA, text) for n, (cents, name, text) in enumerate(rows, 1)
        ]
        content = write_payments(a_file(*payments))
        schema.validate(content.decode())
        root = fromstring(content)
        total = decimal.Decimal(root.findtext(".//{*}GrpHdr/{*}CtrlSum"))
        amounts = [decimal.Decimal(one.text) for one in root.iterfind(".//{*}InstdAmt")]
        assert total == sum(amounts) == decimal.Decimal(sum(cents for cents, *_ in rows)) / 100
        assert root.findtext(".//{*}PmtInf/{*}NbOfTxs") == str(len(rows))

    def test_what_it_says(self):
        root = fromstring(write_payments(a_file()))
        said = {
            path: root.findtext(".//{*}" + "/{*}".join(path.split("/")))
            for path in (
                "PmtInf/PmtMtd",
                "PmtInf/BtchBookg",
                "PmtTpInf/SvcLvl/Cd",
                "ReqdExctnDt/Dt",
                "DbtrAcct/Id/IBAN",
                "DbtrAgt/FinInstnId/Othr/Id",
                "ChrgBr",
                "PmtId/EndToEndId",
                "CdtrAcct/Id/IBAN",
                "RmtInf/Ustrd",
            )
        }
        assert list(said.values()) == (
            ["TRF", "false", "SEPA", "2026-11-24", OURS, "NOTPROVIDED", "SLEV", "CF-L12-1", ADA, "Orto"]
        )

    def test_the_same_list_gives_the_same_bytes(self):
        assert write_payments(a_file()) == write_payments(a_file())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"payments": []},
            {"payments": [Payment("A", 1, "Ada", ADA, ""), Payment("A", 1, "Bo", BO, "")]},
            {"payments": [Payment("A", 0, "Ada", ADA, "")]},
            {"payments": [Payment("A", 10**11, "Ada", ADA, "")]},
            {"payments": [Payment("A", 1.5, "Ada", ADA, "")]},
            {"payments": [Payment("A", 1, "山田", ADA, "")]},
            {"payments": [Payment("A", 1, "Ada", ADA[:-1] + "7", "")]},
            {"payments": [Payment("", 1, "Ada", ADA, "")]},
            {"payments": [Payment("a/b", 1, "Ada", ADA, "")]},
            {"payments": [Payment("x" * 36, 1, "Ada", ADA, "")]},
            {"iban": "IT00"},
            {"bic": "AAAA"},
            {"id": ""},
        ],
    )
    def test_what_the_bank_would_refuse(self, wrong):
        with pytest.raises(ValueError, match=r"no |empty|repeat"):
            write_payments(a_file(**wrong))
