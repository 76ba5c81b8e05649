"""One page for one row of money: its facts, what happened, and what this person may do with it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render

from accounts.forms import done
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django import forms
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrOrPromise

KINDS = {
    "done": "ok",
    "approved": "ok",
    "paid": "ok",
    "won": "ok",
    "granted": "ok",
    "failed": "attention",
    "proposed": "attention",
    "needs_response": "attention",
    "open": "attention",
    "lost": "stop",
    "rejected": "stop",
    "refused": "stop",
    "cancelled": "stop",
    "void": "stop",
    "impossible": "stop",
    "written_off": "stop",
    "closed": "info",
}


@dataclasses.dataclass
class Act:
    """Something this person may do: a button, with a form if it asks for something. `said` tells that it is done."""

    name: str
    label: _StrOrPromise
    deed: Callable[[dict[str, Any]], object]
    said: _StrOrPromise
    form_class: Callable[..., forms.Form] | None = None
    initial: dict[str, Any] = dataclasses.field(default_factory=dict)
    text: _StrOrPromise = ""
    kind: str = "primary"
    form: forms.Form | None = None
    upload: bool = False

    def bind(self, request: HttpRequest) -> None:
        """Make the form, with what was sent if it was this one."""
        if self.form_class:
            mine = self.name in request.POST
            given = (request.POST, request.FILES) if mine else (None, None)
            self.form = self.form_class(*given, initial=self.initial, auto_id=f"id_{self.name}_%s")


@dataclasses.dataclass(frozen=True)
class Row:
    """A fact: its label, its value and, if it has a page, its address."""

    label: _StrOrPromise
    value: object
    url: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of the same kind; the first cell of each names it and leads to `urls`' address, if there is one."""

    title: _StrOrPromise
    headers: Sequence[_StrOrPromise]
    rows: Sequence[tuple[str, Sequence[object]]]
    empty: _StrOrPromise = ""


@dataclasses.dataclass
class Record:
    """What the page of a row shows."""

    subject: Any
    title: _StrOrPromise
    back: tuple[str, _StrOrPromise]
    rows: Sequence[Row]
    acts: Sequence[Act] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[_StrOrPromise] = ()
    lead: _StrOrPromise = ""


def state_kind(status: str) -> str:
    """Say which shape a status is shown with."""
    return KINDS.get(status, "wait")


def show(request: HttpRequest, record: Record) -> HttpResponse:
    """Show a record; a POST does the act it names. A refusal is shown in its form, or as a message."""
    for act in record.acts:
        act.bind(request)
    wrong = False
    if request.method == "POST":
        asked = next((act for act in record.acts if act.name in request.POST), None)
        done = asked is None or _do(request, asked)
        if done:
            return HttpResponseRedirect(request.path)
        wrong = True
    subject = record.subject
    context = {
        "record": record,
        "state": subject.get_status_display(),
        "state_kind": state_kind(subject.status),
        "events": _events(subject),
    }
    return render(request, "payments/record.html", context, status=422 if wrong else 200)


def _do(request: HttpRequest, act: Act) -> bool:
    """Do an act; False when its form has to be shown again."""
    if act.form:
        if not done(act.form, lambda: act.deed(dict(act.form.cleaned_data) if act.form else {})):
            return False
    else:
        try:
            act.deed({})
        except NotAllowed:
            raise
        except Refused as refused:
            messages.error(request, str(refused))
            return True
    messages.success(request, str(act.said))
    return True


def _events(subject: Any) -> Iterable[dict[str, object]]:
    labels = dict(type(subject)._meta.get_field("status").flatchoices)  # noqa: SLF001 - the model's own words
    return [
        {
            "at": event.at,
            "label": labels.get(event.to_status, event.to_status),
            "by": event.by,
            "why": event.why,
        }
        for event in subject.events.select_related("by")
    ]
