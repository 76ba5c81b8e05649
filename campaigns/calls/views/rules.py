from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_see_officer_desk, require
from campaigns.calls.enums import RuleKind
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.forms.rules import RuleForm, rule_initial
from campaigns.calls.models import MatchRule
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.reads import is_in_use, rules_with_use
from campaigns.calls.selectors.words import rule_in_words
from campaigns.calls.services.rules import create_rule, edit_rule, new_rule_version
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """List every version of every rule, with whether a published call uses it."""
    require(can_see_officer_desk(request.user))
    context = {
        "rules": [(rule, rule_in_words(rule)[:2]) for rule in rules_with_use()],
        "kinds": RuleKind.choices,
        "may_write": can_write_calls(request.user),
    }
    return render(request, "campaigns/calls/rule_list.html", context)


@login_required
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version in words and as data, and the calls that use it."""
    require(can_see_officer_desk(request.user))
    shown = get_object_or_404(MatchRule, pk=pk)
    context = {
        "rule": shown,
        "sentences": rule_in_words(shown),
        "rule_json": json.dumps(shown.as_data, ensure_ascii=False, indent=2),
        "calls": shown.calls.all(),
        "in_use": is_in_use(shown),
        "may_write": can_write_calls(request.user),
    }
    return render(request, "campaigns/calls/rule_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def rule_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Create a rule of one kind."""
    require(can_write_calls(request.user))
    if kind not in RuleKind.values:
        raise Http404
    form = RuleForm(request.POST or None, kind=RuleKind(kind))
    if request.method == "POST" and form.is_valid():
        try:
            made = create_rule(
                name=form.cleaned_data["name"],
                kind=kind,
                data=form.data_given(),
                **form.beside(),
                by=request.user,
                now=clock.now(),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The rule is there."))
            return redirect("rule", pk=made.pk)
    context = {"form": form, "kind_label": RuleKind(kind).label}
    return render(request, "campaigns/calls/rule_form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a version that no published call uses."""
    return _written_over(request, pk, edit_rule, _("The rule is saved."))


@login_required
@require_http_methods(["GET", "POST"])
def rule_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the next version of a rule, starting from this one."""
    return _written_over(request, pk, new_rule_version, _("The new version is there."))


def _written_over(request: HttpRequest, pk: int, deed: Callable[..., MatchRule], done: str) -> HttpResponse:
    require(can_write_calls(request.user))
    shown = get_object_or_404(MatchRule, pk=pk)
    kind = RuleKind(shown.kind)
    form = RuleForm(request.POST or None, kind=kind, named=False, initial=rule_initial(shown))
    if request.method == "POST" and form.is_valid():
        try:
            made = deed(
                rule=shown,
                data=form.data_given(shown.data),
                **form.beside(),
                by=request.user,
                now=clock.now(),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, done)
            return redirect("rule", pk=made.pk)
    context = {"form": form, "rule": shown, "kind_label": kind.label, "editing": deed is edit_rule}
    return render(request, "campaigns/calls/rule_form.html", context)
