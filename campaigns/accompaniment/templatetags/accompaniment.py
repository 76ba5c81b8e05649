"""What other pages show of accompaniment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import number_format

from campaigns.accompaniment.permissions import can_register_enterprise, can_see_tutoring
from campaigns.accompaniment.selectors.enterprises import enterprises
from campaigns.accompaniment.selectors.tutoring import hours_of

if TYPE_CHECKING:
    from django.template.context import RequestContext

    from campaigns.models import Project

register = template.Library()


@register.filter
def hours(minutes: int) -> str:
    """Minutes as hours, to a quarter rounded down: `1,5`."""
    return number_format(Decimal(minutes // 15) / 4)


@register.filter
def hundredths(people: int) -> str:
    """Hundredths of full time as people: `2,5`."""
    return number_format((Decimal(people) / 100).normalize())


@register.inclusion_tag("campaigns/accompaniment/_panel.html", takes_context=True)
def accompaniment_panel(context: RequestContext, project: Project) -> dict[str, Any]:
    """The hours a project was given and the enterprises it became; three queries."""
    user = getattr(context.get("request"), "user", None)
    return {
        "project": project,
        "enterprises": enterprises(project),
        "can_see": can_see_tutoring(user, project),
        "can_register": can_register_enterprise(user, project),
        **hours_of(project),
    }
