from campaigns.models.campaigns import Campaign, CampaignEvent, CampaignQuerySet
from campaigns.models.logframe import Indicator, LogframeEntry
from campaigns.models.milestones import Milestone, MilestoneEvent
from campaigns.models.offers import BudgetLine, Reward
from campaigns.models.plan import LAST_MONTH, PLAN_KINDS, PlanLine
from campaigns.models.projects import Project, ProjectQuerySet, italian, picture_url
from campaigns.models.talk import Question, Update

__all__ = [
    "LAST_MONTH",
    "PLAN_KINDS",
    "BudgetLine",
    "Campaign",
    "CampaignEvent",
    "CampaignQuerySet",
    "Indicator",
    "LogframeEntry",
    "Milestone",
    "MilestoneEvent",
    "PlanLine",
    "Project",
    "ProjectQuerySet",
    "Question",
    "Reward",
    "Update",
    "italian",
    "picture_url",
]
