import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=120, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("review", "In review"),
                            ("approved", "Approved"),
                            ("live", "Live"),
                            ("closing", "Closing"),
                            ("settling", "Settling"),
                            ("collecting", "In collection"),
                            ("funded", "Funded"),
                            ("missed", "Goal missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("cost_cents", crowdfund.kit.fields.CentsField(verbose_name="total cost")),
                ("goal_cents", crowdfund.kit.fields.CentsField(verbose_name="goal asked of the crowd")),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="opens")),
                ("deadline", models.DateTimeField(blank=True, null=True, verbose_name="deadline")),
                ("days", models.PositiveSmallIntegerField(default=60, verbose_name="days")),
                ("fees_borne_by_campaign", models.BooleanField(default=True)),
                ("recovery_ends_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("pledged_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("collected_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("match_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("backers", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [models.Index(fields=["status", "deadline"], name="campaign_status_deadline")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "review",
                                    "approved",
                                    "live",
                                    "closing",
                                    "settling",
                                    "collecting",
                                    "funded",
                                    "missed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="campaign_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost_cents__gt", 0)), name="campaign_cost_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("goal_cents__gt", 0), ("goal_cents__lte", models.F("cost_cents"))
                        ),
                        name="campaign_goal_within_cost",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1), ("days__lte", 180)), name="campaign_days_sane"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "review", "approved", "cancelled"]),
                            models.Q(("deadline__isnull", False), ("opens_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="campaign_launched_has_deadline",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deadline__isnull", True),
                            ("deadline__gt", models.F("opens_at")),
                            _connector="OR",
                        ),
                        name="campaign_deadline_after_opening",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignEvent",
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
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "theme",
                    models.CharField(
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
                        max_length=12,
                        verbose_name="theme",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("summary", models.CharField(max_length=240, verbose_name="in one sentence")),
                ("story", models.TextField(verbose_name="the story")),
                ("picture", models.CharField(blank=True, max_length=200)),
                (
                    "picture_alt",
                    models.CharField(blank=True, max_length=200, verbose_name="what the picture shows"),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.CombinedSearchVector(
                            django.contrib.postgres.search.CombinedSearchVector(
                                django.contrib.postgres.search.SearchVector(
                                    "title", config="italian", weight="A"
                                ),
                                "||",
                                django.contrib.postgres.search.SearchVector(
                                    "summary", config="italian", weight="B"
                                ),
                                django.contrib.postgres.search.SearchConfig("italian"),
                            ),
                            "||",
                            django.contrib.postgres.search.SearchVector(
                                "story", config="italian", weight="B"
                            ),
                            django.contrib.postgres.search.SearchConfig("italian"),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "neighbourhood",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="places.neighbourhood",
                        verbose_name="neighbourhood",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="accounts.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["title"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="project_search")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "theme__in",
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
                            )
                        ),
                        name="project_theme_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="campaign",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="campaigns", to="campaigns.project"
            ),
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="question")),
                ("asked_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at"],
            },
        ),
        migrations.CreateModel(
            name="Reward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("text", models.TextField(blank=True, verbose_name="description")),
                ("min_cents", crowdfund.kit.fields.CentsField(verbose_name="from")),
                (
                    "declared_value_cents",
                    crowdfund.kit.fields.CentsField(default=0, verbose_name="declared value"),
                ),
                ("stock", models.PositiveIntegerField(blank=True, null=True, verbose_name="how many")),
                ("claimed", models.PositiveIntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rewards",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["min_cents", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("min_cents__gt", 0)), name="reward_min_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("declared_value_cents__gte", 0),
                            ("declared_value_cents__lte", models.F("min_cents")),
                        ),
                        name="reward_value_within_min",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stock__isnull", True), ("claimed__lte", models.F("stock")), _connector="OR"
                        ),
                        name="reward_within_stock",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Update",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                ("posted_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="updates",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["-posted_at"],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
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
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget_lines",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="budget_line_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["staff", "works", "equipment", "goods", "services", "fees", "other"],
                            )
                        ),
                        name="budget_line_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "share_percent",
                    models.PositiveSmallIntegerField(verbose_name="share of the match, in percent"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "Planned"), ("reached", "Reached")],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("reached_on", models.DateField(blank=True, null=True)),
                ("evidence", models.TextField(blank=True, verbose_name="evidence")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("share_percent__gte", 1), ("share_percent__lte", 100)),
                        name="milestone_share_1_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["planned", "reached"])),
                        name="milestone_status_known",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["draft", "review", "approved", "live", "closing", "settling", "collecting"],
                    )
                ),
                fields=("project",),
                name="campaign_one_open_per_project",
            ),
        ),
        migrations.CreateModel(
            name="MilestoneEvent",
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
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.milestone",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
