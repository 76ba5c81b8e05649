from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from crowdfund.kit.desk import Alert, Task


class SustainabilityConfig(AppConfig):
    """Monthly accounts and the way to standing on own feet."""

    name = "campaigns.sustainability"
    label = "sustainability"
    verbose_name = _("Sustainability")

    def ready(self) -> None:
        """Put the months to enter and to close on the team's desk, those that are late before the officers."""
        from crowdfund.kit import desk

        desk.register_team(months_due)
        desk.register_alerts(accounts_late)


def months_due(user: Any, now: dt.datetime) -> Iterator[Task]:
    """Yield the earliest month to enter or close of each project whose books the person keeps."""
    from django.urls import reverse

    from accounts.templatetags.ui import month
    from campaigns.sustainability.selectors.duties import first_due
    from crowdfund.kit.desk import Task

    actions = {"missing": _("Enter the accounts"), "open": _("Close the accounts")}
    for due in first_due(user, now):
        yield Task(
            actions[due.state],
            f"{due.project.title}: {month(due.month)}",
            reverse("monthly_account", args=[due.project.slug, due.month]),
            due.until,
        )


def accounts_late(user: Any, now: dt.datetime) -> Iterator[Alert]:
    """Yield the projects whose monthly accounts are late, for officers."""
    from django.urls import reverse

    from accounts.permissions import can_see_officer_desk
    from accounts.templatetags.ui import month
    from campaigns.sustainability.selectors.duties import late_accounts
    from crowdfund.kit.desk import Alert

    if not can_see_officer_desk(user):
        return
    for due in late_accounts(now):
        subject, url = f"{due.project.title}: {month(due.month)}", reverse("project", args=[due.project.slug])
        yield Alert(_("Monthly accounts are late"), subject, url)
