from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.calls.services.programmes import Sheet


def drawn_pictures() -> list[tuple[str, str]]:
    """Name the pictures that the site brings along."""
    folder = Path(settings.BASE_DIR) / "static" / "pictures"
    names = sorted(path.name for path in folder.glob("*.svg"))
    return [(f"pictures/{name}", name.removesuffix(".svg").replace("-", " ").capitalize()) for name in names]


class ProgrammeForm(forms.Form):
    """A programme's public sheet; its figures are not here, they come out of the ledger."""

    title = forms.CharField(label=_("Title"), max_length=200)
    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("As in the programme's plan, like MI3.3.1.d.")
    )
    action = forms.CharField(label=_("Action"), max_length=80, required=False)
    city = forms.CharField(label=_("City"), max_length=80)
    implementing_body = forms.CharField(label=_("Implementing body"), max_length=120)
    cup = forms.CharField(
        label=_("CUP"),
        max_length=15,
        required=False,
        help_text=_("The unique code of a public investment project."),
    )
    rup = forms.CharField(
        label=_("Person in charge (RUP)"),
        max_length=120,
        required=False,
        help_text=_("Who answers for the procedure."),
    )
    starts_on = forms.DateField(label=_("Start"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("End"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    about = forms.CharField(label=_("What it is for"), widget=forms.Textarea({"rows": 6}), required=False)
    picture = forms.ChoiceField(label=_("Picture"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picture = self.fields["picture"]
        if isinstance(picture, forms.ChoiceField):
            picture.choices = [("", _("No picture")), *drawn_pictures()]

    def sheet(self) -> Sheet:
        """Return what was written, for the service."""
        return Sheet(**self.cleaned_data)
