"""One frame for every hosted page: no script, styles from a file, a strict policy."""

from html import escape
from urllib.parse import urlsplit

from payments.standin.exchange import Answer
from payments.standin.pages.words import Words


def origin(url: str | None) -> str:
    """Scheme and host of an address, as a policy names them; empty when there is none."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def html(
    words: Words, title: str, main: str, *, status: int = 200, leads_to: tuple[str | None, ...] = ()
) -> Answer:
    """A page. `leads_to` is where its forms may end: browsers hold a redirect to the policy of the form."""
    page = (
        f'<!doctype html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n"
        '<link rel="stylesheet" href="/assets/standin.css">\n<link rel="icon" href="data:,">\n</head>\n<body>\n'
        f'<header><p class="banner">{escape(words("test_banner"))}</p></header>\n'
        f"<main>\n<h1>{escape(title)}</h1>\n{main}\n</main>\n</body>\n</html>\n"
    )
    targets = " ".join(dict.fromkeys(["'self'", *filter(None, map(origin, leads_to))]))
    policy = (
        f"default-src 'none'; style-src 'self'; img-src data:; form-action {targets}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, page.encode(), "text/html; charset=utf-8", headers)


def redirect(address: str) -> Answer:
    """See another page."""
    return Answer(303, b"", "text/plain; charset=utf-8", {"Location": address, "Cache-Control": "no-store"})


def paragraph(text: str, *, kind: str = "") -> str:
    """One escaped paragraph."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def link(address: str, text: str) -> str:
    """One escaped link, in a paragraph of its own."""
    return f'<p><a href="{escape(address)}">{escape(text)}</a></p>'


def button(text: str, *, name: str = "", value: str = "", kind: str = "primary") -> str:
    """A button that sends its form."""
    what = f' name="{name}" value="{value}"' if name else ""
    return f'<button type="submit" class="{kind}"{what}>{escape(text)}</button>'


def not_found(words: Words) -> Answer:
    """Nothing here."""
    return html(words, words("missing_title"), paragraph(words("missing_text")), status=404)
