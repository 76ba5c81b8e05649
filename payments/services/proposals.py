"""What proposals about money have in common: a reason, and one decision by another person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments.enums import PROPOSAL_TRANSITIONS, ProposalStatus

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

LONGEST = 200


def clean_reason(reason: str, *, field: str = "reason") -> str:
    """Return a reason with single spaces. Raises `Invalid` when it is empty or too long."""
    text = " ".join(reason.split())
    if not text:
        raise Invalid("missing", _("Say why."), field=field)
    if len(text) > LONGEST:
        raise Invalid("too_long", _("Write at most 200 letters."), field=field)
    return text


def check_amount(cents: int) -> None:
    """Hold an amount in whole cents above zero. Raises `Invalid`."""
    if type(cents) is not int or cents <= 0:
        raise Invalid("amount", _("The amount must be more than zero."), field="amount_cents")


def approve(proposal: Any, *, by: User, now: dt.datetime) -> None:
    """Approve a proposal; raises `Refused` when it was decided already."""
    advance(
        proposal,
        ProposalStatus.APPROVED,
        table=PROPOSAL_TRANSITIONS,
        now=now,
        by=by,
        **proposal.decision(by, now),
    )


def reject(proposal: Any, *, why: str, by: User, now: dt.datetime) -> None:
    """Reject a proposal, with the reason."""
    advance(
        proposal,
        ProposalStatus.REJECTED,
        table=PROPOSAL_TRANSITIONS,
        now=now,
        by=by,
        why=clean_reason(why, field="why"),
        **proposal.decision(by, now),
    )


def let_lapse(proposal: Any, *, why: str, now: dt.datetime) -> None:
    """Make a proposal void: what it was about has changed. The caller commits this, and only then refuses."""
    advance(proposal, ProposalStatus.VOID, table=PROPOSAL_TRANSITIONS, now=now, why=why[:200])


def lapsed() -> Refused:
    """Say that an approval came too late: what was proposed has changed since."""
    return Refused(
        "void", _("What this was about has changed since it was proposed: it is void. Propose it anew.")
    )
