import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_person"),
        ("accounts", "__first__"),
        ("campaigns", "0002_promised_cents"),
        ("payments", "0004_payees"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
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
                ("stripe_id", models.CharField(max_length=64, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("inquiry", "The bank asks; no money has moved"),
                            ("needs_response", "Waiting for our evidence"),
                            ("under_review", "The bank is deciding"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("closed", "Closed without a dispute"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("withdrawn_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("reinstated_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("fee_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("lost_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("answer_by", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "draft",
                    models.TextField(blank=True, max_length=5000, verbose_name="what we say to the bank"),
                ),
                ("draft_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-opened_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["inquiry", "needs_response", "under_review", "won", "lost", "closed"],
                            )
                        ),
                        name="dispute_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gte", 0)), name="dispute_amount_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reinstated_cents__gte", 0),
                            ("reinstated_cents__lte", models.F("withdrawn_cents")),
                        ),
                        name="dispute_reinstated_was_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lost_cents", 0), ("settled_at__isnull", False), _connector="OR"),
                        name="dispute_lost_is_settled",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputeAnswer",
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
                        choices=[("evidence", "Evidence"), ("accept", "The dispute is accepted")],
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=5000)),
                ("facts", models.JSONField(default=dict)),
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
                ("error", models.CharField(blank=True, max_length=200)),
                ("written_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DisputeAnswerEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DisputeEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OtherWay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void: what it was about has changed"),
                        ],
                        db_index=True,
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("proof", models.CharField(max_length=60, verbose_name="reference of the bank transfer")),
                ("paid_on", models.DateField(verbose_name="day of the transfer")),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "rejected", "void"])),
                        name="otherway_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OtherWayEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OwnAdvance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void: what it was about has changed"),
                        ],
                        db_index=True,
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("place", models.CharField(choices=[("stripe", "Stripe"), ("bank", "Bank")], max_length=8)),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("proof", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "rejected", "void"])),
                        name="ownadvance_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__in", ["stripe", "bank"])), name="ownadvance_place_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="ownadvance_amount_positive"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved"])),
                        fields=("place", "proof"),
                        name="ownadvance_proof_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnAdvanceEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Receivable",
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
                        choices=[("card", "Card"), ("bank", "Bank transfer"), ("cash", "Cash")], max_length=8
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("closed_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("reason", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Owed"), ("paid", "Paid back"), ("written_off", "Written off")],
                        db_index=True,
                        default="open",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "paid", "written_off"])),
                        name="receivable_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="receivable_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_cents__gte", 0),
                                ("closed_cents__lt", models.F("amount_cents")),
                                ("status", "open"),
                            ),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("closed_cents", models.F("amount_cents")),
                            ),
                            _connector="OR",
                        ),
                        name="receivable_closed_when_nothing_is_left",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceivableClosing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void: what it was about has changed"),
                        ],
                        db_index=True,
                        default="proposed",
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("paid", "Paid back"), ("write_off", "Written off")], max_length=10
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReceivableClosingEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReceivableEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RefundDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void: what it was about has changed"),
                        ],
                        db_index=True,
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("refundable_cents", crowdfund.kit.fields.CentsField()),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "rejected", "void"])),
                        name="refunddecision_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_cents__gt", 0), ("amount_cents__lte", models.F("refundable_cents"))
                        ),
                        name="refunddecision_amount_within",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundDecisionEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RefundRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="why")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("granted", "Request granted"),
                            ("refused", "Refused"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["asked_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "granted", "refused"])),
                        name="refund_request_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refund_request_refused_has_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundRequestEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TransferReversal",
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
                ("transfer_id", models.CharField(max_length=64)),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Waiting to be sent"),
                            ("unknown", "Sent, outcome unknown"),
                            ("done", "Taken back"),
                            ("failed", "Refused"),
                            ("impossible", "Impossible: the organisation owes it"),
                            ("cancelled", "No longer needed"),
                        ],
                        db_index=True,
                        default="created",
                        max_length=12,
                    ),
                ),
                ("idempotency_key", models.CharField(max_length=80, unique=True)),
                ("reversal_id", models.CharField(blank=True, max_length=64)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["created", "unknown", "done", "failed", "impossible", "cancelled"],
                            )
                        ),
                        name="transfer_reversal_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="transfer_reversal_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("reversal_id", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_reversal_done_has_proof",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferReversalEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_status_known",
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_of_whole_charge_once",
        ),
        migrations.AddField(
            model_name="refund",
            name="paid_reference",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AlterField(
            model_name="refund",
            name="payment_intent_id",
            field=models.CharField(blank=True, db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="refund",
            name="refund_id",
            field=models.CharField(blank=True, db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="refund",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting for money that was paid out to come back"),
                    ("created", "Waiting to be sent"),
                    ("unknown", "Sent, outcome unknown"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "No longer needed: the backer went to their bank"),
                ],
                default="created",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="payments.chargeattempt",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="draft_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="pledge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="payments.pledge"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="cancelled_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cancelled_refunds",
                to="payments.dispute",
            ),
        ),
        migrations.AddField(
            model_name="disputeanswer",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="disputeanswer",
            name="dispute",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="payments.dispute"
            ),
        ),
        migrations.AddField(
            model_name="disputeanswerevent",
            name="answer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="payments.disputeanswer",
            ),
        ),
        migrations.AddField(
            model_name="disputeanswerevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="disputeevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="disputeevent",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="payments.dispute"
            ),
        ),
        migrations.AddField(
            model_name="otherway",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="otherway",
            name="decided_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="otherway",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="otherway",
            name="proposed_person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="otherway",
            name="refund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="other_ways", to="payments.refund"
            ),
        ),
        migrations.AddField(
            model_name="otherwayevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="otherwayevent",
            name="other_way",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="payments.otherway"
            ),
        ),
        migrations.AddField(
            model_name="ownadvance",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ownadvance",
            name="decided_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="ownadvance",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ownadvance",
            name="proposed_person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="ownadvanceevent",
            name="advance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="payments.ownadvance"
            ),
        ),
        migrations.AddField(
            model_name="ownadvanceevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="receivable",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receivables",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="receivable",
            name="dispute",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receivables",
                to="payments.dispute",
            ),
        ),
        migrations.AddField(
            model_name="receivable",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receivables",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="receivable",
            name="refund",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receivables",
                to="payments.refund",
            ),
        ),
        migrations.AddField(
            model_name="receivableclosing",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="receivableclosing",
            name="decided_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="receivableclosing",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="receivableclosing",
            name="proposed_person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="receivableclosing",
            name="receivable",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="payments.receivable"
            ),
        ),
        migrations.AddField(
            model_name="receivableclosingevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="receivableclosingevent",
            name="closing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="payments.receivableclosing",
            ),
        ),
        migrations.AddField(
            model_name="receivableevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="receivableevent",
            name="receivable",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="payments.receivable"
            ),
        ),
        migrations.AddField(
            model_name="refunddecision",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="refunddecision",
            name="decided_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="refunddecision",
            name="pledge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_decisions",
                to="payments.pledge",
            ),
        ),
        migrations.AddField(
            model_name="refunddecision",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refunddecision",
            name="proposed_person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="payments.refunddecision",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["status", "channel"], name="refund_status_channel"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("reason__in", ["late", "duplicate", "shortfall"]),
                    models.Q(("status", "cancelled"), _negated=True),
                ),
                fields=("attempt",),
                name="refund_of_whole_charge_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["waiting", "created", "unknown", "done", "failed", "cancelled"])
                ),
                name="refund_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "failed"), _negated=True), ("paid_reference", ""), _connector="OR"
                ),
                name="refund_failed_is_not_booked",
            ),
        ),
        migrations.AddField(
            model_name="refunddecisionevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="refunddecisionevent",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="payments.refunddecision",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="pledge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_requests",
                to="payments.pledge",
            ),
        ),
        migrations.AddField(
            model_name="refunddecision",
            name="request",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="payments.refundrequest",
            ),
        ),
        migrations.AddField(
            model_name="refundrequestevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="refundrequestevent",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="payments.refundrequest",
            ),
        ),
        migrations.AddField(
            model_name="transferreversal",
            name="dispute",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="payments.dispute",
            ),
        ),
        migrations.AddField(
            model_name="transferreversal",
            name="payout",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="payments.payout"
            ),
        ),
        migrations.AddField(
            model_name="transferreversal",
            name="refund",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="payments.refund",
            ),
        ),
        migrations.AddField(
            model_name="transferreversalevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="transferreversalevent",
            name="reversal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="payments.transferreversal",
            ),
        ),
        migrations.AddConstraint(
            model_name="disputeanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["evidence", "accept"])), name="dispute_answer_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="disputeanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["created", "unknown", "done", "failed"])),
                name="dispute_answer_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="otherway",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="otherway_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="otherway",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decided_person__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_person__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="otherway_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="otherway",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["proposed", "void"]), ("decided_by__isnull", False), _connector="OR"
                ),
                name="otherway_decided_has_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="otherway",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")), fields=("refund",), name="otherway_one_proposed"
            ),
        ),
        migrations.AddConstraint(
            model_name="ownadvance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="ownadvance_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownadvance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decided_person__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_person__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="ownadvance_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownadvance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["proposed", "void"]), ("decided_by__isnull", False), _connector="OR"
                ),
                name="ownadvance_decided_has_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dispute__isnull", True), ("refund__isnull", False)),
                    models.Q(("dispute__isnull", False), ("refund__isnull", True)),
                    _connector="OR",
                ),
                name="receivable_for_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivableclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="receivableclosing_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivableclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decided_person__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_person__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="receivableclosing_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivableclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "approved", "rejected", "void"])),
                name="receivableclosing_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivableclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["proposed", "void"]), ("decided_by__isnull", False), _connector="OR"
                ),
                name="receivableclosing_decided_has_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivableclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["paid", "write_off"])), name="receivableclosing_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="receivableclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents__gt", 0)), name="receivableclosing_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("pledge",), name="refund_request_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="refunddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="refunddecision_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="refunddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decided_person__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_person__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="refunddecision_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="refunddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["proposed", "void"]), ("decided_by__isnull", False), _connector="OR"
                ),
                name="refunddecision_decided_has_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dispute__isnull", True), ("refund__isnull", False)),
                    models.Q(("dispute__isnull", False), ("refund__isnull", True)),
                    _connector="OR",
                ),
                name="transfer_reversal_for_one_thing",
            ),
        ),
    ]
