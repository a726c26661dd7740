"""The invoices whose files stand on the storage."""

from collections.abc import Iterable, Sequence

from billing.models import Invoice


def known_papers(enterprise_id: int, names: Sequence[str]) -> Iterable[str]:
    """Which of these files on the storage are the PDF of an invoice, also of one that has moved away since."""
    here = Invoice.objects.filter(enterprise_id=enterprise_id, pdf_name__in=names)
    known = set(here.values_list("pdf_name", flat=True))
    rest = [name for name in names if name not in known]
    moved = Invoice.objects.filter(pdf_name__in=rest).values_list("pdf_name", flat=True) if rest else ()
    return known.union(moved)
