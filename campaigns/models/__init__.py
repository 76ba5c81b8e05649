from campaigns.models.campaigns import Campaign, CampaignEvent, CampaignQuerySet
from campaigns.models.milestones import Milestone, MilestoneEvent
from campaigns.models.offers import BudgetLine, Reward
from campaigns.models.projects import Project, ProjectQuerySet, italian, picture_url
from campaigns.models.talk import Question, Update

__all__ = [
    "BudgetLine",
    "Campaign",
    "CampaignEvent",
    "CampaignQuerySet",
    "Milestone",
    "MilestoneEvent",
    "Project",
    "ProjectQuerySet",
    "Question",
    "Reward",
    "Update",
    "italian",
    "picture_url",
]
