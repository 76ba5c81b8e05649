"""The ranked list (graduatoria): one person proposes it, another publishes it, and publishing decides by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.commission.enums import LIST_TRANSITIONS, ListStatus, OfferStatus
from campaigns.commission.formula import LotsNeeded
from campaigns.commission.locks import lock_commission, lock_grid, lock_list
from campaigns.commission.models import ListEntry, Offer, RankedList
from campaigns.commission.permissions import can_decide_list, can_propose_list
from campaigns.commission.selectors.progress import unread
from campaigns.commission.selectors.reads import rule_data, standing_list
from campaigns.commission.services.drafting import draft_entries, same_applications
from campaigns.commission.services.outcomes import settle
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.commission.models import Commission

NAMED = 3
"""How many projects a refusal names before it only counts."""


def propose_list(
    *, commission: Commission, seed: str = "", reason: str = "", by: User, now: dt.datetime
) -> RankedList:
    """Freeze the ranking of all closed sheets as a list; another person publishes it or sends it back.

    `seed` is the number drawn for the lots, needed only where equals come down to them; `reason` why there is a new
    version after one was published.

    Raises `NotAllowed` unless `by` is a known officer of no organisation ranked; `Refused` while applications can still
    come in (`window_open`), when nothing came in (`no_applications`), somebody has still to close or nobody could score
    an application (`sheets_missing`), a list waits (`list_there`); `Invalid` (`lots_needed`, `reason_missing`).
    """
    require(can_propose_list(by, commission))
    with transaction.atomic():
        locked = lock_commission(commission)
        published = standing_list(locked)
        _check_ready(locked, published, reason, now)
        rule = rule_data(locked.call.grid)
        ranked_list = RankedList(
            commission=locked,
            version=published.version + 1 if published else 1,
            reason=reason.strip() if published else "",
            seed=seed.strip(),
            rule=rule,
            **RankedList.proposal(by, now),
        )
        try:
            entries = draft_entries(locked, rule, ranked_list.seed)
        except LotsNeeded as error:
            sentence = _("Two projects are equal in everything: give the number drawn for the lots.")
            raise Invalid("lots_needed", sentence, field="seed") from error
        _save(ranked_list, entries)
        states.record_birth(ranked_list, now=now, by=by)
    return ranked_list


def _check_ready(commission: Commission, published: RankedList | None, reason: str, now: dt.datetime) -> None:
    if now < commission.closes_at:
        raise Refused("window_open", _("Applications can still come in."))
    if published and not reason.strip():
        raise Invalid("reason_missing", _("Say why there is a new version."), field="reason")
    if not commission.applications().exists():
        raise Refused("no_applications", _("No application has come in."))
    lacking = [one.project.title for one in unread(commission)]
    if lacking:
        named = "; ".join(lacking[:NAMED]) + ("…" if len(lacking) > NAMED else "")
        sentence = _("These are not scored by everybody yet: %(projects)s.")
        raise Refused("sheets_missing", sentence, projects=named)


def _save(ranked_list: RankedList, entries: list[ListEntry]) -> None:
    try:
        with transaction.atomic():
            ranked_list.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("list_there", _("A list waits for its second person: send it back first.")) from error
    for entry in entries:
        entry.ranked_list = ranked_list
    ListEntry.objects.bulk_create(entries)


def publish_list(*, ranked_list: RankedList, by: User, now: dt.datetime) -> RankedList:
    """Publish what another person proposed: applications are admitted by rank while the pot lasts, the rest decided.

    What the pot can't carry stays eligible, not funded; unless the call's rule passes over it, so does everything below
    it. A version before this one is replaced. It is all of this or nothing.

    Raises `NotAllowed`; `IllegalTransition`; `Refused` when an application came or went since it was proposed
    (`list_outdated`), an offer waits for a team (`offer_open`), one that is admitted would no longer be
    (`already_admitted`), or one can't be admitted for another reason than the pot (`cant_admit`).
    """
    require(can_decide_list(by, ranked_list))
    with transaction.atomic():
        lock_grid(ranked_list.commission.call_id)
        lock_commission(ranked_list.commission)
        fresh = lock_list(ranked_list)
        if fresh.status == ListStatus.PROPOSED:
            _check_current(fresh)
            settle(fresh, by=by, now=now)
            _replace_older(fresh, by, now)
        states.advance(
            fresh,
            ListStatus.PUBLISHED,
            table=LIST_TRANSITIONS,
            now=now,
            by=by,
            published_at=now,
            **RankedList.decision(by, now),
        )
    ranked_list.refresh_from_db()
    return ranked_list


def _check_current(ranked_list: RankedList) -> None:
    if not same_applications(
        ranked_list.entries.values_list("application", flat=True).iterator(), ranked_list.commission
    ):
        sentence = _("An application came or went since this list was proposed: send it back.")
        raise Refused("list_outdated", sentence)
    waiting = Offer.objects.filter(status=OfferStatus.OPEN, ranked_list__commission=ranked_list.commission_id)
    if waiting.exists():
        raise Refused("offer_open", _("A team has still to answer an offer: wait for it."))


def _replace_older(ranked_list: RankedList, by: User, now: dt.datetime) -> None:
    older = standing_list(ranked_list.commission)
    if older:
        why = f"v{ranked_list.version}"
        states.advance(older, ListStatus.REPLACED, table=LIST_TRANSITIONS, now=now, by=by, why=why)


def return_list(*, ranked_list: RankedList, why: str, by: User, now: dt.datetime) -> RankedList:
    """Send a proposed list back with the reason; it stays on file.

    Raises `NotAllowed`, `Invalid` without a reason, `IllegalTransition` unless it waits.
    """
    require(can_decide_list(by, ranked_list))
    if not why.strip():
        raise Invalid("reason_missing", _("Say why."), field="why")
    with transaction.atomic():
        states.advance(
            lock_list(ranked_list),
            ListStatus.RETURNED,
            table=LIST_TRANSITIONS,
            now=now,
            by=by,
            why=why.strip()[:200],
            returned_why=why.strip(),
            **RankedList.decision(by, now),
        )
    ranked_list.refresh_from_db()
    return ranked_list
