"""Merge a need that says the same as another into it; nobody who shares either is lost or counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.codesign.enums import NEED_TRANSITIONS, NeedStatus
from campaigns.codesign.locks import lock_needs
from campaigns.codesign.models import NeedSupport
from campaigns.codesign.permissions import can_moderate
from campaigns.codesign.services.writing import written
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.codesign.models import Need

LONGEST_WHY = 200


def merge_needs(*, need: Need, into: Need, why: str = "", by: Visitor | None, now: dt.datetime) -> None:
    """Merge `need` into the published need `into`, by an animator or officer. It can't be undone.

    Everybody who shares either shares `into` once, since the earlier of the two moments, and gets its news if they
    agreed to the news of one. Proposals that answer `need` answer `into`. The address of `need` leads to `into`; an
    event on both says who did it. Raises `Invalid` at `into` for the same need, `Refused` when one is not to be merged.
    """
    require(can_moderate(by))
    reason = written(why, field="why", longest=LONGEST_WHY, required=False)
    if need.pk == into.pk:
        raise Invalid("same_need", _("Choose another need: this is the same one."), field="into")
    with transaction.atomic():
        rows = lock_needs([need, into])
        kept = rows[into.pk]
        if kept.status != NeedStatus.PUBLISHED:
            raise Refused("target_not_public", _("The need to keep must be public."), field="into")
        advance(
            rows[need.pk],
            NeedStatus.MERGED,
            table=NEED_TRANSITIONS,
            now=now,
            by=by,
            why=reason,
            merged_into=kept,
            supporters=0,
        )
        _move_supports(rows[need.pk], kept)
        _move_proposals(rows[need.pk], kept)
        _record_arrival(rows[need.pk], kept, by, now)
    for stale, fresh in ((need, rows[need.pk]), (into, kept)):
        stale.status, stale.supporters, stale.merged_into = fresh.status, fresh.supporters, fresh.merged_into


def _move_supports(gone: Need, kept: Need) -> None:
    """Move the supports; of who is there already keep one, with the earlier date and the wish for news."""
    supports = NeedSupport.objects.select_for_update().filter(need__in=[gone, kept]).order_by("pk")
    here: dict[object, NeedSupport] = {}
    coming: list[NeedSupport] = []
    for support in supports:
        if support.need_id == kept.pk:
            here[_who(support)] = support
        else:
            coming.append(support)
    for support in coming:
        twin = here.get(_who(support))
        if twin is None:
            support.need = kept
            support.save(update_fields=["need"])
            continue
        twin.since = min(twin.since, support.since)
        twin.wants_news = twin.wants_news or support.wants_news
        twin.save(update_fields=["since", "wants_news"])
        support.delete()
    kept.supporters = kept.supports.count()
    kept.save(update_fields=["supporters"])


def _who(support: NeedSupport) -> object:
    """Tell who it is: a person, a browser, or somebody whose account is gone and who stays counted as themselves."""
    return support.user_id or support.visitor or f"gone:{support.pk}"


def _move_proposals(gone: Need, kept: Need) -> None:
    for proposal in gone.proposals.all():
        proposal.needs.add(kept)
        proposal.needs.remove(gone)


def _record_arrival(gone: Need, kept: Need, by: Visitor | None, now: dt.datetime) -> None:
    actor = by if by is not None and by.is_authenticated else None
    kept.events.create(at=now, from_status=kept.status, to_status=kept.status, why=f"+ {gone.slug}", by=actor)
