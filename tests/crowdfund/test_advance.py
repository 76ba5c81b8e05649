"""`advance`, the only door of a status: what it refuses, what it writes, and who wins a race."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DataError, transaction

from campaigns.enums import CAMPAIGN_TRANSITIONS, CampaignStatus
from campaigns.models import Campaign, CampaignEvent
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import IllegalTransition, StaleState, advance, record_birth
from tests import world
from tests.race import race
from tests.world import NOW


def move(campaign: Campaign, to: str, **changes) -> None:
    advance(campaign, to, table=CAMPAIGN_TRANSITIONS, now=NOW, **changes)


def events(campaign: Campaign) -> list[tuple[str, str]]:
    return list(campaign.events.values_list("from_status", "to_status"))


def unchanged(campaign: Campaign, status: str = CampaignStatus.LIVE) -> bool:
    stored = Campaign.objects.get(pk=campaign.pk)
    return stored.status == status and not CampaignEvent.objects.filter(campaign=campaign).exists()


@pytest.mark.django_db
class TestAdvance:
    def test_it_changes_the_row_the_copy_in_hand_and_tells_who_when_and_why(self):
        campaign, officer = world.campaign(), world.person("Olga")
        move(campaign, CampaignStatus.CANCELLED, by=officer, why="Rischio di frana", goal_cents=123)
        stored = Campaign.objects.get(pk=campaign.pk)
        for seen in (campaign, stored):
            assert (seen.status, seen.goal_cents) == ("cancelled", 123)
        event = stored.events.get()
        assert (event.from_status, event.to_status) == ("live", "cancelled")
        assert (event.at, event.by, event.why) == (NOW, officer, "Rischio di frana")
        assert str(event) == "live → cancelled"

    @pytest.mark.parametrize("to", [CampaignStatus.FUNDED, CampaignStatus.LIVE, "no such state"])
    def test_a_step_the_table_does_not_know_is_refused_and_logged(self, to, caplog):
        campaign = world.campaign()
        with pytest.raises(IllegalTransition) as refused:
            move(campaign, to, goal_cents=1)
        assert (refused.value.code, refused.value.status) == ("illegal_transition", 409)
        assert f"illegal step refused: Campaign {campaign.pk}: live -> {to}" in caplog.messages
        assert unchanged(campaign)
        assert (campaign.status, campaign.goal_cents) == ("live", 400_000)

    def test_a_state_the_table_does_not_know_goes_nowhere(self):
        campaign = world.campaign(status=CampaignStatus.FUNDED)
        with pytest.raises(IllegalTransition):
            advance(campaign, CampaignStatus.LIVE, table={}, now=NOW)

    def test_what_somebody_else_changed_first_is_refused(self):
        campaign = world.campaign()
        other = Campaign.objects.get(pk=campaign.pk)
        move(other, CampaignStatus.CLOSING)
        with pytest.raises(StaleState) as refused:
            move(campaign, CampaignStatus.CANCELLED, goal_cents=1)
        assert (refused.value.code, refused.value.status) == ("stale_state", 409)
        stored = Campaign.objects.get(pk=campaign.pk)
        assert (stored.status, stored.goal_cents) == ("closing", 400_000)
        assert events(stored) == [("live", "closing")]
        assert campaign.status == CampaignStatus.LIVE  # the copy in hand still says what was read

    def test_a_row_that_is_gone_is_stale(self):
        campaign = world.campaign()
        Campaign.objects.filter(pk=campaign.pk).delete()
        with pytest.raises(StaleState):
            move(campaign, CampaignStatus.CLOSING)

    def test_refusals_are_sentences_for_people(self):
        for error in (IllegalTransition, StaleState):
            refused = error(world.campaign(), "x")
            assert isinstance(refused, Refused)
            assert str(refused).endswith(".")
            assert "Campaign" not in str(refused)  # the details are a note for the log
            assert "Campaign" in refused.__notes__[0]

    @pytest.mark.parametrize("by", [None, AnonymousUser()])
    def test_nobody_in_particular(self, by):
        campaign = world.campaign()
        move(campaign, CampaignStatus.CLOSING, by=by)
        assert campaign.events.get().by is None

    def test_a_birth_is_the_first_event(self):
        campaign, ada = world.campaign(), world.person()
        record_birth(campaign, now=NOW, by=ada)
        assert events(campaign) == [("", "live")]
        assert campaign.events.get().by == ada


@pytest.mark.django_db(transaction=True)
class TestOneTransaction:
    def test_without_the_event_there_is_no_change(self):
        campaign = world.campaign()
        with pytest.raises(DataError):
            move(campaign, CampaignStatus.CLOSING, why="x" * 300)  # the event can't be written
        assert unchanged(campaign)
        assert campaign.status == CampaignStatus.LIVE

    def test_what_comes_after_takes_the_change_and_the_event_back_with_it(self):
        campaign = world.campaign()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            move(campaign, CampaignStatus.CLOSING)
            raise ZeroDivisionError
        assert unchanged(campaign)


@pytest.mark.django_db(transaction=True)
class TestTheRace:
    WORKERS = 6

    def test_of_many_advances_exactly_one_wins(self):
        campaign = world.campaign()
        read = threading.Barrier(self.WORKERS)

        def work(n: int) -> None:
            mine = Campaign.objects.get(pk=campaign.pk)
            read.wait(10)
            move(mine, CampaignStatus.CLOSING if n % 2 else CampaignStatus.CANCELLED)

        ends = race(self.WORKERS, work)
        assert ends.count(None) == 1
        assert sum(isinstance(end, StaleState) for end in ends) == self.WORKERS - 1
        campaign.refresh_from_db()
        assert events(campaign) == [("live", campaign.status)]

    def test_control_with_a_plain_save_everybody_wins(self):
        campaign = world.campaign()
        read = threading.Barrier(self.WORKERS)

        def work(n: int) -> None:
            mine = Campaign.objects.get(pk=campaign.pk)
            read.wait(10)
            before, mine.status = mine.status, CampaignStatus.CLOSING if n % 2 else CampaignStatus.CANCELLED
            with transaction.atomic():
                mine.save(update_fields=["status"])
                mine.events.create(at=NOW, from_status=before, to_status=mine.status)

        ends = race(self.WORKERS, work)
        assert ends == [None] * self.WORKERS
        assert {to for _from, to in events(campaign)} == {"closing", "cancelled"}
