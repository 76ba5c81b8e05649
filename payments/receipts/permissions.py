"""Who sees and changes receipts: their backer (logged in, or by a signed link), the organisation, the city's people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing

from accounts.enums import Role, TeamRole
from accounts.permissions import (
    belongs_to,
    can_account_for,
    can_manage_organisation,
    has_role,
    is_person,
    team_role,
)
from payments.permissions import link_token, pledge_of
from payments.receipts.models import ReceiptDonor

if TYPE_CHECKING:
    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from payments.models import Pledge
    from payments.receipts.models import CorrectionRequest, Receipt, ReceiptText

RECEIPTS = "receipts"
LINK_LIVES_SECONDS = (
    3 * 366 * 24 * 3600
)  # what is paid in January is declared in the autumn of the year after
SUMMARY_SALT = "receipts.summary"


# Signed links


def receipts_token(pledge: Pledge) -> str:
    """Sign a link that opens the receipts of this pledge, and nothing else."""
    return link_token(pledge, RECEIPTS)


def opens(token: str, pledge: Pledge) -> bool:
    """Say whether a link was signed for the receipts of this pledge. It dies when the donor's data is restricted."""
    if not token or pledge_of(token, RECEIPTS, lives=LINK_LIVES_SECONDS) != pledge.public_id:
        return False
    return not _is_restricted(pledge)


def _is_restricted(pledge: Pledge) -> bool:
    return ReceiptDonor.objects.filter(receipts__pledge=pledge, restricted_at__isnull=False).exists()


def summary_token(email: str, year: int) -> str:
    """Sign a link to the yearly summary of an email address; it is only ever sent to that address."""
    return signing.dumps([email.lower(), year], salt=SUMMARY_SALT)


def summary_of(token: str) -> tuple[str, int] | None:
    """Return the email and year a link was signed for; None when it is forged or too old."""
    try:
        email, year = signing.loads(token, salt=SUMMARY_SALT, max_age=LINK_LIVES_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(email), int(year)


# The backer


def is_backer(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """Say whether this is the pledge's backer, logged in or with the link signed for its receipts."""
    if is_person(user) and pledge.backer_id == user.pk:
        return not _is_restricted(pledge)
    return opens(token, pledge)


def can_see_receipt(user: Visitor | None, receipt: Receipt, token: str = "") -> bool:
    """The backer, who keeps the organisation's accounts, officers and auditors.

    Once the donor's account is erased only the owner, who must keep it by law, and auditors.
    """
    organisation = receipt.series.organisation
    if receipt.donor.restricted_at:
        return can_manage_organisation(user, organisation) or has_role(user, Role.AUDITOR)
    return is_backer(user, receipt.pledge, token) or can_see_receipts(user, organisation)


def can_correct_details(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """The backer says who gives: before a document is issued by oneself, afterwards by asking the organisation."""
    return is_backer(user, pledge, token)


# The organisation and the city


def can_see_receipts(user: Visitor | None, organisation: Organisation) -> bool:
    """Owner and accountant see their organisation's receipts; officers and auditors everybody's."""
    return can_account_for(user, organisation.pk) or can_see_all_receipts(user)


def can_see_all_receipts(user: Visitor | None) -> bool:
    """Officers and auditors read receipts of every organisation."""
    return has_role(user, Role.OFFICER, Role.AUDITOR)


def can_decide_request(user: Visitor | None, request: CorrectionRequest) -> bool:
    """Owner and accountant put right what their organisation has issued."""
    return can_account_for(user, request.pledge.campaign.project.organisation_id)


def can_write_text(user: Visitor | None, organisation: Organisation) -> bool:
    """The owner writes what the organisation says on its receipts."""
    return team_role(user, organisation.pk) == TeamRole.OWNER


def can_decide_text(user: Visitor | None, text: ReceiptText) -> bool:
    """An officer decides on it, unless a member of the organisation by any account."""
    return (
        is_person(user)
        and has_role(user, Role.OFFICER)
        and user.pk != text.written_by_id
        and not belongs_to(user, text.organisation_id)
    )
