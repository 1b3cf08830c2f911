"""What is wrong with a dataset keeps it at home, with a sentence that names it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.errors import CasebookError, UsageError
from flows.hub.card import CardFacts
from flows.hub.configs import data_files
from flows.hub.folder import OURS, finish_folder
from flows.hub.refusals import (
    require_as_built,
    require_ended,
    require_shareable,
    require_sound,
)
from flows.hub.start import start_from
from flows.warehouse.home import Home
from schemas.published import DEFAULT
from tests.fakes.running import RunningHub
from tests.flows.hub.conftest import QUICK, Publish

FACTS = CardFacts(
    release=1,
    arrived=30,
    not_wanted=0,
    funnel=(),
    verifier=None,
    verify_model=None,
    verify_prompt="verify-1",
    same_model=False,
    least_catch_rate=0.7,
    how_split="By hand.",
    contamination=(),
)
MADE_BY_HAND = {"data", "ledger.csv", "CHANGELOG.md"}


def doctored(home: Home, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A dataset as it would be written, had its rows been others."""
    shutil.copytree(home.dataset, folder)
    for name in OURS - MADE_BY_HAND:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in data_files(folder, DEFAULT):
        rows = pq.read_table(path).to_pylist()
        for row in rows:
            change(row)
        pq.write_table(pa.Table.from_pylist(rows, schema=DEFAULT.schema), path)
    finish_folder(folder, FACTS)
    return folder


def refused(folder: Path, **allowed: bool) -> str:
    allowed = {"loopback": True, "allow_rules": True} | allowed
    try:
        require_shareable(folder, **allowed)
        require_sound(folder, require_as_built(folder))
    except UsageError as error:
        return str(error)
    return "not refused"


def test_a_dataset_that_is_sound_is_not_refused(sample_home: Home, tmp_path: Path) -> None:
    folder = doctored(sample_home, tmp_path / "dataset", lambda row: None)
    assert require_shareable(folder, loopback=True, allow_rules=True).cases == 14
    assert require_sound(folder, require_as_built(folder)).rows == 14


def _no_derivatives(row: dict[str, Any]) -> None:
    row["licence"] = "CC BY-ND"


def _camel(row: dict[str, Any]) -> None:
    row["final_diagnosis"] = row["final_diagnosis"].replace(" ", "_") + "_"


def _gap(row: dict[str, Any]) -> None:
    row["diagnostic_reasoning"] = row["diagnostic_reasoning"].replace("2. ", "3. ", 1)


def _moved(row: dict[str, Any]) -> None:
    row["Unnamed: 0"] += 100


def _same(row: dict[str, Any]) -> None:
    row["Unnamed: 0"] = 1


def _shifted(row: dict[str, Any]) -> None:
    for span in row["statements"][0]["spans"]:
        span["start"] += 1


def _late(row: dict[str, Any]) -> None:
    row["breakpoint"] = 10


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_no_derivatives, "14 cases under CC BY-ND"),
        (_camel, "fails the check bad_label "),
        (_gap, "fails the check numbered "),
        (_moved, "fails the check ledger "),
        (_same, "fails the check unique "),
        (_shifted, "fails the check quote_not_in_text "),
        (_late, "fails the check numbers_differ "),
    ],
)
def test_rows_that_break_what_is_promised_are_refused(
    sample_home: Home, tmp_path: Path, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    assert says in refused(doctored(sample_home, tmp_path / "dataset", change))


def test_rules_and_fiction_are_not_for_everybody(sample_home: Home) -> None:
    assert "drafted by rules" in refused(sample_home.dataset, allow_rules=False)
    assert "holds fictional cases" in refused(sample_home.dataset, loopback=False)


def test_a_verifier_that_misses_faults_is_refused(sample_home: Home, tmp_path: Path) -> None:
    folder = doctored(sample_home, tmp_path / "dataset", lambda row: None)
    receipt = require_as_built(folder).model_copy(update={"catch_rate": 0.5})
    with pytest.raises(UsageError, match="caught 50% of the planted faults, not the 70%"):
        require_sound(folder, receipt)


def test_files_that_somebody_touched_are_refused(sample_home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    for path, do in (
        ("README.md", lambda p: p.write_text("mine")),
        ("data/val-00000-of-00001.parquet", lambda p: p.unlink()),
        ("data/more.parquet", lambda p: p.write_bytes(b"more")),
        ("build.json", lambda p: p.write_text("{}")),
    ):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sample_home.dataset, folder)
        do(folder / path)
        with pytest.raises(CasebookError, match=f"{path}.*build again"):
            require_as_built(folder)


def test_a_home_without_a_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `casebook build` first"):
        require_ended(Home(tmp_path), allow_incomplete=False)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: None,
        lambda text: b"".join(text.splitlines(keepends=True)[:6]),
        lambda text: text.replace(b",train,", b",val,", 1),
    ],
    ids=["removed", "cut", "edited"],
)
def test_a_ledger_that_no_build_wrote_moves_no_case(
    hub: RunningHub,
    repo: str,
    publish_to: Publish,
    releases: tuple[Home, Home],
    tmp_path: Path,
    damage: Callable[[bytes], bytes | None],
) -> None:
    first, second = releases
    publish_to(first)
    hub.admin.put(repo, {"ledger.csv": damage((first.dataset / "ledger.csv").read_bytes())})
    for go_on in (
        lambda: start_from(Home(tmp_path / "new"), repo, print, QUICK),
        lambda: publish_to(second),
    ):
        with pytest.raises(CasebookError, match=r"ledger\.csv of .* is not as a build wrote it"):
            go_on()
    assert not (tmp_path / "new" / "ledger.csv").exists()
    assert "0 changed" in publish_to(first)[0], "its own build mends it"
    publish_to(second)
