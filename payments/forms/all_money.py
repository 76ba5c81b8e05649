"""What officers ask of the money of all campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.enums import CampaignStatus
from payments.selectors.figures import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = ("", _("All"))
STATUSES = [
    (status.value, status.label)
    for status in CampaignStatus
    if status not in {CampaignStatus.DRAFT, CampaignStatus.REVIEW}
]
BY_FIGURE = [(f"-{name.removesuffix('_cents')}", label) for name, label in LABELS.items()]
SORTS = [*BY_FIGURE, *[(order.removeprefix("-"), label) for order, label in BY_FIGURE]]


class MoneyFilterForm(forms.Form):
    """Which campaigns to show, and in which order."""

    text = forms.CharField(label=_("Project or organisation"), max_length=120, required=False)
    call = forms.ChoiceField(label=_("Call"), required=False)
    status = forms.ChoiceField(label=_("State"), choices=[ALL, *STATUSES], required=False)
    sort = forms.ChoiceField(
        label=_("Largest first by"), choices=[("", _("None: by title")), *SORTS], required=False
    )

    def __init__(self, *args: Any, calls: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call, sort = self.fields["call"], self.fields["sort"]
        assert isinstance(call, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(sort, forms.ChoiceField)  # noqa: S101
        call.choices = [ALL, *[(title, title) for title in calls]]
        sort.widget.choices = [("", _("None: by title")), *BY_FIGURE]


class TransfersForm(forms.Form):
    """Which transfers of the ledger to show."""

    account = forms.CharField(
        label=_("Account"),
        max_length=80,
        required=False,
        help_text=_("A code like “held:7:card”. “held:7:” is all that begin so; “#” stands for any number."),
    )
    code = forms.CharField(
        label=_("Events"),
        max_length=200,
        required=False,
        help_text=_("Codes with commas between them, like “refund_paid”."),
    )
