"""What a team decides about its campaign, and what an officer answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.enums import BudgetKind
from campaigns.models import Milestone, Question, Update
from campaigns.services.budget import MOST_LINES, Line
from campaigns.services.campaigns import LONGEST_DAYS, LONGEST_REASON
from crowdfund.kit.clock import last_second
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    import datetime as dt


class DayField(forms.DateField):
    """A civil day, chosen from the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class CampaignForm(forms.Form):
    """How much, until when."""

    cost_cents = EuroField(label=_("Total cost of the project"))
    goal_cents = EuroField(
        label=_("Goal asked of residents"),
        help_text=_("All or nothing: below this sum nobody is charged."),
    )
    days = forms.IntegerField(
        label=_("How many days it lasts"), min_value=1, max_value=LONGEST_DAYS, initial=60
    )
    fees_borne_by_campaign = forms.BooleanField(
        label=_("The campaign bears the payment fees"),
        help_text=_("They then stand in its budget, as an estimate, for everyone to see."),
        required=False,
        initial=True,
    )


class BudgetLineForm(forms.Form):
    """One line of the budget."""

    kind = forms.ChoiceField(label=_("Kind"), choices=BudgetKind.choices)
    label = forms.CharField(label=_("What for"), max_length=120)
    amount_cents = EuroField(label=_("Amount"))

    def has_changed(self) -> bool:
        """Say whether the row says anything: one that only kept its first kind, or was emptied, is no line."""
        typed = (self.data.get(self.add_prefix(name), "") for name in ("label", "amount_cents"))
        return any(str(text).strip() for text in typed)


class BaseBudgetFormSet(forms.BaseFormSet[BudgetLineForm]):
    """A whole budget: rows left empty are no lines."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.refusal = ""
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Let any row be left empty."""
        return {**super().get_form_kwargs(index), "empty_permitted": True, "use_required_attribute": False}

    def lines(self) -> list[Line]:
        """Return the lines written, without those emptied or marked to go."""
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data.get("amount_cents")]
        return [Line(row["kind"], row["label"], row["amount_cents"]) for row in kept if not row.get("DELETE")]


BudgetFormSet = forms.formset_factory(
    BudgetLineForm,
    formset=BaseBudgetFormSet,
    extra=3,
    can_delete=True,
    can_delete_extra=False,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
)


class RewardForm(forms.Form):
    """What backers receive from a certain amount on."""

    title = forms.CharField(label=_("Title"), max_length=100)
    text = forms.CharField(
        label=_("Description"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    min_cents = EuroField(label=_("From which amount on"))
    declared_value_cents = EuroField(
        label=_("What it is worth"),
        help_text=_("The value of the thing itself. Leave empty for a thank-you."),
        required=False,
        min_cents=0,
    )
    stock = forms.IntegerField(
        label=_("How many there are"),
        help_text=_("Leave empty when there are enough for everyone."),
        required=False,
        min_value=1,
        max_value=1_000_000,
    )

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        return {**self.cleaned_data, "declared_value_cents": self.cleaned_data["declared_value_cents"] or 0}


class MilestoneForm(forms.ModelForm[Milestone]):
    """A step of the work."""

    due_on = DayField(label=_("Due"))

    class Meta:
        model = Milestone
        fields = ["title", "due_on", "share_percent"]


class EvidenceForm(forms.ModelForm[Milestone]):
    """What shows that a step is done."""

    class Meta:
        model = Milestone
        fields = ["evidence"]
        widgets = {"evidence": forms.Textarea(attrs={"rows": 4})}


class UpdateForm(forms.ModelForm[Update]):
    """News for everyone."""

    class Meta:
        model = Update
        fields = ["title", "text"]


class QuestionForm(forms.ModelForm[Question]):
    """A question to the team."""

    class Meta:
        model = Question
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class AnswerForm(forms.ModelForm[Question]):
    """The team's answer."""

    class Meta:
        model = Question
        fields = ["answer"]
        widgets = {"answer": forms.Textarea(attrs={"rows": 4})}


class LaunchForm(forms.Form):
    """Until when, if not the days agreed on."""

    deadline = DayField(
        label=_("Last day"), required=False, help_text=_("Leave empty to keep the days agreed on.")
    )

    def moment(self) -> dt.datetime | None:
        """Return the last second of the day chosen, in the city's time, or None."""
        day = self.cleaned_data["deadline"]
        return last_second(day) if day else None


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )
