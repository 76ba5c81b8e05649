"""An act and a pot are decided by two persons; what they decide on never changes."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import crowdfund.kit.fields

PERSON = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "accounts.person"}
USER = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}

# acts so far were recorded and confirmed by the persons of their accounts; pots were opened by one officer alone
PEOPLE = """
    UPDATE matching_commitmentact a SET proposed_person_id = u.person_id FROM accounts_user u WHERE u.id = a.proposed_by_id;
    UPDATE matching_commitmentact a SET decided_person_id = u.person_id FROM accounts_user u WHERE u.id = a.decided_by_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
STAY = """
CREATE TRIGGER matching_act_stays BEFORE UPDATE ON matching_commitmentact FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('reservation_id', 'office', 'number', 'dated_on', 'cup', 'agreement', 'amount_cents');
CREATE TRIGGER matching_fund_change_stays BEFORE UPDATE ON matching_fundchange FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('call_id', 'kind', 'amount_cents', 'reason');
"""
GO = """
DROP TRIGGER matching_fund_change_stays ON matching_fundchange;
DROP TRIGGER matching_act_stays ON matching_commitmentact;
"""


def two_people(model: str) -> list[migrations.AddConstraint]:
    """Give the constraints of `accounts.models.TwoPeople` for a model."""
    names = ("decided_at", "decided_by", "decided_person")
    none = models.Q(*((f"{name}__isnull", True) for name in names))
    whole = models.Q(*((f"{name}__isnull", False) for name in names))
    alone = models.Q(("decided_person", django.db.models.expressions.F("proposed_person")), _negated=True)
    return [
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_person__isnull", True), alone, _connector="OR"),
                name=f"{model}_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                condition=models.Q(none, whole, _connector="OR"), name=f"{model}_decision_whole"
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_role_events"),
        ("calls", "0003_proposed"),
        ("matching", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="commitmentact", name="commitment_act_two_people"),
        migrations.RenameField("commitmentact", "recorded_by", "proposed_by"),
        migrations.RenameField("commitmentact", "recorded_at", "proposed_at"),
        migrations.RenameField("commitmentact", "confirmed_by", "decided_by"),
        migrations.RenameField("commitmentact", "confirmed_at", "decided_at"),
        migrations.AddField("commitmentact", "proposed_person", models.ForeignKey(null=True, **PERSON)),
        migrations.AddField(
            "commitmentact", "decided_person", models.ForeignKey(blank=True, null=True, **PERSON)
        ),
        migrations.RunSQL(PEOPLE, migrations.RunSQL.noop),
        migrations.AlterField("commitmentact", "proposed_person", models.ForeignKey(**PERSON)),
        *two_people("commitmentact"),
        migrations.CreateModel(
            name="FundChange",
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
                    models.CharField(choices=[("opening", "Opening"), ("top_up", "Top-up")], max_length=10),
                ),
                ("amount_cents", crowdfund.kit.fields.CentsField(verbose_name="amount")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
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
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fund_changes",
                        to="calls.call",
                    ),
                ),
                ("decided_by", models.ForeignKey(blank=True, null=True, **USER)),
                ("decided_person", models.ForeignKey(blank=True, null=True, **PERSON)),
                ("proposed_by", models.ForeignKey(**USER)),
                ("proposed_person", models.ForeignKey(**PERSON)),
            ],
            options={"ordering": ["-proposed_at", "-id"]},
        ),
        migrations.CreateModel(
            name="FundChangeEvent",
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
                        to="matching.fundchange",
                    ),
                ),
            ],
            options={"ordering": ["at", "id"], "abstract": False},
        ),
        *two_people("fundchange"),
        *(
            migrations.AddConstraint(
                model_name="fundchange", constraint=models.CheckConstraint(condition=condition, name=name)
            )
            for name, condition in (
                ("fund_change_status_known", models.Q(("status__in", ["proposed", "approved", "rejected"]))),
                ("fund_change_kind_known", models.Q(("kind__in", ["opening", "top_up"]))),
                ("fund_change_amount_positive", models.Q(("amount_cents__gt", 0))),
                (
                    "fund_change_decided_has_person",
                    models.Q(("status", "proposed"), ("decided_by__isnull", False), _connector="OR"),
                ),
            )
        ),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")), fields=("call",), name="fund_change_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "opening"), ("status", "approved")),
                fields=("call",),
                name="fund_change_opened_once",
            ),
        ),
        migrations.RunSQL(STAY, GO),
    ]
