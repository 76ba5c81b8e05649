"""An enterprise is born of a project; later somebody looks whether it lives, and whom it employs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NumberError
from stdnum.it import codicefiscale, iva

from accounts.permissions import is_person, require
from campaigns.accompaniment.enums import ENDED, EnterpriseStatus, LegalForm
from campaigns.accompaniment.models import Enterprise, Observation
from campaigns.accompaniment.permissions import can_observe, can_register_enterprise
from campaigns.accompaniment.services.checks import jobs, text
from campaigns.services.cleaning import past_day
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.models import Project


@dataclasses.dataclass(frozen=True)
class Birth:
    """An enterprise's papers, and whom it employs at birth, in hundredths of full time."""

    name: str
    legal_form: str
    born_on: dt.date
    tax_code: str
    vat_number: str
    source: str
    jobs_hundredths: int = 0
    disadvantaged_hundredths: int = 0


def register_enterprise(
    *, project: Project, birth: Birth, by: Visitor | None, now: dt.datetime
) -> Enterprise:
    """Register an enterprise, with what it is at birth as its first observation.

    Raises `NotAllowed`; `Invalid` with its field for a day to come, an unknown form, or a number whose check digit is
    wrong; `Refused` when its VAT number is registered already.
    """
    require(can_register_enterprise(by, project))
    past_day(birth.born_on, field="born_on", now=now)
    if birth.legal_form not in LegalForm.values:
        raise Invalid("unknown_form", _("There is no such legal form."), field="legal_form")
    jobs(birth.jobs_hundredths, birth.disadvantaged_hundredths)
    source = text(birth.source, field="source", longest=200)
    made = Enterprise(
        project=project,
        name=text(birth.name, field="name", longest=160),
        legal_form=birth.legal_form,
        born_on=birth.born_on,
        tax_code=tax_code(birth.tax_code),
        vat_number=vat_number(birth.vat_number),
        registered_at=now,
        registered_by=by if is_person(by) else None,
    )
    try:
        with transaction.atomic():
            made.save()
            _observe(
                made, birth.born_on, EnterpriseStatus.ACTIVE,
                (birth.jobs_hundredths, birth.disadvantaged_hundredths), source, by, now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(
            "enterprise_twice",
            _("An enterprise with this VAT number is registered already."),
            field="vat_number",
        ) from error
    return made


def tax_code(value: str) -> str:
    """Return a codice fiscale without spaces, of a person (16 signs) or of a body (11 digits); `Invalid` otherwise."""
    try:
        return str(codicefiscale.validate(value))
    except NumberError as error:
        raise _wrong(
            error, "tax_code", _("This is no codice fiscale: 16 letters and digits, or 11 digits.")
        ) from error


def vat_number(value: str) -> str:
    """Return an Italian VAT number as 11 digits; `Invalid` otherwise."""
    try:
        return str(iva.validate(value))
    except NumberError as error:
        raise _wrong(error, "vat_number", _("This is no VAT number: 11 digits.")) from error


def _wrong(error: NumberError, field: str, otherwise: object) -> Invalid:
    if isinstance(error, InvalidChecksum):
        return Invalid(
            "check_digit", _("A sign is mistyped here: the check digit does not agree."), field=field
        )
    return Invalid("no_number", str(otherwise), field=field)


def observe_enterprise(
    *,
    enterprise: Enterprise,
    observed_on: dt.date,
    status: str,
    source: str,
    jobs_hundredths: int = 0,
    disadvantaged_hundredths: int = 0,
    by: Visitor | None,
    now: dt.datetime,
) -> Observation:
    """Write down what was seen of an enterprise on a civil day.

    Raises `NotAllowed`; `Invalid` for a day to come or before it was born, an unknown state, impossible jobs, people
    employed by one that has ended; `Refused` when it had ended before, or was seen on that day already.
    """
    require(can_observe(by, enterprise))
    past_day(observed_on, field="observed_on", now=now)
    if status not in EnterpriseStatus.values:
        raise Invalid("unknown_status", _("There is no such state."), field="status")
    if observed_on < enterprise.born_on:
        raise Invalid("before_birth", _("It was born later."), field="observed_on")
    jobs(jobs_hundredths, disadvantaged_hundredths)
    if status in ENDED and jobs_hundredths:
        raise Invalid("employs_nobody", _("One that has ended employs nobody."), field="jobs_hundredths")
    where = text(source, field="source", longest=200)
    with transaction.atomic():
        locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        if locked.observations.filter(status__in=ENDED, observed_on__lte=observed_on).exists():
            raise Refused("ended", _("It had ended by then."))
        if status in ENDED and locked.observations.filter(observed_on__gt=observed_on).exists():
            raise Refused("seen_later", _("It was seen alive after that day."))
        try:
            with transaction.atomic():
                return _observe(
                    locked, observed_on, status, (jobs_hundredths, disadvantaged_hundredths), where, by, now
                )
        except IntegrityError as error:
            raise Refused(
                "observed_twice", _("What was seen on that day is written down already."), field="observed_on"
            ) from error


def _observe(
    enterprise: Enterprise,
    observed_on: dt.date,
    status: str,
    employed: tuple[int, int],
    source: str,
    by: Visitor | None,
    now: dt.datetime,
) -> Observation:
    return Observation.objects.create(
        enterprise=enterprise,
        observed_on=observed_on,
        status=status,
        jobs_hundredths=employed[0],
        disadvantaged_hundredths=employed[1],
        source=source,
        by=by if is_person(by) else None,
        at=now,
    )
