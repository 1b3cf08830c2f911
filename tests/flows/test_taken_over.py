"""A published dataset is built again: the same splits and numbers, and who left and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.commands.status import query, status_of
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from tests.fakes.running import RunningFakes, RunningHub, running_fakes, running_hub
from tests.flows.building import build
from tests.flows.datasets import read, reference, rows
from tests.flows.test_splits import splits

REPO = "a/reference"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningFakes]:
    with running_fakes(
        articles=60, today=date.today(), seed=4, clean=True, settings={"limits": None}
    ) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CASEBOOK_EMAIL", "somebody@example.org")
        yield running


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunningHub]:
    with running_hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        yield running


def published(pmcids: list[str]) -> tuple[dict[str, tuple[str, int]], dict[str, bytes]]:
    """A dataset in the shape of the reference: where each id is, and the files."""
    given = [
        {**reference(row), "pmcid": p} for row, p in zip(rows(len(pmcids)), pmcids, strict=True)
    ]
    held: dict[str, list[dict[str, Any]]] = {"train": [], "val": [], "test": []}
    for row in given[::-1]:
        row["Unnamed: 0"] += 500
        held[("train", "train", "val", "test")[row["Unnamed: 0"] % 4]].append(row)
    files = {}
    for split, members in held.items():
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(members), sink)
        files[f"data/{split}-00000-of-00001.parquet"] = sink.getvalue().to_pybytes()
    where = {r["pmcid"]: (split, r["Unnamed: 0"]) for split, own in held.items() for r in own}
    return where, files


def test_a_published_dataset_is_rebuilt_with_its_splits_and_a_table_of_who_left(
    fakes: RunningFakes, hub: RunningHub, tmp_path: Path
) -> None:
    known = [article["pmcid"] for article in fakes.admin.articles()]
    before, files = published([*known[:40], "PMC9000999999"])
    hub.admin.put(REPO, files)
    fakes.admin.retract(known[0])
    fakes.admin.relicense(known[1], "CC BY-ND")
    home = Home(tmp_path / "home")
    summary = build(home.root, pmcids=REPO, like=f"{REPO}@main")
    assert summary.state == "complete", summary.pending
    after = {pmcid: (s, row["Unnamed: 0"]) for pmcid, (s, row) in read(home.dataset).items()}
    assert len(after) > 10
    assert after == {pmcid: before[pmcid] for pmcid in after}
    left = {entry.pmcid: entry.left for entry in read_ledger(home.ledger) if entry.left}
    told = {r["article"]: r["reason"] for r in query(home, "SELECT article, reason FROM rejects")}
    assert left == {pmcid: told[pmcid] for pmcid in before.keys() - after.keys()}
    assert (left[known[0]], left[known[1]]) == ("retracted", "licence")
    assert left["PMC9000999999"] == "not_in_bucket"
    changelog = (home.dataset / "CHANGELOG.md").read_text()
    assert all(f"- {pmcid} ({before[pmcid][0]}): {why}" in changelog for pmcid, why in left.items())
    assert sum(status_of(home)["left"].values()) == len(left)

    assert hub.admin.counts(reset=True)["hub.info"]
    again = build(home.root, pmcids=str(pmcids_file(tmp_path, known)), like=f"{REPO}@main")
    assert not hub.admin.counts()["hub.info"]
    grown = {pmcid: (s, row["Unnamed: 0"]) for pmcid, (s, row) in read(home.dataset).items()}
    assert again.added
    assert {pmcid: grown[pmcid] for pmcid in after} == after
    new = {pmcid: place for pmcid, place in grown.items() if pmcid not in before}
    assert {split for split, _ in new.values()} == {"train"}
    assert min(number for _, number in new.values()) > max(number for _, number in before.values())


def pmcids_file(folder: Path, pmcids: list[str]) -> Path:
    """A list of ids."""
    path = folder / "ids.txt"
    path.write_text("\n".join(pmcids))
    return path


def test_splits_are_made_of_a_revision_on_the_hub_and_verified(
    hub: RunningHub, tmp_path: Path
) -> None:
    _, files = published([row["pmcid"] for row in rows(41)])
    sha = hub.admin.put(REPO, {**files, "README.md": b"---\nlicense: mit\n---\n"})
    made = splits(REPO, tmp_path / "out", sizes="train=30,test=11")
    assert made.receipt
    assert made.receipt.source == f"{REPO}@{sha}"
    assert "license: mit" in (tmp_path / "out" / "README.md").read_text()
    hub.admin.put(REPO, {"data/test-00000-of-00001.parquet": None})
    assert splits(receipt=tmp_path / "out" / "splits.json", verify=True).same
    kept = splits(f"{REPO}@{sha}", tmp_path / "kept", like=f"{REPO}@{sha}")
    assert kept.receipt
    assert kept.receipt.like == f"{REPO}@{sha}"
    assert "left" in kept.receipt.report
