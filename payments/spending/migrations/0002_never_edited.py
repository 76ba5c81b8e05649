"""What a contract and its movements say never changes: only their state, their money's place and the decision do."""

from django.db import migrations

SQL = """
CREATE FUNCTION spending_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may text[] := ARRAY['status', 'bound_cents', 'disbursed_cents', 'decided_by_id', 'decided_person_id', 'decided_at'];
BEGIN
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may <> to_jsonb(OLD) - may THEN
    RAISE EXCEPTION 'What was recorded is never changed: % on % is refused.', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION spending_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('crowdfund.may_truncate', true), '') <> 'on' THEN
    RAISE EXCEPTION 'What was recorded is never changed: TRUNCATE on % is refused.', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER spending_contract_never_edited BEFORE UPDATE OR DELETE ON spending_contract
  FOR EACH ROW EXECUTE FUNCTION spending_refuse_edit();
CREATE TRIGGER spending_movement_never_edited BEFORE UPDATE OR DELETE ON spending_contractmovement
  FOR EACH ROW EXECUTE FUNCTION spending_refuse_edit();
CREATE TRIGGER spending_contract_no_truncate BEFORE TRUNCATE ON spending_contract
  FOR EACH STATEMENT EXECUTE FUNCTION spending_refuse_truncate();
CREATE TRIGGER spending_movement_no_truncate BEFORE TRUNCATE ON spending_contractmovement
  FOR EACH STATEMENT EXECUTE FUNCTION spending_refuse_truncate();
"""
REVERSE = """
DROP TRIGGER spending_contract_never_edited ON spending_contract;
DROP TRIGGER spending_movement_never_edited ON spending_contractmovement;
DROP TRIGGER spending_contract_no_truncate ON spending_contract;
DROP TRIGGER spending_movement_no_truncate ON spending_contractmovement;
DROP FUNCTION spending_refuse_edit();
DROP FUNCTION spending_refuse_truncate();
"""


class Migration(migrations.Migration):
    dependencies = [("spending", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
