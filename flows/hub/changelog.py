"""The changelog of a dataset: what each release added, changed and lost.

In a home it is told from the ledger, which keeps one departure a case: of one that left and came
back, no release says that it left. In a repository each publication adds what it changed there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from flows.hub.cases import Cases
from schemas.article import pmcid_number
from schemas.split import UNUSED, LedgerEntry

FILE = "CHANGELOG.md"
HEADING = "# Changelog"
MOST_NAMED = 100


def changelog(ledger: Sequence[LedgerEntry]) -> bytes:
    """One section a release, the newest first; what left is named with its reason."""
    added: dict[int, int] = defaultdict(int)
    left: dict[int, list[LedgerEntry]] = defaultdict(list)
    for entry in ledger:
        if entry.split == UNUSED:
            continue
        added[entry.first_release] += 1
        if entry.last_release is not None:
            left[entry.last_release + 1].append(entry)
    sections = [
        _section(release, added[release], left[release])
        for release in sorted({*added, *left}, reverse=True)
    ]
    return "\n".join([HEADING, *sections, ""]).encode()


def _section(release: int, added: int, left: Sequence[LedgerEntry]) -> str:
    lines = [f"\n## Release {release}\n", f"{added:,} cases added, {len(left):,} left."]
    if left:
        lines.append("")
    lines += [
        f"- {entry.pmcid} ({entry.split}): {entry.left}"
        for entry in sorted(left, key=lambda entry: pmcid_number(entry.pmcid))
    ]
    return "\n".join(lines)


def with_section(theirs: str, tag: str, cases: Cases) -> bytes:
    """Their changelog, whatever people wrote into it, with what this publication changes on top."""
    body = theirs.removeprefix(HEADING).strip()
    lines = [HEADING, "", f"## Release {tag.removeprefix('v')}", "", f"{cases.sentence()}."]
    named = [f"- {line}" for line in cases.lines(MOST_NAMED)]
    told = [*lines, *(["", *named] if named else []), *(["", body] if body else []), ""]
    return "\n".join(told).encode()
