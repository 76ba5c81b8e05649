import django.core.validators
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
        ("calls", "0006_gallery"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("works", "Works"),
                            ("services", "Services"),
                            ("supplies", "Supplies"),
                            ("hub", "Works and equipment of a community hub"),
                            ("grant", "Grant that is no match"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=240, verbose_name="subject")),
                ("beneficiary", models.CharField(max_length=160, verbose_name="beneficiary")),
                ("tax_code", models.CharField(max_length=16, verbose_name="tax number of the beneficiary")),
                (
                    "cig",
                    models.CharField(
                        blank=True,
                        max_length=10,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]{10}$", "A CIG is ten letters or digits."
                            )
                        ],
                        verbose_name="CIG",
                    ),
                ),
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
                ("office", models.CharField(max_length=120, verbose_name="office")),
                (
                    "responsible",
                    models.CharField(max_length=120, verbose_name="person in charge of the procedure"),
                ),
                ("act_number", models.CharField(max_length=40, verbose_name="number of the act")),
                ("act_on", models.DateField(verbose_name="date of the act")),
                (
                    "procedure",
                    models.CharField(
                        choices=[
                            ("open", "Open procedure"),
                            ("restricted", "Restricted procedure"),
                            ("negotiated", "Negotiated procedure"),
                            ("direct", "Direct award"),
                            ("framework", "Framework agreement"),
                            ("call", "Public call"),
                            ("agreement", "Agreement between public bodies"),
                        ],
                        max_length=10,
                        verbose_name="procedure",
                    ),
                ),
                ("legal_basis", models.CharField(max_length=200, verbose_name="legal basis")),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("bound_cents", crowdfund.kit.fields.CentsField(default=0)),
                ("disbursed_cents", crowdfund.kit.fields.CentsField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("recorded", "Recorded, to be confirmed"),
                            ("confirmed", "Confirmed"),
                            ("rejected", "Rejected"),
                            ("annulled", "Annulled: it was booked in error"),
                        ],
                        default="recorded",
                        max_length=9,
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="calls.programme",
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
                "ordering": ["-act_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_person__isnull", True),
                            models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="contract_two_people",
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
                        name="contract_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["recorded", "confirmed", "rejected", "annulled"])),
                        name="contract_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["works", "services", "supplies", "hub", "grant"])),
                        name="contract_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "procedure__in",
                                [
                                    "open",
                                    "restricted",
                                    "negotiated",
                                    "direct",
                                    "framework",
                                    "call",
                                    "agreement",
                                ],
                            )
                        ),
                        name="contract_procedure_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="contract_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bound_cents__gte", 0), ("disbursed_cents__gte", 0)),
                        name="contract_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount_cents__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("bound_cents"), "+", models.F("disbursed_cents")
                                ),
                            )
                        ),
                        name="contract_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "confirmed"),
                            models.Q(("bound_cents", 0), ("disbursed_cents", 0)),
                            _connector="OR",
                        ),
                        name="contract_money_only_when_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "recorded"), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="contract_decided_has_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("cig", ""), _negated=True), ("status__in", ["recorded", "confirmed"])
                        ),
                        fields=("cig",),
                        name="contract_cig_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="spending.contract",
                    ),
                ),
            ],
            options={
                "ordering": ["added_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ContractEvent",
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="spending.contract",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ContractMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mandate", "Mandate paid"),
                            ("economy", "Reduction: the money goes back to the programme"),
                            ("mandate_undone", "Correction of a mandate"),
                            ("economy_undone", "Correction of a reduction"),
                            ("annulment", "Annulment of the contract"),
                        ],
                        max_length=14,
                    ),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("number", models.CharField(max_length=40, verbose_name="number")),
                ("dated_on", models.DateField(verbose_name="date")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "To be confirmed"),
                            ("approved", "Confirmed"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="spending.contract",
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
                (
                    "undoes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="spending.contractmovement",
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_person__isnull", True),
                            models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="contractmovement_two_people",
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
                        name="contractmovement_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved", "rejected"])),
                        name="contract_movement_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["mandate", "economy", "mandate_undone", "economy_undone", "annulment"],
                            )
                        ),
                        name="contract_movement_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="contract_movement_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["mandate_undone", "economy_undone"]), ("undoes__isnull", False)
                            ),
                            models.Q(
                                ("kind__in", ["mandate", "economy", "annulment"]), ("undoes__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="contract_movement_correction_names",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "proposed"), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="contract_movement_decided_has_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "mandate"), ("status__in", ["proposed", "approved"])),
                        fields=("contract", "number", "dated_on"),
                        name="contract_mandate_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "approved"])),
                        fields=("undoes",),
                        name="contract_movement_undone_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractMovementEvent",
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
                    "movement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="spending.contractmovement",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
    ]
