import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_cash"),
        ("accounts", "__first__"),
        ("calls", "0004_sessions_and_eligibility"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="what is wrong, and why")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("filed", "Waiting for an answer"),
                            ("upheld", "Upheld"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="filed",
                        max_length=10,
                    ),
                ),
                ("filed_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="calls.application",
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["filed_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["filed", "upheld", "dismissed"])),
                        name="appeal_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "filed"), models.Q(("answer", ""), _negated=True), _connector="OR"
                        ),
                        name="appeal_answer_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppealEvent",
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
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="commission.appeal",
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
            name="Commission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sheets_due_at", models.DateTimeField(verbose_name="sheets due")),
                ("created_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commissions",
                        to="calls.call",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commissions",
                        to="calls.session",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("call", "session"), name="commission_once_a_session", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Evaluator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("chair", "Chair"), ("member", "Evaluator")], default="member", max_length=10
                    ),
                ),
                ("appointed_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("signed_text", models.TextField(blank=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("left_why", models.CharField(blank=True, max_length=200)),
                (
                    "appointed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "commission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluators",
                        to="commission.commission",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["commission_id", "role", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["chair", "member"])), name="evaluator_role_known"
                    ),
                    models.UniqueConstraint(fields=("commission", "person"), name="evaluator_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("left_at__isnull", True), ("role", "chair")),
                        fields=("commission",),
                        name="evaluator_one_chair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_at__isnull", True),
                            models.Q(("left_why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="evaluator_left_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_why", models.CharField(blank=True, max_length=200)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusions",
                        to="calls.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("application",),
                        name="exclusion_one_standing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "minimum_hundredths",
                    models.PositiveSmallIntegerField(default=0, verbose_name="least score to be eligible"),
                ),
                (
                    "tie_breakers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        size=None,
                        verbose_name="what decides between equals",
                    ),
                ),
                (
                    "lots_source",
                    models.CharField(max_length=240, verbose_name="where the number for the lots comes from"),
                ),
                (
                    "skip_when_short",
                    models.BooleanField(
                        default=False,
                        verbose_name="pass over a project that the pot can't carry, to a smaller one below",
                    ),
                ),
                ("appeal_days", models.PositiveSmallIntegerField(default=10, verbose_name="days to appeal")),
                (
                    "offer_days",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="days to accept released money"
                    ),
                ),
                (
                    "offers_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="released money is offered until"
                    ),
                ),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grid", to="calls.call"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minimum_hundredths__lte", 10000)), name="grid_minimum_within_100"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("appeal_days__gte", 1), ("appeal_days__lte", 90)),
                        name="grid_appeal_1_to_90_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("offer_days__gte", 1), ("offer_days__lte", 90)),
                        name="grid_offer_1_to_90_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("label", models.CharField(max_length=80, verbose_name="name")),
                ("asks", models.CharField(max_length=400, verbose_name="what it asks")),
                ("max_tenths", models.PositiveSmallIntegerField(verbose_name="most points")),
                ("weight", models.PositiveSmallIntegerField(default=1, verbose_name="weight")),
                (
                    "min_tenths",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="least mean to be eligible"
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="commission.grid",
                    ),
                ),
            ],
            options={
                "ordering": ["grid_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("grid", "number"), name="criterion_number_once"),
                    models.UniqueConstraint(fields=("grid", "label"), name="criterion_label_once"),
                    models.CheckConstraint(
                        condition=models.Q(("max_tenths__gte", 10), ("max_tenths__lte", 1000)),
                        name="criterion_1_to_100_points",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 1), ("weight__lte", 100)),
                        name="criterion_weight_1_to_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("min_tenths__isnull", True),
                            ("min_tenths__lte", models.F("max_tenths")),
                            _connector="OR",
                        ),
                        name="criterion_minimum_within_most",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
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
                            ("open", "Waiting for the team"),
                            ("accepted", "Accepted"),
                            ("declined", "Turned down"),
                            ("lapsed", "Not answered in time"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("answer_until", models.DateTimeField(db_index=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offer",
                        to="calls.application",
                    ),
                ),
            ],
            options={
                "ordering": ["offered_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "accepted", "declined", "lapsed"])),
                        name="offer_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEvent",
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
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="commission.offer",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RankedList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("published", "Published"),
                            ("returned", "Sent back"),
                            ("replaced", "Replaced by a later version"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="why there is a new version")),
                (
                    "seed",
                    models.CharField(blank=True, max_length=120, verbose_name="number drawn for the lots"),
                ),
                ("rule", models.JSONField()),
                ("returned_why", models.TextField(blank=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "commission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lists",
                        to="commission.commission",
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
                "ordering": ["-version", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_person__isnull", True),
                            models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="rankedlist_two_people",
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
                        name="rankedlist_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "published", "returned", "replaced"])),
                        name="ranked_list_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "returned"), _negated=True),
                        fields=("commission", "version"),
                        name="ranked_list_version_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")),
                        fields=("commission",),
                        name="ranked_list_one_proposed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "published")),
                        fields=("commission",),
                        name="ranked_list_one_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("version", 1), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="ranked_list_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "proposed"), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="ranked_list_decided_has_person",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="offer",
            name="ranked_list",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="commission.rankedlist"
            ),
        ),
        migrations.CreateModel(
            name="ListEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.PositiveSmallIntegerField()),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("project_title", models.CharField(max_length=200)),
                ("organisation_name", models.CharField(max_length=160)),
                ("cost_cents", crowdfund.kit.fields.CentsField()),
                ("submitted_at", models.DateTimeField()),
                ("sheets", models.PositiveSmallIntegerField(default=0)),
                ("sums", models.JSONField(default=dict)),
                ("score_hundredths", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, max_length=20)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("ranked", "Ranked: the pot decides at publication"),
                            ("admitted", "Admitted"),
                            ("not_funded", "Eligible, not funded"),
                            ("not_eligible", "Not eligible"),
                            ("excluded", "Excluded"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="calls.application",
                    ),
                ),
                (
                    "ranked_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="commission.rankedlist",
                    ),
                ),
            ],
            options={
                "ordering": ["ranked_list_id", "row"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["ranked", "admitted", "not_funded", "not_eligible", "excluded"])
                        ),
                        name="list_entry_outcome_known",
                    ),
                    models.UniqueConstraint(fields=("ranked_list", "application"), name="list_entry_once"),
                    models.UniqueConstraint(fields=("ranked_list", "row"), name="list_entry_row_once"),
                    models.UniqueConstraint(fields=("ranked_list", "rank"), name="list_entry_rank_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="appeal",
            name="ranked_list",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appeals",
                to="commission.rankedlist",
            ),
        ),
        migrations.CreateModel(
            name="RankedListEvent",
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
                    "ranked_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="commission.rankedlist",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Sheet",
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
                            ("open", "Being written"),
                            ("closed", "Closed"),
                            ("conflict", "Conflict of interest"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("conflict", models.TextField(blank=True, verbose_name="what the conflict is")),
                ("declared_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="calls.application",
                    ),
                ),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="commission.evaluator",
                    ),
                ),
            ],
            options={
                "ordering": ["application_id", "evaluator_id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "closed", "conflict"])),
                        name="sheet_status_known",
                    ),
                    models.UniqueConstraint(fields=("evaluator", "application"), name="sheet_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "conflict"), _negated=True),
                            models.Q(("conflict", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="sheet_conflict_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="sheet_closed_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenths", models.PositiveSmallIntegerField()),
                ("reason", models.TextField(blank=True)),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commission.criterion",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="commission.sheet",
                    ),
                ),
            ],
            options={
                "ordering": ["sheet_id", "criterion__number"],
                "constraints": [
                    models.UniqueConstraint(fields=("sheet", "criterion"), name="score_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "tenths",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("tenths"), "/", models.Value(5)
                                    ),
                                    "*",
                                    models.Value(5),
                                ),
                            )
                        ),
                        name="score_whole_or_half_points",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetEvent",
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
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="commission.sheet",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
