"""Builds from PMC, as fakes of its services on loopback serve it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.errors import CasebookError, UsageError
from flows.warehouse.ledger import read_ledger
from schemas.run import RunSummary
from tests.fakes.running import RunningFakes, running_fakes
from tests.flows.building import build, data_digests

KEY = "0123456789abcdef0123456789abcdef0123"
EMAIL = "somebody@example.org"
SINCE = date.today() - timedelta(days=80)


@contextmanager
def world() -> Iterator[RunningFakes]:
    """The same articles each time, and all settings that lead to them."""
    with (
        running_fakes(
            articles=800, today=date.today(), seed=4, clean=True, settings={"limits": None}
        ) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        told = {"CASEBOOK_EMAIL": EMAIL, "NCBI_API_KEY": KEY}
        for name, value in {**running.environment, **told}.items():
            patch.setenv(name, value)
        yield running


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSummary]:
    """A home built from a world like each test's; to be looked at, not changed."""
    home = tmp_path_factory.mktemp("gathered") / "home"
    with world():
        return home, gather(home)


@pytest.fixture
def fakes() -> Iterator[RunningFakes]:
    with world() as running:
        yield running


@pytest.fixture
def home(gathered: tuple[Path, RunSummary], tmp_path: Path) -> Path:
    """A copy of what was gathered."""
    return shutil.copytree(gathered[0], tmp_path / "home")


def gather(home: Path, **told: object) -> RunSummary:
    """Search PMC, however recently it was searched."""
    return build(home, **{"since": SINCE, "search_again_hours": 0, "shard_size": 40, **told})


def left(home: Path) -> dict[str, str | None]:
    return {e.pmcid: e.left for e in read_ledger(home / "ledger.csv") if e.left}


def test_a_build_takes_in_what_both_searches_find(fakes: RunningFakes, tmp_path: Path) -> None:
    summary = gather(tmp_path / "home")
    known = fakes.admin.articles(SINCE - timedelta(days=9), date.today())
    wanted = {article["pmcid"] for article in known if _is_found(article)}
    assert summary.articles["arrived"] == len(wanted) > 45
    assert summary.state == "complete"
    assert summary.articles["kept"] > 30


def _is_found(article: dict[str, object]) -> bool:
    by_pubmed = article["in_pubmed"] and str(article["entered"]) >= str(SINCE)
    by_europepmc = article["in_europepmc"] and str(article["first_indexed"]) >= str(SINCE)
    typed = article["typed"] and str(article["typed"]) <= str(date.today())
    return bool(typed and article["open_access"] and (by_pubmed or by_europepmc))


def test_a_second_build_downloads_nothing(
    fakes: RunningFakes, home: Path, gathered: tuple[Path, RunSummary]
) -> None:
    second = gather(home)
    asked = fakes.admin.counts()
    assert asked["bucket.xml"] == asked["bucket.metadata"] == asked["eutils.esummary"] == 0
    assert (second.done, second.articles) == ({}, gathered[1].articles)


def test_one_day_later_only_what_changed_is_fetched(fakes: RunningFakes, home: Path) -> None:
    kept = [entry.pmcid for entry in read_ledger(home / "ledger.csv")]
    retracted, vanished, relicensed, revised = kept[:4]
    fakes.admin.retract(retracted)
    fakes.admin.vanish(vanished)
    fakes.admin.relicense(relicensed, "CC BY-NC-ND")
    fakes.admin.revise(revised, "words")
    summary = gather(home)
    assert left(home) == {
        retracted: "retracted",
        vanished: "not_in_bucket",
        relicensed: "licence",
    }
    assert summary.articles["kept"] == len(kept) - 3
    assert fakes.admin.counts()["bucket.xml"] == 1
    changelog = (home / "dataset" / "CHANGELOG.md").read_text()
    assert f"- {retracted} (" in changelog
    assert "): retracted" in changelog


def test_a_record_typed_months_late_is_found_by_the_next_build(
    fakes: RunningFakes, tmp_path: Path
) -> None:
    first = gather(tmp_path / "home", since=None, search_months=3)
    entered, typed = date.today() - timedelta(days=75), date.today()
    fakes.admin.add(1, entered=str(entered), typed=str(typed))
    second = gather(tmp_path / "home", since=None, search_months=3)
    assert second.articles["arrived"] == first.articles["arrived"] + 1


def test_faults_on_one_request_in_ten_change_nothing(
    fakes: RunningFakes, gathered: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    fakes.admin.faults(0.1, seed=7)
    summary = gather(tmp_path / "home")
    fakes.admin.faults(0)
    assert sum(n for kind, n in fakes.admin.counts().items() if kind.startswith("fault.")) > 9
    assert summary.state == "complete"
    assert data_digests(tmp_path / "home") == data_digests(gathered[0])
    for path in (tmp_path / "home").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert EMAIL.encode() not in content
        assert KEY.encode() not in content


@pytest.mark.parametrize("lie", [{"lying_counts": True}, {"dropped_tag": "pt"}])
def test_a_search_that_cannot_be_right_is_an_error_with_its_words(
    fakes: RunningFakes, home: Path, lie: dict[str, bool | str]
) -> None:
    before = data_digests(home)
    fakes.admin.settings(**lie)
    with pytest.raises(CasebookError, match="cannot be relied on") as raised:
        gather(home, attempts=2)
    assert EMAIL not in str(raised.value)
    assert data_digests(home) == before


def test_what_a_dead_service_did_not_give_is_pending(fakes: RunningFakes, tmp_path: Path) -> None:
    home = tmp_path / "home"
    os.kill(fakes.pid, signal.SIGKILL)
    summary = gather(home, attempts=1)
    assert summary.state == "incomplete"
    assert {p.stage for p in summary.pending} == {"search"}
    assert all("casebook retry" in p.detail for p in summary.pending)


def test_a_licence_that_is_admitted_later_costs_its_articles_alone(
    fakes: RunningFakes, home: Path
) -> None:
    pmcid = read_ledger(home / "ledger.csv")[0].pmcid
    fakes.admin.relicense(pmcid, "CC BY-ND")
    gather(home)
    assert left(home) == {pmcid: "licence"}
    fakes.admin.counts(reset=True)
    gather(home, allow_nd=True)
    assert left(home) == {}
    assert fakes.admin.counts()["bucket.xml"] == 1


def test_an_inventory_says_the_same_as_the_articles_themselves(
    fakes: RunningFakes, gathered: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    fakes.admin.inventory()
    summary = gather(tmp_path / "inventoried", inventory_from=0)
    assert fakes.admin.counts()["bucket.manifest"] == 1
    assert data_digests(tmp_path / "inventoried") == data_digests(gathered[0])
    assert summary.state == "complete"
    assert len(list((tmp_path / "inventoried" / "inventory").glob("*.parquet"))) == 1


def test_a_bucket_that_lost_half_of_a_home_is_not_believed(fakes: RunningFakes, home: Path) -> None:
    kept = [entry.pmcid for entry in read_ledger(home / "ledger.csv")]
    assert len(kept) > 30
    for pmcid in kept[:25]:
        fakes.admin.vanish(pmcid)
    with pytest.raises(CasebookError, match="not believed"):
        gather(home)
    assert left(home) == {}
    gather(home, full=True)
    assert len(left(home)) == 25


def test_a_list_names_what_cannot_be_had(fakes: RunningFakes, tmp_path: Path) -> None:
    articles = fakes.admin.articles(SINCE, date.today())
    by_pmid = next(a for a in articles if a["pmid"])
    wanted = [articles[0]["pmcid"], f"{by_pmid['pmid']}", "PMC9999999999", "nonsense", "99999999"]
    (tmp_path / "ids.txt").write_text("\n".join(wanted) + "\n")
    summary = build(tmp_path / "home", pmcids=str(tmp_path / "ids.txt"))
    fetch = next(line for line in summary.funnel if line.stage == "fetch")
    assert fetch.rejected == {"not_an_id": 1, "not_in_bucket": 1, "not_in_pmc": 1}
    assert summary.state == "complete"


def test_another_dataset_is_asked_for_by_name(
    fakes: RunningFakes, gathered: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home, first = gathered
    again = build(tmp_path / "again", pmcids=str(home / "dataset" / "data"))
    assert again.articles["arrived"] == first.articles["kept"]
    assert again.articles["kept"] == first.articles["kept"]


def test_whom_to_write_to_is_asked_at_once(
    fakes: RunningFakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASEBOOK_EMAIL")
    with pytest.raises(UsageError, match="set CASEBOOK_EMAIL"):
        gather(tmp_path / "home")


def test_a_kill_in_a_download_costs_one_shard(
    fakes: RunningFakes, gathered: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    downloads = gathered[1].articles["arrived"]
    fakes.admin.faults(1.0, kinds=["slow"], services=["bucket"])
    fakes.admin.settings(slow_seconds=0.1)
    command = "from datetime import date; from pathlib import Path; "
    command += "from tests.flows.test_harvest import gather; "
    command += f"gather(Path({str(home)!r}), connections=4)"
    process = subprocess.Popen([sys.executable, "-c", command], cwd=Path(__file__).parents[2])
    shards = home / "shards" / "capture"
    while not (shards.is_dir() and any(shards.glob("00001.*"))):
        time.sleep(0.05)
        assert process.poll() is None
    time.sleep(0.5)
    process.kill()
    process.wait()
    fakes.admin.faults(0)
    gather(home)
    assert data_digests(home) == data_digests(gathered[0])
    assert fakes.admin.counts()["bucket.xml"] <= downloads + 40
