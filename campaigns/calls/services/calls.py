"""Write a call, publish it, close it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from accounts.permissions import require
from campaigns.calls.enums import CALL_TRANSITIONS, Annex, CallStatus
from campaigns.calls.formula import check_rule
from campaigns.calls.models import LONGEST_PROJECT_MONTHS, Call, MatchRule
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.words import problem_in_words
from campaigns.calls.services.checks import cents_problems, field_problems, free_slug
from campaigns.calls.services.windows import Window, session_problems, store_sessions
from campaigns.enums import Theme
from campaigns.signals import call_publishing
from crowdfund.kit import states
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from accounts.places.models import Neighbourhood
    from campaigns.calls.models import Programme


@dataclasses.dataclass(frozen=True, kw_only=True)
class Terms:
    """What a call says; amounts in whole cents, times aware. Applications count from `opens_at` until `closes_at`.

    An empty list of kinds, themes or included neighbourhoods admits all; `asks` names what an application contains
    beside its cost and reasons; without `sessions` the whole window is one.
    """

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
    project_months_max: int | None = None
    organisation_kinds: Sequence[str] = ()
    themes: Sequence[str] = ()
    asks: Sequence[str] = ()
    declaration: str = ""
    included_neighbourhoods: Sequence[Neighbourhood] = ()
    excluded_neighbourhoods: Sequence[Neighbourhood] = ()
    sessions: Sequence[Window] = ()
    questions_until: dt.datetime | None = None
    announced_on: dt.date | None = None
    account_holder: Organisation | None = None


BESIDE = ("included_neighbourhoods", "excluded_neighbourhoods", "sessions")
LISTS = {"organisation_kinds": OrganisationKind, "themes": Theme, "asks": Annex}
COLUMNS = [field.name for field in dataclasses.fields(Terms) if field.name not in BESIDE]
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
        _write_beside(call, terms)
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
        _write_beside(locked, terms)
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
    windows = [
        Window(opens_at=one.opens_at, closes_at=one.closes_at, pot_cents=one.pot_cents)
        for one in call.sessions.all()
    ]
    problems = [*_own_problems(call), *_fit_problems(call), *session_problems(call, windows)]
    if not Call.objects.filter(pk=call.pk, closes_at__gt=now).exists():
        problems.append(Refused("window_over", _("The closing time is already over."), field="closes_at"))
    return problems


def _write(call: Call, terms: Terms) -> None:
    for name in COLUMNS:
        value = getattr(terms, name)
        value = list(value) if name in LISTS else value
        setattr(call, name, value.strip() if isinstance(value, str) else value)
    places = _place_problems(terms)
    raise_all([*_own_problems(call), *_fit_problems(call), *places, *session_problems(call, terms.sessions)])


def _write_beside(call: Call, terms: Terms) -> None:
    call.included_neighbourhoods.set(terms.included_neighbourhoods)
    call.excluded_neighbourhoods.set(terms.excluded_neighbourhoods)
    store_sessions(call, terms.sessions)


def _place_problems(terms: Terms) -> list[Refused]:
    both = {one.pk for one in terms.included_neighbourhoods} & {
        one.pk for one in terms.excluded_neighbourhoods
    }
    names = ", ".join(one.name for one in terms.excluded_neighbourhoods if one.pk in both)
    sentence = _("%(places)s can't be both included and excluded.")
    return (
        [Invalid("included_and_excluded", sentence, field="excluded_neighbourhoods", places=names)]
        if both
        else []
    )


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
    return [*problems, *_choice_problems(call), *_day_problems(call)]


def _choice_problems(call: Call) -> Iterator[Refused]:
    for name, known in LISTS.items():
        for value in set(getattr(call, name)) - set(known.values):
            yield Invalid(
                "unknown_choice", _("“%(value)s” is not one of the choices."), field=name, value=value
            )
    months = call.project_months_max
    if months is not None and (type(months) is not int or not 1 <= months <= LONGEST_PROJECT_MONTHS):
        sentence = _("A project is carried out in 1 to %(most)s months.")
        most = LONGEST_PROJECT_MONTHS
        yield Invalid("months_out_of_range", sentence, field="project_months_max", most=most)


def _day_problems(call: Call) -> Iterator[Refused]:
    if call.questions_until and call.questions_until > call.closes_at:
        sentence = _("Questions can't be asked after applications have closed.")
        yield Invalid("questions_too_late", sentence, field="questions_until")
    if call.announced_on and call.announced_on < call.closes_at.astimezone(CIVIL).date():
        sentence = _("Results can't be announced before applications have closed.")
        yield Invalid("announced_too_early", sentence, field="announced_on")


def _fit_problems(call: Call) -> list[Refused]:
    """Hold the rule and the terms together: what is wrong with the rule's own numbers shows at the field `rule`."""
    data = {**call.rule.as_data, "cost_min_cents": call.cost_min_cents, "cost_max_cents": call.cost_max_cents}
    return [
        problem_in_words(problem, problem.field if problem.field in ON_THE_CALL else "rule")
        for problem in check_rule(data)
    ]
