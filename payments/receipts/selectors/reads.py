"""What pages and the API read of receipts: a pledge's, a backer's, a year's, an organisation's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, TeamRole
from accounts.models import Organisation
from accounts.permissions import has_role
from crowdfund.kit.desk import Task
from payments.models import Pledge
from payments.permissions import pledge_of
from payments.receipts.enums import ReceiptKind, RequestStatus, TextStatus
from payments.receipts.models import CorrectionRequest, Receipt, ReceiptSeries, ReceiptText
from payments.receipts.permissions import LINK_LIVES_SECONDS, RECEIPTS, opens
from payments.receipts.selectors.standing import documents

if TYPE_CHECKING:
    import datetime as dt
    import uuid
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from accounts.models import User


def of_user(user: User) -> Q:
    """Select the documents of a person's pledges, as long as they are theirs to see."""
    return Q(pledge__backer=user, donor__restricted_at__isnull=True)


def of_email(email: str) -> Q:
    """Select the documents of an address' pledges, with an account or without."""
    return Q(pledge__email__iexact=email, donor__restricted_at__isnull=True)


def documents_of_backer(whose: Q) -> QuerySet[Receipt]:
    """Return a backer's documents, newest first."""
    return documents().filter(whose).order_by("-issued_at", "-pk")


def documents_of_pledge(pledge: Pledge) -> list[Receipt]:
    """Return a pledge's documents in the order of issue."""
    return list(documents().filter(pledge=pledge).order_by("pk"))


def standing_of_year(whose: Q, year: int) -> QuerySet[Receipt]:
    """Return a backer's documents that stand, of money that came in a calendar year, by day."""
    found = documents().filter(whose, paid_on__year=year, correction__isnull=True)
    return found.exclude(kind=ReceiptKind.CORRECTION).order_by("paid_on", "pk")


def years_of_backer(whose: Q) -> list[int]:
    """Return the calendar years in which a backer's money came, newest first."""
    return [
        day.year for day in Receipt.objects.filter(whose).order_by().dates("paid_on", "year", order="DESC")
    ]


def receipt_by_public_id(public_id: uuid.UUID) -> Receipt | None:
    """Find a document with all that is shown of it."""
    return (
        documents()
        .select_related("pledge__campaign__project", "transfer")
        .filter(public_id=public_id)
        .first()
    )


def pledge_by_token(token: str) -> Pledge | None:
    """Find the pledge a link to receipts was signed for; None when it is forged, too old or dead."""
    public_id = pledge_of(token, RECEIPTS, lives=LINK_LIVES_SECONDS)
    if public_id is None:
        return None
    found = Pledge.objects.select_related("campaign__project__organisation", "reward", "donor_details")
    pledge = found.filter(public_id=public_id).first()
    return pledge if pledge and opens(token, pledge) else None


def open_request(pledge: Pledge) -> CorrectionRequest | None:
    """Return the correction asked for and not yet decided."""
    return CorrectionRequest.objects.filter(pledge=pledge, status=RequestStatus.ASKED).first()


# The organisation


def documents_of_organisation(organisation: Organisation, year: int) -> QuerySet[Receipt]:
    """Return an organisation's documents of one series, by number."""
    found = documents().filter(series__organisation=organisation, series__year=year)
    return found.order_by("number")


def years_of_organisation(organisation: Organisation) -> list[int]:
    """Return the years of an organisation's series, newest first."""
    return list(
        ReceiptSeries.objects.filter(organisation=organisation)
        .order_by("-year")
        .values_list("year", flat=True)
    )


def requests_waiting(organisation_ids: list[int]) -> QuerySet[CorrectionRequest]:
    """Return the corrections asked of these organisations and not decided, oldest first."""
    return (
        CorrectionRequest.objects.filter(
            status=RequestStatus.ASKED, pledge__campaign__project__organisation__in=organisation_ids
        )
        .select_related("pledge__campaign__project__organisation")
        .order_by("asked_at")
    )


def current_texts(organisation: Organisation) -> dict[str, ReceiptText | None]:
    """Return the text that stands, the one that waits, and the last one turned down if nothing newer came."""
    written = ReceiptText.objects.filter(organisation=organisation).order_by("written_at", "pk")
    newest = {text.status: text for text in written}
    approved, proposed = newest.get(TextStatus.APPROVED), newest.get(TextStatus.PROPOSED)
    rejected = newest.get(TextStatus.REJECTED)
    later = [text for text in (approved, proposed) if text and rejected and text.pk > rejected.pk]
    return {"approved": approved, "proposed": proposed, "rejected": None if later else rejected}


# The city


def texts_waiting() -> QuerySet[ReceiptText]:
    """Return the texts that an officer has to decide on, oldest first."""
    return (
        ReceiptText.objects.filter(status=TextStatus.PROPOSED)
        .select_related("organisation", "written_by")
        .order_by("written_at")
    )


def organisations_with_receipts() -> QuerySet[Organisation]:
    """Return organisations that have issued documents, each with how many."""
    return Organisation.objects.annotate(documents=Count("receipt_series__receipts")).filter(documents__gt=0)


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Texts of organisations that wait for an officer who is no member."""
    if has_role(user, Role.OFFICER):
        for text in texts_waiting().exclude(organisation__in=user.team_roles):
            yield Task(
                _("Decide on the text of the receipts"),
                text.organisation.name,
                reverse("receipt_text", args=[text.pk]),
            )


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Corrections that backers have asked for."""
    keepers = {TeamRole.OWNER, TeamRole.ACCOUNTANT}
    mine = [pk for pk, role in user.team_roles.items() if role in keepers]
    for request in requests_waiting(mine) if mine else ():
        yield Task(
            _("Put a receipt right"),
            request.pledge.campaign.project.title,
            reverse("correction_request", args=[request.pk]),
        )
