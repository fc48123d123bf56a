"""Find the clause of a spec that decides a request, and say which way it decides.

build(Path("docs/spec"), Path("index"))
spec = Spec.open(Path("index"))
spec.search("how long is a quote valid")
spec.judge(Claim(summary="Quote expired after 10 days", what_happened="...", what_expected="..."))
"""

from spec_lookup.claim import Claim
from spec_lookup.clause import Clause
from spec_lookup.duplicates import Candidate, DuplicateIndex, IssueText
from spec_lookup.errors import (
    IndexBroken,
    IndexMissing,
    InputBroken,
    ModelBroken,
    NoAnswer,
    NotRecorded,
    SpecBroken,
    SpecLookupError,
)
from spec_lookup.folder import Stamp
from spec_lookup.spec import Hit, Spec, build
from spec_lookup.verdict import Citation, Verdict

__all__ = [
    "Candidate",
    "Citation",
    "Claim",
    "Clause",
    "DuplicateIndex",
    "Hit",
    "IndexBroken",
    "IndexMissing",
    "InputBroken",
    "IssueText",
    "ModelBroken",
    "NoAnswer",
    "NotRecorded",
    "Spec",
    "SpecBroken",
    "SpecLookupError",
    "Stamp",
    "Verdict",
    "build",
]
