"""Find the clause of a spec that decides a request, and say which way it decides.

build(Path("docs/spec"), Path("index"))
spec = Spec.open(Path("index"))
spec.search("how long is a quote valid")
spec.judge(Claim(summary="Quote expired after 10 days", what_happened="...", what_expected="..."))

What is listed here is all that other packages use. A name is imported from its module when it is first asked for: a
form page asks for few. No module imports numpy, onnxruntime, boto3 or Markdown: the functions that need one of them do.
`spec_lookup.evaluation` is no part of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spec_lookup.errors import (
        IndexBroken,
        IndexMissing,
        InputBroken,
        ModelBroken,
        NoResponse,
        NotRecorded,
        SpecBroken,
        SpecLookupError,
    )
    from spec_lookup.judge.claim import Claim
    from spec_lookup.judge.confidence import measured
    from spec_lookup.judge.contradictions import ClausePair, clause_pairs
    from spec_lookup.judge.drift import Drift, Flip, FlipKind, JudgedRequest, drift
    from spec_lookup.judge.duplicates import Candidate, DuplicateIndex, IssueText
    from spec_lookup.judge.neighbours import Neighbour, neighbours
    from spec_lookup.judge.pairs_to_read import pairs_to_read
    from spec_lookup.judge.reasons import NO_CLAUSE, whole_text
    from spec_lookup.judge.sentences import SAID, SENTENCES, Reason, as_reason, in_words
    from spec_lookup.judge.spec import Spec
    from spec_lookup.judge.substance import (
        GONE,
        HASH_LENGTH,
        ClauseChange,
    )
    from spec_lookup.judge.verdict import Citation, Verdict
    from spec_lookup.llm.bedrock import bedrock_model
    from spec_lookup.llm.budget import MILLION, Price
    from spec_lookup.llm.cassettes import LanguageModel, cassette_name, recording, response_in, resumed
    from spec_lookup.llm.clause_pairs import PairRead, read_pairs
    from spec_lookup.llm.connection import connected
    from spec_lookup.llm.judge import NOT_RECORDED, Account, LlmJudge
    from spec_lookup.llm.masking import Masking
    from spec_lookup.llm.names import AUTHORIZATION, BEDROCK, NO_KEY, OPENAI, PROVIDERS, RECORDED, WAYS
    from spec_lookup.llm.openai import Endpoint, openai_model
    from spec_lookup.llm.prompt import report_names, reports_in
    from spec_lookup.llm.qualification import may_act, prompts_version, read_record
    from spec_lookup.llm.readings import from_readings
    from spec_lookup.search.clause import Clause
    from spec_lookup.search.clusters import clustered
    from spec_lookup.search.coverage import Coverage
    from spec_lookup.search.dense import Dense, texts_of
    from spec_lookup.search.embed import TOLERANCE, Embedder, model_folder
    from spec_lookup.search.front_matter import split_front_matter
    from spec_lookup.search.pages import content_stamp, pages_among, read_pages
    from spec_lookup.search.parse import SUFFIXES, check_coverage, decode_page, page_clauses, page_name, read_page
    from spec_lookup.search.rendering import left_out, site_of
    from spec_lookup.search.spec_index import Hit, build
    from spec_lookup.search.stored_index import Stamp, read_index, write_index
    from spec_lookup.search.synonyms import abbreviations, read_synonyms
    from spec_lookup.search.vectors import KeptVectors
    from spec_lookup.search.words import fold, stem, unstemmed

__all__ = [
    "AUTHORIZATION",
    "BEDROCK",
    "GONE",
    "HASH_LENGTH",
    "MILLION",
    "NOT_RECORDED",
    "NO_CLAUSE",
    "NO_KEY",
    "OPENAI",
    "PROVIDERS",
    "RECORDED",
    "SAID",
    "SENTENCES",
    "SUFFIXES",
    "TOLERANCE",
    "WAYS",
    "Account",
    "Candidate",
    "Citation",
    "Claim",
    "Clause",
    "ClauseChange",
    "ClausePair",
    "Coverage",
    "Dense",
    "Drift",
    "DuplicateIndex",
    "Embedder",
    "Endpoint",
    "Flip",
    "FlipKind",
    "Hit",
    "IndexBroken",
    "IndexMissing",
    "InputBroken",
    "IssueText",
    "JudgedRequest",
    "KeptVectors",
    "LanguageModel",
    "LlmJudge",
    "Masking",
    "ModelBroken",
    "Neighbour",
    "NoResponse",
    "NotRecorded",
    "PairRead",
    "Price",
    "Reason",
    "Spec",
    "SpecBroken",
    "SpecLookupError",
    "Stamp",
    "Verdict",
    "abbreviations",
    "as_reason",
    "bedrock_model",
    "build",
    "cassette_name",
    "check_coverage",
    "clause_pairs",
    "clustered",
    "connected",
    "content_stamp",
    "decode_page",
    "drift",
    "fold",
    "from_readings",
    "in_words",
    "left_out",
    "may_act",
    "measured",
    "model_folder",
    "neighbours",
    "openai_model",
    "page_clauses",
    "page_name",
    "pages_among",
    "pairs_to_read",
    "prompts_version",
    "read_index",
    "read_page",
    "read_pages",
    "read_pairs",
    "read_record",
    "read_synonyms",
    "recording",
    "report_names",
    "reports_in",
    "response_in",
    "resumed",
    "site_of",
    "split_front_matter",
    "stem",
    "texts_of",
    "unstemmed",
    "whole_text",
    "write_index",
]

_HOME = {
    name: module
    for module, names in {
        "errors": "IndexBroken IndexMissing InputBroken ModelBroken NoResponse NotRecorded SpecBroken SpecLookupError",
        "judge.claim": "Claim",
        "judge.confidence": "measured",
        "judge.contradictions": "ClausePair clause_pairs",
        "judge.drift": "Drift Flip FlipKind JudgedRequest drift",
        "judge.duplicates": "Candidate DuplicateIndex IssueText",
        "judge.neighbours": "Neighbour neighbours",
        "judge.pairs_to_read": "pairs_to_read",
        "judge.reasons": "NO_CLAUSE whole_text",
        "judge.sentences": "SAID SENTENCES Reason as_reason in_words",
        "judge.spec": "Spec",
        "judge.substance": "GONE HASH_LENGTH ClauseChange",
        "judge.verdict": "Citation Verdict",
        "llm.bedrock": "bedrock_model",
        "llm.budget": "MILLION Price",
        "llm.cassettes": "LanguageModel cassette_name recording response_in resumed",
        "llm.clause_pairs": "PairRead read_pairs",
        "llm.connection": "connected",
        "llm.judge": "NOT_RECORDED Account LlmJudge",
        "llm.names": "AUTHORIZATION BEDROCK NO_KEY OPENAI PROVIDERS RECORDED WAYS",
        "llm.masking": "Masking",
        "llm.openai": "Endpoint openai_model",
        "llm.prompt": "report_names reports_in",
        "llm.qualification": "may_act prompts_version read_record",
        "llm.readings": "from_readings",
        "search.clause": "Clause",
        "search.clusters": "clustered",
        "search.coverage": "Coverage",
        "search.dense": "Dense texts_of",
        "search.embed": "TOLERANCE Embedder model_folder",
        "search.front_matter": "split_front_matter",
        "search.pages": "content_stamp pages_among read_pages",
        "search.parse": "SUFFIXES check_coverage decode_page page_clauses page_name read_page",
        "search.rendering": "left_out site_of",
        "search.spec_index": "Hit build",
        "search.stored_index": "Stamp read_index write_index",
        "search.synonyms": "abbreviations read_synonyms",
        "search.vectors": "KeptVectors",
        "search.words": "fold stem unstemmed",
    }.items()
    for name in names.split()
}
"""The module of each name."""


def __getattr__(name: str) -> Any:
    """A name of the face, from its module."""
    if name not in _HOME:
        raise AttributeError(f"module 'spec_lookup' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"spec_lookup.{_HOME[name]}"), name)
    return value
