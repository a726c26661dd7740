from django.db import migrations

# What a customer's side may make of columns that it must be able to write. The services say the same; this
# holds where somebody goes past them. All other roles are the carrier's.
GUARD = """
CREATE FUNCTION orders_guard_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'portal_app' AND (
       NEW.status <> 'given' OR NEW.reason <> '' OR NEW.reviewed_by <> '' OR NEW.reviewed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'an answer is reviewed by the carrier' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_answer_given BEFORE INSERT OR UPDATE ON orders_answer
  FOR EACH ROW EXECUTE FUNCTION orders_guard_answer();

CREATE FUNCTION orders_guard_milestone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'portal_app' THEN
    RETURN NEW;
  END IF;
  IF OLD.status IN ('completed', 'skipped') THEN
    RAISE EXCEPTION 'a step that is closed stays as it is' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status <> OLD.status
     AND (OLD.status, NEW.status) <> ('planned', 'in_progress')
     AND NOT (NEW.status = 'completed'
              AND OLD.kind IN ('details_confirmed', 'activation_planned', 'connection_notice', 'acceptance')) THEN
    RAISE EXCEPTION 'this step is the carrier''s to close' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.owner <> OLD.owner AND NEW.owner NOT IN ('carrier', 'customer') THEN
    RAISE EXCEPTION 'a step is given to the carrier or the customer' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.expected_on IS DISTINCT FROM OLD.expected_on
     AND OLD.owner <> 'customer' AND OLD.kind NOT IN ('activation', 'acceptance') THEN
    RAISE EXCEPTION 'the date of this step is the carrier''s' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_milestone_theirs BEFORE UPDATE ON orders_milestone
  FOR EACH ROW EXECUTE FUNCTION orders_guard_milestone();

CREATE FUNCTION orders_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'portal_app' THEN
    RETURN NEW;
  END IF;
  IF NEW.status <> OLD.status AND NOT (CASE OLD.status
       WHEN 'draft' THEN NEW.status IN ('pricing', 'submitted', 'cancelled')
       WHEN 'returned' THEN NEW.status IN ('submitted', 'cancelled')
       WHEN 'pricing' THEN NEW.status = 'cancelled'
       WHEN 'submitted' THEN NEW.status = 'cancelled'
       WHEN 'acknowledged' THEN NEW.status IN ('in_progress', 'held', 'cancelling', 'cancelled', 'completed')
       WHEN 'in_progress' THEN NEW.status IN ('held', 'cancelling', 'cancelled', 'completed')
       WHEN 'pending' THEN NEW.status IN ('in_progress', 'held', 'cancelling', 'cancelled')
       WHEN 'held' THEN NEW.status IN ('in_progress', 'cancelling', 'cancelled')
       -- What cancelling costs by then, the carrier decides; a disconnect or transfer can be given up all the same.
       WHEN 'cancelling' THEN NEW.status IN ('acknowledged', 'in_progress', 'pending', 'held')
         OR (NEW.status = 'cancelled' AND OLD.type IN ('disconnect', 'transfer'))
       ELSE false END) THEN
    RAISE EXCEPTION 'an order does not go from % to % by its customer', OLD.status, NEW.status
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status = 'completed' AND OLD.status <> 'completed' AND EXISTS (
       SELECT FROM orders_milestone m
        WHERE m.enterprise_id = OLD.enterprise_id AND m.order_id = OLD.id AND m.status IN ('planned', 'in_progress')) THEN
    RAISE EXCEPTION 'an order with open steps is not completed' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.completed_on IS DISTINCT FROM OLD.completed_on
     AND NOT (OLD.completed_on IS NULL AND NEW.status = 'completed') THEN
    RAISE EXCEPTION 'the day of completion comes with it, and stays' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.expected_on IS DISTINCT FROM OLD.expected_on
     AND (OLD.status NOT IN ('acknowledged', 'in_progress', 'pending', 'held') OR NEW.expected_on IS NULL) THEN
    RAISE EXCEPTION 'the expected day of this order is the carrier''s' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER orders_order_theirs BEFORE UPDATE ON orders_order
  FOR EACH ROW EXECUTE FUNCTION orders_guard_order();
"""
UNGUARD = """
DROP TRIGGER orders_order_theirs ON orders_order;
DROP TRIGGER orders_milestone_theirs ON orders_milestone;
DROP TRIGGER orders_answer_given ON orders_answer;
DROP FUNCTION orders_guard_order();
DROP FUNCTION orders_guard_milestone();
DROP FUNCTION orders_guard_answer();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0015_takeovers")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
