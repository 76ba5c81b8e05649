"""Organisations and their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.exceptions import ValidationError as NumberError
from stdnum.it import codicefiscale

from accounts.enums import OrganisationKind, TeamRole
from accounts.models import Membership, Organisation, User
from accounts.permissions import can_manage_organisation, is_person, require
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.places.models import Neighbourhood


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
