"""The end of a desk's day: one counts, another signs, the cash travels and arrives; the books follow each step."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Person, User
from campaigns.models import Campaign
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments import postings
from payments.cash.enums import ClosingStatus
from payments.cash.models import CashDesk, DeskClosing
from payments.cash.selectors.desks import desks_not_closed, officer_tasks, receipts_not_closed, till_of
from payments.cash.services.closings import (
    close_day,
    confirm_banked,
    countersign,
    follow_bank,
    reject_closing,
    send_cash,
)
from payments.cash.services.desks import assign_operator, end_operator, open_desk, reopen_desk, shut_desk
from payments.cash.services.give_back import return_cash
from payments.cash.services.take import cancel_receipt
from payments.ledger.selectors import balances
from tests import world
from tests.payments import counter
from tests.payments.counter import take, till
from tests.world import NOW

pytestmark = pytest.mark.django_db
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def desk() -> CashDesk:
    return counter.desk()


@pytest.fixture
def nina(desk):
    return counter.operator(desk)


@pytest.fixture
def olga():
    return world.staff(Role.OFFICER)


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


def closed(desk, by, counted, *, now=NOW, reason="") -> DeskClosing:
    return close_day(desk=desk, counted_cents=counted, by=by, now=now, reason=reason)


def losses() -> int:
    return balances().get(postings.LOSSES, 0)


def test_a_day_is_counted_signed_sent_and_arrives(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    wrong = take(desk, nina, campaign, cents=900)
    cancel_receipt(receipt=wrong, why="doppio", by=nina, now=NOW)
    closing = closed(desk, nina, 5_000)
    assert (closing.receipts, closing.received_cents, closing.booked_cents) == (3, 5_000, 5_000)
    assert (closing.difference_cents, closing.day) == (0, NOW.date())
    countersign(closing=closing, by=olga, now=NOW)
    send_cash(closing=closing, cents=5_000, bag="busta 12", by=nina, now=NOW)
    assert (till(desk), balances()[postings.TRANSIT]) == (0, 5_000)
    confirm_banked(closing=closing, proof="22/11 versamento 77", by=olga, now=TOMORROW)
    closing.refresh_from_db()
    assert (closing.status, closing.proof) == (ClosingStatus.BANKED, "22/11 versamento 77")
    assert (balances()[postings.TRANSIT], balances()[postings.BANK], losses()) == (0, 5_000, 0)
    assert [event.to_status for event in closing.events.all()] == ["counted", "signed", "sent", "banked"]


@pytest.mark.parametrize(("counted", "loss"), [(4_900, 100), (5_200, -200)])
def test_a_difference_has_a_reason_and_is_booked_when_signed(desk, nina, olga, campaign, counted, loss):
    take(desk, nina, campaign)
    with pytest.raises(Invalid) as caught:
        closed(desk, nina, counted)
    assert (caught.value.field, DeskClosing.objects.count()) == ("reason", 0)
    closing = closed(desk, nina, counted, reason="resto sbagliato")
    assert (till(desk), losses()) == (5_000, 0), "one person alone books nothing"
    countersign(closing=closing, by=olga, now=NOW)
    assert (till(desk), losses()) == (counted, loss)
    assert counter.held(campaign) == 5_000, "what the campaign holds stays whole"


def test_after_the_closing_no_cash_goes_in_or_out_before_tomorrow(desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    other = world.campaign()
    owed_one = take(desk, nina, other)
    counter.miss(other)
    closed(desk, nina, 10_000)
    deeds = (
        lambda: take(desk, nina, campaign),
        lambda: cancel_receipt(receipt=receipt, why="x", by=nina, now=NOW),
        lambda: return_cash(refund=counter.owed(owed_one), desk=desk, signature_name="D", by=nina, now=NOW),
        lambda: closed(desk, nina, 10_000),
    )
    for deed in deeds:
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "day_closed"
    assert till(desk) == 10_000
    assert take(desk, nina, campaign, now=TOMORROW).number == 3


def test_the_next_closing_covers_what_came_after(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    first = closed(desk, nina, 5_000)
    countersign(closing=first, by=olga, now=NOW)
    assert not receipts_not_closed(desk).exists()
    take(desk, nina, campaign, cents=700, now=TOMORROW)
    second = closed(desk, nina, 5_700, now=TOMORROW)
    assert (second.receipts, second.received_cents, second.booked_cents) == (1, 700, 5_700)
    countersign(closing=second, by=olga, now=TOMORROW)
    send_cash(closing=second, cents=5_700, bag="1", by=nina, now=TOMORROW)
    with pytest.raises(Refused) as caught:
        send_cash(closing=first, cents=5_000, bag="2", by=nina, now=TOMORROW)
    assert caught.value.code == "till_too_low"
    assert till(desk) == 0


def test_a_count_turned_down_opens_the_day_again(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    closing = closed(desk, nina, 5_000)
    with pytest.raises(Invalid):
        reject_closing(closing=closing, why="", by=olga, now=NOW)
    reject_closing(closing=closing, why="mancano le monete", by=olga, now=NOW)
    take(desk, nina, campaign, cents=100)
    again = closed(desk, nina, 5_100)
    assert (again.receipts, again.booked_cents) == (2, 5_100)
    with pytest.raises(Refused):
        countersign(closing=closing, by=olga, now=NOW)


def test_yesterdays_closing_is_signed_before_todays_is_made(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    first = closed(desk, nina, 4_000, reason="mancano 10 euro")
    take(desk, nina, campaign, now=TOMORROW)
    with pytest.raises(Refused) as caught:
        closed(desk, nina, 9_000, now=TOMORROW)
    assert caught.value.code == "closing_waits"
    countersign(closing=first, by=olga, now=TOMORROW)
    assert closed(desk, nina, 9_000, now=TOMORROW).difference_cents == 0


def test_two_people_sign_and_not_two_accounts_of_one(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    closing = closed(desk, nina, 5_000)
    second_account = counter.operator(desk, name="Nina bis")
    User.objects.filter(pk=second_account.pk).update(person=nina.person)
    second_account.refresh_from_db()
    for who in (nina, second_account, counter.operator(counter.desk()), world.staff(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            countersign(closing=closing, by=who, now=NOW)
        with pytest.raises(NotAllowed):
            reject_closing(closing=closing, why="x", by=who, now=NOW)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        DeskClosing.objects.filter(pk=closing.pk).update(
            decided_by=second_account, decided_person=Person.objects.get(pk=nina.person_id), decided_at=NOW
        )
    countersign(closing=closing, by=counter.operator(desk, name="Ivo"), now=NOW)
    assert closing.status == ClosingStatus.SIGNED


def test_only_an_officer_who_did_not_count_says_that_it_arrived(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    closing = closed(desk, nina, 5_000)
    countersign(closing=closing, by=olga, now=NOW)
    with pytest.raises(Refused):
        confirm_banked(closing=closing, proof="x", by=olga, now=NOW)  # it has not left yet
    for problem in ({"cents": 0}, {"cents": 5_001}, {"cents": 1.0}, {"bag": " "}):
        with pytest.raises(Invalid):
            send_cash(closing=closing, by=nina, now=NOW, **{"cents": 5_000, "bag": "1"} | problem)
    send_cash(closing=closing, cents=4_000, bag="1", by=olga, now=NOW)
    with pytest.raises(NotAllowed):
        confirm_banked(closing=closing, proof="x", by=nina, now=NOW)
    with pytest.raises(Invalid):
        confirm_banked(closing=closing, proof="", by=olga, now=NOW)
    assert (till(desk), balances()[postings.TRANSIT]) == (1_000, 4_000)


def test_an_arrival_that_the_statement_has_booked_is_not_booked_again(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    closing = closed(desk, nina, 5_000)
    countersign(closing=closing, by=olga, now=NOW)
    send_cash(closing=closing, cents=5_000, bag="1", by=nina, now=NOW)
    postings.cash_banked(cents=5_000, reference=f"desk_closing:{closing.pk}", now=NOW)
    confirm_banked(closing=closing, proof="riga 3", by=olga, now=NOW)
    assert (closing.status, balances()[postings.BANK]) == (ClosingStatus.BANKED, 5_000)


def test_a_closing_follows_the_line_of_the_statement(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    closing = closed(desk, nina, 5_000)
    countersign(closing=closing, by=olga, now=NOW)
    send_cash(closing=closing, cents=5_000, bag="1", by=nina, now=NOW)
    assert follow_bank() == 0
    postings.cash_banked(cents=5_000, reference=f"desk_closing:{closing.pk}", now=NOW)
    assert (follow_bank(), follow_bank()) == (1, 0)
    closing.refresh_from_db()
    assert (closing.status, closing.proof) == (ClosingStatus.BANKED, "on the bank's statement")


@pytest.mark.parametrize("counted", [-1, 10.0, True])
def test_what_is_no_count_closes_nothing(desk, nina, counted):
    with pytest.raises(Invalid):
        closed(desk, nina, counted, reason="x")
    assert not DeskClosing.objects.exists()


def test_who_forgets_to_close_is_reminded(desk, nina, olga, campaign):
    take(desk, nina, campaign)
    assert (till_of(desk, NOW).late, list(desks_not_closed(NOW))) == (None, [])
    assert till_of(desk, TOMORROW).late == NOW.date()
    assert list(desks_not_closed(TOMORROW)) == [desk]
    assert [task.subject for task in officer_tasks(olga, TOMORROW)] == [desk.name]
    closing = closed(desk, nina, 5_000, now=TOMORROW)
    assert list(desks_not_closed(TOMORROW)) == []
    assert [task.url for task in officer_tasks(olga, TOMORROW)] == [f"/cassa/chiusure/{closing.pk}/"]
    assert officer_tasks(world.staff(Role.AUDITOR), TOMORROW) == []
    assert officer_tasks(nina, TOMORROW) == []
    reject_closing(closing=closing, why="x", by=olga, now=TOMORROW)
    assert list(desks_not_closed(TOMORROW)) == [desk]


def test_desks_and_their_people_are_the_officers_business(desk, nina, olga, campaign):
    made = open_desk(name=" Hub ", address="Via 1", neighbourhood=desk.neighbourhood, by=olga, now=NOW)
    assert (made.name, made.is_open) == ("Hub", True)
    for problem in ({"name": " "}, {"address": ""}):
        with pytest.raises(Invalid):
            deed = {"name": "x", "address": "y", "neighbourhood": desk.neighbourhood} | problem
            open_desk(by=olga, now=NOW, **deed)
    ivo = world.person("Ivo")
    working = assign_operator(desk=made, email=ivo.email.upper(), by=olga, now=NOW)
    assert take(made, User.objects.get(pk=ivo.pk), campaign).desk == made
    for email, error in ((ivo.email, Refused), ("nobody@example.org", Invalid), (olga.email, NotAllowed)):
        with pytest.raises(error):
            assign_operator(desk=made, email=email, by=olga, now=NOW)
    with pytest.raises(Refused) as caught:
        shut_desk(desk=made, by=olga, now=NOW)
    assert caught.value.code == "till_not_empty"
    end_operator(operator=working, by=olga, now=NOW)
    with pytest.raises(Refused):
        end_operator(operator=working, by=olga, now=NOW)
    with pytest.raises(NotAllowed):
        take(made, User.objects.get(pk=ivo.pk), campaign)
    shut_desk(desk=desk, by=olga, now=NOW)
    assert not desk.is_open
    reopen_desk(desk=desk, by=olga, now=NOW)
    assert CashDesk.objects.get(pk=desk.pk).is_open
