"""What builds from PMC make of services that fail: nobody leaves, and nothing is forgotten."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.commands.settings import SAMPLE
from flows.commands.status import status_of
from flows.errors import CasebookError, HomeBusy
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from flows.warehouse.runs import read_runs, write_run
from schemas.run import RunSummary
from tests.fakes.running import RunningFakes
from tests.flows.building import build
from tests.flows.test_harvest import fakes  # noqa: F401

DAYS = date.today() - timedelta(days=20)
DEAD = "http://127.0.0.1:9/"


def gather(home: Path, **told: object) -> RunSummary:
    """A small build, however recently it was made."""
    return build(home, **{"since": DAYS, "search_again_hours": 0, "attempts": 1, **told})


def kept(home: Path) -> list[str]:
    return [entry.pmcid for entry in read_ledger(home / "ledger.csv") if entry.left is None]


def empty_of_articles(folder: Path) -> Path:
    folder.mkdir()
    (folder / "nameless.xml").write_bytes(b"<article><front/><body><p>x</p></body></article>")
    return folder


def forget_the_end(home: Path) -> None:
    """The last build as a kill leaves it."""
    last = read_runs(home / "runs")[-1]
    write_run(home / "runs", last.model_copy(update={"state": "running", "pending": ()}))


@pytest.mark.usefixtures("fakes")
def test_an_outage_lets_nobody_go_and_is_never_forgotten(tmp_path: Path) -> None:
    home = tmp_path / "home"
    gather(home)
    before = kept(home)
    assert gather(home, full=True, eutils_url=DEAD, europepmc_url=DEAD).state == "incomplete"
    assert kept(home) == before
    silent = gather(home, full=True, bucket_url=DEAD)
    assert [p.source for p in silent.pending] == ["PMC's bucket"]
    assert "which of" in silent.pending[0].detail
    assert kept(home) == before


@pytest.mark.usefixtures("fakes")
def test_what_is_pending_outlives_other_builds_and_kills(tmp_path: Path) -> None:
    home = tmp_path / "home"
    gather(home)
    gather(home, since=DAYS - timedelta(days=9), eutils_url=DEAD)
    build(home, xml=empty_of_articles(tmp_path / "xml"))
    gather(home, eutils_url=DEAD)
    forget_the_end(home)
    searched = gather(home, eutils_url=DEAD).pending
    assert {p.source for p in searched} == {f"pubmed {DAYS - timedelta(days=9)} to {date.today()}"}
    searched = gather(home, eutils_url=DEAD, since=date.today()).pending
    assert len(searched) == 1
    assert gather(home).state == "complete"


def test_a_first_release_waits_for_what_is_pending(
    fakes: RunningFakes,  # noqa: F811
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    fakes.admin.faults(1.0, kinds=["wrong_md5"], services=["bucket"])
    first = gather(home, attempts=2)
    assert {p.reason for p in first.pending} == {"unavailable"}
    assert "no first release" in first.sentence()
    assert not (home / "ledger.csv").exists()
    assert not (home / "dataset").exists()
    assert status_of(Home(home))["state"] == "incomplete"
    fakes.admin.faults(0)
    assert gather(home).state == "complete"
    assert len(kept(home)) > 3


def test_what_is_damaged_is_asked_for_anew(
    fakes: RunningFakes,  # noqa: F811
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    first = gather(home, inventory_from=0)
    for path in (*(home / "search").rglob("*.parquet"), *(home / "inventory").glob("*.parquet")):
        path.write_bytes(path.read_bytes()[:-9])
    second = gather(home, inventory_from=0, search_again_hours=12)
    assert (second.state, second.articles) == ("complete", first.articles)
    fakes.admin.counts(reset=True)
    gather(home, inventory_from=0, search_again_hours=12)
    assert fakes.admin.counts()["eutils.esearch"] == 0


def test_few_that_vanish_are_believed_and_many_are_not(
    fakes: RunningFakes,  # noqa: F811
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    gather(home)
    for pmcid in kept(home)[:4]:
        fakes.admin.vanish(pmcid)
    with pytest.raises(CasebookError, match="not believed"):
        gather(home)


def test_an_interrupt_ends_both_searches(
    fakes: RunningFakes,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    fakes.admin.faults(1.0, kinds=["slow"], services=["eutils", "europepmc"])
    fakes.admin.settings(slow_seconds=0.5)
    timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            gather(tmp_path / "home", since=date.today() - timedelta(days=360))
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    assert read_runs(tmp_path / "home" / "runs")[-1].error == "stopped"
    time.sleep(0.6)
    asked = fakes.admin.counts()
    time.sleep(0.8)
    assert fakes.admin.counts() == asked


def test_a_list_goes_on_without_the_converter(
    fakes: RunningFakes,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = [a for a in fakes.admin.articles(DAYS, date.today()) if a["pmid"]][:2]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ids.txt").write_text(f"{one['pmcid']}\n{other['pmid']}\n")
    home = tmp_path / "home"
    first = build(home, pmcids="ids.txt", idconv_url=DEAD, attempts=1)
    assert first.articles["arrived"] == 2
    assert [p.source for p in first.pending] == [
        f"{tmp_path / 'ids.txt'}: ids.txt, line 2: {other['pmid']}"
    ]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    second = build(home, pmcids=first.selector.pmcids)
    assert (second.state, second.articles["arrived"]) == ("complete", 2)


def test_a_hub_that_is_down_leaves_its_list_pending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", DEAD)
    summary = build(tmp_path / "home", pmcids="somebody/cases", attempts=1)
    assert [p.source for p in summary.pending] == ["somebody/cases"]
    assert "cannot be read now" in summary.pending[0].detail


def test_a_bare_file_does_not_overrule_what_pmc_bars(
    fakes: RunningFakes,  # noqa: F811
    tmp_path: Path,
) -> None:
    home, folder = tmp_path / "home", tmp_path / "xml"
    gather(home, allow_nd=True)
    pmcid = kept(home)[0]
    fakes.admin.relicense(pmcid, "CC BY-ND")
    gather(home)
    assert pmcid not in kept(home)
    folder.mkdir()
    content = (SAMPLE / "PMC9000000001.1.xml").read_bytes()
    (folder / f"{pmcid}.xml").write_bytes(content.replace(b"PMC9000000001", pmcid.encode()))
    build(home, xml=folder)
    assert pmcid not in kept(home)
    gather(home, allow_nd=True)
    assert pmcid in kept(home)
    card = (home / "dataset" / "README.md").read_text()
    assert "Do not share" in card.partition("# Diagnostic")[2][:120]


def test_a_command_lends_its_lock_to_one_build(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.locked_for_a_build(), Home(home.root).locked():
        assert home.is_locked()
        with pytest.raises(HomeBusy, match=f"process {os.getpid()} on"), home.locked():
            pass
    assert not home.is_locked()
