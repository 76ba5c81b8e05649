"""One form a source; the rules to compare are chosen among those there are, and one more can be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import RefusableForm
from campaigns.calls.enums import RuleKind
from campaigns.calls.forms.rules import LABELS
from campaigns.calls.formula import rule_fields
from campaigns.calls.models import Call, MatchRule
from crowdfund.kit.fields import EuroField
from payments.matching.simulator.editions import edition_named, editions
from payments.simulations.enums import Source
from payments.simulations.selectors import past_calls
from payments.simulations.services import NamedRule, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 10**13
_CSV = forms.FileInput({"accept": ".csv,text/csv"})


class SimulationForm(RefusableForm):
    """What to simulate. `source` and `typed` (the kind of a rule to type, or nothing) come with the address."""

    title = forms.CharField(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("To recognise it later; else it is called after what it takes."),
    )

    def __init__(self, *args: Any, source: Source, typed: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.typed = RuleKind(typed) if typed in RuleKind.values else None
        {Source.CALL: self._add_call, Source.EDITION: self._add_edition, Source.FILES: self._add_files}[
            source
        ]()
        self.fields["rules"] = forms.MultipleChoiceField(
            label=_("Rules to compare"),
            choices=list(_rule_choices()),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("One to three, the typed one included."),
        )
        self.fields["pot_cents"] = EuroField(
            label=_("Pot"),
            required=False,
            min_cents=0,
            max_cents=_LARGEST,
            help_text=_("For every rule alike. Empty: the pot of the call or edition; of files, no limit."),
        )
        if self.typed:
            self._add_typed(self.typed)

    def _add_call(self) -> None:
        self.fields["call"] = forms.ModelChoiceField(
            label=_("Call"), queryset=past_calls(), empty_label=None, widget=forms.RadioSelect
        )

    def _add_edition(self) -> None:
        self.fields["edition"] = forms.ChoiceField(
            label=_("Edition"), choices=[(one.name, one.name) for one in editions()], widget=forms.RadioSelect
        )
        self.fields["seed"] = forms.IntegerField(
            label=_("Seed"),
            initial=1,
            help_text=_("Another number makes other pledges that meet the same published outcomes."),
        )

    def _add_files(self) -> None:
        self.fields["campaigns"] = forms.FileField(
            label=_("Campaigns (CSV)"),
            widget=_CSV,
            help_text=_("Columns campaign, cost_cents, neighbourhood. At most 1 MB."),
        )
        self.fields["pledges"] = forms.FileField(
            label=_("Pledges (CSV)"),
            widget=_CSV,
            help_text=_(
                "Columns campaign, backer, amount_cents, created_at with its offset. At most 20 MB, 300,000 rows or so."
            ),
        )

    def _add_typed(self, kind: RuleKind) -> None:
        for name, required in rule_fields(kind).items():
            if name == "pot_cents":
                continue
            if name.endswith("_cents"):
                field: forms.Field = EuroField(
                    label=LABELS[name], required=required, min_cents=0, max_cents=_LARGEST
                )
            else:
                field = forms.IntegerField(label=LABELS[name], required=required)
            self.fields[f"typed_{name}"] = field
        if kind == RuleKind.THRESHOLD_SHARE:
            label = _("Never more than what is still missing to the cost")
            self.fields["typed_within_cost"] = forms.BooleanField(label=label, required=False)

    def given(self) -> dict[str, Any]:
        """Return what the service takes."""
        data = self.cleaned_data
        found: dict[str, Any] = {"source": self.source, "title": data["title"], "rules": self._rules()}
        if self.source == Source.FILES:
            files = {name: data[name] for name in ("campaigns", "pledges")}
            return found | {name: Upload(file.name, file.read()) for name, file in files.items()}
        names = ("call",) if self.source == Source.CALL else ("edition", "seed")
        return found | {name: data[name] for name in names}

    def _rules(self) -> list[NamedRule]:
        pot = self.cleaned_data["pot_cents"]
        pot = self._own_pot() if pot is None else pot
        chosen = [_rule_named(name) for name in self.cleaned_data["rules"]]
        if self.typed:
            chosen.append(
                NamedRule(gettext("Typed: %(kind)s") % {"kind": self.typed.label}, self._typed_data())
            )
        return [NamedRule(one.label, {**one.rule, "pot_cents": pot}) for one in chosen]

    def _own_pot(self) -> int | None:
        call: Call | None = self.cleaned_data.get("call")
        if call is not None:
            return int(call.pot_cents)
        edition = edition_named(self.cleaned_data.get("edition", ""))
        return int(edition.rule["pot_cents"]) if edition else None

    def _typed_data(self) -> dict[str, Any]:
        typed = {
            name.removeprefix("typed_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("typed_")
        }
        return {"kind": str(self.typed), **typed}


def _rule_choices() -> Iterator[tuple[str, str]]:
    for rule in MatchRule.objects.all():
        yield f"rule:{rule.pk}", f"{rule} – {rule.get_kind_display()}"
    for edition in editions():
        yield (
            f"edition:{edition.name}",
            gettext("Milan %(edition)s, as published") % {"edition": edition.name},
        )


def _rule_named(choice: str) -> NamedRule:
    source, _sign, key = choice.partition(":")
    if source == "rule":
        rule = MatchRule.objects.get(pk=key)
        return NamedRule(str(rule), rule.as_data)
    edition = edition_named(key)
    assert edition is not None  # noqa: S101 - the choices are checked
    return NamedRule(gettext("Milan %(edition)s, as published") % {"edition": key}, edition.rule)
