from campaigns.calls.models.applications import Application, ApplicationEvent, ApplicationQuerySet, CostLine
from campaigns.calls.models.calls import LONGEST_PROJECT_MONTHS, Call, CallEvent, CallQuerySet
from campaigns.calls.models.gallery import GalleryPicture, PublicDocument
from campaigns.calls.models.programmes import Programme
from campaigns.calls.models.rules import MatchRule
from campaigns.calls.models.sessions import Session

__all__ = [
    "LONGEST_PROJECT_MONTHS",
    "Application",
    "ApplicationEvent",
    "ApplicationQuerySet",
    "Call",
    "CallEvent",
    "CallQuerySet",
    "CostLine",
    "GalleryPicture",
    "MatchRule",
    "Programme",
    "PublicDocument",
    "Session",
]
