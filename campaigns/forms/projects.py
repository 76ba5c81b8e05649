"""What a team writes about its project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from campaigns.models import Project

if TYPE_CHECKING:
    from accounts.models import User

WRITERS = ("owner", "editor")


class ProjectForm(forms.ModelForm[Project]):
    """A project's texts and picture."""

    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG or WebP, up to 8 MB. Where it was taken is never published."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    field_order = [
        "organisation",
        "title",
        "summary",
        "neighbourhood",
        "theme",
        "story",
        "picture",
        "picture_alt",
    ]

    class Meta:
        model = Project
        fields = ["title", "summary", "neighbourhood", "theme", "story", "picture_alt"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 2}), "story": forms.Textarea(attrs={"rows": 14})}
        help_texts = {
            "title": _("Short and concrete: what it is and where."),
            "summary": _("What changes for the neighbourhood, in one sentence."),
            "story": _(
                "Who you are, what is missing, what you will do. A line with ## before it is a heading."
            ),
            "picture_alt": _("For those who can't see it: “Four children plant tomatoes in a courtyard”."),
        }

    def texts(self) -> dict[str, Any]:
        """Return what the services take as words."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewProjectForm(ProjectForm):
    """A project that begins: it also says whose it is."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [pk for pk, role in user.team_roles.items() if role in WRITERS]
        field = cast("forms.ModelChoiceField[Organisation]", self.fields["organisation"])
        field.queryset = Organisation.objects.filter(pk__in=mine)
