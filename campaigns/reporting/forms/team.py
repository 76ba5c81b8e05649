"""What a team writes: evidence, another date, expenses, a table of them, a note, why it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import BudgetLine
from campaigns.reporting.enums import EvidenceKind
from campaigns.reporting.services.imports import LARGEST_BYTES
from campaigns.reporting.services.items import Expense, lines_to_report
from campaigns.reporting.services.words import LONGEST_REASON
from crowdfund.kit.fields import EuroField
from crowdfund.kit.files import ACCEPT

if TYPE_CHECKING:
    from campaigns.reporting.models import ReportItem


def day() -> forms.DateInput:
    """Return the browser's own field for a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def text(rows: int = 3) -> forms.Textarea:
    """Return a field of some lines."""
    return forms.Textarea(attrs={"rows": rows})


def _file() -> forms.ClearableFileInput:
    return forms.FileInput(attrs={"accept": ACCEPT})  # type: ignore[return-value]


class EvidenceFileForm(forms.Form):
    """A photo or a document that shows that a step was done."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=EvidenceKind.choices, widget=forms.RadioSelect)
    file = forms.FileField(label=_("File"), widget=_file())
    text = forms.CharField(
        label=_("What it shows"),
        max_length=200,
        help_text=_("In a sentence; who can't see the photo has it read aloud."),
    )
    consent = forms.BooleanField(
        label=_("Everybody who can be recognised in the photo agrees that it is shown."), required=False
    )


class ChangeForm(forms.Form):
    """Another date for a step."""

    due_on = forms.DateField(label=_("New date"), widget=day())
    reason = forms.CharField(label=_("Why?"), max_length=LONGEST_REASON, widget=text())


class ItemForm(forms.Form):
    """One expense, with its receipt."""

    line: forms.ModelChoiceField[BudgetLine] = forms.ModelChoiceField(
        label=_("Budget line"), queryset=BudgetLine.objects.none(), empty_label=_("Choose")
    )
    what = forms.CharField(
        label=_("What was bought"),
        max_length=200,
        help_text=_("Everybody reads this: no names of people, please."),
    )
    amount_cents = EuroField(label=_("Amount"), max_cents=10**10)
    dated_on = forms.DateField(label=_("Date of the document"), widget=day())
    supplier = forms.CharField(label=_("Supplier"), max_length=160, help_text=_("Not shown in public."))
    document_number = forms.CharField(
        label=_("Number of the document"), max_length=60, help_text=_("Not shown in public.")
    )
    paid_on = forms.DateField(label=_("Paid on"), widget=day())
    receipt = forms.FileField(
        label=_("Receipt or invoice"),
        required=False,
        widget=_file(),
        help_text=_("A photo or a PDF, at most 10 MB. Only the team and the municipality see it."),
    )

    def __init__(self, *args: Any, campaign_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.ModelChoiceField)  # noqa: S101 - the field declared above
        line.queryset = lines_to_report(campaign_id)

    @staticmethod
    def of(item: ReportItem) -> dict[str, Any]:
        """Give what stands in an item, to be written anew."""
        names = (
            "line", "what", "amount_cents", "dated_on", "supplier", "document_number", "paid_on",
        )  # fmt: skip
        return {name: getattr(item, name) for name in names}

    def expense(self) -> Expense:
        """Give the expense as the service reads it."""
        return Expense(**{name: value for name, value in self.cleaned_data.items() if name != "receipt"})


class TableForm(forms.Form):
    """A table of expenses, as a file; once it was looked at, as the text that is to be added."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("Saved as CSV UTF-8, with the first line of the template."),
    )

    def clean_file(self) -> str:
        """Read the file as text."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_BYTES:
            raise forms.ValidationError(_("The table is larger than half a megabyte."), code="too_large")
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _("The file is not in UTF-8: save it again as “CSV UTF-8”."), code="encoding"
            ) from error


class NoteForm(forms.Form):
    """What a report says besides its items."""

    note = forms.CharField(label=_("Note to the report"), max_length=2000, required=False, widget=text(4))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why?"), max_length=LONGEST_REASON, widget=text())
