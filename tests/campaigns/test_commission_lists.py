import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from accounts.enums import Role
from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.calls.services.applications import withdraw_application
from campaigns.calls.services.decisions import admit_application
from campaigns.commission.enums import AppealStatus
from campaigns.commission.formula import lot
from campaigns.commission.models import ListEntry, RankedList
from campaigns.commission.selectors.desk import office_tasks
from campaigns.commission.services.appeals import answer_appeal, file_appeal
from campaigns.commission.services.exclusions import exclude_application, lift_exclusion
from campaigns.commission.services.lists import propose_list, publish_list, return_list
from campaigns.commission.services.sheets import declare, reopen_sheet
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from crowdfund.kit.states import IllegalTransition
from payments.matching.models import MatchFund
from tests import world
from tests.campaigns import calling, scoring
from tests.campaigns.scoring import THEN

pytestmark = pytest.mark.django_db
LARGE, SMALL = 1_000_000, 500_000  # of which the rule matches 60 %


def ranked(points, *, pot=600_000, costs=None, **grid):
    """A list proposed of one application for each pair of points; its commission, its applications."""
    commission = scoring.commission(scoring.call(grid=scoring.terms(**grid), pot_cents=pot))
    costs = costs or [LARGE] * len(points)
    applications = [scoring.apply(commission.call, cost_cents=cost) for cost in costs]
    scoring.scored(commission, dict(zip(applications, points, strict=True)))
    return commission, applications


def states_of(applications):
    for one in applications:
        one.refresh_from_db()
    return [one.status for one in applications]


def entries(made):
    return list(
        made.entries.order_by("row").values_list("rank", "application", "score_hundredths", "outcome")
    )


def test_a_list_is_proposed_by_one_person_and_published_by_another():
    commission, (first, second, low) = ranked([(100, 80), (180, 90), (60, 60)])
    officer = calling.officer()
    made = propose_list(commission=commission, by=officer, now=THEN)
    assert entries(made) == [
        (1, second.pk, 9_000, "ranked"), (2, first.pk, 6_000, "ranked"), (None, low.pk, 4_000, "not_eligible"),
    ]  # fmt: skip
    assert states_of([first, second, low]) == ["submitted"] * 3
    with pytest.raises(NotAllowed):
        publish_list(ranked_list=made, by=officer, now=THEN)
    approver = world.staff(Role.APPROVER)
    publish_list(ranked_list=made, by=approver, now=THEN)
    assert [entry[3] for entry in entries(made)] == ["admitted", "not_funded", "not_eligible"]
    assert states_of([second, first, low]) == ["admitted", "eligible_not_funded", "rejected"]
    assert (made.published_at, made.decided_by) == (THEN, approver)
    assert MatchFund.objects.get().free_cents == 0
    assert low.decision_reason == "Il punteggio è sotto 60,00, il minimo per essere idonei."
    letters = Notice.objects.filter(event__startswith="application_").exclude(event="application_received")
    assert sorted(letters.values_list("event", flat=True)) == [
        "application_admitted", "application_not_funded", "application_rejected",
    ]  # fmt: skip


@pytest.mark.parametrize(("skips", "third"), [(False, "eligible_not_funded"), (True, "admitted")])
def test_what_the_pot_cannot_carry_stops_the_list_unless_the_rule_passes_over(skips, third):
    _commission, applications = ranked(
        [(200, 90), (180, 90), (160, 90)], pot=900_000, costs=[LARGE, LARGE, SMALL], skip_when_short=skips
    )
    scoring.published(_commission)
    assert states_of(applications) == ["admitted", "eligible_not_funded", third]


def test_a_conflict_and_an_exclusion_stand_outside_the_mean():
    commission = scoring.commission(scoring.call(), evaluators=3)
    one, out = scoring.apply(commission.call), scoring.apply(commission.call)
    users = [seat.user for seat in scoring.seats(commission)]
    exclude_application(application=out, reason="Manca lo statuto.", by=calling.officer(), now=THEN)
    scoring.score(users[0], one, 155, 80)
    scoring.score(users[1], one, 160, 85)
    declare(application=one, has_conflict=True, why="Amico.", by=users[2], now=THEN)
    made = scoring.published(commission)
    entry, excluded = made.entries.order_by("row")
    assert (entry.sheets, entry.sums) == (2, {"1": 315, "2": 165})
    # 100 × (2 × 15,75/20 + 8,25/10) ÷ 3 = 80
    assert entry.score_hundredths == 8_000
    assert (excluded.outcome, excluded.reason, excluded.rank) == ("excluded", "Manca lo statuto.", None)
    assert states_of([one, out]) == ["admitted", "rejected"]


def test_equals_need_the_number_drawn_for_the_lots():
    commission, applications = ranked([(160, 80)] * 2, pot=1_200_000)
    with pytest.raises(Invalid) as caught:
        propose_list(commission=commission, by=calling.officer(), now=THEN)
    assert (caught.value.code, caught.value.field) == ("lots_needed", "seed")
    made = propose_list(commission=commission, seed=" 57 ", by=calling.officer(), now=THEN)
    drawn = sorted((one.pk for one in applications), key=lambda key: lot("57", key))
    assert list(made.entries.values_list("application", "decided_by")) == [(drawn[0], ""), (drawn[1], "lots")]


def test_a_list_waits_until_everything_is_in_and_scored():
    commission = scoring.commission(scoring.call())
    officer = calling.officer()

    def code(now=THEN):
        with pytest.raises(Refused) as caught:
            propose_list(commission=commission, by=officer, now=now)
        return caught.value.code

    assert code() == "no_applications"
    application = scoring.apply(commission.call)
    assert code(scoring.NOW) == "window_open"
    assert code() == "sheets_missing"
    for seat in scoring.seats(commission):
        declare(application=application, has_conflict=True, why="Amico.", by=seat.user, now=THEN)
    assert code() == "sheets_missing"  # nobody could score it
    assert not RankedList.objects.exists()


def test_while_a_list_waits_nothing_below_it_moves():
    commission, (one, _two) = ranked([(160, 80), (180, 90)])
    officer, chair = calling.officer(), scoring.seats(commission)[0].user
    made = propose_list(commission=commission, by=officer, now=THEN)
    for deed in (
        lambda: propose_list(commission=commission, by=officer, now=THEN),
        lambda: reopen_sheet(sheet=one.sheets.first(), why="Errore.", by=chair, now=THEN),
        lambda: exclude_application(application=one, reason="No.", by=officer, now=THEN),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "list_there"
    approver = world.staff(Role.APPROVER)
    with pytest.raises(Invalid):
        return_list(ranked_list=made, why=" ", by=approver, now=THEN)
    return_list(ranked_list=made, why="Manca un voto.", by=approver, now=THEN)
    with pytest.raises(IllegalTransition):
        publish_list(ranked_list=made, by=approver, now=THEN)
    assert propose_list(commission=commission, by=officer, now=THEN).version == 1


def test_a_list_that_somebody_has_left_goes_back():
    commission, (one, _two) = ranked([(160, 80), (180, 90)])
    made = propose_list(commission=commission, by=calling.officer(), now=THEN)
    withdraw_application(application=one, by=one.created_by, now=THEN)
    before = world.rows("commission_rankedlist", "commission_listentry", "calls_application")
    with pytest.raises(Refused) as caught:
        publish_list(ranked_list=made, by=world.staff(Role.APPROVER), now=THEN)
    assert caught.value.code == "list_outdated"
    assert world.rows("commission_rankedlist", "commission_listentry", "calls_application") == before


def test_a_project_that_cannot_be_admitted_stops_the_publication_whole():
    commission, (one, two) = ranked([(160, 80), (180, 90)], pot=5_000_000)
    made = propose_list(commission=commission, by=calling.officer(), now=THEN)
    world.campaign(project=one.project)
    with pytest.raises(Refused) as caught:
        publish_list(ranked_list=made, by=world.staff(Role.APPROVER), now=THEN)
    assert caught.value.code == "cant_admit"
    assert one.project.title in str(caught.value)
    assert states_of([one, two]) == ["submitted", "submitted"]


def test_members_of_who_is_ranked_neither_propose_nor_publish():
    commission, (one, _two) = ranked([(160, 80), (180, 90)])
    inside = world.staff(Role.OFFICER, Role.APPROVER)
    one.project.organisation.memberships.create(user=inside, role="accountant", since=THEN)
    with pytest.raises(NotAllowed):
        propose_list(commission=commission, by=inside, now=THEN)
    made = propose_list(commission=commission, by=calling.officer(), now=THEN)
    with pytest.raises(NotAllowed):
        publish_list(ranked_list=made, by=inside, now=THEN)


def test_a_published_list_is_a_snapshot_that_nobody_edits():
    commission, applications = ranked([(160, 80), (180, 90)])
    made = scoring.published(commission)
    entry = made.entries.first()
    for deed in (
        lambda: ListEntry.objects.update(outcome="admitted"),
        entry.delete,
        lambda: RankedList.objects.update(seed="1"),
        lambda: RankedList.objects.update(rule={}),
        lambda: RankedList.objects.update(published_at=THEN + dt.timedelta(days=1)),
        lambda: RankedList.objects.update(status="proposed"),
    ):
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            deed()
    project = applications[0].project
    project.title = "Altro"
    project.save(update_fields=["title"])
    assert "Altro" not in made.entries.values_list("project_title", flat=True)


def test_after_an_upheld_appeal_a_new_version_says_why_and_takes_the_exclusion_back():
    commission, (one, two) = ranked([(160, 80), (200, 90)], pot=1_200_000)
    officer = calling.officer()
    exclusion = exclude_application(application=one, reason="Manca lo statuto.", by=officer, now=THEN)
    first = scoring.published(commission)
    assert states_of([one, two]) == ["rejected", "admitted"]
    appeal = file_appeal(application=one, text="Era allegato.", by=one.created_by, now=THEN)
    answer_appeal(appeal=appeal, upheld=True, reason="C'era.", by=officer, now=THEN)
    lift_exclusion(exclusion=exclusion, why="Accolta l'istanza.", by=officer, now=THEN)
    with pytest.raises(Invalid) as caught:
        propose_list(commission=commission, by=officer, now=THEN)
    assert caught.value.code == "reason_missing"
    second = scoring.published(commission, reason="Istanza accolta.")
    first.refresh_from_db()
    assert (first.status, second.version, second.reason) == ("replaced", 2, "Istanza accolta.")
    assert states_of([one, two]) == ["admitted", "admitted"]
    assert [entry[3] for entry in entries(first)] == ["admitted", "excluded"]  # it stays what it was
    letters = Notice.objects.filter(event="application_admitted")
    assert letters.count() == 2  # who was admitted before is not told again


def test_a_new_version_never_takes_an_admission_away():
    commission, (one, two) = ranked([(160, 80), (200, 90)], pot=1_200_000)
    scoring.published(commission)
    exclude_application(application=two, reason="Documento falso.", by=calling.officer(), now=THEN)
    with pytest.raises(Refused) as caught:
        scoring.published(commission, reason="Verifica.")
    assert caught.value.code == "already_admitted"
    assert states_of([one, two]) == ["admitted", "admitted"]


def test_each_session_has_its_own_ranking_and_its_share_of_the_pot():
    call = scoring.call(sessions=2, share=600_000, pot_cents=5_000_000)
    first, second = call.sessions.all()
    applications = {}
    for session in (first, second):
        for number in range(2):
            one = scoring.apply(call)
            type(one).objects.filter(pk=one.pk).update(session=session)
            one.refresh_from_db()
            applications[session.number, number] = one
    for session in (first, second):
        commission = scoring.commission(call, session=session)
        mine = [applications[session.number, 0], applications[session.number, 1]]
        scoring.scored(commission, {mine[0]: (180, 90), mine[1]: (160, 80)})
        assert scoring.published(commission).entries.count() == 2
    assert states_of(applications.values()) == ["admitted", "eligible_not_funded", "admitted", "admitted"]


def test_a_call_without_a_commission_is_decided_one_by_one_as_ever():
    application = calling.application(world.person("Owner"), call=calling.call())
    admit_application(application=application, reason="Buono.", by=calling.officer(), now=THEN)
    assert application.status == "admitted"


# Appeals


def test_a_team_appeals_within_the_days_and_an_officer_answers():
    commission, (one, two) = ranked([(160, 80), (180, 90)], appeal_days=5)
    owner, officer = one.created_by, calling.officer()
    with pytest.raises(Refused) as caught:
        file_appeal(application=one, text="No.", by=owner, now=THEN)
    assert caught.value.code == "no_list"
    scoring.published(commission)
    with pytest.raises(Invalid):
        file_appeal(application=one, text=" ", by=owner, now=THEN)
    last = THEN + dt.timedelta(days=5)
    with pytest.raises(Refused) as caught:
        file_appeal(application=one, text="Tardi.", by=owner, now=last)
    assert caught.value.code == "appeal_over"
    appeal = file_appeal(application=one, text="Il piano c'è.", by=owner, now=last - dt.timedelta(seconds=1))
    with pytest.raises(Refused) as caught:
        file_appeal(application=one, text="Ancora.", by=owner, now=THEN)
    assert caught.value.code == "appealed"
    with pytest.raises(NotAllowed):
        file_appeal(application=two, text="Non mio.", by=owner, now=THEN)
    assert f"/ufficio/istanze/{appeal.pk}/" in [task.url for task in office_tasks(officer, THEN)]
    with pytest.raises(Invalid):
        answer_appeal(appeal=appeal, upheld=False, reason=" ", by=officer, now=THEN)
    answer_appeal(appeal=appeal, upheld=False, reason="Il piano non ha numeri.", by=officer, now=THEN)
    assert (appeal.status, appeal.answer) == (AppealStatus.DISMISSED, "Il piano non ha numeri.")
    with pytest.raises(IllegalTransition):
        answer_appeal(appeal=appeal, upheld=True, reason="Anzi.", by=officer, now=THEN)
    letter = Notice.objects.get(event="appeal_answered")
    render(letter)
    assert "Il piano non ha numeri." in letter.text


def test_whoever_belongs_to_the_team_does_not_answer_its_appeal():
    commission, (one,) = ranked([(160, 80)])
    scoring.published(commission)
    appeal = file_appeal(application=one, text="No.", by=one.created_by, now=THEN)
    inside = calling.officer()
    one.project.organisation.memberships.create(user=inside, role="accountant", since=THEN)
    with pytest.raises(NotAllowed):
        answer_appeal(appeal=appeal, upheld=True, reason="Sì.", by=inside, now=THEN)


def test_letters_to_evaluators_read_in_both_languages():
    commission = scoring.commission(evaluators=1)
    letter = Notice.objects.get(event="evaluator_appointed")
    for language, word in (("it", "commissione"), ("en", "commission")):
        letter.language = language
        with override(language):
            render(letter)
        assert word in letter.text
        assert commission.call.title in letter.text
