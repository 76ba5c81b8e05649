"""What a published call promises stays: only its end moves, and only later. What was submitted stays too."""

from django.db import migrations

# A rule used to say how many months a project takes at most; the call does
MONTHS = """
UPDATE calls_call SET project_months_max = (rule.data->>'project_months_max')::smallint
  FROM calls_matchrule rule
  WHERE rule.id = rule_id AND (rule.data->>'project_months_max')::int BETWEEN 1 AND 60;
"""

TERMS = """
DROP TRIGGER calls_terms_stay ON calls_call;
CREATE TRIGGER calls_terms_stay BEFORE UPDATE ON calls_call FOR EACH ROW
  WHEN (OLD.status <> 'draft'
        AND ((NEW.status = 'draft' AND OLD.status <> 'proposed')
             {more}
             OR (NEW.programme_id, NEW.rule_id, NEW.cost_min_cents, NEW.cost_max_cents, NEW.campaign_days)
                IS DISTINCT FROM
                (OLD.programme_id, OLD.rule_id, OLD.cost_min_cents, OLD.cost_max_cents, OLD.campaign_days)))
  EXECUTE FUNCTION calls_terms_stay();
"""
MORE = """OR NEW.closes_at < OLD.closes_at
             OR (NEW.opens_at, NEW.project_months_max, NEW.organisation_kinds, NEW.themes, NEW.asks, NEW.declaration)
                IS DISTINCT FROM
                (OLD.opens_at, OLD.project_months_max, OLD.organisation_kinds, OLD.themes, OLD.asks, OLD.declaration)
"""

SQL = """
CREATE FUNCTION calls_beside_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.call_id ELSE NEW.call_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM calls_call WHERE id = asked AND status <> 'draft') THEN
    RAISE EXCEPTION 'The terms of a published call are never changed: % of % for call % is refused.',
      TG_OP, TG_TABLE_NAME, asked USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER calls_beside_stays BEFORE INSERT OR UPDATE OR DELETE ON calls_call_excluded_neighbourhoods
  FOR EACH ROW EXECUTE FUNCTION calls_beside_stays();
CREATE TRIGGER calls_beside_stays BEFORE INSERT OR UPDATE OR DELETE ON calls_call_included_neighbourhoods
  FOR EACH ROW EXECUTE FUNCTION calls_beside_stays();
CREATE TRIGGER calls_beside_stays_in BEFORE INSERT OR DELETE ON calls_session
  FOR EACH ROW EXECUTE FUNCTION calls_beside_stays();
CREATE TRIGGER calls_beside_stays BEFORE UPDATE ON calls_session FOR EACH ROW
  WHEN (NEW.closes_at < OLD.closes_at
        OR (NEW.call_id, NEW.number, NEW.opens_at, NEW.pot_cents)
           IS DISTINCT FROM (OLD.call_id, OLD.number, OLD.opens_at, OLD.pot_cents))
  EXECUTE FUNCTION calls_beside_stays();

CREATE FUNCTION calls_snapshot_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'What was submitted is never changed: application % is refused.', OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER calls_snapshot_stays BEFORE UPDATE ON calls_application FOR EACH ROW
  WHEN (OLD.snapshot IS NOT NULL AND NEW.snapshot IS DISTINCT FROM OLD.snapshot)
  EXECUTE FUNCTION calls_snapshot_stays();
"""

REVERSE = """
DROP TRIGGER calls_snapshot_stays ON calls_application;
DROP FUNCTION calls_snapshot_stays();
DROP TRIGGER calls_beside_stays ON calls_session;
DROP TRIGGER calls_beside_stays_in ON calls_session;
DROP TRIGGER calls_beside_stays ON calls_call_included_neighbourhoods;
DROP TRIGGER calls_beside_stays ON calls_call_excluded_neighbourhoods;
DROP FUNCTION calls_beside_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0004_sessions_and_eligibility")]
    operations = [
        migrations.RunSQL(MONTHS, migrations.RunSQL.noop),
        migrations.RunSQL(TERMS.format(more=MORE), TERMS.format(more="")),
        migrations.RunSQL(SQL, REVERSE),
    ]
