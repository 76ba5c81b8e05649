"""A rule that a published call uses stays as it was, and so does the call's choice of it, whoever asks."""

from django.db import migrations

SQL = """
CREATE FUNCTION calls_rule_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP = 'DELETE'
      OR (NEW.name, NEW.version, NEW.kind, NEW.data, NEW.shortfall, NEW.recovery_days)
         IS DISTINCT FROM (OLD.name, OLD.version, OLD.kind, OLD.data, OLD.shortfall, OLD.recovery_days))
     AND EXISTS (SELECT 1 FROM calls_call WHERE rule_id = OLD.id AND status <> 'draft') THEN
    RAISE EXCEPTION 'A match rule used by a published call is never changed: % on rule % is refused.', TG_OP, OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER calls_rule_stays BEFORE UPDATE OR DELETE ON calls_matchrule
  FOR EACH ROW EXECUTE FUNCTION calls_rule_stays();

CREATE FUNCTION calls_terms_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The terms of a published call are never changed: call % is refused.', OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER calls_terms_stay BEFORE UPDATE ON calls_call FOR EACH ROW
  WHEN (OLD.status <> 'draft'
        AND (NEW.status = 'draft'
             OR (NEW.programme_id, NEW.rule_id, NEW.cost_min_cents, NEW.cost_max_cents, NEW.campaign_days)
                IS DISTINCT FROM
                (OLD.programme_id, OLD.rule_id, OLD.cost_min_cents, OLD.cost_max_cents, OLD.campaign_days)))
  EXECUTE FUNCTION calls_terms_stay();
"""

REVERSE = """
DROP TRIGGER calls_terms_stay ON calls_call;
DROP FUNCTION calls_terms_stay();
DROP TRIGGER calls_rule_stays ON calls_matchrule;
DROP FUNCTION calls_rule_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
