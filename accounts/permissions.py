"""Who may do what: predicates for pages and API alike."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, TeamRole
from accounts.models import Membership, Organisation
from accounts.privacy import PERSONAL, tax_code_digest
from crowdfund.kit.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Person, TwoPeople, User

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


def is_known(user: Visitor | None) -> bool:
    """Say whether we know which human being this is, by a codice fiscale: two people are two known ones."""
    return is_person(user) and user.person.tax_code_digest is not None


def can_grant_roles(user: Visitor | None, to: User) -> bool:
    """Officers give city roles to others and take them away, never their own, whichever account they use."""
    return is_person(user) and has_role(user, Role.OFFICER) and user.person_id != to.person_id


def can_see_roles(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see who has which role, and who gave it."""
    return can_see_officer_desk(user)


class _Teams:
    """Who is in which team, read once for a page that asks of many rows: a query a person, and one for all codes."""

    def __init__(self) -> None:
        self._of: dict[int, frozenset[int]] = {}

    @cached_property
    def _personal(self) -> dict[int, str]:
        """The tax codes of organisations that are one person."""
        codes = Organisation.objects.annotate(signs=Length("tax_code")).filter(signs=PERSONAL)
        return dict(codes.values_list("pk", "tax_code"))

    def have(self, person: Person, organisation_id: int) -> bool:
        if person.pk not in self._of:
            found = Membership.objects.filter(user__person=person).values_list("organisation", flat=True)
            self._of[person.pk] = frozenset(found)
        code = self._personal.get(organisation_id)
        itself = code is not None and tax_code_digest(code) == person.tax_code_digest
        return organisation_id in self._of[person.pk] or itself


_teams: ContextVar[_Teams | None] = ContextVar("teams", default=None)


@contextmanager
def remembering_teams() -> Iterator[None]:
    """Ask only once who is in which team, within a block that reads many rows and writes nothing."""
    token = _teams.set(_Teams())
    try:
        yield
    finally:
        _teams.reset(token)


def _is_member(person: Person, organisation_id: int | None) -> bool:
    """Say whether a person, by any account of theirs, is in a team, or is themselves the organisation."""
    if organisation_id is None:
        return False
    teams = _teams.get()
    if teams is not None:
        return teams.have(person, organisation_id)
    if Membership.objects.filter(organisation=organisation_id, user__person=person).exists():
        return True
    code = Organisation.objects.values_list("tax_code", flat=True).get(pk=organisation_id)
    return len(code) == PERSONAL and tax_code_digest(code) == person.tax_code_digest


def belongs_to(user: Visitor | None, organisation_id: int | None) -> bool:
    """Say whether this person, by any account of theirs, is in an organisation's team."""
    return is_person(user) and _is_member(user.person, organisation_id)


def belongs_to_any(user: Visitor | None, organisations: Iterable[int]) -> bool:
    """Say whether this person, by any account of theirs, is in the team of one of these organisations, or is one."""
    if not is_person(user):
        return False
    some = Organisation.objects.filter(pk__in=list(organisations))
    if some.filter(memberships__user__person=user.person_id).exists():
        return True
    digest = user.person.tax_code_digest
    codes = some.values_list("tax_code", flat=True)
    return digest is not None and any(
        len(code) == PERSONAL and tax_code_digest(code) == digest for code in codes
    )


def can_propose_for(user: Visitor | None, organisation_id: int | None) -> bool:
    """An officer proposes what another person decides: a known person, and no member of the beneficiary."""
    return has_role(user, Role.OFFICER) and is_known(user) and not belongs_to(user, organisation_id)


def can_decide_on(user: Visitor | None, decision: TwoPeople, organisation_id: int | None) -> bool:
    """An approver decides: another person than who proposed, both known, neither a member of the beneficiary now."""
    return (
        is_person(user)
        and has_role(user, Role.APPROVER)
        and is_known(user)
        and decision.proposed_person.tax_code_digest is not None
        and user.person_id != decision.proposed_person_id
        and not belongs_to(user, organisation_id)
        and not _is_member(decision.proposed_person, organisation_id)
    )


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: require(can_…(user, thing))
    """Raise `NotAllowed` unless the predicate said yes."""
    if not allowed:
        raise NotAllowed("not_allowed", _("You are not allowed to do this."))
