"""The four rules: a book of draws and counts a call, what counted of each pledge, the round of a quadratic pot."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields

# what was drawn, counted and shared out is only ever appended; a count is completed once, when collection ends
SQL = """
CREATE FUNCTION matching_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'What a match was computed from is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER matching_countedpledge_stays BEFORE UPDATE ON matching_countedpledge FOR EACH ROW
  WHEN (OLD.collected_cents IS NOT NULL
        OR (NEW.campaign_id, NEW.pledge_id, NEW.backer_id, NEW.day, NEW.pledged_cents)
           IS DISTINCT FROM (OLD.campaign_id, OLD.pledge_id, OLD.backer_id, OLD.day, OLD.pledged_cents))
  EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_countedpledge_not_deleted BEFORE DELETE ON matching_countedpledge
  FOR EACH ROW EXECUTE FUNCTION matching_refuse_change();
"""
REVERSE = ""
APPENDED = ("matching_matchdraw", "matching_matchround", "matching_roundmatch")
KEPT = (*APPENDED, "matching_countedpledge")
for table in APPENDED:
    SQL += f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION matching_refuse_change();
"""
    REVERSE += f"DROP TRIGGER {table}_append_only ON {table};"
for table in KEPT:
    SQL += f"""
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_truncate();
"""
    REVERSE += f"DROP TRIGGER {table}_no_truncate ON {table};"
REVERSE += """
DROP TRIGGER matching_countedpledge_stays ON matching_countedpledge;
DROP TRIGGER matching_countedpledge_not_deleted ON matching_countedpledge;
DROP FUNCTION matching_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0004_sessions_and_eligibility"),
        ("campaigns", "0003_plan_and_logframe"),
        ("ledger", "0002_append_only"),
        ("matching", "0003_pot"),
        ("payments", "0007_sponsor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchBook",
            fields=[
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="match_book",
                        serialize=False,
                        to="calls.call",
                    ),
                ),
                ("last_seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="CallBacker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("who", models.CharField(blank=True, max_length=264)),
                ("drawn_cents", crowdfund.kit.fields.CentsField(default=0)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.call"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CountedPledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("pledged_cents", crowdfund.kit.fields.CentsField()),
                ("collected_cents", crowdfund.kit.fields.CentsField(blank=True, null=True)),
                (
                    "backer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.callbacker",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counted_pledges",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.pledge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MatchDraw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("amount_cents", crowdfund.kit.fields.CentsField()),
                ("room_cents", crowdfund.kit.fields.CentsField()),
                ("cents", crowdfund.kit.fields.CentsField()),
                ("at", models.DateTimeField()),
                (
                    "backer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="matching.callbacker",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="calls.call"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="matching.matchfund",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="payments.pledge",
                    ),
                ),
            ],
            options={
                "ordering": ["call", "seq", "id"],
            },
        ),
        migrations.CreateModel(
            name="MatchRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("pots", models.JSONField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="calls.call"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="calls.session",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundEstimate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(max_length=64)),
                ("matches", models.JSONField(default=dict)),
                ("too_many_pairs", models.BigIntegerField(blank=True, null=True)),
                ("computed_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="round_estimates",
                        to="calls.call",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="calls.session",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("crowd_cents", crowdfund.kit.fields.CentsField()),
                ("backers", models.PositiveIntegerField()),
                ("raw_cents", crowdfund.kit.fields.CentsField()),
                ("cents", crowdfund.kit.fields.CentsField()),
                ("steps", models.JSONField()),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="round_match",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="matching.matchround",
                    ),
                ),
            ],
            options={
                "ordering": ["-cents", "campaign_id"],
            },
        ),
        migrations.AddConstraint(
            model_name="callbacker",
            constraint=models.UniqueConstraint(fields=("call", "number"), name="call_backer_number_once"),
        ),
        migrations.AddConstraint(
            model_name="callbacker",
            constraint=models.UniqueConstraint(
                condition=models.Q(("who", ""), _negated=True),
                fields=("call", "who"),
                name="call_backer_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="callbacker",
            constraint=models.CheckConstraint(
                condition=models.Q(("drawn_cents__gte", 0)), name="call_backer_drawn_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="countedpledge",
            constraint=models.CheckConstraint(
                condition=models.Q(("pledged_cents__gte", 0)), name="counted_pledge_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="countedpledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("collected_cents__isnull", True), ("collected_cents__gte", 0), _connector="OR"
                ),
                name="counted_pledge_collected_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchdraw",
            constraint=models.UniqueConstraint(
                fields=("call", "seq", "fund"), name="match_draw_seq_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="matchdraw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cents", 0), ("fund__isnull", True)),
                    models.Q(("fund__isnull", False), models.Q(("cents", 0), _negated=True)),
                    _connector="OR",
                ),
                name="match_draw_of_a_fund",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchdraw",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents__gte", 0)), name="match_draw_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchround",
            constraint=models.UniqueConstraint(
                fields=("call", "session"), name="match_round_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="roundestimate",
            constraint=models.UniqueConstraint(
                fields=("call", "session"), name="round_estimate_once", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
