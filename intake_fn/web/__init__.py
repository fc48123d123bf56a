"""The pages: forms for requesters, the desk for engineers, the JSON API. They decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.web.config import WebConfig

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


def create_app(config: WebConfig) -> Flask:
    """The web application. Flask is imported here, as the wiki's build reads the forms without it."""
    from intake_fn.web.app import build  # noqa: PLC0415 - see above

    return build(config)


def keep_ahead(folder: Path) -> None:
    """Write what the pages need and never changes into a folder: routes and compiled templates. See WebConfig.ahead."""
    from flask import Flask  # noqa: PLC0415 - as above

    from intake_fn.web import routes, templating  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    routes.keep(folder)
    app = Flask(__name__)
    templating.set_up(app.jinja_env)
    templating.keep_compiled(app.jinja_env, folder)


__all__ = ["WebConfig", "create_app", "keep_ahead"]
