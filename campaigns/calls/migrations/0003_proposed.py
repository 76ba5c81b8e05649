"""A call waits for its pot between draft and publication; refused, it is a draft again. Nothing else of it changes."""

from django.db import migrations, models

TERMS = """
DROP TRIGGER calls_terms_stay ON calls_call;
CREATE TRIGGER calls_terms_stay BEFORE UPDATE ON calls_call FOR EACH ROW
  WHEN (OLD.status <> 'draft'
        AND ((NEW.status = 'draft' {but})
             OR (NEW.programme_id, NEW.rule_id, NEW.cost_min_cents, NEW.cost_max_cents, NEW.campaign_days)
                IS DISTINCT FROM
                (OLD.programme_id, OLD.rule_id, OLD.cost_min_cents, OLD.cost_max_cents, OLD.campaign_days)))
  EXECUTE FUNCTION calls_terms_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_rules_in_use_stay")]

    operations = [
        migrations.RemoveConstraint(model_name="call", name="call_status_known"),
        migrations.AlterField(
            model_name="call",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("proposed", "Waiting for a second person"),
                    ("published", "Published"),
                    ("closed", "Closed"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "proposed", "published", "closed"])),
                name="call_status_known",
            ),
        ),
        migrations.RunSQL(TERMS.format(but="AND OLD.status <> 'proposed'"), TERMS.format(but="")),
    ]
