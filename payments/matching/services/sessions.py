"""A session's share of the pot: what is reserved under it stays within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from campaigns.calls.models import Session
from crowdfund.kit.errors import Refused
from payments.matching.models import Reservation

if TYPE_CHECKING:
    from campaigns.calls.models import Application


def keep_within_session(*, application: Application, cents: int) -> None:
    """Refuse `cents` more under a session whose share of the pot can't carry them (`session_share_empty`).

    Locks the session's row, so that two admissions are added up one after the other; inside the reservation's
    transaction, before the fund. What reserved, bound and disbursed money holds now counts; released money does not.
    """
    if application.session_id is None:
        return
    share = _locked_share(application.session_id)
    if share is not None and held_cents(application.session_id) + cents > share:
        sentence = _("The share of the pot of this session can't carry this project's match any more.")
        raise Refused("session_share_empty", sentence)


def _locked_share(session_id: int) -> int | None:
    share: int | None = Session.objects.select_for_update().get(pk=session_id).pot_cents
    return share


def held_cents(session_id: int) -> int:
    """Return what campaigns of a session hold of the pots now, in cents."""
    now_held = F("reserved_cents") + F("bound_cents") + F("disbursed_cents")
    held = Reservation.objects.filter(campaign__application__session=session_id).aggregate(sum=Sum(now_held))
    return int(held["sum"] or 0)
