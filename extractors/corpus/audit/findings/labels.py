"""How the answers are written: one diagnosis should be one label, in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from extractors.corpus.audit.findings import Corpus, Look, Trait
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row
from extractors.language.same_words import run_together
from extractors.language.stems import content_stems

_NEEDS = ("final_diagnosis",)
FINDINGS = (
    Finding("label_squashed", "The words of the label are written as one, LikeThis.", _NEEDS),
    Finding("label_underscored", "The words of the label are joined by underscores.", _NEEDS),
    Finding(
        "label_variants",
        "One label is written in several ways: other case, spaces or marks.",
        _NEEDS,
        "labels",
    ),
    Finding(
        "label_families",
        "The label's words are all part of longer labels: a broader name of the same entity, or "
        "of a family of which the dataset also has members.",
        _NEEDS,
        "labels",
    ),
)
_JOINT = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
# McArdle, MacLeod and vonHippel are names.
_EPONYM = re.compile(r"^(?:Mc|Mac|De|Di|Du|La|Le|van|von|Von|O)$")
_SHORTEST = 8
_SHOWN = 4


def in_row(row: Row) -> Iterator[Look]:
    """The writing of the row's label."""
    label = row.case.final_diagnosis
    yield Look("label_squashed", is_squashed(label), "its words are written as one", label)
    yield Look("label_underscored", "_" in label, "it has underscores", label)


def is_squashed(label: str) -> bool:
    """Whether a label without spaces is several words."""
    written = label.strip()
    if len(written) < _SHORTEST or re.search(r"\s", written):
        return False
    parts = _JOINT.split(written)
    return any(not _EPONYM.match(part) for part in parts[:-1])


def across(corpus: Corpus) -> Iterator[Look]:
    """Labels that are one, and labels that are part of others."""
    labelled = [row for row in corpus.rows if row.label]
    writings: dict[str, dict[str, list[Trait]]] = defaultdict(lambda: defaultdict(list))
    for row in labelled:
        writings[run_together(row.label or "")][row.label or ""].append(row)
    yield from _variants(writings)
    yield from _families(writings)


def _variants(writings: Mapping[str, Mapping[str, list[Trait]]]) -> Iterator[Look]:
    for written in writings.values():
        ways = sorted(written)
        rows = [row for way in ways for row in written[way]]
        said = f"written in {len(ways)} ways"
        yield Look(
            "label_variants", len(ways) > 1, said, _listed(ways), _first(rows).place, len(rows)
        )


def _families(writings: Mapping[str, Mapping[str, list[Trait]]]) -> Iterator[Look]:
    stems = {key: frozenset(content_stems(min(written))) for key, written in writings.items()}
    with_stem: dict[str, set[str]] = defaultdict(set)
    for key, parts in stems.items():
        for part in parts:
            with_stem[part].add(key)
    for key, written in writings.items():
        parts = stems[key]
        fewest = min((with_stem[part] for part in parts), key=len, default=set[str]())
        members = sorted(min(writings[other]) for other in fewest if parts < stems[other])
        rows = [row for each in written.values() for row in each]
        detail = f"“{min(written)}” is part of {len(members)} longer"
        yield Look(
            "label_families",
            bool(members),
            detail,
            _listed(members),
            _first(rows).place,
            len(rows),
        )


def _first(rows: list[Trait]) -> Trait:
    return min(rows, key=lambda row: (row.place.name, row.place.split or ""))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return " | ".join(names[:_SHOWN]) + more
