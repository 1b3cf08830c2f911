"""Rows are judged batch by batch, in whatever process and order; the counts are added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from extractors.corpus.audit.columns import columns_seen
from extractors.corpus.audit.findings import (
    Corpus,
    Look,
    Trait,
    all_findings,
    all_kinds,
)
from extractors.corpus.audit.report import (
    BENCHMARK,
    SECOND_SPLIT,
    Example,
    Finding,
    NotJudged,
    Outcome,
    Place,
    Report,
)
from extractors.corpus.audit.rows import Known, Row, pmcid_of, read_row
from extractors.corpus.audit.short import short
from extractors.corpus.contamination import Benchmark
from extractors.corpus.relatives import likeness, relatives
from extractors.language.stems import content_stems, words_of
from schemas.arrival import order_key

EXAMPLES = 3
_NOT_KNOWN = Known()
_DATASET = Place("the dataset", None)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that stand together in a file: `first` is the number of the first of them."""

    file: str
    split: str | None
    first: int
    rows: Sequence[Mapping[str, Any]]
    known: Mapping[str, Known]


@dataclass(slots=True)
class Tally:
    """How often a finding was made so far, with the examples that come first by a salted hash."""

    judged: int = 0
    hits: int = 0
    rows: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, look: Look, place: Place) -> None:
        """Count one look."""
        self.judged += 1
        if look.hit:
            self.hits += 1
            self.examples.append(Example(place, short(look.detail), short(look.evidence)))
            if len(self.examples) > 8 * EXAMPLES:
                self.examples = first_examples(self.examples)

    def join(self, other: Tally) -> None:
        """Count what was counted elsewhere."""
        self.judged += other.judged
        self.hits += other.hits
        self.rows += other.rows
        self.examples = first_examples([*self.examples, *other.examples])


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a batch."""

    tallies: dict[str, Tally]
    traits: tuple[Trait, ...]
    has: frozenset[str]
    empty: Counter[str]


def judge_batch(batch: Batch) -> Judged:
    """Every finding that one row shows by itself, counted, and what the others need of it."""
    tallies: dict[str, Tally] = {}
    traits, has = [], set[str]()
    empty: Counter[str] = Counter()
    for number, values in enumerate(batch.rows, batch.first):
        row = _row(batch, number, values)
        has |= row.has
        empty.update(row.empty)
        hit_here = set()
        for look in _looks(row):
            tallies.setdefault(look.name, Tally()).add(look, row.place)
            if look.hit:
                hit_here.add(look.name)
        for name in hit_here:
            tallies[name].rows += 1
        traits.append(_trait(row))
    # Words of whole articles are much to keep, and no later batch has the same ones.
    words_of.cache_clear()
    content_stems.cache_clear()
    return Judged(tallies, tuple(traits), frozenset(has), empty)


def _row(batch: Batch, number: int, values: Mapping[str, Any]) -> Row:
    pmcid = pmcid_of(values.get("pmcid"))
    said = values.get("split")
    split = batch.split or (said.strip() or None if isinstance(said, str) else None)
    known = batch.known.get(pmcid or "", _NOT_KNOWN)
    name = short(pmcid or f"{batch.file} row {number}")
    return read_row(values, Place(name, split and short(split)), known)


def _looks(row: Row) -> Iterator[Look]:
    findings = all_findings()
    for kind in all_kinds():
        for look in kind.in_row(row):
            if not findings[look.name].lacks(row.has):
                yield look


def _trait(row: Row) -> Trait:
    label = row.case.final_diagnosis
    return Trait(
        row.place,
        row.pmcid,
        label if label.strip() else None,
        likeness(row.article.text, row.case.case_prompt, label),
    )


def report_of(
    named: str,
    revision: str | None,
    judged: Iterable[Judged],
    schemas: Sequence[tuple[str, Mapping[str, str]]],
    unread: Sequence[str] = (),
    against: Mapping[str, Benchmark] = MappingProxyType({}),
    **similarities: float,
) -> Report:
    """The report on all batches; `schemas` are the columns and types of each file."""
    tallies: dict[str, Tally] = {name: Tally() for name in all_findings()}
    traits: list[Trait] = []
    has, empty = set[str](), Counter[str]()
    for one in judged:
        for name, tally in one.tallies.items():
            tallies[name].join(tally)
        traits += one.traits
        has |= one.has
        empty += one.empty
    columns = columns_seen(schemas, empty)
    pairs = relatives([row.likeness for row in traits], **similarities)
    corpus = Corpus(traits, columns, pairs, against)
    for kind in all_kinds():
        for look in kind.across(corpus):
            tallies[look.name].add(look, look.place or _DATASET)
            tallies[look.name].rows += look.rows if look.hit else 0
    splits = Counter(row.place.split or "" for row in traits)
    names = {name for _, schema in schemas for name in schema}
    names |= {SECOND_SPLIT} if len(splits) > 1 else set()
    names |= {BENCHMARK} if against else set()
    names |= has & {"licence", "retracted"}
    outcomes, not_judged = _sorted_out(tallies, names)
    return Report(
        named=short(named),
        revision=revision,
        splits=tuple(sorted(splits.items(), key=_as_usual)),
        columns=columns,
        outcomes=outcomes,
        not_judged=not_judged,
        notes=tuple(_notes(names)),
        unread=tuple(map(short, unread)),
    )


def _sorted_out(
    tallies: Mapping[str, Tally], names: set[str]
) -> tuple[tuple[Outcome, ...], tuple[NotJudged, ...]]:
    outcomes, not_judged = [], []
    for name, finding in all_findings().items():
        tally = tallies[name]
        if tally.judged:
            outcomes.append(_outcome(finding, tally))
        else:
            lacks = finding.lacks(frozenset(names))
            not_judged.append(NotJudged(finding, lacks or finding.needs, absent=bool(lacks)))
    return tuple(outcomes), tuple(not_judged)


def _outcome(finding: Finding, tally: Tally) -> Outcome:
    shown = tuple(first_examples(tally.examples))
    return Outcome(finding, tally.judged, tally.hits, tally.rows, shown)


def _as_usual(split: tuple[str, int]) -> tuple[int, str]:
    """Train, val and test in their usual order, before splits of other names."""
    usual = ("train", "val", "test")
    return usual.index(split[0]) if split[0] in usual else len(usual), split[0]


def _notes(names: set[str]) -> Iterator[str]:
    if "text" in names and "breakpoint" not in names:
        yield (
            "There is no column breakpoint: all of the text is taken to stand before it, so that "
            "numbers from behind it are not noticed."
        )
    if "final_diagnosis" in names and "final_diagnosis_aliases" not in names:
        yield (
            "There is no column final_diagnosis_aliases: a prompt that gives the answer away by "
            "another name than the label is noticed only where the article abbreviates the label."
        )


def first_examples(examples: list[Example]) -> list[Example]:
    """The examples to show, each of another row, whatever the order in which they were found."""
    of_rows: dict[Place, Example] = {}
    for example in sorted(examples, key=_order):
        of_rows.setdefault(example.place, example)
    return list(of_rows.values())[:EXAMPLES]


def _order(example: Example) -> tuple[str, str, str, str]:
    place = example.place
    return order_key(place.name), place.split or "", example.detail, example.evidence
