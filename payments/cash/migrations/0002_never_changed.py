"""A desk's receipts are only ever appended: a mistake is corrected by another receipt."""

from django.db import migrations

SQL = """
CREATE FUNCTION cash_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A receipt is never changed: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION cash_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('crowdfund.may_truncate', true), '') <> 'on' THEN
    RAISE EXCEPTION 'A receipt is never changed: TRUNCATE on % is refused.', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER cash_deskreceipt_append_only BEFORE UPDATE OR DELETE ON cash_deskreceipt
  FOR EACH ROW EXECUTE FUNCTION cash_refuse_change();
CREATE TRIGGER cash_deskreceipt_no_truncate BEFORE TRUNCATE ON cash_deskreceipt
  FOR EACH STATEMENT EXECUTE FUNCTION cash_refuse_truncate();
"""
REVERSE = """
DROP TRIGGER cash_deskreceipt_append_only ON cash_deskreceipt;
DROP TRIGGER cash_deskreceipt_no_truncate ON cash_deskreceipt;
DROP FUNCTION cash_refuse_change();
DROP FUNCTION cash_refuse_truncate();
"""


class Migration(migrations.Migration):
    dependencies = [("cash", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
