from django.db import migrations

# What was measured never changes after it was written: a mistake is corrected by another measurement.
STAY = """
CREATE TRIGGER impact_measurement_stays BEFORE UPDATE ON impact_measurement FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays(
    'indicator_id', 'value', 'unit', 'measured_on', 'note', 'file', 'file_kind', 'file_public', 'corrects_id',
    'recorded_at');
"""
GO = "DROP TRIGGER impact_measurement_stays ON impact_measurement;"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_cash"), ("impact", "0001_initial")]

    operations = [migrations.RunSQL(STAY, GO)]
