"""Corrections after refunds where a pledge draws, and where a sum is given at a number of backers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.enums import Role
from crowdfund.kit.errors import Refused
from payments.enums import PledgeStatus
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree, match_explained
from payments.matching.services import reserve_match
from payments.models import Pledge
from payments.services.corrections import approve_correction, propose_correction
from tests import world
from tests.payments.drawing import active, again, collect, drawing, officer, running
from tests.payments.pots import sponsored
from tests.world import NOW

if TYPE_CHECKING:
    from campaigns.models import Campaign

pytestmark = pytest.mark.django_db


def given_back(pledge: Pledge) -> None:
    """All of it went back."""
    Pledge.objects.filter(pk=pledge.pk).update(status=PledgeStatus.REFUNDED)


def corrected(campaign: Campaign) -> tuple[int, int]:
    """Propose and approve a correction; return the match and what goes back."""
    row = propose_correction(campaign=again(campaign.pk), reason="Rimborsi", by=officer(), now=NOW)
    approve_correction(correction=row, by=world.staff(Role.APPROVER), now=NOW)
    assert books_that_disagree() == []
    with pytest.raises(Refused) as refused:
        propose_correction(campaign=again(campaign.pk), reason="Ancora", by=officer(), now=NOW)
    assert refused.value.code == "nothing_to_correct"
    return row.match_cents, row.economy_cents


def test_what_pledges_drew_counts_for_what_is_left_of_them():
    """€ 10 and € 20 drew as much; the pots had 25 and 100: the 20 that go back leave the second first."""
    of = drawing(2_500)
    sponsored(of, 10_000)
    campaign = running(of)
    active(campaign, 1_000, "a@example.org")
    second = active(campaign, 2_000, "b@example.org")
    collect(campaign)
    assert [row.proposed_cents for row in Reservation.objects.order_by("pk")] == [2_500, 500]
    given_back(second)
    assert corrected(campaign) == (1_000, 2_000)
    told = match_explained(again(campaign.pk))
    assert (told.cents, told.steps[-1]["cents"]) == (1_000, 1_000)
    assert [pot.free_cents for pot in MatchFund.objects.in_order()] == [1_500, 10_000]


def test_a_sum_for_backers_shrinks_with_those_who_are_left():
    """€ 500 at three backers; one of the two who gave once has it back: 500 × 2 ÷ 3. Ada's second gift is no backer."""
    of = drawing(5_000_000, "lump_sum", at_backers=3, sum_cents=50_000)
    campaign = running(of, goal_cents=60_000, cost_cents=100_000)
    reserve_match(application=campaign.application, now=NOW)
    given = [active(campaign, 20_000, f"{who}@example.org") for who in ("ada", "ada", "bo", "cy")]
    collect(campaign)
    given_back(given[2])
    assert corrected(campaign) == (33_333, 16_667)
    assert MatchFund.objects.get().free_cents == 5_000_000 - 33_333
    given_back(given[0])  # she still gives once
    with pytest.raises(Refused) as refused:
        propose_correction(campaign=again(campaign.pk), reason="Rimborsi", by=officer(), now=NOW)
    assert refused.value.code == "nothing_to_correct"
