"""What lies in a dataset folder is what its card, its Croissant and the reference's readers say."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from flows.hub.configs import data_files
from flows.hub.features import features
from flows.hub.folder import OURS, RECEIPT
from flows.hub.refusals import require_as_built, require_sound
from flows.warehouse.files import folder_digests
from flows.warehouse.home import Home
from schemas.published import COMMERCIAL, CONFIGS, DEFAULT, REFERENCE_COLUMNS
from tests.flows.hub.test_refusals import doctored

SPLITS = ["train", "val", "test"]


@pytest.fixture
def folder(sample_home: Home) -> Path:
    return sample_home.dataset


def rows(folder: Path, config: str) -> list[dict[str, Any]]:
    named = next(each for each in CONFIGS if each.name == config)
    return [r for path in data_files(folder, named) for r in pq.read_table(path).to_pylist()]


def metadata(folder: Path) -> dict[str, Any]:
    head = (folder / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    told: dict[str, Any] = yaml.safe_load(head)
    return told


def test_the_card_tells_the_columns_and_rows_that_the_files_have(folder: Path) -> None:
    told = metadata(folder)
    for config, files, info in zip(CONFIGS, told["configs"], told["dataset_info"], strict=True):
        assert files["config_name"] == info["config_name"] == config.name
        assert info["features"] == features(config.schema)
        for entry in files["data_files"]:
            found = sorted(folder.glob(entry["path"]))
            assert [pq.read_schema(path) for path in found] == [config.schema] * len(found)
            assert sum(pq.read_metadata(path).num_rows for path in found) > 0


def test_what_has_no_rows_is_not_offered_since_readers_fail_on_it(
    sample_home: Home, tmp_path: Path
) -> None:
    def not_to_be_sold(row: dict[str, Any]) -> None:
        row["licence"] = "CC BY-NC"

    made = doctored(sample_home, tmp_path / "dataset", not_to_be_sold)
    told = metadata(made)
    for named in (told["configs"], told["dataset_info"]):
        assert [each["config_name"] for each in named] == ["default", "statements", "sft"]
    assert '"commercial", split' not in (made / "README.md").read_text(encoding="utf-8")
    require_sound(made, require_as_built(made))


def test_the_features_are_those_that_datasets_makes_of_the_schema() -> None:
    from datasets import Features

    for config in CONFIGS:
        assert features(config.schema) == Features.from_arrow_schema(config.schema)._to_yaml_list()


def test_the_commercial_config_holds_the_cases_that_may_be_sold(folder: Path) -> None:
    cases = rows(folder, "default")
    kept = rows(folder, "commercial")
    assert 0 < len(kept) < len(cases)
    assert kept == [case for case in cases if case["licence"] in COMMERCIAL]


def test_the_statements_config_has_one_row_a_reason_with_its_place(folder: Path) -> None:
    cases = {case["pmcid"]: case for case in rows(folder, "default")}
    reasons = rows(folder, "statements")
    assert len(reasons) == sum(len(case["statements"]) for case in cases.values())
    for reason in reasons:
        case = cases[reason["pmcid"]]
        assert case["statements"][reason["position"] - 1]["claim"] == reason["claim"]
        for span in reason["spans"]:
            assert case["text"][span["start"] : span["end"]]


def test_a_conversation_is_prompt_then_reasons_then_diagnosis(folder: Path) -> None:
    for case, chat in zip(rows(folder, "default"), rows(folder, "sft"), strict=True):
        user, assistant = chat["messages"]
        assert user == {"role": "user", "content": case["case_prompt"]}
        told = re.fullmatch(
            r"<think>\n(.*)\n</think>\n<answer>(.*)</answer>", assistant["content"], re.S
        )
        assert told
        assert told.groups() == (case["diagnostic_reasoning"], case["final_diagnosis"])


def test_the_readers_of_the_reference_read_every_row(folder: Path) -> None:
    """Written from how the reference's readers are described, over what they would open."""
    names = [column.name for column in REFERENCE_COLUMNS]
    numbers = []
    for path in data_files(folder, DEFAULT):
        assert pq.read_schema(path).names[:10] == names
    for row in rows(folder, "default"):
        steps = re.split(r"\n(?=\d+\.)", row["diagnostic_reasoning"])
        assert [int(step.split(".")[0]) for step in steps] == list(range(1, len(steps) + 1))
        assert re.fullmatch(r"PMC\d+", row["pmcid"])
        numbers.append(row["Unnamed: 0"])
    assert len(set(numbers)) == len(numbers) > 0


def test_the_core_files_hold_ten_columns_and_the_split(folder: Path) -> None:
    names = [*(column.name for column in REFERENCE_COLUMNS), "split"]
    table = pq.read_table(folder / "medcasereasoning_core.pqt")
    with (folder / "medcasereasoning_core.csv").open(newline="", encoding="utf-8") as text:
        limit = csv.field_size_limit(10**9)
        read = list(csv.DictReader(text))
        csv.field_size_limit(limit)
    assert table.column_names == list(read[0]) == names
    told = [
        {n: str(v or "") if n != "Unnamed: 0" else str(v) for n, v in row.items()}
        for row in table.to_pylist()
    ]
    assert told == read
    assert [row["split"] for row in read] == sorted(
        (row["split"] for row in read), key=SPLITS.index
    )


def test_the_receipt_names_every_file_with_its_digest(folder: Path) -> None:
    receipt = json.loads((folder / RECEIPT).read_text())
    found = folder_digests(folder)
    found.pop(RECEIPT)
    assert (receipt["release"], receipt["files"]) == (1, found)
    assert {path.name for path in folder.iterdir()} == OURS


def test_the_croissant_names_every_file_and_column(folder: Path) -> None:
    told = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    found = folder_digests(folder)
    for part in told["distribution"]:
        if part["@type"] == "cr:FileObject":
            assert part["sha256"] == found[part["contentUrl"]]
        else:
            assert list(folder.glob(part["includes"]))
    for config, records in zip(CONFIGS, told["recordSet"], strict=True):
        columns = [field["source"]["extract"]["column"] for field in _leaves(records["field"])]
        assert list(dict.fromkeys(columns)) == config.schema.names


def _leaves(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        leaf
        for field in fields
        for leaf in (_leaves(field["subField"]) if "subField" in field else [field])
    ]


def test_mlcroissant_takes_the_metadata_and_reads_the_rows(folder: Path) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(folder / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    chats = list(dataset.records("sft"))
    assert len(chats) == len(rows(folder, "sft")) == 14
    assert {chat["sft/pmcid"].decode() for chat in chats} == {
        case["pmcid"] for case in rows(folder, "default")
    }
