import datetime as dt
import threading

import pytest

from accounts.notices.models import Notice
from campaigns.calls.services.decisions import admit_application, judge_accessibility, reject_application
from campaigns.commission.models import Grid, Offer
from campaigns.commission.selectors.desk import team_tasks
from campaigns.commission.services import offers
from campaigns.commission.services.offers import accept_offer, decline_offer, offer_next, offer_released
from campaigns.commission.services.outcomes import pot_carries
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.matching.models import MatchFund
from payments.matching.selectors import books_that_disagree
from payments.matching.services import release_reservation, take
from tests import world
from tests.campaigns import calling, scoring
from tests.campaigns.scoring import THEN, UNTIL
from tests.payments import test_matching as world_of_pots
from tests.race import race

pytestmark = pytest.mark.django_db
LATER = THEN + dt.timedelta(days=20)


class Scene:
    """A published list of which the pot carried the first: `first` is admitted, the others wait in line."""

    def __init__(self, *, costs=(1_000_000, 1_000_000, 500_000), pot=600_000, **grid):
        self.commission = scoring.commission(
            scoring.call(grid=scoring.terms(**grid), pot_cents=pot), evaluators=1
        )
        self.applications = [scoring.apply(self.commission.call, cost_cents=cost) for cost in costs]
        points = {one: (200 - 10 * place, 90) for place, one in enumerate(self.applications)}
        scoring.scored(self.commission, points)
        self.list = scoring.published(self.commission)
        self.first, *self.line = self.applications
        self.officer = calling.officer()

    def release(self):
        self.first.refresh_from_db()
        release_reservation(campaign=self.first.campaign, now=LATER)

    def offer(self, now=LATER):
        return offer_next(ranked_list=self.list, by=self.officer, now=now)

    def code(self, now=LATER):
        with pytest.raises(Refused) as caught:
            self.offer(now)
        return caught.value.code

    def statuses(self):
        for one in self.applications:
            one.refresh_from_db()
        return [one.status for one in self.applications]


def test_released_money_is_offered_to_the_next_and_accepted():
    scene = Scene()
    assert scene.code() == "pot_empty"
    before = world.rows("campaigns_campaign", "matching_matchfund", "calls_application", "notices_notice")
    scene.release()
    free = MatchFund.objects.get().free_cents
    offer = scene.offer()
    assert (offer.application, offer.status) == (scene.line[0], "open")
    assert offer.answer_until == LATER + dt.timedelta(days=10)
    assert before
    assert MatchFund.objects.get().free_cents == free == 600_000  # an offer takes nothing yet
    assert scene.code() == "pot_empty"  # beside the offer that waits the pot can't carry the small one
    owner = scene.line[0].created_by
    assert [task.due_at for task in team_tasks(owner, LATER)] == [offer.answer_until]
    assert Notice.objects.filter(event="admission_offered", user=owner).count() == 1
    accept_offer(offer=offer, by=owner, now=LATER)
    assert scene.statuses() == ["admitted", "admitted", "eligible_not_funded"]
    assert MatchFund.objects.get().free_cents == 0
    assert list(offer.events.values_list("to_status", flat=True)) == ["open", "accepted"]
    assert not list(team_tasks(owner, LATER))


def test_who_declines_or_does_not_answer_is_passed_over():
    scene = Scene(costs=(1_000_000, 1_000_000, 1_000_000, 1_000_000))
    scene.release()
    first = scene.offer()
    decline_offer(offer=first, by=scene.line[0].created_by, now=LATER)
    second = scene.offer()
    assert second.application == scene.line[1]
    over = second.answer_until
    with pytest.raises(Refused) as caught:
        accept_offer(offer=second, by=scene.line[1].created_by, now=over)
    assert caught.value.code == "offer_over"
    with clock.moved(over - clock.real_now()):
        assert offer_released() == 2  # one lapses, one is made
        assert offer_released() == 0
    second.refresh_from_db()
    assert second.status == "lapsed"
    assert list(Offer.objects.values_list("application", flat=True)) == [one.pk for one in scene.line]
    assert scene.statuses() == ["admitted", *["eligible_not_funded"] * 3]


@pytest.mark.parametrize("skips", [False, True])
def test_a_smaller_one_further_down_waits_unless_the_rule_passes_over(skips):
    scene = Scene(costs=(500_000, 1_000_000, 500_000), pot=300_000, skip_when_short=skips)
    scene.release()
    if skips:
        assert scene.offer().application == scene.line[1]
    else:
        assert scene.code() == "pot_empty"


def test_never_after_the_date_and_no_answer_runs_beyond_it():
    scene = Scene()
    scene.release()
    assert scene.code(UNTIL) == "offers_over"
    with clock.moved(UNTIL - clock.real_now()):
        assert offer_released() == 0
    last = UNTIL - dt.timedelta(days=2)
    offer = scene.offer(last)
    assert offer.answer_until == UNTIL
    with pytest.raises(Refused):
        accept_offer(offer=offer, by=scene.line[0].created_by, now=UNTIL)
    assert scene.statuses()[1] == "eligible_not_funded"


def test_without_a_date_nothing_is_offered():
    scene = Scene(offers_until=None)
    scene.release()
    assert scene.code() == "offers_over"
    assert Grid.objects.get().offers_until is None


def test_the_team_alone_answers_and_a_pot_used_in_between_leaves_the_offer_open():
    scene = Scene()
    scene.release()
    offer = scene.offer()
    for stranger in (world.person(), scene.officer):
        with pytest.raises(NotAllowed):
            accept_offer(offer=offer, by=stranger, now=LATER)
        with pytest.raises(NotAllowed):
            decline_offer(offer=offer, by=stranger, now=LATER)
    other = world_of_pots.application(scene.first.call)
    take(campaign=other.campaign, cents=599_999, now=LATER, whole=True)
    with pytest.raises(Refused) as caught:
        accept_offer(offer=offer, by=scene.line[0].created_by, now=LATER)
    assert caught.value.code == "pot_empty"
    offer.refresh_from_db()
    assert (offer.status, scene.statuses()[1]) == ("open", "eligible_not_funded")


def test_after_the_list_officers_admit_by_hand_the_next_in_line_alone():
    scene = Scene(pot=600_000, costs=(1_000_000, 1_000_000, 1_000_000))
    scene.release()
    for deed, one, code in (
        (admit_application, scene.line[1], "out_of_turn"),
        (reject_application, scene.line[0], "commission_decides"),
    ):
        with pytest.raises(Refused) as caught:
            deed(application=one, reason="Sì.", by=scene.officer, now=LATER)
        assert caught.value.code == code
    admit_application(application=scene.line[0], reason="Sì.", by=scene.officer, now=LATER)
    assert scene.statuses() == ["admitted", "admitted", "eligible_not_funded"]


def test_a_rehearsal_leaves_nothing_behind():
    scene = Scene()
    scene.release()
    before = world.rows()
    assert pot_carries([scene.line[0]], now=LATER)
    assert not pot_carries([scene.line[0], scene.line[1]], now=LATER)
    assert world.rows() == before


# Two offers for one release: two sessions of a call share a pot, and each list has somebody in line


@pytest.fixture
def two_lists():
    call = scoring.call(sessions=2, pot_cents=600_000)
    lists, admitted = [], None
    for session in call.sessions.all():
        applications = [scoring.apply(call) for _ in range(2)]
        for one in applications:
            type(one).objects.filter(pk=one.pk).update(session=session)
            one.refresh_from_db()
        commission = scoring.commission(call, session=session, evaluators=1)
        scoring.scored(commission, {applications[0]: (200, 90), applications[1]: (180, 90)})
        lists.append(scoring.published(commission))
        admitted = admitted or applications[0]
    admitted.refresh_from_db()
    release_reservation(campaign=admitted.campaign, now=LATER)
    return lists, calling.officer()


def _race(two_lists):
    lists, officer = two_lists
    return race(2, lambda n: offer_next(ranked_list=lists[n], by=officer, now=LATER))


@pytest.mark.django_db(transaction=True)
def test_one_release_is_offered_once(two_lists):
    ends = _race(two_lists)
    assert sorted(getattr(end, "code", "offered") for end in ends) == ["offered", "pot_empty"]
    assert Offer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_is_offered_twice(two_lists, monkeypatch):
    """The control: both have seen that the pot carries theirs before either has made its offer.

    They rehearse one after the other, or the rows of one rehearsal would make the second wait for the first's end.
    """
    gate, turn = threading.Barrier(2), threading.Lock()

    def carries(applications, *, now):
        with turn:
            seen = pot_carries(applications, now=now)
        gate.wait(10)
        return seen

    monkeypatch.setattr(offers, "lock_grid", lambda call: Grid.objects.get(call=call))
    monkeypatch.setattr(offers, "pot_carries", carries)
    ends = _race(two_lists)
    assert [type(end) for end in ends] == [Offer, Offer], ends
    assert Offer.objects.count() == 2


# A session's share of the pot: what is held counts, never what admitted projects once could have taken


@pytest.mark.parametrize("confirmed", [True, False])
def test_what_a_sessions_share_cant_carry_is_not_funded_with_the_higher_cap_too(confirmed):
    """Shares of € 10,000: two caps of € 5,000 fit, one of € 5,000 beside a higher one of € 5,600 does not."""
    data = calling.DATA | {"match_cap_cents": 500_000, "accessible_match_cap_cents": 560_000}
    call = scoring.call(sessions=1, share=1_000_000, rule=calling.rule(data=data))
    claim = {"goal_cents": 500_000, "all_abilities": True, "accessibility": "Senza gradini."}
    first, second = scoring.apply(call, **claim), scoring.apply(call, goal_cents=500_000)
    judge_accessibility(application=first, confirmed=confirmed, by=calling.officer(), now=THEN)
    commission = scoring.commission(call, session=call.sessions.get(), evaluators=1)
    scoring.scored(commission, {first: (200, 90), second: (190, 90)})
    scoring.published(commission)
    for one in (first, second):
        one.refresh_from_db()
    assert [first.status, second.status] == ["admitted", "eligible_not_funded" if confirmed else "admitted"]
    assert books_that_disagree() == []


def test_money_that_a_session_gets_back_goes_down_its_list():
    call = scoring.call(sessions=1, share=600_000, pot_cents=5_000_000)
    first, second = (scoring.apply(call, cost_cents=1_000_000) for _ in range(2))
    commission = scoring.commission(call, session=call.sessions.get(), evaluators=1)
    scoring.scored(commission, {first: (200, 90), second: (190, 90)})
    made = scoring.published(commission)
    first.refresh_from_db()
    release_reservation(campaign=first.campaign, now=LATER)
    offer = offer_next(ranked_list=made, by=calling.officer(), now=LATER)
    assert offer.application == second
    accept_offer(offer=offer, by=second.created_by, now=LATER)
    second.refresh_from_db()
    assert second.status == "admitted"
    assert books_that_disagree() == []
