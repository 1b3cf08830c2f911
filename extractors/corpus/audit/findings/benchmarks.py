"""Whether other benchmarks hold a row too, so that a model may have seen it."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.corpus.audit.findings import Corpus, Look, Trait
from extractors.corpus.audit.report import BENCHMARK, Finding
from extractors.corpus.contamination import Benchmark
from extractors.corpus.profiles import Wording

FINDINGS = (
    Finding(
        "in_a_benchmark",
        "Another benchmark holds the article, or half of the prompt's runs of words.",
        ("pmcid|text|case_prompt", BENCHMARK),
    ),
)


def across(corpus: Corpus) -> Iterator[Look]:
    """Each row in each benchmark."""
    for row in corpus.rows:
        held = [name for name, one in sorted(corpus.against.items()) if _holds(one, row)]
        if corpus.against:
            yield Look("in_a_benchmark", bool(held), ", ".join(held), place=row.place)


def _holds(benchmark: Benchmark, row: Trait) -> bool:
    if row.likeness is None:
        return row.pmcid in benchmark.pmcids
    runs = row.likeness.text_runs, row.likeness.prompt_runs
    return benchmark.holds(Wording(row.pmcid or "", *runs)) is not None
