"""Who may see and change projects and campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role, TeamRole
from accounts.permissions import can_edit_for, can_see_officer_desk, has_role, is_person, team_role
from campaigns.enums import PUBLIC_STATUSES

if TYPE_CHECKING:
    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from campaigns.models import Campaign, Project


def can_create_project(user: Visitor | None, organisation: Organisation) -> bool:
    """Owners and editors start projects for their organisation."""
    return can_edit_for(user, organisation.pk)


def can_edit_project(user: Visitor | None, project: Project) -> bool:
    """Owners and editors write about their project."""
    return can_edit_for(user, project.organisation_id)


def can_see_team_pages(user: Visitor | None, project: Project) -> bool:
    """The whole team, accountants too, and the city's staff read what is not public yet."""
    return team_role(user, project.organisation_id) is not None or can_see_officer_desk(user)


def can_edit_campaign(user: Visitor | None, campaign: Campaign) -> bool:
    """Owners and editors write their campaign."""
    return can_edit_project(user, campaign.project)


def can_see_campaign(user: Visitor | None, campaign: Campaign) -> bool:
    """Everyone sees a campaign once launched; before that, its team and the city's staff."""
    return campaign.status in PUBLIC_STATUSES or can_see_team_pages(user, campaign.project)


def can_launch_campaign(user: Visitor | None, campaign: Campaign) -> bool:
    """Owners alone open a campaign to the public."""
    return team_role(user, campaign.project.organisation_id) == TeamRole.OWNER


def can_review_campaign(user: Visitor | None, campaign: Campaign) -> bool:
    """Officers judge a campaign, but never one of an organisation they belong to."""
    return has_role(user, Role.OFFICER) and team_role(user, campaign.project.organisation_id) is None


def can_cancel_campaign(user: Visitor | None, campaign: Campaign) -> bool:
    """Owners and officers cancel."""
    return can_launch_campaign(user, campaign) or has_role(user, Role.OFFICER)


def can_report_milestone(user: Visitor | None, campaign: Campaign) -> bool:
    """Owners and editors report their steps; an officer who has been there does too."""
    return can_edit_campaign(user, campaign) or has_role(user, Role.OFFICER)


def can_ask(user: Visitor | None, campaign: Campaign) -> bool:
    """Anyone logged in asks about a campaign that is public."""
    return is_person(user) and campaign.status in PUBLIC_STATUSES
