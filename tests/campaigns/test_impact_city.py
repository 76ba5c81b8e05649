"""The demonstration's measurements and series, made by the services."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from campaigns.impact.selectors.measurements import standings
from crowdfund.management.city import impact
from crowdfund.management.city.walk import Walk
from tests import world
from tests.world import NOW


@pytest.mark.django_db
def test_the_workshop_is_measured_verified_and_compared():
    owner = world.person("Olmo")
    people = {"pedali": owner, "tutor": world.staff(Role.TUTOR), "officer": world.staff(Role.OFFICER)}
    walk = Walk(data={}, people=people, projects={"ciclofficina": world.project(owner)})
    entry = {"key": "ciclofficina", "organisation": "pedali"}
    for deed in (impact.write_logframe, impact.measure, impact.compare):
        deed(walk, entry, NOW)
    [one] = standings(walk.projects["ciclofficina"], NOW.date())
    assert (one.progress.points, len(one.verified), len(one.measurements)) == (58, 2, 3)
    assert one.indicator.benchmark.series.values.count() == 6
