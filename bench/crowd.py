"""The pages of an enterprise of many against the bare view.

The list of people, the preview of a change of rights, going over to it from another enterprise, and a
list narrowed to what the grants reach.
"""

from contextlib import ExitStack
from statistics import median

from bench.databases import World
from bench.processes import Server, environment, serving
from bench.report import Figure, times

WARM_UPS, ROUNDS = 20, 3


def measure(world: World, *, requests: int) -> list[Figure]:
    with ExitStack() as stack:

        def serve(application: str, session: str, **more: str) -> Server:
            variables = environment("large", "portal_app", **more)
            return stack.enter_context(serving(application, variables, session))

        bare = serve("bench.bare:application", world.session, DJANGO_SETTINGS_MODULE="bench.bare_settings")
        admin, some = (serve("portal.wsgi:application", each) for each in (world.crowd_session, world.some_session))
        place = f"/e/{world.crowd_id}"
        rights = f"{place}/people/{world.crowd_member}/rights/"
        change = {"how": "administrator", "seen": world.crowd_seen}
        asked = {
            "bare view": lambda: bare.get(f"/bare/{world.enterprise_id}/"),
            "people": lambda: admin.get(f"{place}/people/"),
            "preview": lambda: admin.post(rights, change),
            "toggle": lambda: admin.get("/companies/?q=Bench"),
            "orders": lambda: some.get(f"{place}/orders/"),
        }
        samples: dict[str, list[float]] = {name: [] for name in asked}
        for n in range(WARM_UPS + requests * ROUNDS):
            for name, ask in asked.items():
                elapsed = ask()[0]
                if n >= WARM_UPS:
                    samples[name].append(elapsed)
    base = median(samples["bare view"])
    titles = {
        "people": "people of 5,000 / bare view",
        "preview": "preview of rights over 2,000 accounts / bare view",
        "toggle": "changing between 31 enterprises / bare view",
        "orders": "order list by 140 grants / bare view",
    }
    return [Figure(title, times(samples[name]), median(samples[name]) / base, 5.0) for name, title in titles.items()]
