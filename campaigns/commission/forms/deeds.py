from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.calls.models import Call, Session
from campaigns.commission.enums import EvaluatorRole
from campaigns.commission.forms.grids import moment


class CommissionForm(forms.Form):
    """A new commission: for which session, and until when its sheets are due."""

    session = forms.ModelChoiceField(Session.objects.none(), label=_("Session"))
    sheets_due_at = moment(_("Sheets due"))

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sessions = Session.objects.filter(call=call, commissions__isnull=True)
        chosen = self.fields["session"]
        if not Session.objects.filter(call=call).exists():
            del self.fields["session"]
        elif isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = sessions


class AppointForm(forms.Form):
    """Who is appointed, as what."""

    email = forms.EmailField(label=_("Email of their account"))
    role = forms.ChoiceField(
        label=_("As"), choices=EvaluatorRole.choices, initial=EvaluatorRole.MEMBER, widget=forms.RadioSelect
    )


class WhyForm(forms.Form):
    """Why something is done that others rely on."""

    why = forms.CharField(label=_("Why"), max_length=200)


class ExcludeForm(forms.Form):
    """Why an application is not scored."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        help_text=_("It is published with the list."),
    )


class ProposeForm(forms.Form):
    """A list: the number drawn where equals come down to lots, and why there is a new version."""

    seed = forms.CharField(
        label=_("Number drawn for the lots"),
        max_length=120,
        required=False,
        help_text=_("Needed only where two projects are equal in everything else."),
    )
    reason = forms.CharField(
        label=_("Why there is a new version"), widget=forms.Textarea({"rows": 3}), max_length=4000
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["reason"]


class DecideListForm(forms.Form):
    """Publish a list, or send it back with a reason."""

    PUBLISH, RETURN = "publish", "return"

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (PUBLISH, _("Publish: the pot is given out by rank, and every team is written to")),
            (RETURN, _("Send back")),
        ],
    )
    why = forms.CharField(
        label=_("Reason for sending it back"),
        widget=forms.Textarea({"rows": 3}),
        max_length=4000,
        required=False,
    )


class AppealForm(forms.Form):
    """A team's note."""

    text = forms.CharField(
        label=_("What is wrong, and why"),
        widget=forms.Textarea({"rows": 8}),
        max_length=8000,
        help_text=_("It is shown with the list."),
    )


class AnswerForm(forms.Form):
    """The city's answer."""

    upheld = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Uphold it: a new version of the list follows")), ("no", _("Dismiss it"))],
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea({"rows": 5}),
        max_length=8000,
        help_text=_("It is shown with the list."),
    )
