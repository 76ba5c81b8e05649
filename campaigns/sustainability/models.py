from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Project
from campaigns.sustainability.enums import CostKind, IncomeKind
from crowdfund.kit.fields import CentsField

FIGURES = [*IncomeKind.values, *CostKind.values]


class Books(models.Model):
    """The monthly accounts of a project."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="books")
    opened_on = models.DateField()

    def __str__(self) -> str:
        return str(self.project)


class MonthlyAccount(models.Model):
    """One month: income and costs by kind, cash at its end. Closed, it changes only by corrections.

    The figures are what holds now: what was entered plus every correction since.
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
        ]

    def __str__(self) -> str:
        return f"{self.books} {self.month:%Y-%m}"


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
