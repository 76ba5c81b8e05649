import datetime as dt

import pytest

from accounts.enums import Role
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Call, Programme
from campaigns.calls.selectors.reads import call_rule
from campaigns.calls.selectors.words import call_in_words
from campaigns.calls.services.calls import close_call, draft_call, edit_call, publish_call
from campaigns.calls.services.editions import load_edition_rules, load_programme_sheet, published_sheet
from campaigns.calls.services.programmes import create_programme, edit_programme
from campaigns.signals import call_publishing
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from crowdfund.kit.states import IllegalTransition
from tests import world
from tests.campaigns import calling
from tests.world import NOW

pytestmark = pytest.mark.django_db


def found_by(caught):
    problems = caught.value.problems if isinstance(caught.value, Several) else [caught.value]
    return {(problem.code, problem.field) for problem in problems}


def test_an_officer_writes_a_programmes_sheet():
    officer = calling.officer()
    programme = create_programme(sheet=calling.sheet(cup="B49D16010990006"), by=officer, now=NOW)
    later = NOW + dt.timedelta(days=1)
    edit_programme(programme=programme, sheet=calling.sheet(title="Altro titolo"), by=officer, now=later)
    assert (programme.title, programme.slug, programme.cup) == ("Altro titolo", "quartieri-che-fanno", "")
    assert programme.updated_at == later


def test_a_wrong_sheet_is_refused_with_every_problem():
    officer = calling.officer()
    with pytest.raises(Several) as caught:
        create_programme(sheet=calling.sheet(title="", cup="B49", code="x" * 21), by=officer, now=NOW)
    assert {field for _code, field in found_by(caught)} == {"title", "cup", "code"}
    with pytest.raises(Invalid) as reversed_:
        create_programme(sheet=calling.sheet(ends_on=dt.date(2025, 1, 1)), by=officer, now=NOW)
    assert found_by(reversed_) == {("dates_reversed", "ends_on")}
    create_programme(sheet=calling.sheet(), by=officer, now=NOW)
    with pytest.raises(Invalid) as twice:
        create_programme(sheet=calling.sheet(), by=officer, now=NOW)
    assert found_by(twice) == {("code_taken", "code")}
    assert Programme.objects.count() == 1


@pytest.mark.parametrize("roles", [[], [Role.APPROVER], [Role.AUDITOR], [Role.ANIMATOR]])
def test_only_an_officer_writes_programmes_and_calls(roles):
    person = world.staff(*roles)
    draft, public = calling.call(published=False), calling.call(title="Altro")
    programme = draft.programme
    before = calling.statuses(), list(Programme.objects.values())
    given = {"by": person, "now": NOW}
    terms = calling.terms(rule=draft.rule)
    deeds = [
        lambda: create_programme(sheet=calling.sheet(code="Z"), **given),
        lambda: edit_programme(programme=programme, sheet=calling.sheet(title="Z"), **given),
        lambda: draft_call(terms=terms, **given),
        lambda: edit_call(call=draft, terms=terms, **given),
        lambda: publish_call(call=draft, **given),
        lambda: close_call(call=public, **given),
        lambda: load_programme_sheet(**given),
        lambda: load_edition_rules(**given),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()
    assert (calling.statuses(), list(Programme.objects.values())) == before


def test_a_draft_is_changed_until_it_is_published():
    officer = calling.officer()
    call = calling.call(published=False)
    barona = world.neighbourhood()
    terms = calling.terms(officer, rule=call.rule, title="Nuovo", excluded_neighbourhoods=[barona])
    edit_call(call=call, terms=terms, by=officer, now=NOW)
    assert (call.title, call.slug) == ("Nuovo", "bando-2026")
    assert list(call.excluded_neighbourhoods.all()) == [barona]
    publish_call(call=call, by=officer, now=NOW)
    with pytest.raises(Refused) as caught:
        edit_call(call=call, terms=calling.terms(officer, rule=call.rule), by=officer, now=NOW)
    assert caught.value.code == "call_published"
    assert Call.objects.get().title == "Nuovo"


def test_a_wrong_call_is_refused_with_every_problem():
    officer = calling.officer()
    rule = calling.rule(officer)
    wrong = {
        "title": " ",
        "pot_cents": 0,
        "campaign_days": 181,
        "cost_min_cents": 8_000_000,
        "cost_max_cents": 2_000_000,
        "closes_at": NOW - dt.timedelta(days=2),
    }
    with pytest.raises(Several) as caught:
        draft_call(terms=calling.terms(officer, rule=rule, **wrong), by=officer, now=NOW)
    assert {field for _code, field in found_by(caught)} == {
        "title",
        "pot_cents",
        "campaign_days",
        "cost_max_cents",
        "closes_at",
    }
    assert not Call.objects.exists()


@pytest.mark.parametrize("amount", [True, 10.5, "100", -1])
def test_an_amount_is_whole_cents(amount):
    officer = calling.officer()
    with pytest.raises(Invalid):
        draft_call(terms=calling.terms(officer, pot_cents=amount), by=officer, now=NOW)
    assert not Call.objects.exists()


def test_a_cap_below_the_share_of_the_smallest_cost_is_found_on_the_call():
    officer = calling.officer()
    rule = calling.rule(officer, data=calling.DATA | {"match_cap_cents": 1_000_000})
    with pytest.raises(Invalid) as caught:
        draft_call(terms=calling.terms(officer, rule=rule, cost_min_cents=2_000_000), by=officer, now=NOW)
    assert found_by(caught) == {("cap_below_minimum", "rule")}


def test_publishing_is_announced_once_and_undone_when_a_hearer_refuses():
    officer = calling.officer()
    call = calling.call(published=False)
    heard = []

    def hear(sender, call, by, now, **_rest):
        heard.append((call.pk, call.status, by, now))
        if len(heard) == 1:
            raise Refused("no_money", "The programme has no money left.")

    call_publishing.connect(hear)
    try:
        with pytest.raises(Refused):
            publish_call(call=call, by=officer, now=NOW)
        assert Call.objects.get().status == CallStatus.DRAFT
        publish_call(call=call, by=officer, now=NOW)
        with pytest.raises(IllegalTransition):
            publish_call(call=call, by=officer, now=NOW)
    finally:
        call_publishing.disconnect(hear)
    assert heard == [(call.pk, CallStatus.PROPOSED, officer, NOW)] * 2
    assert call.status == CallStatus.PROPOSED
    assert list(call.events.values_list("to_status", flat=True)) == ["draft", "proposed"]


def test_a_call_whose_window_is_over_is_not_published():
    officer = calling.officer()
    call = calling.call(published=False)
    with pytest.raises(Refused) as caught:
        publish_call(call=call, by=officer, now=call.closes_at)
    assert caught.value.code == "window_over"
    assert Call.objects.get().status == CallStatus.DRAFT


def test_a_call_is_closed_when_its_window_is_over_not_before():
    officer = calling.officer()
    call = calling.call()
    with pytest.raises(Refused) as caught:
        close_call(call=call, by=officer, now=NOW)
    assert caught.value.code == "window_open"
    close_call(call=call, by=officer, now=call.closes_at)
    assert Call.objects.get().status == CallStatus.CLOSED


def test_the_rule_of_a_call_is_its_data_under_the_calls_terms():
    officer = calling.officer()
    rule = calling.rule(
        officer, name="Milano", data=calling.DATA | {"cost_min_cents": 1, "project_months_max": 12}
    )
    call = calling.call(
        rule=rule,
        cost_min_cents=2_000_000,
        project_months_max=6,
        excluded_neighbourhoods=[world.neighbourhood()],
        campaign_days=45,
    )
    data = call_rule(call)
    assert data == {
        "kind": "threshold_share",
        **calling.DATA,
        "project_months_max": 6,
        "name": "Milano v1",
        "cost_min_cents": 2_000_000,
        "cost_max_cents": None,
        "campaign_days": 45,
        "excluded_zones": ["Barona"],
        "pot_cents": 55_000_000,
        "on_shortfall": "proceed",
        "recovery_days": 7,
    }
    from django.utils.translation import override

    with override("en"):
        assert call_in_words(call) == [
            "For projects that cost at least €20,000.",
            "Not for projects in Barona.",
            "A campaign lasts 45 days.",
            "The project is carried out within 6 months.",
            "The city has put aside €550,000 for this call.",
        ]


def test_the_published_sheet_and_editions_load_once():
    officer = calling.officer()
    programme = load_programme_sheet(by=officer, now=NOW)
    rules = load_edition_rules(by=officer, now=NOW)
    assert (programme.code, programme.cup, programme.rup) == (
        "MI3.3.1.d",
        "B49D16010990006",
        "D'Elia Annibale",
    )
    assert (programme.starts_on, programme.ends_on) == (dt.date(2016, 12, 1), dt.date(2021, 12, 1))
    shares = [
        (rule.name, rule.data["crowd_threshold_percent"], rule.data["match_share_percent"]) for rule in rules
    ]
    assert [share[1:] for share in shares] == [(50, 50), (40, 60), (40, 60), (50, 50)]
    assert rules[1].data["match_cap_cents"] == 6_000_000
    assert published_sheet()["financial_progress_cents"]["legally_bound"] == 159_049_100
    assert load_programme_sheet(by=officer, now=NOW) == programme
    assert load_edition_rules(by=officer, now=NOW) == rules


def test_the_command_loads_in_an_officers_name(capsys):
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError, match="Nobody here"):
        call_command("load_editions", "nobody@example.org")
    with pytest.raises(CommandError):
        call_command("load_editions", world.person().email)
    assert not Programme.objects.exists()
    call_command("load_editions", calling.officer().email)
    assert Programme.objects.get().code in capsys.readouterr().out
