from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, TwoPeople, User
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import PAYEE_CHANGE_OPEN, PayeeChangeStatus, PayeeKind
from payments.models.payouts import LONGEST_HOLDER


class PayeeChange(TwoPeople, Claimable):
    """Where an organisation's money shall go from now on: an owner asks, an officer checks back, an approver decides.

    It takes effect 48 hours after the approval, unless an owner objects. What is asked for never changes; `replaces` is
    what stood there when it was asked for, empty for the first IBAN. The officer is `proposed_by`, known only once they
    have checked back.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="payee_changes")
    kind = models.CharField(max_length=8, choices=PayeeKind.choices)
    holder = models.CharField(_("account holder"), max_length=LONGEST_HOLDER, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    stripe_account_id = models.CharField(max_length=64, blank=True)
    replaces = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    evidence = models.TextField(_("evidence"))
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    proposed_by = models.ForeignKey(  # type: ignore[assignment]  # not yet, while it is only asked for
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_person = models.ForeignKey(  # type: ignore[assignment]
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)  # type: ignore[assignment]
    checked_back = models.CharField(_("how it was checked back"), max_length=300, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=10, choices=PayeeChangeStatus.choices, default=PayeeChangeStatus.REQUESTED
    )

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=PayeeChangeStatus.values), name="payee_change_status_known"
            ),
            models.CheckConstraint(
                condition=(Q(kind="iban") & ~Q(iban="") & ~Q(holder=""))
                | Q(kind="account", iban="", holder=""),
                name="payee_change_names_payee",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "rejected", "withdrawn"])
                | (Q(proposed_person__isnull=False, proposed_by__isnull=False) & ~Q(checked_back="")),
                name="payee_change_checked_back",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "effective"])
                | Q(decided_person__isnull=False, effective_at__isnull=False),
                name="payee_change_approved_has_person",
            ),
            models.CheckConstraint(
                condition=(Q(proposed_person__isnull=True) | ~Q(proposed_person=F("requested_person")))
                & (Q(decided_person__isnull=True) | ~Q(decided_person=F("requested_person"))),
                name="payee_change_not_by_who_asks",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=Q(status__in=sorted(PAYEE_CHANGE_OPEN)),
                name="payee_change_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["stripe_account_id"],
                condition=~Q(stripe_account_id=""),
                name="payee_change_account_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.kind}"

    @property
    def payee(self) -> str:
        """What is asked for: the IBAN, or the connected account once it is opened."""
        return self.iban or self.stripe_account_id


class PayeeChangeEvent(StatusEvent):
    """A change of a payee change's status."""

    change = models.ForeignKey(PayeeChange, on_delete=models.CASCADE, related_name="events")
