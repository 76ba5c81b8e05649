"""People, their organisations, their roles and their keys."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.exceptions import ValidationError as NumberError
from stdnum.it import codicefiscale

from accounts.enums import OrganisationKind, Role, TeamRole
from accounts.models import ApiToken, Membership, Organisation, RoleGrant, User
from accounts.permissions import can_grant_roles, can_manage_organisation, is_person, require
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.places.models import Neighbourhood


def update_profile(*, user: User, name: str, language: str, by: User) -> None:
    """Change one's own name and language. Raises `Invalid` for a language that the site does not speak."""
    require(is_person(by) and by.pk == user.pk)
    if language not in dict(settings.LANGUAGES):
        raise Invalid("unknown_language", _("The site does not speak this language."), field="language")
    user.name, user.language = name.strip()[:120], language
    user.save(update_fields=["name", "language"])


def check_tax_code(number: str) -> str:
    """Return a tax code in its compact form. Raises `Invalid` when its check digit is wrong.

    An organisation's tax code is either eleven digits (Luhn, as a partita IVA) or a personal codice fiscale.
    """
    compact = number.strip().upper().replace(" ", "")
    try:
        if compact.isdigit() and len(compact) == 11:  # noqa: PLR2004 - the length of an organisation's tax code
            luhn.validate(compact)
        elif compact:
            codicefiscale.validate(compact)
    except NumberError as error:
        raise Invalid("tax_code", _("This tax code is not right: check it."), field="tax_code") from error
    return compact


def free_slug(model: type[Organisation], name: str) -> str:
    """Return a slug for a name that no row of `model` has yet."""
    base = slugify(name)[:70] or "x"
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for n in range(len(taken) + 1) if (slug := f"{base}-{n + 1}" if n else base) not in taken
    )


def create_organisation(
    *,
    name: str,
    kind: str,
    by: User,
    now: dt.datetime,
    tax_code: str = "",
    about: str = "",
    email: str = "",
    neighbourhood: Neighbourhood | None = None,
) -> Organisation:
    """Create an organisation whose first owner is `by`. Any logged-in person may."""
    require(is_person(by))
    if not name.strip():
        raise Invalid("missing", _("Write the name."), field="name")
    if kind not in OrganisationKind.values:
        raise Invalid("unknown_kind", _("Choose one of the kinds."), field="kind")
    with transaction.atomic():
        made = Organisation.objects.create(
            name=name.strip(),
            slug=free_slug(Organisation, name),
            kind=kind,
            tax_code=check_tax_code(tax_code),
            about=about,
            email=email,
            neighbourhood=neighbourhood,
            created_at=now,
        )
        Membership.objects.create(user=by, organisation=made, role=TeamRole.OWNER, since=now)
    return made


def edit_organisation(
    *, organisation: Organisation, name: str, kind: str, tax_code: str, about: str, email: str, by: User
) -> None:
    """Change an organisation's card. Owners only."""
    require(can_manage_organisation(by, organisation))
    if not name.strip():
        raise Invalid("missing", _("Write the name."), field="name")
    if kind not in OrganisationKind.values:
        raise Invalid("unknown_kind", _("Choose one of the kinds."), field="kind")
    organisation.name, organisation.kind, organisation.about = name.strip(), kind, about
    organisation.tax_code, organisation.email = check_tax_code(tax_code), email
    organisation.save(update_fields=["name", "kind", "tax_code", "about", "email"])


def add_member(
    *, organisation: Organisation, email: str, role: str, by: User, now: dt.datetime
) -> Membership:
    """Add a person who already has an account to a team. Owners only.

    Raises `Invalid` for an unknown person or role, `Refused` for somebody who is in the team already.
    """
    require(can_manage_organisation(by, organisation))
    if role not in TeamRole.values:
        raise Invalid("unknown_role", _("Choose one of the roles."), field="role")
    person = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise Invalid("unknown_person", _("Nobody with this email has an account yet."), field="email")
    try:
        with transaction.atomic():
            return Membership.objects.create(user=person, organisation=organisation, role=role, since=now)
    except IntegrityError as error:
        raise Refused("member_already", _("This person is in the team already."), field="email") from error


def remove_member(*, membership: Membership, by: User) -> None:
    """Take a person out of a team. Owners only; the last owner stays."""
    require(can_manage_organisation(by, membership.organisation))
    with transaction.atomic():
        owners = Membership.objects.select_for_update().filter(
            organisation=membership.organisation, role=TeamRole.OWNER
        )
        if membership.role == TeamRole.OWNER and len(owners) <= 1:
            raise Refused("last_owner", _("The last owner stays: name another one first."))
        membership.delete()


def grant_role(*, user: User, role: Role, by: User | None, now: dt.datetime) -> None:
    """Give a city role. Officers give roles to others, never to themselves; `by=None` is the command line."""
    if by is not None:
        require(can_grant_roles(by, user))
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=user, role=role, granted_by=by, granted_at=now)], ignore_conflicts=True
    )
    user.__dict__.pop("roles", None)


def token_digest(secret: str) -> str:
    """Hash a token's secret; it is random and long, so one round of sha256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_token(*, user: User, label: str, second_factor: bool, by: User, now: dt.datetime) -> str:
    """Make a key to the API and return it, for the only time. One's own only; staff need a second factor."""
    require(is_person(by) and by.pk == user.pk and (second_factor or not user.needs_second_factor))
    if not label.strip():
        raise Invalid("missing", _("Give the key a name."), field="label")
    secret = "cf_" + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        label=label.strip()[:80],
        prefix=secret[:10],
        digest=token_digest(secret),
        second_factor=second_factor,
        created_at=now,
    )
    return secret


def revoke_token(*, token: ApiToken, by: User, now: dt.datetime) -> None:
    """Make a key worthless. One's own only."""
    require(is_person(by) and by.pk == token.user_id)
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
