"""Datasets of others: where their rows lie, in which split, and what is said of garbage."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.datasets import Place, UnreadableSource, batches, columns, find_dataset
from tests.extractors.pmc.serving import QUICK
from tests.fakes.running import running_hub

ROWS = [{"pmcid": "PMC1", "text": "one\ntwo, “three”"}, {"pmcid": "PMC2", "text": None}]


def parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def rows_of(place: Place) -> list[dict[str, Any]]:
    return [
        {**row, "split": part.split}
        for part in place.parts
        for batch in batches(part, place.named)
        for row in batch.to_pylist()
    ]


def splits(place: Place) -> dict[str, str | None]:
    return {part.name: part.split for part in place.parts}


def test_every_form_holds_the_same_rows(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", ROWS)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "a.csv").write_text('pmcid,text\nPMC1,"one\ntwo, “three”"\nPMC2,\n')
    (tmp_path / "a.tsv").write_text('pmcid\ttext\nPMC1\t"one\ntwo, “three”"\nPMC2\t\n')
    for form in ("parquet", "jsonl", "csv", "tsv"):
        place = find_dataset(str(tmp_path / f"a.{form}"))
        assert rows_of(place) == [{**row, "split": None} for row in ROWS], form
        (part,) = place.parts
        assert columns(part, place.named).names == ["pmcid", "text"]
        (batch,) = batches(part, place.named, ["text", "nothing"])
        assert batch.column_names == ["text"]


def test_a_long_line_of_json_is_a_row(tmp_path: Path) -> None:
    long = {"pmcid": "PMC1", "text": "word " * 5_000_000}
    (tmp_path / "a.jsonl").write_text(json.dumps(long) + "\n" + json.dumps(ROWS[1]) + "\n")
    assert len(rows_of(find_dataset(str(tmp_path / "a.jsonl")))) == 2


def test_names_of_files_tell_the_splits(tmp_path: Path) -> None:
    for name in ("train-00000-of-00001", "validation", "test_1", "more"):
        parquet(tmp_path / f"{name}.parquet", ROWS)
    parquet(tmp_path / ".cache" / "x.parquet", ROWS)
    assert splits(find_dataset(str(tmp_path))) == {
        "more.parquet": None,
        "test_1.parquet": "test",
        "train-00000-of-00001.parquet": "train",
        "validation.parquet": "val",
    }


def test_the_folder_data_and_the_card_say_which_files_are_meant(tmp_path: Path) -> None:
    for name in ("data/train-0.parquet", "data/test-0.parquet", "sft/train-0.parquet"):
        parquet(tmp_path / name, ROWS)
    plain = {"data/test-0.parquet": "test", "data/train-0.parquet": "train"}
    assert splits(find_dataset(str(tmp_path))) == plain
    card = "---\nconfigs:\n- config_name: x\n  data_files: [{split: train, path: 'sft/*'}]\n"
    card += "- config_name: default\n  data_files: [{split: held, path: ['data/tr*']}]\n---\n"
    (tmp_path / "README.md").write_text(card)
    assert splits(find_dataset(str(tmp_path))) == {"data/train-0.parquet": "held"}
    (tmp_path / "README.md").write_text("---\n: [\n---\n")
    assert splits(find_dataset(str(tmp_path))) == plain


def test_a_home_is_its_dataset(tmp_path: Path) -> None:
    parquet(tmp_path / "dataset" / "data" / "train-0.parquet", ROWS)
    parquet(tmp_path / "shards" / "0001.parquet", ROWS)
    assert splits(find_dataset(str(tmp_path))) == {"data/train-0.parquet": "train"}


def test_a_repository_is_read_at_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    train = parquet(tmp_path / "train.parquet", ROWS).read_bytes()
    files = {"data/train-0.parquet": train, "x.bin": b"1", "ledger.csv": b"a"}
    with running_hub() as hub:
        hub.admin.put("some/cases", files)
        place = find_dataset("some/cases@main", hub.endpoint)
        assert re.fullmatch("[0-9a-f]{40}", place.revision or "")
        assert [row["split"] for row in rows_of(place)] == ["train", "train"]
        assert (place.root / "ledger.csv").read_bytes() == b"a"
        assert not (place.root / "x.bin").exists()
        hub.admin.plan(("hub.info", "503", 1))
        assert find_dataset("some/cases", hub.endpoint, QUICK).revision == place.revision
        with pytest.raises(UnreadableSource, match="no such revision"):
            find_dataset("some/cases@v9", hub.endpoint)
        with pytest.raises(UnreadableSource, match="neither a file nor a dataset"):
            find_dataset("some/others", hub.endpoint)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.parquet", b"PAR1 no", r"a\.parquet cannot be read \("),
        ("a.parquet", b"", r"a\.parquet cannot be read \("),
        ("a.csv", b"", r"a\.csv cannot be read \("),
        (
            "a.csv",
            b"pmcid,text\nPMC1\n",
            r"another number of cells than the head: line 2 has 1, not 2",
        ),
        ("a.jsonl", b"{", r"a\.jsonl cannot be read \("),
        ("a.jsonl", b"", r"a\.jsonl cannot be read \("),
        ("a.jsonl", b"\xff\xfe\x00", r"a\.jsonl cannot be read \("),
    ],
)
def test_garbage_is_said_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableSource, match=says) as said:
        rows_of(find_dataset(str(tmp_path / name)))
    assert "\n" not in str(said.value)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="is not there: no such file or folder"):
        find_dataset(str(tmp_path / "nowhere"))
    with pytest.raises(UnreadableSource, match="holds no Parquet, JSON-lines or CSV files"):
        find_dataset(str(tmp_path))


def test_rows_stand_though_others_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pmcid,text\nPMC1\nPMC2,two\n,,,\nPMC3,three\n")
    (tmp_path / "a.jsonl").write_text(
        '{"pmcid": "PMC2"}\n\n{"pmcid": "PMC3"}\n[1]\n{"pmcid": "PMC4"}'
    )
    for name, says in (("a.csv", "2 rows have another"), ("a.jsonl", "line 4 is JSON, but no")):
        (part,) = find_dataset(str(tmp_path / name)).parts
        read = batches(part, name)
        assert next(read).column("pmcid").to_pylist() == ["PMC2", "PMC3"]
        with pytest.raises(UnreadableSource, match=says):
            next(read)


def test_a_column_of_mixed_kinds_is_text(tmp_path: Path) -> None:
    mixed = [{"pmcid": 1, "text": {"a": [1]}}, {"pmcid": "PMC2", "text": "two"}, {"pmcid": None}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mixed))
    rows = rows_of(find_dataset(str(tmp_path / "a.jsonl")))
    assert [(row["pmcid"], row["text"]) for row in rows] == [
        ("1", '{"a": [1]}'),
        ("PMC2", "two"),
        (None, None),
    ]


def test_a_column_that_is_there_twice_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pmcid,text,pmcid\nPMC1,a,PMC1\n")
    with pytest.raises(UnreadableSource, match="it has more than one column pmcid"):
        rows_of(find_dataset(str(tmp_path / "a.csv")))
    pq.write_table(pa.table([["PMC1"], ["PMC1"]], names=["pmcid"] * 2), tmp_path / "a.parquet")
    with pytest.raises(UnreadableSource, match="it has more than one column pmcid"):
        rows_of(find_dataset(str(tmp_path / "a.parquet")))
