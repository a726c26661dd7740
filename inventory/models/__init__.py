"""What a customer has: products of the carrier's catalogue, at sites, as services."""

from inventory.models.catalogue import MANAGED, Family, Product, ProductPrice, ProductQuestion, QuestionKind
from inventory.models.network import Dlr, ElementKind, Hop, NetworkElement
from inventory.models.places import Site, SiteContact
from inventory.models.services import (
    SERVICE_FLOW,
    Access,
    Identifier,
    IdentifierKind,
    Service,
    ServiceStatus,
    Tie,
    TieKind,
)

__all__ = [
    "MANAGED",
    "SERVICE_FLOW",
    "Access",
    "Dlr",
    "ElementKind",
    "Family",
    "Hop",
    "Identifier",
    "IdentifierKind",
    "NetworkElement",
    "Product",
    "ProductPrice",
    "ProductQuestion",
    "QuestionKind",
    "Service",
    "ServiceStatus",
    "Site",
    "SiteContact",
    "Tie",
    "TieKind",
]
