from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from payments.enums import ProposalStatus


class Proposal(TwoPeople):
    """A proposal about money with its reason; the database refuses a decision without the person who took it."""

    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        max_length=8, choices=ProposalStatus.choices, default=ProposalStatus.PROPOSED, db_index=True
    )

    class Meta:
        abstract = True
        ordering = ["-proposed_at", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ProposalStatus.values), name="%(class)s_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[ProposalStatus.PROPOSED, ProposalStatus.VOID])
                | Q(decided_by__isnull=False),
                name="%(class)s_decided_has_person",
            ),
        ]
