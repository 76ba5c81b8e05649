from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.places.models import Neighbourhood
from crowdfund.kit.states import StatusEvent
from payments.cash.enums import DeskStatus


class CashDesk(models.Model):
    """A place where cash is taken against a numbered receipt. Its till is the ledger's account `cash:desk:{id}`.

    Its row is locked by whoever takes money out of the till or counts it.
    """

    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200)
    hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, related_name="cash_desks", verbose_name=_("neighbourhood")
    )
    status = models.CharField(max_length=8, choices=DeskStatus.choices, default=DeskStatus.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DeskStatus.values), name="cash_desk_status_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(address=""), name="cash_desk_can_be_found"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it takes cash."""
        return self.status == DeskStatus.OPEN


class CashDeskEvent(StatusEvent):
    """A desk that opens or shuts; or a change of its card or its people (same status, said in `why`)."""

    desk = models.ForeignKey(CashDesk, on_delete=models.CASCADE, related_name="events")


class DeskOperator(models.Model):
    """A person assigned to a desk by an officer, from one time to another. Ended, never deleted."""

    desk = models.ForeignKey(CashDesk, on_delete=models.PROTECT, related_name="operators")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cash_desks")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["assigned_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "user"], condition=Q(ended_at__isnull=True), name="desk_operator_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="desk_operator_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.desk}"


class DeskSeries(models.Model):
    """The numbers of a desk's receipts in one civil year: locked while the next one is given."""

    desk = models.ForeignKey(CashDesk, on_delete=models.PROTECT, related_name="series")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["desk", "year"], name="desk_series_once")]

    def __str__(self) -> str:
        return f"{self.desk_id}/{self.year}: {self.last_number}"
