"""Who reports what the money was spent on, who judges it, and who may stop a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role, TeamRole
from accounts.permissions import belongs_to, can_see_officer_desk, has_role, is_known, team_role
from campaigns.permissions import can_edit_campaign, can_report_milestone, can_see_campaign

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.models import Campaign
    from campaigns.reporting.models import MilestoneFile, ProjectStop


def _is_officer_apart(user: Visitor | None, campaign: Campaign) -> bool:
    """Say whether an officer judges: one who, by any account of theirs, is no member of the beneficiary."""
    return has_role(user, Role.OFFICER) and not belongs_to(user, campaign.project.organisation_id)


def can_add_evidence(user: Visitor | None, campaign: Campaign) -> bool:
    """Who reports a step adds what shows it: owners, editors, an officer who has been there."""
    return can_report_milestone(user, campaign)


def can_see_file(user: Visitor | None, file: MilestoneFile, campaign: Campaign) -> bool:
    """Everyone sees the photos of a step that was accepted; the rest is for the team and the city's staff."""
    if can_see_reports(user, campaign):
        return True
    public = file.kind == "photo" and file.milestone.status == "accepted"
    return public and can_see_campaign(user, campaign)


def can_judge_milestone(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer who is no member of the beneficiary accepts a step or sends it back."""
    return _is_officer_apart(user, campaign)


def can_ask_change(user: Visitor | None, campaign: Campaign) -> bool:
    """Owners and editors ask for another date."""
    return can_edit_campaign(user, campaign)


def can_answer_change(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer who is no member of the beneficiary agrees or not."""
    return _is_officer_apart(user, campaign)


def can_report_spending(user: Visitor | None, campaign: Campaign) -> bool:
    """The whole team, accountants too, writes the spending reports."""
    return team_role(user, campaign.project.organisation_id) is not None


def can_see_reports(user: Visitor | None, campaign: Campaign) -> bool:
    """The team and the city's staff see suppliers, documents and receipts."""
    return can_report_spending(user, campaign) or can_see_officer_desk(user)


def can_review_report(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer who is no member of the beneficiary examines a report."""
    return _is_officer_apart(user, campaign)


def can_declare_stop(user: Visitor | None, campaign: Campaign) -> bool:
    """An owner of the team or an officer declares that a project stops."""
    owner = team_role(user, campaign.project.organisation_id) == TeamRole.OWNER
    return owner or has_role(user, Role.OFFICER)


def can_decide_stop(user: Visitor | None, stop: ProjectStop) -> bool:
    """An approver confirms: another person than who declared it, known, and no member of the beneficiary."""
    return (
        has_role(user, Role.APPROVER)
        and is_known(user)
        and user is not None
        and user.person_id != stop.proposed_person_id  # type: ignore[union-attr]
        and not belongs_to(user, stop.campaign.project.organisation_id)
    )
