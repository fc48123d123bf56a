"""A judge that asks a language model is not asked what the form settles."""

from __future__ import annotations

from intake_fn.desk import form_first
from spec_lookup import Claim, Spec, Verdict

PAGES = [("quotes.md", "# Quotes\n\n## Validity {#validity}\n\nA quote is valid for 30 days.\n")]
SETUP = Claim("Jo Wu", "starts Monday, ops", reporter_says="setup")
REPORT = Claim("Jo Wu", "When I save the user I get error 500.", reporter_says="setup")


def test_set_ups_and_questions_are_not_sent_outside() -> None:
    """Names of people who are set up stay here; what reports a failure is asked."""
    asked: list[Claim] = []
    spec = Spec.of(PAGES)

    def model(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        del names
        asked.append(claim)
        return spec.judge(claim)

    judge = form_first(model)

    assert ("misc", "built-in") == ((verdict := judge(spec, SETUP, ("Jo Wu",))).category, verdict.judge)
    assert verdict == spec.judge(SETUP)
    judge(spec, REPORT, ())
    assert [REPORT] == asked
