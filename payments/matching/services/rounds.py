"""`quadratic`: the one deed that shares a pot out at the end, and the estimate of today while campaigns run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import RuleKind
from crowdfund.kit.errors import Refused
from payments.locks import lock_campaign
from payments.matching.formula import TooManyPairsError
from payments.matching.models import MatchRound, RoundMatch
from payments.matching.permissions import can_start_round
from payments.matching.selectors.rounds import (
    RoundKey,
    Shared,
    applications_of,
    collected_gifts,
    pots_with_funds,
    share_of_each,
    still_open,
)
from payments.matching.services.book import hold_book
from payments.matching.services.pot import take
from payments.matching.services.reservations import fix_match

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.calls.models import Application


def share_pot_out(*, key: RoundKey, by: User, now: dt.datetime) -> MatchRound:
    """Compute the matches of all campaigns of a round on collected money, reserve each and propose it, in one deed.

    Raises `NotAllowed`; `Refused` when the call has another rule (`rule_kind`), the round was held before
    (`round_over`), applications can still come (`window_open`), campaigns are still open (`round_open`, by title) or
    the pairwise variant has too many backers (`too_many_pairs`). Nothing is written then.
    """
    require(can_start_round(by))
    if key.call.rule.kind != RuleKind.QUADRATIC:
        raise Refused("rule_kind", _("Only a quadratic call shares its pot out at the end."))
    with transaction.atomic():
        _lock_campaigns(key)
        hold_book(key.call.pk)  # one round after the other
        _refuse_unless_complete(key, now)
        applications = list(applications_of(key))
        with_funds = pots_with_funds(key, applications)
        pots = [pot for pot, _funds in with_funds]
        try:
            shared = share_of_each(key, collected_gifts(applications), pots)
        except TooManyPairsError as error:
            raise Refused("too_many_pairs", too_many(error)) from error
        made = MatchRound.objects.create(
            call=key.call,
            session=key.session,
            started_by=by,
            started_at=now,
            pots=[{"cents": pot.cents, "campaigns": list(pot.campaigns)} for pot in pots],
        )
        _write(made, applications, shared, [funds for _pot, funds in with_funds], now)
    return made


def _lock_campaigns(key: RoundKey) -> None:
    """Let no project of a round stop while its match is worked out."""
    for campaign_id in sorted(row.campaign_id for row in applications_of(key) if row.campaign_id):
        lock_campaign(campaign_id)


def too_many(error: TooManyPairsError) -> str:
    """Say that the pairwise variant has reached its limit, with both numbers."""
    sentence = _(
        "The bound on pairs compares every two backers of a campaign: there are %(pairs)s pairs, and %(limit)s at most "
        "can be computed. The match of this round can't be worked out by this rule."
    )
    return str(sentence) % {"pairs": error.pairs, "limit": error.limit}


def _refuse_unless_complete(key: RoundKey, now: dt.datetime) -> None:
    if MatchRound.objects.filter(call=key.call, session=key.session).exists():
        raise Refused("round_over", _("The pot of this call has been shared out already."))
    if key.ends_at > now:
        raise Refused("window_open", _("Applications are still open: other campaigns may join."))
    if waiting := still_open(key):
        titles = ", ".join(row.project.title for row in waiting)
        sentence = _("These campaigns have not ended yet: %(titles)s.")
        raise Refused("round_open", sentence, titles=titles)


def _write(
    made: MatchRound,
    applications: list[Application],
    shared: list[Shared],
    funds_of_pots: list[frozenset[int]],
    now: dt.datetime,
) -> None:
    campaigns = {row.campaign.slug: row.campaign for row in applications if row.campaign}
    RoundMatch.objects.bulk_create(
        RoundMatch(
            round=made,
            campaign=campaigns[one.slug],
            crowd_cents=one.gifts.cents,
            backers=one.gifts.backers,
            raw_cents=one.raw_cents,
            cents=one.share.match.cents,
            steps=steps_of(one),
        )
        for one in shared
    )
    for place, funds in enumerate(funds_of_pots):  # pot by pot, so that each gives to whom it is open to
        for one in shared:
            if cents := one.share.parts[place]:
                take(campaign=campaigns[one.slug], cents=cents, now=now, whole=True, funds=funds)
    for one in shared:
        fix_match(campaign=campaigns[one.slug], cents=one.share.match.cents, steps=steps_of(one), now=now)


def steps_of(one: Shared) -> list[dict[str, Any]]:
    """Return the steps of a campaign's share as they are kept: what its backers gave, then the formula's own."""
    gifts = {"crowd_cents": one.gifts.cents, "backers": one.gifts.backers}
    first = {"code": "gifts", "params": gifts, "cents": None}
    return [first, *(dataclasses.asdict(step) for step in one.share.match.steps)]
