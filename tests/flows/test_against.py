"""What other benchmarks hold is named, and never in test."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.corpus.contamination import UnreadableBenchmark, digest_of, read_benchmark
from extractors.corpus.profiles import Standing, profile
from flows.errors import UsageError
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from tests.flows.building import build


def splits(home: Path) -> dict[str, str]:
    return {e.pmcid: e.split for e in read_ledger(home / "ledger.csv") if e.left is None}


def test_what_another_benchmark_holds_is_named_and_never_in_test(
    sample_home: Home, tmp_path: Path
) -> None:
    before = splits(sample_home.root)
    rows = pq.read_table(sample_home.dataset / "data").to_pylist()
    prompts = {row["pmcid"]: row["case_prompt"] for row in rows}
    tested = sorted(pmcid for pmcid, split in before.items() if split == "test")
    by_id, by_words = tmp_path / "ids.txt", tmp_path / "questions.jsonl"
    by_id.write_text("\n".join([*tested, "PMC1"]))
    others = sorted(before.keys() - {*tested})[:3]
    asked = [{"question": prompts[pmcid].upper() + " What is it?"} for pmcid in others]
    by_words.write_text("\n".join(map(json.dumps, [*asked, {"question": "Too short."}])))

    build(tmp_path / "new", sample=True, against=(by_id, by_words))
    after = splits(tmp_path / "new")
    assert after.keys() == before.keys()
    assert "test" in after.values()
    assert not {after[pmcid] for pmcid in (*tested, *others)} & {"test"}
    card = (tmp_path / "new" / "dataset" / "README.md").read_text()
    assert f"| ids.txt | {len(tested)} | {len(tested)} | 0 | 0 | {', '.join(tested)} |" in card
    assert f"| questions.jsonl | 3 | 0 | 3 | 0 | {', '.join(others)} |" in card

    home = tmp_path / "old"
    build(home, sample=True)
    summary = build(home, sample=True, against=(by_id,))
    assert sorted(summary.removed) == tested
    left = {e.pmcid: e.left for e in read_ledger(home / "ledger.csv") if e.left}
    assert left == dict.fromkeys(tested, "contaminated")
    assert summary.funnel[-1].rejected["contaminated"] == len(tested)
    moved = by_id.rename(tmp_path / "ids").rename(tmp_path / "ids.txt")
    assert build(home, sample=True, against=(moved,)).done == {}
    build(home, sample=True)
    assert splits(home) == before


def test_files_of_many_forms_are_read(tmp_path: Path) -> None:
    told = " ".join(f"word{n}" for n in range(60))
    case = profile("PMC7", f"{told} and more", "A man came.", ["x"], ["A. B"], Standing())
    other = profile("PMC8", "Nothing of it.", "A man came.", ["x"], ["A. B"], Standing())
    pq.write_table(pa.table({"id": [1], "case_prompt": [told]}), tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text(f'n,Text\n1,"{told}, again"\n')
    (tmp_path / "c.json").write_text(json.dumps([{"prompt": told}]))
    (tmp_path / "d.txt").write_text(f"{told}\n")
    (tmp_path / "e.csv").write_text("pmcid,label\nPMC7,x\n")
    for path in sorted(tmp_path.iterdir()):
        benchmark = read_benchmark(path, digest_of(path))
        assert benchmark.holds(case) == ("pmcid" if path.name == "e.csv" else "words"), path  # type: ignore[arg-type]
        assert benchmark.holds(other) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("none.csv", None, "No such file"),
        ("bad.jsonl", b"{", "bad.jsonl cannot be compared against"),
        ("bad.parquet", b"PAR", "bad.parquet cannot be compared against"),
        ("bytes.txt", b"\xff\xfe\x00", "bytes.txt cannot be compared against"),
        ("empty.csv", b"a,b\n1,2\n", "name a column pmcid"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_usage(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=why):
        build(tmp_path / "home", sample=True, against=(tmp_path / name,))
    assert not (tmp_path / "home" / "dataset").exists()
    with pytest.raises(UnreadableBenchmark, match=name):
        read_benchmark(tmp_path / name, digest_of(tmp_path / name))
