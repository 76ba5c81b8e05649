"""What other pages show of needs and proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from campaigns.codesign.selectors.chain import chain_of_project
from campaigns.codesign.selectors.needs import needs_of
from campaigns.codesign.selectors.proposals import shown_name
from campaigns.codesign.selectors.resources import public_resources

if TYPE_CHECKING:
    from accounts.places.models import Neighbourhood
    from campaigns.models import Project

register = template.Library()
register.filter("shown_name", shown_name)


@register.inclusion_tag("campaigns/codesign/_chain.html")
def project_chain(project: Project) -> dict[str, Any]:
    """The chain from the needs through the proposal to the project and its campaigns."""
    return {"chain": chain_of_project(project)}


@register.inclusion_tag("campaigns/codesign/_needs.html")
def needs_of_neighbourhood(neighbourhood: Neighbourhood, limit: int = 5) -> dict[str, Any]:
    """The most shared needs of a neighbourhood, and the way to report one."""
    return {"needs": needs_of(neighbourhood, limit=limit), "neighbourhood": neighbourhood}


@register.inclusion_tag("campaigns/codesign/_resources.html")
def resources_of_neighbourhood(neighbourhood: Neighbourhood, limit: int = 20) -> dict[str, Any]:
    """What a neighbourhood has, and the way to offer something."""
    found = public_resources(neighbourhood=neighbourhood.slug)[:limit]
    return {"resources": found, "neighbourhood": neighbourhood}
