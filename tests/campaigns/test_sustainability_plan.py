"""The business plan beside the accounts, and what would be if it were otherwise."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import TeamRole
from campaigns.models import PlanLine
from campaigns.sustainability.formula import AMOUNTS, break_even_month, month_number
from campaigns.sustainability.formula.planning import WhatIf, changed, cumulative_difference, planned
from tests import world
from tests.campaigns.books_rows import books, closed, member

FIRST = month_number("2025-11")
LINES = [
    *((month, "earned", cents) for month, cents in enumerate([100, 100, 100, 290, 290, 290], 1)),
    *((month, "rent", 300) for month in range(1, 7)),
]


def test_by_hand_a_fee_that_rises_by_a_tenth_and_a_start_two_months_later():
    plan = planned(LINES, FIRST)
    assert (min(plan), len(plan)) == (FIRST, 6)
    assert break_even_month(plan) is None
    dearer = changed(plan, WhatIf(("earned",), 10))
    assert [dearer[FIRST + n].earned for n in (0, 3)] == [110, 319]
    assert break_even_month(dearer) == FIRST + 5  # 3 × 319 of 900; before it 110 + 2 × 319 = 748
    later = changed(plan, WhatIf(("earned",), 10, 2))
    assert break_even_month(later) == FIRST + 7
    assert min(later) == FIRST + 2
    came = planned([(1, "earned", 150), (1, "rent", 300), (2, "earned", 20), (2, "rent", 310)], FIRST)
    assert cumulative_difference(plan, came) == {FIRST: 50, FIRST + 1: -40}


def test_a_half_cent_goes_to_the_even_one_and_nonsense_is_refused():
    plan = planned([(1, "earned", 1), (1, "rent", 3)], FIRST)
    half = changed(plan, WhatIf(("earned", "rent"), 50))[FIRST]
    assert (half.earned, half.rent) == (2, 4)
    assert planned([], FIRST) == {}
    for what in (WhatIf(percent=-101), WhatIf(delay=-1)):
        with pytest.raises(ValueError, match="no such change"):
            changed(plan, what)
    with pytest.raises(ValueError, match="not a kind"):
        planned([(1, "cash_end", 1)], FIRST)


@given(
    lines=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(AMOUNTS), st.integers(1, 10**9)), max_size=9
    ),
    kinds=st.sets(st.sampled_from(AMOUNTS)),
    percent=st.integers(-100, 1000),
    delay=st.integers(0, 24),
)
def test_other_kinds_stay_and_none_falls_below_nothing(lines, kinds, percent, delay):
    plan = planned(lines, FIRST)
    found = changed(plan, WhatIf(tuple(kinds), percent, delay))
    assert sorted(found) == [month + delay for month in sorted(plan)]
    for month, one in plan.items():
        for kind in AMOUNTS:
            before, after = getattr(one, kind), getattr(found[month + delay], kind)
            assert after >= 0
            assert after == before if kind not in kinds else abs(100 * after - before * (100 + percent)) <= 50
    assert changed(plan, WhatIf()) == plan


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def of(self):
        owner = world.person("Olmo")
        made = books(owner)
        closed(made, owner)
        return made, owner

    def get(self, client, of, **asked):
        return client.get(reverse("plan_and_accounts", args=[of.project.slug]), asked)

    def test_the_team_sees_both_and_asks_what_if(self, client, of, django_assert_max_num_queries):
        made, owner = of
        PlanLine.objects.bulk_create(
            PlanLine(project=made.project, month=month, kind=kind, amount_cents=cents * 1000)
            for month, kind, cents in LINES
        )
        client.force_login(owner)
        with django_assert_max_num_queries(20):
            page = self.get(client, made)
        assert page.status_code == 200
        assert "1.000,00" in page.content.decode()
        asked = self.get(client, made, kinds="earned", percent="10", delay="2").context
        assert asked["break_even_otherwise"] != asked["break_even"]
        assert len(asked["charts"][0]["lines"]) == 3
        assert PlanLine.objects.filter(kind="earned", amount_cents=100_000).count() == 3, "nothing is stored"

    def test_bad_questions_are_named_and_change_nothing(self, client, of):
        made, owner = of
        PlanLine.objects.create(project=made.project, month=1, kind="earned", amount_cents=5)
        client.force_login(owner)
        for bad in ({"percent": "molto"}, {"percent": "-101"}, {"delay": "25"}, {"kinds": "cash_end"}):
            page = self.get(client, made, **bad)
            assert page.status_code == 200
            assert page.context["form"].errors
            assert not page.context["asked"]

    def test_without_a_plan_it_says_so_and_strangers_see_nothing(self, client, of):
        made, owner = of
        client.force_login(owner)
        assert "empty" in self.get(client, made).content.decode()
        for who, code in (
            (member(made.project, TeamRole.ACCOUNTANT), 200),
            (member(made.project, TeamRole.EDITOR), 403),
            (world.person("Elio"), 403),
        ):
            client.force_login(who)
            assert self.get(client, made).status_code == code
        client.logout()
        assert self.get(client, made).status_code == 302
