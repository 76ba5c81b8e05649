import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_cash"),
        ("accounts", "__first__"),
        ("calls", "0003_proposed"),
        ("campaigns", "0003_plan_and_logframe"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CostLine",
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
                            ("staff", "People"),
                            ("works", "Works"),
                            ("equipment", "Equipment"),
                            ("goods", "Goods"),
                            ("services", "Services"),
                            ("fees", "Payment fees (estimate)"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("label", models.CharField(max_length=120, verbose_name="what for")),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="cost_line_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["staff", "works", "equipment", "goods", "services", "fees", "other"],
                            )
                        ),
                        name="cost_line_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("opens_at", models.DateTimeField(verbose_name="applications open")),
                ("closes_at", models.DateTimeField(verbose_name="applications close")),
                (
                    "pot_cents",
                    crowdfund.kit.fields.CentsField(blank=True, null=True, verbose_name="share of the pot"),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="session_number_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                        name="session_closes_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pot_cents__isnull", True), ("pot_cents__gt", 0), _connector="OR"
                        ),
                        name="session_pot_positive",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="accessibility",
            field=models.TextField(blank=True, verbose_name="how it is open to all abilities"),
        ),
        migrations.AddField(
            model_name="application",
            name="all_abilities",
            field=models.BooleanField(default=False, verbose_name="open to all abilities"),
        ),
        migrations.AddField(
            model_name="application",
            name="all_abilities_confirmed",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="application",
            name="declared_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="application",
            name="declared_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="project_months",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="months to carry it out"
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="snapshot",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="announced_on",
            field=models.DateField(blank=True, null=True, verbose_name="results announced on"),
        ),
        migrations.AddField(
            model_name="call",
            name="asks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("budget", "The cost, line by line"),
                        ("plan", "The business plan, month by month"),
                        ("logframe", "The logframe, with indicators"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="what the application contains",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="declaration",
            field=models.TextField(blank=True, verbose_name="what applicants declare"),
        ),
        migrations.AddField(
            model_name="call",
            name="included_neighbourhoods",
            field=models.ManyToManyField(blank=True, related_name="+", to="places.neighbourhood"),
        ),
        migrations.AddField(
            model_name="call",
            name="organisation_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("association", "Association"),
                        ("cooperative", "Social cooperative"),
                        ("foundation", "Foundation"),
                        ("social_enterprise", "Social enterprise"),
                        ("company", "Company"),
                        ("informal", "Informal group"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="organisations admitted",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="project_months_max",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="months to carry out the project, at most"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="questions_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="questions until"),
        ),
        migrations.AddField(
            model_name="call",
            name="themes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("green", "Green spaces"),
                        ("food", "Food"),
                        ("culture", "Culture"),
                        ("school", "School and learning"),
                        ("work", "Work and skills"),
                        ("care", "Care and health"),
                        ("sport", "Sport and play"),
                        ("mobility", "Getting around"),
                        ("together", "Living together"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="themes admitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("project_months_max__isnull", True),
                    models.Q(("project_months_max__gte", 1), ("project_months_max__lte", 60)),
                    _connector="OR",
                ),
                name="call_project_months_1_to_60",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "organisation_kinds__contained_by",
                        [
                            "association",
                            "cooperative",
                            "foundation",
                            "social_enterprise",
                            "company",
                            "informal",
                        ],
                    ),
                    (
                        "themes__contained_by",
                        [
                            "green",
                            "food",
                            "culture",
                            "school",
                            "work",
                            "care",
                            "sport",
                            "mobility",
                            "together",
                        ],
                    ),
                    ("asks__contained_by", ["budget", "plan", "logframe"]),
                ),
                name="call_eligibility_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("questions_until__isnull", True),
                    ("questions_until__lte", models.F("closes_at")),
                    _connector="OR",
                ),
                name="call_questions_before_close",
            ),
        ),
        migrations.AddField(
            model_name="costline",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="cost_lines", to="calls.application"
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="calls.call"
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="calls.session",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("all_abilities_confirmed", True), _negated=True),
                    ("all_abilities", True),
                    _connector="OR",
                ),
                name="application_confirmed_was_claimed",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("call", "number"), name="session_number_once"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (crowdfund.kit.fields.Int8Range("call", "call", models.Value("[]")), "&&"),
                    (models.Func("opens_at", "closes_at", function="TSTZRANGE"), "&&"),
                ],
                name="session_without_overlap",
            ),
        ),
    ]
