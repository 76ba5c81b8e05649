import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChargeAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("n", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("off_session", "With the saved card"),
                            ("recovery", "By the backer, on the payment page"),
                        ],
                        default="off_session",
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Written down, not yet sent"),
                            ("unknown", "Sent, outcome unknown"),
                            ("open", "The backer is on the payment page"),
                            ("processing", "On its way"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("abandoned", "Closed without a charge"),
                        ],
                        default="created",
                        max_length=12,
                    ),
                ),
                ("idempotency_key", models.CharField(max_length=80, unique=True)),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("payment_method_id", models.CharField(blank=True, max_length=64)),
                ("payment_intent_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("session_id", models.CharField(blank=True, db_index=True, max_length=128)),
                ("session_url", models.TextField(blank=True)),
                ("charge_id", models.CharField(blank=True, max_length=64)),
                ("fee_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=64)),
                ("decline_code", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["n"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "created",
                                    "unknown",
                                    "open",
                                    "processing",
                                    "succeeded",
                                    "failed",
                                    "abandoned",
                                ],
                            )
                        ),
                        name="charge_attempt_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="charge_attempt_amount_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChargeAttemptEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("from_status", models.CharField(blank=True, max_length=32)),
                ("to_status", models.CharField(max_length=32)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="payments.chargeattempt",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Disbursement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("card", "Card"),
                            ("bank", "Bank transfer"),
                            ("cash", "Cash"),
                            ("match", "The city's match"),
                        ],
                        max_length=8,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("payee", models.CharField(max_length=200, verbose_name="payee")),
                ("destination", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("paid", "Paid out"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disbursements",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.milestone",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "paid", "rejected"])),
                        name="disbursement_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="disbursement_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="disbursement_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "proposed"), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="disbursement_decided_has_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisbursementEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("from_status", models.CharField(blank=True, max_length=32)),
                ("to_status", models.CharField(max_length=32)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "disbursement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="payments.disbursement",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("connect_transfer", "Stripe transfer to the organisation"),
                            ("treasury_mandate", "Mandate of the municipal treasury"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Waiting to be sent"),
                            ("unknown", "Sent, outcome unknown"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="created",
                        max_length=8,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("idempotency_key", models.CharField(max_length=80, unique=True)),
                ("transfer_id", models.CharField(blank=True, max_length=64)),
                (
                    "mandate_number",
                    models.CharField(blank=True, max_length=40, verbose_name="mandate number"),
                ),
                ("mandate_on", models.DateField(blank=True, null=True, verbose_name="date of the mandate")),
                (
                    "receipt_on",
                    models.DateField(blank=True, null=True, verbose_name="date of the treasurer's receipt"),
                ),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "disbursement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout",
                        to="payments.disbursement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["created", "unknown", "done", "failed"])),
                        name="payout_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["connect_transfer", "treasury_mandate"])),
                        name="payout_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="payout_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("transfer_id", ""), _negated=True),
                            models.Q(("mandate_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payout_done_has_proof",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_account_id", models.CharField(max_length=64, unique=True)),
                ("transfers_active", models.BooleanField(default=False)),
                ("checked_at", models.DateTimeField()),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout_account",
                        to="accounts.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("from_status", models.CharField(blank=True, max_length=32)),
                ("to_status", models.CharField(max_length=32)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="payments.payout",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Pledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="email")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("show_name", models.BooleanField(default=False, verbose_name="show my name")),
                ("language", models.CharField(default="it", max_length=5)),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending_card", "Card not yet saved"),
                            ("active", "Promised"),
                            ("charging", "Being charged"),
                            ("processing", "On its way"),
                            ("requires_action", "Needs you"),
                            ("collected", "Collected"),
                            ("failed", "Not collected"),
                            ("cancelled", "Cancelled"),
                            ("released", "Released, nothing charged"),
                            ("partly_refunded", "Partly refunded"),
                            ("refunded", "Refunded"),
                            ("disputed", "Disputed"),
                            ("lost", "Lost to a dispute"),
                        ],
                        default="pending_card",
                        max_length=16,
                    ),
                ),
                ("customer_id", models.CharField(blank=True, max_length=64)),
                ("session_id", models.CharField(blank=True, db_index=True, max_length=128)),
                ("session_url", models.TextField(blank=True)),
                ("setup_number", models.PositiveSmallIntegerField(default=1)),
                ("check_card_at", models.DateTimeField(blank=True, null=True)),
                ("setup_intent_id", models.CharField(blank=True, max_length=64)),
                ("payment_method_id", models.CharField(blank=True, max_length=64)),
                ("card_brand", models.CharField(blank=True, max_length=20)),
                ("card_last4", models.CharField(blank=True, max_length=4)),
                ("decline_code", models.CharField(blank=True, max_length=64)),
                ("fee_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("created_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("collected_at", models.DateTimeField(blank=True, null=True)),
                (
                    "backer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="pledges",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledges",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.consent"
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledges",
                        to="campaigns.reward",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(fields=["campaign", "status"], name="pledge_campaign_status"),
                    models.Index(fields=["email"], name="pledge_email"),
                    models.Index(
                        condition=models.Q(("check_card_at__isnull", False)),
                        fields=["check_card_at"],
                        name="pledge_card_unknown",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "pending_card",
                                    "active",
                                    "charging",
                                    "processing",
                                    "requires_action",
                                    "collected",
                                    "failed",
                                    "cancelled",
                                    "released",
                                    "partly_refunded",
                                    "refunded",
                                    "disputed",
                                    "lost",
                                ],
                            )
                        ),
                        name="pledge_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="pledge_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["pending_card", "cancelled"]),
                            models.Q(("payment_method_id", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="pledge_active_has_card",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="chargeattempt",
            name="pledge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payments.pledge"
            ),
        ),
        migrations.CreateModel(
            name="CardCleanup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("session_id", models.CharField(blank=True, max_length=128)),
                ("payment_method_id", models.CharField(blank=True, max_length=64)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cleanups",
                        to="payments.pledge",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("session_id", ""), _negated=True),
                            models.Q(("payment_method_id", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="card_cleanup_of_something",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("payment_method_id", ""), _negated=True),
                        fields=("payment_method_id",),
                        name="card_cleanup_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PledgeEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("from_status", models.CharField(blank=True, max_length=32)),
                ("to_status", models.CharField(max_length=32)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="payments.pledge",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("fence", models.PositiveIntegerField(default=0, editable=False)),
                ("payment_intent_id", models.CharField(max_length=64)),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("late", "The charge succeeded after the collection had ended"),
                            ("duplicate", "The pledge was charged twice"),
                            ("shortfall", "Too little was collected"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Waiting to be sent"),
                            ("unknown", "Sent, outcome unknown"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="created",
                        max_length=8,
                    ),
                ),
                ("idempotency_key", models.CharField(max_length=80, unique=True)),
                ("refund_id", models.CharField(blank=True, max_length=64)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attempt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund",
                        to="payments.chargeattempt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["created", "unknown", "done", "failed"])),
                        name="refund_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["late", "duplicate", "shortfall"])),
                        name="refund_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="refund_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("refund_id", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refund_done_has_proof",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("from_status", models.CharField(blank=True, max_length=32)),
                ("to_status", models.CharField(max_length=32)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("pledged_cents", crowdfund.kit.fields.CentsField()),
                ("pledges", models.PositiveIntegerField()),
                ("goal_cents", crowdfund.kit.fields.CentsField()),
                ("goal_met", models.BooleanField()),
                ("recovery_ends_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("collected_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("collected_pledges", models.PositiveIntegerField(blank=True, null=True)),
                ("fees_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlement",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("goal_met", True), ("pledged_cents__gte", models.F("goal_cents"))),
                            models.Q(("goal_met", False), ("pledged_cents__lt", models.F("goal_cents"))),
                            _connector="OR",
                        ),
                        name="settlement_goal_met_is_true",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TotalsDelta",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pledged_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("collected_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("match_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("backers", models.IntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignChannel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("card", "Card"),
                            ("bank", "Bank transfer"),
                            ("cash", "Cash"),
                            ("match", "The city's match"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="channels",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "channel"), name="campaign_channel_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="chargeattempt",
            constraint=models.UniqueConstraint(fields=("pledge", "n"), name="charge_attempt_number_once"),
        ),
        migrations.AddConstraint(
            model_name="chargeattempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["created", "open", "processing", "unknown"])),
                fields=("pledge",),
                name="charge_attempt_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeattempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "succeeded")),
                fields=("pledge",),
                name="charge_attempt_one_success",
            ),
        ),
    ]
