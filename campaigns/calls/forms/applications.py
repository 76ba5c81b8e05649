from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Project
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.calls.models import Application

LARGEST_CENTS = 10_000_000_000
WRITTEN = ("cost_cents", "goal_cents", "other_source", "other_source_cents", "motivation", "plan")


class ApplicationForm(forms.Form):
    """A team's application. Only the cost is needed to begin: the rest can wait until it is submitted."""

    project = forms.ModelChoiceField(Project.objects.none(), label=_("Project"))
    cost_cents = EuroField(
        label=_("What the whole project costs"),
        max_cents=LARGEST_CENTS,
        help_text=_("Payment fees included."),
    )
    goal_cents = EuroField(
        label=_("Goal you ask of the crowd"),
        max_cents=LARGEST_CENTS,
        required=False,
        help_text=_("Leave it empty to take the goal that the rule gives; see it with “Work out the match”."),
    )
    other_source = forms.CharField(
        label=_("Other money already found: from whom"), max_length=160, required=False
    )
    other_source_cents = EuroField(
        label=_("Other money already found: how much"), min_cents=0, max_cents=LARGEST_CENTS, required=False
    )
    motivation = forms.CharField(
        label=_("Why this project, and for whom"), widget=forms.Textarea({"rows": 6}), required=False
    )
    plan = forms.CharField(
        label=_("How it will stand on its own feet"), widget=forms.Textarea({"rows": 6}), required=False
    )

    def __init__(self, *args: Any, projects: QuerySet[Project] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["project"]
        if projects is None:
            del self.fields["project"]
        elif isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = projects
            chosen.required = "preview" not in self.data  # the match is worked out before anything is chosen

    def written(self) -> dict[str, Any]:
        """Return what was written, for the services."""
        written = {name: self.cleaned_data[name] for name in WRITTEN}
        return {**written, "other_source_cents": written["other_source_cents"] or 0}


def application_initial(application: Application) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    initial = {name: getattr(application, name) for name in WRITTEN}
    return {**initial, "other_source_cents": application.other_source_cents or None}


class DecisionForm(forms.Form):
    """An officer's decision: which, and why."""

    ADMIT, NOT_FUNDED, REJECT = "admit", "not_funded", "reject"

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (ADMIT, _("Admit: its match is reserved and its campaign made")),
            (NOT_FUNDED, _("Eligible, but not funded: the pot is used up")),
            (REJECT, _("Reject")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The team reads it; the reasons of the ranking are public."),
    )
