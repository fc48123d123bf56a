"""Which judge is on in the sandbox.

`make run LLM_URL=… LLM_MODEL=…`: a language model at an OpenAI-compatible endpoint reads the clauses.

Its key comes from the environment (LLM_KEY), is handed to no other program, and is never printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intake_fn.settings import BUILT_IN, wrong_with_endpoint
from sandbox.aws import SandboxError
from sandbox.recorded import RecordedReadings
from spec_lookup import OPENAI, RECORDED, prompts_version

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

    from intake_fn.wiring import Application

SECONDS = "60"
"""A model on this machine's own processor is slow, and has to be loaded first."""

PAGE_SECONDS = "120"

HOW = "make run LLM_URL=http://127.0.0.1:11434/v1 LLM_MODEL=…   (docs/operate/language-model.md)"


@dataclass(frozen=True, slots=True)
class LanguageModelAt:
    """Where it is, which it is, and the key."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    restates: bool = False

    @classmethod
    def from_environ(cls, environ: MutableMapping[str, str]) -> LanguageModelAt | None:
        """LLM_URL, LLM_MODEL and LLM_KEY, which no program that is started later inherits; and LLM_RESTATES.

        Raises SandboxError.
        """
        url, model, key = (environ.pop(name, "").strip() for name in ("LLM_URL", "LLM_MODEL", "LLM_KEY"))
        if not url and not model:
            if key:
                raise SandboxError(f"LLM_KEY is given and LLM_URL is not. {HOW}")
            return None
        if not url or not model:
            lacking = "LLM_MODEL" if url else "LLM_URL"
            raise SandboxError(f"{lacking} is not given. {HOW}")
        if problem := wrong_with_endpoint(url):
            raise SandboxError(f"LLM_URL is {url!r}: {problem}.")
        return cls(url.rstrip("/"), model, key, environ.get("LLM_RESTATES") == "1")

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the application; in the sandbox nothing is paid for by the day."""
        return {
            "SPECDESK_JUDGE": OPENAI,
            "SPECDESK_LLM_URL": self.url,
            "SPECDESK_LLM_MODEL": self.model,
            "SPECDESK_LLM_KEY": self.key,
            "SPECDESK_LLM_DAILY_LIMIT": "0",
            "SPECDESK_LLM_PRICE_IN": "0",
            "SPECDESK_LLM_PRICE_OUT": "0",
            "SPECDESK_LLM_RESTATES": "1" if self.restates else "0",
            "SPECDESK_LLM_SECONDS": SECONDS,
            "SPECDESK_REQUEST_SECONDS": PAGE_SECONDS,
        }


def which_judge(application: Application) -> str:
    """Which judge is on, and how another is turned on."""
    settings = application.settings
    if settings.judge == RECORDED:
        return f"""built in; the requests of `make demo` are read by recorded readings{_of_earlier(settings.readings)}
                     A language model that reads each request: {HOW}
                     The built-in judge alone: make run JUDGE=builtin"""
    if settings.judge != OPENAI:
        return f"built in. A language model that reads each request: {HOW}"
    name = f"{settings.judge}:{settings.llm_model}"
    if application.may_act(name):
        return f"{name} at {settings.llm_url}; it is qualified and decides. Without LLM_URL: the built-in judge"
    qualify = f"specdesk qualify-judge --url {settings.llm_url} --model {settings.llm_model}"
    return f"{name} at {settings.llm_url}; it only proposes until it has passed: {qualify}"


def _of_earlier(readings: Path | None) -> str:
    """What is to be said of readings that were read by the prompts of another version."""
    if readings is None or readings.stem == prompts_version():
        return ""
    return f" (with the prompts of an earlier version, {readings.stem})"


def judge_of_sandbox(environ: MutableMapping[str, str]) -> LanguageModelAt | RecordedReadings | None:
    """The model that LLM_URL names; recorded readings without one; nothing with JUDGE=builtin. Raises SandboxError."""
    wanted = environ.pop("JUDGE", "").strip()
    if wanted not in ("", BUILT_IN):
        raise SandboxError(f"JUDGE={wanted!r} is not {BUILT_IN}. {HOW}")
    given = LanguageModelAt.from_environ(environ)
    if given and wanted:
        raise SandboxError(f"JUDGE={BUILT_IN} and LLM_URL are given; give one of them.")
    return given or (None if wanted else RecordedReadings.of_this_version())
