import uuid

import django.contrib.postgres.constraints
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
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateField(verbose_name="every week until")),
            ],
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("concession", "Concession"),
                            ("loan", "Loan for use, free of charge"),
                            ("lease", "Lease"),
                            ("coproject", "Co-project agreement with the third sector"),
                            ("pact", "Collaboration pact for common goods"),
                            ("partnership", "Special public-private partnership"),
                        ],
                        max_length=12,
                        verbose_name="form",
                    ),
                ),
                (
                    "partners",
                    models.CharField(
                        blank=True,
                        help_text="Who else signs: one after the other.",
                        max_length=500,
                        verbose_name="other partners",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                ("fee_cents", crowdfund.kit.fields.CentsField(default=0, verbose_name="yearly fee")),
                ("obligations", models.TextField(max_length=5000, verbose_name="obligations")),
                (
                    "alert_days",
                    models.PositiveSmallIntegerField(
                        default=180, verbose_name="days of warning before the end"
                    ),
                ),
                ("alerted_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hub_agreements",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="agreement_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fee_cents__gte", 0)), name="agreement_fee_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("form__in", ["concession", "loan", "lease", "coproject", "pact", "partnership"])
                        ),
                        name="agreement_form_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("stored", models.CharField(max_length=120, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=5)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="hubs.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=120, verbose_name="what for")),
                (
                    "public",
                    models.BooleanField(default=False, verbose_name="in the public calendar with its title"),
                ),
                ("people", models.PositiveSmallIntegerField(verbose_name="how many people")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("price_cents", crowdfund.kit.fields.CentsField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Waits for an answer"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "booked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="hubs.series",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="booking_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_cents__gte", 0)), name="booking_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("people__gte", 1)), name="booking_people_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["requested", "confirmed", "refused", "cancelled"])
                        ),
                        name="booking_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookingEvent",
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
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="hubs.booking"
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
            name="Building",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("owner", models.CharField(max_length=160, verbose_name="public owner")),
                ("address", models.CharField(max_length=160, verbose_name="address")),
                ("area_m2", models.PositiveIntegerField(verbose_name="area in square metres")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unused", "Not in use"),
                            ("works", "Works under way"),
                            ("partly", "Partly in use"),
                            ("in_use", "In use"),
                        ],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("accessibility", models.TextField(max_length=1000, verbose_name="accessibility")),
                ("picture", models.CharField(blank=True, max_length=120)),
                (
                    "picture_alt",
                    models.CharField(blank=True, max_length=200, verbose_name="what the picture shows"),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "neighbourhood",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="buildings",
                        to="places.neighbourhood",
                        verbose_name="neighbourhood",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("area_m2__gte", 1)), name="building_area_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["unused", "works", "partly", "in_use"])),
                        name="building_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("picture", ""), models.Q(("picture_alt", ""), _negated=True), _connector="OR"
                        ),
                        name="building_picture_with_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hub",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("summary", models.CharField(max_length=240, verbose_name="in one sentence")),
                ("story", models.TextField(blank=True, max_length=5000, verbose_name="what it offers")),
                (
                    "contact",
                    models.EmailField(blank=True, max_length=254, verbose_name="email for the public"),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hubs", to="hubs.building"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("projects", models.ManyToManyField(blank=True, related_name="hubs", to="campaigns.project")),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="hub",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="agreements", to="hubs.hub"
            ),
        ),
        migrations.CreateModel(
            name="Outlay",
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
                        choices=[("works", "Works"), ("equipment", "Equipment")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("what", models.CharField(max_length=200, verbose_name="what")),
                ("cost_cents", crowdfund.kit.fields.CentsField(verbose_name="cost")),
                ("begun_on", models.DateField(verbose_name="begun on")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended on")),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlays",
                        to="hubs.building",
                    ),
                ),
            ],
            options={
                "ordering": ["begun_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cost_cents__gt", 0)), name="outlay_cost_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["works", "equipment"])), name="outlay_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("ended_on__gte", models.F("begun_on")),
                            _connector="OR",
                        ),
                        name="outlay_ends_after_beginning",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Space",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("slug", models.SlugField(max_length=80)),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="people it holds")),
                ("equipment", models.CharField(blank=True, max_length=500, verbose_name="equipment")),
                ("price_cents", crowdfund.kit.fields.CentsField(default=0, verbose_name="price per hour")),
                (
                    "free_for",
                    models.CharField(
                        choices=[
                            ("nobody", "Nobody"),
                            ("non_profit", "Associations and informal groups"),
                            ("organisations", "Every organisation"),
                        ],
                        default="nobody",
                        max_length=13,
                        verbose_name="free for",
                    ),
                ),
                (
                    "bookers",
                    models.CharField(
                        choices=[
                            ("everybody", "Anybody with an account"),
                            ("organisations", "Organisations only"),
                        ],
                        default="everybody",
                        max_length=13,
                        verbose_name="who may book",
                    ),
                ),
                (
                    "notice_hours",
                    models.PositiveSmallIntegerField(default=24, verbose_name="hours of notice"),
                ),
                (
                    "longest_minutes",
                    models.PositiveSmallIntegerField(default=240, verbose_name="longest booking, in minutes"),
                ),
                (
                    "ahead_days",
                    models.PositiveSmallIntegerField(default=180, verbose_name="days ahead it can be booked"),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spaces", to="hubs.hub"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("hub", "slug"), name="space_slug_once"),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1)), name="space_capacity_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_cents__gte", 0)), name="space_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("longest_minutes__gte", 15)), name="space_longest_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("free_for__in", ["nobody", "non_profit", "organisations"])),
                        name="space_free_for_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bookers__in", ["everybody", "organisations"])),
                        name="space_bookers_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="series",
            name="space",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="series", to="hubs.space"
            ),
        ),
        migrations.CreateModel(
            name="OpeningHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        verbose_name="day",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opens")),
                ("closes", models.TimeField(verbose_name="closes")),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hours", to="hubs.space"
                    ),
                ),
            ],
            options={
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.UniqueConstraint(fields=("space", "weekday", "opens"), name="hours_once"),
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))),
                        name="hours_close_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__range", (1, 7))), name="hours_weekday_known"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="space",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="hubs.space"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (crowdfund.kit.fields.Int8Range("hub", "hub", models.Value("[]")), "&&"),
                    (models.Func("starts_on", "ends_on", models.Value("[]"), function="DATERANGE"), "&&"),
                ],
                name="agreement_without_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status__in", ["confirmed", "requested"])),
                expressions=[
                    (crowdfund.kit.fields.Int8Range("space", "space", models.Value("[]")), "&&"),
                    (models.Func("starts_at", "ends_at", function="TSTZRANGE"), "&&"),
                ],
                name="booking_without_overlap",
            ),
        ),
    ]
