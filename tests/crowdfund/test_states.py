"""The transition tables: what they promise, on random walks and on real rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.calls.enums import APPLICATION_TRANSITIONS, CALL_TRANSITIONS, ApplicationStatus, CallStatus
from campaigns.codesign.enums import NEED_TRANSITIONS, PROPOSAL_TRANSITIONS, NeedStatus, ProposalStatus
from campaigns.enums import (
    CAMPAIGN_TRANSITIONS,
    MILESTONE_TRANSITIONS,
    CampaignStatus,
    MilestoneStatus,
)
from campaigns.models import Campaign, CampaignEvent
from campaigns.reporting.enums import (
    CHANGE_TRANSITIONS,
    REPORT_TRANSITIONS,
    STOP_TRANSITIONS,
    ChangeStatus,
    ReportStatus,
    StopStatus,
)
from crowdfund.kit import states
from crowdfund.kit.states import IllegalTransition, StaleState
from payments.enums import (
    ATTEMPT_TRANSITIONS,
    DISBURSEMENT_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    PLEDGE_TRANSITIONS,
    AttemptStatus,
    DisbursementStatus,
    PayoutStatus,
    PledgeStatus,
)
from tests.world import NOW, campaign, person

if TYPE_CHECKING:
    from django.db.models import TextChoices

TABLES: list[tuple[Any, type[TextChoices], str]] = [
    (CAMPAIGN_TRANSITIONS, CampaignStatus, "draft"),
    (MILESTONE_TRANSITIONS, MilestoneStatus, "planned"),
    (CHANGE_TRANSITIONS, ChangeStatus, "requested"),
    (REPORT_TRANSITIONS, ReportStatus, "draft"),
    (STOP_TRANSITIONS, StopStatus, "declared"),
    (PLEDGE_TRANSITIONS, PledgeStatus, "pending_card"),
    (ATTEMPT_TRANSITIONS, AttemptStatus, "created"),
    (DISBURSEMENT_TRANSITIONS, DisbursementStatus, "proposed"),
    (PAYOUT_TRANSITIONS, PayoutStatus, "created"),
    (CALL_TRANSITIONS, CallStatus, "draft"),
    (APPLICATION_TRANSITIONS, ApplicationStatus, "draft"),
    (NEED_TRANSITIONS, NeedStatus, "waiting"),
    (PROPOSAL_TRANSITIONS, ProposalStatus, "open"),
]
FIRST_TOO = {PledgeStatus: ("awaiting_transfer", "received")}
"""Where else a life begins: a transfer, cash."""
NAMES = [statuses.__name__ for _table, statuses, _first in TABLES]


@pytest.mark.parametrize(("table", "statuses", "first"), TABLES, ids=NAMES)
def test_a_table_speaks_of_every_status_and_of_no_other(table: Any, statuses: Any, first: str) -> None:
    assert {str(status) for status in table} == set(statuses.values)
    assert {str(to) for targets in table.values() for to in targets} <= set(statuses.values)
    assert first in statuses.values


@pytest.mark.parametrize(("table", "statuses", "first"), TABLES, ids=NAMES)
def test_every_status_is_reached_from_a_first_one(table: Any, statuses: Any, first: str) -> None:
    firsts = {first, *FIRST_TOO.get(statuses, ())}
    reached, edge = set(firsts), set(firsts)
    while edge:
        edge = {str(to) for status in edge for to in table[status]} - reached
        reached |= edge
    assert reached == set(statuses.values)


WALK = st.lists(st.sampled_from(CampaignStatus.values), max_size=12)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=WALK)
def test_a_random_walk_never_leaves_the_table(wishes: list[str]) -> None:
    row = campaign(status=CampaignStatus.DRAFT)
    for wish in wishes:
        before = Campaign.objects.get(pk=row.pk).status
        events = row.events.count()
        if wish in CAMPAIGN_TRANSITIONS[before]:
            states.advance(row, wish, table=CAMPAIGN_TRANSITIONS, now=NOW)
            assert Campaign.objects.get(pk=row.pk).status == row.status == wish
            event = row.events.last()
            assert (event.from_status, event.to_status) == (before, wish)
        else:
            with pytest.raises(IllegalTransition):
                states.advance(row, wish, table=CAMPAIGN_TRANSITIONS, now=NOW)
            assert Campaign.objects.get(pk=row.pk).status == row.status == before
            assert row.events.count() == events
    Campaign.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("start", CampaignStatus.values)
@pytest.mark.parametrize("to", [*CampaignStatus.values, "nonsense", ""])
def test_the_door_opens_exactly_where_the_table_says(start: str, to: str) -> None:
    row = campaign(status=start)
    allowed = to in CAMPAIGN_TRANSITIONS[start]
    if allowed:
        states.advance(row, to, table=CAMPAIGN_TRANSITIONS, now=NOW)
    else:
        with pytest.raises(IllegalTransition):
            states.advance(row, to, table=CAMPAIGN_TRANSITIONS, now=NOW)
    assert Campaign.objects.get().status == (to if allowed else start)
    assert CampaignEvent.objects.count() == int(allowed)


@pytest.mark.django_db
def test_who_comes_second_with_a_stale_row_changes_nothing() -> None:
    mine = campaign(status=CampaignStatus.LIVE)
    theirs = Campaign.objects.get(pk=mine.pk)
    states.advance(theirs, CampaignStatus.CLOSING, table=CAMPAIGN_TRANSITIONS, now=NOW)
    with pytest.raises(StaleState):
        states.advance(
            mine,
            CampaignStatus.CANCELLED,
            table=CAMPAIGN_TRANSITIONS,
            now=NOW,
            deadline=NOW + dt.timedelta(days=1),
        )
    row = Campaign.objects.get()
    assert (row.status, row.deadline) == (CampaignStatus.CLOSING, theirs.deadline)
    assert mine.status == CampaignStatus.LIVE
    assert CampaignEvent.objects.count() == 1


@pytest.mark.django_db
def test_an_event_keeps_who_when_and_why_and_fields_change_with_the_status() -> None:
    row, by = campaign(status=CampaignStatus.COLLECTING), person()
    later = NOW + dt.timedelta(hours=3)
    states.advance(
        row,
        CampaignStatus.FUNDED,
        table=CAMPAIGN_TRANSITIONS,
        now=later,
        by=by,
        why="tutto riscosso",
        recovery_ends_at=later,
    )
    event = CampaignEvent.objects.get()
    assert (event.at, event.by, event.why) == (later, by, "tutto riscosso")
    assert Campaign.objects.get().recovery_ends_at == row.recovery_ends_at == later
