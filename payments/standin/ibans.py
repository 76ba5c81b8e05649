"""The published test IBANs of SEPA Direct Debit and what each does (Docs: SEPA Direct Debit, Test IBANs).

In test mode a debit's bank answers at once, or after three minutes for the delayed ones. Here it takes the days it
takes in life, by the moved clock: six business days (Docs: SEPA Direct Debit, Timing), three to refuse, and fourteen
for the delayed ones, the longest a bank may take.
"""

from dataclasses import dataclass

SUCCEEDS_AFTER, FAILS_AFTER, AT_MOST = 6, 3, 14  # business days
COULD_NOT_PROCESS = "generic_could_not_process"


@dataclass(frozen=True)
class Behaviour:
    """What a debit does: when the bank answers (`days`, business days), with which `failure_code` if it refuses."""

    token: str
    days: int
    label: dict[str, str]
    failure_code: str | None = None
    disputed: bool = False
    offered: bool = True


@dataclass(frozen=True)
class Iban:
    """One test IBAN. `bank` and `branch` are where the codes of both stand in it."""

    number: str
    token: str
    does: Behaviour
    bank: slice
    branch: slice | None = None

    @property
    def country(self) -> str:
        """Two letters."""
        return self.number[:2]

    @property
    def last4(self) -> str:
        """The four characters a page may show."""
        return self.number[-4:]


SUCCESS = Behaviour(
    "success", SUCCEEDS_AFTER, {"en": "Works, some days later", "it": "Funziona, qualche giorno dopo"}
)
BEHAVIOURS = (
    SUCCESS,
    Behaviour(
        "successDelayed", AT_MOST, {"en": "Works, after two weeks", "it": "Funziona, dopo due settimane"}
    ),
    Behaviour(
        "failed",
        FAILS_AFTER,
        {"en": "The bank refuses, some days later", "it": "La banca rifiuta, qualche giorno dopo"},
        COULD_NOT_PROCESS,
    ),
    Behaviour(
        "failedDelayed",
        AT_MOST,
        {"en": "The bank refuses, after two weeks", "it": "La banca rifiuta, dopo due settimane"},
        COULD_NOT_PROCESS,
    ),
    Behaviour(
        "disputed",
        SUCCEEDS_AFTER,
        {
            "en": "Works, then the holder takes the money back",
            "it": "Funziona, poi il titolare si riprende il denaro",
        },
        disputed=True,
    ),
    Behaviour(
        "exceedsWeeklyVolumeLimit",
        FAILS_AFTER,
        {"en": "Above the weekly limit", "it": "Oltre il limite settimanale"},
        "charge_exceeds_source_limit",
        offered=False,
    ),
    Behaviour(
        "exceedsWeeklyTransactionLimit",
        FAILS_AFTER,
        {"en": "Above the limit of one debit", "it": "Oltre il limite per addebito"},
        "charge_exceeds_weekly_limit",
        offered=False,
    ),
    Behaviour(
        "insufficientFunds",
        FAILS_AFTER,
        {"en": "No funds, some days later", "it": "Fondi insufficienti, qualche giorno dopo"},
        "insufficient_funds",
    ),
)

_AUSTRIA = (
    "AT611904300234573201", "AT321904300235473204", "AT861904300235473202", "AT051904300235473205",
    "AT591904300235473203", "AT981904300000343434", "AT601904300000121212", "AT981904300002222227",
)  # fmt: skip
_GERMANY = (
    "DE89370400440532013000", "DE08370400440532013003", "DE62370400440532013001", "DE78370400440532013004",
    "DE35370400440532013002", "DE65370400440000343434", "DE27370400440000121212", "DE65370400440002222227",
)  # fmt: skip
#: The test bank account of Italy (Docs: Testing Stripe Connect); the list of debits has no Italian one.
ITALY = "IT40S0542811101000000123456"

ORDINARY = _AUSTRIA[0]


def _country(numbers: tuple[str, ...], bank: slice) -> list[Iban]:
    code = numbers[0][:2].lower()
    return [
        Iban(number, f"pm_{does.token}_{code}", does, bank)
        for number, does in zip(numbers, BEHAVIOURS, strict=True)
    ]


IBANS: dict[str, Iban] = {
    iban.number: iban
    for iban in (
        *_country(_AUSTRIA, slice(4, 9)),
        *_country(_GERMANY, slice(4, 12)),
        Iban(ITALY, "", SUCCESS, slice(5, 10), slice(10, 15)),
    )
}

TOKENS: dict[str, Iban] = {iban.token: iban for iban in IBANS.values() if iban.token}

#: Those the hosted page offers to choose.
OFFERED = tuple(iban for iban in IBANS.values() if iban.number in _AUSTRIA and iban.does.offered)

FAILURES = {
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "charge_exceeds_source_limit": "This payment exceeds the weekly volume limit of the account.",
    "charge_exceeds_weekly_limit": "This payment exceeds the transaction limit of the account.",
    "debit_not_authorized": "The customer has notified their bank that this payment was not authorized.",
    "authorization_revoked": "The customer revoked the authorization for this payment.",
    "account_closed": "The customer's bank account has been closed.",
    "refer_to_customer": "The customer's bank refused the payment without giving a reason.",
    COULD_NOT_PROCESS: "The payment could not be processed.",
}

#: Refusals after which the mandate is no longer good (Docs: SEPA Direct Debit, Mandates).
ENDS_MANDATE = frozenset({"debit_not_authorized", "authorization_revoked", "account_closed"})


def compact(text: str) -> str:
    """An IBAN as it is typed, without spaces and in capitals."""
    return "".join(text.split()).upper()


def well_formed(number: str) -> bool:
    """Whether the check digits are right (ISO 13616: the rest by 97 is 1)."""
    if not number.isalnum() or not number.isascii() or not number[:2].isalpha():
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
