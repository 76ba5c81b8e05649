"""The hosted Checkout page: save a card, or pay."""

import re
from html import escape
from urllib.parse import parse_qsl

from payments.standin.call import Call, private
from payments.standin.cards import CARDS, ORDINARY
from payments.standin.errors import Body
from payments.standin.exchange import Answer, Request
from payments.standin.objects import hosted_checkout
from payments.standin.pages.layout import button, html, link, not_found, paragraph, redirect
from payments.standin.pages.words import Words, spoken

MERCHANT = "Civic crowdfunding"
_NEVER_EXPIRES = (12, 2034)
Problems = dict[str, str]


def show(call: Call, request: Request, session_id: str) -> Answer:
    """The page of a session, by its state."""
    session = _session(call, session_id)
    words = spoken(session["locale"] if session else None, request.headers)
    if session is None:
        return not_found(words)
    refused = hosted_checkout.refusal(call, session)
    problems = {"card": words(_reason(refused))} if refused else {}
    return _open_page(session, words, {}, problems) if session["status"] == "open" else _over(session, words)


def submit(call: Call, request: Request, session_id: str) -> Answer:
    """A card was given."""
    session = _session(call, session_id)
    words = spoken(session["locale"] if session else None, request.headers)
    if session is None:
        return not_found(words)
    if session["status"] != "open":
        return _over(session, words)
    given = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    problems = _problems(call, session, words, given)
    if problems:
        return _open_page(session, words, given, problems, status=422)
    address = hosted_checkout.submit(
        call,
        session,
        number=_number(given),
        email=given.get("email", "").strip() or _known_email(call, session),
        name=given.get("name", "").strip() or None,
        expiry=_expiry(given.get("expiry", "")) or _NEVER_EXPIRES,
    )
    return redirect(address or f"{call.base_url}/c/pay/{session_id}")


def _session(call: Call, session_id: str) -> Body | None:
    session = call.store.get(session_id)
    return session if session and session["object"] == "checkout.session" else None


def _known_email(call: Call, session: Body) -> str | None:
    customer = call.store.get(session["customer"]) if session["customer"] else None
    email: str | None = session["customer_email"] or (customer or {}).get("email")
    return email


def _number(given: dict[str, str]) -> str:
    typed = re.sub(r"[\s-]", "", given.get("number", ""))
    return typed or given.get("card", ORDINARY)


def _expiry(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(?:20)?(\d{2})\s*", text)
    return (int(found[1]), 2000 + int(found[2])) if found else None


def _problems(call: Call, session: Body, words: Words, given: dict[str, str]) -> Problems:
    """What is wrong with the form, by field."""
    problems: Problems = {}
    if not _known_email(call, session) and not re.fullmatch(
        r"[^@\s]+@[^@\s]+", given.get("email", "").strip()
    ):
        problems["email"] = words("bad_email")
    if _number(given) not in CARDS:
        problems["number"] = words("bad_number")
    if given.get("number", "").strip():
        expiry = _expiry(given.get("expiry", ""))
        if not expiry or not 1 <= expiry[0] <= 12 or expiry[1] * 12 + expiry[0] <= _month(call):  # noqa: PLR2004
            problems["expiry"] = words("bad_expiry")
        if not re.fullmatch(r"\d{3,4}", given.get("cvc", "").strip()):
            problems["cvc"] = words("bad_cvc")
    return problems


def _month(call: Call) -> int:
    """The last month that is over, counted from year nought."""
    days = call.now // 86400
    return int(1970 * 12 + days / 30.436875)


def _reason(refused: Body) -> str:
    if refused["code"].endswith("authentication_failure"):
        return "not_authenticated"
    return "insufficient_funds" if refused.get("decline_code") == "insufficient_funds" else "declined"


def _over(session: Body, words: Words) -> Answer:
    """A session that is complete or expired."""
    if session["status"] == "complete":
        address = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        body = paragraph(words("done_text")) + link(address, words("continue"))
        return html(words, words("done_title"), body)
    body = paragraph(words("expired_text"))
    if session["cancel_url"]:
        body += link(session["cancel_url"], words("continue"))
    return html(words, words("expired_title"), body, status=410)


def _open_page(
    session: Body, words: Words, given: dict[str, str], problems: Problems, *, status: int = 200
) -> Answer:
    paying = session["mode"] == "payment"
    amount = words.amount(session["amount_total"], session["currency"]) if paying else ""
    parts = [_summary(words, problems), paragraph(words("merchant", name=MERCHANT), kind="merchant")]
    if paying:
        items = ", ".join(item["description"] for item in private(session)["line_items"])
        parts.append(paragraph(f"{words('for')}: {items}"))
    else:
        parts.append(paragraph(words("nothing_charged")))
    parts += [
        '<form method="post" novalidate>',
        _email(session, words, given, problems),
        _choices(words, given),
        _typed(words, given, problems),
        button(words("pay", amount=amount) if paying else words("save")),
    ]
    if session["cancel_url"]:
        parts.append(link(session["cancel_url"], words("back")))
    parts.append("</form>")
    title = words("pay_title", amount=amount) if paying else words("save_title")
    return html(words, title, "\n".join(parts), status=status, leads_to=(session["success_url"],))


def _summary(words: Words, problems: Problems) -> str:
    if not problems:
        return ""
    lines = "".join(f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in problems.items())
    return f'<div class="problem" role="alert"><h2>{escape(words("problem"))}</h2><ul>{lines}</ul></div>'


def _email(session: Body, words: Words, given: dict[str, str], problems: Problems) -> str:
    if session["customer"] or session["customer_email"]:
        return ""
    extra = 'type="email" autocomplete="email"'
    return _field("email", words("email"), extra, problems, value=given.get("email", ""))


def _choices(words: Words, given: dict[str, str]) -> str:
    chosen = given.get("card", ORDINARY)
    lines = []
    for card in (card for card in CARDS.values() if card.offered):
        number, checked = card.number, " checked" if card.number == chosen else ""
        # The first radio carries the name of the group, so that the list of problems can lead to it.
        name = "card" if number == ORDINARY else f"card-{number}"
        spaced = " ".join(number[i : i + 4] for i in range(0, 16, 4))
        lines.append(
            f'<div class="card"><input type="radio" name="card" id="{name}" value="{number}"{checked}>'
            f'<label for="{name}"><span class="number">{spaced}</span> '
            f"{escape(card.label[words.language])}</label></div>"
        )
    return f"<fieldset><legend>{escape(words('choose_card'))}</legend>{''.join(lines)}</fieldset>"


def _typed(words: Words, given: dict[str, str], problems: Problems) -> str:
    digits = 'inputmode="numeric"'
    return (
        f"<fieldset><legend>{escape(words('type_card'))}</legend>"
        + _field(
            "number",
            words("card_number"),
            f'{digits} autocomplete="cc-number"',
            problems,
            hint=words("card_hint"),
        )
        + '<div class="two">'
        + _field(
            "expiry",
            words("expiry"),
            f'{digits} autocomplete="cc-exp"',
            problems,
            value=given.get("expiry", ""),
        )
        + _field("cvc", words("cvc"), f'{digits} autocomplete="cc-csc"', problems)
        + "</div>"
        + _field("name", words("name"), 'autocomplete="cc-name"', problems, value=given.get("name", ""))
        + "</fieldset>"
    )


def _field(name: str, label: str, extra: str, problems: Problems, *, hint: str = "", value: str = "") -> str:
    notes, described = "", []
    if hint:
        notes += f'<p class="hint" id="{name}-hint">{escape(hint)}</p>'
        described.append(f"{name}-hint")
    if name in problems:
        notes += f'<p class="wrong" id="{name}-wrong">{escape(problems[name])}</p>'
        described.append(f"{name}-wrong")
        extra += ' aria-invalid="true"'
    if described:
        extra += f' aria-describedby="{" ".join(described)}"'
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>{notes}'
        f'<input id="{name}" name="{name}" value="{escape(value)}" {extra}></div>'
    )
