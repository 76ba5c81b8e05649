from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.calls.models import MatchRule, Programme
from campaigns.calls.services.calls import Terms
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from campaigns.calls.models import Call

LARGEST_CENTS = 10_000_000_000


def _moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"], **kwargs
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
    excluded_neighbourhoods = forms.ModelMultipleChoiceField(
        Neighbourhood.objects.all(),
        label=_("Excluded neighbourhoods"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    account_holder = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Who legally holds the money"), required=False
    )
    opens_at = _moment(_("Applications open"))
    closes_at = _moment(_("Applications close"))

    def terms(self) -> Terms:
        """Return what was written, for the service."""
        data = dict(self.cleaned_data)
        data["excluded_neighbourhoods"] = list(data["excluded_neighbourhoods"])
        return Terms(**data)


SHOWN = [name for name in CallForm.base_fields if name != "excluded_neighbourhoods"]


def call_initial(call: Call) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    return {
        **{name: getattr(call, name) for name in SHOWN},
        "excluded_neighbourhoods": list(call.excluded_neighbourhoods.all()),
    }


def proposed_by(rule: MatchRule) -> dict[str, Any]:
    """Return what a rule proposes to a new call: itself, its cost range and days, the places of its excluded zones."""
    data = rule.data
    zones = data.get("excluded_zones") or []
    terms = {
        name: data[name] for name in ("cost_min_cents", "cost_max_cents", "campaign_days") if data.get(name)
    }
    return {
        **terms,
        "rule": rule,
        "excluded_neighbourhoods": list(Neighbourhood.objects.filter(zone__in=zones)),
    }
