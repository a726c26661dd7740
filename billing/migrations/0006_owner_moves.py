from django.db import migrations

# An issued invoice changes in nothing but the wall around it, and that only by the tables' owner.
# A generated column is not yet known to a trigger that runs before: it says what the number says.
_OWNER = """TG_OP = 'UPDATE' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
     AND to_jsonb(NEW) - 'enterprise_id' - 'number_key' = to_jsonb(OLD) - 'enterprise_id' - 'number_key'"""
_MOVES = f"IF {_OWNER} THEN RETURN NEW; END IF;"
_INVOICE = """
CREATE OR REPLACE FUNCTION billing_refuse_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {moves}
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
_LINE = """
CREATE OR REPLACE FUNCTION billing_refuse_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_ record;
BEGIN
  {moves}
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
"""
_CREDIT = """
CREATE OR REPLACE FUNCTION billing_refuse_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {moves}
  RAISE EXCEPTION 'credit note % is issued and final', OLD.number USING ERRCODE = 'check_violation';
END $$;
"""


def _all(moves: str) -> str:
    return "".join(text.format(moves=moves) for text in (_INVOICE, _LINE, _CREDIT))


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_largest_first")]
    operations = [migrations.RunSQL(_all(_MOVES), _all(""))]
