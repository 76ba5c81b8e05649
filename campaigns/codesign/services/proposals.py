"""Write a proposal together: start it, add versions, decide, drop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from campaigns.codesign.enums import PROPOSAL_TRANSITIONS, NeedStatus, ProposalStatus
from campaigns.codesign.locks import lock_proposal
from campaigns.codesign.models import Decision, Need, Proposal, ProposalVersion
from campaigns.codesign.permissions import can_decide, can_start_proposal, can_write_version
from campaigns.codesign.services.news import tell_followers
from campaigns.codesign.services.writing import known_theme, with_slug, written
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from accounts.permissions import Visitor
    from accounts.places.models import Neighbourhood

LONGEST_TITLE = 120
LONGEST_SUMMARY = 240
LONGEST_TEXT = 20_000
LONGEST_WHAT = 160
LONGEST_DECISION = 200
LONGEST_REASON = 2000


class NewerVersion(Refused):
    """Somebody saved another version since the text was opened; the page shows both."""

    def __init__(self, latest: ProposalVersion) -> None:
        super().__init__(
            "newer_version",
            _(
                "Somebody saved another version while you were writing. "
                "Your text is still here: compare the two and save again."
            ),
            field="text",
        )
        self.latest = latest


def start_proposal(
    *,
    needs: Iterable[Need],
    neighbourhood: Neighbourhood,
    theme: str,
    title: str,
    summary: str,
    text: str,
    by: Visitor | None,
    now: dt.datetime,
) -> Proposal:
    """Open a proposal that answers one or more published needs; its text is version 1.

    Tells those who follow the needs. Raises `Invalid` with its field, `Refused` when a need is not public.
    """
    require(can_start_proposal(by))
    fields = {
        "neighbourhood": neighbourhood,
        "theme": known_theme(theme),
        "title": written(title, field="title", longest=LONGEST_TITLE),
        "summary": written(summary, field="summary", longest=LONGEST_SUMMARY),
        "started_by": by if is_person(by) else None,
        "started_at": now,
    }
    first = written(text, field="text", longest=LONGEST_TEXT)
    with transaction.atomic():
        answered = _published(needs)
        proposal = with_slug(
            Proposal,
            str(fields["title"]),
            spare="proposal",
            make=lambda slug: Proposal.objects.create(slug=slug, **fields),
        )
        proposal.needs.set(answered)
        record_birth(proposal, now=now, by=by)
        _append(proposal, number=1, text=first, what="", by=by, now=now)
        tell_followers(needs=answered, born=proposal, kind="proposal", by=by, now=now)
    return proposal


def write_version(
    *, proposal: Proposal, text: str, what: str = "", based_on: int, by: Visitor | None, now: dt.datetime
) -> ProposalVersion:
    """Append a version written on top of version number `based_on`.

    Raises `NewerVersion`, which carries the latest, when that is no longer the latest one; `Invalid` when nothing
    changed; `Refused` when the proposal is closed.
    """
    require(can_write_version(by, proposal))
    new = written(text, field="text", longest=LONGEST_TEXT)
    change = written(what, field="what", longest=LONGEST_WHAT, required=False)
    with transaction.atomic():
        locked = lock_proposal(proposal)
        _still_open(locked)
        latest = locked.versions.select_related("author").latest("number")
        if latest.number != based_on:
            raise NewerVersion(latest)
        if latest.text == new:
            raise Invalid("nothing_changed", _("The text is the same as before."), field="text")
        return _append(locked, number=latest.number + 1, text=new, what=change, by=by, now=now)


def decide(*, proposal: Proposal, text: str, reason: str, by: Visitor | None, now: dt.datetime) -> Decision:
    """Record what was decided about an open proposal, and why. Append-only."""
    require(can_decide(by, proposal))
    decided = written(text, field="text", longest=LONGEST_DECISION)
    why = written(reason, field="reason", longest=LONGEST_REASON)
    with transaction.atomic():
        locked = lock_proposal(proposal)
        _still_open(locked)
        return Decision.objects.create(
            proposal=locked, text=decided, reason=why, by=by if is_person(by) else None, decided_at=now
        )


def drop_proposal(*, proposal: Proposal, why: str, by: Visitor | None, now: dt.datetime) -> None:
    """Close a proposal that leads nowhere; its text stays readable, the reason stays with the event."""
    require(can_decide(by, proposal))
    reason = written(why, field="why", longest=LONGEST_DECISION)
    advance(proposal, ProposalStatus.DROPPED, table=PROPOSAL_TRANSITIONS, now=now, by=by, why=reason)


def _published(needs: Iterable[Need]) -> list[Need]:
    """Read the needs again, locked so that none is hidden meanwhile."""
    keys = {need.pk for need in needs}
    if not keys:
        raise Invalid("no_needs", _("Choose at least one need."), field="needs")
    found = list(
        Need.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys, status=NeedStatus.PUBLISHED)
        .order_by("pk")
    )
    if len(found) != len(keys):
        raise Refused("need_not_public", _("This need is not public."), field="needs")
    return found


def _still_open(proposal: Proposal) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise Refused("proposal_closed", _("This proposal is closed: nobody writes in it any more."))


def _append(
    proposal: Proposal, *, number: int, text: str, what: str, by: Visitor | None, now: dt.datetime
) -> ProposalVersion:
    return ProposalVersion.objects.create(
        proposal=proposal,
        number=number,
        text=text,
        what=what,
        author=by if is_person(by) else None,
        written_at=now,
    )
