"""Where the pages of the service are, for menus."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

register = template.Library()

# The one list of addresses that menus, the footer and the error pages know: names of URL patterns, the first one that
# exists is taken. A page that does not exist yet is left out.
PLACES: Mapping[str, Sequence[str]] = {
    "home": ("home",),
    "campaigns": ("campaigns", "campaign_list"),
    "needs": ("needs", "need_list"),
    "need_report": ("need_report", "need_new", "need_create"),
    "neighbourhoods": ("neighbourhoods", "neighbourhood_list"),
    "projects": ("projects", "project_list"),
    "programmes": ("programmes", "programme_list"),
    "hubs": ("hubs",),
    "how": ("how", "how_it_works"),
    "open_data": ("open_data",),
    "feedback": ("feedback",),
    "privacy": ("privacy",),
    "login": ("account_login",),
    "signup": ("account_signup",),
    "logout": ("account_logout",),
    "my_bookings": ("my_bookings",),
    "my_pledges": ("my_pledges", "pledges", "pledge_list"),
    "team": ("team", "team_desk"),
    "desk": ("desk", "officer_desk"),
    "profile": ("account_profile",),
    "keys": ("account_tokens",),
    "email": ("account_email",),
    "password": ("account_change_password",),
    "mfa": ("mfa_index",),
    "sessions": ("usersessions_list",),
}

MAIN = (
    ("campaigns", gettext_lazy("Campaigns")),
    ("needs", gettext_lazy("Needs")),
    ("neighbourhoods", gettext_lazy("Neighbourhoods")),
    ("projects", gettext_lazy("Projects")),
    ("programmes", gettext_lazy("Programmes")),
    ("hubs", gettext_lazy("Hubs")),
    ("how", gettext_lazy("How it works")),
)
ACCOUNT = (
    ("my_pledges", gettext_lazy("My pledges")),
    ("my_bookings", gettext_lazy("My bookings")),
    ("team", gettext_lazy("My projects")),
    ("profile", gettext_lazy("About me")),
    ("email", gettext_lazy("Email")),
    ("password", gettext_lazy("Password")),
    ("mfa", gettext_lazy("Second factor")),
    ("sessions", gettext_lazy("Open sessions")),
    ("keys", gettext_lazy("Keys of the API")),
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


@register.simple_tag
def place(name: str) -> str:
    """The address of a page of the service in the reader's language; empty while it does not exist."""
    for pattern in PLACES[name]:
        with suppress(NoReverseMatch):
            return reverse(pattern)
    return ""


@register.simple_tag(takes_context=True)
def menu(context: template.Context, name: str) -> Sequence[Link]:
    """The entries of the menu `main`, `account` or `service` that have a page."""
    request = context.get("request")
    path = request.path if isinstance(request, HttpRequest) else ""
    links = ((str(label), place(key)) for key, label in MENUS[name])
    found = [(label, url) for label, url in links if url]
    nearest = max((url for _label, url in found if path.startswith(url)), key=len, default="")
    return [Link(label, url, url == nearest) for label, url in found]
