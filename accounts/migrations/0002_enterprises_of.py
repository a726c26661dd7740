from django.db import migrations

# One walk through a person's locator rows: for each, enter, confirm the membership, and step
# back into the outer scope. A scope each through the ORM costs fifteen times as much at fifty
# enterprises. A stale row yields nothing, and the caller's own rights hold throughout.
CREATE = """
CREATE FUNCTION portal_enterprises_of(person bigint, person_hash text)
RETURNS TABLE (enterprise_id bigint, public_id text, name text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
  outer_scope text := coalesce(current_setting('portal.enterprise_id', true), '');
  place bigint;
BEGIN
  FOR place IN
    SELECT DISTINCT l.enterprise_id FROM portal_locator l WHERE l.kind = 'person' AND l.key_hash = person_hash
  LOOP
    PERFORM set_config('portal.enterprise_id', place::text, true);
    RETURN QUERY
      SELECT e.enterprise_id, e.public_id::text, coalesce(nullif(e.custom_name, ''), e.legal_name)::text
        FROM accounts_enterprise e JOIN accounts_membership m ON m.enterprise_id = e.enterprise_id
       WHERE e.enterprise_id = place AND m.user_id = person AND m.status = 'active' AND e.is_active;
  END LOOP;
  PERFORM set_config('portal.enterprise_id', outer_scope, true);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("portal", "0001_initial")]
    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION portal_enterprises_of(bigint, text)"),
    ]
