from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople, User
from campaigns.calls.models import Programme
from crowdfund.kit.fields import CentsField, cig_validator, cup_validator
from crowdfund.kit.states import StatusEvent
from payments.spending.enums import ContractKind, ContractStatus, Procedure

ORGANISATION_DIGITS = 11
PUBLIC = (ContractStatus.CONFIRMED, ContractStatus.ANNULLED)


class ContractQuerySet(models.QuerySet["Contract"]):
    """Adjectives of contracts."""

    def public(self) -> ContractQuerySet:
        """Keep those anyone may see: what was booked, even in error."""
        return self.filter(status__in=PUBLIC)


class Contract(TwoPeople):
    """A commitment of a programme that is no match: recorded by one person, confirmed by another.

    What it says never changes. `bound_cents` and `disbursed_cents` say what stands on these steps now; what is missing
    to `amount_cents` has gone back to the programme.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="contracts")
    kind = models.CharField(_("kind"), max_length=10, choices=ContractKind.choices)
    subject = models.CharField(_("subject"), max_length=240)
    beneficiary = models.CharField(_("beneficiary"), max_length=160)
    tax_code = models.CharField(_("tax number of the beneficiary"), max_length=16)
    cig = models.CharField(_("CIG"), max_length=10, blank=True, validators=[cig_validator])
    cup = models.CharField(_("CUP"), max_length=15, blank=True, validators=[cup_validator])
    office = models.CharField(_("office"), max_length=120)
    responsible = models.CharField(_("person in charge of the procedure"), max_length=120)
    act_number = models.CharField(_("number of the act"), max_length=40)
    act_on = models.DateField(_("date of the act"))
    procedure = models.CharField(_("procedure"), max_length=10, choices=Procedure.choices)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    amount_cents = CentsField(_("amount"))
    bound_cents = CentsField(default=0)
    disbursed_cents = CentsField(default=0)
    status = models.CharField(max_length=9, choices=ContractStatus.choices, default=ContractStatus.RECORDED)

    objects: ClassVar[ContractQuerySet] = ContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-act_on", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ContractStatus.values), name="contract_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=ContractKind.values), name="contract_kind_known"),
            models.CheckConstraint(
                condition=Q(procedure__in=Procedure.values), name="contract_procedure_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="contract_amount_positive"),
            models.CheckConstraint(
                condition=Q(bound_cents__gte=0, disbursed_cents__gte=0), name="contract_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=F("bound_cents") + F("disbursed_cents")),
                name="contract_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(status=ContractStatus.CONFIRMED) | Q(bound_cents=0, disbursed_cents=0),
                name="contract_money_only_when_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(status=ContractStatus.RECORDED) | Q(decided_by__isnull=False),
                name="contract_decided_has_person",
            ),
            models.UniqueConstraint(
                fields=["cig"],
                condition=~Q(cig="") & Q(status__in=[ContractStatus.RECORDED, ContractStatus.CONFIRMED]),
                name="contract_cig_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_of_organisation(self) -> bool:
        """Whether the beneficiary is an organisation: only then its tax number is published."""
        return len(self.tax_code) == ORGANISATION_DIGITS

    @property
    def public_tax_code(self) -> str:
        """The tax number that may be published: never a person's."""
        return self.tax_code if self.is_of_organisation else ""

    @property
    def returned_cents(self) -> int:
        """What went back to the programme since the contract was confirmed."""
        if self.status == ContractStatus.RECORDED:
            return 0
        return int(self.amount_cents - self.bound_cents - self.disbursed_cents)

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("contract", args=[self.pk])


class ContractEvent(StatusEvent):
    """A change of a contract's status."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="events")


class ContractDocument(models.Model):
    """A file that belongs to a contract (the act, the contract, a mandate): for the municipality's desk only."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("title"), max_length=120)
    stored = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return self.title
