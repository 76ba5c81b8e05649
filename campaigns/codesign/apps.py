from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from crowdfund.kit.desk import Task


class CodesignConfig(AppConfig):
    """From needs to a proposal written together."""

    name = "campaigns.codesign"
    label = "codesign"
    verbose_name = _("Co-design")

    def ready(self) -> None:
        """Put the needs that wait on the desks; an animator who is no officer sees the team's."""
        from crowdfund.kit import desk

        desk.register_officer(needs_task)
        desk.register_team(needs_task)


def needs_task(user: Any, now: dt.datetime) -> Iterator[Task]:
    """Yield one task for all the needs that wait to be read, due three days after the oldest was reported."""
    from django.urls import reverse
    from django.utils.translation import ngettext

    from campaigns.codesign.permissions import can_moderate
    from campaigns.codesign.selectors.needs import READ_WITHIN, waiting_in_short
    from crowdfund.kit.desk import Task

    if not can_moderate(user):
        return
    count, oldest = waiting_in_short()
    if oldest is not None:
        subject = ngettext("%(count)s need waits", "%(count)s needs wait", count) % {"count": count}
        yield Task(_("Read what residents report"), subject, reverse("needs_waiting"), oldest + READ_WITHIN)
