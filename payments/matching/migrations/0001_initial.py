import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("calls", "0001_initial"),
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchFund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("opened_cents", crowdfund.kit.fields.CentsField()),
                ("free_cents", crowdfund.kit.fields.CentsField()),
                ("opened_at", models.DateTimeField()),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fund", to="calls.call"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("free_cents__gte", 0)), name="match_fund_free_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("free_cents__lte", models.F("opened_cents"))),
                        name="match_fund_free_within_pot",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
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
                            ("reserved", "Reserved"),
                            ("proposed", "Match proposed"),
                            ("recorded", "Act recorded, to be confirmed"),
                            ("committed", "Committed"),
                            ("released", "Released"),
                        ],
                        default="reserved",
                        max_length=10,
                    ),
                ),
                ("exposure_cents", crowdfund.kit.fields.CentsField()),
                ("reserved_cents", crowdfund.kit.fields.CentsField()),
                ("bound_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("disbursed_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("proposed_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                ("steps", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservation",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="matching.matchfund",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["reserved", "proposed", "recorded", "committed", "released"])
                        ),
                        name="reservation_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bound_cents__gte", 0), ("disbursed_cents__gte", 0), ("reserved_cents__gte", 0)
                        ),
                        name="reservation_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "exposure_cents__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("reserved_cents"), "+", models.F("bound_cents")
                                    ),
                                    "+",
                                    models.F("disbursed_cents"),
                                ),
                            )
                        ),
                        name="reservation_within_exposure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitmentAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("office", models.CharField(max_length=120, verbose_name="office")),
                ("number", models.CharField(max_length=40, verbose_name="number of the act")),
                ("dated_on", models.DateField(verbose_name="date of the act")),
                (
                    "cup",
                    models.CharField(
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
                ("agreement", models.CharField(max_length=120, verbose_name="signed agreement")),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("recorded_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("return_reason", models.CharField(blank=True, max_length=200)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="matching.reservation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at__isnull", True)),
                        fields=("reservation",),
                        name="commitment_act_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("recorded_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="commitment_act_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="commitment_act_amount_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReservationEvent",
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
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="matching.reservation",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
