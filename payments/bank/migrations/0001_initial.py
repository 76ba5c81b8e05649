import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_transfer_consent"),
        ("accounts", "__first__"),
        ("ledger", "0002_append_only"),
        ("matching", "0001_initial"),
        ("payments", "0006_withdrawn"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("account", models.CharField(max_length=34)),
                ("key", models.CharField(max_length=64)),
                ("credit", models.BooleanField()),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("booked_on", models.DateField()),
                ("value_on", models.DateField(blank=True, null=True)),
                ("servicer_reference", models.CharField(blank=True, max_length=80)),
                ("end_to_end_id", models.CharField(blank=True, max_length=35)),
                ("batch_id", models.CharField(blank=True, max_length=35)),
                ("found", models.JSONField(default=list)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("party", models.CharField(blank=True, max_length=140)),
                ("party_iban", models.CharField(blank=True, max_length=34)),
                ("is_return", models.BooleanField(default=False)),
                ("return_reason", models.CharField(blank=True, max_length=35)),
                ("is_reversal", models.BooleanField(default=False)),
                ("is_charge", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "Just imported"),
                            ("matched", "For a pledge"),
                            ("ours", "A movement of ours"),
                            ("unmatched", "Nobody knows what for"),
                            ("unexplained", "Left the account, unexplained"),
                            ("to_return", "To be returned"),
                            ("returned", "Returned"),
                        ],
                        default="new",
                        max_length=12,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=25)),
                ("counted_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("return_iban", models.CharField(blank=True, max_length=34)),
                ("return_holder", models.CharField(blank=True, max_length=70)),
                (
                    "booked_as",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_line",
                        to="ledger.ledgertransfer",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_lines",
                        to="payments.pledge",
                    ),
                ),
            ],
            options={
                "ordering": ["booked_on", "id"],
                "indexes": [models.Index(fields=["status", "booked_on"], name="bank_line_status")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "key"), name="bank_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "new",
                                    "matched",
                                    "ours",
                                    "unmatched",
                                    "unexplained",
                                    "to_return",
                                    "returned",
                                ],
                            )
                        ),
                        name="bank_line_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="bank_line_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted_cents__isnull", True),
                            models.Q(
                                ("counted_cents__gte", 0), ("counted_cents__lte", models.F("amount_cents"))
                            ),
                            _connector="OR",
                        ),
                        name="bank_line_counts_at_most_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "matched"),
                                ("counted_cents__isnull", False),
                                ("pledge__isnull", False),
                            ),
                            models.Q(
                                models.Q(("status", "matched"), _negated=True),
                                ("counted_cents__isnull", True),
                                ("pledge__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="bank_line_matched_has_pledge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credit", True),
                            models.Q(
                                ("status__in", ["matched", "unmatched", "to_return", "returned"]),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="bank_line_only_credits_return",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankLineEvent",
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
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="bank.bankline"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=34)),
                ("statement_id", models.CharField(max_length=35)),
                ("digest", models.CharField(max_length=64)),
                ("file_name", models.CharField(blank=True, max_length=120)),
                ("file_digest", models.CharField(max_length=64)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField()),
                ("opening_cents", crowdfund.kit.fields.CentsField()),
                ("closing_cents", crowdfund.kit.fields.CentsField()),
                ("final", models.BooleanField()),
                ("imported_at", models.DateTimeField()),
                (
                    "imported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-to_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "digest"), name="bank_statement_once"),
                    models.CheckConstraint(
                        condition=models.Q(("from_on__lte", models.F("to_on"))),
                        name="bank_statement_days_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="bankline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="bank.bankstatement"
            ),
        ),
        migrations.CreateModel(
            name="CreditList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("exported", "Given to the bank"),
                            ("closed", "All of it settled"),
                            ("rejected", "Rejected"),
                            ("void", "Void: an amount or a payee has changed"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("execute_on", models.DateField(blank=True, null=True)),
                ("exported_at", models.DateTimeField(blank=True, null=True)),
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
                    "decided_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "exported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "proposed_person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_person__isnull", True),
                            models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="creditlist_two_people",
                    ),
                    models.CheckConstraint(
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
                        name="creditlist_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["draft", "proposed", "approved", "exported", "closed", "rejected", "void"],
                            )
                        ),
                        name="credit_list_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["approved", "exported", "closed"]), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="credit_list_approved_has_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["exported", "closed"]), _negated=True),
                            models.Q(
                                ("execute_on__isnull", False),
                                ("exported_at__isnull", False),
                                ("exported_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="credit_list_exported_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "rejected"]),
                            models.Q(("digest", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="credit_list_has_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditListEvent",
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
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="bank.creditlist",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Excess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("more", "More than was promised"),
                            ("again", "A second transfer"),
                            ("late", "After the deadline"),
                            ("cancelled", "For a pledge that had been taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cents", crowdfund.kit.fields.CentsField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "The backer was asked"),
                            ("agreed", "The backer agrees; it counts once the goal is reached"),
                            ("counted", "Counted"),
                            ("returned", "Given back"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.consent",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="excess", to="bank.bankline"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="excesses",
                        to="payments.pledge",
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="excess",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "agreed", "counted", "returned"])),
                        name="excess_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["more", "again", "late", "cancelled"])),
                        name="excess_kind_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="excess_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["agreed", "counted"]), _negated=True),
                            ("consent__isnull", False),
                            _connector="OR",
                        ),
                        name="excess_counts_by_consent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "returned"), ("refund__isnull", False)),
                            models.Q(
                                models.Q(("status", "returned"), _negated=True), ("refund__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="excess_returned_by_refund",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExcessEvent",
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
                    "excess",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="bank.excess"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LineMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pledge", "The transfer of a pledge"),
                            ("item", "A transfer of one of our lists, or one that came back"),
                            ("in_transit", "Money on its way from Stripe or from a cash desk"),
                            ("booked", "Money whose arrival two people have booked already"),
                            ("own_funds", "Money of the platform's own"),
                            ("sponsor", "A sponsor's money for a pot"),
                            ("bank_fee", "A charge of our bank"),
                        ],
                        max_length=12,
                    ),
                ),
                ("facts", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("void", "Void: something has changed since"),
                        ],
                        default="proposed",
                        max_length=8,
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
                    "decided_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.matchfund",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="bank.bankline",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="line_matches",
                        to="payments.pledge",
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
                (
                    "proposed_person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledgertransfer",
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_person__isnull", True),
                            models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="linematch_two_people",
                    ),
                    models.CheckConstraint(
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
                        name="linematch_decision_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved"])),
                        fields=("line",),
                        name="line_match_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "rejected", "void"])),
                        name="line_match_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "void"]),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="line_match_decided_has_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "pledge"), ("pledge__isnull", False)),
                            models.Q(models.Q(("kind", "pledge"), _negated=True), ("pledge__isnull", True)),
                            _connector="OR",
                        ),
                        name="line_match_names_pledge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["in_transit", "booked"]), ("transfer__isnull", False)),
                            models.Q(
                                models.Q(("kind__in", ["in_transit", "booked"]), _negated=True),
                                ("transfer__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="line_match_names_transfer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fund__isnull", False), ("kind", "sponsor")),
                            models.Q(models.Q(("kind", "sponsor"), _negated=True), ("fund__isnull", True)),
                            _connector="OR",
                        ),
                        name="line_match_names_fund",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LineMatchEvent",
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
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="bank.linematch",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ListItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("name", models.CharField(max_length=70)),
                ("iban", models.CharField(max_length=34)),
                ("text", models.CharField(max_length=140)),
                ("end_to_end_id", models.CharField(max_length=35, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "With the bank"),
                            ("done", "Carried out"),
                            ("failed", "Failed"),
                            ("dropped", "Taken off the list"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "came_back_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="item_that_came_back",
                        to="bank.bankline",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="list_items",
                        to="bank.bankline",
                    ),
                ),
                (
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="bank.creditlist",
                    ),
                ),
                (
                    "paid_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items_paid",
                        to="bank.bankline",
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="list_items",
                        to="payments.payout",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="list_items",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "ordering": ["n"],
                "constraints": [
                    models.UniqueConstraint(fields=("list", "n"), name="list_item_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "sent", "done", "failed", "dropped"])),
                        name="list_item_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="list_item_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("line__isnull", True), ("payout__isnull", True), ("refund__isnull", False)
                            ),
                            models.Q(
                                ("line__isnull", False), ("payout__isnull", True), ("refund__isnull", True)
                            ),
                            models.Q(
                                ("line__isnull", True), ("payout__isnull", False), ("refund__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="list_item_of_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["sent", "waiting"])),
                        fields=("refund",),
                        name="list_item_one_live_refund",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["sent", "waiting"])),
                        fields=("line",),
                        name="list_item_one_live_line",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["sent", "waiting"])),
                        fields=("payout",),
                        name="list_item_one_live_payout",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_by__isnull", True),
                            ("came_back_by__isnull", True),
                            models.Q(("paid_by", models.F("came_back_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="list_item_two_lines",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="linematch",
            name="item",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="bank.listitem",
            ),
        ),
        migrations.CreateModel(
            name="ListItemEvent",
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="bank.listitem"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TransferPledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=25, unique=True)),
                ("iban", models.CharField(max_length=34)),
                ("holder", models.CharField(max_length=70)),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer",
                        to="payments.pledge",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reference__regex", "^RF[0-9]{2}[A-Z0-9]{1,21}$")),
                        name="transfer_pledge_reference_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("iban", ""), _negated=True), models.Q(("holder", ""), _negated=True)
                        ),
                        name="transfer_pledge_has_account_back",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="linematch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("item__isnull", False), ("kind", "item")),
                    models.Q(models.Q(("kind", "item"), _negated=True), ("item__isnull", True)),
                    _connector="OR",
                ),
                name="line_match_names_item",
            ),
        ),
    ]
