"""Inventories are kept whole or not at all, answer as the bucket does, and tell what changed."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.pmc import inventory
from extractors.pmc.bucket import Bucket
from extractors.pmc.errors import Untrustworthy
from extractors.pmc.inventory import KINDS, PREFIX, SCHEMA, Inventory, diff, keep_newest, kept
from extractors.pmc.objects import Missing, Patience
from tests.extractors.pmc.folder_server import serving
from tests.fakes.running import RunningFakes, running_fakes

QUICK = Patience(first_wait=0.01, longest_wait=0.05, connect=1.0, read=5.0, gone_after=1.0)
DATE = "2026-11-24T01-00Z"
Rows = dict[tuple[int, int], str]


@pytest.fixture
def fakes() -> Iterator[RunningFakes]:
    shares = {"several_versions": 0.3, "with_manuscript": 0.2}
    with running_fakes(articles=40, shares=shares, settings={"slow_seconds": 0.05}) as fakes:
        yield fakes


def lines(rows: Rows) -> bytes:
    return "".join(
        f'"pmc-oa-opendata","metadata/PMC{number}.{version}.json",'
        f'"2026-01-08T11:47:59.000Z","{etag}"\n'
        for (number, version), etag in rows.items()
    ).encode()


def reduced(folder: Path, name: str, text: bytes) -> Inventory:
    shard = folder / "shard.csv.gz"
    shard.write_bytes(gzip.compress(text))
    found = Inventory(folder / f"{name}.parquet")
    inventory.reduce([shard], found.path)
    return found


def in_folder(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_inventory_answers_as_the_bucket_does(fakes: RunningFakes, tmp_path: Path) -> None:
    bucket = Bucket(fakes.bucket, patience=QUICK)
    pmcids = [one["pmcid"] for one in fakes.admin.articles()] + ["PMC1", "no id"]
    newest = keep_newest(bucket, tmp_path)
    assert newest.states(pmcids) == bucket.states(pmcids)
    assert newest.date == DATE
    assert in_folder(tmp_path) == [f"{DATE}.parquet"]


def test_an_inventory_that_is_kept_is_not_got_again(fakes: RunningFakes, tmp_path: Path) -> None:
    bucket = Bucket(fakes.bucket, patience=QUICK)
    newest = keep_newest(bucket, tmp_path)
    fakes.admin.counts(reset=True)
    assert keep_newest(bucket, tmp_path) == newest
    counts = fakes.admin.counts()
    assert (counts["bucket.list"], counts["bucket.manifest"], counts["bucket.shard"]) == (1, 0, 0)


def test_an_inventory_in_the_making_is_passed_over(fakes: RunningFakes, tmp_path: Path) -> None:
    fakes.admin.settings(missing_manifest=True)
    before = keep_newest(Bucket(fakes.bucket, patience=QUICK), tmp_path)
    assert before.date == "2026-11-23T01-00Z"


def test_faults_on_one_request_in_three_change_nothing(fakes: RunningFakes, tmp_path: Path) -> None:
    bucket = Bucket(fakes.bucket, patience=QUICK)
    plain = keep_newest(bucket, tmp_path / "plain").path.read_bytes()
    for seed in range(5):
        fakes.admin.faults(0.33, seed=seed, most=4)
        assert keep_newest(bucket, tmp_path / f"{seed}").path.read_bytes() == plain
        assert in_folder(tmp_path / f"{seed}") == [f"{DATE}.parquet"]


def test_a_day_is_told_from_the_one_before(fakes: RunningFakes, tmp_path: Path) -> None:
    bucket = Bucket(fakes.bucket, patience=QUICK)
    several = [one["pmcid"] for one in fakes.admin.articles() if one["versions"] == [1]]
    old = keep_newest(bucket, tmp_path)
    fakes.admin.retract(several[0])
    fakes.admin.vanish(several[1])
    fakes.admin.revise(several[2])
    (added,) = fakes.admin.add(1)
    fakes.admin.today("2026-11-25")
    new = keep_newest(bucket, tmp_path)
    found = diff(old, new)
    assert list(found.versions("vanished")) == [(several[1], 1)]
    assert set(found.versions("new")) == {(several[2], 2), (added["pmcid"], 1)}
    assert (several[0], 1) in found.versions("changed")
    assert found.counts["new"] == 2
    assert kept(tmp_path) == [old, new]


ROWS = st.dictionaries(
    st.tuples(st.integers(1, 30), st.sampled_from([1, 2, 9, 10])), st.sampled_from("abc")
)


@settings(max_examples=12)
@given(ROWS, ROWS)
def test_a_difference_is_that_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, before: Rows, after: Rows
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    old, new = (
        reduced(folder, name, lines(rows)) for name, rows in (("old", before), ("new", after))
    )
    both = before.keys() & after.keys()
    expected = {
        "new": after.keys() - before.keys(),
        "changed": {key for key in both if before[key] != after[key]},
        "vanished": before.keys() - after.keys(),
    }
    found = diff(old, new)
    for kind in KINDS:
        told = [(f"PMC{number}", version) for number, version in sorted(expected[kind])]
        assert list(found.versions(kind)) == told
        assert found.counts[kind] == len(told)


def test_ranges_are_compared_each_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "_GROUPS_AT_ONCE", 1)
    rows: Rows = {(number, 1): f"{number}" for number in range(1, 250_001)}
    old = reduced(tmp_path, "old", lines(rows))
    changed = rows | {(1, 1): "x", (100_000, 1): "x", (100_001, 2): "new", (900_000, 1): "new"}
    del changed[200_000, 1], changed[250_000, 1]
    found = diff(old, reduced(tmp_path, "new", lines(changed)))
    assert found.counts == {"new": 2, "changed": 2, "vanished": 2}
    assert list(found.versions("vanished")) == [("PMC200000", 1), ("PMC250000", 1)]


@pytest.mark.parametrize(
    "row",
    [
        b'"b","metadata/PMC12.json","2026-01-08T11:47:59.000Z","e"\n',
        b'"b","metadata/PMC12.1.json","yesterday","e"\n',
        b'"b","metadata/PMC12.1.json"\n',
        b"<html>\n",
    ],
)
def test_rows_of_another_kind_leave_no_file(tmp_path: Path, row: bytes) -> None:
    with pytest.raises(Untrustworthy, match="not as agreed"):
        reduced(tmp_path, "new", lines({(11, 1): "e"}) + row)
    assert in_folder(tmp_path) == ["shard.csv.gz"]


def test_what_is_no_json_is_nobodys_metadata(tmp_path: Path) -> None:
    folder_row = b'"b","metadata/","2026-01-08T11:47:59.000Z","e"\n'
    found = reduced(tmp_path, "new", folder_row + lines({(11, 10): "e", (11, 9): "f"}))
    assert [one.version for one in found.states(["PMC11"])["PMC11"]] == [9, 10]


@pytest.mark.parametrize(
    ("schema", "md5", "error", "says"),
    [
        ("Bucket, Key, Size", "", Untrustworthy, "not Bucket, Key, LastModifiedDate, ETag"),
        (SCHEMA, "0" * 32, Untrustworthy, "its md5 is"),
        (SCHEMA, "absent", Missing, "whole inventory"),
    ],
)
def test_an_inventory_that_is_not_whole_is_not_kept(
    tmp_path: Path, schema: str, md5: str, error: type[Exception], says: str
) -> None:
    shard = gzip.compress(lines({(11, 1): "e"}))
    files = [{"key": "gone" if md5 == "absent" else "shard.csv.gz", "size": 1, "MD5checksum": md5}]
    served, folder = tmp_path / "served", tmp_path / "kept"
    dated = served / PREFIX / DATE
    dated.mkdir(parents=True)
    (served / "shard.csv.gz").write_bytes(shard)
    (dated / "manifest.json").write_text(json.dumps({"fileSchema": schema, "files": files}))
    listing = PREFIX, [f"{PREFIX}{DATE}/", f"{PREFIX}hive/"]
    with serving(served, listing=listing) as address, pytest.raises(error, match=says):
        keep_newest(Bucket(address, patience=QUICK), folder)
    assert in_folder(folder) == []
    assert hashlib.md5(shard).hexdigest() != md5
