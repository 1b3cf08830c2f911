"""What breaks a build: kills, damage, two at once, a full or read-only disk. And the way back."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.commands.settings import load_settings
from flows.commands.status import status_of
from flows.errors import CasebookError, Damaged, HomeBusy
from flows.stages import ORDER, read
from flows.survey import survey
from flows.warehouse.home import Home
from schemas.selector import Selector
from tests.flows.building import build, data_digests, folder_of

ROOT = Path(__file__).parents[2]
BUILD = """
import sys
from pathlib import Path
if __name__ == "__main__":
    from tests.flows.building import build
    build(Path(sys.argv[1]), sample=True, shard_size=3, workers=2)
"""


def start_build(home: Path, script: Path, **variables: str) -> subprocess.Popen[bytes]:
    """A build of the sample by stages, in a process that can be killed."""
    script.write_text(BUILD)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, str(script), str(home)]
    return subprocess.Popen(command, env=environment, cwd=script.parent, start_new_session=True)


def alive_in_session(session: int) -> list[int]:
    """The processes of a session that are not yet dead."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def finished(home: Path) -> set[Path]:
    return set((home / "shards").glob("*/[!.]*"))


@pytest.mark.timeout(200)
def test_a_build_that_is_killed_is_finished_by_the_next_with_the_same_bytes(
    sample_home: Home, tmp_path: Path
) -> None:
    home, pick = tmp_path / "home", random.Random(20261120)
    for _ in range(2):
        process = start_build(home, tmp_path / "build.py")
        time.sleep(2.0 + 2.5 * pick.random())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + 5
        while alive_in_session(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not alive_in_session(process.pid)
    before = {path: path.stat().st_mtime_ns for path in finished(home) if "capture" in path.parts}
    build(home, sample=True, shard_size=3)
    assert data_digests(home) == data_digests(sample_home.root)
    assert not list(home.rglob(".casebook-draft-*"))
    assert all(path.stat().st_mtime_ns == made for path, made in before.items())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[dict[str, Any]]]:
    """A home built elsewhere, with another locale, time zone and hash seed, and what was seen."""
    folder = tmp_path_factory.mktemp("watched")
    home, seen = Home(folder / "home"), []
    elsewhere = {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"}
    process = start_build(home.root, folder / "build.py", **elsewhere)
    while process.poll() is None:
        if home.catalogue.exists():
            seen.append(status_of(home))
        time.sleep(0.2)
    assert process.returncode == 0
    return home, seen


def test_status_adds_up_while_a_build_runs(watched: tuple[Home, list[dict[str, Any]]]) -> None:
    for report in watched[1]:
        states = dict(report["articles"])
        assert states.pop("arrived") == sum(states.values()) == 30
    assert any(r["state"] == "building" and "in_progress" in r["articles"] for r in watched[1])


def test_place_runs_watchers_locale_and_hash_seed_leave_no_trace(
    sample_home: Home, watched: tuple[Home, list[dict[str, Any]]]
) -> None:
    assert data_digests(watched[0].root) == data_digests(sample_home.root)


def test_the_second_build_at_once_says_who_holds_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.locked(), pytest.raises(HomeBusy, match=f"process {os.getpid()} on"):
        build(home.root, xml=folder_of(tmp_path / "xml", (1,)))
    assert build(home.root, xml=tmp_path / "xml").state == "complete"


def test_a_version_that_is_raised_runs_that_stage_and_those_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "xml", (1, 3, 15))
    build(tmp_path / "home", xml=folder)
    raised = _with_other_rows(read.STAGE)
    _replace_stage(monkeypatch, raised)
    summary = build(tmp_path / "home", xml=folder)
    later = {"read", "select", "extract", "ground", "check", "profile", "compare", "dedupe"}
    later |= {"split", "write"}
    assert summary.done.keys() >= {"read", "select", "extract"}
    assert summary.done.keys() <= later


def _with_other_rows(stage):  # type: ignore[no-untyped-def]
    import dataclasses

    def run(inputs, parameters):  # type: ignore[no-untyped-def]
        made = stage.run(inputs, parameters)
        made.rows = [dataclasses.replace(row, journal=row.journal + ".") for row in made.rows]
        return made

    return dataclasses.replace(stage, version=stage.version + 1, run=run)


def _replace_stage(monkeypatch: pytest.MonkeyPatch, stage) -> None:  # type: ignore[no-untyped-def]
    from flows import stages

    changed = tuple(stage if old.name == stage.name else old for old in ORDER)
    monkeypatch.setattr("flows.stages.ORDER", changed)
    monkeypatch.setitem(stages.STAGES, stage.name, stage)
    monkeypatch.setattr(read, "STAGE", stage)


def test_a_deleted_or_damaged_catalogue_is_made_anew(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    build(home.root, sample=True)
    before = status_of(home)
    home.catalogue.unlink()
    assert status_of(home) == before
    home.catalogue.write_bytes(home.catalogue.read_bytes()[:5000])
    assert status_of(home) == before
    home.catalogue.write_bytes(b"not a database")
    assert status_of(home) == before
    duckdb.connect(str(home.catalogue), read_only=True).close()


@pytest.mark.parametrize("stage", ["capture", "read", "check"])
@pytest.mark.parametrize("harm", ["cut", "flip", "no result.json"])
def test_a_damaged_shard_is_set_aside_and_made_again(tmp_path: Path, stage: str, harm: str) -> None:
    folder = folder_of(tmp_path / "xml", (1, 3, 4, 15, 22))
    home = tmp_path / "home"
    build(home, xml=folder)
    before = data_digests(home)
    (result,) = (home / "shards" / stage).glob("[!.]*")
    rows = result / "rows.parquet"
    content = rows.read_bytes()
    if harm == "cut":
        rows.write_bytes(content[:-10])
    elif harm == "flip":
        middle = len(content) // 2
        rows.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        (folder / "new.xml").write_text("<article/>")
    else:
        (result / "result.json").unlink()
    if harm == "flip" and stage != "check":
        _drop_later(home, stage)
    with contextlib.suppress(Damaged):
        build(home, xml=folder)
    build(home, xml=folder)
    assert data_digests(home) == before
    assert (home / "damaged" / stage / result.name).is_dir()


def _drop_later(home: Path, stage: str) -> None:
    """Make the build read the rows of a stage again."""
    import shutil

    following = {"capture": "fetch", "read": "select"}[stage]
    shutil.rmtree(home / "shards" / following)


def test_a_lost_ledger_is_taken_from_beside_the_dataset(tmp_path: Path) -> None:
    build(tmp_path / "home", sample=True)
    before = (tmp_path / "home" / "ledger.csv").read_bytes()
    (tmp_path / "home" / "ledger.csv").unlink()
    build(tmp_path / "home", sample=True)
    assert (tmp_path / "home" / "ledger.csv").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"pmcid,number\n", b"\xff\xfe", "short", None])
def test_a_ledger_that_is_damaged_stops_the_build_before_anyone_moves(
    tmp_path: Path, content: bytes | str | None
) -> None:
    build(tmp_path / "home", sample=True)
    ledger = tmp_path / "home" / "ledger.csv"
    if content == "short":
        content = b"".join(ledger.read_bytes().splitlines(keepends=True)[:4])
    if content is None:
        lines = ledger.read_bytes().splitlines(keepends=True)
        content = b"".join([*lines, lines[-1]])
    ledger.write_bytes(content)
    with pytest.raises(CasebookError, match=r"ledger\.csv"):
        build(tmp_path / "home", sample=True)
    assert ledger.read_bytes() == content


def test_the_survey_of_a_damaged_home_finds_work(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1, 3, 4))
    build(tmp_path / "home", xml=folder)
    home, selector = Home(tmp_path / "home"), Selector(xml=folder)
    settings = load_settings(selector, home=home.root, workers=1)
    assert survey(home, selector, settings, print).nothing_to_do
    (rows,) = home.store.root.glob("capture/*/rows.parquet")
    content = rows.read_bytes()
    rows.write_bytes(content[:-20] + bytes(20))
    assert not survey(home, selector, settings, print).nothing_to_do
    before = data_digests(home.root)
    for _ in range(2):
        with contextlib.suppress(Damaged):
            build(home.root, xml=folder)
    assert data_digests(home.root) == before


def test_a_lock_is_taken_in_spite_of_those_who_look(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        pass
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            home.is_locked()

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(200):
        with home.locked():
            pass
    stop.set()
    watcher.join()


def test_a_deleted_dataset_is_written_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    build(home, sample=True)
    before = data_digests(home)
    next((home / "dataset" / "data").glob("train*")).unlink()
    assert build(home, sample=True).done == {"write": 1}
    assert data_digests(home) == before


def test_a_full_disk_is_one_sentence_and_the_next_build_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "full.py"
    script.write_text(
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tests.flows.building import build\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "build(Path(sys.argv[1]), sample=True)\n"
    )
    home = tmp_path / "home"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, str(script), str(home)], env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert "free some" in ran.stderr.splitlines()[-1]
    assert build(home, sample=True).state == "complete"
