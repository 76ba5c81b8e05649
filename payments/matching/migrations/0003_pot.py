"""Several pots for a call; a campaign's share of each; what the database itself holds: never over-committed."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields

# every pot so far is the city's, one for each call; what topped it up belongs to it
OWN = """
    UPDATE matching_fundchange c SET fund_id = f.id
      FROM matching_matchfund f WHERE f.call_id = c.call_id AND c.kind = 'top_up';
    SET CONSTRAINTS ALL IMMEDIATE;
"""
# What was opened is what is free and what campaigns have, at the end of every transaction. The pot's row is locked
# first, so that two transactions that change one pot are seen one after the other.
BALANCED = """
CREATE FUNCTION matching_pot_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  pot bigint;
  opened bigint;
  free bigint;
  taken bigint;
BEGIN
  IF TG_TABLE_NAME = 'matching_matchfund' THEN pot := NEW.id; ELSE pot := NEW.fund_id; END IF;
  SELECT opened_cents, free_cents INTO opened, free FROM matching_matchfund WHERE id = pot FOR NO KEY UPDATE;
  SELECT coalesce(sum(reserved_cents + bound_cents + disbursed_cents), 0) INTO taken
    FROM matching_reservation WHERE fund_id = pot;
  IF free + taken <> opened THEN
    RAISE EXCEPTION 'Pot % opened with % cents: % free and % taken.', pot, opened, free, taken
      USING ERRCODE = 'check_violation', CONSTRAINT = 'match_fund_never_over_committed';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER match_fund_balanced AFTER INSERT OR UPDATE OF opened_cents, free_cents
  ON matching_matchfund DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION matching_pot_balanced();
CREATE CONSTRAINT TRIGGER match_reservation_born AFTER INSERT
  ON matching_reservation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION matching_pot_balanced();
CREATE CONSTRAINT TRIGGER match_reservation_balanced AFTER UPDATE
  ON matching_reservation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.reserved_cents + OLD.bound_cents + OLD.disbursed_cents
        IS DISTINCT FROM NEW.reserved_cents + NEW.bound_cents + NEW.disbursed_cents)
  EXECUTE FUNCTION matching_pot_balanced();
"""
UNBALANCED = """
DROP TRIGGER match_reservation_balanced ON matching_reservation;
DROP TRIGGER match_reservation_born ON matching_reservation;
DROP TRIGGER match_fund_balanced ON matching_matchfund;
DROP FUNCTION matching_pot_balanced();
"""
STAY = """
DROP TRIGGER matching_fund_change_stays ON matching_fundchange;
CREATE TRIGGER matching_fund_change_stays BEFORE UPDATE ON matching_fundchange FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('call_id', 'fund_id', 'organisation_id', 'kind', 'amount_cents', 'terms', 'reason');
CREATE TRIGGER matching_extension_stays BEFORE UPDATE ON matching_extension FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('campaign_id', 'until', 'office', 'number', 'dated_on');
CREATE TRIGGER matching_correction_stays BEFORE UPDATE ON matching_matchcorrection FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('campaign_id', 'match_cents', 'economy_cents', 'returned_cents', 'receipt', 'reason');
"""
GO = """
DROP TRIGGER matching_correction_stays ON matching_matchcorrection;
DROP TRIGGER matching_extension_stays ON matching_extension;
DROP TRIGGER matching_fund_change_stays ON matching_fundchange;
CREATE TRIGGER matching_fund_change_stays BEFORE UPDATE ON matching_fundchange FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('call_id', 'kind', 'amount_cents', 'reason');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_cash"),
        ("calls", "0003_proposed"),
        ("campaigns", "0002_promised_cents"),
        ("matching", "0002_two_people"),
        ("places", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateField(verbose_name="reserved until")),
                ("office", models.CharField(max_length=120, verbose_name="office")),
                ("number", models.CharField(max_length=40, verbose_name="number of the act")),
                ("dated_on", models.DateField(verbose_name="date of the act")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ExtensionEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MatchCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("match_cents", crowdfund.kit.fields.CentsField(verbose_name="match on what is left")),
                ("economy_cents", crowdfund.kit.fields.CentsField(verbose_name="not paid yet")),
                (
                    "returned_cents",
                    crowdfund.kit.fields.CentsField(default=0, verbose_name="paid and given back"),
                ),
                (
                    "receipt",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="receipt of what was given back"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="MatchCorrectionEvent",
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
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="fundchange",
            name="fund_change_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="fundchange",
            name="fund_change_amount_positive",
        ),
        migrations.RemoveConstraint(
            model_name="fundchange",
            name="fund_change_one_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="fundchange",
            name="fund_change_opened_once",
        ),
        migrations.AddField(
            model_name="fundchange",
            name="fund",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="matching.matchfund",
            ),
        ),
        migrations.AddField(
            model_name="fundchange",
            name="moved_cents",
            field=crowdfund.kit.fields.CentsField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="fundchange",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="fundchange",
            name="terms",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="matchfund",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matchfund",
            name="kind",
            field=models.CharField(
                choices=[("municipality", "The city's"), ("sponsor", "A sponsor's")],
                default="municipality",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="matchfund",
            name="money",
            field=models.CharField(
                choices=[
                    ("treasury", "With who gives it: they pay the organisation directly"),
                    ("held", "In our account: it counts once it has arrived"),
                ],
                default="treasury",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="matchfund",
            name="neighbourhoods",
            field=models.ManyToManyField(blank=True, related_name="+", to="places.neighbourhood"),
        ),
        migrations.AddField(
            model_name="matchfund",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="matchfund",
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
            ),
        ),
        migrations.AddField(
            model_name="matchfund",
            name="priority",
            field=models.PositiveSmallIntegerField(default=10, verbose_name="priority"),
        ),
        migrations.AddField(
            model_name="matchfund",
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
                    max_length=12,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reservation",
            name="moves",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="commitmentact",
            name="cup",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="fundchange",
            name="kind",
            field=models.CharField(
                choices=[("opening", "Opening"), ("top_up", "Top-up"), ("closing", "Closing of the pot")], max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="matchfund",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="funds", to="calls.call"
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="campaigns.campaign",
            ),
        ),
        migrations.RunSQL(OWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["opening", "top_up", "closing"])),
                name="fund_change_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_cents__gt", 0),
                    models.Q(("amount_cents", 0), ("kind", "closing")),
                    _connector="OR",
                ),
                name="fund_change_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fund__isnull", True), ("kind", "opening")),
                    models.Q(models.Q(("kind", "opening"), _negated=True), ("fund__isnull", False)),
                    _connector="OR",
                ),
                name="fund_change_names_fund",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")),
                fields=("call", "organisation"),
                name="fund_change_one_at_a_time",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "opening"), ("organisation__isnull", True), ("status", "approved")
                ),
                fields=("call",),
                name="fund_change_opened_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchfund",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["municipality", "sponsor"])), name="match_fund_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchfund",
            constraint=models.CheckConstraint(
                condition=models.Q(("money__in", ["treasury", "held"])), name="match_fund_money_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchfund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "municipality"), ("organisation__isnull", True)),
                    models.Q(("kind", "sponsor"), ("organisation__isnull", False)),
                    _connector="OR",
                ),
                name="match_fund_sponsor_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchfund",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__gte", 1), ("priority__lte", 99)),
                name="match_fund_priority_1_to_99",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchfund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "municipality")),
                fields=("call",),
                name="match_fund_one_of_the_city",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchfund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("call", "organisation"),
                name="match_fund_one_open_of_a_sponsor",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(fields=("fund", "campaign"), name="reservation_one_per_fund"),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "released"), _negated=True), ("reserved_cents", 0), _connector="OR"
                ),
                name="reservation_released_holds_nothing",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match_extensions",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="decided_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="proposed_person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="extensionevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="extensionevent",
            name="extension",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="matching.extension"
            ),
        ),
        migrations.AddField(
            model_name="matchcorrection",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match_corrections",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="matchcorrection",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="matchcorrection",
            name="decided_person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="matchcorrection",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="matchcorrection",
            name="proposed_person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="matchcorrectionevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="matchcorrectionevent",
            name="correction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="matching.matchcorrection",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="extension_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
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
                name="extension_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "approved", "rejected"])),
                name="match_extension_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "proposed"), ("decided_by__isnull", False), _connector="OR"),
                name="match_extension_decided_has_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")),
                fields=("campaign",),
                name="match_extension_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_person__isnull", True),
                    models.Q(("decided_person", models.F("proposed_person")), _negated=True),
                    _connector="OR",
                ),
                name="matchcorrection_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
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
                name="matchcorrection_decision_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["proposed", "approved", "rejected"])),
                name="match_correction_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("economy_cents__gte", 0), ("match_cents__gte", 0), ("returned_cents__gte", 0)
                ),
                name="match_correction_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(("economy_cents__gt", 0), ("returned_cents__gt", 0), _connector="OR"),
                name="match_correction_gives_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_cents", 0), models.Q(("receipt", ""), _negated=True), _connector="OR"
                ),
                name="match_correction_return_has_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "proposed"), ("decided_by__isnull", False), _connector="OR"),
                name="match_correction_decided_has_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcorrection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")),
                fields=("campaign",),
                name="match_correction_one_at_a_time",
            ),
        ),
        migrations.RunSQL(BALANCED, UNBALANCED),
        migrations.RunSQL(STAY, GO),
    ]
