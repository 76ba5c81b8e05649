import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_cash"),
        ("accounts", "__first__"),
        ("campaigns", "0004_accepted"),
    ]

    operations = [
        migrations.CreateModel(
            name="MilestoneChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before_on", models.DateField()),
                ("due_on", models.DateField(verbose_name="new date")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waiting for an officer"),
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="campaigns.milestone",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["requested_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["requested", "agreed", "refused"])),
                        name="milestone_change_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_on", models.F("before_on")), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="milestone_change_changes",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "requested")),
                        fields=("milestone",),
                        name="milestone_change_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MilestoneChangeEvent",
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
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="reporting.milestonechange",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MilestoneFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("photo", "Photo"), ("document", "Document")], max_length=10),
                ),
                ("file", models.CharField(max_length=200)),
                ("file_kind", models.CharField(max_length=8)),
                ("text", models.CharField(max_length=200, verbose_name="what it shows")),
                ("consent", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="campaigns.milestone",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["photo", "document"])),
                        name="milestone_file_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True), models.Q(("file", ""), _negated=True)
                        ),
                        name="milestone_file_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "document"), ("consent", True), _connector="OR"),
                        name="milestone_photo_has_consent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("declared", "Declared, to be confirmed"),
                            ("confirmed", "Stopped"),
                            ("rejected", "Goes on"),
                        ],
                        default="declared",
                        max_length=10,
                    ),
                ),
                ("told_through", models.BigIntegerField(default=0)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="campaigns.campaign",
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
                "ordering": ["-proposed_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_person__isnull", True),
                            models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="projectstop_two_people",
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
                        name="projectstop_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["declared", "confirmed", "rejected"])),
                        name="project_stop_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="project_stop_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "declared"), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="project_stop_decided_has_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["declared", "confirmed"])),
                        fields=("campaign",),
                        name="project_stop_one_standing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectStopEvent",
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
                    "stop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="reporting.projectstop",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SpendingReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "To be handed in"),
                            ("submitted", "Handed in"),
                            ("sent_back", "Sent back"),
                            ("accepted", "Accepted"),
                            ("dropped", "No longer due"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spending_reports",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spending_reports",
                        to="campaigns.milestone",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "indexes": [models.Index(fields=["status", "due_on"], name="spending_report_status_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "submitted", "sent_back", "accepted", "dropped"])
                        ),
                        name="spending_report_status_known",
                    ),
                    models.UniqueConstraint(fields=("milestone",), name="spending_report_once_a_milestone"),
                    models.UniqueConstraint(
                        condition=models.Q(("milestone__isnull", True)),
                        fields=("campaign",),
                        name="spending_report_one_final",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "dropped"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="spending_report_submitted_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reminders__lte", 2)), name="spending_report_two_reminders"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dated_on", models.DateField(verbose_name="date of the document")),
                ("supplier", models.CharField(max_length=160, verbose_name="supplier")),
                ("what", models.CharField(max_length=200, verbose_name="what was bought")),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("document_number", models.CharField(max_length=60, verbose_name="number of the document")),
                ("paid_on", models.DateField(verbose_name="paid on")),
                ("receipt", models.CharField(blank=True, max_length=200)),
                ("receipt_kind", models.CharField(blank=True, max_length=8)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("pending", "To be examined"),
                            ("eligible", "Eligible"),
                            ("not_eligible", "Not eligible"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("verdict_reason", models.CharField(blank=True, max_length=500)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.budgetline",
                        verbose_name="budget line",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="reporting.spendingreport",
                    ),
                ),
            ],
            options={
                "ordering": ["dated_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="report_item_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["pending", "eligible", "not_eligible"])),
                        name="report_item_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "not_eligible"), _negated=True),
                            models.Q(("verdict_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="report_item_refused_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "pending"), ("reviewed_at__isnull", False), _connector="OR"
                        ),
                        name="report_item_verdict_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("supplier", ""), _negated=True),
                            models.Q(("what", ""), _negated=True),
                            models.Q(("document_number", ""), _negated=True),
                        ),
                        name="report_item_whole",
                    ),
                    models.UniqueConstraint(
                        fields=("report", "supplier", "document_number", "line"),
                        name="report_item_document_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Overspend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.budgetline",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overspends",
                        to="reporting.spendingreport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("report", "line"), name="overspend_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="overspend_has_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpendingReportEvent",
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
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="reporting.spendingreport",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
