"""The page of a mandate: what was permitted, to whom, when."""

import datetime as dt

from payments.standin.call import Call
from payments.standin.exchange import Answer, Request
from payments.standin.pages.checkout_form import MERCHANT
from payments.standin.pages.layout import html, not_found, paragraph
from payments.standin.pages.words import spoken


def show(call: Call, request: Request, mandate_id: str) -> Answer:
    """One mandate."""
    words = spoken(None, request.headers)
    mandate = call.store.get(mandate_id)
    if mandate is None or mandate["object"] != "mandate":
        return not_found(words)
    method = call.fetch("payment_method", mandate["payment_method"])
    accepted = dt.datetime.fromtimestamp(mandate["customer_acceptance"]["accepted_at"], dt.UTC)
    facts = (
        words("mandate_reference", reference=mandate["payment_method_details"]["sepa_debit"]["reference"]),
        words(
            "mandate_account", country=method["sepa_debit"]["country"], last4=method["sepa_debit"]["last4"]
        ),
        words("mandate_accepted", date=accepted.strftime("%d/%m/%Y")),
        words(f"mandate_{mandate['status']}"),
    )
    body = paragraph(words("mandate", name=MERCHANT)) + "".join(paragraph(fact) for fact in facts)
    return html(words, words("mandate_title"), body)
