"""A request that names a version of the product is judged by the spec of that version, where that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import spec_lookup
from intake_fn import log
from intake_fn.core.spec_versions import rule_changes, version_named
from intake_fn.core.verdicts import decision, shown_clauses
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.request import Request
    from intake_fn.core.spec_versions import RuleChange
    from intake_fn.desk.needs import Judging
    from spec_lookup import Spec


def spec_for(desk: Judging, request: Request) -> Spec:
    """The spec that a request is to be judged by: that of the version that it names, else today's."""
    name = version_named(request, desk.spec_versions)
    try:
        return desk.spec_versions[name]() if name else desk.spec()
    except SpecLookupError as error:
        if not name:
            raise
        log.warning("spec_version_not_read", version=name, error=str(error))
        return desk.spec()


def spec_shown(desk: Judging, case: Case) -> Spec:
    """The spec whose clauses the pages of a request show, and that people read: the one that the verdict went by."""
    name = judged_by_version(desk, case)
    return desk.spec_versions[name]() if name else desk.spec()


def judged_by_version(desk: Judging, case: Case) -> str:
    """The version by whose spec the verdict was given; "" for today's, or where it cannot be read."""
    name = version_named(case.request, desk.spec_versions)
    if not name or not case.verdict:
        return ""
    try:
        return name if desk.spec_versions[name]().stamp.content == case.verdict["spec"] else ""
    except SpecLookupError as error:
        log.warning("spec_version_not_read", version=name, error=str(error))
        return ""


def changed_since(desk: Judging, case: Case) -> tuple[RuleChange, ...]:
    """The shown and deciding clauses that read otherwise today than in the version that the verdict went by."""
    name = judged_by_version(desk, case)
    if not name:
        return ()
    decided = decision(case)
    clauses = [*shown_clauses(case), *([decided.clause] if decided and decided.clause else [])]

    def text_of(version: str, cite: str) -> str:
        clause = (desk.spec_versions[version] if version else desk.spec)().clause(cite)
        return spec_lookup.whole_text(clause) if clause else ""

    try:
        return rule_changes(name, list(desk.spec_versions), clauses, text_of)
    except SpecLookupError as error:
        log.warning("rule_changes_not_read", case=case.id, error=str(error))
        return ()
