from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.calls.models import Call
from campaigns.enums import Theme
from crowdfund.kit.fields import CentsField
from payments.matching.enums import FundKind, FundMoney

if TYPE_CHECKING:
    from campaigns.models import Project

CITY_PRIORITY = 10
"""Where the city's own pot stands: sponsors can be asked before it or after it."""
LAST_PRIORITY = 99


class MatchFundQuerySet(models.QuerySet["MatchFund"]):
    """Adjectives of funds."""

    def in_order(self) -> MatchFundQuerySet:
        """Order as money is taken, and as rows are locked: by priority, then by age. Priorities never change."""
        return self.order_by("priority", "pk")

    def open_to(self, project: Project) -> MatchFundQuerySet:
        """Keep those that this project may be matched from, in order; a fund that names no place means all."""
        here = MatchFund.neighbourhoods.through.objects.filter(matchfund=models.OuterRef("pk"))
        return (
            self.filter(
                Q(themes=[]) | Q(themes__contains=[project.theme]),
                Q(organisation_kinds=[]) | Q(organisation_kinds__contains=[project.organisation.kind]),
                ~models.Exists(here) | models.Exists(here.filter(neighbourhood=project.neighbourhood_id)),
                closed_at__isnull=True,
            )
            .exclude(organisation=project.organisation_id)
            .in_order()
        )


class MatchFund(models.Model):
    """A pot of a call: the city's own, or a sponsor's beside it. Its money serves the campaigns it is open to.

    `free_cents` is the authority that nobody can overspend; the ledger must agree with it. The lowest priority is taken
    from first and given back to last. A `held` sponsor's pot is as large as what has really arrived for it.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="funds")
    kind = models.CharField(max_length=12, choices=FundKind.choices, default=FundKind.MUNICIPALITY)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=CITY_PRIORITY)
    money = models.CharField(max_length=8, choices=FundMoney.choices, default=FundMoney.TREASURY)
    neighbourhoods = models.ManyToManyField(Neighbourhood, blank=True, related_name="+")
    themes = ArrayField(models.CharField(max_length=12, choices=Theme.choices), default=list, blank=True)
    organisation_kinds = ArrayField(
        models.CharField(max_length=20, choices=OrganisationKind.choices), default=list, blank=True
    )
    name = models.CharField(_("name"), max_length=160)
    opened_cents = CentsField()
    free_cents = CentsField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MatchFundQuerySet] = MatchFundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(free_cents__gte=0), name="match_fund_free_not_negative"),
            models.CheckConstraint(
                condition=Q(free_cents__lte=F("opened_cents")), name="match_fund_free_within_pot"
            ),
            models.CheckConstraint(condition=Q(kind__in=FundKind.values), name="match_fund_kind_known"),
            models.CheckConstraint(condition=Q(money__in=FundMoney.values), name="match_fund_money_known"),
            models.CheckConstraint(
                condition=Q(kind="municipality", organisation__isnull=True)
                | Q(kind="sponsor", organisation__isnull=False),
                name="match_fund_sponsor_named",
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=LAST_PRIORITY), name="match_fund_priority_1_to_99"
            ),
            models.UniqueConstraint(
                fields=["call"], condition=Q(kind="municipality"), name="match_fund_one_of_the_city"
            ),
            models.UniqueConstraint(
                fields=["call", "organisation"],
                condition=Q(closed_at__isnull=True),
                name="match_fund_one_open_of_a_sponsor",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def of_sponsor(self) -> bool:
        """Whether a sponsor gives this money, not the city."""
        return self.kind == FundKind.SPONSOR
