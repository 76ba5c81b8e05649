from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.hubs.enums import BuildingState, OutlayKind, PartnershipForm
from campaigns.hubs.forms.bookings import day_field
from campaigns.hubs.models import Building
from campaigns.models import Project
from crowdfund.kit.fields import EuroField
from crowdfund.kit.files import ACCEPT


class BuildingForm(RefusableForm):
    """A public building."""

    name = forms.CharField(label=_("Name"), max_length=120)
    owner = forms.CharField(label=_("Public owner"), max_length=160)
    address = forms.CharField(label=_("Address"), max_length=160)
    neighbourhood = forms.ModelChoiceField(
        queryset=Neighbourhood.objects.defer("boundary"),
        to_field_name="slug",
        label=_("Neighbourhood"),
        empty_label=_("Choose…"),
    )
    area_m2 = forms.IntegerField(label=_("Area in square metres"), min_value=1, max_value=1_000_000)
    state = forms.ChoiceField(label=_("State"), choices=BuildingState.choices)
    accessibility = forms.CharField(
        label=_("Accessibility"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Steps, lift, toilet, parking: what a person in a wheelchair asks first."),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG or WebP, 8 MB at most. The place where it was taken is removed."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    picture_alt = forms.CharField(label=_("What the picture shows"), max_length=200, required=False)


class OutlayForm(RefusableForm):
    """Works or equipment."""

    kind = forms.ChoiceField(label=_("Kind"), choices=OutlayKind.choices)
    what = forms.CharField(label=_("What"), max_length=200)
    cost_cents = EuroField(label=_("Cost"), max_cents=9_999_999_999)
    begun_on = day_field(_("Begun on"))
    ended_on = day_field(_("Ended on"), required=False)


class HubForm(RefusableForm):
    """A hub in a building."""

    building = forms.ModelChoiceField(
        queryset=Building.objects.all(), label=_("Building"), empty_label=_("Choose…")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    summary = forms.CharField(label=_("In one sentence"), max_length=240)
    story = forms.CharField(
        label=_("What it offers"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    contact = forms.EmailField(label=_("Email for the public"), required=False)


class AgreementForm(RefusableForm):
    """Who runs the hub, until when, at what fee."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.all(), label=_("Organisation that runs it"), empty_label=_("Choose…")
    )
    partners = forms.CharField(
        label=_("Other partners"),
        max_length=500,
        required=False,
        help_text=_("Who else signs: one after the other."),
    )
    form = forms.ChoiceField(label=_("Form"), choices=PartnershipForm.choices)
    starts_on = day_field(_("First day"))
    ends_on = day_field(_("Last day"))
    fee_cents = EuroField(label=_("Yearly fee"), min_cents=0)
    obligations = forms.CharField(
        label=_("Obligations"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5})
    )
    alert_days = forms.IntegerField(
        label=_("Days of warning before the end"), min_value=1, max_value=3650, initial=180
    )


class AgreementDocumentForm(RefusableForm):
    """A document of the agreement in force."""

    title = forms.CharField(label=_("Title"), max_length=160)
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, ODT, ODS, DOCX, XLSX, CSV or a picture, 10 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


class HostedForm(RefusableForm):
    """A project the hub hosts."""

    project = forms.ModelChoiceField(
        queryset=Project.objects.public(), label=_("Project"), empty_label=_("Choose…")
    )
