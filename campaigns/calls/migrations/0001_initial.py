import django.core.validators
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
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("admitted", "Admitted"),
                            ("eligible_not_funded", "Eligible, not funded"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("cost_cents", crowdfund.kit.fields.CentsField(verbose_name="total cost")),
                (
                    "goal_cents",
                    crowdfund.kit.fields.CentsField(
                        blank=True, null=True, verbose_name="goal asked of the crowd"
                    ),
                ),
                (
                    "other_source",
                    models.CharField(
                        blank=True, max_length=160, verbose_name="other money already found: from whom"
                    ),
                ),
                (
                    "other_source_cents",
                    crowdfund.kit.fields.CentsField(
                        default=0, verbose_name="other money already found: how much"
                    ),
                ),
                ("motivation", models.TextField(blank=True, verbose_name="why this project")),
                ("plan", models.TextField(blank=True, verbose_name="how it will stand on its own feet")),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True, verbose_name="reason")),
                ("created_at", models.DateTimeField()),
                (
                    "campaign",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="campaigns.project",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "submitted",
                                    "admitted",
                                    "eligible_not_funded",
                                    "rejected",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="application_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost_cents__gt", 0)), name="application_cost_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("goal_cents__isnull", True),
                            models.Q(("goal_cents__gt", 0), ("goal_cents__lte", models.F("cost_cents"))),
                            _connector="OR",
                        ),
                        name="application_goal_within_cost",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("other_source_cents", 0),
                            models.Q(
                                ("other_source_cents__gt", 0), models.Q(("other_source", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="application_other_source_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "admitted"), _negated=True),
                            ("campaign__isnull", False),
                            _connector="OR",
                        ),
                        name="application_admitted_has_campaign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationEvent",
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
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="calls.application",
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
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("summary", models.CharField(max_length=240, verbose_name="in one sentence")),
                ("text", models.TextField(verbose_name="text")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("closed", "Closed")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("pot_cents", crowdfund.kit.fields.CentsField(verbose_name="pot")),
                (
                    "cost_min_cents",
                    crowdfund.kit.fields.CentsField(blank=True, null=True, verbose_name="smallest cost"),
                ),
                (
                    "cost_max_cents",
                    crowdfund.kit.fields.CentsField(blank=True, null=True, verbose_name="largest cost"),
                ),
                (
                    "campaign_days",
                    models.PositiveSmallIntegerField(default=60, verbose_name="days of a campaign"),
                ),
                ("opens_at", models.DateTimeField(verbose_name="applications open")),
                ("closes_at", models.DateTimeField(verbose_name="applications close")),
                ("created_at", models.DateTimeField()),
                (
                    "account_holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="who legally holds the money",
                    ),
                ),
                (
                    "excluded_neighbourhoods",
                    models.ManyToManyField(blank=True, related_name="+", to="places.neighbourhood"),
                ),
            ],
            options={
                "ordering": ["-opens_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "published", "closed"])),
                        name="call_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                        name="call_closes_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pot_cents__gt", 0)), name="call_pot_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("campaign_days__gte", 1), ("campaign_days__lte", 180)),
                        name="call_campaign_days_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost_min_cents__isnull", True),
                            ("cost_max_cents__isnull", True),
                            ("cost_max_cents__gte", models.F("cost_min_cents")),
                            _connector="OR",
                        ),
                        name="call_cost_range_ordered",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="calls.call"
            ),
        ),
        migrations.CreateModel(
            name="CallEvent",
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
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="calls.call"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MatchRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("threshold_share", "A share of the cost once the crowd has reached a threshold"),
                            ("per_pledge", "So much for each euro pledged"),
                            ("lump_sum", "A sum when enough people have pledged"),
                            ("quadratic", "Quadratic: many small gifts count more"),
                        ],
                        max_length=20,
                    ),
                ),
                ("data", models.JSONField()),
                (
                    "shortfall",
                    models.CharField(
                        choices=[
                            (
                                "proceed",
                                "The campaign goes on with what was collected and the match shrinks with it",
                            ),
                            ("refund", "Everyone is refunded"),
                        ],
                        default="proceed",
                        max_length=10,
                    ),
                ),
                ("recovery_days", models.PositiveSmallIntegerField(default=7)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "version"), name="match_rule_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["threshold_share", "per_pledge", "lump_sum", "quadratic"])
                        ),
                        name="match_rule_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shortfall__in", ["proceed", "refund"])),
                        name="match_rule_shortfall_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recovery_days__gte", 1), ("recovery_days__lte", 30)),
                        name="match_rule_recovery_1_to_30_days",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="call",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="calls.matchrule"
            ),
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("action", models.CharField(blank=True, max_length=80, verbose_name="action")),
                ("city", models.CharField(max_length=80, verbose_name="city")),
                ("implementing_body", models.CharField(max_length=120, verbose_name="implementing body")),
                (
                    "cup",
                    models.CharField(
                        blank=True,
                        max_length=15,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]\\d{2}[A-Z]\\d{11}$",
                                "A CUP is a letter, two digits, a letter and eleven digits.",
                            )
                        ],
                        verbose_name="CUP",
                    ),
                ),
                ("rup", models.CharField(blank=True, max_length=120, verbose_name="person in charge (RUP)")),
                ("about", models.TextField(blank=True, verbose_name="what it is for")),
                ("starts_on", models.DateField(verbose_name="start")),
                ("ends_on", models.DateField(verbose_name="end")),
                ("picture", models.CharField(blank=True, max_length=200, verbose_name="picture")),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-starts_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="programme_ends_after_start",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="call",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="calls.programme"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "withdrawn"), _negated=True),
                fields=("call", "project"),
                name="application_once_per_call",
            ),
        ),
    ]
