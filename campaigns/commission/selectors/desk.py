"""What commissions put on desks: evaluators, officers, approvers and teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Role, TeamRole
from accounts.permissions import has_role
from campaigns.calls.enums import ApplicationStatus, CallStatus
from campaigns.calls.models import Call
from campaigns.commission.enums import AppealStatus, ListStatus, OfferStatus, SheetStatus
from campaigns.commission.models import Appeal, Commission, Evaluator, Offer, RankedList
from campaigns.commission.selectors.progress import to_read, unread
from crowdfund.kit.desk import Task

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def evaluator_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield what a person has to read and to close, one task a commission."""
    seats = Evaluator.objects.sitting().filter(person=user.person_id)
    for seat in seats.select_related("commission__call", "commission__session"):
        commission = seat.commission
        if seat.signed_at is None:
            yield Task(
                _("Sign the declaration on conflicts"),
                commission.call.title,
                reverse("evaluator_desk", args=[commission.pk]),
                commission.sheets_due_at,
            )
        elif now >= commission.closes_at:
            done = seat.sheets.exclude(status=SheetStatus.OPEN).values("application")
            left = to_read(commission).exclude(pk__in=done).count()
            if left:
                words = ngettext("%(count)s application to score", "%(count)s applications to score", left)
                yield Task(
                    words % {"count": left},
                    commission.call.title,
                    reverse("evaluator_desk", args=[commission.pk]),
                    commission.sheets_due_at,
                )


def office_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield what a commission needs of officers and approvers."""
    if has_role(user, Role.APPROVER):
        waiting = RankedList.objects.filter(status=ListStatus.PROPOSED).exclude(
            proposed_person=user.person_id
        )
        for ranked_list in waiting.select_related("commission__call"):
            title = ranked_list.commission.call.title
            yield Task(_("Publish the list or send it back"), title, ranked_list.get_absolute_url())
    if has_role(user, Role.OFFICER):
        yield from _to_form(now)
        yield from _to_propose(now)
        yield from _to_answer(user)


def _to_form(now: dt.datetime) -> Iterator[Task]:
    lacking = Call.objects.filter(
        grid__isnull=False, commissions__isnull=True, status__in=[CallStatus.PUBLISHED, CallStatus.CLOSED]
    )
    for call in lacking:
        url = reverse("commission_new", args=[call.slug])
        yield Task(_("Form the commission"), call.title, url, call.closes_at)


def _to_propose(now: dt.datetime) -> Iterator[Task]:
    made = Count("lists", filter=~Q(lists__status=ListStatus.RETURNED))
    without = Commission.objects.annotate(made=made).filter(made=0, call__closes_at__lte=now)
    for commission in without.select_related("call", "session"):
        ready = commission.evaluators.exists() and commission.applications().exists()
        if ready and not unread(commission):
            url = commission.get_absolute_url()
            yield Task(_("Propose the ranking"), commission.call.title, url)


def _to_answer(user: User) -> Iterator[Task]:
    filed = Appeal.objects.filter(status=AppealStatus.FILED)
    filed = filed.exclude(application__project__organisation__in=list(user.team_roles))
    for appeal in filed.select_related("application__project"):
        url = reverse("appeal_answer", args=[appeal.pk])
        yield Task(_("Answer the appeal"), appeal.application.project.title, url)


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield the offers that a person's teams have to answer."""
    mine = [pk for pk, role in user.team_roles.items() if role in {TeamRole.OWNER, TeamRole.EDITOR}]
    offers = Offer.objects.filter(
        status=OfferStatus.OPEN,
        answer_until__gt=now,
        application__project__organisation__in=mine,
        application__status=ApplicationStatus.ELIGIBLE_NOT_FUNDED,
    )
    for offer in offers.select_related("application__project"):
        yield Task(
            _("Accept the money offered"),
            offer.application.project.title,
            reverse("offer", args=[offer.pk]),
            offer.answer_until,
        )
