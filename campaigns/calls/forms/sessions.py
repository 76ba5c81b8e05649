"""The sessions of a call, beside its form; and more time for a published one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.calls.forms.calls import LARGEST_CENTS, moment_field
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.services.windows import MOST_SESSIONS, Window
from crowdfund.kit.errors import Several
from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from campaigns.calls.models import Call
    from crowdfund.kit.errors import Refused

SESSION, PLACE, FIELD = range(3)


class SessionForm(forms.Form):
    """One session."""

    opens_at = moment_field(_("Applications open"))
    closes_at = moment_field(_("Applications close"))
    pot_cents = EuroField(
        label=_("Its share of the pot"),
        max_cents=LARGEST_CENTS,
        required=False,
        help_text=_("Leave it empty to draw on the whole pot."),
    )


class BaseSessionFormSet(forms.BaseFormSet[SessionForm]):
    """The sessions: rows left empty are none."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Let any row be left empty."""
        return {**super().get_form_kwargs(index), "empty_permitted": True, "use_required_attribute": False}

    def rows(self) -> list[SessionForm]:
        """Return the rows that say something and are not marked to go."""
        return [
            form
            for form in self.forms
            if form.cleaned_data.get("opens_at") and not form.cleaned_data.get("DELETE")
        ]

    def windows(self) -> list[Window]:
        """Return what was written, for the service."""
        return [
            Window(
                opens_at=form.cleaned_data["opens_at"],
                closes_at=form.cleaned_data["closes_at"],
                pot_cents=form.cleaned_data["pot_cents"],
            )
            for form in self.rows()
        ]


SessionFormSet = forms.formset_factory(
    SessionForm,
    formset=BaseSessionFormSet,
    extra=2,
    can_delete=True,
    can_delete_extra=False,
    max_num=MOST_SESSIONS,
    absolute_max=MOST_SESSIONS,
)


def sessions_formset(data: Any, call: Call | None) -> BaseSessionFormSet:
    """Return the sessions of a call, bound to `data` where it is given."""
    sessions = call.sessions.all() if call else []
    names = ("opens_at", "closes_at", "pot_cents")
    initial = [{name: getattr(session, name) for name in names} for session in sessions]
    return cast("BaseSessionFormSet", SessionFormSet(data, initial=initial, prefix="sessions"))


def show_call_refusal(form: forms.Form, sessions: BaseSessionFormSet, refused: Refused) -> None:
    """Show what a service refused at the field of the call, or at that of the session it speaks of."""
    problems = refused.problems if isinstance(refused, Several) else (refused,)
    rows = sessions.rows()
    for problem in problems:
        path = (problem.field or "").split(".")
        if path[SESSION] == "sessions" and len(path) > FIELD:
            rows[int(path[PLACE])].add_error(path[FIELD], str(problem))
        else:
            show_refusal(form, problem)


class ExtendForm(forms.Form):
    """More time for applicants, and why."""

    number = forms.TypedChoiceField(label=_("Session"), coerce=int, empty_value=None, required=False)
    closes_at = moment_field(_("Applications close"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The call's page shows it, and teams with a draft are told."),
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sessions = [(session.number, str(session.number)) for session in call.sessions.all()]
        number = self.fields["number"]
        if not sessions:
            del self.fields["number"]
        elif isinstance(number, forms.TypedChoiceField):
            number.choices, number.required = sessions, True
