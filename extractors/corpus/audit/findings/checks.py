"""The checks that every case of a build has to pass, on rows that somebody else made."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.checks import Check, all_checks
from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row


def _finding(name: str, policy: Check) -> Finding:
    required = policy.required or policy.to_publish
    return Finding(name, policy.says, policy.needs, required=required)


FINDINGS = tuple(_finding(check.name, check.policy) for check in all_checks())


def in_row(row: Row) -> Iterator[Look]:
    """What each check has against the row, of those whose columns it has."""
    for check, finding in zip(all_checks(), FINDINGS, strict=True):
        if not finding.lacks(row.has):
            reject = check.run(row.case, row.article)
            if reject is None:
                yield Look(check.name, hit=False)
            else:
                yield Look(check.name, True, reject.detail, reject.evidence)
