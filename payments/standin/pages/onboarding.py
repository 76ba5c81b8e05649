"""The hosted onboarding of a connected account, and a charge's receipt: two small pages."""

from payments.standin.call import Call
from payments.standin.exchange import Answer, Request
from payments.standin.objects import account_links, accounts
from payments.standin.pages.layout import button, html, link, not_found, paragraph, redirect
from payments.standin.pages.words import spoken


def show(call: Call, request: Request, token: str) -> Answer:
    """The page of a link, or the way back for a fresh one when it is spent or too old."""
    words = spoken(None, request.headers)
    found, account = account_links.use(call, token)
    if found is None:
        return not_found(words)
    if account is None:
        return redirect(found["refresh_url"])
    name = account["business_profile"].get("name") or account["email"] or account["id"]
    body = (
        paragraph(words("onboarding_text"))
        + paragraph(f"{words('account')}: {name}")
        + f'<form method="post">{button(words("finish"))}</form>'
        + link(found["return_url"], words("later"))
    )
    return html(words, words("onboarding_title"), body, leads_to=(found["return_url"], found["refresh_url"]))


def submit(call: Call, request: Request, token: str) -> Answer:
    """The organisation has given everything."""
    found, account = account_links.use(call, token)
    if found is None or account is None:
        return show(call, request, token)
    accounts.onboard(call, account)
    account_links.spend(call, found)
    return redirect(found["return_url"])


def receipt(call: Call, request: Request, charge_id: str) -> Answer:
    """A charge's receipt."""
    words = spoken(None, request.headers)
    charge = call.store.get(charge_id)
    if charge is None or charge["object"] != "charge":
        return not_found(words)
    amount = words.amount(charge["amount"], charge["currency"])
    return html(words, words("receipt_title"), paragraph(words("receipt_text", amount=amount)))
