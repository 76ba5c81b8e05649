from campaigns.reporting.models.milestones import MilestoneChange, MilestoneChangeEvent, MilestoneFile
from campaigns.reporting.models.reports import Overspend, ReportItem, SpendingReport, SpendingReportEvent
from campaigns.reporting.models.stops import ProjectStop, ProjectStopEvent

__all__ = [
    "MilestoneChange",
    "MilestoneChangeEvent",
    "MilestoneFile",
    "Overspend",
    "ProjectStop",
    "ProjectStopEvent",
    "ReportItem",
    "SpendingReport",
    "SpendingReportEvent",
]
