from __future__ import annotations

from django.db import models
from django.db.models import Q

from payments.models import Pledge

LONGEST_IBAN, LONGEST_HOLDER, LONGEST_REFERENCE = 34, 70, 25


class TransferPledge(models.Model):
    """What a pledge by bank transfer needs: the reference it is known by, and where its money goes back to."""

    pledge = models.OneToOneField(Pledge, on_delete=models.PROTECT, related_name="transfer")
    reference = models.CharField(max_length=LONGEST_REFERENCE, unique=True)
    iban = models.CharField(max_length=LONGEST_IBAN)
    holder = models.CharField(max_length=LONGEST_HOLDER)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reference__regex=r"^RF[0-9]{2}[A-Z0-9]{1,21}$"),
                name="transfer_pledge_reference_is_one",
            ),
            models.CheckConstraint(
                condition=~Q(iban="") & ~Q(holder=""), name="transfer_pledge_has_account_back"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
