import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Books",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_on", models.DateField()),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="books",
                        to="campaigns.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MonthlyAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                ("earned_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("public_contracts_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("public_grants_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("private_grants_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("donations_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("in_kind_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("staff_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("rent_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("goods_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("services_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("finance_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("depreciation_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("other_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("investment_cents", crowdfund.kit.fields.CentsField(default=0)),
                (
                    "cash_end_cents",
                    crowdfund.kit.fields.CentsField(
                        blank=True, null=True, verbose_name="cash at the end of the month"
                    ),
                ),
                ("volunteer_hours", models.PositiveIntegerField(default=0, verbose_name="volunteer hours")),
                (
                    "fte_hundredths",
                    models.PositiveIntegerField(
                        default=0, verbose_name="people employed (hundredths of full time)"
                    ),
                ),
                ("disadvantaged_hundredths", models.PositiveIntegerField(default=0)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "books",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="months",
                        to="sustainability.books",
                    ),
                ),
                (
                    "closed_by",
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
                "ordering": ["month"],
                "constraints": [
                    models.UniqueConstraint(fields=("books", "month"), name="monthly_account_once"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="monthly_account_first_of_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("depreciation_cents__gte", 0),
                            ("donations_cents__gte", 0),
                            ("earned_cents__gte", 0),
                            ("finance_cents__gte", 0),
                            ("goods_cents__gte", 0),
                            ("in_kind_cents__gte", 0),
                            ("investment_cents__gte", 0),
                            ("other_cents__gte", 0),
                            ("private_grants_cents__gte", 0),
                            ("public_contracts_cents__gte", 0),
                            ("public_grants_cents__gte", 0),
                            ("rent_cents__gte", 0),
                            ("services_cents__gte", 0),
                            ("staff_cents__gte", 0),
                        ),
                        name="monthly_account_figures_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("earned", "earned"),
                            ("public_contracts", "public_contracts"),
                            ("public_grants", "public_grants"),
                            ("private_grants", "private_grants"),
                            ("donations", "donations"),
                            ("in_kind", "in_kind"),
                            ("staff", "staff"),
                            ("rent", "rent"),
                            ("goods", "goods"),
                            ("services", "services"),
                            ("finance", "finance"),
                            ("depreciation", "depreciation"),
                            ("other", "other"),
                            ("investment", "investment"),
                            ("cash_end", "cash_end"),
                        ],
                        max_length=20,
                    ),
                ),
                ("before_cents", crowdfund.kit.fields.CentsField(null=True)),
                ("after_cents", crowdfund.kit.fields.CentsField()),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="sustainability.monthlyaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="correction_has_reason"
                    )
                ],
            },
        ),
    ]
