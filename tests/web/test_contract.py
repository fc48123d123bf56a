"""The API keeps to docs/api/openapi.yaml: thousands of generated calls, by the document and against it.

What the document allows is taken, what it forbids is refused, every answer is as it says, methods that are not there
are answered with those that are. Every check of schemathesis is on.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from intake_fn.core.process_file import parse
from spec_lookup import Spec
from tests.web.conftest import application_of
from tests.web.samples import SPEC

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "api" / "openapi.yaml"
OPENAPI = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
FILE = {"name": "note.txt", "content": "aGVsbG8="}
LEAST = 2000
MADE_UP: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
}

schemathesis.openapi.format("email", st.from_regex(r"[a-z][a-z0-9]{3,20}@[a-z]{3,20}\.(com|org|net)", fullmatch=True))

made: Counter[str] = Counter()


@cache
def application() -> Any:
    """The real one, made when the first call comes."""
    process = parse((ROOT / "support.yml").read_text(encoding="utf-8"), "support.yml")
    return application_of(process, Spec.of(list(SPEC.items()))).client.application


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """What the calls go to."""
    return application()(environ, start_response)


schema = schemathesis.openapi.from_path(DOCUMENT)
schema.app = app


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """What a file holds must be of the kind that its name says: no generator knows."""
    body = case.body
    if isinstance(body, dict) and isinstance(body.get("files"), list):
        case.body = {**body, "files": [FILE if _is_file(file) else file for file in body["files"]]}


def _is_file(given: Any) -> bool:
    wanted = {"$ref": "#/components/schemas/File", "components": OPENAPI["components"]}
    return not list(jsonschema.Draft202012Validator(wanted).iter_errors(given))


OPERATIONS = {
    "createRequest": (schema["/api/requests"]["POST"], {GenerationMode.POSITIVE: 250, GenerationMode.NEGATIVE: 50}),
    "searchSpec": (schema["/api/search"]["GET"], dict.fromkeys(GenerationMode, 500)),
    "health": (schema["/health"]["GET"], {}),
}
"""By their ids, and how many calls are made up by the document and against it, beside those at its limits."""


def keeps_to_the_document(case: Any) -> None:
    """All checks on one call."""
    answer = case.call_and_validate()
    made[f"{case.operation.label} {answer.status_code}"] += 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_at_its_limits_the_api_keeps_to_its_document(name: str) -> None:
    """Every length at its limit and one beyond, every type in place of every other, every method that is not there."""
    operation, _ = OPERATIONS[name]
    for case in schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=schema.config.generation
    ):
        keeps_to_the_document(case)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", [name for name, (_, calls) in OPERATIONS.items() if calls])
def test_whatever_is_sent_the_api_keeps_to_its_document(name: str, mode: GenerationMode) -> None:
    """By the document, and against it."""
    operation, calls = OPERATIONS[name]

    @settings(max_examples=calls[mode], **MADE_UP)
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        keeps_to_the_document(case)

    check()


CHECKED = {
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "unsupported_method"),
    *("missing_required_header", "allow_header_conformance"),
}


def test_enough_was_tried() -> None:
    """Thousands of calls, many of them taken and many refused, each held against every check."""
    assert CHECKED <= {check.__name__ for check in CHECKS.get_all()}
    taken = sum(number for what, number in made.items() if what.endswith(" 201"))

    assert sum(made.values()) >= LEAST, made
    assert taken >= LEAST / 10, made
    assert made["GET /health 200"]
