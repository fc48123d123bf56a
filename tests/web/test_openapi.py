"""docs/api/openapi.yaml describes the API: every operation that there is, and none that is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from tests.web.conftest import Web

DOCUMENT = Path(__file__).parents[2] / "docs" / "api" / "openapi.yaml"
OPEN = ("api", "health")
"""The blueprints whose routes are called by programs."""


def test_every_operation_of_the_api_is_described(web: Web) -> None:
    """By path and method; what stands there and is no route would be a promise that nobody keeps."""
    paths = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    described = {
        (path, method) for path, operations in paths.items() for method in operations if method != "parameters"
    }
    routes = {
        (rule.rule, method.lower())
        for rule in web.client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.partition(".")[0] in OPEN
    }

    assert described == routes
