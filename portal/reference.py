"""The documents that the code itself knows best: states, permissions and terms as Markdown, the API as OpenAPI."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from portal import checks, policy, registries, terms
from portal.flows import FLOWS, Flow

FACES = ("customer", "staff")
_SAID = "Written by `manage.py reference`; a test keeps it fresh."
_NOTE = f"<!-- {_SAID} -->"


def documents() -> dict[Path, str]:
    """What each file should say."""
    docs = settings.BASE_DIR / "docs"
    with translation.override("en"):
        return {
            docs / "states.md": _states(),
            docs / "permissions.md": _permissions(),
            docs / "terms.md": _terms(),
            **{docs / f"api-{face}.yaml": _api(face) for face in FACES},
        }


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _states() -> str:
    parts = [_NOTE, "# States", "One table draws the buttons, guards the write, and is held by the database."]
    parts += [_flow(FLOWS[name]) for name in sorted(FLOWS)]
    return "\n\n".join(parts) + "\n"


def _flow(flow: Flow) -> str:
    labels = dict(flow.states.choices)
    rows = [
        [
            f"`{state}`",
            str(labels[state]),
            flow.standard[state],
            ", ".join(f"`{target}`" for target in flow.states.values if flow.allows(state, target)) or "the end",
        ]
        for state in flow.states.values
    ]
    return f"## {flow.name}\n\n" + _table(["State", "On the screen", "The standards' word", "Goes to"], rows)


def _permissions() -> str:
    customer, staff = registries.permissions(), registries.staff_permissions()
    roles = registries.staff_roles()
    asked = {face: _routes(face) for face in FACES}
    rows = []
    for code in sorted({**customer, **staff}):
        shipped = ", ".join(sorted(role for role, codes in roles.items() if code in codes))
        pages = "<br>".join(f"{face}: `/{route}`" for face in FACES for route in asked[face].get(code, []))
        rows.append(
            [f"`{code}`", str(customer.get(code) or staff[code]), "yes" if code in customer else "", shipped, pages]
        )
    head = [
        "Permission",
        "It lets somebody",
        "Customers can be granted it",
        "Staff roles shipped with it",
        "Pages that ask it",
    ]
    text = "A customer's administrator holds all that customers can be granted, on every account."
    return "\n\n".join([_NOTE, "# Permissions", text, _table(head, rows)]) + "\n"


def _routes(face: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for route, view in checks.views(get_resolver(f"portal.urls.{face}")):
        for asked in policy.permissions_of(view):
            found.setdefault(asked, []).append(route)
    return found


def _api(face: str) -> str:
    described = SchemaGenerator(urlconf=f"portal.urls.{face}").get_schema(public=True)  # type: ignore[no-untyped-call]
    written: bytes = OpenApiYamlRenderer().render(described, renderer_context={})  # type: ignore[no-untyped-call]
    return f"# {_SAID}\n{written.decode()}"


_TERM_HEAD = ["Term", "Title", "Shipped", "What it binds", "May differ by", "Source"]


def _shipped(term: terms.Term) -> str:
    parts = [term.spoken(term.value)]
    parts += [f"{segment}: {term.spoken(value)}" for segment, value in term.by_segment.items()]
    return "; ".join(parts)


def _terms() -> str:
    rows = [
        [
            f"`{term.name}`",
            str(term.title),
            _shipped(term),
            str(term.text),
            ", ".join(scope.replace("_", " ") for scope in (*term.scopes, "enterprise")),
            str(term.source),
        ]
        for term in sorted(terms.DECLARED.values(), key=lambda term: term.name)
    ]
    text = (
        "Numbers and windows that a carrier sets, as shipped. The carrier sets others from a date on, in general or"
        " for a segment, a country or a product line, and agrees on others with single enterprises; the narrowest"
        " binds."
    )
    return "\n\n".join([_NOTE, "# Terms", text, _table(_TERM_HEAD, rows)]) + "\n"
