"""Programmes, calls and applications as lists show them: plain values, already in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.calls.enums import ApplicationStatus, CallStatus
from campaigns.calls.selectors.reads import picture_url
from campaigns.calls.selectors.words import euros, rule_in_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from campaigns.calls.models import Application, Call, Programme

BADGES = {
    ApplicationStatus.DRAFT: "draft",
    ApplicationStatus.SUBMITTED: "wait",
    ApplicationStatus.ADMITTED: "ok",
    ApplicationStatus.ELIGIBLE_NOT_FUNDED: "attention",
    ApplicationStatus.REJECTED: "stop",
    ApplicationStatus.WITHDRAWN: "info",
}


def application_badge(application: Application) -> dict[str, Any]:
    """Return an application's state as a badge shows it."""
    status = ApplicationStatus(application.status)
    return {"label": status.label, "kind": BADGES[status]}


def call_badge(call: Call, now: dt.datetime) -> dict[str, Any]:
    """Return a call's state as a badge shows it: by its window, where it is published."""
    if call.status == CallStatus.DRAFT:
        return {"label": _("Draft"), "kind": "draft"}
    if call.status == CallStatus.PROPOSED:
        return {"label": CallStatus.PROPOSED.label, "kind": "wait"}
    if call.status == CallStatus.CLOSED or now >= call.closes_at:
        return {"label": _("Closed"), "kind": "stop"}
    if now < call.opens_at:
        return {"label": _("Opens on %(day)s") % {"day": day(call.opens_at)}, "kind": "info"}
    return {"label": _("Open until %(day)s") % {"day": day(call.closes_at)}, "kind": "ok"}


def day(when: dt.datetime) -> str:
    """Return a moment's day in words, its month in lower case in Italian."""
    return _in_words(when, "j F Y")


def moment(when: dt.datetime) -> str:
    """Return a moment's day and hour in words, in the city's time."""
    return _in_words(when, "j F Y, H:i")


def _in_words(when: dt.datetime, pattern: str) -> str:
    text = date_format(localtime(when), pattern, use_l10n=False)
    return text.lower() if get_language() == "it" else text


def call_cards(calls: Iterable[Call], now: dt.datetime) -> list[dict[str, Any]]:
    """Return calls as cards: what for, by which rule, how much, until when."""
    return [
        {
            "url": call.get_absolute_url(),
            "title": call.title,
            "programme": call.programme.title,
            "summary": call.summary,
            "match_text": " ".join(rule_in_words(call.rule)[:2]),
            "pot_cents": call.pot_cents,
            "closes_on": call.closes_at,
            "badge": call_badge(call, now),
            "facts": [_("Pot: %(amount)s") % {"amount": euros(call.pot_cents)}],
        }
        for call in calls
    ]


def programme_cards(programmes: Iterable[Any]) -> list[dict[str, Any]]:
    """Return programmes as cards; each carries `public_calls` from `programme_list`."""
    return [_programme_card(programme, programme.public_calls) for programme in programmes]


def _programme_card(programme: Programme, calls: int) -> dict[str, Any]:
    years = f"{programme.starts_on.year}-{programme.ends_on.year}"
    return {
        "url": programme.get_absolute_url(),
        "title": programme.title,
        "over": f"{programme.city} · {programme.code}",
        "text": programme.about[:200],
        "picture_url": picture_url(programme.picture),
        "facts": [years, ngettext("%(count)s call", "%(count)s calls", calls) % {"count": calls}],
    }
