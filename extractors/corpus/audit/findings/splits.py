"""Whether what is tested was seen in training, by id and by label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from extractors.corpus.audit.findings import Corpus, Look, Trait
from extractors.corpus.audit.report import SECOND_SPLIT, Finding
from extractors.language.same_words import run_together

FINDINGS = (
    Finding(
        "id_in_two_splits",
        "An article has rows in more than one split.",
        ("pmcid", SECOND_SPLIT),
        "ids",
        required=True,
    ),
    Finding("id_twice", "An article has several rows in one split.", ("pmcid",), "ids"),
    Finding(
        "label_in_two_splits",
        "A label, however written, is the answer in more than one split.",
        ("final_diagnosis", SECOND_SPLIT),
        "labels",
    ),
)


def across(corpus: Corpus) -> Iterator[Look]:
    """The splits of each id and of each label."""
    of_id: dict[str, list[Trait]] = defaultdict(list)
    of_label: dict[str, list[Trait]] = defaultdict(list)
    for row in corpus.rows:
        if row.pmcid:
            of_id[row.pmcid].append(row)
        if row.label:
            of_label[run_together(row.label)].append(row)
    several = len({row.place.split for row in corpus.rows}) > 1
    for rows in of_id.values():
        splits = Counter(row.place.split or "" for row in rows)
        yield _look("id_twice", max(splits.values()) > 1, rows, splits)
        if several:
            yield _look("id_in_two_splits", len(splits) > 1, rows, splits)
    for rows in of_label.values() if several else ():
        splits = Counter(row.place.split or "" for row in rows)
        label = min(row.label or "" for row in rows)
        yield _look("label_in_two_splits", len(splits) > 1, rows, splits, label)


def _look(
    name: str, hit: bool, rows: list[Trait], splits: Counter[str], evidence: str = ""
) -> Look:
    shown = ", ".join(f"{split or 'no split'} {splits[split]}" for split in sorted(splits))
    first = min((row.place for row in rows), key=lambda place: (place.name, place.split or ""))
    return Look(name, hit, f"rows in {shown}", evidence, first, len(rows))
