import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=120, unique=True)),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("charge", "Charge of a pledge"),
                            ("charge_fee", "Stripe's fee of a charge"),
                            ("refund", "Refund"),
                            ("dispute", "Dispute"),
                            ("dispute_fee", "Stripe's fee of a dispute"),
                            ("payout", "Transfer to an organisation"),
                            ("reversal", "Transfer taken back"),
                            ("to_bank", "Payout from Stripe to our bank"),
                            ("advance", "Money paid into Stripe"),
                            ("stripe_fee", "Other fee of Stripe's"),
                            ("bank", "Our bank account"),
                            ("transit", "Money on its way to our bank"),
                            ("other", "Something else"),
                            ("balance", "The whole balance"),
                        ],
                        max_length=12,
                    ),
                ),
                ("root", models.CharField(blank=True, max_length=80)),
                ("source", models.CharField(blank=True, max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("not_booked", "Moved, and not in the books"),
                            ("not_moved", "In the books, and never moved"),
                            ("other_amount", "Another amount in the books"),
                            ("not_ours", "Moved, and nothing of ours asked for it"),
                            ("not_arrived", "Left long ago, and has not arrived"),
                            ("unknown_type", "A kind of movement that nobody has provided for"),
                            ("balance", "The balance is not the sum of its movements"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "proposal",
                    models.CharField(
                        choices=[
                            ("none", "Find out, then accept it with the reason"),
                            ("look_again", "Look it up at Stripe again and apply it"),
                            ("book_fee", "Book it as a fee of Stripe's"),
                            ("book_to_bank", "Book the payout to our bank"),
                            ("propose_advance", "Propose it as money of the platform's own"),
                            ("approve_advance", "Another person approves the money paid in"),
                            ("place_line", "Two people say what the line is, in the bank's queue"),
                            (
                                "give_back",
                                "Give it back in Stripe's dashboard, then accept it with the reason",
                            ),
                        ],
                        default="none",
                        max_length=16,
                    ),
                ),
                ("moved_cents", crowdfund.kit.fields.CentsField()),
                ("booked_cents", crowdfund.kit.fields.CentsField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "To be cleared"),
                            ("resolved", "Cleared"),
                            ("accepted", "Accepted"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("accepted_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at", "-id"],
                "indexes": [models.Index(fields=["status"], name="difference_status")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "resolved", "accepted"])),
                        name="difference_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True), ("closed_by__isnull", True), ("status", "open")
                            ),
                            models.Q(
                                models.Q(("status", "open"), _negated=True), ("closed_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="difference_closed_at_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("status", "accepted"), _negated=True),
                                ("accepted_cents__isnull", True),
                            ),
                            models.Q(
                                ("accepted_cents__isnull", False),
                                ("closed_by__isnull", False),
                                ("status", "accepted"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="difference_accepted_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DifferenceEvent",
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
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="reconciliation.difference",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReconciliationRun",
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
                        choices=[("nightly", "Every night"), ("asked", "Asked for")], max_length=8
                    ),
                ),
                ("night", models.DateField(blank=True, null=True, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Under way"),
                            ("done", "Done"),
                            ("failed", "Could not be done"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("reading", "Reading what moved at Stripe"),
                            ("comparing", "Comparing with the books"),
                            ("ended", "Ended"),
                        ],
                        default="reading",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("movements_read", models.PositiveIntegerField(default=0)),
                ("movements_new", models.PositiveIntegerField(default=0)),
                ("available_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("pending_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("reserved_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("ledger_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("in_flight_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("bank_on", models.DateField(blank=True, null=True)),
                ("bank_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("bank_ledger_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("in_flight", models.PositiveIntegerField(default=0)),
                ("open_differences", models.PositiveIntegerField(default=0)),
                ("new_differences", models.PositiveIntegerField(default=0)),
                ("seen_until", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
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
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "running", "done", "failed"])),
                        name="reconciliation_run_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "nightly"), ("night__isnull", False)),
                            models.Q(("kind", "asked"), ("night__isnull", True)),
                            _connector="OR",
                        ),
                        name="reconciliation_run_of_a_night",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(
                                ("available_cents__isnull", False),
                                ("ledger_cents__isnull", False),
                                ("pending_cents__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reconciliation_run_done_has_figures",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="difference",
            name="last_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="differences",
                to="reconciliation.reconciliationrun",
            ),
        ),
        migrations.CreateModel(
            name="ReconciliationRunEvent",
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
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="reconciliation.reconciliationrun",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StripeMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("balance_transaction_id", models.CharField(max_length=64, unique=True)),
                ("type", models.CharField(max_length=60)),
                ("category", models.CharField(blank=True, max_length=60)),
                ("source_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("charge_id", models.CharField(blank=True, max_length=64)),
                ("payment_intent_id", models.CharField(blank=True, max_length=64)),
                ("transfer_id", models.CharField(blank=True, max_length=64)),
                ("metadata", models.JSONField(default=dict)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("gross_cents", crowdfund.kit.fields.CentsField()),
                ("fee_cents", crowdfund.kit.fields.CentsField()),
                ("net_cents", crowdfund.kit.fields.CentsField()),
                ("currency", models.CharField(max_length=3)),
                ("balance_type", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField(db_index=True)),
                ("available_on", models.DateTimeField()),
                ("root", models.CharField(blank=True, db_index=True, max_length=80)),
            ],
            options={
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "net_cents",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("gross_cents"), "-", models.F("fee_cents")
                                ),
                            )
                        ),
                        name="stripe_movement_adds_up",
                    )
                ],
            },
        ),
    ]
