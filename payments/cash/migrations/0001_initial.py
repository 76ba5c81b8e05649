import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_person"),
        ("accounts", "__first__"),
        ("payments", "0002_channels_and_people"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CashDesk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("address", models.CharField(max_length=200, verbose_name="address")),
                ("hours", models.CharField(blank=True, max_length=200, verbose_name="opening hours")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Taking cash"), ("shut", "Shut")], default="open", max_length=8
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "neighbourhood",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_desks",
                        to="places.neighbourhood",
                        verbose_name="neighbourhood",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "shut"])), name="cash_desk_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("address", ""), _negated=True)
                        ),
                        name="cash_desk_can_be_found",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CashDeskEvent",
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
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="cash.cashdesk"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeskClosing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("day", models.DateField()),
                ("receipts", models.PositiveIntegerField()),
                ("received_cents", crowdfund.kit.fields.CentsField()),
                ("returned_cents", crowdfund.kit.fields.CentsField()),
                ("booked_cents", crowdfund.kit.fields.CentsField()),
                ("counted_cents", crowdfund.kit.fields.CentsField(verbose_name="counted")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("counted", "Counted, waiting for a second person"),
                            ("signed", "Countersigned"),
                            ("sent", "On its way to the bank"),
                            ("banked", "Arrived at the bank"),
                            ("rejected", "To be counted again"),
                        ],
                        default="counted",
                        max_length=10,
                    ),
                ),
                ("sent_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("bag", models.CharField(blank=True, max_length=60, verbose_name="bag or deposit slip")),
                (
                    "proof",
                    models.CharField(blank=True, max_length=120, verbose_name="line of the bank's statement"),
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
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="cash.cashdesk",
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
                        name="deskclosing_two_people",
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
                        name="deskclosing_decision_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "rejected"), _negated=True),
                        fields=("desk", "day"),
                        name="desk_closing_one_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "counted")),
                        fields=("desk",),
                        name="desk_closing_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["counted", "signed", "sent", "banked", "rejected"])
                        ),
                        name="desk_closing_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "counted"), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="desk_closing_has_second",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("counted_cents__gte", 0)), name="desk_closing_counted_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted_cents", models.F("booked_cents")),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="desk_closing_difference_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_cents__gt", 0), ("status__in", ["sent", "banked"])),
                            models.Q(
                                models.Q(("status__in", ["sent", "banked"]), _negated=True),
                                ("sent_cents__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="desk_closing_sent_has_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "banked"), _negated=True),
                            models.Q(("proof", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="desk_closing_banked_has_proof",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskClosingEvent",
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
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="cash.deskclosing",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeskOperator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("assigned_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assigned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operators",
                        to="cash.cashdesk",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_desks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["assigned_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("desk", "user"),
                        name="desk_operator_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="desk_operator_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "Cash received"),
                            ("cancelled", "Cancellation"),
                            ("returned", "Cash handed back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("donor", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("signed_by", models.CharField(blank=True, max_length=120, verbose_name="signed by")),
                ("why", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("project", models.CharField(max_length=120)),
                ("beneficiary", models.CharField(max_length=200)),
                ("desk_name", models.CharField(max_length=120)),
                ("desk_address", models.CharField(max_length=200)),
                ("operator", models.CharField(max_length=150)),
                ("issued_at", models.DateTimeField()),
                ("issued_on", models.DateField()),
                ("once", models.UUIDField(blank=True, null=True, unique=True)),
                (
                    "cancels",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancelled_by",
                        to="cash.deskreceipt",
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="cash.cashdesk",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="desk_receipts",
                        to="payments.pledge",
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="desk_receipt",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["desk", "issued_on"], name="desk_receipt_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("desk", "year", "number"), name="desk_receipt_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "received")),
                        fields=("pledge",),
                        name="desk_receipt_one_per_pledge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["received", "cancelled", "returned"])),
                        name="desk_receipt_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="desk_receipt_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="desk_receipt_number_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancels__isnull", True), ("kind", "received"), ("refund__isnull", True)
                            ),
                            models.Q(
                                ("cancels__isnull", False),
                                ("kind", "cancelled"),
                                ("refund__isnull", True),
                                models.Q(("why", ""), _negated=True),
                            ),
                            models.Q(
                                ("cancels__isnull", True),
                                ("kind", "returned"),
                                ("refund__isnull", False),
                                models.Q(("signed_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="desk_receipt_names_its_cause",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="deskclosing",
            name="last_receipt",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cash.deskreceipt",
            ),
        ),
        migrations.CreateModel(
            name="DeskSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("last_number", models.PositiveIntegerField(default=0)),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="series", to="cash.cashdesk"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("desk", "year"), name="desk_series_once")],
            },
        ),
        migrations.CreateModel(
            name="ReturnByTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("iban", models.CharField(max_length=34)),
                ("holder", models.CharField(max_length=70)),
                ("asked_at", models.DateTimeField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_by_transfer",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("iban", ""), _negated=True), models.Q(("holder", ""), _negated=True)
                        ),
                        name="return_by_transfer_has_account",
                    )
                ],
            },
        ),
    ]
