"""City roles: given and taken by officers, never to and from themselves; each a row that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import STAFF_ROLES, Role, RoleDeed
from accounts.models import RoleEvent, RoleGrant, User
from accounts.permissions import can_grant_roles, is_known, require
from accounts.services.known import know_person
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt


def find_person(email: str) -> User:
    """Return the account of an email. Raises `Invalid`."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise Invalid("unknown_person", _("Nobody with this email has an account yet."), field="email")
    return user


def grant_role(*, user: User, role: Role, by: User | None, now: dt.datetime, tax_code: str = "") -> None:
    """Give a city role. Officers give roles to others, never to themselves; `by=None` is the command line.

    An officer, approver or auditor is a known person: their codice fiscale is asked for once, and an account of
    somebody known joins theirs. Raises `Invalid` when it is missing or wrong, `Refused` as `know_person`.
    """
    if by is not None:
        require(can_grant_roles(by, user))
    if role not in Role.values:
        raise Invalid("unknown_role", _("Choose one of the roles."), field="role")
    with transaction.atomic():
        _get_known(user, role, tax_code)
        if by is not None:
            require(can_grant_roles(by, user))  # the account may have turned out to be the officer's own
        given = RoleGrant.objects.filter(user=user, role=role).exists()
        if not given:
            RoleGrant.objects.create(user=user, role=role, granted_by=by, granted_at=now)
            _note(user, role, RoleDeed.GRANTED, by, now)
    user.__dict__.pop("roles", None)


def _get_known(user: User, role: str, tax_code: str) -> None:
    if tax_code.strip():
        know_person(user=user, tax_code=tax_code)
    elif role in STAFF_ROLES and not is_known(user):
        raise Invalid(
            "tax_code_missing",
            _("Write the person's codice fiscale: what takes two people must know who they are."),
            field="tax_code",
        )


def withdraw_role(*, user: User, role: Role, by: User, now: dt.datetime) -> None:
    """Take a city role away. Officers take roles from others, never from themselves.

    Raises `Refused` when the person does not have it.
    """
    require(can_grant_roles(by, user))
    with transaction.atomic():
        gone, _rows = RoleGrant.objects.filter(user=user, role=role).delete()
        if not gone:
            raise Refused("role_not_given", _("This person does not have this role."))
        _note(user, role, RoleDeed.WITHDRAWN, by, now)
    user.__dict__.pop("roles", None)


def _note(user: User, role: str, deed: RoleDeed, by: User | None, now: dt.datetime) -> None:
    RoleEvent.objects.create(user=user, person_id=user.person_id, role=role, deed=deed, by=by, at=now)
