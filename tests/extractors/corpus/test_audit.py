"""What an audit finds in rows whose faults are known, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

import extractors.corpus.audit.findings as package
from extractors.checks import all_checks
from extractors.corpus.audit.findings import all_findings, all_kinds
from extractors.corpus.audit.findings.labels import is_squashed
from extractors.corpus.audit.judge import Batch, judge_batch, report_of
from extractors.corpus.audit.report import Outcome, Report
from extractors.corpus.audit.rows import Known
from extractors.corpus.audit.short import short
from extractors.corpus.audit.shown import as_json, as_lines, as_page
from schemas.settings import Settings
from tests.corpus_maker.reference import Planted, reference_rows

TYPES = {"Unnamed: 0": "int64"}
# What shows each planted fault, and in which unit it is counted.
SHOWN_BY = {
    "answer_in_prompt": ("leak", "rows"),
    "asks_answer": ("question", "rows"),
    "label_squashed": ("squashed", "rows"),
    "label_underscored": ("underscored", "rows"),
    "stops_apart": ("apart", "rows"),
    "quote_with_ellipsis": ("ellipsis", "quotes"),
    "quote_not_found": ("invented", "quotes"),
    "reason_without_quote": ("no_quote", "reasons"),
}

Rows = Sequence[Mapping[str, Any]]


def report(
    splits: Mapping[str | None, Rows],
    known: Mapping[str, Known] | None = None,
    named: str = "made",
    unread: Sequence[str] = (),
) -> Report:
    """The report on these rows, each split being a file."""
    names = dict.fromkeys(name for rows in splits.values() for row in rows for name in row)
    batches = [
        Batch(f"{split}.parquet", split, 1, rows, known or {}) for split, rows in splits.items()
    ]
    return report_of(
        named,
        None,
        map(judge_batch, batches),
        [("typed", {name: TYPES.get(name, "string") for name in names})],
        unread,
        duplicate_similarity=Settings().duplicate_similarity,
        related_similarity=Settings().related_similarity,
    )


def outcome(found: Report, name: str) -> Outcome:
    return next(each for each in found.outcomes if each.finding.name == name)


def hits(found: Report) -> dict[str, int]:
    return {each.finding.name: each.hits for each in found.outcomes if each.hits}


@pytest.fixture(scope="module")
def planted() -> tuple[Planted, list[dict[str, Any]]]:
    counts = Planted()
    return counts, list(reference_rows(160, 3, counts))


def test_faults_at_known_rates_are_reported_at_these_rates(
    planted: tuple[Planted, list[dict[str, Any]]],
) -> None:
    counts, rows = planted
    found = report({"train": rows[:120], "test": rows[120:]})
    for name, (fault, unit) in SHOWN_BY.items():
        of = getattr(counts, unit)
        seen = outcome(found, name)
        assert counts.faults[fault]
        assert (seen.judged, seen.finding.unit) == (of, unit)
        assert abs(seen.share - counts.faults[fault] / of) < 0.01, name
        assert len(seen.examples) == min(3, seen.rows)
    lacking = {each.finding.name: each.lacks for each in found.not_judged}
    assert lacking["prompt_past_breakpoint"] == ("prompt_spans", "breakpoint")
    assert lacking["licence"] == ("licence",)


def test_the_report_knows_no_order_of_rows_files_or_batches(
    planted: tuple[Planted, list[dict[str, Any]]],
) -> None:
    rows = planted[1][:40]
    mixed = Random(1).sample(rows, 30)
    one = report({"train": rows[:30], "test": rows[30:]})
    splits = {"test": rows[30:], "train": [row for row in mixed if row in rows[:30]]}
    splits["train"] += [row for row in rows[:30] if row not in mixed]
    assert as_page(report(splits)) == as_page(one)
    assert as_json(report(splits)) == as_json(one)


def test_every_file_of_the_package_has_findings_and_every_check_is_one() -> None:
    files = [path.stem for path in Path(package.__file__).parent.glob("[a-z]*.py")]
    assert len(all_kinds()) == len(files)
    assert all_findings().keys() >= {check.name for check in all_checks()}
    assert len(all_findings()) == sum(len(kind.findings) for kind in all_kinds())
    assert all(finding.says.endswith(".") for finding in all_findings().values())


def test_the_readme_names_what_is_required_and_what_is_not() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    told = readme.split("- **Required**")[1].split("The rest is told")[0]
    checks = {check.name for check in all_checks()}
    for finding in all_findings().values():
        if finding.name not in checks:
            assert (f"`{finding.name}`" in told) == finding.required, finding.name


GOOD = {
    "pmcid": "PMC1",
    "text": "The wrist swelled. No crystals were seen, fluid grew bacilli . It was tuberculosis.",
    "case_prompt": "The wrist swelled. No crystals were seen.",
    "diagnostic_reasoning": "1. Gout was out—“No crystals were seen”",
    "final_diagnosis": "tuberculosis",
}
FILLER = " ".join(f"word{number}" for number in range(80))


def test_quotes_are_looked_for_by_two_measures_in_text_and_prompt() -> None:
    reasons = "\n".join(
        f"{number}. A reason—“{quote}”"
        for number, quote in enumerate(
            (
                "No crystals were seen",
                "The wrist … fluid grew bacilli",
                "fluid grew bacilli. It was tuberculosis",
                "Never said anywhere",
            ),
            1,
        )
    )
    found = hits(report({None: [GOOD | {"diagnostic_reasoning": reasons}]}))
    assert {name: count for name, count in found.items() if name.startswith("quote")} == {
        "quote_not_contained": 3,
        "quote_not_found": 1,
        "quote_with_ellipsis": 1,
        "quote_not_contained_in_prompt": 3,
        "quote_not_found_in_prompt": 3,
    }


def test_labels_are_one_in_several_writings_or_part_of_longer_ones() -> None:
    labels = ("Giant cell tumour", "GiantCellTumour", "giant-cell tumour", "Tumour", "Gout")
    rows = [GOOD | {"pmcid": f"PMC{n}", "final_diagnosis": label} for n, label in enumerate(labels)]
    found = report({None: rows})
    variants, families = outcome(found, "label_variants"), outcome(found, "label_families")
    assert (variants.judged, variants.hits, variants.rows) == (3, 1, 3)
    assert variants.examples[0].evidence == (
        "Giant cell tumour | GiantCellTumour | giant-cell tumour"
    )
    assert (families.judged, families.hits) == (3, 1)
    assert families.examples[0].detail == "“Tumour” is part of 1 longer"


@pytest.mark.parametrize("label", ["AmeloblasticFibroma", "IgANephropathy", "NMDAReceptorDisease"])
def test_words_written_as_one_are_seen(label: str) -> None:
    assert is_squashed(label)


@pytest.mark.parametrize(
    "label", ["Gout", "McArdle", "MacLeod", "HIV", "Tay-Sachs", "IgG4 disease"]
)
def test_names_are_not_words_written_as_one(label: str) -> None:
    assert not is_squashed(label)


def test_splits_share_ids_labels_and_texts() -> None:
    rows = [GOOD | {"pmcid": f"PMC{n}", "text": f"{FILLER} {n}", "final_diagnosis": f"Gout {n}"}
            for n in range(4)]  # fmt: skip
    texts = [FILLER, FILLER.upper(), f"other {' '.join(reversed(FILLER.split()))}", "", ""]
    rows = [row | {"text": text} for row, text in zip(rows, texts, strict=False)]
    train = [rows[0], rows[2], rows[2]]
    test = [rows[1], rows[2] | {"text": "something else"}]
    found = report({"train": train, "test": test})
    assert outcome(found, "id_in_two_splits").hits == 1
    assert outcome(found, "id_twice").hits == 1
    assert outcome(found, "label_in_two_splits").hits == 1
    assert outcome(found, "duplicate_across_splits").hits == 2
    assert outcome(found, "duplicate_in_split").hits == 2
    failed = {each.finding.name for each in found.failed()}
    assert {"id_in_two_splits", "duplicate_across_splits"} < failed
    assert not {"id_twice", "label_in_two_splits", "duplicate_in_split"} & failed


def test_without_a_second_split_overlap_is_not_judged() -> None:
    found = report({None: [GOOD]})
    lacking = {each.finding.name: each.lacks for each in found.not_judged}
    assert lacking["id_in_two_splits"] == ("a second split",)


def test_a_column_of_splits_does_for_files() -> None:
    found = report({None: [GOOD | {"split": "train"}, GOOD | {"split": "test"}]})
    assert found.splits == (("train", 1), ("test", 1))
    assert outcome(found, "id_in_two_splits").hits == 1


def test_licences_and_retractions_are_judged_where_somebody_knows_them() -> None:
    rows = [GOOD | {"pmcid": n} for n in range(1, 5)]
    known = {
        "PMC1": Known("CC BY", retracted=False),
        "PMC2": Known("CC BY-NC-ND", retracted=False),
        "PMC3": Known(retracted=True),
    }
    found = report({None: rows}, known)
    assert (outcome(found, "licence").judged, hits(found)["retracted"]) == (2, 1)
    assert outcome(found, "licence").examples[0].place.name == "PMC2"


def test_values_of_wrong_kinds_are_told_and_the_rest_is_judged() -> None:
    row = GOOD | {"diagnostic_reasoning": {"a": 1}, "case_prompt": 7, "title": None, "pmcid": 12}
    found = report({None: [row, dict.fromkeys(GOOD)]})
    assert hits(found)["value_unusable"] == 1
    assert hits(found)["value_missing"] == 1
    assert outcome(found, "bad_label").judged == 1
    assert outcome(found, "value_missing").examples[0].place.name == "None.parquet row 2"
    empty = {each.finding.name: each for each in found.not_judged}["asks_answer"]
    assert (empty.lacks, empty.absent) == (("case_prompt",), False)


def test_what_a_dataset_says_cannot_become_part_of_the_page_or_move_the_terminal() -> None:
    nasty = "<script>alert(1)</script>\x1b[2J\r\u202e"
    row = dict.fromkeys((*GOOD, "licence", "title", "split", f"c{nasty}"), f"{nasty} _ ?")
    found = report({nasty: [row, GOOD]}, named=nasty, unread=(nasty,))
    page = as_page(found)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page
    shown = "\n".join(as_lines(found, 200))
    assert not {"\x1b", "\r", "\u202e"} & {*page, *shown}
    assert max(map(len, as_lines(found, 80))) == 80
    assert all(len(short(row["text"] * 100)) <= 240 for row in (row, GOOD))
