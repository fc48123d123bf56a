"""Settings and the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.entry_import import SETTINGS
from intake_fn.cli import main
from intake_fn.core.errors import Broken
from intake_fn.settings import ROOT, Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_all_missing_settings_are_named_at_once() -> None:
    """An admin mends them in one go."""
    with pytest.raises(Broken) as caught:
        Settings.from_environ({"SPECDESK_FIRST_DELAY_SECONDS": "soon"})

    for name in ("TABLE", "BUCKET", "MANTIS_URL", "MANTIS_TOKEN", "BASE_URL", "SECRET_KEY", "FIRST_DELAY_SECONDS"):
        assert f"SPECDESK_{name}" in str(caught.value)


def test_secrets_may_come_from_the_parameter_store_instead() -> None:
    """With a parameter path neither secret has to stand in the environment."""
    environ = {k: v for k, v in SETTINGS.items() if k not in ("SPECDESK_SECRET_KEY", "SPECDESK_MANTIS_TOKEN")}
    settings = Settings.from_environ({**environ, "SPECDESK_PARAMETERS": "/specdesk/dev/"})

    assert ("/specdesk/dev", "") == (settings.parameters, settings.secret_key)


def test_only_a_sandbox_can_have_its_clock_turned() -> None:
    """A file that moves due times is refused anywhere else."""
    with pytest.raises(Broken, match="SPECDESK_CLOCK turns the clock"):
        Settings.from_environ({**SETTINGS, "SPECDESK_SANDBOX": "", "SPECDESK_CLOCK": "build/clock"})

    turned = Settings.from_environ({**SETTINGS, "SPECDESK_SANDBOX": "1", "SPECDESK_CLOCK": "build/clock"})
    assert "clock" == (turned.clock and turned.clock.name)


def test_a_judge_that_costs_money_needs_its_limit_and_its_prices() -> None:
    """Nobody pays by accident: without them the application does not start, and by default nobody is asked."""
    assert "builtin" == Settings.from_environ(SETTINGS).judge
    with pytest.raises(Broken) as caught:
        Settings.from_environ({**SETTINGS, "SPECDESK_JUDGE": "bedrock", "SPECDESK_LLM_PRICE_IN": "-1"})

    for name in ("MODEL", "DAILY_LIMIT", "PRICE_IN", "PRICE_OUT"):
        assert f"SPECDESK_LLM_{name}" in str(caught.value)


def test_restating_and_second_readings_are_settings() -> None:
    """Off, and where a category acts, if nothing is said; anything else is named."""
    read = Settings.from_environ(SETTINGS)
    told = Settings.from_environ({**SETTINGS, "SPECDESK_LLM_RESTATES": "1", "SPECDESK_LLM_TWICE": "always"})

    assert (False, "acts") == (read.llm_restates, read.llm_twice)
    assert (True, "always") == (told.llm_restates, told.llm_twice)
    with pytest.raises(Broken, match="SPECDESK_LLM_RESTATES is 'yes' and not one of 0, 1"):
        Settings.from_environ({**SETTINGS, "SPECDESK_LLM_RESTATES": "yes"})


def test_recorded_readings_never_act_in_production() -> None:
    """Neither without the sandbox's own setting, nor on Lambda with it; no stage names them."""
    recorded = {**SETTINGS, "SPECDESK_JUDGE": "recorded", "SPECDESK_READINGS": "r.jsonl", "SPECDESK_LLM_MODEL": "m"}
    for environ in (
        {**recorded, "SPECDESK_SANDBOX": ""},
        {**recorded, "SPECDESK_SANDBOX": "1", "AWS_LAMBDA_FUNCTION_NAME": "specdesk-production"},
    ):
        with pytest.raises(Broken, match="only a sandbox may show recorded readings"):
            Settings.from_environ(environ)
    with pytest.raises(Broken, match="SPECDESK_READINGS is not set"):
        Settings.from_environ({**SETTINGS, "SPECDESK_SANDBOX": "1", "SPECDESK_JUDGE": "recorded"})

    assert "recorded" == Settings.from_environ({**recorded, "SPECDESK_SANDBOX": "1"}).judge
    assert "recorded" not in (ROOT / "zappa_settings.json").read_text(encoding="utf-8")


ENDPOINT = {
    "SPECDESK_JUDGE": "openai",
    "SPECDESK_LLM_URL": "https://llm.example.com/v1/",
    "SPECDESK_LLM_MODEL": "some-model",
    "SPECDESK_LLM_DAILY_LIMIT": "5",
    "SPECDESK_LLM_PRICE_IN": "3",
    "SPECDESK_LLM_PRICE_OUT": "15",
}


def test_the_former_names_of_the_model_of_bedrock_go_on_working() -> None:
    """A deployed stage is not stopped by a rename; where both are there, the new one holds."""
    former = {
        "SPECDESK_JUDGE": "bedrock",
        "SPECDESK_BEDROCK_MODEL": "some.model:0",
        "SPECDESK_BEDROCK_DAILY_LIMIT": "5",
        "SPECDESK_BEDROCK_PRICE_IN": "3",
        "SPECDESK_BEDROCK_PRICE_OUT": "15",
        "SPECDESK_BEDROCK_SECONDS": "7",
    }
    read = Settings.from_environ({**SETTINGS, **former, "SPECDESK_LLM_PRICE_OUT": "16"})

    assert ("some.model:0", 5, 3, 16, 7) == (
        read.llm_model,
        read.llm_daily_limit,
        read.llm_price_in,
        read.llm_price_out,
        read.llm_seconds,
    )


def test_an_endpoint_needs_its_address() -> None:
    """The key may be missing: a server of one's own has none."""
    read = Settings.from_environ({**SETTINGS, **ENDPOINT})
    assert ("https://llm.example.com/v1", "", "Authorization") == (read.llm_url, read.llm_key, read.llm_key_header)
    with pytest.raises(Broken, match="SPECDESK_LLM_URL is not set"):
        Settings.from_environ({**SETTINGS, **ENDPOINT, "SPECDESK_LLM_URL": ""})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("llm.example.com/v1", "write it with https"),
        ("https://llm.example.com/v1/chat/completions", "without /chat/completions"),
        ("https://me:secret-word@llm.example.com/v1", "a key does not stand in an address"),
    ],
)
def test_an_address_that_is_no_endpoints_is_refused(url: str, says: str) -> None:
    """With what is wrong with it."""
    with pytest.raises(Broken, match=says):
        Settings.from_environ({**SETTINGS, **ENDPOINT, "SPECDESK_LLM_URL": url})


def test_an_unknown_judge_is_refused() -> None:
    """A slip of the pen must not switch the judge silently."""
    with pytest.raises(Broken, match="SPECDESK_JUDGE is 'bedrok'"):
        Settings.from_environ({**SETTINGS, "SPECDESK_JUDGE": "bedrok"})


def test_check_says_that_the_process_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """`specdesk check` is what CI runs."""
    assert 0 == main(["check"])
    assert "support.yml is sound: 5 levels" in capsys.readouterr().out


def test_check_names_file_line_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A level that leads nowhere is found before anybody is stuck on it."""
    text = (ROOT / "support.yml").read_text(encoding="utf-8").replace("escalates_to: [2]", "escalates_to: []")
    path = tmp_path / "support.yml"
    path.write_text(text, encoding="utf-8")

    assert 1 == main(["check", str(path)])
    line = text[: text.index("escalates_to: []")].count("\n") + 1
    assert f"support.yml:{line}:" in capsys.readouterr().err


def test_expected_answers_from_the_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A question in, clauses out: the engineers' lookup at the terminal."""
    spec = ROOT / "tests" / "data" / "specs" / "library"
    assert 0 == main(["build-index", "--spec", str(spec), "--out", str(tmp_path / "index")])
    capsys.readouterr()
    assert 0 == main(["expected", "--index", str(tmp_path / "index"), "--json", "renew", "a", "loan"])

    assert "loans#renewal" == json.loads(capsys.readouterr().out)[0]["clause"]


def test_expected_without_an_index_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No stack trace."""
    assert 1 == main(["expected", "--index", str(tmp_path), "anything"])
    assert "Build it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param("mantis.example.com", "SPECDESK_MANTIS_URL is 'mantis.example.com': links", id="no scheme"),
        pytest.param("mantis.example.com:8080/m", "write it with https:// and the host", id="a port, no scheme"),
        pytest.param("ftp://mantis.example.com", "write it with https:// and the host", id="another scheme"),
        pytest.param("https://", "write it with https:// and the host", id="no host"),
        pytest.param("https://[::1", "write it with https:// and the host", id="half an address"),
        pytest.param(
            "https://mantis.example.com/api/rest/",
            "write it without /api/rest, as https://mantis.example.com",
            id="REST",
        ),
        pytest.param(
            "https://example.com/mantis/api/rest/index.php",
            "without /api/rest, as https://example.com/mantis",
            id="REST in a folder",
        ),
        pytest.param("https://example.com/m/my_view_page.php", "as https://example.com/m", id="a page"),
        pytest.param("https://example.com/m?project_id=1", "without what follows the ?", id="a query"),
    ],
)
def test_an_address_of_mantis_of_which_no_links_can_be_made_is_refused(given: str, says: str) -> None:
    """Calls would pass, and the links to issues lead nowhere."""
    with pytest.raises(Broken) as caught:
        Settings.from_environ({**SETTINGS, "SPECDESK_MANTIS_URL": given})

    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["SPECDESK_BASE_URL", "SPECDESK_SITE_URL"])
def test_our_own_addresses_have_a_scheme_too(name: str) -> None:
    """Links in mails are made of them."""
    with pytest.raises(Broken, match=f"{name} is 'desk.example.com'"):
        Settings.from_environ({**SETTINGS, name: "desk.example.com"})


def test_an_address_may_have_a_folder_and_a_slash_at_its_end() -> None:
    """As a browser shows it."""
    settings = Settings.from_environ({**SETTINGS, "SPECDESK_MANTIS_URL": " https://example.com/mantis/ "})

    assert "https://example.com/mantis" == settings.mantis_url
