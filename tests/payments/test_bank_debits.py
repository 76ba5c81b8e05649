"""What leaves our account: refunds paid another way, and lines that two people resolve."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from crowdfund.kit.errors import Invalid, Refused
from payments.bank.models import BankLine, LineMatch
from payments.bank.selectors.goals import choices
from payments.bank.selectors.transit import booked_before
from payments.bank.services.goals import goal_of
from payments.bank.services.returns import return_line
from payments.enums import RefundStatus
from payments.ledger.selectors import balances, credit_balance, debit_balance, faults
from payments.models import Refund
from payments.reconciliation.selectors.bank_side import compare_bank
from payments.services.other_ways import approve_other_way, propose_other_way
from tests import world
from tests.payments.back import as_collected, decided, funded
from tests.payments.bank_files.acting import TODAY, a_list, bring, line, officer
from tests.payments.bank_files.writing import OURS, Move
from tests.payments.test_bank_matches import approve, propose
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WEEK = NOW + dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _account(settings):
    settings.BANK_ACCOUNT_IBAN = OURS


def failed_refund(cents: int = 4_000) -> Refund:
    """A refund to a card that its bank did not take."""
    made = decided(as_collected(funded(), 10_000), cents)
    Refund.objects.filter(pk=made.pk).update(status=RefundStatus.FAILED)
    return Refund.objects.get(pk=made.pk)


def paid_another_way(refund: Refund, proof: str = "TRN 4711") -> Refund:
    other = propose_other_way(
        refund=refund, proof=proof, paid_on=TODAY, reason="r", by=world.staff(Role.OFFICER), now=NOW
    )
    approve_other_way(other=other, by=world.staff(Role.APPROVER), now=NOW)
    return Refund.objects.get(pk=refund.pk)


def differing(now=WEEK) -> list[str]:
    return [one.subject for one in compare_bank(now=now).differences]


def left(cents: int = 4_000, **fields) -> Move:
    return Move(-cents, **{"on": TODAY, "ref": f"D{cents}", "text": "BONIFICO trn-4711 a Ada"} | fields)


class TestPaidAnotherWay:
    def test_its_debit_is_known_by_reference_and_amount(self):
        refund = paid_another_way(failed_refund())
        bring(left(), left(4_100, ref="D2"))
        row = line(servicer_reference="D4000")
        assert (row.status, row.booked_as.reference) == ("ours", refund.paid_reference)
        assert line(servicer_reference="D2").status == "unexplained", "the reference alone says nothing"
        assert (debit_balance("cash:bank"), credit_balance(f"refund_due:{refund.pledge.campaign_id}")) == (
            -4_000,
            0,
        )
        assert differing() == [f"bank:bank_line:{line(servicer_reference='D2').pk}"]

    def test_two_of_one_amount_and_one_reference_are_for_two_people_to_tell_apart(self):
        one, _other = paid_another_way(failed_refund()), paid_another_way(failed_refund())
        bring(left())
        assert line().status == "unexplained"
        offered = [choice.value for choice in choices(line(), []) if choice.value.startswith("booked")]
        assert len(offered) == 2
        booked = [row for row in booked_before(4_000, credit=False) if row.reference == one.paid_reference]
        approve(propose(line(), goal_of("booked", pk=booked[0].pk)))
        assert line().booked_as == booked[0]
        assert [row.reference for row in booked_before(4_000, credit=False)] == [_other.paid_reference]

    def test_a_debit_that_came_first_is_offered_it_and_takes_it_once(self):
        refund = failed_refund()
        bring(left(text="senza riferimento"))
        assert line().status == "unexplained"
        paid_another_way(refund)
        [offered] = [choice for choice in choices(line(), []) if choice.value.startswith("booked")]
        goal = goal_of("booked", pk=int(offered.value.partition(":")[2]))
        approve(propose(line(), goal))
        assert (line().status, debit_balance("cash:bank")) == ("ours", -4_000)
        assert (differing(), list(faults())) == ([], [])
        bring(left(ref="D9", on=TODAY + DAY))
        with pytest.raises(Invalid) as caught:
            propose(line(servicer_reference="D9"), goal)
        assert caught.value.code == "not_in_transit"
        assert not [c for c in choices(line(servicer_reference="D9"), []) if c.value.startswith("booked")]

    def test_what_came_in_is_no_choice_for_what_left(self):
        refund = paid_another_way(failed_refund())
        bring(Move(4_000, on=TODAY, ref="C1"))
        [booked] = booked_before(4_000, credit=False)
        assert booked.reference == refund.paid_reference
        with pytest.raises(Invalid):
            propose(line(), goal_of("booked", pk=booked.pk))


def settle(row: BankLine, kind: str, **fields) -> None:
    """Two people say what nothing of ours asked for."""
    approve(propose(row, goal_of(kind, **{"reason": "lettera", "document": "PG 41"} | fields)))


class TestResolutions:
    @pytest.mark.parametrize(
        ("cents", "kind", "account", "balance"),
        [
            (-700, "loss", "cost:losses", 700),
            (-700, "bank_fee", "cost:fees", 700),
            (-700, "own_funds", "own:funds", 700),
            (-700, "bank_error", "receivable:bank", 700),
            (700, "loss", "cost:losses", -700),
            (700, "bank_fee", "cost:fees", -700),
            (700, "own_funds", "own:funds", -700),
            (700, "bank_error", "refund_due:bank", -700),
        ],
    )
    def test_each_books_the_line_and_closes_its_difference(self, cents, kind, account, balance):
        bring(Move(cents, on=TODAY, ref="X1", text="?"))
        assert kind in [choice.value for choice in choices(line(), [])]
        settle(line(), kind)
        assert (line().status, debit_balance(account), debit_balance("cash:bank")) == ("ours", balance, cents)
        assert (debit_balance("unmatched:bank"), differing(), list(faults())) == (0, [], [])

    @pytest.mark.parametrize("missing", ["reason", "document"])
    def test_without_reason_or_document_nothing_is_proposed(self, missing):
        bring(Move(-700, on=TODAY, ref="X1"))
        before = world.rows()
        with pytest.raises(Invalid) as caught:
            settle(line(), "loss", **{missing: " "})
        assert (caught.value.code, caught.value.field) == ("missing", missing)
        assert world.rows() == before

    def test_the_database_wants_them_too(self):
        bring(Move(-700, on=TODAY, ref="X1"))
        propose(line(), goal_of("loss", reason="r", document="PG 1"))
        with pytest.raises(IntegrityError, match="line_match_loss_has_reason"), transaction.atomic():
            LineMatch.objects.update(document="")

    def test_what_had_nowhere_to_go_back_to(self):
        bring(Move(700, on=TODAY, ref="X1", name="", iban=""))
        return_line(line=line(), why="r", by=officer(), now=NOW)
        assert [choice.value for choice in choices(line(), [])] == [
            *("own_funds", "bank_fee", "bank_error", "loss")
        ]
        settle(line(), "loss")
        assert (line().status, credit_balance("refund_due:bank"), debit_balance("cost:losses")) == (
            *("ours", 0),
            -700,
        )
        assert differing() == []

    def test_what_is_on_a_list_is_not_resolved(self):
        bring(Move(700, on=TODAY, ref="X1"))
        return_line(line=line(), why="r", by=officer(), now=NOW)
        a_list(sent=False)
        with pytest.raises(Refused) as caught:
            settle(line(), "loss")
        assert caught.value.code == "line_placed"


class TestErrorsOfTheBank:
    @pytest.mark.parametrize("cents", [-700, 700])
    def test_its_reversal_is_known_and_leaves_nothing(self, cents):
        bring(Move(cents, on=TODAY, ref="X1"))
        settle(line(), "bank_error")
        bring(Move(-cents, on=TODAY + DAY, ref="X2", reversal=True))
        assert line(servicer_reference="X2").undoes == line(servicer_reference="X1")
        assert line(servicer_reference="X2").status == "ours"
        sums = {code: cents for code, cents in balances().items() if cents}
        assert (sums, differing()) == ({}, [])

    def test_one_that_the_bank_does_not_mark_is_for_two_people(self):
        bring(Move(-700, on=TODAY, ref="X1"))
        settle(line(), "bank_error")
        bring(Move(700, on=TODAY + DAY, ref="X2"), Move(700, on=TODAY + DAY, ref="X3"))
        second = line(servicer_reference="X2")
        [offered] = [choice for choice in choices(second, []) if choice.value.startswith("undone")]
        goal = goal_of("undone", pk=int(offered.value.partition(":")[2]))
        late = propose(line(servicer_reference="X3"), goal)
        approve(propose(second, goal))
        assert (
            debit_balance("receivable:bank"),
            line(servicer_reference="X2").undoes.servicer_reference,
        ) == (*(0, "X1"),)
        with pytest.raises(Refused) as caught:
            approve(late)
        assert caught.value.code == "match_void"

    def test_one_that_is_not_undone_for_a_month_is_open(self):
        bring(Move(-700, on=TODAY, ref="X1"))
        settle(line(), "bank_error")
        bring(Move(5, on=TODAY + 31 * DAY, ref="X2"), now=NOW + 31 * DAY)
        assert differing(NOW + 31 * DAY) == [f"bank_error:{line(servicer_reference='X1').pk}"]
        bring(Move(700, on=TODAY + 32 * DAY, ref="X3", reversal=True), now=NOW + 32 * DAY)
        assert differing(NOW + 32 * DAY) == []
