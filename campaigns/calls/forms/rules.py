"""A match rule's form: one for each kind, its fields those of the formula; what is wrong the service says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import RuleKind, Shortfall
from campaigns.calls.formula import rule_fields
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.calls.models import MatchRule

LARGEST_CENTS = 10**13
LABELS: Mapping[str, Any] = {
    "crowd_threshold_percent": _("What residents give at least, in percent of the cost"),
    "match_share_percent": _("What the city adds, in percent of the cost"),
    "match_cap_cents": _("At most for one campaign"),
    "accessible_match_cap_cents": _("At most for a campaign open to all abilities"),
    "ratio_percent": _("Cents the city adds for each euro pledged"),
    "cap_per_pledge_cents": _("At most for one pledge"),
    "cap_per_backer_cents": _("At most for one backer"),
    "at_backers": _("How many people must pledge"),
    "at_amount_cents": _("Which amount residents must give"),
    "sum_cents": _("What the city adds"),
    "pairwise_bound_cents": _("Bound on pairs of backers who always give alike"),
}
HOLD_BACKS = ("hold_back_percent", "hold_back_days", "accepts_debit_risk")
TERMS = ("cost_min_cents", "cost_max_cents", "campaign_days", "project_months_max")


def _whole(label: Any, *, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    """A whole number whose limits the browser knows; the service holds them, so that every problem shows at once."""
    widget = forms.NumberInput({"min": least, "max": most, "step": 1, "inputmode": "numeric"})
    return forms.IntegerField(label=label, widget=widget, **kwargs)


def _euro(label: Any, **kwargs: Any) -> EuroField:
    return EuroField(label=label, min_cents=0, max_cents=LARGEST_CENTS, **kwargs)


class RuleForm(forms.Form):
    """The data of a rule of one kind, and what stands beside it."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Versions of a rule share its name."))

    def __init__(self, *args: Any, kind: RuleKind, named: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if not named:
            del self.fields["name"]
        self.numbers = [name for name in rule_fields(kind) if name != "pot_cents"]
        required = rule_fields(kind)
        for name in self.numbers:
            self.fields[name] = self._number(name, required=required[name])
        if kind == RuleKind.THRESHOLD_SHARE:
            label = _("Never more than what is still missing to the cost")
            self.fields["within_cost"] = forms.BooleanField(label=label, required=False)
        self._add_terms()

    @staticmethod
    def _number(name: str, *, required: bool) -> forms.Field:
        if name.endswith("_cents"):
            return _euro(LABELS[name], required=required)
        most = {"ratio_percent": 1000, "at_backers": 1_000_000}.get(name, 100)
        return _whole(LABELS[name], least=1, most=most, required=required)

    def _add_terms(self) -> None:
        self.fields["shortfall"] = forms.ChoiceField(
            label=_("If less is collected than was pledged"),
            choices=Shortfall.choices,
            initial=Shortfall.PROCEED,
            widget=forms.RadioSelect,
        )
        self.fields["recovery_days"] = _whole(
            _("Days to put a refused card right"), least=1, most=30, initial=7
        )
        proposed = _("A call proposes this; it can say otherwise.")
        self.fields["cost_min_cents"] = _euro(_("Smallest cost"), required=False, help_text=proposed)
        self.fields["cost_max_cents"] = _euro(_("Largest cost"), required=False, help_text=proposed)
        self.fields["campaign_days"] = _whole(
            _("Days of a campaign"), least=1, most=180, required=False, help_text=proposed
        )
        self.fields["project_months_max"] = _whole(
            _("Months to carry out the project, at most"), least=1, most=120, required=False
        )
        self.fields["fee_bearer"] = forms.ChoiceField(
            label=_("Who bears the payment fees"),
            choices=[("campaign", _("The campaign, from its budget")), ("call", _("The city"))],
            initial="campaign",
            widget=forms.RadioSelect,
        )
        self._add_hold_backs()

    def _add_hold_backs(self) -> None:
        """How much of the residents' money waits before it is released, and whether debits do."""
        self.fields["hold_back_percent"] = _whole(
            _("Percent of the residents' money held back at first"), least=0, most=100, required=False
        )
        self.fields["hold_back_days"] = _whole(
            _("Days it is held back"),
            least=0,
            most=60,
            required=False,
            help_text=_("60 unless you say less."),
        )
        self.fields["accepts_debit_risk"] = forms.BooleanField(
            label=_("Release direct debits without waiting 8 weeks"),
            help_text=_(
                "For 8 weeks a bank gives a debit back without asking. The city then bears the loss."
            ),
            required=False,
        )

    def data_given(self, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the rule's data over what it `kept` that this form does not show (excluded zones)."""
        shown = [*self.numbers, *TERMS, "within_cost", "fee_bearer", *HOLD_BACKS]
        data = {name: self.cleaned_data[name] for name in shown if name in self.cleaned_data}
        return {**{key: value for key, value in (kept or {}).items() if key not in shown}, **data}

    def beside(self) -> dict[str, Any]:
        """Return what has a column of its own."""
        return {name: self.cleaned_data[name] for name in ("shortfall", "recovery_days")}


def rule_initial(rule: MatchRule) -> dict[str, Any]:
    """Return what a form shows of a rule."""
    return {
        **rule.data,
        "name": rule.name,
        "shortfall": rule.shortfall,
        "recovery_days": rule.recovery_days,
        "fee_bearer": rule.data.get("fee_bearer", "campaign"),
    }
