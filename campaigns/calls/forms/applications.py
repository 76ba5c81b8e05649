from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import Step
from campaigns.models import LAST_MONTH, Project
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from campaigns.calls.models import Application

LARGEST_CENTS = 10_000_000_000


def _text(label: Any, rows: int = 6, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea({"rows": rows}), required=False, **kwargs)


def _months() -> forms.IntegerField:
    widget = forms.NumberInput({"min": 1, "max": LAST_MONTH, "inputmode": "numeric"})
    return forms.IntegerField(label=_("Months to carry it out"), required=False, widget=widget)


def _cost() -> EuroField:
    return EuroField(
        label=_("What the whole project costs"),
        max_cents=LARGEST_CENTS,
        help_text=_("Payment fees included."),
    )


def _goal() -> EuroField:
    return EuroField(
        label=_("Goal you ask of the crowd"),
        max_cents=LARGEST_CENTS,
        required=False,
        help_text=_("Leave it empty to take the goal that the rule gives; see it with “Work out the match”."),
    )


class BeginForm(forms.Form):
    """How an application begins: which project, at what cost. All the rest can be written later."""

    project = forms.ModelChoiceField(Project.objects.none(), label=_("Project"))
    cost_cents = _cost()
    goal_cents = _goal()

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["project"]
        if isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = projects
            chosen.required = "preview" not in self.data  # the match is worked out before anything is chosen


class ProjectStep(forms.Form):
    """Why, and how long it takes."""

    motivation = _text(_("Why this project, and for whom"))
    project_months = _months()


class CostStep(forms.Form):
    """What it costs; the lines stand beside it."""

    cost_cents = _cost()


class MoneyStep(forms.Form):
    """What the crowd is asked, and what is there already."""

    goal_cents = _goal()
    other_source = forms.CharField(
        label=_("Other money already found: from whom"), max_length=160, required=False
    )
    other_source_cents = EuroField(
        label=_("Other money already found: how much"), min_cents=0, max_cents=LARGEST_CENTS, required=False
    )

    def clean_other_source_cents(self) -> int:
        """Nothing written is nothing found."""
        return self.cleaned_data["other_source_cents"] or 0


class PlanStep(forms.Form):
    """How it stands on its own feet, in words; the months stand beside it."""

    plan = _text(_("How it will stand on its own feet"))


class AccessibilityStep(forms.Form):
    """Whether everybody can take part, and how."""

    all_abilities = forms.BooleanField(label=_("The project is open to all abilities"), required=False)
    accessibility = _text(
        _("How everybody can take part"),
        help_text=_(
            "Places without steps, signs and words that all understand, people who help, times and prices."
        ),
    )


class DeclarationStep(forms.Form):
    """The call's declaration, accepted."""

    declared = forms.BooleanField(label=_("I declare it in the organisation's name"))


STEP_FORMS: Mapping[str, type[forms.Form]] = {
    Step.PROJECT: ProjectStep,
    Step.COST: CostStep,
    Step.MONEY: MoneyStep,
    Step.PLAN: PlanStep,
    Step.ACCESSIBILITY: AccessibilityStep,
    Step.DECLARATION: DeclarationStep,
}


def step_initial(application: Application, step: str) -> dict[str, Any]:
    """Return what a step's form shows of a draft."""
    if step == Step.DECLARATION:
        return {"declared": application.declared_at is not None}
    initial = {name: getattr(application, name) for name in STEP_FORMS[step].base_fields}
    return initial | (
        {"other_source_cents": application.other_source_cents or None} if step == Step.MONEY else {}
    )


class JudgementForm(forms.Form):
    """Whether a project is open to all abilities, as its application says."""

    confirmed = forms.TypedChoiceField(
        label=_("Is the project open to all abilities, as its application says?"),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        choices=[("yes", _("Yes: the higher cap holds")), ("no", _("No: the cap is that of the others"))],
    )


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
