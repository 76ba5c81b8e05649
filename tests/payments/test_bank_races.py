"""Two at once at the bank: one wins, the other sees it; each lock with a control that shows the damage without it."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit.errors import Refused
from payments import locks
from payments.bank.enums import ListStatus
from payments.bank.models import BankLine, BankStatement, CreditList, ListItem
from payments.bank.services import arrivals, importing, lists, placing, pledges
from payments.bank.services.importing import import_statement
from payments.bank.services.lists import draft_list, export_list
from payments.bank.services.matches import approve_match, propose_match
from payments.bank.services.pledges import cancel_transfer_pledge, change_account_back
from payments.enums import PledgeStatus
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import debit_balance, faults
from payments.locks import HeldCampaign
from payments.models import Pledge, Refund
from payments.permissions import MANAGE, link_token
from payments.services.totals import totals_that_disagree
from tests import world
from tests.payments.bank_files.acting import TODAY, a_list, approver, bring, officer, paid, promise
from tests.payments.bank_files.writing import BO, Move, statement
from tests.payments.test_bank_lists import missed
from tests.payments.test_bank_matches import of_pledge
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(ends: list[Any]) -> Counter[str]:
    return Counter(type(end).__name__ for end in ends)


def test_the_same_statement_by_four_officers_at_once():
    pledge = promise(world.campaign())
    by = officer()
    content = statement([paid(pledge), Move(300, text="?", on=TODAY)], from_on=TODAY)

    def work(_n: int) -> int:
        return import_statement(content=content, file_name="x", by=by, now=NOW).new_lines

    ends = race(4, work)
    assert sorted(ends) == [0, 0, 0, 2], ends
    assert (BankStatement.objects.count(), BankLine.objects.count(), debit_balance("cash:bank")) == (
        1,
        2,
        2_800,
    )
    assert totals_that_disagree() == {}


def test_two_statements_that_share_a_day_at_once():
    """Different files, the same movements, told in another order: none is lost, none is booked twice."""
    moves = [Move(100 + n, ref=f"B{n}", on=TODAY) for n in range(30)]
    by = officer()
    files = [
        statement(moves, from_on=TODAY, name="A"),
        statement(moves[::-1], from_on=TODAY, name="B"),
    ]

    def work(n: int) -> int:
        return import_statement(content=files[n], file_name="x", by=by, now=NOW).new_lines

    ends = race(2, work)
    assert sum(ends) == 30, ends
    assert LedgerTransfer.objects.filter(code="bank_received").count() == 30


# A cancel that meets an arrival


def unplaced(monkeypatch: Any, pledge: Pledge, **fields: Any) -> BankLine:
    """A pledge's transfer as a line that nobody has placed yet."""
    with monkeypatch.context() as quiet:
        quiet.setattr(importing, "place_lines", lambda *_a, **_k: 0)
        bring(paid(pledge, **fields))
    return BankLine.objects.get()


def cancel_meets_arrival(monkeypatch: Any, *, locked: bool) -> tuple[Pledge, list[Any]]:
    """Let a backer cancel while the bank's line is being placed; without the lock both read the pledge as awaited."""
    pledge = promise(world.campaign())
    line = unplaced(monkeypatch, pledge)
    gate = threading.Barrier(2)
    if not locked:

        def read_only(pledge_id: int) -> Pledge:
            found = Pledge.objects.select_related("campaign__project", "reward", "backer", "transfer").get(
                pk=pledge_id
            )
            gate.wait(5)
            return found

        monkeypatch.setattr(arrivals, "lock_transfer_pledge", read_only)

        def unlocked(pledge: Pledge, **_more: Any) -> Pledge:
            found = Pledge.objects.select_related("campaign__project", "reward", "backer").get(pk=pledge.pk)
            gate.wait(5)
            return found

        monkeypatch.setattr(pledges, "lock_changeable", unlocked)

    def work(n: int) -> Any:
        if n:
            return cancel_transfer_pledge(pledge=pledge, by=None, token=link_token(pledge, MANAGE), now=NOW)
        return placing.place_line(line, now=NOW)

    ends = race(2, work)
    pledge.refresh_from_db()
    return pledge, ends


def test_a_cancel_and_an_arrival_end_in_one_of_two_right_ways(monkeypatch):
    pledge, ends = cancel_meets_arrival(monkeypatch, locked=True)
    assert not [end for end in ends if isinstance(end, Exception)], ends
    refund = Refund.objects.get()
    assert (pledge.status, refund.reason) in {
        (PledgeStatus.RETURNING, "withdrawn"),  # it had arrived, and was taken back
        (PledgeStatus.CANCELLED, "excess"),  # it was taken back, and arrived
    }
    assert refund.amount_cents == 2_500
    assert totals_that_disagree() == {}
    assert list(faults()) == []


def test_without_the_lock_one_of_them_fails(monkeypatch):
    """The control: both believe that the transfer is awaited, and one breaks on the other's work."""
    _pledge, ends = cancel_meets_arrival(monkeypatch, locked=False)
    assert kinds(ends)["StaleState"] == 1, ends


# A match that meets the pledge's own transfer


def test_a_match_and_the_real_transfer_at_once():
    pledge = promise(world.campaign())
    bring(Move(2_500, text="orto", on=TODAY))
    match = propose_match(line=BankLine.objects.get(), goal=of_pledge(pledge), by=officer(), now=NOW)
    by, second = officer(), approver()
    content = statement([paid(pledge)], from_on=TODAY, opening=2_500)

    def work(n: int) -> Any:
        if n:
            return approve_match(match=match, by=second, now=NOW)
        return import_statement(content=content, file_name="x", by=by, now=NOW)

    ends = race(2, work)
    pledge.refresh_from_db()
    match.refresh_from_db()
    assert (pledge.status, pledge.amount_cents) == (PledgeStatus.RECEIVED, 2_500)
    waiting = sum(row.excess.cents for row in BankLine.objects.filter(excess__isnull=False))
    unmatched = BankLine.objects.filter(status="unmatched").count()
    assert (match.status, waiting, unmatched) in {("approved", 2_500, 0), ("void", 0, 1)}, ends
    assert totals_that_disagree() == {}


def test_a_line_is_placed_once_and_approved_once(monkeypatch):
    pledge = promise(world.campaign())
    line = unplaced(monkeypatch, pledge, rf="")
    assert race(4, lambda _n: placing.place_line(line, now=NOW)) == [None] * 4
    assert LedgerTransfer.objects.filter(code="bank_received").count() == 1
    match = propose_match(line=BankLine.objects.get(), goal=of_pledge(pledge), by=officer(), now=NOW)
    second = approver()
    ends = race(3, lambda _n: approve_match(match=match, by=second, now=NOW))
    assert kinds(ends) == {"NoneType": 1, "Refused": 2}, ends
    assert LedgerTransfer.objects.filter(code="bank_matched").count() == 1


# Lists


def test_what_is_due_gets_on_one_list(at):
    missed(at, 3)
    by = officer()
    ends = race(3, lambda _n: draft_list(by=by, now=NOW))
    assert sum(isinstance(end, CreditList) for end in ends) == 1, ends
    assert all(isinstance(end, CreditList | Refused) for end in ends), ends
    assert ListItem.objects.count() == 3


def account_meets_export(at: Any, monkeypatch: Any, *, locked: bool) -> tuple[str, str, list[Any]]:
    """Change where a refund goes exactly while its list is given to the bank: what the file says, what the row says."""
    [pledge] = missed(at, 1)
    made = a_list(sent=False)
    compared, changed = threading.Event(), threading.Event()
    real = lists._still_so
    if not locked:
        monkeypatch.setattr(lists, "lock_accounts_back", lambda _ids: {})

    def compare(*args: Any) -> bool:
        fits = real(*args)
        compared.set()
        changed.wait(1)  # locked: the change can't get through, and this ends in a second
        return fits

    monkeypatch.setattr(lists, "_still_so", compare)
    by = officer()

    def work(n: int) -> Any:
        if n == 0:
            return export_list(transfers=made, by=by, now=NOW)
        compared.wait(5)
        token = link_token(pledge, MANAGE)
        try:
            return change_account_back(pledge=pledge, iban=BO, holder="Bo", by=None, token=token, now=NOW)
        finally:
            changed.set()

    ends = race(2, work)
    pledge.transfer.refresh_from_db()
    return ListItem.objects.get().iban, pledge.transfer.iban, ends


def test_what_goes_to_the_bank_is_what_the_backer_was_told(at, monkeypatch):
    sent_to, told, ends = account_meets_export(at, monkeypatch, locked=True)
    assert sent_to == told, ends
    assert CreditList.objects.get().status == ListStatus.EXPORTED


def test_without_the_lock_it_goes_to_an_account_the_backer_has_changed(at, monkeypatch):
    sent_to, told, ends = account_meets_export(at, monkeypatch, locked=False)
    assert sent_to != told, ends


# A pledge placed while the campaign closes


def placed_while_closing(monkeypatch: Any, *, held: bool) -> tuple[int, list[Any]]:
    """Let a campaign close between the look and the pledge; how many pledges then wait in a campaign that is closed."""
    campaign = world.campaign()
    looked, closed = threading.Event(), threading.Event()
    real = locks.hold_campaign

    def look(campaign_id: int, now: Any) -> HeldCampaign:
        if held:
            found = real(campaign_id, now)
        else:
            status = Campaign.objects.values_list("status", flat=True).get(pk=campaign_id)
            found = HeldCampaign(status, over=False)
        looked.set()
        closed.wait(1)
        return found

    monkeypatch.setattr(pledges, "hold_campaign", look)
    at_close: list[int] = []

    def work(n: int) -> Any:
        if n == 0:
            return promise(campaign)
        looked.wait(5)
        Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.CLOSING)
        at_close.append(Pledge.objects.count())
        closed.set()
        return None

    ends = race(2, work)
    return Pledge.objects.count() - at_close[0], ends


def test_the_close_knows_every_pledge(monkeypatch):
    unknown, ends = placed_while_closing(monkeypatch, held=True)
    assert unknown == 0, ends


def test_without_the_hold_a_pledge_slips_in_behind_the_close(monkeypatch):
    """The control."""
    unknown, ends = placed_while_closing(monkeypatch, held=False)
    assert unknown == 1, ends
