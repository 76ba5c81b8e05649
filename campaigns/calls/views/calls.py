from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.permissions import is_person
from campaigns.calls.enums import CallStatus
from campaigns.calls.permissions import can_see_call, can_write_calls
from campaigns.calls.selectors.cards import application_badge, call_badge, call_cards
from campaigns.calls.selectors.reads import (
    call_rule,
    call_with_terms,
    calls_seen_by,
    extensions,
    my_applications,
    ranking,
)
from campaigns.calls.selectors.words import call_in_words, rule_in_words
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.calls.models import Call


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """List the calls, those that still take applications first."""
    now = clock.now()
    seen = call_cards(calls_seen_by(request.user), now)
    context = {
        "open_calls": [card for card in seen if card["badge"]["kind"] == "ok"],
        "other_calls": [card for card in seen if card["badge"]["kind"] != "ok"],
    }
    return render(request, "campaigns/calls/call_list.html", context)


@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a call: what for, who may apply, until when, the rule in words and as data, the ranking."""
    now = clock.now()
    shown: Call = get_object_or_404(call_with_terms(slug))
    if not can_see_call(request.user, shown):
        raise Http404
    mine = my_applications(request.user, shown) if is_person(request.user) else []
    context = {
        "call": shown,
        "badge": call_badge(shown, now),
        "is_open": shown.status == "published" and shown.opens_at <= now < shown.closes_at,
        "who_may_apply": call_in_words(shown),
        "rule_sentences": rule_in_words(shown.rule),
        "rule_json": json.dumps(call_rule(shown), ensure_ascii=False, indent=2),
        "ranking": [(one, application_badge(one)) for one in ranking(shown)],
        "mine": [(one, application_badge(one)) for one in mine],
        "may_write": can_write_calls(request.user),
        "may_extend": can_write_calls(request.user) and shown.status == CallStatus.PUBLISHED,
        "extensions": extensions(shown),
        "pictures": shown.pictures.all(),
        "documents": shown.documents.all(),
    }
    return render(request, "campaigns/calls/call_detail.html", context)
