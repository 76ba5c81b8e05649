"""Write a call, publish it, close it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import CALL_TRANSITIONS, CallStatus
from campaigns.calls.formula import check_rule
from campaigns.calls.models import Call, MatchRule
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.words import problem_in_words
from campaigns.calls.services.checks import cents_problems, field_problems, free_slug
from campaigns.signals import call_publishing
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from accounts.places.models import Neighbourhood
    from campaigns.calls.models import Programme


@dataclasses.dataclass(frozen=True, kw_only=True)
class Terms:
    """What a call says; amounts in whole cents, times aware. Applications count from `opens_at` until `closes_at`."""

    programme: Programme
    title: str
    summary: str
    text: str
    rule: MatchRule
    pot_cents: int
    opens_at: dt.datetime
    closes_at: dt.datetime
    campaign_days: int = 60
    cost_min_cents: int | None = None
    cost_max_cents: int | None = None
    excluded_neighbourhoods: Sequence[Neighbourhood] = ()
    account_holder: Organisation | None = None


COLUMNS = [field.name for field in dataclasses.fields(Terms) if field.name != "excluded_neighbourhoods"]
LONGEST_CAMPAIGN_DAYS = 180
ON_THE_CALL = frozenset({"cost_min_cents", "cost_max_cents"})


def draft_call(*, terms: Terms, by: Visitor, now: dt.datetime) -> Call:
    """Draft a call. Raises `NotAllowed` unless `by` is an officer; `Invalid`, or `Several` with every problem."""
    require(can_write_calls(by))
    call = Call(created_at=now)
    _write(call, terms)
    with transaction.atomic():
        call.slug = free_slug(Call, call.title, fallback="bando")
        call.save(force_insert=True)
        call.excluded_neighbourhoods.set(terms.excluded_neighbourhoods)
        states.record_birth(call, now=now, by=by)
    return call


def edit_call(*, call: Call, terms: Terms, by: Visitor, now: dt.datetime) -> Call:
    """Change a draft; its address stays. Raises `Refused` (`call_published`) once published, else as `draft_call`."""
    require(can_write_calls(by))
    with transaction.atomic():
        locked = Call.objects.select_for_update().get(pk=call.pk)
        if locked.status != CallStatus.DRAFT:
            raise Refused(
                "call_published",
                _("Only a draft is changed: applicants rely on a call once it is published."),
            )
        _write(locked, terms)
        locked.save(update_fields=COLUMNS)
        locked.excluded_neighbourhoods.set(terms.excluded_neighbourhoods)
    call.refresh_from_db()
    return call


def publish_call(*, call: Call, by: Visitor, now: dt.datetime) -> Call:
    """Hand a draft over for publication: it is published, for good, once another person has approved its pot.

    Whoever hears `call_publishing` proposes the pot, or the whole deed is undone. Raises `NotAllowed`;
    `IllegalTransition` when it is no draft; `Refused` (`window_over`); `Invalid` or `Several` when rule and terms do
    not fit; and what the hearers of the signal raise.
    """
    require(can_write_calls(by))
    with transaction.atomic():
        fresh = _locked(call)
        raise_all(publishing_problems(fresh, now=now))
        states.advance(fresh, CallStatus.PROPOSED, table=CALL_TRANSITIONS, now=now, by=by)
        call_publishing.send(sender=Call, call=fresh, by=by, now=now)
    call.refresh_from_db()
    return call


def _locked(call: Call) -> Call:
    fresh = Call.objects.select_for_update().get(pk=call.pk)
    fresh.rule = MatchRule.objects.select_for_update().get(pk=fresh.rule_id)  # nobody edits it from here on
    return fresh


def open_call(*, call: Call, by: Visitor, now: dt.datetime) -> None:
    """Publish a call whose pot was set aside. For who decides on the pot, inside that transaction.

    Raises as `publish_call`, without the signal.
    """
    fresh = _locked(call)
    raise_all(publishing_problems(fresh, now=now))
    states.advance(fresh, CallStatus.PUBLISHED, table=CALL_TRANSITIONS, now=now, by=by)


def send_back_call(*, call: Call, why: str, by: Visitor, now: dt.datetime) -> None:
    """Make a call a draft again because its pot was refused. For who decides on the pot, inside that transaction."""
    states.advance(_locked(call), CallStatus.DRAFT, table=CALL_TRANSITIONS, now=now, by=by, why=why[:200])


def add_to_pot(*, call: Call, cents: int) -> None:
    """Say that a call's pot is larger. For who decides on the pot, inside the transaction that sets the money aside."""
    Call.objects.filter(pk=call.pk).update(pot_cents=F("pot_cents") + cents)


def close_call(*, call: Call, by: Visitor, now: dt.datetime) -> Call:
    """Close a published call once its window is over. Applications already in can still be decided.

    Raises `NotAllowed`, `IllegalTransition`, `Refused` (`window_open`) before its closing time.
    """
    require(can_write_calls(by))
    if call.status == CallStatus.PUBLISHED and Call.objects.filter(pk=call.pk, closes_at__gt=now).exists():
        raise Refused("window_open", _("Applications are still open: the call promises it."))
    states.advance(call, CallStatus.CLOSED, table=CALL_TRANSITIONS, now=now, by=by)
    return call


def publishing_problems(call: Call, *, now: dt.datetime) -> list[Refused]:
    """Return all that keeps a call from being published."""
    problems = [*_own_problems(call), *_fit_problems(call)]
    if not Call.objects.filter(pk=call.pk, closes_at__gt=now).exists():
        problems.append(Refused("window_over", _("The closing time is already over."), field="closes_at"))
    return problems


def _write(call: Call, terms: Terms) -> None:
    for name in COLUMNS:
        value = getattr(terms, name)
        setattr(call, name, value.strip() if isinstance(value, str) else value)
    raise_all([*_own_problems(call), *_fit_problems(call)])


def _own_problems(call: Call) -> list[Refused]:
    problems = field_problems(call, ["title", "summary", "text", "opens_at", "closes_at"])
    problems += cents_problems({"pot_cents": call.pot_cents}, least=1)
    problems += cents_problems({"cost_min_cents": call.cost_min_cents, "cost_max_cents": call.cost_max_cents})
    if type(call.campaign_days) is not int or not 1 <= call.campaign_days <= LONGEST_CAMPAIGN_DAYS:
        sentence = _("A campaign lasts from 1 to %(most)s days.")
        most = LONGEST_CAMPAIGN_DAYS
        problems.append(Invalid("days_out_of_range", sentence, field="campaign_days", most=most))
    if call.closes_at <= call.opens_at:
        sentence = _("Applications can't close before they open.")
        problems.append(Invalid("window_reversed", sentence, field="closes_at"))
    return problems


def _fit_problems(call: Call) -> list[Refused]:
    """Hold the rule and the terms together: what is wrong with the rule's own numbers shows at the field `rule`."""
    data = {**call.rule.as_data, "cost_min_cents": call.cost_min_cents, "cost_max_cents": call.cost_max_cents}
    return [
        problem_in_words(problem, problem.field if problem.field in ON_THE_CALL else "rule")
        for problem in check_rule(data)
    ]
