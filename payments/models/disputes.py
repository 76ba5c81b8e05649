from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import AnswerKind, DisputeStatus, EvidenceKind, SendStatus
from payments.models.charges import ChargeAttempt
from payments.models.pledges import Pledge
from payments.models.proposals import Proposal


class Dispute(Claimable):
    """A charge that its holder disputes with their bank, as Stripe tells it; amounts in whole cents.

    `withdrawn` is what the bank took from us, `reinstated` what it gave back, `fee` what Stripe keeps for it. A dispute
    that is lost is `settled` once the campaign has borne it: what was paid out has come back, or is owed, before.
    `lost` is the part that the campaign bears, the rest had been given back to the backer already.
    """

    attempt = models.ForeignKey(ChargeAttempt, on_delete=models.PROTECT, related_name="disputes")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="disputes")
    stripe_id = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=16, choices=DisputeStatus.choices)
    reason = models.CharField(max_length=40, blank=True)
    amount_cents = CentsField()
    withdrawn_cents = CentsField(default=0)
    reinstated_cents = CentsField(default=0)
    fee_cents = CentsField(default=0)
    lost_cents = CentsField(default=0)
    answer_by = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    draft = models.TextField(_("what we say to the bank"), max_length=5000, blank=True)
    draft_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    draft_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DisputeStatus.values), name="dispute_status_known"),
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="dispute_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(reinstated_cents__gte=0, reinstated_cents__lte=F("withdrawn_cents")),
                name="dispute_reinstated_was_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(lost_cents=0) | Q(settled_at__isnull=False), name="dispute_lost_is_settled"
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def out_cents(self) -> int:
        """What the bank holds of ours: neither given back nor settled as lost."""
        return 0 if self.settled_at else self.withdrawn_cents - self.reinstated_cents


class DisputeEvent(StatusEvent):
    """A change of a dispute's status."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="events")


class DisputeFile(models.Model):
    """A file for the bank that decides about a dispute: one of each kind that Stripe takes.

    Its bytes stay in the database, where only the pages that ask for permission reach them; `stripe_id` is there once
    it was given to Stripe with the answer.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=24, choices=EvidenceKind.choices)
    name = models.CharField(max_length=90)
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stripe_id = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "kind"], name="dispute_file_one_of_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="dispute_file_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="dispute_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class DisputeAnswer(Claimable):
    """What we answer to a dispute: evidence, or that we accept it. Once, and written down before it is sent.

    `facts` are collected from our rows: what was agreed to, when, what was charged and what we wrote.
    """

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="answer")
    kind = models.CharField(max_length=8, choices=AnswerKind.choices)
    text = models.TextField(max_length=5000, blank=True)
    facts = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=SendStatus.choices, default=SendStatus.CREATED)
    idempotency_key = models.CharField(max_length=80, unique=True)
    error = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AnswerKind.values), name="dispute_answer_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=SendStatus.values), name="dispute_answer_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class DisputeAnswerEvent(StatusEvent):
    """A change of what is known of an answer."""

    answer = models.ForeignKey(DisputeAnswer, on_delete=models.CASCADE, related_name="events")


class DisputeAcceptance(Proposal):
    """That a dispute is accepted, and why: the money is lost, so one person says it and another agrees."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="acceptances")

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(status="proposed"), name="disputeacceptance_one_proposed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.status}"


class DisputeAcceptanceEvent(StatusEvent):
    """A change of its status."""

    acceptance = models.ForeignKey(DisputeAcceptance, on_delete=models.CASCADE, related_name="events")
