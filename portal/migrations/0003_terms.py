from django.conf import settings
from django.db import migrations, models

# A withdrawal is made once, and nothing of a row changes with it.
GUARD = """
CREATE FUNCTION portal_refuse_term() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.withdrawn_at IS NOT NULL THEN
    RAISE EXCEPTION 'term % from % is withdrawn and stays so', OLD.name, OLD.starts_on USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER portal_carrierterm_final BEFORE UPDATE ON portal_carrierterm
  FOR EACH ROW EXECUTE FUNCTION portal_refuse_term();
CREATE TRIGGER portal_enterpriseterm_final BEFORE UPDATE ON portal_enterpriseterm
  FOR EACH ROW EXECUTE FUNCTION portal_refuse_term();
"""
UNGUARD = """
DROP TRIGGER portal_enterpriseterm_final ON portal_enterpriseterm;
DROP TRIGGER portal_carrierterm_final ON portal_carrierterm;
DROP FUNCTION portal_refuse_term();
"""

HISTORY = [
    ("is_end", models.BooleanField(default=False)),
    ("revision", models.PositiveSmallIntegerField(default=0)),
    ("reason", models.CharField(blank=True, max_length=300)),
    ("set_by", models.CharField(blank=True, max_length=200)),
    ("set_by_user_id", models.BigIntegerField(blank=True, null=True)),
    ("set_at", models.DateTimeField(blank=True, null=True)),
    ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
    ("withdrawn_by", models.CharField(blank=True, max_length=200)),
    ("withdrawal_reason", models.CharField(blank=True, max_length=300)),
]


def add_issuer_to_counters(apps, schema_editor):
    """Series were counted under the legal name, so that a new name in mid-year began them anew.

    All of them are of one issuer, the carrier; its highest number goes on.
    """
    counters = apps.get_model("portal", "NumberCounter").objects
    last = {}
    for row in counters.all():
        last[row.series, row.year] = max(row.last, last.get((row.series, row.year), 0))
    counters.all().delete()
    for (series, year), number in last.items():
        counters.create(series=series, issuer=settings.CARRIER["issuer"], year=year, last=number)


def name_counters_as_before(apps, schema_editor):
    issuer = settings.CARRIER["legal_name"][:60]
    apps.get_model("portal", "NumberCounter").objects.filter(issuer=settings.CARRIER["issuer"]).update(issuer=issuer)


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_files_and_exports")]
    operations = [
        *(
            migrations.AddField(model, name, field)
            for model in ("carrierterm", "enterpriseterm")
            for name, field in HISTORY
        ),
        migrations.RemoveConstraint("carrierterm", "portal_carrierterm_once"),
        migrations.RemoveConstraint("enterpriseterm", "portal_enterpriseterm_once"),
        migrations.AddConstraint(
            "carrierterm",
            models.UniqueConstraint(
                fields=("name", "product_line", "segment", "country", "starts_on", "revision"),
                name="portal_carrierterm_once",
            ),
        ),
        migrations.AddConstraint(
            "enterpriseterm",
            models.UniqueConstraint(
                fields=("enterprise", "name", "contract", "starts_on", "revision"), name="portal_enterpriseterm_once"
            ),
        ),
        migrations.AddIndex("enterpriseterm", models.Index(fields=["name"], name="portal_enterpriseterm_name")),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(add_issuer_to_counters, name_counters_as_before),
    ]
