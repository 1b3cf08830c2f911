"""`casebook splits`: new splits of any dataset, the same for everybody who makes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.cli import casebook
from flows.commands.settings import said_settings
from flows.commands.splits import Regenerated, regenerate
from flows.errors import UsageError
from flows.regenerate_splits import regenerate_splits
from flows.splitting.make import make_splits
from flows.splitting.verify import changed_beside, read_receipt, settings_of
from flows.warehouse.files import folder_digests
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from tests.flows.building import build
from tests.flows.datasets import read, reference, rows, write

SIZES = "train=530,val=25,test=45"


def splits(source: Path | str | None = None, out: Path | None = None, **told: Any) -> Regenerated:
    """`casebook splits` in this process."""
    options = casebook.commands["splits"].make_context("splits", []).params
    named = {"source": source and str(source), "out": out}
    return regenerate({**options, **named, **told})


def counts(folder: Path) -> Counter[str]:
    return Counter(split for split, _ in read(folder).values())


def test_splits_have_their_sizes_and_rows_and_columns_stay_as_they_were(tmp_path: Path) -> None:
    given = rows(600)
    source = write(tmp_path / "in", given)
    made = splits(source, tmp_path / "out", sizes=SIZES, test_needs="transparency>=3")
    assert counts(tmp_path / "out") == {"train": 530, "val": 25, "test": 45}
    found = read(tmp_path / "out")
    assert {pmcid: row for pmcid, (_, row) in found.items()} == {r["pmcid"]: r for r in given}
    for path in (tmp_path / "out" / "data").iterdir():
        assert pq.read_schema(path).equals(pq.read_schema(source / "data" / "rows.parquet"))
        numbers = [int(pmcid[3:]) for pmcid in pq.read_table(path)["pmcid"].to_pylist()]
        assert numbers == sorted(numbers)
    assert all(row["transparency"] >= 3 for split, row in found.values() if split == "test")
    ledger = {e.pmcid: (e.split, e.number) for e in read_ledger(tmp_path / "out" / "ledger.csv")}
    assert ledger == {pmcid: (split, row["Unnamed: 0"]) for pmcid, (split, row) in found.items()}
    assert made.receipt
    report = made.receipt.report
    assert report["splits"]["test"]["rows"] == 45
    assert sum(report["splits"]["test"]["specialties"].values()) == 45
    assert report["related_across_splits"]["sets"] == 0
    shared = {found[p][1]["final_diagnosis"] for p in found if found[p][0] == "test"} & {
        found[p][1]["final_diagnosis"] for p in found if found[p][0] == "train"
    }
    assert report["label_overlap"]["train/test"]["diagnoses"] == len(shared) > 0


def test_a_receipt_verifies_and_names_what_differs(tmp_path: Path) -> None:
    given = rows(60)
    source = write(tmp_path / "in", given)
    splits(source, tmp_path / "out", scheme="hash", seed=3, holdout_labels=True)
    receipt = tmp_path / "out" / "splits.json"
    assert splits(receipt=receipt, verify=True).same
    elsewhere = write(tmp_path / "elsewhere", given[::-1])
    again = splits(elsewhere, receipt=receipt, verify=True)
    assert (again.same, again.lines[0].partition(" has ")[0]) == (True, "input data/rows.parquet")
    splits(elsewhere, tmp_path / "again", receipt=receipt)
    assert read(tmp_path / "again") == read(tmp_path / "out")
    given[5]["text"] += " and more"
    changed = splits(write(tmp_path / "changed", given), receipt=receipt, verify=True)
    assert not changed.same
    assert [line for line in changed.lines if line.startswith("the rows have the digest")]
    assert [line for line in changed.lines if line.startswith("output data/")]


def test_another_writer_of_parquet_is_told_from_other_rows(tmp_path: Path) -> None:
    splits(write(tmp_path / "in", rows(60)), tmp_path / "out")
    path = tmp_path / "splits.json"
    receipt = json.loads((tmp_path / "out" / "splits.json").read_text())
    name = "data/train-00000-of-00001.parquet"
    receipt["outputs"][name] = "0" * 64
    path.write_text(json.dumps(receipt))
    assert not splits(receipt=path, verify=True).same
    path.write_text(json.dumps({**receipt, "writer": "pyarrow 1"}))
    verdict = splits(receipt=path, verify=True)
    assert verdict.same
    assert verdict.lines[1].endswith("the rows in them are the same")
    path.write_text(json.dumps({**receipt, "writer": "pyarrow 1", "rows_digest": "0"}))
    assert not splits(receipt=path, verify=True).same


def test_order_folder_hash_seed_locale_and_time_zone_leave_no_trace(tmp_path: Path) -> None:
    given = rows(300)
    splits(
        write(tmp_path / "one", given), tmp_path / "a", stratify="specialty", holdout_labels=True
    )
    write(
        tmp_path / "other" / "place", given[::-1], split=lambda row: f"part{row['Unnamed: 0'] % 3}"
    )
    elsewhere = {"PYTHONHASHSEED": "77", "LC_ALL": "C", "TZ": "Asia/Kolkata", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "flows.cli", "splits", "--from", "place", "--out", "b"]
    command += ["--stratify", "specialty", "--holdout-labels"]
    ran = subprocess.run(
        command,
        cwd=tmp_path / "other",
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    made = [folder_digests(tmp_path / "a"), folder_digests(tmp_path / "other" / "b")]
    receipts = [json.loads((tmp_path / p / "splits.json").read_text()) for p in ("a", "other/b")]
    assert [each.pop("splits.json") for each in made]
    assert made[0] == made[1]
    assert len({(each["rows_digest"], json.dumps(each["report"])) for each in receipts}) == 1


def test_a_home_keeps_its_splits_and_its_bytes(sample_home: Home, tmp_path: Path) -> None:
    splits(sample_home.root, tmp_path / "out")
    ours, theirs = folder_digests(tmp_path / "out"), folder_digests(sample_home.dataset)
    files = [name for name in theirs if name.startswith("data/")] + ["ledger.csv"]
    assert {name: ours[name] for name in files} == {name: theirs[name] for name in files}
    assert "fictional" in (tmp_path / "out" / "README.md").read_text()
    splits(sample_home.root, tmp_path / "hash", scheme="hash", seed=5, sizes="a=rest,b=2")
    assert counts(tmp_path / "hash")["b"] == 2
    kept = {row["pmcid"]: row["Unnamed: 0"] for _, row in read(tmp_path / "hash").values()}
    assert kept == {row["pmcid"]: row["Unnamed: 0"] for _, row in read(tmp_path / "out").values()}


def test_a_published_dataset_lends_its_splits_and_numbers(tmp_path: Path) -> None:
    given = rows(300)
    published = [reference(row) for row in given[:200]]
    for row in published:
        row["Unnamed: 0"] += 1_000
    like = write(
        tmp_path / "like", published, split=lambda r: ("train", "validation", "test")[hash_of(r)]
    )
    source = write(tmp_path / "in", given[50:])
    made = splits(source, tmp_path / "out", like=str(like))
    before, after = read(like), read(tmp_path / "out")
    old = {pmcid: (split, row["Unnamed: 0"]) for pmcid, (split, row) in before.items()}
    for pmcid, (split, row) in after.items():
        if pmcid in old:
            told = old[pmcid][0].replace("validation", "val")
            assert (split, row["Unnamed: 0"]) == (told, old[pmcid][1])
        else:
            assert row["Unnamed: 0"] >= 1_200
    assert made.receipt
    assert made.receipt.report["left"] == {"not_in_source": 50}
    left = [e for e in read_ledger(tmp_path / "out" / "ledger.csv") if e.left]
    assert {e.pmcid for e in left} == {row["pmcid"] for row in given[:50]}
    assert {e.left for e in left} == {"not_in_source"}
    listed = tmp_path / "list.csv"
    listed.write_text("pmcid,split\n" + "".join(f"{p},{old[p][0]}\n" for p in old))
    one_file = source / "data" / "rows.parquet"
    (one_file.parent / "ledger.csv").write_text("of something else")
    splits(one_file, tmp_path / "by-list", like=str(listed))
    assert [split for split, _ in read(tmp_path / "by-list").values()] == [
        split.replace("val", "validation") for split, _ in after.values()
    ]


def hash_of(row: dict[str, Any]) -> int:
    """A split for a row, most often the first."""
    return max(0, row["Unnamed: 0"] % 9 - 6)


def test_relatives_are_found_by_their_texts_where_no_column_tells_them(tmp_path: Path) -> None:
    given = [reference(row) for row in rows(120, words=200)]
    for one, other in zip(given[::20], given[1::20], strict=True):
        other["text"], other["case_prompt"] = one["text"] + " again", one["case_prompt"]
    made = splits(write(tmp_path / "in", given), tmp_path / "out", sizes="train=100,test=20")
    split = {pmcid: where for pmcid, (where, _) in read(tmp_path / "out").items()}
    for one, other in zip(given[::20], given[1::20], strict=True):
        assert split[one["pmcid"]] == split[other["pmcid"]]
    assert made.receipt
    assert made.receipt.clusters == "found by the texts"
    assert made.receipt.report["duplicates_across_splits"]["sets"] == 0
    assert len(split) == 120


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            {"sizes": "train=500,test=99"},
            "ask for 599 cases and there are 60: .*nothing was written",
        ),
        (
            {"test_needs": "clarity>3"},
            "there is no column clarity; there are Unnamed: 0, article_l",
        ),
        ({"test_needs": "transparency>9", "sizes": "train=50,test=10"}, "there are 0 that may go"),
        ({"scheme": "temporal", "dated_by": "first_seen"}, "has no column first_seen, which"),
        ({"scheme": "hash", "like": "in"}, "--like keeps splits and --scheme hash draws"),
        ({"like": "in"}, "does not say which split the rows of data/rows.parquet are in"),
        ({"verify": True}, "--verify needs --receipt"),
        ({"receipt": Path("in/data/rows.parquet"), "verify": True}, "is no receipt of splits"),
        ({"source": None}, "name a dataset with --from"),
        ({"source": "twice"}, r"has PMC9000100000 twice"),
        ({"source": "unnamed"}, r"has a row whose pmcid is 'nothing'"),
        ({"out": Path("in/new")}, "in/new and in lie in each other"),
        ({"like": "odd.csv"}, "has PMC9000100000 in '../train', which cannot name a split"),
        ({"out": Path("full")}, "full holds a.txt, which Casebook did not write"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    tmp_path: Path, told: dict[str, Any], says: str
) -> None:
    given = rows(60)
    write(tmp_path / "in", given)
    write(tmp_path / "twice", [given[0], *given])
    write(tmp_path / "unnamed", [given[0], {**given[1], "pmcid": "nothing"}])
    (tmp_path / "odd.csv").write_text("pmcid,split\nPMC9000100000,../train\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine")
    before = folder_digests(tmp_path)
    with pytest.raises(UsageError, match=says):
        splits(**{"source": "in", "out": Path("out"), **told})
    assert folder_digests(tmp_path) == before


def test_a_home_without_a_ledger_takes_over_splits_and_tells_who_left_and_why(
    sample_home: Home, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    like = tmp_path / "published"
    shutil.copytree(sample_home.dataset, like)
    (like / "ledger.csv").unlink()
    summary = build(home.root, sample=True, like=str(like), commercial=True)
    before, after = read(like), read(home.dataset)
    assert summary.state == "complete"
    assert 0 < len(after) < len(before)
    assert {p: (s, r["Unnamed: 0"]) for p, (s, r) in after.items()} == {
        p: (s, r["Unnamed: 0"]) for p, (s, r) in before.items() if p in after
    }
    changelog = (home.dataset / "CHANGELOG.md").read_text()
    for pmcid in before.keys() - after.keys():
        assert f"- {pmcid} ({before[pmcid][0]}): licence" in changelog
    assert set(summary.removed) == before.keys() - after.keys()


def test_what_a_build_leaves_unused_is_not_wanted_and_the_counts_add_up(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    summary = build(home.root, sample=True, sizes="train=3,test=2,unused", holdout_labels=True)
    assert counts(home.dataset) == {"train": 3, "test": 2}
    states = dict(summary.articles)
    assert states.pop("arrived") == sum(states.values()) == 30
    assert summary.funnel[-1].left == states["kept"] == 5
    unused = [e for e in read_ledger(home.ledger) if e.split == "unused"]
    assert len(unused) == states["not_wanted"] > 0
    with pytest.raises(UsageError, match="ask for 302 cases and there are"):
        build(tmp_path / "other", sample=True, sizes="train=300,test=2")


def test_the_flow_tells_what_the_command_prints(tmp_path: Path) -> None:
    source = write(tmp_path / "in", rows(60))
    state = regenerate_splits.fn(source=str(source), out=tmp_path / "out", sizes="train=50,test=10")
    assert state.is_completed()
    assert "test          10 rows" in (state.message or "")
    receipt = tmp_path / "out" / "splits.json"
    receipt.write_text(receipt.read_text().replace('"rows":60', '"rows":61').replace("60,", "61,"))
    state = regenerate_splits.fn(receipt=receipt, verify=True)
    assert state.is_failed()


def test_counts_that_earlier_splits_do_not_meet_stop_with_their_numbers(
    sample_home: Home, tmp_path: Path
) -> None:
    settings = said_settings(sizes="train=9,val=2,test=3")
    with pytest.raises(UsageError, match="9 cases in train and 12 lie there"):
        make_splits(str(sample_home.root), tmp_path / "out", settings)
    anew = said_settings(sizes="train=9,val=2,test=3", scheme="hash")
    assert make_splits(str(sample_home.root), tmp_path / "out", anew).rows == 14


def test_a_receipt_tells_of_files_beside_it_that_were_touched(
    sample_home: Home, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    make_splits(str(sample_home.root), out, said_settings(scheme="hash"))
    receipt = read_receipt(out / "splits.json")
    assert changed_beside(receipt, out) == ()
    with (out / "ledger.csv").open("a") as ledger:
        ledger.write("x")
    (touched,) = changed_beside(receipt, out)
    assert touched.startswith("beside the receipt ledger.csv has the digest ")
    wrong = receipt.model_copy(update={"settings": {"seed": "x"}})
    with pytest.raises(UsageError, match="setting seed cannot be 'x'"):
        settings_of(wrong)
