"""A build from the sample: what comes out, and that nothing is lost or done twice."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.commands.settings import SAMPLE, load_settings
from flows.commands.status import query, status_of
from flows.errors import UsageError
from flows.survey import Survey, survey
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from flows.warehouse.runs import read_runs
from schemas.published import PUBLISHED, REFERENCE_COLUMNS
from schemas.selector import Selector
from tests.flows.building import build, data_digests, folder_of

SPLITS = ("train", "val", "test")


def published_rows(home: Home) -> list[dict]:
    return [
        row | {"split": path.name.partition("-")[0]}
        for path in sorted((home.dataset / "data").glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]


def test_each_sample_article_ends_as_its_readme_says(sample_home: Home) -> None:
    with (SAMPLE / "expected.csv").open(newline="") as file:
        expected = {row["pmcid"]: row for row in csv.DictReader(file)}
    for row in query(sample_home, "SELECT pmcid, state, stage, reason FROM articles"):
        wanted = expected.pop(row["pmcid"])
        if wanted["outcome"] == "kept":
            assert row["state"] == "kept", row
        else:
            assert (row["stage"], row["reason"]) == (wanted["stage"], wanted["reason"]), row
    assert not expected


def test_kept_cases_have_the_diagnosis_their_authors_made(sample_home: Home) -> None:
    with (SAMPLE / "expected.csv").open(newline="") as file:
        expected = {row["pmcid"]: row["diagnosis"] for row in csv.DictReader(file)}
    for row in published_rows(sample_home):
        assert row["final_diagnosis"].lower() == expected[row["pmcid"]].lower()


def test_every_article_has_one_state_and_the_counts_add_up(sample_home: Home) -> None:
    report = status_of(sample_home)
    states = dict(report["articles"])
    assert states.pop("arrived") == sum(states.values()) == 30
    entered = 30
    for line in report["funnel"]:
        assert line["entered"] == entered
        assert line["rejected"] == sum(line["reasons"].values())
        entered = line["remaining"]
    assert entered == states["kept"] == sum(report["splits"].values())


def test_the_published_table_begins_as_the_reference_does(sample_home: Home) -> None:
    for path in (sample_home.dataset / "data").glob("*.parquet"):
        assert pq.read_schema(path).equals(PUBLISHED)
    assert PUBLISHED.names[:10] == [
        "Unnamed: 0",
        "pmcid",
        "title",
        "journal",
        "article_link",
        "publication_date",
        "text",
        "case_prompt",
        "diagnostic_reasoning",
        "final_diagnosis",
    ]
    assert len(REFERENCE_COLUMNS) == 10


def test_spans_prove_quotes_and_prompts(sample_home: Home) -> None:
    for row in published_rows(sample_home):
        for statement in row["statements"]:
            parts = [row["text"][s["start"] : s["end"]] for s in statement["spans"]]
            assert " … ".join(parts) == statement["quote"] or "".join(parts) in row["text"]
            assert all(part in statement["quote"] for part in parts)
        assert row["prompt_spans"]
        assert all(span["end"] <= row["breakpoint"] for span in row["prompt_spans"])


def test_rows_say_that_rules_made_them(sample_home: Home) -> None:
    for row in published_rows(sample_home):
        assert row["extractor"] == {"kind": "rules", "model": None, "prompt": None}
        assert row["verdict"] is None
        assert row["thoroughness"] is None


def test_fictional_rows_link_to_the_sample_folder(sample_home: Home) -> None:
    headings = (SAMPLE / "README.md").read_text(encoding="utf-8").lower()
    for row in published_rows(sample_home):
        page, _, anchor = row["article_link"].partition("#")
        assert (SAMPLE.parents[1] / page).is_file()
        assert f"### {anchor}" in headings


def test_datasets_loads_what_was_built(
    sample_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    loaded = load_dataset(str(sample_home.dataset), cache_dir=str(tmp_path))
    assert {name: split.num_rows for name, split in loaded.items()} == status_of(sample_home)[
        "splits"
    ]
    assert loaded["train"].column_names == PUBLISHED.names


def test_relatives_share_a_cluster_and_a_split(sample_home: Home) -> None:
    rows = {row["pmcid"]: row for row in published_rows(sample_home)}
    one, other = rows["PMC9000000002"], rows["PMC9000000014"]
    assert one["cluster"] == other["cluster"]
    assert one["split"] == other["split"]


def test_a_second_build_finds_nothing_to_do(sample_home: Home) -> None:
    selector = Selector(sample=True)
    settings = load_settings(selector, home=sample_home.root, workers=1)
    assert survey(sample_home, selector, settings, print).nothing_to_do


def test_a_second_build_does_no_stage_again(tmp_path: Path) -> None:
    build(tmp_path / "home", sample=True)
    before = data_digests(tmp_path / "home")
    assert build(tmp_path / "home", sample=True).done == {}
    assert data_digests(tmp_path / "home") == before


def test_the_order_and_number_of_shards_leave_no_trace(sample_home: Home, tmp_path: Path) -> None:
    build(tmp_path / "home", sample=True, shard_size=4)
    assert data_digests(tmp_path / "home") == data_digests(sample_home.root)


def test_a_home_that_grew_equals_one_built_at_once_with_its_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "xml"
    for numbers in (range(1, 11), range(11, 21), range(21, 31)):
        build(tmp_path / "grown", xml=folder_of(folder, numbers))
    grown = {entry.pmcid: entry for entry in read_ledger(tmp_path / "grown" / "ledger.csv")}
    (tmp_path / "new").mkdir()
    shutil.copy(tmp_path / "grown" / "ledger.csv", tmp_path / "new")
    build(tmp_path / "new", xml=folder)
    assert data_digests(tmp_path / "new") == data_digests(tmp_path / "grown")
    assert {e.first_release for e in grown.values()} == {1, 2}


def test_nobody_moves_when_articles_are_added(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", range(1, 13))
    build(tmp_path / "home", xml=folder)
    before = {e.pmcid: (e.number, e.split) for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    summary = build(tmp_path / "home", xml=folder_of(folder, (13, 14)))
    after = {e.pmcid: (e.number, e.split) for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    assert before.items() <= after.items()
    assert set(summary.added) == after.keys() - before.keys()
    new = set(summary.added) - {"PMC9000000014"}
    assert {after[pmcid][1] for pmcid in new} == {"train"}


def test_a_retraction_takes_a_case_out_and_the_ledger_says_why(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", range(1, 15))
    build(tmp_path / "home", xml=folder)
    path = folder / "PMC9000000001.1.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"is_retracted": True}))
    summary = build(tmp_path / "home", xml=folder)
    assert summary.removed == ("PMC9000000001",)
    entries = {e.pmcid: e for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    assert entries["PMC9000000001"].left == "retracted"
    assert entries["PMC9000000001"].last_release == 1
    again = build(tmp_path / "home", xml=folder)
    assert again.done == {}


def test_what_comes_back_gets_its_old_number_and_split(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", range(1, 15))
    build(tmp_path / "home", xml=folder)
    before = {e.pmcid: e for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    held = {path: path.read_bytes() for path in folder.glob("PMC9000000003.*")}
    for path in held:
        path.unlink()
    build(tmp_path / "home", xml=folder, full=True)
    assert {e.pmcid: e.left for e in read_ledger(tmp_path / "home" / "ledger.csv")}[
        "PMC9000000003"
    ] == "gone"
    for path, content in held.items():
        path.write_bytes(content)
    build(tmp_path / "home", xml=folder)
    after = {e.pmcid: e for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    assert after == before


def test_without_full_an_article_that_is_not_named_stays(tmp_path: Path) -> None:
    build(tmp_path / "home", xml=folder_of(tmp_path / "one", (1, 3)))
    summary = build(tmp_path / "home", xml=folder_of(tmp_path / "two", (4, 5)))
    assert summary.articles["arrived"] == 4
    assert summary.removed == ()


def test_a_limit_leaves_the_others_not_wanted_and_is_a_prefix(tmp_path: Path) -> None:
    kept = []
    for limit in (4, 8):
        home = Home(tmp_path / str(limit))
        build(home.root, sample=True, limit=limit)
        states = Counter(row["state"] for row in query(home, "SELECT state FROM articles"))
        late = "('extract', 'ground', 'check', 'dedupe')"
        wanted = query(home, f"SELECT pmcid FROM articles WHERE state = 'kept' OR stage IN {late}")
        assert states["not_wanted"] > 0
        assert states.total() == 30
        kept.append({row["pmcid"] for row in wanted})
    assert kept[0] < kept[1]


def test_a_target_of_cases_takes_the_shortest_run_of_candidates_that_yields_it(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    summary = build(home, sample=True, target_cases=6)
    assert summary.articles["kept"] == 6
    assert summary.taken is not None
    assert summary.taken < summary.taken + summary.articles["not_wanted"]
    fewer = build(tmp_path / "fewer", sample=True, limit=summary.taken - 1)
    assert fewer.articles["kept"] == 5
    same = build(tmp_path / "same", sample=True, limit=summary.taken)
    assert same.articles == summary.articles
    assert data_digests(home) == data_digests(tmp_path / "same")

    assert survey_of(home, target_cases=6).nothing_to_do
    assert not survey_of(home, target_cases=7).nothing_to_do
    more = build(home, sample=True, target_cases=8)
    assert (more.articles["kept"], more.removed, len(more.added)) == (8, (), 2)
    # Those of the release come first, and are as many as are wanted.
    again = build(home, sample=True, target_cases=8, min_words=149)
    assert (again.articles["kept"], again.taken, again.added) == (8, 8, ())


def test_a_target_that_cannot_be_reached_takes_every_candidate(
    tmp_path: Path, sample_home: Home
) -> None:
    summary = build(tmp_path / "home", sample=True, target_cases=500)
    assert summary.articles["kept"] == 14
    assert "not_wanted" not in summary.articles
    assert data_digests(tmp_path / "home") == data_digests(sample_home.root)
    assert survey_of(tmp_path / "home", target_cases=500).nothing_to_do


def survey_of(home: Path, **told: object) -> Survey:
    selector = Selector(sample=True)
    settings = load_settings(selector, home=home, workers=1, **told)
    return survey(Home(home), selector, settings, print)


def test_a_limit_set_later_takes_cases_out_as_not_wanted(tmp_path: Path) -> None:
    build(tmp_path / "home", sample=True)
    summary = build(tmp_path / "home", sample=True, limit=3)
    assert summary.removed
    left = {e.left for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    assert left == {None, "not_wanted"}


def test_wider_licences_need_only_the_gate_again(tmp_path: Path) -> None:
    build(tmp_path / "home", sample=True)
    summary = build(tmp_path / "home", sample=True, allow_nd=True)
    assert "capture" not in summary.done
    assert summary.done["fetch"] == 1


def test_an_empty_folder_and_no_folder_are_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for xml in (tmp_path / "empty", tmp_path / "none", None):
        with pytest.raises(UsageError):
            build(tmp_path / "home", xml=xml)


def test_fictional_and_real_articles_do_not_mix(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1, 3))
    text = (folder / "PMC9000000001.1.xml").read_text(encoding="utf-8")
    (folder / "real.xml").write_text(text.replace("PMC9000000001", "PMC1234567"), encoding="utf-8")
    with pytest.raises(UsageError, match="fictional"):
        build(tmp_path / "home", xml=folder)


def test_a_build_from_the_sample_keeps_train_val_and_test(sample_home: Home) -> None:
    assert status_of(sample_home)["splits"].keys() == set(SPLITS)


def test_summaries_say_what_was_asked_and_what_came_of_it(sample_home: Home) -> None:
    (summary,) = read_runs(sample_home.runs)
    assert summary.state == "complete"
    assert summary.selector.sample
    assert summary.articles["arrived"] == 30
    assert len(summary.added) == summary.articles["kept"]


def test_what_was_released_and_is_lost_is_pending_until_it_is_had_or_let_go(
    tmp_path: Path,
) -> None:
    folder = folder_of(tmp_path / "xml", range(1, 15))
    build(tmp_path / "home", xml=folder)
    before = {e.pmcid: e for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    shutil.rmtree(tmp_path / "home" / "shards")
    few = folder_of(tmp_path / "few", range(1, 12))
    summary = build(tmp_path / "home", xml=few)
    assert summary.state == "incomplete"
    assert {(p.pmcid, p.reason) for p in summary.pending} == {
        ("PMC9000000012", "lost"),
        ("PMC9000000013", "lost"),
        ("PMC9000000014", "lost"),
    }
    assert build(tmp_path / "home", xml=few).done == {}
    summary = build(tmp_path / "home", xml=folder_of(few, (12,)))
    assert summary.added == ("PMC9000000012",)
    summary = build(tmp_path / "home", xml=few, full=True)
    assert summary.state == "complete"
    left = {e.pmcid: e.left for e in read_ledger(tmp_path / "home" / "ledger.csv")}
    assert left["PMC9000000013"] == "gone"
    assert build(tmp_path / "home", xml=few).done == {}
    build(tmp_path / "home", xml=folder)
    assert {e.pmcid: e for e in read_ledger(tmp_path / "home" / "ledger.csv")} == before
