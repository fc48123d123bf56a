"""Every route: its address, what it is called, and the view that answers it, which is imported when it is asked for.

Views declare their routes by `@blueprint.get(…)`. `collected` imports all of them and reads off what they declare;
`specdesk package` keeps that, so that the function imports the module of a page with the first request for it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.web.lazy import Lazy

if TYPE_CHECKING:
    from flask import Flask

FILE = "routes.loaded"
AUTOMATIC = {"HEAD", "OPTIONS"}
"""Methods that Flask adds."""


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of Werkzeug, the endpoint that `url_for` knows it by, and the place of its view (web/lazy.py)."""

    rule: str
    endpoint: str
    methods: Sequence[str]
    defaults: Mapping[str, Any] | None
    view: str
    checks_token: bool
    """Whether the session's rights are used, so that a form must carry the session's token."""


class LazyView(Lazy):
    """A view that is not imported while Flask registers it; what Flask asks of a view is answered here."""

    required_methods = ()
    provide_automatic_options = None


class LazyRule(Rule):
    """A rule whose builder of addresses is compiled for the first address: a page links to four routes of ninety."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder, compiled = super()._compile_builder, None

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            if not (values or rule.arguments):
                return "", rule.rule
            compiled = compiled or compile_builder(append_unknown)
            return compiled(rule, **values)

        return build


@cache
def collected() -> tuple[Route, ...]:
    """The routes of all blueprints, in their order."""
    from flask import Flask  # noqa: PLC0415 - the function reads them instead

    from intake_fn.web.blueprints import OPEN, SIGNED_IN  # noqa: PLC0415 - they import every view

    app, opened = Flask("routes", static_folder=None), {blueprint.name for blueprint in OPEN}
    for blueprint in (*OPEN, *SIGNED_IN):
        app.register_blueprint(blueprint)
    return tuple(_route(rule, app, opened) for rule in app.url_map.iter_rules())


def _route(rule: Rule, app: Flask, opened: set[str]) -> Route:
    view, blueprint = app.view_functions[rule.endpoint], rule.endpoint.partition(".")[0]
    methods = sorted((rule.methods or set()) - AUTOMATIC)
    place = f"{view.__module__.partition('.')[2]}:{view.__name__}"
    return Route(rule.rule, rule.endpoint, methods, rule.defaults, place, blueprint not in opened)


def keep(folder: Path) -> None:
    """Write the routes into a folder, for `kept`."""
    (folder / FILE).write_bytes(pickle.dumps(collected(), protocol=pickle.HIGHEST_PROTOCOL))


def kept(folder: Path) -> Sequence[Route]:
    """The routes that the package was made with."""
    known: Sequence[Route] = pickle.loads((folder / FILE).read_bytes())  # noqa: S301 - it came with our code, in one package
    return known


def register(app: Flask, routes: Sequence[Route]) -> None:
    """Let `app` answer these routes."""
    app.url_rule_class = LazyRule
    views = {route.endpoint: LazyView(route.view) for route in routes}
    for route in routes:
        view = views[route.endpoint]
        app.add_url_rule(route.rule, route.endpoint, view, methods=route.methods, defaults=route.defaults)
