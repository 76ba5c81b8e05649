import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("calls", "0003_proposed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Simulation",
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
                ("title", models.CharField(max_length=80, verbose_name="name")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("call", "A past call"),
                            ("edition", "A replayed edition of Milan"),
                            ("files", "Two files of your own"),
                        ],
                        max_length=8,
                    ),
                ),
                ("edition", models.CharField(blank=True, max_length=16)),
                ("seed", models.PositiveIntegerField(default=1)),
                ("file_names", models.JSONField(default=list)),
                ("campaigns_file", models.BinaryField(null=True)),
                ("pledges_file", models.BinaryField(null=True)),
                ("rules", models.JSONField()),
                ("language", models.CharField(default="it", max_length=5)),
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
                ("step", models.CharField(blank=True, max_length=80)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("result", models.JSONField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("bad_rows", models.JSONField(default=list)),
                ("bad_count", models.PositiveIntegerField(default=0)),
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
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="calls.call",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "running", "done", "failed"])),
                        name="simulation_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("call__isnull", False), ("edition", ""), ("source", "call")),
                            models.Q(
                                ("call__isnull", True),
                                ("source", "edition"),
                                models.Q(("edition", ""), _negated=True),
                            ),
                            models.Q(("call__isnull", True), ("edition", ""), ("source", "files")),
                            _connector="OR",
                        ),
                        name="simulation_of_its_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            ("result__isnull", False),
                            _connector="OR",
                        ),
                        name="simulation_done_has_result",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["waiting", "running"]),
                            models.Q(("campaigns_file__isnull", True), ("pledges_file__isnull", True)),
                            _connector="OR",
                        ),
                        name="simulation_ended_keeps_no_files",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__lte", 100)), name="simulation_percent_within_100"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimulationEvent",
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
                    "simulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="simulations.simulation",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
