"""Pages against the bare view, many rows against few, and with the wall against without."""

from contextlib import ExitStack
from statistics import median

from bench.databases import World
from bench.processes import Server, environment, serving
from bench.report import Figure, times

WARM_UPS, REQUESTS, ROUNDS = 20, 200, 3
Samples = dict[str, list[float]]


def measure(large: World, small: World, *, requests: int = REQUESTS) -> list[Figure]:
    with ExitStack() as stack:

        def serve(application: str, database: str, session: str, role: str = "portal_app", **more: str) -> Server:
            variables = environment(database, role, **more)
            return stack.enter_context(serving(application, variables, session))

        portal = serve("portal.wsgi:application", "large", large.session)
        few = serve("portal.wsgi:application", "small", small.session)
        open_wall = serve("bench.unwalled:application", "large", large.session, role="portal_owner")
        bare = serve("bench.bare:application", "large", large.session, DJANGO_SETTINGS_MODULE="bench.bare_settings")
        inside = {"role": "portal_staff", "face": "staff"}
        staff = serve("portal.wsgi:application", "large", large.staff_session, **inside)
        bare_staff = serve(
            "bench.bare:application",
            "large",
            large.staff_session,
            DJANGO_SETTINGS_MODULE="bench.bare_settings",
            **inside,
        )
        pages = {
            "bare view": (bare, f"/bare/{large.enterprise_id}/"),
            **{f"bare {kind}": (bare, f"/bare/{large.enterprise_id}/{kind}/{pk}/") for kind, pk in _keys(large)},
            "order list, few rows": (few, f"/e/{small.public_id}/orders/"),
            "order list, no wall": (open_wall, f"/e/{large.public_id}/orders/"),
            "workbench": (staff, "/orders/mine/"),
            "bare workbench": (bare_staff, "/bare/work/"),
            "service list, few rows": (few, f"/e/{small.public_id}/services/"),
            **{name: (portal, path) for name, path in _paths(large).items()},
        }
        rounds = [_round(pages, requests) for _ in range(ROUNDS)]
    return _figures({name: min((r[name] for r in rounds), key=median) for name in pages})


def _paths(world: World) -> dict[str, str]:
    """The pages of the large tenant that are held against the bare view."""
    place = f"/e/{world.public_id}"
    return {
        "order list": f"{place}/orders/",
        "order page": f"{place}/orders/{world.order_number}/",
        "service list": f"{place}/services/",
        "service page": f"{place}/services/{world.service_id}/",
        "service by circuit ID": f"{place}/services/?q=WVX{world.service_id:07d}DEN",
        "invoice list": f"{place}/billing/",
        "invoice page": f"{place}/billing/invoices/{world.invoice_number}/",
    }


def _keys(world: World) -> list[tuple[str, int]]:
    """The things whose pages are held against a bare page of theirs."""
    return [("order", world.order_id), ("service", world.service_id), ("invoice", world.invoice_id)]


def _round(pages: dict[str, tuple[Server, str]], requests: int) -> Samples:
    """Interleaved requests, so that a slow moment of the machine meets all alike."""
    samples: Samples = {name: [] for name in pages}
    for n in range(WARM_UPS + requests):
        for name, (server, path) in pages.items():
            elapsed, _, _ = server.get(path)
            if n >= WARM_UPS:
                samples[name].append(elapsed)
    return samples


def _figures(best: Samples) -> list[Figure]:
    def against(name: str, base: str, title: str, budget: float) -> Figure:
        return Figure(title, times(best[name]), median(best[name]) / median(best[base]), budget)

    bare = "bare view"
    return [
        Figure("bare view: session, auth, a query, 50 rows", times(best[bare]), 1.0),
        against("order list", bare, "order list / bare view", 5.0),
        against("order page", "bare order", "order page / bare page of it", 5.0),
        against("service list", bare, "service list / bare view", 5.0),
        against("service page", "bare service", "service page / bare page of it", 5.0),
        against("service by circuit ID", bare, "service by circuit ID / bare view", 5.0),
        against("invoice list", bare, "invoice list / bare view", 5.0),
        against("invoice page", "bare invoice", "invoice page / bare page of it", 5.0),
        against("workbench", "bare workbench", "care manager's workbench / bare list of it", 5.0),
        against("order list", "order list, few rows", "order list, all rows / a hundredth", 1.3),
        against("service list", "service list, few rows", "service list, all rows / a hundredth", 1.3),
        against("order list", "order list, no wall", "order list with the wall / without", 1.10),
    ]
