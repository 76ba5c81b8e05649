"""From need to proposal to project to campaign, whichever end one starts from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from campaigns.codesign.enums import NeedStatus, ProposalStatus
from campaigns.codesign.models import Need, Proposal, ProposalVersion
from campaigns.codesign.selectors.proposals import contributors
from campaigns.models import Campaign

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.models import Project


@dataclasses.dataclass(frozen=True)
class Chain:
    """Where a project comes from and where it went. A project born without a proposal has only its end."""

    needs: list[Need]
    proposal: Proposal | None
    contributors: list[str]
    versions: int
    project: Project | None
    campaigns: list[Campaign]


def chain_of_project(project: Project) -> Chain:
    """Return the chain that ends with this project and its public campaigns."""
    proposal = _proposals().filter(project=project).first()
    if proposal is None:
        return Chain([], None, [], 0, project, list(_campaigns().filter(project=project)))
    return _chain(proposal, list(_campaigns().filter(project=project)))


def chains_of_need(need: Need) -> list[Chain]:
    """Return what came of a need: each proposal that answers it, with its project and public campaigns."""
    answers = _proposals().filter(needs=need).exclude(status=ProposalStatus.DROPPED)
    answers = answers.prefetch_related(
        Prefetch("project__campaigns", queryset=_campaigns(), to_attr="public_campaigns")
    )
    return [
        _chain(answer, answer.project.public_campaigns if answer.project else [])  # type: ignore[attr-defined]
        for answer in answers
    ]


def _chain(proposal: Proposal, campaigns: list[Campaign]) -> Chain:
    versions = list(proposal.versions.all())
    return Chain(
        needs=list(proposal.needs.all()),
        proposal=proposal,
        contributors=contributors(versions),
        versions=len(versions),
        project=proposal.project,
        campaigns=campaigns,
    )


def _proposals() -> QuerySet[Proposal]:
    public = Need.objects.filter(status=NeedStatus.PUBLISHED).select_related("neighbourhood").defer("search")
    signatures = ProposalVersion.objects.select_related("author").defer("text").order_by("number")
    return (
        Proposal.objects.select_related("project", "neighbourhood")
        .defer("project__search", "project__story")
        .prefetch_related(Prefetch("needs", queryset=public), Prefetch("versions", queryset=signatures))
    )


def _campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.public().select_related("project").defer("project__search", "project__story")
