import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_person"),
        ("accounts", "__first__"),
        ("ledger", "0002_append_only"),
        ("payments", "0002_channels_and_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="CorrectionRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("tax_code", models.CharField(blank=True, max_length=16, verbose_name="codice fiscale")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for the organisation"),
                            ("granted", "Done, with a new receipt"),
                            ("declined", "Declined"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="why not")),
                (
                    "decided_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction_requests",
                        to="payments.pledge",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "granted", "declined"])),
                        name="correction_request_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("pledge",),
                        name="correction_request_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CorrectionRequestEvent",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="receipts.correctionrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DonorDetails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("tax_code", models.CharField(blank=True, max_length=16, verbose_name="codice fiscale")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("changed_at", models.DateTimeField()),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="donor_details",
                        to="payments.pledge",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReceiptDonor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("tax_code", models.CharField(blank=True, max_length=16)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("kept_until", models.DateField(db_index=True)),
                ("restricted_at", models.DateTimeField(blank=True, null=True)),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("forgotten_at__isnull", True),
                            models.Q(("address", ""), ("name", ""), ("tax_code", "")),
                            _connector="OR",
                        ),
                        name="receipt_donor_forgotten_is_empty",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptSeries",
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt_series",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "year"), name="receipt_series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receipt", "Receipt for a gift"),
                            ("confirmation", "Payment confirmation for a reward"),
                            ("correction", "Correction"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refund", "The money was given back, whole or in part"),
                            ("dispute", "The backer's bank took the money back"),
                            ("details", "The details of who gave were put right"),
                        ],
                        max_length=8,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("issued_at", models.DateTimeField()),
                ("issued_on", models.DateField()),
                ("paid_on", models.DateField()),
                (
                    "channel",
                    models.CharField(
                        choices=[("card", "Card"), ("bank", "Bank transfer"), ("cash", "Cash")], max_length=8
                    ),
                ),
                ("method", models.CharField(blank=True, max_length=12)),
                ("card_brand", models.CharField(blank=True, max_length=20)),
                ("card_last4", models.CharField(blank=True, max_length=4)),
                ("beneficiary_name", models.CharField(max_length=160)),
                ("beneficiary_tax_code", models.CharField(blank=True, max_length=16)),
                ("purpose", models.CharField(max_length=200)),
                ("call_title", models.CharField(blank=True, max_length=200)),
                ("reward_title", models.CharField(blank=True, max_length=100)),
                ("reward_value_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("text", models.TextField(blank=True)),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="receipts.receipt",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="payments.pledge",
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
                (
                    "donor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="receipts.receiptdonor",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="receipts.receiptseries",
                    ),
                ),
            ],
            options={
                "ordering": ["series__year", "number"],
                "indexes": [models.Index(fields=["paid_on"], name="receipt_paid_on")],
                "constraints": [
                    models.UniqueConstraint(fields=("series", "number"), name="receipt_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="receipt_number_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="receipt_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["receipt", "confirmation", "correction"])),
                        name="receipt_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ("card", "bank", "cash"))),
                        name="receipt_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("corrects__isnull", False),
                                ("kind", "correction"),
                                ("reason__in", ["refund", "dispute", "details"]),
                            ),
                            models.Q(
                                models.Q(("kind", "correction"), _negated=True),
                                ("corrects__isnull", True),
                                ("reason", ""),
                                ("transfer__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_stands_on_money_or_corrects",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "confirmation"), _negated=True),
                            ("reward_value_cents__gt", 0),
                            _connector="OR",
                        ),
                        name="receipt_confirmation_has_reward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for the municipality"),
                            ("approved", "Approved"),
                            ("rejected", "Not approved"),
                            ("replaced", "Replaced by a newer one"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="why not")),
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt_texts",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-written_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "rejected", "replaced"])),
                        name="receipt_text_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")),
                        fields=("organisation",),
                        name="receipt_text_one_proposed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "approved")),
                        fields=("organisation",),
                        name="receipt_text_one_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "replaced"]),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="receipt_text_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("written_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="receipt_text_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptTextEvent",
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
                    "receipt_text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="receipts.receipttext",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
