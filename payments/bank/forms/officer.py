"""What officers give to the bank's pages: a file, what a line is, a reason, an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.bank.enums import MatchKind
from payments.bank.forms.backer import LONGEST_TYPED_IBAN
from payments.bank.models.transfers import LONGEST_HOLDER
from payments.bank.services.goals import goal_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.bank.selectors.goals import Choice


class StatementForm(forms.Form):
    """A statement of account."""

    file = forms.FileField(
        label=_("Statement (camt.053)"),
        help_text=_("The XML file as the bank gives it, version 02 or 08, at most 10 MB."),
        widget=forms.FileInput({"accept": ".xml,application/xml,text/xml"}),
    )


class OpeningForm(forms.Form):
    """Why what lay on the account before its first statement is the platform's own."""

    reason = forms.CharField(
        label=_("Why it is the platform's own"),
        max_length=200,
        help_text=_("For instance: the city opened the account with it, by which act."),
    )


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("Reason"), max_length=200)


class GoalForm(forms.Form):
    """What a line is: one of the choices found for it, or the pledge of a reference."""

    goal = forms.ChoiceField(label=_("What is this line?"), required=False, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("Or: the transfer of the pledge with this reference"),
        required=False,
        max_length=60,
        help_text=_("It begins with RF. Spaces don't matter."),
    )

    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=200,
        help_text=_("For money of the platform's own, a charge, an error of the bank, a loss or a gain."),
    )
    document = forms.CharField(
        label=_("Document that shows it"),
        required=False,
        max_length=64,
        help_text=_("Its protocol number, or the number of the bank's letter."),
    )

    def __init__(self, *args: Any, choices: Sequence[Choice], credit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goal = self.fields["goal"]
        assert isinstance(goal, forms.ChoiceField)  # noqa: S101 - the field declared above
        goal.choices = [(choice.value, choice.label) for choice in choices]
        if not credit:
            del self.fields["reference"]

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        given = super().clean() or {}
        if not given.get("reference") and not given.get("goal") and not self.errors:
            raise forms.ValidationError({"goal": _("Choose what this line is.")})
        return given

    def deed(self) -> dict[str, Any]:
        """Return what the service is asked for. Raises `Invalid` for a reference that no pledge has."""
        if typed := self.cleaned_data.get("reference", ""):
            return {"goal": goal_of(MatchKind.PLEDGE, reference=typed)}
        kind, _mark, number = self.cleaned_data["goal"].partition(":")
        told = {name: self.cleaned_data[name] for name in ("reason", "document")}
        return {"goal": goal_of(kind, pk=int(number) if number else None, **told)}


class ReturnAccountForm(forms.Form):
    """Where a line goes back to."""

    iban = forms.CharField(label=_("IBAN to return it to"), max_length=LONGEST_TYPED_IBAN)
    holder = forms.CharField(label=_("Holder of the account"), max_length=LONGEST_HOLDER)
