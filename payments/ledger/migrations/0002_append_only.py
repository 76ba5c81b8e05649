"""The ledger's guarantees in the database: one book a transfer, digests, and rows that are only ever appended."""

from django.db import migrations

SQL = """
ALTER TABLE ledger_ledgertransfer
  ADD CONSTRAINT ledger_transfer_debit_in_book FOREIGN KEY (book, debit_id)
    REFERENCES ledger_ledgeraccount (book, code),
  ADD CONSTRAINT ledger_transfer_credit_in_book FOREIGN KEY (book, credit_id)
    REFERENCES ledger_ledgeraccount (book, code),
  ADD CONSTRAINT ledger_transfer_fields_have_no_bar
    CHECK (position('|' in code || reference || debit_id || credit_id) = 0);

CREATE FUNCTION ledger_set_digest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.digest := sha256(convert_to(
    NEW.id::text
    || '|' || NEW.book
    || '|' || NEW.debit_id
    || '|' || NEW.credit_id
    || '|' || NEW.amount_cents::text
    || '|' || NEW.code
    || '|' || NEW.reference
    || '|' || coalesce(NEW.reverses_id::text, '')
    || '|' || to_char(NEW.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'UTF8'));
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_transfer_digest BEFORE INSERT ON ledger_ledgertransfer
  FOR EACH ROW EXECUTE FUNCTION ledger_set_digest();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The ledger is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION ledger_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('crowdfund.may_truncate', true), '') <> 'on' THEN
    RAISE EXCEPTION 'The ledger is append-only: TRUNCATE on % is refused.', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
"""
TABLES = ("ledger_ledgeraccount", "ledger_ledgertransfer", "ledger_ledgerseal", "ledger_dailyroot")
for table in TABLES:
    SQL += f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_truncate();
"""

REVERSE = (
    "".join(
        f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
        for table in TABLES
    )
    + """
DROP TRIGGER ledger_transfer_digest ON ledger_ledgertransfer;
DROP FUNCTION ledger_set_digest();
DROP FUNCTION ledger_refuse_change();
DROP FUNCTION ledger_refuse_truncate();
ALTER TABLE ledger_ledgertransfer
  DROP CONSTRAINT ledger_transfer_debit_in_book,
  DROP CONSTRAINT ledger_transfer_credit_in_book,
  DROP CONSTRAINT ledger_transfer_fields_have_no_bar;
"""
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
