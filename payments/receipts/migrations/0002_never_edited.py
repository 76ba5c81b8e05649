"""What the database holds of receipts by itself: numbers without gaps, documents never edited, donors only forgotten."""

from django.db import migrations

SQL = """
CREATE FUNCTION receipts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Receipts are never edited: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION receipts_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('crowdfund.may_truncate', true), '') <> 'on' THEN
    RAISE EXCEPTION 'Receipts are never deleted: TRUNCATE on % is refused.', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER receipts_receipt_never_edited BEFORE UPDATE OR DELETE ON receipts_receipt
  FOR EACH ROW EXECUTE FUNCTION receipts_refuse_change();
CREATE TRIGGER receipts_series_never_deleted BEFORE DELETE ON receipts_receiptseries
  FOR EACH ROW EXECUTE FUNCTION receipts_refuse_change();
CREATE TRIGGER receipts_donor_never_deleted BEFORE DELETE ON receipts_receiptdonor
  FOR EACH ROW EXECUTE FUNCTION receipts_refuse_change();

CREATE FUNCTION receipts_series_by_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.last_number <> 0
     OR TG_OP = 'UPDATE' AND (NEW.id, NEW.organisation_id, NEW.year, NEW.last_number)
        IS DISTINCT FROM (OLD.id, OLD.organisation_id, OLD.year, OLD.last_number + 1) THEN
    RAISE EXCEPTION 'A series of receipts grows by one at a time, from nothing.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER receipts_series_by_one BEFORE INSERT OR UPDATE ON receipts_receiptseries
  FOR EACH ROW EXECUTE FUNCTION receipts_series_by_one();

CREATE FUNCTION receipts_number_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE series receipts_receiptseries;
BEGIN
  SELECT * INTO series FROM receipts_receiptseries WHERE id = NEW.series_id;
  IF NEW.number IS DISTINCT FROM series.last_number
     OR extract(year FROM NEW.issued_on) IS DISTINCT FROM series.year THEN
    RAISE EXCEPTION 'A receipt takes the last number of its series, in its series'' year.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM receipts_receipt voided JOIN receipts_receiptseries origin ON origin.id = voided.series_id
    WHERE voided.id = NEW.corrects_id AND voided.kind <> 'correction' AND voided.pledge_id = NEW.pledge_id
      AND voided.amount_cents = NEW.amount_cents AND origin.organisation_id = series.organisation_id
  ) THEN
    RAISE EXCEPTION 'A correction voids a document of the same organisation and pledge, in its whole amount.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER receipts_number_is_next BEFORE INSERT ON receipts_receipt
  FOR EACH ROW EXECUTE FUNCTION receipts_number_is_next();

CREATE FUNCTION receipts_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_number > 0 AND NOT EXISTS (
    SELECT FROM receipts_receipt WHERE series_id = NEW.id AND number = NEW.last_number
  ) THEN
    RAISE EXCEPTION 'Number % of series % was taken and no receipt carries it.', NEW.last_number, NEW.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER receipts_no_gap AFTER UPDATE ON receipts_receiptseries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION receipts_no_gap();

CREATE FUNCTION receipts_donor_only_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.kept_until <> OLD.kept_until
     OR NEW.name NOT IN (OLD.name, '') OR NEW.tax_code NOT IN (OLD.tax_code, '')
     OR NEW.address NOT IN (OLD.address, '')
     OR (OLD.restricted_at IS NOT NULL AND NEW.restricted_at IS DISTINCT FROM OLD.restricted_at)
     OR (OLD.forgotten_at IS NOT NULL AND NEW.forgotten_at IS DISTINCT FROM OLD.forgotten_at)
     OR (NEW.forgotten_at IS NULL AND (NEW.name, NEW.tax_code, NEW.address)
         IS DISTINCT FROM (OLD.name, OLD.tax_code, OLD.address)) THEN
    RAISE EXCEPTION 'The donor of a receipt is never edited, only restricted and forgotten.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER receipts_donor_only_forgotten BEFORE UPDATE ON receipts_receiptdonor
  FOR EACH ROW EXECUTE FUNCTION receipts_donor_only_forgotten();
"""
TABLES = ("receipts_receipt", "receipts_receiptseries", "receipts_receiptdonor")
for table in TABLES:
    SQL += f"""
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION receipts_refuse_truncate();
"""
REVERSE = (
    "".join(f"DROP TRIGGER {table}_no_truncate ON {table};" for table in TABLES)
    + """
DROP TRIGGER receipts_donor_only_forgotten ON receipts_receiptdonor;
DROP TRIGGER receipts_no_gap ON receipts_receiptseries;
DROP TRIGGER receipts_number_is_next ON receipts_receipt;
DROP TRIGGER receipts_series_by_one ON receipts_receiptseries;
DROP TRIGGER receipts_donor_never_deleted ON receipts_receiptdonor;
DROP TRIGGER receipts_series_never_deleted ON receipts_receiptseries;
DROP TRIGGER receipts_receipt_never_edited ON receipts_receipt;
DROP FUNCTION receipts_donor_only_forgotten();
DROP FUNCTION receipts_no_gap();
DROP FUNCTION receipts_number_is_next();
DROP FUNCTION receipts_series_by_one();
DROP FUNCTION receipts_refuse_truncate();
DROP FUNCTION receipts_refuse_change();
"""
)


class Migration(migrations.Migration):
    dependencies = [("receipts", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
