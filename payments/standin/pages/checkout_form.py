"""The form of the hosted Checkout page, for cards, SEPA debits, or a choice of both."""

from payments.standin.call import private
from payments.standin.cards import CARDS
from payments.standin.errors import Body
from payments.standin.exchange import Answer
from payments.standin.ibans import OFFERED
from payments.standin.objects.instruments import CARD, DEBIT
from payments.standin.pages.fields import Problems, choices, field, group, spaced, summary
from payments.standin.pages.given import Given
from payments.standin.pages.layout import button, html, link, paragraph
from payments.standin.pages.words import Words

MERCHANT = "Civic crowdfunding"
_DIGITS = 'inputmode="numeric"'


def page(session: Body, words: Words, form: Given, problems: Problems, *, status: int = 200) -> Answer:
    """The page of an open session."""
    paying = session["mode"] == "payment"
    amount = words.amount(session["amount_total"], session["currency"]) if paying else ""
    title, action = _titles(words, form.kinds, amount)
    parts = [summary(words, problems), paragraph(words("merchant", name=MERCHANT), kind="merchant")]
    parts.append(paragraph(f"{words('for')}: {_items(session)}" if paying else words("nothing_charged")))
    parts += ['<form method="post" novalidate>', _email(session, words, form, problems)]
    if len(form.kinds) > 1:
        options = [(kind, "", words(f"by_{kind}")) for kind in form.kinds]
        parts.append(choices("method", words("choose_method"), options, form.kind))
    sections = {CARD: _card, DEBIT: _debit}
    parts += [sections[kind](words, form, problems) for kind in form.kinds]
    parts.append(button(action))
    if session["cancel_url"]:
        parts.append(link(session["cancel_url"], words("back")))
    parts.append("</form>")
    return html(words, title, "\n".join(parts), status=status, leads_to=(session["success_url"],))


def _titles(words: Words, kinds: tuple[str, ...], amount: str) -> tuple[str, str]:
    if amount:
        return words("pay_title", amount=amount), words("pay", amount=amount)
    what = "" if kinds == (CARD,) else "_method"
    return words(f"save_title{what}"), words(f"save{what}")


def _items(session: Body) -> str:
    return ", ".join(item["description"] for item in private(session)["line_items"])


def _email(session: Body, words: Words, form: Given, problems: Problems) -> str:
    if session["customer"] or session["customer_email"]:
        return ""
    extra = 'type="email" autocomplete="email"'
    return field("email", words("email"), extra, problems, value=form.shown("email"))


def _card(words: Words, form: Given, problems: Problems) -> str:
    offered = [
        (card.number, spaced(card.number), card.label[words.language])
        for card in CARDS.values()
        if card.offered
    ]
    typed = (
        field(
            "number",
            words("card_number"),
            f'{_DIGITS} autocomplete="cc-number"',
            problems,
            hint=words("card_hint"),
        )
        + '<div class="two">'
        + field(
            "expiry",
            words("expiry"),
            f'{_DIGITS} autocomplete="cc-exp"',
            problems,
            value=form.shown("expiry"),
        )
        + field("cvc", words("cvc"), f'{_DIGITS} autocomplete="cc-csc"', problems)
        + "</div>"
        + field("name", words("name"), 'autocomplete="cc-name"', problems, value=form.shown("name"))
    )
    chosen = form["card"] or offered[0][0]
    inside = choices("card", words("choose_card"), offered, chosen) + group(words("type_card"), typed)
    return f'<div class="for-card">{inside}</div>'


def _debit(words: Words, form: Given, problems: Problems) -> str:
    offered = [(iban.number, spaced(iban.number), iban.does.label[words.language]) for iban in OFFERED]
    typed = field(
        "iban",
        words("iban"),
        'autocomplete="off" autocapitalize="characters" spellcheck="false"',
        problems,
        hint=words("iban_hint"),
        value=form.shown("iban"),
    ) + field("holder", words("holder"), 'autocomplete="name"', problems, value=form.shown("holder"))
    chosen = form["account"] or offered[0][0]
    inside = choices("account", words("choose_iban"), offered, chosen) + group(words("type_iban"), typed)
    return (
        f'<div class="for-debit">{inside}{paragraph(words("mandate", name=MERCHANT), kind="mandate")}</div>'
    )
