"""The command itself, killed and watched, and what others load of what it published."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.warehouse.home import Home
from schemas.published import REFERENCE_COLUMNS
from tests.fakes.hub.behaviour import ORGANISATION
from tests.fakes.running import RunningHub, running_hub

LOAD = """
import json, sys
from datasets import load_dataset
repo = sys.argv[1]
rows = {
    config: {split: list(part) for split, part in load_dataset(repo, config).items()}
    for config in ("default", "commercial", "statements", "sft")
}
core = load_dataset(repo, data_files="medcasereasoning_core.csv", split="train", revision="v1")
rows["core"] = {"all": list(core)}
json.dump(rows, sys.stdout)
"""


def command(hub: RunningHub, folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """`casebook publish` as somebody runs it, with a token and a folder of its own."""
    environment = {**os.environ, **hub.environment, "HF_HOME": str(folder / "hf")}
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "publish", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def home(sample_home: Home) -> Home:
    return sample_home


@pytest.fixture
def own_hub() -> Iterator[RunningHub]:
    """A Hub that has no large file of another test."""
    with running_hub() as running:
        yield running


def test_killed_in_mid_upload_it_leaves_nothing_and_the_next_run_finishes(
    own_hub: RunningHub, home: Home, tmp_path: Path
) -> None:
    hub, repo = own_hub, f"{ORGANISATION}/killed"
    hub.admin.plan(("storage.put", "stall", 100, 3))
    arguments = (repo, "--allow-rules", "--home", home.root)
    killed = command(hub, tmp_path, *arguments)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        counted = hub.admin.counts()
        if counted["hub.verify"] == 3 and counted["fault.stall"]:
            break
        time.sleep(0.05)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert hub.admin.repo(repo)["files"].keys() == {".gitattributes"}
    assert hub.admin.counts(reset=True)["hub.verify"] == 3

    hub.admin.plan()
    again = command(hub, tmp_path, *arguments)
    said, _ = again.communicate()
    assert said.endswith(f"published to {repo} as v1: 14 cases added, 0 removed, 0 changed\n")
    assert again.returncode == 0
    assert hub.token not in said
    large = [path for path in hub.admin.repo(repo)["files"] if path.endswith((".parquet", ".pqt"))]
    # What had arrived whole is not sent again.
    assert 0 < hub.admin.counts()["storage.put"] <= len(large) - 3
    assert [each["title"] for each in hub.admin.repo(repo)["commits"]][1:] == [
        "Release 1: 14 cases"
    ]
    written = [path for path in (tmp_path / "hf").rglob("*") if path.is_file()]
    written += [path for path in home.root.rglob("*") if path.is_file()]
    assert all(hub.token.encode() not in path.read_bytes() for path in written)

    environment = {**os.environ, **hub.environment, "HF_HOME": str(tmp_path / "hf")}
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, repo],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    _require_the_rows(json.loads(loaded.stdout))


def _require_the_rows(rows: dict[str, dict[str, list[dict[str, object]]]]) -> None:
    """As the readers of the reference are described: columns, numbering, ids."""
    cases = [row for part in rows["default"].values() for row in part]
    assert list(rows["default"]) == ["train", "val", "test"]
    names = [column.name for column in REFERENCE_COLUMNS]
    for case in cases:
        assert list(case)[:10] == names
        steps = re.split(r"\n(?=\d+\.)", str(case["diagnostic_reasoning"]))
        assert [int(step.split(".")[0]) for step in steps] == list(range(1, len(steps) + 1))
        assert re.fullmatch(r"PMC\d+", str(case["pmcid"]))
    assert len({case["Unnamed: 0"] for case in cases}) == len(cases) == 14
    core = rows["core"]["all"]
    assert [list(row) for row in core] == [[*names, "split"]] * 14
    assert [row["text"] for row in core] == [case["text"] for case in cases]
    assert {config: sum(map(len, by.values())) for config, by in rows.items()} == {
        "default": 14,
        "commercial": 12,
        "statements": sum(len(case["statements"]) for case in cases),
        "sft": 14,
        "core": 14,
    }


def test_a_refusal_is_one_sentence_and_an_exit_code(
    hub: RunningHub, repo: str, home: Home, tmp_path: Path
) -> None:
    ran = command(hub, tmp_path, repo, "--home", home.root)
    said, _ = ran.communicate()
    assert ran.returncode == 2
    assert said.count("\n") == 1
    assert said.startswith("casebook: 14 cases of ")
