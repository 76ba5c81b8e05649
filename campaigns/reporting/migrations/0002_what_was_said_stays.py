from django.db import migrations

# A declaration that a project stops, and a request for another date, never change after they were made.
STAY = """
CREATE TRIGGER reporting_project_stop_stays BEFORE UPDATE ON reporting_projectstop FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('campaign_id', 'reason', 'proposed_by_id', 'proposed_person_id', 'proposed_at');
CREATE TRIGGER reporting_milestone_change_stays BEFORE UPDATE ON reporting_milestonechange FOR EACH ROW EXECUTE FUNCTION
  accounts_proposal_stays('milestone_id', 'before_on', 'due_on', 'reason');
"""
GO = """
DROP TRIGGER reporting_milestone_change_stays ON reporting_milestonechange;
DROP TRIGGER reporting_project_stop_stays ON reporting_projectstop;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_cash"), ("reporting", "0001_initial")]

    operations = [migrations.RunSQL(STAY, GO)]
