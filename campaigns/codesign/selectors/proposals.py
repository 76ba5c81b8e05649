from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.permissions import is_person
from campaigns.codesign.enums import NeedStatus, ProposalStatus
from campaigns.codesign.models import Need, Proposal, ProposalVersion
from campaigns.codesign.permissions import can_moderate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.permissions import Visitor


def shown_name(user: User | None) -> str:
    """Return the name a person chose to show; never their address."""
    return user.name if user and user.name else _("A resident")


def public_proposals(*, neighbourhood: str = "", theme: str = "", status: str = "") -> QuerySet[Proposal]:
    """Return proposals, newest first, with how many versions and when the last was written.

    `neighbourhood` is a slug; dropped ones are left out unless `status` asks for them.
    """
    latest = ProposalVersion.objects.filter(proposal=OuterRef("pk")).order_by("-number")
    proposals = (
        Proposal.objects.select_related("neighbourhood", "project")
        .defer("project__search", "project__story")
        .annotate(
            versions_count=Max("versions__number"), last_written_at=Subquery(latest.values("written_at")[:1])
        )
        .order_by("-started_at", "-pk")
    )
    for name, value in (("neighbourhood__slug", neighbourhood), ("theme", theme), ("status", status)):
        if value:
            proposals = proposals.filter(**{name: value})
    return proposals if status else proposals.exclude(status=ProposalStatus.DROPPED)


def proposal_with_chain() -> QuerySet[Proposal]:
    """Return proposals with what their page shows beside the text."""
    public = Need.objects.filter(status=NeedStatus.PUBLISHED).select_related("neighbourhood").defer("search")
    return (
        Proposal.objects.select_related("neighbourhood", "organisation", "project", "started_by")
        .defer("project__search", "project__story")
        .prefetch_related(Prefetch("needs", queryset=public), "decisions")
    )


def versions_of(proposal: Proposal) -> list[ProposalVersion]:
    """Return the versions with their authors, oldest first."""
    return list(proposal.versions.select_related("author").order_by("number"))


def contributors(versions: Iterable[ProposalVersion]) -> list[str]:
    """Return the names of who wrote, in the order of their first version (`versions` oldest first)."""
    people = {version.author_id: version.author for version in versions}
    return [shown_name(author) for author in people.values()]


def may_adopt_for(user: Visitor | None) -> QuerySet[Organisation]:
    """Return the organisations for which the person may adopt a proposal, if they may at all."""
    if can_moderate(user):
        return Organisation.objects.all()
    if not is_person(user):
        return Organisation.objects.none()
    return Organisation.objects.filter(Q(memberships__user=user, memberships__role="owner"))
