"""The pages: forms for requesters, the desk for engineers, the JSON API. They decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.web.config import WebConfig

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: WebConfig) -> Flask:
    """The web application. Flask is imported here, as the wiki's build reads the forms without it."""
    from intake_fn.web.app import build  # noqa: PLC0415 - see above

    return build(config)


__all__ = ["WebConfig", "create_app"]
