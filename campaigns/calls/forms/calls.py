from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.calls.enums import Annex
from campaigns.calls.models import MatchRule, Programme
from campaigns.calls.services.calls import Terms
from campaigns.enums import Theme
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.calls.models import Call
    from campaigns.calls.services.windows import Window

LARGEST_CENTS = 10_000_000_000


def moment_field(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """A day and an hour in the city's time, chosen from the browser's own calendar."""
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"], **kwargs
    )


def _several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen admits all."),
    )


class CallForm(forms.Form):
    """A call, as an officer drafts it."""

    programme = forms.ModelChoiceField(Programme.objects.all(), label=_("Programme"))
    title = forms.CharField(label=_("Title"), max_length=160)
    summary = forms.CharField(label=_("In one sentence: what it is for"), max_length=240)
    text = forms.CharField(label=_("Text of the call"), widget=forms.Textarea({"rows": 10}))
    rule = forms.ModelChoiceField(
        MatchRule.objects.all(),
        label=_("Match rule"),
        help_text=_("Once the call is published it stays as it is."),
    )
    pot_cents = EuroField(
        label=_("Pot"), max_cents=LARGEST_CENTS, help_text=_("What the city puts aside for this call.")
    )
    cost_min_cents = EuroField(label=_("Smallest cost"), min_cents=0, max_cents=LARGEST_CENTS, required=False)
    cost_max_cents = EuroField(label=_("Largest cost"), min_cents=0, max_cents=LARGEST_CENTS, required=False)
    campaign_days = forms.IntegerField(
        label=_("Days of a campaign"), initial=60, widget=forms.NumberInput({"min": 1, "max": 180})
    )
    project_months_max = forms.IntegerField(
        label=_("Months to carry out the project, at most"),
        required=False,
        widget=forms.NumberInput({"min": 1, "max": 60}),
    )
    organisation_kinds = _several(_("Organisations admitted"), OrganisationKind.choices)
    themes = _several(_("Themes admitted"), Theme.choices)
    included_neighbourhoods = forms.ModelMultipleChoiceField(
        Neighbourhood.objects.all(),
        label=_("Neighbourhoods admitted"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen admits all."),
    )
    excluded_neighbourhoods = forms.ModelMultipleChoiceField(
        Neighbourhood.objects.all(),
        label=_("Excluded neighbourhoods"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    asks = forms.MultipleChoiceField(
        label=_("What an application contains, beside its cost and its reasons"),
        choices=Annex.choices,
        initial=Annex.values,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    declaration = forms.CharField(
        label=_("What applicants declare"),
        required=False,
        widget=forms.Textarea({"rows": 6}),
        initial=_(
            "I declare, aware of the penalties for false statements (articles 46, 47 and 76 of D.P.R. 445/2000), that "
            "what this application says is true, and that I may sign for the organisation."
        ),
        help_text=_("Leave it empty to ask for none."),
    )
    account_holder = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Who legally holds the money"), required=False
    )
    opens_at = moment_field(_("Applications open"))
    closes_at = moment_field(_("Applications close"))
    questions_until = moment_field(_("Questions until"), required=False)
    announced_on = forms.DateField(
        label=_("Results announced on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def terms(self, windows: Sequence[Window] = ()) -> Terms:
        """Return what was written, for the service, with the sessions written beside it."""
        data = dict(self.cleaned_data)
        for name in PLACES:
            data[name] = list(data[name])
        return Terms(**data, sessions=windows)


PLACES = ("included_neighbourhoods", "excluded_neighbourhoods")
SHOWN = [name for name in CallForm.base_fields if name not in PLACES]


def call_initial(call: Call) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    return {
        **{name: getattr(call, name) for name in SHOWN},
        **{name: list(getattr(call, name).all()) for name in PLACES},
    }


def proposed_by(rule: MatchRule) -> dict[str, Any]:
    """Return what a rule proposes to a new call: itself, its cost range and days, the places of its excluded zones."""
    data = rule.data
    zones = data.get("excluded_zones") or []
    proposed = ("cost_min_cents", "cost_max_cents", "campaign_days", "project_months_max")
    terms = {name: data[name] for name in proposed if data.get(name)}
    return {
        **terms,
        "rule": rule,
        "excluded_neighbourhoods": list(Neighbourhood.objects.filter(zone__in=zones)),
    }
