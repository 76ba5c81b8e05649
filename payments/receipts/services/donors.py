"""Who gives: said by the backer before a document is issued, put right by the organisation afterwards."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from accounts.services import check_tax_code
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments.locks import lock_pledge
from payments.receipts.enums import REQUEST_TRANSITIONS, CorrectionReason, RequestStatus
from payments.receipts.models import CorrectionRequest, DonorDetails, Receipt, ReceiptDonor
from payments.receipts.permissions import can_correct_details, can_decide_request
from payments.receipts.selectors.standing import final_cents
from payments.receipts.services.issue import issue_documents
from payments.receipts.services.letters import tell_declined

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from accounts.permissions import Visitor
    from payments.models import Pledge

MOST_REQUESTS: Final = 5


@dataclasses.dataclass(frozen=True)
class Donor:
    """Who gives, as typed: any of the three may be empty."""

    name: str = ""
    tax_code: str = ""
    address: str = ""

    def checked(self) -> dict[str, str]:
        """Give the fields as they are kept. Raises `Invalid` for a codice fiscale with a wrong check letter."""
        return {
            "name": " ".join(self.name.split())[:120],
            "tax_code": check_tax_code(self.tax_code),
            "address": " ".join(self.address.split())[:200],
        }


def set_donor_details(
    *, pledge: Pledge, donor: Donor, by: Visitor | None, now: dt.datetime, token: str = ""
) -> DonorDetails:
    """Say who gives, before any document is issued. The backer's, logged in or by the link of the receipts.

    Raises `Invalid` for a wrong codice fiscale and `Refused` (`issued_already`) once there are documents: then a
    correction is asked for.
    """
    require(can_correct_details(by, pledge, token))
    fields = donor.checked()
    with transaction.atomic():
        locked = lock_pledge(pledge.pk)
        if Receipt.objects.filter(pledge=locked).exists():
            raise Refused(
                "issued_already", _("Your receipt is issued already: ask for a correction instead.")
            )
        details, _made = DonorDetails.objects.update_or_create(
            pledge=locked, defaults=fields | {"changed_at": now}
        )
    return details


def ask_correction(
    *, pledge: Pledge, donor: Donor, by: Visitor | None, now: dt.datetime, token: str = ""
) -> CorrectionRequest:
    """Ask the organisation to void a pledge's documents and issue them anew with these details. The backer's.

    Raises `Invalid` for a wrong codice fiscale or details that are the same, `Refused` when there is nothing to
    correct, when one request waits already, or after five.
    """
    require(can_correct_details(by, pledge, token))
    fields = donor.checked()
    with transaction.atomic():
        locked = lock_pledge(pledge.pk)
        _check_may_ask(locked, fields)
        request = CorrectionRequest.objects.create(pledge=locked, asked_at=now, **fields)
        record_birth(request, now=now, by=by)
    return request


def _check_may_ask(pledge: Pledge, fields: dict[str, str]) -> None:
    last = Receipt.objects.filter(pledge=pledge, correction__isnull=True, corrects__isnull=True).first()
    if last is None:
        raise Refused("nothing_issued", _("There is no receipt to correct."))
    requests = CorrectionRequest.objects.filter(pledge=pledge)
    if requests.filter(status=RequestStatus.ASKED).exists():
        raise Refused("asked_already", _("You have asked already: the organisation will answer."))
    if requests.count() >= MOST_REQUESTS:
        raise Refused("too_many_requests", _("This was asked too often: write to the organisation."))
    if all(getattr(last.donor, name) == value for name, value in fields.items()):
        raise Invalid("nothing_new", _("The receipt says this already."), field="name")


def grant_correction(*, request: CorrectionRequest, by: User, now: dt.datetime) -> list[Receipt]:
    """Void a pledge's documents and issue them anew with the details asked for. Owner or accountant.

    Returns what was made; nothing when the money was given back meanwhile. Raises `Refused` (`not_final`) while it is
    in dispute.
    """
    require(can_decide_request(by, request))
    with transaction.atomic():
        pledge = lock_pledge(request.pledge_id)
        if final_cents(pledge) is None:
            raise Refused("not_final", _("The money is in dispute: this can be done when it is decided."))
        advance(
            request,
            RequestStatus.GRANTED,
            table=REQUEST_TRANSITIONS,
            now=now,
            by=by,
            decided_by=by,
            decided_at=now,
        )
        DonorDetails.objects.update_or_create(
            pledge=pledge,
            defaults={
                "name": request.name,
                "tax_code": request.tax_code,
                "address": request.address,
                "changed_at": now,
            },
        )
        return issue_documents(pledge=pledge, now=now, reason=CorrectionReason.DETAILS, afresh=True)


def decline_correction(*, request: CorrectionRequest, why: str, by: User, now: dt.datetime) -> None:
    """Leave the documents as they are, and tell the backer why. Owner or accountant."""
    require(can_decide_request(by, request))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        advance(
            request,
            RequestStatus.DECLINED,
            table=REQUEST_TRANSITIONS,
            now=now,
            by=by,
            decided_by=by,
            decided_at=now,
            why=why.strip()[:200],
            answer=why.strip()[:200],
        )
        tell_declined(request=request, now=now)


def restrict_donors(*, pledges: list[Pledge], now: dt.datetime) -> int:
    """Close the donor's data of these pledges to all but who must keep it: an account was erased. Returns how many.

    The backer's own copies (details, requests) go at once; what stands on issued documents stays until its term.
    """
    with transaction.atomic():
        DonorDetails.objects.filter(pledge__in=pledges).delete()
        CorrectionRequest.objects.filter(pledge__in=pledges).update(name="", tax_code="", address="")
        return ReceiptDonor.objects.filter(receipts__pledge__in=pledges, restricted_at__isnull=True).update(
            restricted_at=now
        )


def forget_due() -> int:
    """Blank what is past its term (the drain `receipts.forget`); return how many."""
    return forget_donors(now=clock.now())


def forget_donors(*, now: dt.datetime) -> int:
    """Blank the donor's data whose term has passed; return of how many documents' donors."""
    over = ReceiptDonor.objects.filter(kept_until__lt=now.date(), forgotten_at__isnull=True)
    with transaction.atomic():
        DonorDetails.objects.filter(pledge__receipts__donor__in=over).delete()
        return over.update(name="", tax_code="", address="", forgotten_at=now)
