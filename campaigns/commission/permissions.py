"""Who appoints, who reads and scores, who sees points and when, who decides on lists, appeals and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from accounts.enums import Role
from accounts.permissions import (
    belongs_to,
    belongs_to_any,
    can_decide_on,
    can_propose_for,
    can_see_officer_desk,
    has_role,
    is_person,
    team_role,
)
from campaigns.calls.permissions import can_edit_application, can_write_calls
from campaigns.commission.enums import PUBLIC_LISTS, EvaluatorRole, SheetStatus
from campaigns.commission.models import Commission, Evaluator, Sheet

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.permissions import Visitor
    from campaigns.calls.models import Application
    from campaigns.commission.models import Appeal, Offer, RankedList

DONE = (SheetStatus.CLOSED, SheetStatus.CONFLICT)


def commission_for(application: Application) -> Commission | None:
    """Return the commission that ranks an application, if its call has one."""
    mine = Commission.objects.filter(call=application.call_id, session=application.session_id)
    return mine.select_related("call__grid").first()


def organisations_in(commission: Commission) -> list[int]:
    """Return the organisations whose applications a commission ranks."""
    found = commission.applications().order_by().values_list("project__organisation", flat=True)
    return list(found.distinct())


def done_sheets(application: int | OuterRef) -> QuerySet[Sheet]:
    """Return an evaluator's sheet on an application if nothing more is to be written on it."""
    return Sheet.objects.filter(evaluator=OuterRef("pk"), application=application, status__in=DONE)


def scores_are_open(commission: Commission, application: Application) -> bool:
    """Say whether every sitting evaluator has closed or declared a conflict on an application, one at least closed."""
    waiting = commission.evaluators.sitting().filter(~Exists(done_sheets(application.pk)))
    closed = application.sheets.filter(evaluator__commission=commission, status=SheetStatus.CLOSED)
    return closed.exists() and not waiting.exists()


def can_write_grid(user: Visitor | None) -> bool:
    """Officers write criteria and thresholds with the draft of a call."""
    return can_write_calls(user)


def can_form_commission(user: Visitor | None) -> bool:
    """Officers form commissions, appoint evaluators and take note of those who leave."""
    return has_role(user, Role.OFFICER)


def seat_of(user: Visitor | None, commission: Commission) -> Evaluator | None:
    """Return the seat of this person, by any account of theirs, unless they have left."""
    if not is_person(user):
        return None
    return commission.evaluators.sitting().filter(person=user.person_id).first()


def is_chair(user: Visitor | None, commission: Commission) -> bool:
    """Say whether this person chairs the commission."""
    seat = seat_of(user, commission)
    return bool(seat and seat.role == EvaluatorRole.CHAIR)


def can_see_commission(user: Visitor | None, commission: Commission) -> bool:
    """The municipality's desk and the chair see how far everybody is; never the points."""
    return can_see_officer_desk(user) or is_chair(user, commission)


def is_own(user: Visitor | None, application: Application) -> bool:
    """Say whether this person, by any account, wrote the application or belongs to who applies."""
    if not is_person(user):
        return False
    author = application.created_by
    wrote = author is not None and author.person_id == user.person_id
    return wrote or belongs_to(user, application.project.organisation_id)


def can_declare(user: Visitor | None, application: Application) -> bool:
    """Whoever sits in the application's commission and has signed says whether there is a conflict."""
    commission = commission_for(application)
    seat = seat_of(user, commission) if commission else None
    return bool(seat and seat.signed_at)


def can_read(user: Visitor | None, application: Application) -> bool:
    """Evaluators read an application once they have declared no conflict on it, and never their own."""
    if not is_person(user) or is_own(user, application):
        return False
    sheets = Sheet.objects.filter(
        application=application, evaluator__person=user.person_id, evaluator__left_at__isnull=True
    )
    return sheets.exclude(status=SheetStatus.CONFLICT).exists()


def can_write_sheet(user: Visitor | None, sheet: Sheet) -> bool:
    """Its evaluator alone writes a sheet, while they sit."""
    return is_person(user) and sheet.evaluator.person_id == user.person_id and sheet.evaluator.left_at is None


def can_reopen_sheet(user: Visitor | None, sheet: Sheet) -> bool:
    """The chair reopens a closed sheet, except on an application of an organisation of their own."""
    return is_chair(user, sheet.evaluator.commission) and not is_own(user, sheet.application)


def can_see_sheet(user: Visitor | None, sheet: Sheet) -> bool:
    """See the points of a sheet: its author always, others once nobody can be swayed any more.

    That is when every sitting evaluator has closed their sheet on this application or declared a conflict on it. Then
    they are seen by the evaluators who closed a sheet of their own on it, and by officers, approvers and auditors from
    outside the organisation that applies; by the organisation's team once the list is published. A chair who reopens a
    sheet hides them all again.
    """
    if can_write_sheet(user, sheet):
        return True
    application, commission = sheet.application, sheet.evaluator.commission
    if not is_person(user) or not scores_are_open(commission, application):
        return False
    if team_role(user, application.project.organisation_id):
        return commission.lists.filter(status__in=PUBLIC_LISTS).exists()
    if is_own(user, application):
        return False
    return can_see_officer_desk(user) or can_read(user, application)


def can_exclude(user: Visitor | None, application: Application) -> bool:
    """Officers from outside the organisation find an application inadmissible, and take that back."""
    return has_role(user, Role.OFFICER) and not is_own(user, application)


def can_propose_list(user: Visitor | None, commission: Commission) -> bool:
    """An officer who belongs to no organisation of the ranking proposes a list."""
    return can_propose_for(user, None) and not belongs_to_any(user, organisations_in(commission))


def can_decide_list(user: Visitor | None, ranked_list: RankedList) -> bool:
    """An approver publishes it or sends it back: another person, and of no organisation of the ranking."""
    return can_decide_on(user, ranked_list, None) and not belongs_to_any(
        user, organisations_in(ranked_list.commission)
    )


def can_see_list(user: Visitor | None, ranked_list: RankedList) -> bool:
    """Everybody sees a list once published; the municipality's desk before."""
    return ranked_list.status in PUBLIC_LISTS or can_see_officer_desk(user)


def can_appeal(user: Visitor | None, application: Application) -> bool:
    """Who may write an application may appeal against what the list says of it."""
    return can_edit_application(user, application)


def can_answer_appeal(user: Visitor | None, appeal: Appeal) -> bool:
    """Officers from outside the organisation answer."""
    return can_exclude(user, appeal.application)


def can_offer(user: Visitor | None) -> bool:
    """Officers offer released money to the next in line without waiting for the hour."""
    return has_role(user, Role.OFFICER)


def can_answer_offer(user: Visitor | None, offer: Offer) -> bool:
    """Owners and editors of the organisation accept or decline."""
    return can_edit_application(user, offer.application)
