"""`make run LLM_URL=… LLM_MODEL=…`: a language model at an OpenAI-compatible endpoint reads the clauses.

Its key comes from the environment (LLM_KEY), is handed to no other program, and is never printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intake_fn.settings import wrong_with_endpoint
from sandbox.aws import SandboxError
from spec_lookup import OPENAI

if TYPE_CHECKING:
    from collections.abc import MutableMapping

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
    """One line that says which judge is on, and how another is turned on."""
    settings = application.settings
    if settings.judge != OPENAI:
        return f"built in. A language model reads the clauses: {HOW}"
    name = f"{settings.judge}:{settings.llm_model}"
    if application.may_act(name):
        return f"{name} at {settings.llm_url}; it is qualified and decides. Without LLM_URL: the built-in judge"
    qualify = f"specdesk qualify-judge --url {settings.llm_url} --model {settings.llm_model}"
    return f"{name} at {settings.llm_url}; it only proposes until it has passed: {qualify}"
