"""The checks that every case of a build has to pass, on rows that somebody else made."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.checks import all_checks
from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row

FINDINGS = tuple(
    Finding(check.name, check.policy.says, check.policy.needs, required=check.policy.required)
    for check in all_checks()
)


def in_row(row: Row) -> Iterator[Look]:
    """What each check has against the row, of those whose columns it has."""
    for check in all_checks():
        if row.has.issuperset(check.policy.needs):
            reject = check.run(row.case, row.article)
            if reject is None:
                yield Look(check.name, hit=False)
            else:
                yield Look(check.name, True, reject.detail, reject.evidence)
