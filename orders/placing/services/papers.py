"""The authorisation as a PDF."""

import hashlib
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.dateparse import parse_date

from accounts.models import Enterprise
from accounts.selectors import get_enterprise
from orders.models import Authorisation
from portal import documents
from portal.actors import system
from portal.tenancy import of_enterprise, tenant_scope


def print_authorisation(enterprise_id: int, authorisation_id: int) -> bool:
    """Print what was signed, in the enterprise's language; True when printed now.

    May run twice or be killed anywhere: whoever stores the hash keeps the file. Printing stands outside
    every transaction, because it takes seconds.
    """
    with tenant_scope(enterprise_id):
        paper = _unprinted(enterprise_id, authorisation_id)
        if paper is None:
            return False
        enterprise = get_enterprise(enterprise_id)
    is_letter = enterprise.region == Enterprise.Region.NORTH_AMERICA
    pdf = documents.render(
        "documents/authorisation.html",
        {
            "paper_of": paper,
            "order": {**paper.content, "items_of": paper.content["items"]},
            "requested_on": parse_date(paper.content["requested_on"]),
        },
        language=enterprise.language,
        time_zone=enterprise.time_zone,
        paper=documents.LETTER if is_letter else documents.A4,
    )
    name = default_storage.save(f"authorisations/{enterprise_id}/{uuid.uuid4().hex}.pdf", ContentFile(pdf))
    with tenant_scope(enterprise_id):
        rows = Authorisation.objects.filter(enterprise_id=enterprise_id, pk=authorisation_id, pdf_sha256="")
        is_ours = bool(rows.update(pdf_name=name, pdf_sha256=hashlib.sha256(pdf).hexdigest()))
    if not is_ours:
        default_storage.delete(name)
    return is_ours


def _unprinted(enterprise_id: int, authorisation_id: int) -> Authorisation | None:
    rows = of_enterprise(Authorisation.objects, system(enterprise_id))
    return rows.filter(pk=authorisation_id, pdf_sha256="").first()
