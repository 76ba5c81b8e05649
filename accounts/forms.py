from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind, Role, TeamRole
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable


def tell(form: forms.BaseForm, refused: Refused) -> None:
    """Show a service's refusal at its field, or above the form when it has none."""
    form.add_error(refused.field if refused.field in form.fields else None, str(refused))


def done(form: forms.BaseForm, deed: Callable[[], object]) -> bool:
    """Do the deed of a valid form; a refusal is shown in the form, and somebody who may not is not told by a form."""
    if not form.is_valid():
        return False
    try:
        deed()
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return False
    return True


class RefusableForm(forms.Form):
    """A form that shows what the service refused at the field it speaks of."""

    def refuse(self, error: Refused) -> None:
        """Put the sentence at its field, or above the form when it has none here."""
        tell(self, error)


class ProfileForm(forms.Form):
    """One's name and language."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Language of emails"), choices=settings.LANGUAGES)


class OrganisationForm(forms.Form):
    """An organisation's card."""

    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganisationKind.choices)
    tax_code = forms.CharField(
        label=_("Tax code"), max_length=16, required=False, help_text=_("Codice fiscale of the organisation.")
    )
    email = forms.EmailField(label=_("Email"), required=False)
    about = forms.CharField(label=_("Who you are"), widget=forms.Textarea(attrs={"rows": 4}), required=False)


class MemberForm(forms.Form):
    """Somebody new in the team."""

    email = forms.EmailField(label=_("Email"), help_text=_("The person must have an account."))
    role = forms.ChoiceField(label=_("Role"), choices=TeamRole.choices)


class TokenForm(forms.Form):
    """A new key to the API."""

    label = forms.CharField(label=_("Name of the key"), max_length=80, help_text=_("To recognise it later."))


class RoleForm(forms.Form):
    """A city role for somebody."""

    email = forms.EmailField(label=_("Email"), help_text=_("The person must have an account."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    tax_code = forms.CharField(
        label=_("Codice fiscale"),
        max_length=24,
        required=False,
        help_text=_(
            "Needed once for officers, approvers and auditors. We keep only a fingerprint of it: it tells that two "
            "accounts are one person."
        ),
    )


class BoundaryForm(RefusableForm):
    """A file of boundaries, and what it calls things."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
        help_text=_("A FeatureCollection of Polygons or MultiPolygons, in WGS84. 10 MB at most."),
    )
    source = forms.CharField(
        label=_("Where do the boundaries come from?"),
        max_length=160,
        help_text=_("It stands below every map. For example: Comune di Milano, open data, 2024."),
    )
    name_property = forms.CharField(
        label=_("Property with the name"), max_length=80, initial="name", help_text=_("For example: NIL")
    )
    residents_property = forms.CharField(
        label=_("Property with the number of residents"),
        max_length=80,
        required=False,
        help_text=_("Leave it empty if the file has none."),
    )
    create = forms.BooleanField(label=_("Make neighbourhoods that are not here yet"), required=False)


class ResidentsForm(RefusableForm):
    """How many live in a neighbourhood."""

    residents = forms.IntegerField(
        label=_("Residents"), required=False, help_text=_("Leave it empty if you do not know.")
    )
    zone = forms.CharField(
        label=_("Zone"), max_length=40, required=False, help_text=_("For example: Municipio 5")
    )
