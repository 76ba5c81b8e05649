from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from crowdfund.kit.desk import Task


class AccompanimentConfig(AppConfig):
    """Tutoring of projects, and the enterprises that were born of them."""

    name = "campaigns.accompaniment"
    label = "accompaniment"
    verbose_name = _("Accompaniment")

    def ready(self) -> None:
        """Put what was agreed with the tutor on the team's desk."""
        from crowdfund.kit import desk

        desk.register_team(steps_due)


def steps_due(user: Any, now: dt.datetime) -> Iterator[Task]:
    """Yield what each project of the person's agreed to do next with its tutor."""
    from datetime import timedelta

    from django.urls import reverse

    from campaigns.accompaniment.selectors.tutoring import next_steps
    from crowdfund.kit.clock import midnight
    from crowdfund.kit.desk import Task

    for session in next_steps(user):
        yield Task(
            _("Next step with the tutor"),
            f"{session.project.title}: {session.next_step}",
            reverse("tutoring", args=[session.project.slug]),
            midnight(session.next_due_on + timedelta(days=1)) if session.next_due_on else None,
        )
