"""What applicants and readers rely on stays as it was, whoever asks: criteria, closed sheets, published lists."""

from django.db import migrations

SQL = """
CREATE FUNCTION commission_grid_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.call_id] WHEN 'DELETE' THEN ARRAY[OLD.call_id]
             ELSE ARRAY[OLD.call_id, NEW.call_id] END;
  IF EXISTS (SELECT 1 FROM calls_call WHERE id = ANY(touched) AND status <> 'draft') THEN
    RAISE EXCEPTION 'The criteria of a published call are never changed: % of a grid is refused.', TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER commission_grid_stays BEFORE INSERT OR UPDATE OR DELETE ON commission_grid
  FOR EACH ROW EXECUTE FUNCTION commission_grid_stays();

CREATE FUNCTION commission_criterion_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.grid_id] WHEN 'DELETE' THEN ARRAY[OLD.grid_id]
             ELSE ARRAY[OLD.grid_id, NEW.grid_id] END;
  IF EXISTS (SELECT 1 FROM commission_grid g JOIN calls_call c ON c.id = g.call_id
             WHERE g.id = ANY(touched) AND c.status <> 'draft') THEN
    RAISE EXCEPTION 'The criteria of a published call are never changed: % of a criterion is refused.', TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER commission_criterion_stays BEFORE INSERT OR UPDATE OR DELETE ON commission_criterion
  FOR EACH ROW EXECUTE FUNCTION commission_criterion_stays();

CREATE FUNCTION commission_score_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.sheet_id] WHEN 'DELETE' THEN ARRAY[OLD.sheet_id]
             ELSE ARRAY[OLD.sheet_id, NEW.sheet_id] END;
  IF EXISTS (SELECT 1 FROM commission_sheet WHERE id = ANY(touched) AND status <> 'open') THEN
    RAISE EXCEPTION 'The points of a sheet that is not open are never changed: % is refused.', TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER commission_score_stays BEFORE INSERT OR UPDATE OR DELETE ON commission_score
  FOR EACH ROW EXECUTE FUNCTION commission_score_stays();

CREATE FUNCTION commission_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.ranked_list_id] WHEN 'DELETE' THEN ARRAY[OLD.ranked_list_id]
             ELSE ARRAY[OLD.ranked_list_id, NEW.ranked_list_id] END;
  IF EXISTS (SELECT 1 FROM commission_rankedlist WHERE id = ANY(touched) AND status <> 'proposed') THEN
    RAISE EXCEPTION 'A list that was decided on is never edited: % of an entry is refused.', TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER commission_entry_stays BEFORE INSERT OR UPDATE OR DELETE ON commission_listentry
  FOR EACH ROW EXECUTE FUNCTION commission_entry_stays();

CREATE FUNCTION commission_list_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A list is never edited: % of list % is refused.', TG_OP, OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commission_list_stays BEFORE UPDATE ON commission_rankedlist FOR EACH ROW
  WHEN (NEW.status = 'proposed' AND OLD.status <> 'proposed'
        OR (NEW.commission_id, NEW.version, NEW.reason, NEW.seed, NEW.rule, NEW.proposed_by_id,
            NEW.proposed_person_id, NEW.proposed_at)
           IS DISTINCT FROM
           (OLD.commission_id, OLD.version, OLD.reason, OLD.seed, OLD.rule, OLD.proposed_by_id,
            OLD.proposed_person_id, OLD.proposed_at)
        OR OLD.status <> 'proposed'
           AND (NEW.decided_by_id, NEW.decided_person_id, NEW.decided_at, NEW.published_at, NEW.returned_why)
               IS DISTINCT FROM
               (OLD.decided_by_id, OLD.decided_person_id, OLD.decided_at, OLD.published_at, OLD.returned_why))
  EXECUTE FUNCTION commission_list_stays();
CREATE TRIGGER commission_list_remains BEFORE DELETE ON commission_rankedlist FOR EACH ROW
  WHEN (OLD.status <> 'proposed') EXECUTE FUNCTION commission_list_stays();
"""

REVERSE = """
DROP TRIGGER commission_list_remains ON commission_rankedlist;
DROP TRIGGER commission_list_stays ON commission_rankedlist;
DROP FUNCTION commission_list_stays();
DROP TRIGGER commission_entry_stays ON commission_listentry;
DROP FUNCTION commission_entry_stays();
DROP TRIGGER commission_score_stays ON commission_score;
DROP FUNCTION commission_score_stays();
DROP TRIGGER commission_criterion_stays ON commission_criterion;
DROP FUNCTION commission_criterion_stays();
DROP TRIGGER commission_grid_stays ON commission_grid;
DROP FUNCTION commission_grid_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("commission", "0001_initial"), ("calls", "0004_sessions_and_eligibility")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
