from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from campaigns.accompaniment.enums import EnterpriseStatus, LegalForm, Topic
from campaigns.accompaniment.services.enterprises import Birth
from campaigns.accompaniment.services.tutoring import Held
from campaigns.sustainability.forms.months import HundredthsField

if TYPE_CHECKING:
    from decimal import Decimal


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def _hundredths(people: Decimal | None) -> int:
    return int((people or 0) * 100)


class TutoringForm(RefusableForm):
    """A session, written down by the tutor who held it."""

    held_on = _day(_("Which day?"))
    minutes = forms.IntegerField(label=_("How many minutes?"), min_value=5, max_value=600, initial=60)
    people = forms.IntegerField(
        label=_("How many people of the team?"), min_value=1, max_value=200, initial=1
    )
    topic = forms.ChoiceField(label=_("About what?"), choices=Topic.choices)
    agreed = forms.CharField(
        label=_("What was said and agreed"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_due_on = _day(_("By when?"), required=False)

    def held(self) -> Held:
        """Return the session as the service takes it."""
        return Held(**self.cleaned_data)


class ReasonForm(RefusableForm):
    """Why something is struck out."""

    reason = forms.CharField(label=_("Why?"), max_length=200)


class JobsForm(RefusableForm):
    """People employed, as two fields of a form; the services speak of hundredths."""

    jobs = HundredthsField(
        label=_("People employed"), required=False, help_text=_("In full-time equivalents: two halves are 1.")
    )
    disadvantaged = HundredthsField(label=_("Of whom disadvantaged"), required=False)
    source = forms.CharField(
        label=_("Where it can be checked"),
        max_length=200,
        help_text=_("For example: extract of the business register of 3 March 2026."),
    )

    def refuse(self, error: Any) -> None:
        """Show what is said of hundredths at the field of people."""
        error.field = (error.field or "").removesuffix("_hundredths") or None
        super().refuse(error)

    def employed(self) -> dict[str, int]:
        """Return the people in hundredths of full time."""
        return {
            "jobs_hundredths": _hundredths(self.cleaned_data["jobs"]),
            "disadvantaged_hundredths": _hundredths(self.cleaned_data["disadvantaged"]),
        }


class BirthForm(JobsForm):
    """An enterprise's papers."""

    name = forms.CharField(label=_("Name"), max_length=160)
    legal_form = forms.ChoiceField(label=_("Legal form"), choices=LegalForm.choices)
    born_on = _day(_("When was it born?"), help_text=_("The day of the deed, or of the registration."))
    tax_code = forms.CharField(label=_("Codice fiscale"), max_length=20)
    vat_number = forms.CharField(label=_("VAT number"), max_length=20)
    field_order = [
        "name",
        "legal_form",
        "born_on",
        "tax_code",
        "vat_number",
        "jobs",
        "disadvantaged",
        "source",
    ]

    def birth(self) -> Birth:
        """Return the birth as the service takes it."""
        papers: dict[str, Any] = {
            name: self.cleaned_data[name]
            for name in ("name", "legal_form", "born_on", "tax_code", "vat_number", "source")
        }
        return Birth(**(papers | self.employed()))


class ObservationForm(JobsForm):
    """What was seen of an enterprise."""

    observed_on = _day(_("Seen on which day?"))
    status = forms.ChoiceField(label=_("How is it?"), choices=EnterpriseStatus.choices)
    field_order = ["observed_on", "status", "jobs", "disadvantaged", "source"]

    def seen(self) -> dict[str, Any]:
        """Return the observation as the service takes it."""
        data = self.cleaned_data
        return {
            "observed_on": data["observed_on"],
            "status": data["status"],
            "source": data["source"],
            **self.employed(),
        }
