"""The movements of a statement: one line for each that was booked, batches taken apart where the bank lets us."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from stdnum import iban as iban_number

from payments.bank.formula.amounts import read_cents, read_day, signed
from payments.bank.formula.errors import StatementError
from payments.bank.formula.references import find_references
from payments.bank.formula.xml import text_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

NOT_PROVIDED = "NOTPROVIDED"
LONGEST_TEXT = 500
CHARGES = ("CHRG", "COMM", "FEES")  # sub-families of ISO's bank transaction codes


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One booked movement: whole cents, positive; `credit` when it came in.

    `references` are all valid creditor references found in it, `batch_id` the payment information of a list of ours,
    `returned` says that a transfer came back, `reversal` that the bank corrects itself, `charge` that it takes its due.
    """

    credit: bool
    cents: int
    booked_on: dt.date
    value_on: dt.date | None = None
    servicer_reference: str = ""
    end_to_end_id: str = ""
    batch_id: str = ""
    references: tuple[str, ...] = ()
    text: str = ""
    party: str = ""
    party_iban: str = ""
    returned: bool = False
    return_reason: str = ""
    reversal: bool = False
    charge: bool = False

    @property
    def signed_cents(self) -> int:
        """Cents as they change the balance."""
        return self.cents if self.credit else -self.cents

    def identity(self) -> tuple[str, ...]:
        """Tell this movement from others: by the bank's own reference where it gives one, else by its other facts.

        Names and texts are left out: the same movement may be worded otherwise in another statement.
        """
        what = (
            "C" if self.credit else "D",
            str(self.cents),
            self.booked_on.isoformat(),
            self.servicer_reference,
        )
        if self.servicer_reference:
            return what
        return (*what, self.end_to_end_id, self.party_iban)


def lines_of(entry: Element) -> Iterator[Line]:
    """Yield an entry's movements; nothing for one that is only announced, or moves nothing."""
    if text_at(entry, "Sts/Cd", "Sts") != "BOOK":
        return
    cents = read_cents(entry.find("Amt"))
    total = signed(cents, text_at(entry, "CdtDbtInd"))
    if not cents:
        return
    details = entry.findall("NtryDtls/TxDtls")
    parts = _parts(details, total)
    if parts is None:
        yield _line(entry, details, total)
        return
    for n, (detail, part) in enumerate(zip(details, parts, strict=True), start=1):
        yield _line(entry, [detail], part, number=n)


def _parts(details: list[Element], total: int) -> list[int] | None:
    """Return the signed cents of a batch's transactions; None when there is no batch or it can't be told apart."""
    if len(details) < 2:
        return None
    found = [_part(detail, total) for detail in details]
    known = [cents for cents in found if cents]
    return known if len(known) == len(details) and sum(known) == total else None


def _part(detail: Element, total: int) -> int | None:
    amount = detail.find("Amt")
    if amount is None:
        amount = detail.find("AmtDtls/TxAmt/Amt")
    if amount is None or amount.get("Ccy") != "EUR":
        return None
    direction = text_at(detail, "CdtDbtInd") or ("CRDT" if total > 0 else "DBIT")
    return signed(read_cents(amount), direction)


def _line(entry: Element, details: list[Element], cents: int, *, number: int = 0) -> Line:
    one = details[0] if len(details) == 1 else None
    texts = [text for detail in details for text in _texts(detail)]
    extra = text_at(entry, "AddtlNtryInf")
    end_to_end_id = _provided(text_at(one, "Refs/EndToEndId"))
    said = " ".join(texts or ([extra] if extra else []))
    return Line(
        credit=cents > 0,
        cents=abs(cents),
        booked_on=_booked_on(entry),
        value_on=read_day(entry.find("ValDt")),
        servicer_reference=_servicer_reference(entry, one, number),
        end_to_end_id=end_to_end_id,
        batch_id=_provided(text_at(one, "Refs/PmtInfId") or text_at(entry, "NtryDtls/Btch/PmtInfId")),
        references=find_references(" ".join(filter(None, [*texts, end_to_end_id, extra]))),
        text=said[:LONGEST_TEXT],
        **_party(one, credit=cents > 0),
        returned=any(detail.find("RtrInf") is not None for detail in details),
        return_reason=text_at(one, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/AddtlInf")[:35],
        reversal=text_at(entry, "RvslInd") in {"true", "1"},
        charge=text_at(entry, "BkTxCd/Domn/Fmly/SubFmlyCd") in CHARGES,
    )


def _booked_on(entry: Element) -> dt.date:
    day = read_day(entry.find("BookgDt")) or read_day(entry.find("ValDt"))
    if day is None:
        raise StatementError("day", found="")
    return day


def _provided(text: str) -> str:
    return "" if text.replace(" ", "").upper() == NOT_PROVIDED else text[:35]


def _servicer_reference(entry: Element, detail: Element | None, number: int) -> str:
    """Name a movement as the bank does; a transaction of a batch is named after the entry and itself."""
    whole = _provided(text_at(entry, "AcctSvcrRef"))
    part = _provided(text_at(detail, "Refs/AcctSvcrRef"))
    if not number:
        return whole or part
    return f"{whole}/{part or number}" if whole or part else ""


def _texts(detail: Element) -> list[str]:
    """Return all that was written with a transfer, structured references first."""
    found = [text_at(strd, "CdtrRefInf/Ref") for strd in detail.iterfind("RmtInf/Strd")]
    found += [text_at(strd, "AddtlRmtInf") for strd in detail.iterfind("RmtInf/Strd")]
    found += [" ".join((ustrd.text or "").split()) for ustrd in detail.iterfind("RmtInf/Ustrd")]
    return [text for text in (*found, text_at(detail, "AddtlTxInf")) if text]


def _party(detail: Element | None, *, credit: bool) -> dict[str, str]:
    """Return name and IBAN of the other side: who paid us, or whom we paid."""
    side = "Dbtr" if credit else "Cdtr"
    name = text_at(
        detail,
        f"RltdPties/{side}/Nm",
        f"RltdPties/{side}/Pty/Nm",
        f"RltdPties/Ultmt{side}/Nm",
        f"RltdPties/Ultmt{side}/Pty/Nm",
    )
    iban = iban_number.compact(text_at(detail, f"RltdPties/{side}Acct/Id/IBAN"))
    return {"party": name[:140], "party_iban": iban if iban_number.is_valid(iban) else ""}
