"""From a proposal to a project, without writing anything twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.permissions import require
from campaigns.codesign.enums import PROPOSAL_TRANSITIONS, ProposalStatus
from campaigns.codesign.locks import lock_proposal
from campaigns.codesign.permissions import can_adopt
from campaigns.codesign.services.news import tell_followers
from campaigns.services.projects import create_project
from crowdfund.kit.states import advance

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from campaigns.codesign.models import Proposal
    from campaigns.models import Project


def adopt_proposal(
    *, proposal: Proposal, organisation: Organisation, by: Visitor | None, now: dt.datetime
) -> Project:
    """Make the project of an open proposal, carried by the organisation: its story is the latest text.

    See `permissions` for who may. Tells those who follow the needs. Raises `Refused` when the proposal is no longer
    open.
    """
    require(can_adopt(by, proposal, organisation))
    with transaction.atomic():
        locked = lock_proposal(proposal)
        project = create_project(
            organisation=organisation,
            neighbourhood=locked.neighbourhood,
            theme=locked.theme,
            title=locked.title,
            summary=locked.summary,
            story=locked.versions.latest("number").text,
            by=None,  # allowed by the adoption
            now=now,
        )
        advance(
            locked,
            ProposalStatus.ADOPTED,
            table=PROPOSAL_TRANSITIONS,
            now=now,
            by=by,
            project=project,
            organisation=organisation,
        )
        tell_followers(needs=locked.needs.all(), born=project, kind="project", by=by, now=now)
    for name in ("status", "project", "organisation"):
        setattr(proposal, name, getattr(locked, name))
    return project
