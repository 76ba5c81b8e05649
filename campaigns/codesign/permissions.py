"""Who may do what with needs and proposals.

Anybody reports and shares a need. Any logged-in person (so with a verified address) starts a proposal and writes in
it: that is what co-design is, and no version is ever lost. Animators and officers read what is reported, decide on
proposals and drop them. A project is adopted by an animator or officer, who records that the organisation agreed, or
by an owner of the organisation who wrote in the proposal: then the organisation agrees by the deed, and nobody carries
away a text they had no part in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_manage_organisation, has_role, is_person
from campaigns.codesign.enums import NeedStatus

if TYPE_CHECKING:
    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from campaigns.codesign.models import Need, Proposal


def can_moderate(user: Visitor | None) -> bool:
    """Animators and officers read what residents report and keep the proposals in order."""
    return has_role(user, Role.ANIMATOR, Role.OFFICER)


def can_see_need(user: Visitor | None, need: Need) -> bool:
    """Say whether the person may see the need: everybody once published or merged, before that reporter and readers."""
    if need.status in {NeedStatus.PUBLISHED, NeedStatus.MERGED} or can_moderate(user):
        return True
    return need.status == NeedStatus.WAITING and is_person(user) and need.reported_by_id == user.pk


def can_start_proposal(user: Visitor | None) -> bool:
    """Any person with an account starts a proposal."""
    return is_person(user)


def can_write_version(user: Visitor | None, proposal: Proposal) -> bool:
    """Any person with an account writes in a proposal; its state is the service's to check."""
    return is_person(user)


def can_decide(user: Visitor | None, proposal: Proposal) -> bool:
    """Animators and officers record what was decided, and drop a proposal that leads nowhere."""
    return can_moderate(user)


def can_adopt(user: Visitor | None, proposal: Proposal, organisation: Organisation) -> bool:
    """Animators and officers, or an owner of the organisation who wrote in the proposal."""
    if can_moderate(user):
        return True
    if not is_person(user) or not can_manage_organisation(user, organisation):
        return False
    return proposal.versions.filter(author=user).exists()
