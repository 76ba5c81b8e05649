"""Two at once at a report: the lock lets one wait for the other, and each control shows the damage without it."""

from __future__ import annotations

import threading

import pytest

from accounts.enums import Role
from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.services import items, reviews
from campaigns.reporting.services.items import add_item
from campaigns.reporting.services.reports import submit_report
from campaigns.reporting.services.reviews import accept_report, review_item
from crowdfund.kit.errors import Refused
from tests import world
from tests.campaigns.reporting import expense, final, funded, item
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def unlocked(report):
    """Read a report anew without its lock."""
    return SpendingReport.objects.select_related("campaign__project__organisation").get(pk=report.pk)


@pytest.mark.parametrize("locked", [True, False])
def test_two_officers_review_at_once(monkeypatch, locked):
    """One accepts while the other finds an item not eligible: never a verdict that changes after the acceptance."""
    owner, officers = world.person(), [world.staff(Role.OFFICER) for _ in range(2)]
    report = final(funded(owner))
    made = item(report, owner)
    submit_report(report=report, by=owner, now=NOW)
    review_item(item=made, eligible=True, by=officers[0], now=NOW)
    seen, accepted = threading.Event(), threading.Event()
    read = reviews._lock_submitted

    def slowly(asked):
        if not locked:
            monkeypatch.setattr(reviews, "lock_report", unlocked)
        found = read(asked)
        if threading.current_thread().name == "verdict":
            seen.set()
            accepted.wait(0.3 if locked else 10)
        return found

    monkeypatch.setattr(reviews, "_lock_submitted", slowly)

    def work(n):
        if n:
            threading.current_thread().name = "verdict"
            return review_item(item=made, eligible=False, reason="Doppia", by=officers[1], now=NOW)
        seen.wait(10)
        accept_report(report=report, by=officers[0], now=NOW)
        verdict = ReportItem.objects.get().verdict
        accepted.set()
        return verdict

    ends = race(2, work)
    assert (ends[0] == ReportItem.objects.get().verdict) is locked, ends


@pytest.mark.parametrize("locked", [True, False])
def test_an_item_meets_the_handing_in(monkeypatch, locked):
    """Without the lock an expense slips into a report that was handed in, and that nobody checked."""
    owner = world.person()
    report = final(funded(owner))
    item(report, owner)
    seen, handed_in = threading.Event(), threading.Event()
    check = items.check_once

    def slowly(*args, **kwargs):
        check(*args, **kwargs)
        seen.set()
        handed_in.wait(0.3 if locked else 10)

    monkeypatch.setattr(items, "check_once", slowly)
    if not locked:
        monkeypatch.setattr(items, "lock_report", unlocked)

    def work(n):
        if n:
            new = expense(report.campaign, document_number="2")
            return add_item(report=report, expense=new, by=owner, now=NOW)
        seen.wait(10)
        try:
            submit_report(report=report, by=owner, now=NOW)
        finally:
            handed_in.set()
        return None

    ends = race(2, work)
    lacking = ReportItem.objects.filter(report__status="submitted", receipt="").count()
    assert lacking == (0 if locked else 1), ends
    assert isinstance(ends[0], Refused) is locked
