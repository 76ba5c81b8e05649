"""Who may do what: predicates for pages and API alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from crowdfund.kit.errors import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation, TwoPeople, User

    Visitor = User | AnonymousUser


def is_person(user: Visitor | None) -> TypeGuard[User]:
    """Say whether this is a logged-in person."""
    return bool(user and user.is_authenticated and user.is_active)


def has_role(user: Visitor | None, *roles: Role) -> bool:
    """Say whether the person has one of these city roles."""
    return is_person(user) and any(role.value in user.roles for role in roles)


def team_role(user: Visitor | None, organisation_id: int | None) -> str | None:
    """Return the person's role in an organisation's team, or None."""
    return user.team_roles.get(organisation_id) if is_person(user) and organisation_id else None


def can_edit_for(user: Visitor | None, organisation_id: int | None) -> bool:
    """Owners and editors write for their organisation."""
    return team_role(user, organisation_id) in {TeamRole.OWNER, TeamRole.EDITOR}


def can_account_for(user: Visitor | None, organisation_id: int | None) -> bool:
    """Owners and accountants book for their organisation."""
    return team_role(user, organisation_id) in {TeamRole.OWNER, TeamRole.ACCOUNTANT}


def can_manage_organisation(user: Visitor | None, organisation: Organisation) -> bool:
    """Owners change the organisation and its team."""
    return team_role(user, organisation.pk) == TeamRole.OWNER


def can_see_officer_desk(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see the municipality's desk."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_grant_roles(user: Visitor | None, to: User) -> bool:
    """Officers give city roles to others, never to themselves."""
    return is_person(user) and has_role(user, Role.OFFICER) and user.pk != to.pk


def belongs_to(user: Visitor | None, organisation_id: int | None) -> bool:
    """Say whether this person, by any account of theirs, is in an organisation's team."""
    return (
        is_person(user)
        and organisation_id is not None
        and Membership.objects.filter(organisation=organisation_id, user__person=user.person_id).exists()
    )


def can_decide_on(user: Visitor | None, decision: TwoPeople, organisation_id: int | None) -> bool:
    """An approver decides: another person than who proposed, and no member of the beneficiary."""
    return (
        is_person(user)
        and has_role(user, Role.APPROVER)
        and user.person_id != decision.proposed_person_id
        and not belongs_to(user, organisation_id)
    )


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: require(can_…(user, thing))
    """Raise `NotAllowed` unless the predicate said yes."""
    if not allowed:
        raise NotAllowed("not_allowed", _("You are not allowed to do this."))
