"""Duplicates and relatives among 15,000 made reports: what is found, how fast, in what memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from extractors.corpus.groups import Forest
from extractors.corpus.profiles import ProfiledCase, Standing, profile
from extractors.corpus.relations import Thresholds, find_relations
from schemas.settings import Settings
from tests.bench import Row
from tests.corpus_maker.relatives import DUPLICATES, RELATIVES, Report, report

CASES = int(os.environ.get("BENCH_CASES", "15000"))
_SEED = 11


@dataclass(slots=True)
class Figures:
    """What was found of what was planted; pairs are of PMCIDs."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    profiling: float = 0.0
    comparing: float = 0.0
    profiling_new: float = 0.0
    comparing_new: float = 0.0
    megabytes: float = 0.0
    words: int = 0

    def recall(self, kinds: Iterable[str]) -> float:
        """The share of planted pairs that were found as what they are."""
        kinds = list(kinds)
        return sum(self.found[k] for k in kinds) / max(1, sum(self.planted[k] for k in kinds))

    def precision(self, relation: str) -> float:
        """The share of pairs said to be in a relation that are."""
        return self.right[relation] / max(1, self.right[relation] + self.wrong[relation])


def rows() -> Iterator[Row]:
    """Recall and precision by kind, then time and memory."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as alone:
        figures = alone.submit(measured, CASES).result()
    words = figures.words // CASES
    for relation, kinds, recall, precision in (
        ("duplicate", DUPLICATES, "98%", "98%"),
        ("related", RELATIVES, "80%", "90%"),
    ):
        told = sum(figures.planted[kind] for kind in kinds)
        note = f"{told:,} planted among {CASES:,} of {words:,} words"
        yield Row(f"{relation}: recall", f"{figures.recall(kinds):.1%}", recall, note)
        yield Row(f"{relation}: precision", f"{figures.precision(relation):.1%}", precision)
        for kind in kinds:
            told = f"{figures.found[kind]} of {figures.planted[kind]}"
            yield Row(f"  {kind}", f"{figures.recall([kind]):.1%}", "", told)
    whole = figures.profiling + figures.comparing
    new = figures.profiling_new + figures.comparing_new
    yield Row(
        "profiling and comparing all",
        f"{whole:.0f} s",
        "60 s",
        f"processor time of one core: {figures.profiling:.0f} s, {figures.comparing:.1f} s",
    )
    yield Row(
        f"{CASES // 15:,} new against the others",
        f"{new / whole:.1%}",
        "10%",
        f"{figures.profiling_new:.1f} s, {figures.comparing_new:.1f} s",
    )
    yield Row("memory", f"{figures.megabytes:,.0f} MB", "1,000 MB", "the process's peak, texts too")


def measured(cases: int) -> Figures:
    """Make reports, profile and compare them, once all and once the last of them alone."""
    figures, profiles, reports = Figures(), [], []
    late = cases - cases // 15
    for index in range(cases):
        made = report(index, _SEED)
        figures.words += len(made.text.split())
        start = time.process_time()
        profiles.append(profiled(made))
        took = time.process_time() - start
        figures.profiling += took
        figures.profiling_new += took if index >= late else 0
        # The texts themselves are not needed any more.
        reports.append(Report(made.pmcid, "", "", made.labels, made.authors, made.kind, made.of))
    start = time.process_time()
    found = relations_of(profiles, {one.pmcid for one in profiles})
    figures.comparing = time.process_time() - start
    start = time.process_time()
    relations_of(profiles, {one.pmcid for one in profiles[late:]})
    figures.comparing_new = time.process_time() - start
    judge(figures, reports, found)
    figures.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def profiled(made: Report) -> ProfiledCase:
    """The profile of a made report."""
    return profile(made.pmcid, made.text, made.prompt, made.labels, made.authors, Standing())


def relations_of(profiles: list[ProfiledCase], fresh: set[str]) -> dict[tuple[str, str], str]:
    """The relations of fresh cases with all, by PMCID, with the thresholds of a build."""
    default = Settings()
    at = Thresholds(default.duplicate_similarity, default.related_similarity)
    words = {one.pmcid: one for one in profiles}
    found = find_relations(profiles, fresh, lambda _: words, at)
    return {(profiles[i].pmcid, profiles[j].pmcid): told for (i, j), told in found.items()}


def judge(figures: Figures, reports: list[Report], found: dict[tuple[str, str], str]) -> None:
    """Count what was found of what was planted, and what else was said."""
    repeats = Forest(one.pmcid for one in reports)
    relatives = Forest(one.pmcid for one in reports)
    for one in reports:
        if one.of and one.kind in DUPLICATES:
            repeats.join(one.pmcid, one.of)
        if one.of and one.kind in (*DUPLICATES, *RELATIVES):
            relatives.join(one.pmcid, one.of)
    for one in reports:
        if one.of and one.kind in (*DUPLICATES, *RELATIVES):
            wanted = "duplicate" if one.kind in DUPLICATES else "related"
            figures.planted[one.kind] += 1
            pair = min(one.pmcid, one.of), max(one.pmcid, one.of)
            figures.found[one.kind] += found.get(pair) == wanted
    for (one, other), told in found.items():
        truth = repeats if told == "duplicate" else relatives
        is_so = truth.root(one) == truth.root(other)
        (figures.right if is_so else figures.wrong)[told] += 1
