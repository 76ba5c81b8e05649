"""Where the pages of the service are, for menus; and the same page in the other languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

register = template.Library()

# The one list of addresses that menus, the footer and the error pages know. A page that does not exist yet is left out.
PLACES: Mapping[str, str] = {
    "home": "home",
    "campaigns": "campaigns:campaign_list",
    "needs": "campaigns:need_list",
    "need_report": "campaigns:need_report",
    "neighbourhoods": "campaigns:neighbourhood_list",
    "projects": "campaigns:project_list",
    "programmes": "campaigns:programme_list",
    "how": "how",
    "open_data": "open_data",
    "feedback": "feedback",
    "privacy": "privacy",
    "login": "account_login",
    "signup": "account_signup",
    "logout": "account_logout",
    "my_pledges": "payments:pledge_list",
    "team": "campaigns:team_desk",
    "desk": "officer_desk",
    "email": "account_email",
    "password": "account_change_password",
    "mfa": "mfa_index",
    "sessions": "usersessions_list",
}

MAIN = (
    ("campaigns", gettext_lazy("Campaigns")),
    ("needs", gettext_lazy("Needs")),
    ("neighbourhoods", gettext_lazy("Neighbourhoods")),
    ("projects", gettext_lazy("Projects")),
    ("programmes", gettext_lazy("Programmes")),
    ("how", gettext_lazy("How it works")),
)
ACCOUNT = (
    ("my_pledges", gettext_lazy("My pledges")),
    ("team", gettext_lazy("My projects")),
    ("email", gettext_lazy("Email")),
    ("password", gettext_lazy("Password")),
    ("mfa", gettext_lazy("Second factor")),
    ("sessions", gettext_lazy("Open sessions")),
)
SERVICE = (
    ("open_data", gettext_lazy("Open data")),
    ("feedback", gettext_lazy("Tell us what does not work")),
    ("privacy", gettext_lazy("Privacy")),
)
MENUS = {"main": MAIN, "account": ACCOUNT, "service": SERVICE}


@dataclass(frozen=True)
class Link:
    """An entry of a menu; `current` when the page shown lies under it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Alternate:
    """The page shown, in one language."""

    code: str
    label: str
    url: str
    current: bool


@register.simple_tag
def place(name: str) -> str:
    """The address of a page of the service in the reader's language; empty while it does not exist."""
    try:
        return reverse(PLACES[name])
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def menu(context: Mapping[str, Any], name: str) -> Sequence[Link]:
    """The entries of the menu `main`, `account` or `service` that have a page."""
    request = context.get("request")
    path = request.path if isinstance(request, HttpRequest) else ""
    links = ((str(label), place(key)) for key, label in MENUS[name])
    return [Link(label, url, path.startswith(url)) for label, url in links if url]


@register.simple_tag(takes_context=True)
def alternates(context: Mapping[str, Any]) -> Sequence[Alternate]:
    """This page in every language: the view's own `language_alternates`, or its address translated.

    A view whose address carries a translated slug gives `(code, label, url, current)` itself.
    """
    if given := context.get("language_alternates"):
        return [entry if isinstance(entry, Alternate) else Alternate(*entry) for entry in given]
    request = context.get("request")
    path = request.get_full_path() if isinstance(request, HttpRequest) else "/"
    active = get_language()
    return [
        Alternate(code, _own_name(code), translate_url(path, code), code == active)
        for code, _name in settings.LANGUAGES
    ]


def _own_name(code: str) -> str:
    names = {"it": "Italiano", "en": "English"}
    with override(code):
        return names.get(code, _(code))
