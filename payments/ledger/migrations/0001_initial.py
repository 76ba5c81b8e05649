import django.db.models.deletion
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DailyRoot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "book",
                    models.CharField(
                        choices=[
                            ("cash", "Cash: money we hold and owe"),
                            ("budget", "Budget: the spending ladder, no money"),
                        ],
                        max_length=8,
                    ),
                ),
                ("day", models.DateField()),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("previous_root", models.BinaryField(max_length=32)),
                ("root", models.BinaryField(max_length=32)),
            ],
            options={
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("book", "day"), name="daily_root_once")],
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                ("code", models.CharField(max_length=80, primary_key=True, serialize=False)),
                (
                    "book",
                    models.CharField(
                        choices=[
                            ("cash", "Cash: money we hold and owe"),
                            ("budget", "Budget: the spending ladder, no money"),
                        ],
                        max_length=8,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("book__in", ["cash", "budget"])), name="ledger_account_book_known"
                    ),
                    models.UniqueConstraint(fields=("book", "code"), name="ledger_account_in_book"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "book",
                    models.CharField(
                        choices=[
                            ("cash", "Cash: money we hold and owe"),
                            ("budget", "Budget: the spending ladder, no money"),
                        ],
                        max_length=8,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("code", models.CharField(max_length=40)),
                ("reference", models.CharField(max_length=80)),
                ("posted_at", models.DateTimeField()),
                ("digest", models.BinaryField(default=b"", max_length=32)),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="ledger.ledgeraccount",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debits",
                        to="ledger.ledgeraccount",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="ledger.ledgertransfer",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="ledger_transfer_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="ledger_transfer_two_accounts",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", True)),
                        fields=("code", "reference"),
                        name="ledger_transfer_event_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerSeal",
            fields=[
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="seal",
                        serialize=False,
                        to="ledger.ledgertransfer",
                    ),
                ),
                (
                    "book",
                    models.CharField(
                        choices=[
                            ("cash", "Cash: money we hold and owe"),
                            ("budget", "Budget: the spending ladder, no money"),
                        ],
                        max_length=8,
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("previous_hash", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("sealed_on", models.DateField(db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("book", "seq"), name="ledger_seal_seq_once")],
            },
        ),
    ]
