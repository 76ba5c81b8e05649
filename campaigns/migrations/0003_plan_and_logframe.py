import django.db.models.deletion
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_promised_cents"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogframeEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("goal", "Goal"),
                            ("purpose", "Purpose"),
                            ("output", "Output"),
                            ("activity", "Activity"),
                        ],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("text", models.CharField(max_length=400, verbose_name="text")),
                ("assumptions", models.CharField(blank=True, max_length=400, verbose_name="assumptions")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="logframe",
                        to="campaigns.project",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "level", "position"), name="logframe_entry_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["goal", "purpose", "output", "activity"])),
                        name="logframe_entry_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="logframe_entry_says_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__in", ["output", "activity"]), ("position", 1), _connector="OR"
                        ),
                        name="logframe_entry_one_goal_one_purpose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="indicator")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("output", "Output: what the project makes"),
                            ("outcome", "Outcome: what changes because of it"),
                        ],
                        max_length=10,
                        verbose_name="what it measures",
                    ),
                ),
                ("direct", models.BooleanField(default=True, verbose_name="direct")),
                (
                    "field",
                    models.CharField(
                        choices=[("economic", "Economic"), ("social", "Social")],
                        max_length=10,
                        verbose_name="field",
                    ),
                ),
                ("unit", models.CharField(max_length=40, verbose_name="unit")),
                (
                    "baseline",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="starting value"
                    ),
                ),
                ("target", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="target")),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "source_of_verification",
                    models.CharField(blank=True, max_length=200, verbose_name="where it can be checked"),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="campaigns.project",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="campaigns.logframeentry",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "name"), name="indicator_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["output", "outcome"])), name="indicator_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("field__in", ["economic", "social"])),
                        name="indicator_field_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit", ""), _negated=True), name="indicator_has_unit"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.PositiveSmallIntegerField(verbose_name="month")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earned", "Earned: sales, fees, rents"),
                            ("public_contracts", "Public contracts"),
                            ("public_grants", "Public grants"),
                            ("private_grants", "Private grants"),
                            ("donations", "Donations and crowdfunding"),
                            ("in_kind", "In kind (valued)"),
                            ("staff", "People"),
                            ("rent", "Rent and utilities"),
                            ("goods", "Goods"),
                            ("services", "Services"),
                            ("finance", "Interest and bank"),
                            ("depreciation", "Depreciation"),
                            ("other", "Other"),
                            ("investment", "Investment (apart)"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plan_lines",
                        to="campaigns.project",
                    ),
                ),
            ],
            options={
                "ordering": ["month", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "month", "kind"), name="plan_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("month__gte", 1), ("month__lte", 60)),
                        name="plan_line_month_1_to_60",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="plan_line_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "earned",
                                    "public_contracts",
                                    "public_grants",
                                    "private_grants",
                                    "donations",
                                    "in_kind",
                                    "staff",
                                    "rent",
                                    "goods",
                                    "services",
                                    "finance",
                                    "depreciation",
                                    "other",
                                    "investment",
                                ],
                            )
                        ),
                        name="plan_line_kind_known",
                    ),
                ],
            },
        ),
    ]
