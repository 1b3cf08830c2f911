"""What models answer, fail at and verify, and what is missing to ask them."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.commands.status import query
from flows.errors import UsageError
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger
from flows.warehouse.work import Work
from schemas.run import RunSummary
from schemas.settings import Settings
from schemas.split import Clustered
from tests.corpus_maker import Rates, make_articles, write_folder
from tests.fakes.running import RunningModels
from tests.flows.building import data_digests
from tests.flows.models.drafting import ARTICLES, calls, draft


def test_faults_on_three_requests_in_ten_leave_no_article_without_a_state(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    models.admin.faults(0.3, seed=5)
    models.admin.settings(slow_seconds=0.1)
    summary = draft(tmp_path / "home", xml, answer_seconds=2)
    assert sum(summary.articles.values()) == 2 * summary.articles["arrived"] == 2 * ARTICLES
    assert summary.articles["kept"] > 0
    key = models.environment["OPENAI_API_KEY"].encode()
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not [path for path in files if key in path.read_bytes()]


def test_what_models_failed_at_is_asked_again_when_told(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    models.admin.faults(1.0, kinds=["broken_json"])
    failed = draft(tmp_path / "home", xml)
    models.admin.faults(0)
    models.admin.counts(reset=True)
    assert failed.articles.get("kept", 0) == 0
    assert draft(tmp_path / "home", xml).done == {}
    assert calls(models) == 0
    again = draft(tmp_path / "home", xml, ask_again=True)
    assert again.articles["kept"] > 10


def test_what_models_fail_at_is_asked_again_by_one_wave(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    models.admin.faults(0.4, kinds=["broken_json"], seed=3)
    draft(tmp_path / "home", xml, target_cases=3)
    models.admin.faults(1.0, kinds=["broken_json"])
    models.admin.counts(reset=True)
    told = draft(tmp_path / "home", xml, target_cases=12, ask_again=True)
    assert told.taken == ARTICLES
    # A broken answer is asked for once more before it counts as one.
    assert 0 < calls(models) <= 1.5 * ARTICLES


def test_a_verifier_that_always_agrees_is_told_by_the_card(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    good = (drafted[0] / "dataset" / "README.md").read_text()
    models.admin.settings(always_agrees=True)
    draft(tmp_path / "blind", xml)
    blind = (tmp_path / "blind" / "dataset" / "README.md").read_text()
    assert "caught 0 of 8 (0%)" in blind
    assert "not fit to be published" in blind
    assert "caught 0 of 8" not in good
    assert "extract-1-" in good
    assert "score-1-" in good


def test_a_model_does_not_verify_itself(
    models: RunningModels, xml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBOOK_VERIFY_MODEL", models.environment["CASEBOOK_EXTRACT_MODEL"])
    with pytest.raises(UsageError, match="--same-verifier"):
        draft(tmp_path / "home", xml)
    draft(tmp_path / "home", xml, same_verifier=True)
    assert (
        "verified by the model that drafted"
        in (tmp_path / "home" / "dataset" / "README.md").read_text()
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CASEBOOK_EXTRACT_MODEL", "", "set CASEBOOK_EXTRACT_MODEL"),
        ("CASEBOOK_EXTRACT_MODEL", "nobodys", "price of nobodys is not known"),
        ("CASEBOOK_PRICES", "/nowhere.toml", "price table cannot be read"),
        ("OPENAI_BASE_URL", "ftp://x", "is no http"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_asked(
    models: RunningModels,
    xml: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    sentence: str,
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=sentence):
        draft(tmp_path / "home", xml)
    assert calls(models) == 0
    assert not Home(tmp_path / "home").catalogue.exists()


def test_where_the_better_report_is_rejected_its_next_duplicate_is_verified(
    models: RunningModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBOOK_PLANTED_LEAST", "0")
    monkeypatch.setenv("CASEBOOK_PLANTED_SHARE", "0")
    models.admin.rates(perfect=True, false_alarms=0.6)
    rates = dataclasses.replace(Rates.clean(), duplicate=0.7)
    write_folder(tmp_path / "xml", make_articles(24, 5, rates=rates))
    home = Home(tmp_path / "home")
    summary = draft(home.root, tmp_path / "xml", shard_size=5)
    assert summary.state == "complete"
    work = Work(home, Settings(**summary.settings), home_ledger(home))
    assert not work.first_missing()
    assert work.verifying.choices()
    ends = {
        row["pmcid"]: (row["state"], row["stage"])
        for row in query(home, "SELECT pmcid, state, stage FROM articles")
    }
    tried = 0
    for row in home.store.rows(work.done["dedupe"]["all"], Clustered):
        told = [ends[pmcid] for pmcid in (row.pmcid, *row.duplicates)]
        rejected = told.count(("rejected", "verify"))
        rest = told[rejected:]
        assert told[:rejected] == [("rejected", "verify")] * rejected
        assert rest[:1] in ([], [("kept", None)])
        assert set(rest[1:]) <= {("rejected", "dedupe")}
        tried += rejected and len(rest)
    assert tried
    left = 24
    for line in summary.funnel:
        assert line.entered == left
        left = line.left
    assert left == summary.articles["kept"]
    rows = pq.read_table(home.dataset / "data").to_pylist()
    assert all(row["verdict"]["passed"] for row in rows)
    before = data_digests(home.root)
    models.admin.counts(reset=True)
    assert draft(home.root, tmp_path / "xml", shard_size=5).done == {}
    (tmp_path / "new").mkdir()
    shutil.copy(home.ledger, tmp_path / "new")
    draft(tmp_path / "new", tmp_path / "xml", calls=home.root / "calls.sqlite")
    assert data_digests(tmp_path / "new") == before
    assert calls(models) == 0
