"""A table of customers' own names for services: what each row comes to."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from inventory import rules
from inventory.models import Service
from inventory.services import NewName
from portal.sheets import Fault, Looked

COLUMNS = ("service", "alias", "product", "where")
REQUIRED = ("service", "alias")
# The name that a service has now stands beside the one that it would get.
SHOWN = ("service", "number", "product", "where", "before", "alias")


def row_of(service: Service) -> list[Any]:
    """A service as it stands in the file that is handed out."""
    return [service.number, service.alias, service.product.name, service.route]


def look_at(looked: Looked, known: Mapping[str, list[Service]]) -> Looked:
    """What each row comes to; ``known`` are the services that each of the typed identifiers names.

    A row that was shown before carries the name that the service had then: if it has another one
    since, that is a fault.
    """
    lines: dict[int, int] = {}
    for line, row in zip(looked.lines, looked.rows, strict=True):
        service, fault = _service(row.get("service", ""), known)
        if service is None:
            looked.faults.append(Fault(line, "service", fault))
            continue
        first = lines.setdefault(service.pk, line)
        if first != line:
            looked.faults.append(Fault(line, "service", _("This service stands in line %(line)s already.")
                                       % {"line": first}))  # fmt: skip
        _name(looked, line, row, service)
    return looked


def _service(typed: str, known: Mapping[str, list[Service]]) -> tuple[Service | None, str]:
    if not typed:
        return None, _("Which service is it? Any identifier of it will do.")
    found = known.get(typed.strip(), [])
    if not found:
        return None, _("No service that you may name answers to this.")
    if len(found) > 1:
        numbers = ", ".join(sorted(each.number for each in found))
        return None, _("Several services answer to this: %(numbers)s. Write the number.") % {"numbers": numbers}
    return found[0], ""


def _name(looked: Looked, line: int, row: dict[str, str], service: Service) -> None:
    try:
        alias = rules.one_line(row.get("alias", ""))
    except ValueError:
        alias = ""
        looked.faults.append(Fault(line, "alias", _("This holds characters that cannot be shown. Type it by hand.")))
    if len(alias) > rules.ALIAS_LENGTH:
        most = {"most": rules.ALIAS_LENGTH}
        looked.faults.append(Fault(line, "alias", _("A name has at most %(most)s characters.") % most))
    if row.get("before", service.alias) != service.alias:
        text = _("Somebody has called it “%(alias)s” meanwhile.") % {"alias": service.alias or "—"}
        looked.faults.append(Fault(line, "alias", text))
    row.update(number=service.number, before=service.alias, product=service.product.name, where=service.route)
    looked.records.append({"service_id": service.pk, "alias": alias, "seen": service.alias})


def changes_of(looked: Looked) -> list[NewName]:
    """The names that are to be given: of rows that say what is so already, nothing is."""
    return [NewName(**each) for each in looked.records if each["alias"] != each["seen"]]
