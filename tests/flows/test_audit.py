"""`casebook audit` as a person types it: garbage in, damage found, nothing but its verdict out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from extractors.datasets import find_dataset
from flows.auditing import BATCH, Reading
from flows.warehouse.home import Home
from schemas.published import REFERENCE_COLUMNS
from tests.fakes.running import running_hub
from tests.flows.typed import Said, Typed

TEN = [column.name for column in REFERENCE_COLUMNS]
_TOLD = "The wrist swelled. No crystals were seen. " + "A day passed. " * 20
ROW = {
    "pmcid": "PMC9000000001",
    "text": f"{_TOLD}It was tuberculous tenosynovitis.",
    "case_prompt": _TOLD,
    "diagnostic_reasoning": "1. Gout was out—“No crystals were seen”",
    "final_diagnosis": "tuberculous tenosynovitis",
}


class Audited(Said):
    """What `casebook audit` said."""

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def hits(self) -> dict[str, int]:
        return {each["name"]: each["hits"] for each in self.report["findings"] if each["hits"]}


Audit = Callable[..., Audited]


@pytest.fixture
def audit(typed: Typed) -> Audit:
    """The command itself."""
    return lambda *arguments: Audited(*dataclasses.astuple(typed("audit", *arguments)))


def parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def sample_rows(home: Home) -> dict[str, list[dict[str, Any]]]:
    files = sorted((home.dataset / "data").glob("*.parquet"))
    return {file.name: pq.read_table(file).to_pylist() for file in files}


def test_our_own_dataset_passes_and_so_do_its_ten_columns_as_csv(
    audit: Audit, sample_home: Home, tmp_path: Path
) -> None:
    whole = audit(sample_home.root, "--home", sample_home.root, "--json")
    not_judged = [each["name"] for each in whole.report["not_judged"]]
    assert (whole.code, whole.err, not_judged) == (0, "", ["in_a_benchmark"])
    table = pa.concat_tables(
        pq.read_table(file).select(TEN) for file in (sample_home.dataset / "data").iterdir()
    )
    pyarrow.csv.write_csv(table, tmp_path / "all.csv")
    bare = audit(tmp_path / "all.csv", "--json")
    assert (bare.code, bare.err, bare.report["rows"]) == (0, "", whole.report["rows"])
    lacking = {each["name"]: each["lacks"] for each in bare.report["not_judged"]}
    assert lacking["quote_not_in_text"] == ["statements"]
    assert lacking["licence"] == ["licence"]


def test_damage_done_by_hand_is_found(audit: Audit, sample_home: Home, tmp_path: Path) -> None:
    files = sample_rows(sample_home)
    train, test = (next(rows for name, rows in files.items() if s in name) for s in ("tr", "te"))
    train[0]["case_prompt"] += f" It looked like {train[0]['final_diagnosis']}."
    train[1]["final_diagnosis"] = train[1]["final_diagnosis"].title().replace(" ", "")
    reasoning = train[2]["diagnostic_reasoning"]
    train[2]["diagnostic_reasoning"] = reasoning.replace("—“", "—“Quokkas ambled by and ", 1)
    test.append(train[3] | {"pmcid": "PMC9000000999"})
    train[4]["licence"] = "CC BY-ND"
    for name, rows in files.items():
        lines(tmp_path / f"{name}.jsonl", rows)
    said = audit(tmp_path, "--json")
    assert said.code == 1
    assert set(said.report["failed"]) == {
        "answer_in_prompt",
        "bad_label",
        "quote_not_found",
        "duplicate_across_splits",
        "licence",
        "unfaithful_prompt",
    }
    assert said.hits["label_squashed"] == 1
    assert said.err.startswith("casebook: required, and violated: answer_in_prompt 1, bad_label 1")


def test_a_home_and_metadata_tell_licences_and_retractions(
    audit: Audit, sample_home: Home, tmp_path: Path
) -> None:
    retracted, barred = (ROW | {"pmcid": f"PMC90000000{n}"} for n in ("15", "16"))
    parquet(tmp_path / "a.parquet", [ROW, retracted, barred])
    by_home = audit(tmp_path / "a.parquet", "--home", sample_home.root, "--json")
    assert {"retracted", "licence"} <= set(by_home.report["failed"])
    sample = Path(__file__).parents[2] / "data" / "sample"
    by_metadata = audit(tmp_path / "a.parquet", "--metadata", sample, "--json")
    assert by_metadata.hits["retracted"] == 1
    assert by_metadata.hits["licence"] == 1


def test_any_finding_can_be_required(audit: Audit, tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", [ROW, ROW | {"pmcid": "PMC9000000002"}])
    assert audit(file, "--fail-on", "id_unusual").code == 0
    said = audit(file, "--fail-on", "duplicate_in_split")
    assert (said.code, said.err) == (1, "casebook: required, and violated: duplicate_in_split 2\n")
    said = audit(file, "--fail-on", "retracted")
    assert (said.code, "not judged, though --fail-on names it: retracted" in said.err) == (3, True)
    said = audit(file, "--fail-on", "leak")
    assert said.code == 2
    assert (
        "there is no check 'leak': there are answer_in_prompt, asks_answer, bad_label" in said.err
    )


def test_the_page_is_one_file_and_worker_processes_leave_no_trace(
    audit: Audit, tmp_path: Path
) -> None:
    texts = [" ".join(f"w{n}x{k}" for k in range(80)) for n in range(410)]
    told = {"title": "<b>x", "final_diagnosis": "gout_x"}
    rows = [
        ROW | told | {"pmcid": f"PMC{n}", "text": text, "case_prompt": text}
        for n, text in enumerate(texts)
    ]
    file = parquet(tmp_path / "a.parquet", rows)
    pages = []
    for workers in (1, 2):
        audit(file, "--html", tmp_path / "a.html", "--workers", workers)
        pages.append((tmp_path / "a.html").read_text())
    assert pages[0] == pages[1]
    assert "410 of 410 rows" in pages[0]
    assert "by the same measure as <code>quote_not_found</code>" in pages[0]
    assert "<b>x" not in pages[0]


def garbage(folder: Path) -> dict[str, tuple[Path, int, str]]:
    """Each kind of garbage with the exit code and the sentence it is to get."""
    odd = "pmcid,final_diagnosis\nPMC1,Gout_x\nPMC2\nPMC3,Gout\n"
    texts = {
        "empty.csv": (b"", 1, "cannot be read (Empty CSV file)"),
        "empty.jsonl": (b"", 1, "cannot be read (it holds no rows)"),
        "empty.parquet": (b"", 1, "cannot be read ("),
        "head.csv": (b"pmcid,text\n", 1, "head.csv holds no rows"),
        "other.csv": (b"a,b\n1,2\n", 1, "has none of the columns pmcid, text, case_prompt"),
        "odd.csv": (
            odd.encode(),
            1,
            "cannot be read, but for 2 rows (1 row has another number of cells",
        ),
        "latin.csv": ("pmcid,text\nPMC1,caf\xe9\n".encode("latin-1"), 1, "invalid UTF8"),
        "bytes.jsonl": (b"\xff\xfe\x00\x01", 1, "line 1 is no JSON"),
        "list.jsonl": (b"[1]\n", 1, "line 1 is JSON, but no object"),
        "image.parquet": (b"\x89PNG\r\n" * 9, 1, "cannot be read ("),
        "array.json": (b"[]", 1, "name it by what it holds"),
        "names.txt": (b"PMC1\n", 1, "so there is nothing to judge; it has PMC1"),
    }
    made = {}
    for name, (content, code, says) in texts.items():
        (folder / name).write_bytes(content)
        made[name] = (folder / name, code, says)
    parquet(folder / "split" / "train.parquet", [ROW])
    (folder / "split" / "test.parquet").write_bytes(b"PAR1")
    (folder / "nothing").mkdir()
    return made | {
        "split": (folder / "split", 3, "cannot be read in test.parquet ("),
        "nothing": (folder / "nothing", 2, "holds no Parquet, JSON-lines or CSV files"),
        "nowhere": (folder / "nowhere", 2, "is not there: no such file or folder"),
    }


def test_garbage_gets_one_clear_sentence(audit: Audit, tmp_path: Path) -> None:
    for path, code, says in garbage(tmp_path).values():
        said = audit(path)
        assert (path.name, said.code) == (path.name, code)
        sentence = said.err.splitlines()[0]
        assert sentence.startswith(f"casebook: {path}")
        assert says in sentence
        assert len(said.err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("rows", "hits"),
    [
        ([{"pmcid": 7, "final_diagnosis": "Gout_x"}], {"bad_label", "column_type"}),
        ([ROW | {"diagnostic_reasoning": {"a": 1}}], {"column_type", "value_unusable"}),
        ([ROW, dict.fromkeys(ROW)], {"value_missing"}),
        ([{"case_prompt": 5.5, "pmcid": "PMC1"}], {"column_type", "value_unusable"}),
        ([ROW | {"statements": [{"claim": "a"}], "breakpoint": -4}], {"value_unusable"}),
        ([ROW | {"statements": "[{", "prompt_spans": [1]}], {"value_unusable"}),
    ],
)
def test_what_has_a_wrong_form_is_told_and_the_rest_is_judged(
    rows: list[dict[str, Any]], hits: set[str], audit: Audit, tmp_path: Path
) -> None:
    for file in (parquet(tmp_path / "a.parquet", rows), lines(tmp_path / "a.jsonl", rows)):
        said = audit(file, "--json")
        assert said.code == 1
        assert hits <= set(said.report["failed"])
        assert said.report["rows"] == len(rows)


def test_a_dataset_on_the_hub_is_audited_and_one_that_is_not_there_is_said(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = parquet(tmp_path / "a" / "train.parquet", [ROW]).read_bytes()
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with running_hub() as hub:
        hub.admin.put("someone/cases", {"train.parquet": data})
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        said = audit("someone/cases@main", "--json")
        assert (said.code, said.report["splits"]) == (0, {"train": 1})
        assert len(said.report["revision"]) == 40
        said = audit("someone/else")
        assert said.code == 2
        assert "someone/else is neither a file nor a dataset on the Hub" in said.err
        said = audit("someone/cases@v2")
        assert (said.code, "has no such revision on the Hub" in said.err) == (2, True)


def test_what_a_benchmark_holds_too_is_told(audit: Audit, tmp_path: Path) -> None:
    benchmark = tmp_path / "exam.txt"
    rows = [ROW, {**ROW, "pmcid": "PMC9000000002"}]
    data = lines(tmp_path / "rows.jsonl", rows)
    benchmark.write_text("PMC9000000002\nPMC9000000009\n")
    assert audit(data, "--json", "--against", benchmark).hits["in_a_benchmark"] == 1
    benchmark.write_text("The other ankle was warm. " * 2 + " ".join(map(str, range(90))))
    assert "in_a_benchmark" not in audit(data, "--json", "--against", benchmark).hits
    said = audit(data, "--against", tmp_path / "nowhere.txt")
    assert said.code == 2
    assert "nowhere.txt cannot be compared against: No such file" in said.err


def test_what_is_kept_in_memory_has_a_bound(tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", [ROW] * (2 * BATCH + 1))
    reading = Reading(find_dataset(str(file)), {}, most=BATCH)
    assert [len(batch.rows) for batch in reading.batches()] == [BATCH]
    assert reading.unread == [f"{file}: only {BATCH} rows were judged"]


def test_the_flows_state_is_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from flows.audit_dataset import audit_dataset

    file = str(parquet(tmp_path / "a.parquet", [ROW]))
    for fail_on, state in (((), "Completed"), (("column_missing",), "Failed")):
        assert audit_dataset.fn(file, fail_on=fail_on).name == state
    assert audit_dataset.fn(file, fail_on=("retracted",)).name == "Incomplete"
    assert "column_missing 5" in capsys.readouterr().err
