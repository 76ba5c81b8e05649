"""What somebody has put into the form of the hosted page, and what is wrong with it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from payments.standin.call import Call
from payments.standin.cards import CARDS, ORDINARY
from payments.standin.errors import Body
from payments.standin.exchange import Request
from payments.standin.ibans import IBANS, compact
from payments.standin.ibans import ORDINARY as ORDINARY_IBAN
from payments.standin.objects.instruments import CARD, DEBIT, EXPIRY, from_card, from_iban
from payments.standin.pages.fields import Problems
from payments.standin.pages.words import Words

_CARD_FIELDS = {"number", "expiry", "cvc"}


def known_email(call: Call, session: Body) -> str | None:
    """The address that need not be asked for."""
    customer = call.store.get(session["customer"]) if session["customer"] else None
    email: str | None = session["customer_email"] or (customer or {}).get("email")
    return email


@dataclass(frozen=True)
class Given:
    """The fields as they came; `kinds` are the types the session allows."""

    fields: dict[str, str]
    kinds: tuple[str, ...]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    @property
    def kind(self) -> str:
        """Card or debit: what was chosen, or the only one there is."""
        wanted = self["method"] or (DEBIT if self["iban"] or self["account"] else CARD)
        return wanted if wanted in self.kinds else self.kinds[0]

    @property
    def number(self) -> str:
        """The card's number: typed, or chosen."""
        return re.sub(r"[\s-]", "", self["number"]) or self["card"] or ORDINARY

    @property
    def iban(self) -> str:
        """The IBAN: typed, or chosen."""
        return compact(self["iban"]) or self["account"] or ORDINARY_IBAN

    @property
    def expiry(self) -> tuple[int, int] | None:
        """Month and year, None when it can't be read."""
        found = re.fullmatch(r"(\d{1,2})\s*/\s*(?:20)?(\d{2})", self["expiry"])
        return (int(found[1]), 2000 + int(found[2])) if found else None

    def problems(self, call: Call, session: Body, words: Words) -> Problems:
        """What is wrong, by field."""
        wrong: list[str] = []
        if not known_email(call, session) and not re.fullmatch(r"[^@\s]+@[^@\s]+", self["email"]):
            wrong.append("email")
        wrong += self._wrong_debit() if self.kind == DEBIT else self._wrong_card(call)
        return {name: words(f"bad_{name}") for name in wrong}

    def _wrong_debit(self) -> list[str]:
        return [
            *(["iban"] if self.iban not in IBANS else []),
            *(["holder"] if not self["holder"] else []),
        ]

    def _wrong_card(self, call: Call) -> list[str]:
        wrong = [] if self.number in CARDS else ["number"]
        if self["number"]:
            expiry = self.expiry
            if not expiry or not 1 <= expiry[0] <= 12 or expiry[1] * 12 + expiry[0] <= _month(call):  # noqa: PLR2004
                wrong.append("expiry")
            if not re.fullmatch(r"\d{3,4}", self["cvc"]):
                wrong.append("cvc")
        return wrong

    def method(self, call: Call, session: Body) -> Body:
        """The payment method made of it; to be asked only when there are no problems."""
        email = self["email"] or known_email(call, session)
        if self.kind == DEBIT:
            return from_iban(call, IBANS[self.iban], email=email, name=self["holder"])
        expiry = self.expiry or EXPIRY
        return from_card(call, CARDS[self.number], email=email, name=self["name"] or None, expiry=expiry)

    def shown(self, name: str) -> str:
        """What a field shows again when the form comes back; never the number or the code of a card."""
        return "" if name in _CARD_FIELDS - {"expiry"} else self[name]


def read(request: Request, session: Body) -> Given:
    """The form of a request."""
    body = request.body.decode(errors="replace")
    return Given(dict(parse_qsl(body, keep_blank_values=True)), tuple(session["payment_method_types"]))


def _month(call: Call) -> int:
    """The last month that is over, counted from year nought."""
    days = call.now // 86400
    return int(1970 * 12 + days / 30.436875)
