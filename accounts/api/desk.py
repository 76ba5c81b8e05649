"""The officer's desk over the API: tasks in order of deadline, alerts, and the dates of the next month."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import can_see_officer_desk, remembering_teams, require
from crowdfund.kit import clock, desk

if TYPE_CHECKING:
    from rest_framework.request import Request

AHEAD = dt.timedelta(days=31)


class TaskSerializer(serializers.Serializer[Any]):
    """One thing to do."""

    action = serializers.CharField()
    subject = serializers.CharField()
    url = serializers.CharField(help_text="The page where it is done.")
    due_at = serializers.DateTimeField(allow_null=True)
    section = serializers.CharField(help_text="`overdue`, `today`, `week`, `later`, or `open`: no deadline.")
    kind = serializers.CharField(help_text="The room it comes from.")


class AlertSerializer(serializers.Serializer[Any]):
    """One thing to look at."""

    what = serializers.CharField()
    subject = serializers.CharField()
    url = serializers.CharField()
    urgent = serializers.BooleanField()
    kind = serializers.CharField()


class DateSerializer(serializers.Serializer[Any]):
    """Something that happens."""

    what = serializers.CharField()
    subject = serializers.CharField()
    url = serializers.CharField()
    at = serializers.DateTimeField()
    all_day = serializers.BooleanField()
    kind = serializers.CharField()


class OfficerDeskSerializer(serializers.Serializer[Any]):
    """What an officer's desk shows."""

    tasks = TaskSerializer(many=True)
    alerts = AlertSerializer(many=True)
    dates = DateSerializer(many=True)


class DeskView(APIView):
    """What needs this officer today."""

    @extend_schema(responses=OfficerDeskSerializer, tags=["desk"])
    def get(self, request: Request) -> Response:
        """What needs this person: tasks in order of deadline, alerts, dates of 31 days. For city staff."""
        require(can_see_officer_desk(request.user))
        now = clock.now()
        with remembering_teams():
            tasks = [
                {
                    **_plain(task),
                    "action": task.action,
                    "due_at": task.due_at,
                    "section": desk.section_of(task, now),
                }
                for task in desk.officer_tasks(request.user, now)
            ]
            found = {
                "tasks": tasks,
                "alerts": desk.alerts(request.user, now),
                "dates": desk.dates(request.user, now, now + AHEAD),
            }
        return Response(OfficerDeskSerializer(found).data)


def _plain(task: desk.Task) -> dict[str, str]:
    return {"subject": task.subject, "url": task.url, "kind": task.kind}
