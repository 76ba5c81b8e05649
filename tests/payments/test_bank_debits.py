"""What leaves our account: refunds paid another way, and lines that two people resolve."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import Role
from crowdfund.kit.errors import Invalid
from payments.bank.selectors.goals import choices
from payments.bank.selectors.transit import booked_before
from payments.bank.services.goals import goal_of
from payments.enums import RefundStatus
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.models import Refund
from payments.reconciliation.selectors.bank_side import compare_bank
from payments.services.other_ways import approve_other_way, propose_other_way
from tests import world
from tests.payments.back import as_collected, decided, funded
from tests.payments.bank_files.acting import TODAY, bring, line
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
