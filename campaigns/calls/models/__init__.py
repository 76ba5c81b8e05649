from campaigns.calls.models.applications import Application, ApplicationEvent, ApplicationQuerySet
from campaigns.calls.models.calls import Call, CallEvent, CallQuerySet
from campaigns.calls.models.programmes import Programme
from campaigns.calls.models.rules import MatchRule

__all__ = [
    "Application",
    "ApplicationEvent",
    "ApplicationQuerySet",
    "Call",
    "CallEvent",
    "CallQuerySet",
    "MatchRule",
    "Programme",
]
