"""Form a commission: appoint evaluators, let them sign their declaration, take note of who leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import require
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Session
from campaigns.commission.enums import EvaluatorRole, ListStatus
from campaigns.commission.locks import lock_commission
from campaigns.commission.models import Commission, Evaluator
from campaigns.commission.permissions import can_form_commission, seat_of
from campaigns.commission.selectors.progress import any_scores_open
from campaigns.commission.selectors.reads import grid_of
from campaigns.commission.services.letters import tell_evaluator
from crowdfund.kit.errors import Invalid, NotAllowed, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.calls.models import Call

DECLARATION = _(
    "I have read the criteria of the call. I judge each application by them alone. I declare, application by "
    "application, any interest of mine or of people close to me, and judge none in which I have one. I speak with "
    "nobody about points before everybody has closed their sheets."
)


def form_commission(
    *, call: Call, session: Session | None = None, sheets_due_at: dt.datetime, by: Visitor, now: dt.datetime
) -> Commission:
    """Form the commission of a published call, or of one of its sessions; evaluators are appointed next.

    Raises `NotAllowed` unless `by` is an officer; `Refused` when the call has no grid (`no_grid`), is no longer or not
    yet public (`call_not_published`), or has a commission (`commission_there`); `Invalid` for a session of another call
    (`session`), or a day before applications close (`due_too_early`).
    """
    require(can_form_commission(by))
    if grid_of(call) is None:
        raise Refused("no_grid", _("This call has no criteria: its applications are decided one by one."))
    if call.status not in {CallStatus.PUBLISHED, CallStatus.CLOSED}:
        raise Refused("call_not_published", _("This call is not published yet."))
    _check_session(call, session)
    commission = Commission(call=call, session=session, sheets_due_at=sheets_due_at, created_at=now)
    if sheets_due_at <= commission.closes_at:
        sentence = _("Sheets can't be due before applications have closed.")
        raise Invalid("due_too_early", sentence, field="sheets_due_at")
    try:
        with transaction.atomic():
            commission.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("commission_there", _("There is a commission for these applications.")) from error
    return commission


def _check_session(call: Call, session: Session | None) -> None:
    if session is not None and session.call_id != call.pk:
        raise Invalid("session", _("This session is not one of this call."), field="session")
    if session is None and Session.objects.filter(call=call.pk).exists():
        raise Invalid("session", _("This call has sessions: say for which."), field="session")


def appoint_evaluator(
    *, commission: Commission, email: str, role: str = EvaluatorRole.MEMBER, by: Visitor, now: dt.datetime
) -> Evaluator:
    """Appoint a person to a commission, and write to them.

    Raises `NotAllowed` unless `by` is an officer; `Invalid` for nobody with this address (`unknown_person`) or no such
    role; `Refused` when the person sits there by this or another account (`already_appointed`), there is a chair
    (`chair_there`), the points on an application have been seen (`scores_seen`), or a list is made (`list_there`).
    """
    require(can_form_commission(by))
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise Invalid("unknown_person", _("Nobody has an account with this address."), field="email")
    if role not in EvaluatorRole.values:
        raise Invalid("unknown_role", _("There is no such role."), field="role")
    with transaction.atomic():
        locked = lock_commission(commission)
        _check_seats(locked, user, role)
        seat = Evaluator.objects.create(
            commission=locked,
            user=user,
            person_id=user.person_id,
            role=role,
            appointed_by=cast("User", by),
            appointed_at=now,
        )
        tell_evaluator(event="evaluator_appointed", seat=seat, now=now)
    return seat


def _check_seats(commission: Commission, user: User, role: str) -> None:
    if commission.evaluators.filter(person=user.person_id).exists():
        raise Refused(
            "already_appointed", _("This person has been appointed already, maybe by another account."),
            field="email",
        )  # fmt: skip
    if role == EvaluatorRole.CHAIR and commission.evaluators.sitting().filter(role=role).exists():
        raise Refused("chair_there", _("The commission has a chair."), field="role")
    check_no_list(commission)
    if any_scores_open(commission):
        raise Refused(
            "scores_seen", _("The points on an application are open already: nobody can join any more.")
        )


def check_no_list(commission: Commission) -> None:
    """Raise `Refused` (`list_there`) while a list waits for its second person."""
    if commission.lists.filter(status=ListStatus.PROPOSED).exists():
        raise Refused("list_there", _("A list waits for its second person: send it back first."))


def sign_declaration(*, commission: Commission, by: Visitor, now: dt.datetime) -> Evaluator:
    """Sign the declaration on conflicts of interest, once for the call; its words are kept. Raises `NotAllowed`."""
    seat = seat_of(by, commission)
    if seat is None:
        raise NotAllowed("not_allowed", _("You are not in this commission."))
    text = str(DECLARATION)
    Evaluator.objects.filter(pk=seat.pk, signed_at__isnull=True).update(signed_at=now, signed_text=text)
    seat.refresh_from_db()
    return seat


def dismiss_evaluator(*, evaluator: Evaluator, why: str, by: Visitor, now: dt.datetime) -> Evaluator:
    """Note that an evaluator has left. Sheets they closed still count, open ones fall away: nobody's points are chosen.

    Raises `NotAllowed` unless `by` is an officer; `Invalid` without a reason; `Refused` (`has_left`, `list_there`).
    """
    require(can_form_commission(by))
    if not why.strip():
        raise Invalid("reason_missing", _("Say why."), field="why")
    with transaction.atomic():
        check_no_list(lock_commission(evaluator.commission))
        left = Evaluator.objects.filter(pk=evaluator.pk, left_at__isnull=True)
        if not left.update(left_at=now, left_why=why.strip()[:200]):
            raise Refused("has_left", _("This person has left already."))
    evaluator.refresh_from_db()
    return evaluator
