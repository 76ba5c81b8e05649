from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Project
from campaigns.sustainability.enums import CostKind, IncomeKind
from crowdfund.kit.fields import CentsField

FIGURES = [*IncomeKind.values, *CostKind.values]
BOOKED_KINDS = [IncomeKind.DONATIONS.value, IncomeKind.PUBLIC_GRANTS.value, IncomeKind.PRIVATE_GRANTS.value]
"""What the service books by itself: the crowd's money, the city's match, a sponsor's."""


class Books(models.Model):
    """The monthly accounts of a project."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="books")
    opened_on = models.DateField()

    def __str__(self) -> str:
        return str(self.project)


class MonthlyAccount(models.Model):
    """One month: income and costs by kind, cash at its end. Closed, it changes only by corrections.

    The figures are what holds now: what was entered plus every correction since, plus what the service booked by
    itself (`booked_…`, the sum of the month's `BookedMoney`).
    """

    books = models.ForeignKey(Books, on_delete=models.CASCADE, related_name="months")
    month = models.DateField(_("month"))
    earned_cents = CentsField(default=0)
    public_contracts_cents = CentsField(default=0)
    public_grants_cents = CentsField(default=0)
    private_grants_cents = CentsField(default=0)
    donations_cents = CentsField(default=0)
    in_kind_cents = CentsField(default=0)
    staff_cents = CentsField(default=0)
    rent_cents = CentsField(default=0)
    goods_cents = CentsField(default=0)
    services_cents = CentsField(default=0)
    finance_cents = CentsField(default=0)
    depreciation_cents = CentsField(default=0)
    other_cents = CentsField(default=0)
    investment_cents = CentsField(default=0)
    booked_donations_cents = CentsField(default=0)
    booked_public_grants_cents = CentsField(default=0)
    booked_private_grants_cents = CentsField(default=0)
    cash_end_cents = CentsField(_("cash at the end of the month"), null=True, blank=True)
    volunteer_hours = models.PositiveIntegerField(_("volunteer hours"), default=0)
    fte_hundredths = models.PositiveIntegerField(_("people employed (hundredths of full time)"), default=0)
    disadvantaged_hundredths = models.PositiveIntegerField(default=0)
    note = models.TextField(_("note"), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["books", "month"], name="monthly_account_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="monthly_account_first_of_month"),
            models.CheckConstraint(
                condition=Q(**{f"{name}_cents__gte": 0 for name in FIGURES}),
                name="monthly_account_figures_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(**{f"booked_{name}_cents__gte": 0 for name in BOOKED_KINDS})
                & Q(**{f"{name}_cents__gte": F(f"booked_{name}_cents") for name in BOOKED_KINDS}),
                name="monthly_account_holds_what_is_booked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.books} {self.month:%Y-%m}"

    def booked_cents(self, figure: str) -> int:
        """Return what the service booked of a figure, in whole cents."""
        return int(getattr(self, f"booked_{figure}_cents")) if figure in BOOKED_KINDS else 0

    def entered_cents(self, figure: str) -> int:
        """Return what the team entered of a figure, in whole cents: all but what the service booked."""
        return int(getattr(self, f"{figure}_cents")) - self.booked_cents(figure)


class BookedMoney(models.Model):
    """Money that this service paid to a project, or that went back: booked by itself, each event once. Append-only.

    `reference` names the ledger's transfer it comes from. What goes back lowers a month that holds it: no month's sum
    of a kind is ever below zero. A month needs no account of the team's to have booked money.
    """

    books = models.ForeignKey(Books, on_delete=models.PROTECT, related_name="booked")
    month = models.DateField(_("month"))
    kind = models.CharField(max_length=20, choices=[(name, IncomeKind(name).label) for name in BOOKED_KINDS])
    cents = CentsField()
    reference = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(cents=0), name="booked_money_is_something"),
            models.CheckConstraint(condition=Q(month__day=1), name="booked_money_first_of_month"),
            models.CheckConstraint(condition=Q(kind__in=BOOKED_KINDS), name="booked_money_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.books} {self.month:%Y-%m} {self.kind} {self.cents}"


class Correction(models.Model):
    """A change to a closed month, with its reason. Append-only."""

    account = models.ForeignKey(MonthlyAccount, on_delete=models.CASCADE, related_name="corrections")
    figure = models.CharField(max_length=20, choices=[(name, name) for name in [*FIGURES, "cash_end"]])
    before_cents = CentsField(null=True)  # only the cash may have been unknown
    after_cents = CentsField()
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason")]

    def __str__(self) -> str:
        return f"{self.account}: {self.figure}"
