import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import override

from accounts.enums import OrganisationKind, Role, TeamRole
from accounts.notices.models import Notice
from campaigns.calls.enums import ApplicationStatus
from campaigns.calls.models import Application
from campaigns.calls.selectors.desk import office_tasks, team_tasks
from campaigns.calls.services.applications import (
    apply_to_call,
    edit_application,
    submit_application,
    withdraw_application,
)
from campaigns.calls.services.decisions import (
    admit_application,
    mark_eligible_not_funded,
    reject_application,
)
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.signals import application_admitted
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from crowdfund.kit.states import IllegalTransition
from tests import world
from tests.campaigns import calling
from tests.world import NOW

pytestmark = pytest.mark.django_db
TEXTS = {"motivation": "Perché serve.", "plan": "Corsi."}


@pytest.fixture
def owner():
    return world.person("Owner")


def codes(caught):
    problems = caught.value.problems if isinstance(caught.value, Several) else [caught.value]
    return [(problem.code, problem.field) for problem in problems]


@pytest.mark.parametrize("role", [TeamRole.OWNER, TeamRole.EDITOR])
def test_owners_and_editors_apply_edit_submit_and_withdraw(role):
    project = world.project()
    person = calling.member(project.organisation, role)
    application = apply_to_call(
        call=calling.call(), project=project, cost_cents=1_000_000, **TEXTS, by=person, now=NOW
    )
    edit_application(application=application, cost_cents=900_000, **TEXTS, by=person, now=NOW)
    assert application.cost_cents == 900_000
    submit_application(application=application, by=person, now=NOW)
    assert (application.status, application.submitted_at) == (ApplicationStatus.SUBMITTED, NOW)
    withdraw_application(application=application, why="Ci ripensiamo", by=person, now=NOW)
    assert list(application.events.values_list("to_status", "why", "by")) == [
        ("draft", "", person.pk),
        ("submitted", "", person.pk),
        ("withdrawn", "Ci ripensiamo", person.pk),
    ]


def strangers(organisation):
    return [
        AnonymousUser(),
        world.person(),
        calling.member(organisation, TeamRole.ACCOUNTANT),
        calling.officer(),
        world.staff(Role.APPROVER),
    ]


def test_nobody_else_writes_an_application(owner):
    application = calling.application(owner, submitted=False)
    other = world.project(owner)
    before = calling.statuses()
    for person in [*strangers(application.project.organisation), *strangers(other.organisation)]:
        given = {"by": person, "now": NOW}
        for deed in (
            lambda given=given: apply_to_call(call=application.call, project=other, cost_cents=5, **given),
            lambda given=given: edit_application(application=application, cost_cents=5, **TEXTS, **given),
            lambda given=given: submit_application(application=application, **given),
            lambda given=given: withdraw_application(application=application, **given),
        ):
            with pytest.raises(NotAllowed):
                deed()
    assert calling.statuses() == before


@pytest.mark.parametrize("when", ["draft", "early", "late", "closed"])
def test_a_call_that_takes_no_applications_gets_none(owner, when):
    project = world.project(owner)
    call = calling.call(published=when != "draft", opens_at=NOW)
    moments = {"early": NOW - dt.timedelta(seconds=1), "late": call.closes_at, "closed": call.closes_at}
    codes_of = {"draft": "call_not_published", "early": "call_not_open_yet"}
    with pytest.raises(Refused) as caught:
        apply_to_call(call=call, project=project, cost_cents=1_000_000, by=owner, now=moments.get(when, NOW))
    assert caught.value.code == codes_of.get(when, "call_over")
    assert not Application.objects.exists()


def test_a_draft_is_not_edited_or_submitted_after_the_window(owner):
    application = calling.application(owner, submitted=False)
    late = application.call.closes_at
    for deed in (
        lambda: submit_application(application=application, by=owner, now=late),
        lambda: edit_application(application=application, cost_cents=5_000, **TEXTS, by=owner, now=late),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "call_over"
    assert Application.objects.get().status == ApplicationStatus.DRAFT


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"cost_cents": 1_999_999}, ("cost_too_low", "cost_cents")),
        ({"cost_cents": 8_000_001}, ("cost_too_high", "cost_cents")),
        ({"cost_cents": 0}, ("amount_too_small", "cost_cents")),
        ({"cost_cents": 2_000_000.5}, ("not_cents", "cost_cents")),
        ({"cost_cents": 2_000_000, "goal_cents": 799_999}, ("goal_below_threshold", "goal_cents")),
        ({"cost_cents": 2_000_000, "goal_cents": 2_000_001}, ("goal_above_cost", "goal_cents")),
        ({"cost_cents": 2_000_000, "other_source_cents": 5}, ("source_unnamed", "other_source")),
        (
            {"cost_cents": 2_000_000, "other_source": "x" * 161, "other_source_cents": 5},
            ("max_length", "other_source"),
        ),
    ],
)
def test_a_cost_or_goal_outside_the_calls_terms_is_refused(owner, fields, found):
    call = calling.call(cost_min_cents=2_000_000, cost_max_cents=8_000_000)
    with pytest.raises(Refused) as caught:
        apply_to_call(call=call, project=world.project(owner), **fields, by=owner, now=NOW)
    assert codes(caught) == [found]
    assert not Application.objects.exists()


def test_an_excluded_neighbourhood_is_refused(owner):
    call = calling.call(excluded_neighbourhoods=[world.neighbourhood("Centro")])
    project = world.project(owner, neighbourhood=world.neighbourhood("Centro"))
    with pytest.raises(Refused) as caught:
        apply_to_call(call=call, project=project, cost_cents=1_000_000, by=owner, now=NOW)
    assert caught.value.code == "place_excluded"
    assert "Centro" in str(caught.value)
    assert not Application.objects.exists()


def test_a_project_applies_once_and_again_after_withdrawing(owner):
    first = calling.application(owner)
    given = {"call": first.call, "project": first.project, "cost_cents": 500_000, "by": owner, "now": NOW}
    with pytest.raises(Refused) as caught:
        apply_to_call(**given)
    assert caught.value.code == "already_applied"
    assert Application.objects.count() == 1
    withdraw_application(application=first, by=owner, now=NOW)
    assert apply_to_call(**given).status == ApplicationStatus.DRAFT


def test_a_submitted_application_is_not_changed(owner):
    application = calling.application(owner)
    with pytest.raises(Refused) as caught:
        edit_application(application=application, cost_cents=5, **TEXTS, by=owner, now=NOW)
    assert caught.value.code == "application_submitted"
    with pytest.raises(IllegalTransition):
        submit_application(application=application, by=owner, now=NOW)


def test_submitting_names_everything_that_is_missing(owner):
    organisation = world.organisation(owner, tax_code="")
    project = world.project(organisation=organisation, story=" ")
    application = calling.application(owner, project=project, submitted=False, motivation="", plan=" ")
    with pytest.raises(Several) as caught:
        submit_application(application=application, by=owner, now=NOW)
    assert codes(caught) == [
        ("motivation_missing", "motivation"),
        ("plan_missing", "plan"),
        ("story_missing", "project"),
        ("tax_code_missing", "organisation"),
    ]
    assert Application.objects.get().status == ApplicationStatus.DRAFT
    assert not Notice.objects.exists()


def test_an_informal_group_needs_no_tax_code(owner):
    organisation = world.organisation(owner, tax_code="", kind=OrganisationKind.INFORMAL)
    application = calling.application(owner, project=world.project(organisation=organisation))
    assert application.status == ApplicationStatus.SUBMITTED


def test_a_cost_that_nobody_covers_needs_another_source(owner):
    """€ 150,000: the cap leaves 60,000 of match; a goal of 70,000 leaves 20,000 unpaid."""
    given = {"cost_cents": 15_000_000, "goal_cents": 7_000_000}
    application = calling.application(owner, submitted=False, **given)
    with override("it"), pytest.raises(Refused) as caught:
        submit_application(application=application, by=owner, now=NOW)
    assert codes(caught) == [("cost_not_covered", "goal_cents")]
    assert "20.000" in str(caught.value)
    edit_application(
        application=application,
        **given,
        **TEXTS,
        other_source="Fondazione di quartiere",
        other_source_cents=2_000_000,
        by=owner,
        now=NOW,
    )
    submit_application(application=application, by=owner, now=NOW)
    admit_application(application=application, reason="Buono.", by=calling.officer(), now=NOW)
    assert application.campaign.goal_cents == 7_000_000


def test_the_team_is_told_once_each_in_their_language(owner):
    owner.language = "en"
    owner.save(update_fields=["language"])
    project = world.project(owner)
    editor = calling.member(project.organisation, TeamRole.EDITOR)
    calling.member(project.organisation, TeamRole.ACCOUNTANT)
    application = calling.application(owner, project=project)
    notices = Notice.objects.filter(event="application_received").order_by("email")
    assert {(one.email, one.language) for one in notices} == {(owner.email, "en"), (editor.email, "it")}
    assert all("/en/" in one.context["action_url"] for one in notices if one.language == "en")
    reject_application(application=application, reason="Manca il piano.", by=calling.officer(), now=NOW)
    assert Notice.objects.filter(event="application_rejected").count() == 2


@pytest.fixture
def reserved():
    """What is heard of admissions, beside matching that really reserves."""
    heard = []

    def hear(sender, application, by, now, **_rest):
        heard.append((application.pk, application.status, application.campaign.goal_cents, by, now))

    application_admitted.connect(hear)
    yield heard
    application_admitted.disconnect(hear)


def test_admitting_makes_the_campaign_and_announces_it(owner, reserved):
    officer = calling.officer()
    application = calling.application(owner, call=calling.call(campaign_days=45), cost_cents=15_000_000)
    admit_application(application=application, reason="Porta servizi dove mancano.", by=officer, now=NOW)
    campaign = application.campaign
    assert (campaign.status, campaign.cost_cents, campaign.goal_cents, campaign.days) == (
        CampaignStatus.DRAFT,
        15_000_000,
        9_000_000,  # cost less the capped match; the threshold would be 6,000,000
        45,
    )
    assert reserved == [(application.pk, ApplicationStatus.ADMITTED, 9_000_000, officer, NOW)]
    assert (application.decided_at, application.decision_reason) == (NOW, "Porta servizi dove mancano.")
    assert Notice.objects.filter(event="application_admitted").count() == 1
    with pytest.raises(IllegalTransition):
        admit_application(application=application, reason="Ancora.", by=officer, now=NOW)
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(("bearer", "borne"), [("campaign", True), ("call", False)])
def test_the_rule_says_who_bears_the_fees(owner, bearer, borne):
    rule = calling.rule(data=calling.DATA | {"fee_bearer": bearer})
    application = calling.application(owner, call=calling.call(rule=rule))
    admit_application(application=application, reason="Buono.", by=calling.officer(), now=NOW)
    assert application.campaign.fees_borne_by_campaign is borne


def test_an_empty_pot_undoes_the_admission(owner):
    """Two projects of € 10,000 may each draw € 6,000: a pot of € 11,999.99 carries the first alone."""
    officer = calling.officer()
    call = calling.call(pot_cents=1_199_999)
    first, second = calling.application(owner, call=call), calling.application(owner, call=call)
    admit_application(application=first, reason="Buono.", by=officer, now=NOW)
    with pytest.raises(Refused) as caught:
        admit_application(application=second, reason="Buono.", by=officer, now=NOW)
    assert str(caught.value)
    second.refresh_from_db()
    assert (second.status, second.campaign, second.decision_reason) == ("submitted", None, "")
    assert list(Campaign.objects.all()) == [Application.objects.get(pk=first.pk).campaign]
    assert Notice.objects.filter(event="application_admitted").count() == 1
    assert call.funds.get().free_cents == 599_999


def test_eligible_not_funded_may_be_admitted_later(owner, reserved):
    officer = calling.officer()
    application = calling.application(owner)
    mark_eligible_not_funded(application=application, reason="Fondo esaurito.", by=officer, now=NOW)
    assert application.status == ApplicationStatus.ELIGIBLE_NOT_FUNDED
    admit_application(application=application, reason="Si è liberato il fondo.", by=officer, now=NOW)
    assert application.status == ApplicationStatus.ADMITTED


def test_a_project_with_a_campaign_under_way_is_not_admitted(owner, reserved):
    application = calling.application(owner)
    world.campaign(project=application.project)
    with pytest.raises(Refused) as caught:
        admit_application(application=application, reason="Buono.", by=calling.officer(), now=NOW)
    assert caught.value.code == "campaign_open"
    assert Application.objects.get().status == ApplicationStatus.SUBMITTED
    assert not reserved


def test_only_an_officer_from_outside_decides(owner, reserved):
    application = calling.application(owner)
    insider = calling.officer()
    organisation = application.project.organisation
    organisation.memberships.create(user=insider, role=TeamRole.ACCOUNTANT, since=NOW)
    people = [
        AnonymousUser(),
        owner,
        calling.member(organisation, TeamRole.EDITOR),
        world.person(),
        world.staff(Role.APPROVER, Role.AUDITOR),
        insider,
    ]
    for person in people:
        for deed in (admit_application, reject_application, mark_eligible_not_funded):
            with pytest.raises(NotAllowed):
                deed(application=application, reason="Sì.", by=person, now=NOW)
    application.refresh_from_db()
    assert (application.status, application.decision_reason) == (ApplicationStatus.SUBMITTED, "")
    assert not reserved


@pytest.mark.parametrize("deed", [admit_application, reject_application, mark_eligible_not_funded])
def test_a_decision_needs_a_reason_and_a_submitted_application(owner, deed):
    officer = calling.officer()
    application = calling.application(owner)
    with pytest.raises(Invalid) as caught:
        deed(application=application, reason="  ", by=officer, now=NOW)
    assert caught.value.code == "reason_missing"
    draft = calling.application(owner, call=application.call, submitted=False)
    with pytest.raises(IllegalTransition):
        deed(application=draft, reason="Sì.", by=officer, now=NOW)
    assert set(Application.objects.values_list("status", flat=True)) == {"submitted", "draft"}
    assert not Campaign.objects.exists()


def test_an_admitted_application_is_withdrawn_only_with_its_campaign_cancelled(owner, reserved):
    application = calling.application(owner)
    admit_application(application=application, reason="Buono.", by=calling.officer(), now=NOW)
    with pytest.raises(Refused) as caught:
        withdraw_application(application=application, by=owner, now=NOW)
    assert caught.value.code == "campaign_stands"
    Campaign.objects.update(status=CampaignStatus.CANCELLED)
    application = Application.objects.get()
    withdraw_application(application=application, by=owner, now=NOW)
    assert application.status == ApplicationStatus.WITHDRAWN


def test_the_desks_say_what_is_to_be_done(owner):
    officer = calling.officer()
    draft = calling.application(owner, submitted=False)
    submitted = calling.application(owner, call=draft.call)
    calling.call(published=False, title="Prossimo bando")
    assert [(task.subject, task.due_at) for task in team_tasks(owner, NOW)] == [
        (f"{draft.project.title} · Bando 2026", draft.call.closes_at)
    ]
    assert [task.subject for task in office_tasks(officer, NOW)] == [
        submitted.project.title,
        "Prossimo bando",
    ]
    late = draft.call.closes_at
    assert not list(team_tasks(owner, late))
    assert [task.subject for task in office_tasks(officer, late)][-1] == "Bando 2026"
    assert not list(office_tasks(owner, NOW))
    assert not list(team_tasks(officer, NOW))
