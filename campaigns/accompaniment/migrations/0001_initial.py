import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("campaigns", "0002_promised_cents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enterprise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "legal_form",
                    models.CharField(
                        choices=[
                            ("cooperative", "Cooperative"),
                            ("social_cooperative", "Social cooperative"),
                            ("social_enterprise", "Social enterprise"),
                            ("limited", "Limited company"),
                            ("partnership", "Partnership"),
                            ("sole_trader", "Sole trader"),
                            ("association", "Association with a VAT number"),
                        ],
                        max_length=20,
                        verbose_name="legal form",
                    ),
                ),
                ("born_on", models.DateField(verbose_name="born on")),
                ("tax_code", models.CharField(max_length=16, verbose_name="codice fiscale")),
                ("vat_number", models.CharField(max_length=11, unique=True, verbose_name="VAT number")),
                ("registered_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enterprises",
                        to="campaigns.project",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-born_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "legal_form__in",
                                [
                                    "cooperative",
                                    "social_cooperative",
                                    "social_enterprise",
                                    "limited",
                                    "partnership",
                                    "sole_trader",
                                    "association",
                                ],
                            )
                        ),
                        name="enterprise_legal_form_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("observed_on", models.DateField(verbose_name="seen on")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("closed", "Closed"),
                            ("merged", "Merged into another"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "jobs_hundredths",
                    models.PositiveIntegerField(
                        default=0, verbose_name="people employed (hundredths of full time)"
                    ),
                ),
                ("disadvantaged_hundredths", models.PositiveIntegerField(default=0)),
                ("source", models.CharField(max_length=200, verbose_name="where it can be checked")),
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
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observations",
                        to="accompaniment.enterprise",
                    ),
                ),
            ],
            options={
                "ordering": ["observed_on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enterprise", "observed_on"), name="observation_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "closed", "merged"])),
                        name="observation_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("disadvantaged_hundredths__lte", models.F("jobs_hundredths"))),
                        name="observation_disadvantaged_within_jobs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "active"), ("jobs_hundredths", 0), _connector="OR"),
                        name="observation_ended_employs_nobody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TutoringSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_on", models.DateField(verbose_name="day")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="minutes")),
                ("people", models.PositiveSmallIntegerField(default=1, verbose_name="people of the team")),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("plan", "Business plan and accounts"),
                            ("market", "Customers and prices"),
                            ("law", "Legal form and contracts"),
                            ("people", "People and organisation"),
                            ("funding", "Finding money"),
                            ("impact", "Measuring what changes"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="topic",
                    ),
                ),
                ("agreed", models.TextField(verbose_name="what was said and agreed")),
                ("next_step", models.CharField(blank=True, max_length=200, verbose_name="next step")),
                ("next_due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                ("written_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                ("struck_reason", models.CharField(blank=True, max_length=200)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tutoring_sessions",
                        to="campaigns.project",
                    ),
                ),
                (
                    "tutor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tutoring_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-held_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 5), ("minutes__lte", 600)),
                        name="tutoring_session_5_to_600_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("topic__in", ["plan", "market", "law", "people", "funding", "impact", "other"])
                        ),
                        name="tutoring_session_topic_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_due_on__isnull", True),
                            models.Q(
                                models.Q(("next_step", ""), _negated=True),
                                ("next_due_on__gte", models.F("held_on")),
                            ),
                            _connector="OR",
                        ),
                        name="tutoring_session_due_of_a_step",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("struck_at__isnull", True),
                            models.Q(("struck_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="tutoring_session_struck_why",
                    ),
                ],
            },
        ),
    ]
