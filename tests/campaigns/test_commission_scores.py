import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role, TeamRole
from accounts.models import User
from accounts.notices.models import Notice
from campaigns.calls.services.decisions import (
    admit_application,
    mark_eligible_not_funded,
    reject_application,
)
from campaigns.commission.models import Criterion, Grid, Score, Sheet
from campaigns.commission.permissions import can_read, can_see_sheet, scores_are_open
from campaigns.commission.selectors.desk import evaluator_tasks
from campaigns.commission.selectors.progress import seats as seats_with_progress
from campaigns.commission.services.commissions import (
    appoint_evaluator,
    dismiss_evaluator,
    form_commission,
    sign_declaration,
)
from campaigns.commission.services.exclusions import exclude_application, lift_exclusion
from campaigns.commission.services.grids import Asked, remove_grid, write_grid
from campaigns.commission.services.reminders import remind_due
from campaigns.commission.services.sheets import Mark, close_sheet, declare, reopen_sheet, save_sheet
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from crowdfund.kit.states import IllegalTransition
from tests import world
from tests.campaigns import calling, scoring
from tests.campaigns.scoring import DUE, THEN
from tests.world import NOW

pytestmark = pytest.mark.django_db


def codes(caught):
    problems = caught.value.problems if isinstance(caught.value, Several) else [caught.value]
    return {(problem.code, problem.field) for problem in problems}


# The grid


def test_criteria_are_written_with_the_draft_anew_and_away():
    call, by = calling.call(published=False), calling.officer()
    write_grid(call=call, terms=scoring.terms(), by=by, now=NOW)
    again = write_grid(
        call=call, terms=scoring.terms(criteria=[Asked(label="Solo", asks="?", max_tenths=55)],
        tie_breakers=["criterion:1", "lots"]), by=by, now=NOW,
    )  # fmt: skip
    assert [(one.number, one.label, one.max_tenths) for one in again.criteria.all()] == [(1, "Solo", 55)]
    remove_grid(call=call, by=by, now=NOW)
    assert not Grid.objects.exists()
    assert not Criterion.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"criteria": []}, {("no_criteria", "criteria"), ("unknown_tie_breaker", "tie_breakers")}),
        ({"tie_breakers": ["lower_cost"]}, {("lots_not_last", "tie_breakers")}),
        ({"tie_breakers": []}, {("lots_not_last", "tie_breakers")}),
        ({"tie_breakers": ["lots", "lots"]}, {("tie_breaker_twice", "tie_breakers")}),
        ({"tie_breakers": ["criterion:3", "lots"]}, {("unknown_tie_breaker", "tie_breakers")}),
        ({"lots_source": ""}, {("blank", "lots_source")}),
        ({"minimum_hundredths": 10_001}, {("minimum_out_of_range", "minimum_hundredths")}),
        ({"minimum_hundredths": 60.5}, {("minimum_out_of_range", "minimum_hundredths")}),
        (
            {"appeal_days": 0, "offer_days": 91},
            {("days_out_of_range", "appeal_days"), ("days_out_of_range", "offer_days")},
        ),
        ({"offers_until": NOW}, {("offers_too_early", "offers_until")}),
    ],
)  # fmt: skip
def test_a_grid_that_decides_nothing_is_refused(fields, expected):
    call, by = calling.call(published=False), calling.officer()
    with pytest.raises(Refused) as caught:
        write_grid(call=call, terms=scoring.terms(**fields), by=by, now=NOW)
    assert codes(caught) == expected
    assert not Grid.objects.exists()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"max_tenths": 5}, "points_out_of_range"),
        ({"max_tenths": 101}, "points_out_of_range"),
        ({"max_tenths": 10.0}, "points_out_of_range"),
        ({"min_tenths": 105}, "minimum_out_of_range"),
        ({"min_tenths": 3}, "minimum_out_of_range"),
        ({"weight": 0}, "weight_out_of_range"),
        ({"label": "bisogno"}, "criterion_twice"),
        ({"asks": ""}, "blank"),
    ],
)
def test_a_criterion_without_sense_is_refused(asked, code):
    call, by = calling.call(published=False), calling.officer()
    wrong = Asked(**({"label": "Altro", "asks": "Che cosa?", "max_tenths": 100} | asked))
    criteria = [Asked(label="Bisogno", asks="?", max_tenths=100), wrong]
    with pytest.raises(Invalid) as caught:
        write_grid(call=call, terms=scoring.terms(criteria=criteria), by=by, now=NOW)
    assert codes(caught) == {(code, "criteria")}
    assert not Grid.objects.exists()


def test_criteria_are_frozen_once_published_in_service_and_database():
    call = scoring.call()
    for deed in (
        lambda: write_grid(call=call, terms=scoring.terms(), by=calling.officer(), now=NOW),
        lambda: remove_grid(call=call, by=calling.officer(), now=NOW),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "call_published"
    grid, criterion = Grid.objects.get(), Criterion.objects.first()
    writes: tuple[Callable[[], object], ...] = (
        lambda: Grid.objects.update(minimum_hundredths=0),
        lambda: Criterion.objects.update(weight=9),
        lambda: Criterion.objects.create(grid=grid, number=9, label="x", asks="x", max_tenths=10),
        criterion.delete,
        grid.delete,
    )
    for write in writes:
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            write()


def test_a_call_whose_window_has_outgrown_its_grid_is_not_published():
    by = calling.officer()
    call = calling.call(published=False)
    write_grid(
        call=call, terms=scoring.terms(offers_until=call.closes_at + dt.timedelta(days=1)), by=by, now=NOW
    )
    call.closes_at += dt.timedelta(days=2)
    call.save(update_fields=["closes_at"])
    with pytest.raises(Invalid) as caught:
        calling.publish(call, by)
    assert caught.value.code == "offers_too_early"


# The commission


def test_an_officer_forms_a_commission_and_appoints_by_email():
    call, by, eva = scoring.call(), calling.officer(), world.person("Eva")
    made = form_commission(call=call, sheets_due_at=DUE, by=by, now=NOW)
    seat = appoint_evaluator(commission=made, email=eva.email.upper(), role="chair", by=by, now=NOW)
    assert (seat.person_id, seat.role, seat.signed_at) == (eva.person_id, "chair", None)
    assert list(Notice.objects.values_list("event", "email")) == [("evaluator_appointed", eva.email)]
    sign_declaration(commission=made, by=eva, now=NOW)
    seat.refresh_from_db()
    assert seat.signed_at == NOW
    assert "interesse" in seat.signed_text or "interest" in seat.signed_text
    with pytest.raises(NotAllowed):
        sign_declaration(commission=made, by=world.person(), now=NOW)


def test_a_commission_that_makes_no_sense_is_refused():
    by = calling.officer()
    without = calling.call()
    call = scoring.call(sessions=2)
    other = scoring.call(sessions=1).sessions.get()
    for fields, code in (
        ({"call": without}, "no_grid"),
        ({"call": call}, "session"),
        ({"call": call, "session": other}, "session"),
        ({"call": call, "session": call.sessions.first(), "sheets_due_at": NOW}, "due_too_early"),
    ):
        with pytest.raises(Refused) as caught:
            form_commission(**({"sheets_due_at": DUE} | fields), by=by, now=NOW)
        assert caught.value.code == code
    first = call.sessions.first()
    form_commission(call=call, session=first, sheets_due_at=DUE, by=by, now=NOW)
    with pytest.raises(Refused) as caught:
        form_commission(call=call, session=first, sheets_due_at=DUE, by=by, now=NOW)
    assert caught.value.code == "commission_there"


def test_a_seat_is_a_person_whatever_their_account():
    made, by = scoring.commission(), calling.officer()
    first = scoring.seats(made)[0].user
    twin = world.person("Twin")
    User.objects.filter(pk=twin.pk).update(person=first.person)
    for email, role, code in (
        (twin.email, "member", "already_appointed"),
        ("nessuno@example.org", "member", "unknown_person"),
        (world.person().email, "chair", "chair_there"),
        (world.person().email, "queen", "unknown_role"),
    ):
        with pytest.raises(Refused) as caught:
            appoint_evaluator(commission=made, email=email, role=role, by=by, now=NOW)
        assert caught.value.code == code
    assert made.evaluators.count() == 2


# Declaring and scoring


@pytest.fixture
def scene():
    """A commission of two with one application, once applications have closed."""

    class Scene:
        def __init__(self):
            self.commission = scoring.commission()
            self.owner = world.person("Owner")
            self.application = scoring.apply(self.commission.call, owner=self.owner)
            self.eva, self.ugo = (seat.user for seat in scoring.seats(self.commission))

    return Scene()


def test_an_evaluator_declares_writes_and_closes(scene):
    assert not can_read(scene.eva, scene.application)
    sheet = declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN)
    assert can_read(scene.eva, scene.application)
    save_sheet(sheet=sheet, marks={1: Mark(155, " Serve. ")}, by=scene.eva, now=THEN)
    save_sheet(sheet=sheet, marks={1: Mark(160, "Serve."), 2: Mark(75)}, by=scene.eva, now=THEN)
    with pytest.raises(Refused) as caught:
        close_sheet(sheet=sheet, by=scene.eva, now=THEN)
    assert codes(caught) == {("reason_missing", "reason_2")}
    save_sheet(sheet=sheet, marks={1: Mark(160, "Serve."), 2: Mark(75, "Regge.")}, by=scene.eva, now=THEN)
    close_sheet(sheet=sheet, by=scene.eva, now=THEN)
    assert list(sheet.scores.values_list("criterion__number", "tenths", "reason")) == [
        (1, 160, "Serve."), (2, 75, "Regge."),
    ]  # fmt: skip
    assert [event.to_status for event in sheet.events.all()] == ["open", "closed"]
    with pytest.raises(Refused) as caught:
        save_sheet(sheet=sheet, marks={}, by=scene.eva, now=THEN)
    assert caught.value.code == "sheet_closed"


@pytest.mark.parametrize(
    ("number", "tenths", "code"),
    [(1, 205, "points_out_of_range"), (1, -5, "points_out_of_range"), (2, 73, "points_out_of_range"),
     (2, 75.0, "points_out_of_range"), (2, True, "points_out_of_range"), (3, 10, "unknown_criterion")],
)  # fmt: skip
def test_points_out_of_range_or_no_half_points_are_refused(scene, number, tenths, code):
    sheet = declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN)
    save_sheet(sheet=sheet, marks={1: Mark(100, "Sì.")}, by=scene.eva, now=THEN)
    with pytest.raises(Invalid) as caught:
        save_sheet(sheet=sheet, marks={number: Mark(tenths, "Sì.")}, by=scene.eva, now=THEN)
    assert codes(caught) == {(code, f"points_{number}")}
    assert list(Score.objects.values_list("tenths", flat=True)) == [100]


def test_nobody_declares_before_signing_before_the_window_closes_or_twice(scene):
    late = world.person("Late")
    appoint_evaluator(commission=scene.commission, email=late.email, by=calling.officer(), now=NOW)
    with pytest.raises(NotAllowed):
        declare(application=scene.application, has_conflict=False, by=late, now=THEN)
    with pytest.raises(Refused) as caught:
        declare(application=scene.application, has_conflict=False, by=scene.eva, now=NOW)
    assert caught.value.code == "window_open"
    with pytest.raises(Invalid) as caught:
        declare(application=scene.application, has_conflict=True, why=" ", by=scene.eva, now=THEN)
    assert caught.value.code == "reason_missing"
    assert not Sheet.objects.exists()
    declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN)
    with pytest.raises(Refused) as caught:
        declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN)
    assert caught.value.code == "declared"


def test_who_declares_a_conflict_at_once_or_later_scores_no_more(scene):
    why = "Ci lavora mia sorella."
    sheet = declare(application=scene.application, has_conflict=True, why=why, by=scene.eva, now=THEN)
    assert not can_read(scene.eva, scene.application)
    for deed in (
        lambda: save_sheet(sheet=sheet, marks={1: Mark(10, "x")}, by=scene.eva, now=THEN),
        lambda: close_sheet(sheet=sheet, by=scene.eva, now=THEN),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "sheet_closed"
    with pytest.raises(Refused):
        declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN)
    later = scoring.score(scene.ugo, scene.application, 100, 80, close=False)
    declare(application=scene.application, has_conflict=True, why="È mio cugino.", by=scene.ugo, now=THEN)
    later.refresh_from_db()
    assert (later.status, later.conflict) == ("conflict", "È mio cugino.")


def _joins(scene):
    calling.member(scene.application.project.organisation, TeamRole.ACCOUNTANT)
    return scene.application.project.organisation.memberships.get(role="accountant").user


@pytest.mark.parametrize("how", ["member", "other_account", "author", "themselves"])
def test_nobody_scores_their_own_application(scene, how):
    """Not by another account, not as its author who has left, not as the organisation itself."""
    eva = scene.eva
    if how == "member":
        scene.application.project.organisation.memberships.create(user=eva, role="editor", since=NOW)
    elif how == "other_account":
        User.objects.filter(pk=_joins(scene).pk).update(person=eva.person)
    elif how == "author":
        scene.application.created_by = eva
        scene.application.save(update_fields=["created_by"])
    else:
        from accounts.privacy import tax_code_digest

        organisation = scene.application.project.organisation
        organisation.tax_code = "RSSMRA80A01F205X"
        organisation.save(update_fields=["tax_code"])
        eva.person.tax_code_digest = tax_code_digest("RSSMRA80A01F205X")
        eva.person.save(update_fields=["tax_code_digest"])
    before = world.rows()
    with pytest.raises(NotAllowed) as caught:
        declare(application=scene.application, has_conflict=False, by=eva, now=THEN)
    assert caught.value.code == "own_application"
    assert world.rows() == before
    declare(application=scene.application, has_conflict=True, why="È la mia.", by=eva, now=THEN)


def test_who_joins_the_organisation_later_neither_writes_nor_closes(scene):
    sheet = scoring.score(scene.eva, scene.application, 100, 80, close=False)
    scene.application.project.organisation.memberships.create(user=scene.eva, role="editor", since=NOW)
    for deed in (
        lambda: save_sheet(sheet=sheet, marks={}, by=scene.eva, now=THEN),
        lambda: close_sheet(sheet=sheet, by=scene.eva, now=THEN),
    ):
        with pytest.raises(NotAllowed) as caught:
            deed()
        assert caught.value.code == "own_application"
    assert not can_read(scene.eva, scene.application)


def test_the_chair_reopens_with_a_reason_and_nobody_else(scene):
    sheet = scoring.score(scene.ugo, scene.application, 100, 80)
    with pytest.raises(NotAllowed):
        reopen_sheet(sheet=sheet, why="Voglio.", by=scene.ugo, now=THEN)
    with pytest.raises(NotAllowed):
        reopen_sheet(sheet=sheet, why="Voglio.", by=calling.officer(), now=THEN)
    with pytest.raises(Invalid):
        reopen_sheet(sheet=sheet, why=" ", by=scene.eva, now=THEN)
    reopen_sheet(sheet=sheet, why="Ha scritto sul progetto sbagliato.", by=scene.eva, now=THEN)
    event = sheet.events.last()
    assert (event.from_status, event.to_status, event.why) == (
        "closed",
        "open",
        "Ha scritto sul progetto sbagliato.",
    )
    with pytest.raises(IllegalTransition):
        reopen_sheet(sheet=sheet, why="Ancora.", by=scene.eva, now=THEN)


def test_the_database_refuses_points_on_a_closed_sheet_and_quarters(scene):
    sheet = scoring.score(scene.eva, scene.application, 100, 80)
    for deed in (lambda: Score.objects.update(tenths=0), lambda: sheet.scores.all().delete()):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            deed()
    opened = scoring.score(scene.ugo, scene.application, 100, 80, close=False)
    with pytest.raises(IntegrityError, match="whole_or_half"), transaction.atomic():
        opened.scores.update(tenths=12)


# Who sees points, and when


def test_nobody_sees_points_before_everybody_has_closed(scene):
    """Every role, at every step: only the author, until the last has closed; then not the team before the list."""
    org = scene.application.project.organisation
    inside = world.staff(Role.OFFICER, name="Inside")
    org.memberships.create(user=inside, role="accountant", since=NOW)
    conflicted = world.person("Conf")
    appoint_evaluator(commission=scene.commission, email=conflicted.email, by=calling.officer(), now=NOW)
    sign_declaration(commission=scene.commission, by=conflicted, now=NOW)
    everybody = {
        "author": scene.eva, "chair_or_peer": scene.ugo, "conflicted": conflicted, "inside": inside,
        "owner": scene.owner, "stranger": world.person(), "anonymous": None,
        **{role.value: world.staff(role) for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.ANIMATOR)},
    }  # fmt: skip
    sheet = scoring.score(scene.eva, scene.application, 100, 80)

    def seeing():
        return {
            who for who, user in everybody.items()
            if can_see_sheet(user and User.objects.get(pk=user.pk), Sheet.objects.get(pk=sheet.pk))
        }  # fmt: skip

    assert seeing() == {"author"}
    declare(application=scene.application, has_conflict=True, why="Amico.", by=conflicted, now=THEN)
    ugo = scoring.score(scene.ugo, scene.application, 120, 90, close=False)
    assert seeing() == {"author"}
    close_sheet(sheet=ugo, by=scene.ugo, now=THEN)
    assert seeing() == {"author", "chair_or_peer", "officer", "approver", "auditor"}
    reopen_sheet(sheet=ugo, why="Un errore.", by=scene.eva, now=THEN)
    assert seeing() == {"author"}
    close_sheet(sheet=ugo, by=scene.ugo, now=THEN)
    scoring.published(scene.commission)
    assert seeing() == {"author", "chair_or_peer", "officer", "approver", "auditor", "owner", "inside"}


def test_who_leaves_holds_nobody_up_and_closed_sheets_still_count(scene):
    by = calling.officer()
    scoring.score(scene.eva, scene.application, 100, 80)
    assert not scores_are_open(scene.commission, scene.application)
    ugo = scoring.seats(scene.commission)[1]
    opened = scoring.score(scene.ugo, scene.application, 0, 0, close=False)
    dismiss_evaluator(evaluator=ugo, why="Malattia.", by=by, now=THEN)
    assert scores_are_open(scene.commission, scene.application)
    with pytest.raises(NotAllowed):
        close_sheet(sheet=opened, by=scene.ugo, now=THEN)
    with pytest.raises(Refused) as caught:
        dismiss_evaluator(evaluator=ugo, why="Malattia.", by=by, now=THEN)
    assert caught.value.code == "has_left"
    with pytest.raises(Refused) as caught:
        appoint_evaluator(commission=scene.commission, email=world.person().email, by=by, now=THEN)
    assert caught.value.code == "scores_seen"


def test_progress_is_told_without_points(scene):
    other = scoring.apply(scene.commission.call)
    scoring.score(scene.eva, scene.application, 100, 80)
    scoring.score(scene.eva, other, 100, 80, close=False)
    declare(application=other, has_conflict=True, why="Amico.", by=scene.ugo, now=THEN)
    seats = seats_with_progress(scene.commission)
    told = {
        name: tuple(counts)
        for name, *counts in seats.values_list("user__name", "closed", "opened", "conflicts")
    }
    assert told == {"Eva0": (1, 1, 0), "Eva1": (0, 0, 1)}


def test_an_excluded_application_is_read_by_nobody_until_that_is_lifted(scene):
    by = calling.officer()
    exclusion = exclude_application(
        application=scene.application, reason="Manca lo statuto.", by=by, now=THEN
    )
    with pytest.raises(Refused) as caught:
        declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN)
    assert caught.value.code == "not_read"
    with pytest.raises(Refused) as caught:
        exclude_application(application=scene.application, reason="Ancora.", by=by, now=THEN)
    assert caught.value.code == "excluded"
    lift_exclusion(exclusion=exclusion, why="C'era.", by=by, now=THEN)
    assert declare(application=scene.application, has_conflict=False, by=scene.eva, now=THEN).status == "open"
    with pytest.raises(Refused) as caught:
        lift_exclusion(exclusion=exclusion, why="C'era.", by=by, now=THEN)
    assert caught.value.code == "lifted"


def test_evaluators_have_tasks_and_one_reminder(scene):
    assert [task.url for task in evaluator_tasks(scene.eva, THEN)] == [
        f"/commissione/{scene.commission.pk}/schede/"
    ]
    Notice.objects.all().delete()
    with clock.moved(DUE - dt.timedelta(days=2) - clock.real_now()):
        scoring.score(scene.eva, scene.application, 100, 80)
        assert remind_due() == 1  # Eva has closed all
        assert remind_due() == 0
    assert list(Notice.objects.values_list("event", "user")) == [("evaluator_reminded", scene.ugo.pk)]
    assert not list(evaluator_tasks(scene.eva, THEN))


@pytest.mark.parametrize("deed", [admit_application, reject_application, mark_eligible_not_funded])
def test_an_officer_decides_nothing_by_hand_where_a_commission_ranks(scene, deed):
    with pytest.raises(Refused) as caught:
        deed(application=scene.application, reason="Sì.", by=calling.officer(), now=THEN)
    assert caught.value.code == "commission_decides"
    scene.application.refresh_from_db()
    assert (scene.application.status, scene.application.events.count()) == ("submitted", 2)
