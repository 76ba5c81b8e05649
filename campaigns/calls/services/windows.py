"""When a call takes applications: its window, its sessions, and what of it may still change once it is published."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import ApplicationStatus, CallStatus
from campaigns.calls.models import Call, Session
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.cards import day
from campaigns.calls.services.checks import cents_problems, reason_needed
from campaigns.calls.services.letters import tell_team
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from accounts.permissions import Visitor

MOST_SESSIONS = 12


@dataclasses.dataclass(frozen=True, kw_only=True)
class Window:
    """One session of a call: applications count from `opens_at` until `closes_at`; its share of the pot, if any."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    pot_cents: int | None = None


def session_problems(call: Call, windows: Sequence[Window]) -> list[Refused]:
    """Return all that is wrong with the sessions of a call, each at its place (`sessions.0.closes_at`)."""
    if len(windows) > MOST_SESSIONS:
        sentence = _("A call has at most %(most)s sessions.")
        return [Invalid("too_many_sessions", sentence, field="sessions", most=MOST_SESSIONS)]
    found: list[Refused] = []
    for place, window in enumerate(windows):
        found += _window_problems(call, window, f"sessions.{place}")
    in_order = sorted(enumerate(windows), key=lambda one: one[1].opens_at)
    for (_first, before), (place, window) in pairwise(in_order):
        if window.opens_at < before.closes_at:
            sentence = _("This session begins before another one ends.")
            found.append(Invalid("sessions_overlap", sentence, field=f"sessions.{place}.opens_at"))
    shares = sum(window.pot_cents or 0 for window in windows if type(window.pot_cents) is int)
    if shares and type(call.pot_cents) is int and shares > call.pot_cents:
        sentence = _("The shares of the sessions together are larger than the pot.")
        found.append(Invalid("shares_above_pot", sentence, field="sessions"))
    return found


def _window_problems(call: Call, window: Window, at: str) -> Iterator[Refused]:
    if window.closes_at <= window.opens_at:
        sentence = _("Applications can't close before they open.")
        yield Invalid("window_reversed", sentence, field=f"{at}.closes_at")
    if window.opens_at < call.opens_at:
        sentence = _("This session begins before the call does.")
        yield Invalid("session_outside_call", sentence, field=f"{at}.opens_at")
    if window.closes_at > call.closes_at:
        sentence = _("This session ends after the call does.")
        yield Invalid("session_outside_call", sentence, field=f"{at}.closes_at")
    for problem in cents_problems({"pot_cents": window.pot_cents}, least=1):
        yield Invalid(problem.code, str(problem), field=f"{at}.pot_cents")


def store_sessions(call: Call, windows: Sequence[Window]) -> None:
    """Write the sessions of a draft anew, numbered in the order in which they open. Inside the caller's transaction."""
    call.sessions.all().delete()
    in_order = sorted(windows, key=lambda window: window.opens_at)
    Session.objects.bulk_create(
        [
            Session(
                call=call,
                number=number,
                opens_at=window.opens_at,
                closes_at=window.closes_at,
                pot_cents=window.pot_cents,
            )
            for number, window in enumerate(in_order, start=1)
        ]
    )


def extend_window(
    *,
    call: Call,
    closes_at: dt.datetime,
    reason: str,
    number: int | None = None,
    by: Visitor,
    now: dt.datetime,
) -> Call:
    """Give applicants of a published call more time: the one thing of its terms that may change, and only for longer.

    `number` is the session that is extended (needed where there are sessions); the call's own end moves along when the
    session would outlast it. An event keeps the reason, which the call's page shows; teams with a draft are told.

    Raises `NotAllowed` unless `by` is an officer; `Invalid` (`reason_missing`, `not_longer`, `session_unknown`,
    `sessions_overlap`); `Refused` (`call_not_running`) unless the call is published and its window not over.
    """
    require(can_write_calls(by))
    reason = reason_needed(reason)
    with transaction.atomic():
        fresh = Call.objects.select_for_update().get(pk=call.pk)
        if fresh.status != CallStatus.PUBLISHED or fresh.closes_at <= now:
            raise Refused("call_not_running", _("Only a published call whose window is open is extended."))
        session = _session_to_extend(fresh, number, now=now)
        _check_longer(fresh, session, closes_at)
        if closes_at > fresh.closes_at:
            Call.objects.filter(pk=fresh.pk).update(closes_at=closes_at)
        if session:
            Session.objects.filter(pk=session.pk).update(closes_at=closes_at)
        fresh.events.create(
            at=now,
            from_status=fresh.status,
            to_status=fresh.status,
            why=reason[:200],
            by_id=getattr(by, "pk", None),
        )
        _tell_drafts(fresh, closes_at, reason, now=now)
    call.refresh_from_db()
    return call


def _session_to_extend(call: Call, number: int | None, *, now: dt.datetime) -> Session | None:
    sessions = {session.number: session for session in call.sessions.all()}
    if not sessions:
        return None
    if number not in sessions:
        raise Invalid("session_unknown", _("Say which session is extended."), field="number")
    if sessions[number].closes_at <= now:
        raise Refused("session_over", _("This session is over already."), field="number")
    return sessions[number]


def _check_longer(call: Call, session: Session | None, closes_at: dt.datetime) -> None:
    before = session.closes_at if session else call.closes_at
    if closes_at <= before:
        sentence = _("A published call is only extended: the new day is after %(day)s.")
        raise Invalid("not_longer", sentence, field="closes_at", day=day(before))
    after = call.sessions.filter(number__gt=session.number).first() if session else None
    if after and closes_at > after.opens_at:
        sentence = _("The next session opens on %(day)s.")
        raise Invalid("sessions_overlap", sentence, field="closes_at", day=day(after.opens_at))


def _tell_drafts(call: Call, closes_at: dt.datetime, reason: str, *, now: dt.datetime) -> None:
    drafts = call.applications.filter(status=ApplicationStatus.DRAFT)
    for draft in drafts.select_related("project__organisation", "call"):
        tell_team(
            event="call_extended",
            application=draft,
            now=now,
            reason=reason,
            closes_at=closes_at,
        )


def check_window(call: Call, *, now: dt.datetime) -> None:
    """Raise `Refused` unless the call takes applications at this moment; asked of the database, not of `call`."""
    if Call.objects.open(now).filter(pk=call.pk).exists():
        return
    fresh = Call.objects.get(pk=call.pk)
    if fresh.status in {CallStatus.DRAFT, CallStatus.PROPOSED}:
        raise Refused("call_not_published", _("This call is not published yet."))
    if fresh.status == CallStatus.PUBLISHED and now < fresh.opens_at:
        raise Refused("call_not_open_yet", _("This call does not take applications yet."))
    raise Refused("call_over", _("This call does not take applications any more."))


def session_for(call: Call, *, now: dt.datetime) -> Session | None:
    """Return the session that an application submitted now belongs to, None for a call without sessions.

    Raises `Refused` (`between_sessions`, `call_over`) when the call has sessions and none is open.
    """
    sessions = list(call.sessions.all())
    if not sessions:
        return None
    is_open = call.sessions.open(now).first()
    if is_open:
        return is_open
    coming = next((session for session in sessions if session.opens_at > now), None)
    if coming is None:
        raise Refused("call_over", _("This call does not take applications any more."))
    raise Refused(
        "between_sessions",
        _("No session is open now: the next one opens on %(day)s. Your draft stays as it is."),
        day=day(coming.opens_at),
    )
