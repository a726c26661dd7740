import portal.identifiers
from django.db import migrations, models

# A generated column is not yet known to a trigger that runs before: it says what the number says.
KEEP = """
CREATE OR REPLACE FUNCTION billing_refuse_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status = 'issued' THEN
      RAISE EXCEPTION 'invoice % is issued and stays', OLD.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.status = 'issued' AND (
       to_jsonb(NEW) - 'pdf_name' - 'pdf_sha256' - 'number_key' <> to_jsonb(OLD) - 'pdf_name' - 'pdf_sha256' - 'number_key'
       OR (OLD.pdf_sha256 <> '' AND (NEW.pdf_sha256, NEW.pdf_name) <> (OLD.pdf_sha256, OLD.pdf_name))) THEN
    RAISE EXCEPTION 'invoice % is issued and cannot change', OLD.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION billing_refuse_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status = 'issued' THEN
      RAISE EXCEPTION 'invoice % is issued and stays', OLD.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.status = 'issued' AND (
       to_jsonb(NEW) - 'pdf_name' - 'pdf_sha256' <> to_jsonb(OLD) - 'pdf_name' - 'pdf_sha256'
       OR (OLD.pdf_sha256 <> '' AND (NEW.pdf_sha256, NEW.pdf_name) <> (OLD.pdf_sha256, OLD.pdf_name))) THEN
    RAISE EXCEPTION 'invoice % is issued and cannot change', OLD.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_visit_role'),
        ('billing', '0003_calendar_terms'),
    ]

    operations = [
        migrations.RunSQL(KEEP, BEFORE),
        migrations.AddField(
            model_name='dispute',
            name='number_key',
            field=models.GeneratedField(db_persist=True, expression=portal.identifiers.PlainSpelling('number'), output_field=models.CharField(db_collation='C', max_length=30)),
        ),
        migrations.AddField(
            model_name='dispute',
            name='reference_key',
            field=models.GeneratedField(db_persist=True, expression=portal.identifiers.PlainSpelling('customer_reference'), output_field=models.CharField(db_collation='C', max_length=40)),
        ),
        migrations.AddField(
            model_name='invoice',
            name='number_key',
            field=models.GeneratedField(db_persist=True, expression=portal.identifiers.PlainSpelling('number'), output_field=models.CharField(db_collation='C', max_length=30)),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['enterprise', 'number_key'], name='billing_dispute_nkey'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['number_key'], name='billing_dispute_nkey_all'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['enterprise', 'reference_key'], name='billing_dispute_rkey'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(fields=['reference_key'], name='billing_dispute_rkey_all'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['enterprise', 'number_key'], name='billing_invoice_nkey'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['number_key'], name='billing_invoice_nkey_all'),
        ),
    ]
