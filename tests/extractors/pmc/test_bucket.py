"""Articles from the bucket, over real sockets: every fault gives the same bytes or a clear word."""

from __future__ import annotations

import hashlib
import json
import pickle
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors.pmc.bucket import Barred, Bucket, Downloaded, Failed, Outcome, Stored
from extractors.pmc.errors import Unavailable, Untrustworthy
from extractors.pmc.objects import Missing, Objects, Patience
from tests.extractors.pmc.folder_server import serving
from tests.fakes.running import RunningFakes, running_fakes

QUICK = Patience(first_wait=0.01, longest_wait=0.05, connect=1.0, read=1.0, gone_after=1.0)
SHARES = {"several_versions": 0.2, "with_manuscript": 0.2, "corrupt_md5": 0.05}
FIRST = (1,)


@pytest.fixture(scope="module")
def world() -> Iterator[RunningFakes]:
    settings = {"slow_seconds": 0.05, "retry_after": 0}
    with running_fakes(articles=1100, seed=3, shares=SHARES, settings=settings) as fakes:
        yield fakes


@pytest.fixture
def fakes(world: RunningFakes) -> Iterator[RunningFakes]:
    world.admin.counts(reset=True)
    yield world
    world.admin.faults()


@pytest.fixture
def bucket(fakes: RunningFakes) -> Bucket:
    return Bucket(fakes.bucket, connections=8, patience=QUICK)


@pytest.fixture(scope="module")
def known(world: RunningFakes) -> dict[str, list[int]]:
    """The versions of 100 articles as the fakes know them."""
    return {one["pmcid"]: one["versions"] for one in world.admin.articles()[:100]}


@pytest.fixture(scope="module")
def faultless(world: RunningFakes, known: dict[str, list[int]]) -> dict[str, Outcome]:
    bucket = Bucket(world.bucket, patience=QUICK)
    return fetched(bucket, numbers(bucket.states(known)))


def numbers(states: dict[str, tuple[Stored, ...]]) -> dict[str, tuple[int, ...]]:
    return {pmcid: tuple(one.version for one in stored) for pmcid, stored in states.items()}


def fetched(bucket: Bucket, versions: dict[str, tuple[int, ...]]) -> dict[str, Outcome]:
    outcomes: list[Outcome] = []
    bucket.fetch_many(versions.items(), outcomes.append)
    assert len(outcomes) == len(versions)
    return {outcome.pmcid: outcome for outcome in outcomes}


def test_states_are_all_versions_by_number(bucket: Bucket, known: dict[str, list[int]]) -> None:
    states = bucket.states([*known, "PMC1", "no id"])
    assert states.pop("PMC1") == states.pop("no id") == ()
    assert {pmcid: [one.version for one in held] for pmcid, held in states.items()} == known
    assert [1, 9, 10] in known.values()


def test_a_list_goes_on_over_pages(bucket: Bucket, fakes: RunningFakes) -> None:
    entries = list(bucket.objects.list("metadata/"))
    assert len({entry.key for entry in entries}) == len(entries) > 1000
    assert fakes.admin.counts()["bucket.list"] == 2


def test_the_best_version_is_the_highest_that_is_no_manuscript(
    bucket: Bucket, fakes: RunningFakes, known: dict[str, list[int]]
) -> None:
    metadata_read = 0
    for pmcid, states in bucket.states(known).items():
        held = [json.loads(bucket.metadata(pmcid, one.version)) for one in states]
        fakes.admin.counts(reset=True)
        chosen = bucket.best(pmcid, [one.version for one in states])
        asked = fakes.admin.counts()["bucket.metadata"]
        ranks = [(not one["is_manuscript"], one["version"]) for one in held]
        assert (not chosen.metadata.is_manuscript, chosen.version) == max(ranks)
        if not held[-1]["is_manuscript"]:
            assert asked == 1
        metadata_read = max(metadata_read, asked)
    assert metadata_read == 2


def test_an_article_comes_with_the_bytes_that_its_metadata_names(
    faultless: dict[str, Outcome],
) -> None:
    counts = Counter(type(outcome) for outcome in faultless.values())
    assert counts[Downloaded] > 80
    for one in faultless.values():
        if isinstance(one, Downloaded):
            assert hashlib.md5(one.xml).hexdigest() == one.xml_md5
            assert json.loads(one.metadata)["xml_url"].endswith(one.xml_md5)


def test_bytes_that_stay_wrong_are_corrupt(faultless: dict[str, Outcome]) -> None:
    failed = [outcome for outcome in faultless.values() if isinstance(outcome, Failed)]
    assert failed
    for outcome in failed:
        assert outcome.why == "corrupt"
        assert "its md5 is" in outcome.detail


@pytest.mark.parametrize(
    "fault", ["429", "500", "503", "html", "truncated", "wrong_md5", "slow", "reset"]
)
def test_a_fault_on_one_request_in_ten_changes_nothing(
    bucket: Bucket,
    fakes: RunningFakes,
    known: dict[str, list[int]],
    faultless: dict[str, Outcome],
    fault: str,
) -> None:
    fakes.admin.faults(0.1, kinds=[fault], seed=5)
    assert fetched(bucket, numbers(bucket.states(known))) == faultless
    assert fakes.admin.counts()[f"fault.{fault}"] > 5


def test_connections_are_kept(
    bucket: Bucket, fakes: RunningFakes, known: dict[str, list[int]]
) -> None:
    before = fakes.admin.counts()["bucket.connections"]
    fetched(bucket, numbers(bucket.states(known)))
    assert fakes.admin.counts()["bucket.connections"] - before <= 8


def test_what_is_barred_by_its_metadata_is_not_downloaded(
    bucket: Bucket, fakes: RunningFakes, known: dict[str, list[int]]
) -> None:
    outcomes: list[Outcome] = []
    states = bucket.states(known)
    bucket.fetch_many(
        numbers(states).items(), outcomes.append, lambda metadata: metadata.is_manuscript
    )
    barred = [outcome for outcome in outcomes if isinstance(outcome, Barred)]
    assert len(barred) > 50
    assert all(json.loads(one.metadata)["pmcid"] == one.pmcid for one in barred)
    assert not any(json.loads(one.metadata)["is_manuscript"] for one in barred)
    assert 0 < fakes.admin.counts()["bucket.xml"] < 30


def test_what_is_not_there_is_missing(bucket: Bucket) -> None:
    outcomes = fetched(bucket, {"PMC1": (), "PMC2": FIRST})
    assert [outcomes[pmcid].why for pmcid in ("PMC1", "PMC2")] == ["missing", "missing"]
    with pytest.raises(Missing, match=r"metadata/PMC2\.1\.json"):
        bucket.metadata("PMC2", 1)


def test_an_article_replaced_in_between_comes_whole(bucket: Bucket, fakes: RunningFakes) -> None:
    (added,) = fakes.admin.add(1)
    pmcid, revised = added["pmcid"], []

    def replaced(_metadata: object) -> bool:
        if not revised:
            fakes.admin.revise(pmcid, in_place=True)
        revised.append(pmcid)
        return True

    outcome = bucket.fetch(pmcid, FIRST, replaced)
    assert isinstance(outcome, Downloaded)
    assert outcome == bucket.fetch(pmcid, (outcome.version,), lambda _: True)
    assert revised == [pmcid, pmcid]


def test_what_is_too_big_is_not_read(fakes: RunningFakes) -> None:
    bucket = Bucket(fakes.bucket, patience=QUICK, max_bytes=1500)
    outcome = bucket.fetch("PMC9000100000", FIRST, lambda _: True)
    assert isinstance(outcome, Failed)
    assert outcome.why == "too_big"


def test_a_bucket_works_after_a_journey(bucket: Bucket) -> None:
    bucket.states(["PMC1"])
    arrived = pickle.loads(pickle.dumps(bucket))
    assert arrived.objects == bucket.objects
    assert arrived.metadata("PMC9000100000", 1) == bucket.metadata("PMC9000100000", 1)


def test_an_error_of_who_is_told_ends_all(bucket: Bucket, known: dict[str, list[int]]) -> None:
    taken: list[str] = []

    def wanted() -> Iterator[tuple[str, tuple[int, ...]]]:
        for pmcid in list(known) * 10:
            taken.append(pmcid)
            yield pmcid, FIRST

    def full(_outcome: Outcome) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        bucket.fetch_many(wanted(), full)
    assert len(taken) <= 3 * 8


def refusing() -> str:
    """An address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_when_the_network_is_gone_nobody_waits_for_long() -> None:
    bucket = Bucket(refusing(), connections=8, patience=QUICK)
    start = time.monotonic()
    outcomes = fetched(bucket, {f"PMC{number}": FIRST for number in range(1, 20_000)})
    assert time.monotonic() - start < 5
    assert {outcome.why for outcome in outcomes.values()} == {"unavailable"}
    assert not any("127.0.0.1" in outcome.detail for outcome in outcomes.values())
    with pytest.raises(Unavailable):
        bucket.states(["PMC1"])


def test_silence_is_taken_for_the_end_too() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        patience = Patience(first_wait=0.01, connect=0.2, read=0.2, gone_after=0.5)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        bucket = Bucket(address, connections=8, patience=patience)
        start = time.monotonic()
        outcomes = fetched(bucket, {f"PMC{number}": FIRST for number in range(1, 2_000)})
        assert time.monotonic() - start < 5
        assert {outcome.why for outcome in outcomes.values()} == {"unavailable"}


def test_who_was_gone_may_come_back(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"bytes")
    address = refusing()
    patience = Patience(first_wait=0.01, longest_wait=0.02, gone_after=0.05, gone_failures=3)
    objects = Objects(address, patience=patience)
    with pytest.raises(Unavailable):
        objects.get("key")
    with serving(tmp_path, int(address.rpartition(":")[2].strip("/"))):
        time.sleep(0.1)
        assert objects.get("key") == b"bytes"


def test_a_web_page_in_place_of_everything_condemns_nothing(tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "PMC2.1.json").write_bytes(b"<!DOCTYPE html><p>Sign in</p>")
    with serving(tmp_path) as address:
        outcome = Bucket(address, patience=QUICK).fetch("PMC2", FIRST, lambda _: True)
    assert isinstance(outcome, Failed)
    assert outcome.why == "unavailable"


def test_metadata_of_another_article_is_not_believed(tmp_path: Path, fakes: RunningFakes) -> None:
    (tmp_path / "metadata").mkdir()
    body = Bucket(fakes.bucket).metadata("PMC9000100000", 1)
    (tmp_path / "metadata" / "PMC2.1.json").write_bytes(body)
    with serving(tmp_path) as address, pytest.raises(Untrustworthy, match="that of PMC9000100000"):
        Bucket(address, patience=QUICK).metadata("PMC2", 1)


@pytest.mark.parametrize("damage", [b"damaged ", b""])
def test_metadata_is_what_its_etag_says(tmp_path: Path, fakes: RunningFakes, damage: bytes) -> None:
    (tmp_path / "metadata").mkdir()
    body = Bucket(fakes.bucket).metadata("PMC9000100000", 1)
    path = tmp_path / "metadata" / "PMC9000100000.1.json"
    path.write_bytes(body.replace(b'"title": "', b'"title": "' + damage))
    with serving(tmp_path, etag=hashlib.md5(body).hexdigest()) as address:
        bucket = Bucket(address, patience=QUICK)
        if not damage:
            assert bucket.metadata("PMC9000100000", 1) == body
        else:
            with pytest.raises(Untrustworthy, match="not its ETag"):
                bucket.metadata("PMC9000100000", 1)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "127.0.0.1", "https://"])
def test_an_address_that_is_none_is_told_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="no http"):
        Bucket(address)
