"""Who a person is: accounts of one codice fiscale are one person, whatever their emails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from stdnum.it import codicefiscale

from accounts.models import Person, User
from accounts.privacy import PERSONAL, tax_code_digest
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models


def check_personal_tax_code(number: str) -> str:
    """Return a person's codice fiscale in its compact form. Raises `Invalid`."""
    compact = number.strip().upper().replace(" ", "")
    if len(compact) != PERSONAL or not codicefiscale.is_valid(compact):
        raise Invalid("tax_code", _("This is not a person's codice fiscale: check it."), field="tax_code")
    return compact


def know_person(*, user: User, tax_code: str) -> Person:
    """Learn which person an account is; its accounts become those of the one person with this codice fiscale.

    What the account proposed or decided before is that person's from now on. Raises `Invalid` for a wrong code,
    `Refused` when the account is known as somebody else, or when the two were two people for one decision.
    """
    digest = tax_code_digest(check_personal_tax_code(tax_code))
    with transaction.atomic():
        person = Person.objects.select_for_update().get(accounts=user)
        if person.tax_code_digest not in {None, digest}:
            raise Refused("other_person", _("This account is known as another person's."), field="tax_code")
        known = _known_by(digest, person)
        if known.pk != person.pk:
            _join(person, known)
    user.person = known
    return known


def _known_by(digest: str, person: Person) -> Person:
    """Return the person with this digest, which is `person` when there was none."""
    there = Person.objects.select_for_update().filter(tax_code_digest=digest).first()
    if there is not None:
        return there
    try:
        with transaction.atomic():
            person.tax_code_digest = digest
            person.save(update_fields=["tax_code_digest"])
    except IntegrityError:  # learnt of in the same moment, by another account
        return Person.objects.select_for_update().get(tax_code_digest=digest)
    return person


def _join(person: Person, into: Person) -> None:
    """Let everything of `person` be of `into`. The database refuses a decision that was both's."""
    try:
        with transaction.atomic():
            for model, name in _pointing_at_persons():
                model._default_manager.filter(**{name: person}).update(**{name: into})  # noqa: SLF001
            person.delete()
    except IntegrityError as error:
        raise Refused(
            "decided_on_itself",
            _(
                "This person has decided on a proposal of their own by another account. It has to be looked at first."
            ),
            field="tax_code",
        ) from error


def _pointing_at_persons() -> Iterator[tuple[type[models.Model], str]]:
    for relation in Person._meta.get_fields(include_hidden=True):  # noqa: SLF001 - hidden ones have no public door
        if relation.one_to_many and relation.auto_created and relation.related_model:
            yield relation.related_model, relation.field.name  # type: ignore[union-attr]
