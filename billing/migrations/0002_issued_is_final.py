from django.db import migrations

# An issued invoice is a document of law. Only its PDF may be added, once; lines neither come
# nor go nor change. Corrections are credit notes.
CREATE = """
CREATE FUNCTION billing_refuse_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER billing_invoice_final BEFORE UPDATE OR DELETE ON billing_invoice
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_invoice();

CREATE FUNCTION billing_refuse_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_ record;
BEGIN
  IF TG_OP = 'DELETE' THEN row_ := OLD; ELSE row_ := NEW; END IF;
  IF EXISTS (SELECT FROM billing_invoice i
              WHERE i.enterprise_id = row_.enterprise_id AND i.id = row_.invoice_id AND i.status = 'issued') THEN
    RAISE EXCEPTION 'the lines of an issued invoice are final' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.invoice_id <> OLD.invoice_id THEN
    RAISE EXCEPTION 'a line stays with its invoice' USING ERRCODE = 'check_violation';
  END IF;
  RETURN row_;
END $$;
CREATE TRIGGER billing_invoiceline_final BEFORE INSERT OR UPDATE OR DELETE ON billing_invoiceline
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_line();

CREATE FUNCTION billing_refuse_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'credit note % is issued and final', OLD.number USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER billing_credit_final BEFORE UPDATE OR DELETE ON billing_credit
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_credit();
"""
DROP = """
DROP TRIGGER billing_credit_final ON billing_credit;
DROP FUNCTION billing_refuse_credit();
DROP TRIGGER billing_invoiceline_final ON billing_invoiceline;
DROP FUNCTION billing_refuse_line();
DROP TRIGGER billing_invoice_final ON billing_invoice;
DROP FUNCTION billing_refuse_invoice();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
