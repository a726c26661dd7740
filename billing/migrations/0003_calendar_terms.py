from django.db import migrations

# The hours of the billing desk were one value with a pair of times for each segment. Now they are
# a calendar, and a segment has its own by its own row. The shape before is not restored going
# backwards: the calendar's rows are dropped then, and what the portal is shipped with binds.
FORWARD = """
CREATE FUNCTION pg_temp.as_calendar(old jsonb, segment text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('time_zone', old->'time_zone', 'country', old->'country',
                            'weekdays', '[0, 1, 2, 3, 4]'::jsonb, 'windows', jsonb_build_array(old->segment))
$$;

INSERT INTO portal_carrierterm (name, value, product_line, segment, country, starts_on, is_end, revision, reason,
                                set_by, withdrawn_by, withdrawal_reason)
SELECT name, pg_temp.as_calendar(value, 'wholesale'), product_line, 'wholesale', country, starts_on, false, 0, '',
       '', '', ''
  FROM portal_carrierterm
 WHERE name = 'billing.live_hours' AND segment = '' AND value ? 'wholesale'
ON CONFLICT DO NOTHING;

UPDATE portal_carrierterm SET value = pg_temp.as_calendar(value, coalesce(nullif(segment, ''), 'enterprise'))
 WHERE name = 'billing.live_hours' AND value ? 'enterprise';

UPDATE portal_enterpriseterm t SET value = pg_temp.as_calendar(t.value, e.segment)
  FROM accounts_enterprise e
 WHERE t.enterprise_id = e.enterprise_id AND t.name = 'billing.live_hours' AND t.value ? 'enterprise';
"""
BACKWARD = """
DELETE FROM portal_carrierterm WHERE name = 'billing.live_hours';
DELETE FROM portal_enterpriseterm WHERE name = 'billing.live_hours';
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_issued_is_final"), ("portal", "0003_terms")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
