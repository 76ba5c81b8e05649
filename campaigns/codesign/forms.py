from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import RefusableForm
from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.codesign.enums import NeedKind, NeedSource, ProposalStatus, ResourceKind
from campaigns.codesign.models import Need
from campaigns.codesign.services.merging import LONGEST_WHY
from campaigns.codesign.services.needs import LONGEST_TEXT, LONGEST_TITLE
from campaigns.codesign.services.proposals import (
    LONGEST_DECISION,
    LONGEST_REASON,
    LONGEST_SUMMARY,
    LONGEST_WHAT,
)
from campaigns.codesign.services.proposals import LONGEST_TEXT as LONGEST_PROPOSAL
from campaigns.enums import Theme

if TYPE_CHECKING:
    from django.db.models import QuerySet


ANY = ("", _("All"))


class NeedFilter(forms.Form):
    """The filters of the list of needs; what is not understood is left out."""

    q = forms.CharField(label=_("What are you looking for?"), required=False, max_length=200)
    neighbourhood = forms.ModelChoiceField(
        queryset=Neighbourhood.objects.defer("boundary"),
        to_field_name="slug",
        required=False,
        label=_("Neighbourhood"),
        empty_label=_("All"),
    )
    theme = forms.ChoiceField(choices=[ANY, *Theme.choices], required=False, label=_("Theme"))

    def kept(self) -> dict[str, Any]:
        """Return the filters that hold, as the selector takes them."""
        self.is_valid()
        place = self.cleaned_data.get("neighbourhood")
        return {
            "neighbourhood": place.slug if place else "",
            "theme": self.cleaned_data.get("theme", ""),
            "query": self.cleaned_data.get("q", ""),
        }


class ProposalFilter(forms.Form):
    """The filters of the list of proposals."""

    neighbourhood = NeedFilter.base_fields["neighbourhood"]
    theme = NeedFilter.base_fields["theme"]
    status = forms.ChoiceField(choices=[ANY, *ProposalStatus.choices], required=False, label=_("State"))

    def kept(self) -> dict[str, Any]:
        """Return the filters that hold, as the selector takes them."""
        self.is_valid()
        place = self.cleaned_data.get("neighbourhood")
        return {
            "neighbourhood": place.slug if place else "",
            "theme": self.cleaned_data.get("theme", ""),
            "status": self.cleaned_data.get("status", ""),
        }


class NeedForm(RefusableForm):
    """Report a need: five fields, three of them asked."""

    title = forms.CharField(
        label=_("What is missing?"),
        max_length=LONGEST_TITLE,
        help_text=_("In a few words, as you would tell a neighbour."),
    )
    neighbourhood = forms.ModelChoiceField(
        queryset=Neighbourhood.objects.defer("boundary"),
        to_field_name="slug",
        label=_("In which neighbourhood?"),
        empty_label=_("Choose…"),
    )
    theme = forms.ChoiceField(choices=[("", _("Choose…")), *Theme.choices], label=_("What is it about?"))
    place = forms.CharField(
        label=_("Where exactly?"),
        max_length=LONGEST_TITLE,
        required=False,
        help_text=_("A street, a courtyard, a bus stop."),
    )
    text = forms.CharField(
        label=_("Tell us more"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who misses it, since when. No names of persons, please: everybody can read this."),
    )
    picture = forms.FileField(
        label=_("A photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("Of the place, without persons. We take out where and when it was taken. 8 MB at most."),
    )
    source = forms.ChoiceField(choices=NeedSource.choices, label=_("How did it come to light?"))

    def __init__(self, *args: Any, moderator: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not moderator:
            del self.fields["source"]


class CollectForm(NeedForm):
    """Record needs one after the other at a meeting: what stays the same stays filled in."""

    kind = forms.ChoiceField(choices=NeedKind.choices, label=_("Who says it?"))
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("neighbourhood", "theme", "title", "place", "text", "kind", "client_key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, moderator=False, **kwargs)
        del self.fields["picture"]  # a photo is too heavy for what a browser keeps


class MergeForm(RefusableForm):
    """Which need stays, among those that say something like it."""

    into = forms.ModelChoiceField(
        queryset=Need.objects.none(),
        to_field_name="slug",
        widget=forms.RadioSelect,
        empty_label=None,
        label=_("Which need stays?"),
        error_messages={"required": _("Choose the need that stays.")},
    )
    why = forms.CharField(label=_("Why are they the same?"), max_length=LONGEST_WHY, required=False)

    def __init__(self, *args: Any, needs: QuerySet[Need], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["into"]
        choices.queryset = needs
        choices.label_from_instance = named_with_place


def named_with_place(need: Need) -> str:
    """Name a need so that it is not taken for another's namesake."""
    sharing = ngettext("%(count)s person", "%(count)s people", need.supporters) % {"count": need.supporters}
    return f"{need.title} – {need.neighbourhood} · {sharing}"


class ResourceForm(RefusableForm):
    """Offer something to a neighbourhood."""

    title = forms.CharField(label=_("What is there?"), max_length=LONGEST_TITLE)
    kind = forms.ChoiceField(choices=[("", _("Choose…")), *ResourceKind.choices], label=_("What is it?"))
    neighbourhood = NeedForm.base_fields["neighbourhood"]
    text = forms.CharField(
        label=_("Tell us more"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class HideForm(RefusableForm):
    """Why a need is taken off the pages."""

    why = forms.CharField(label=_("Why do you hide it?"), max_length=LONGEST_DECISION)


class DropForm(RefusableForm):
    """Why a proposal is closed without becoming a project."""

    why = forms.CharField(label=_("Why is it dropped?"), max_length=LONGEST_DECISION)


class ProposalForm(RefusableForm):
    """Start a proposal from needs of one neighbourhood."""

    needs = forms.ModelMultipleChoiceField(
        queryset=Need.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label=_("Which needs does it answer?"),
        error_messages={"required": _("Choose at least one need.")},
    )
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    summary = forms.CharField(label=_("In one sentence"), max_length=LONGEST_SUMMARY)
    theme = forms.ChoiceField(choices=Theme.choices, label=_("Theme"))
    text = forms.CharField(
        label=_("What do you propose?"),
        max_length=LONGEST_PROPOSAL,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("What, for whom, where, with whom, what it takes. Others will write on."),
    )

    def __init__(self, *args: Any, needs: QuerySet[Need], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["needs"]
        choices.queryset = needs


class VersionForm(RefusableForm):
    """Write on: the whole text, on top of the version one has read."""

    text = forms.CharField(
        label=_("Text"), max_length=LONGEST_PROPOSAL, widget=forms.Textarea(attrs={"rows": 16})
    )
    what = forms.CharField(
        label=_("What did you change?"),
        max_length=LONGEST_WHAT,
        required=False,
        help_text=_("One line, for who reads the history."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class DecisionForm(RefusableForm):
    """Record what was decided."""

    text = forms.CharField(label=_("What was decided?"), max_length=LONGEST_DECISION)
    reason = forms.CharField(
        label=_("Why?"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )


class AdoptionForm(RefusableForm):
    """Choose the organisation that will carry the project."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=_("Which organisation carries the project?"),
        empty_label=_("Choose…"),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["organisation"]
        choices.queryset = organisations
