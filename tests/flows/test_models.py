"""Builds by language models, as a fake of their service on loopback answers."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractors.cases import prompts
from flows.commands.plan import plan_from_options
from flows.commands.status import query
from flows.errors import CasebookError, UsageError
from flows.hub.refusals import require_ended
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger, read_ledger
from flows.warehouse.work import Work
from schemas.run import RunSummary
from schemas.settings import Settings
from schemas.split import Clustered
from tests.corpus_maker import Rates, make_articles, write_folder
from tests.fakes.running import RunningModels, running_models
from tests.flows.building import build, data_digests

ARTICLES = 16
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def xml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "xml"
    write_folder(folder, make_articles(ARTICLES, 3, rates=Rates.clean()))
    for path in folder.glob("*.json"):
        path.unlink()
    return folder


@contextmanager
def answering(folder: Path) -> Iterator[RunningModels]:
    """The same models each time, and all settings that lead to them."""
    with running_models(seed=2) as running, pytest.MonkeyPatch.context() as patch:
        prices = "".join(
            f'["{running.environment[name]}"]\ninput = 2\ncached = 1\noutput = 8\nbatch = 0.5\n'
            for name in ("CASEBOOK_EXTRACT_MODEL", "CASEBOOK_VERIFY_MODEL")
        )
        (folder / "prices.toml").write_text(prices)
        told = {"CASEBOOK_PRICES": f"{folder}/prices.toml", "CASEBOOK_PLANTED_LEAST": "8"}
        for name, value in {**running.environment, **told}.items():
            patch.setenv(name, value)
        yield running


@pytest.fixture(scope="module")
def drafted(xml: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSummary]:
    """A home built by models like each test's; to be looked at, not changed."""
    folder = tmp_path_factory.mktemp("drafted")
    with answering(folder):
        return folder / "home", draft(folder / "home", xml)


@pytest.fixture
def models(tmp_path: Path) -> Iterator[RunningModels]:
    with answering(tmp_path) as running:
        yield running


@pytest.fixture
def home(drafted: tuple[Path, RunSummary], tmp_path: Path) -> Path:
    """A copy of what was drafted, with its answers."""
    return shutil.copytree(drafted[0], tmp_path / "home")


def draft(home: Path, xml: Path, **told: object) -> RunSummary:
    return build(home, xml=xml, **{"extractor": "llm", "shard_size": 8, **told})


def calls(models: RunningModels, step: str = "") -> int:
    return models.admin.counts()[f"chat.{step}" if step else "chat"]


def copied(xml: Path, target: Path, change: dict[str, tuple[str, str]] | None = None) -> Path:
    """The same articles, some of them with other words, all spaced and punctuated anew."""
    target.mkdir()
    for path in xml.glob("*.xml"):
        text = path.read_text("utf-8")
        if change is None:
            text = re.sub(r"<p>.*?</p>", lambda m: m[0].replace(", ", " ; "), text, flags=re.S)
        elif path.name in change:
            text = text.replace(*change[path.name])
        (target / path.name).write_text(text, "utf-8")
    return target


def test_a_second_build_asks_nothing(models: RunningModels, xml: Path, tmp_path: Path) -> None:
    first = draft(tmp_path / "home", xml)
    assert first.state == "complete"
    assert first.articles["kept"] > 10
    assert first.calls is not None
    assert first.calls.done == calls(models) > 50
    models.admin.counts(reset=True)
    assert draft(tmp_path / "home", xml).done == {}
    again = draft(tmp_path / "anew", xml, calls=tmp_path / "home" / "calls.sqlite")
    assert calls(models) == 0
    assert again.articles == first.articles
    assert data_digests(tmp_path / "anew") == data_digests(tmp_path / "home")
    rows = pq.read_table(tmp_path / "home" / "dataset" / "data").to_pylist()
    assert {row["extractor"]["kind"] for row in rows} == {"llm"}
    assert all(row["verdict"]["passed"] for row in rows)
    assert all(row["thoroughness"] >= 3 for row in rows)


def test_answers_that_are_gone_are_not_paid_for_again_unasked(
    models: RunningModels, xml: Path, home: Path, tmp_path: Path
) -> None:
    for lose in (lambda path: path.write_bytes(b""), Path.unlink):
        lose(home / "calls.sqlite")
        with pytest.raises(UsageError, match=r"is gone, with the answers to \d+ calls"):
            draft(home, copied(xml, tmp_path / "new"))
        shutil.rmtree(tmp_path / "new")
    assert calls(models) == 0
    draft(home, xml, calls=tmp_path / "anew.sqlite", ask_again=True)


def test_other_spacing_of_every_text_asks_nothing(
    models: RunningModels, xml: Path, home: Path, tmp_path: Path
) -> None:
    before = pq.read_table(home / "dataset" / "data").to_pylist()
    second = draft(home, copied(xml, tmp_path / "spaced"))
    assert calls(models) - calls(models, "repair") == 0
    assert second.articles["kept"] >= len(before) - 1
    after = pq.read_table(home / "dataset" / "data").to_pylist()
    assert [row["text"] for row in before] != [row["text"] for row in after]
    for row in after:
        for statement in row["statements"]:
            told = [row["text"][span["start"] : span["end"]] for span in statement["spans"]]
            assert all(part in statement["quote"] for part in told)


def test_one_article_changed_pays_for_one_article(
    models: RunningModels, xml: Path, home: Path, tmp_path: Path
) -> None:
    row = pq.read_table(home / "dataset" / "data").to_pylist()[0]
    name = next(path.name for path in xml.glob(f"{row['pmcid']}.*"))
    word = row["case_prompt"].split(".")[0]
    draft(home, copied(xml, tmp_path / "new", {name: (word, f"{word} today")}))
    assert 1 <= calls(models) <= 5
    assert calls(models, "score") == 1


def test_a_prompts_wording_pays_for_its_step_and_the_plan_says_so(
    models: RunningModels,
    xml: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(
        prompts.PROMPTS, "verify", dataclasses.replace(prompts.PROMPTS["verify"], number=99)
    )
    options = {"xml": xml, "home": home, "config": None, "as_json": True}
    assert plan_from_options({**options, "sample": False, "full": False}) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    told = {step["step"]: step for step in steps}
    assert calls(models) == 0
    assert [round(told[step]["due"]) for step in ("score", "extract", "repair")] == [0, 0, 0]
    draft(home, xml)
    assert calls(models) == calls(models, "verify") > 0
    assert abs(told["verify"]["due"] - calls(models)) <= 8 + 2
    assert plan_from_options({**options, "sample": False, "full": False}) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cost"], told["unread"]) == (0, 0)
    assert all(step["held"] for step in told["steps"] if step["step"] != "repair")


def test_a_threshold_asks_nothing(models: RunningModels, xml: Path, home: Path) -> None:
    draft(home, xml, min_thoroughness=4)
    assert calls(models) == calls(models, "verify"), "other cases may be planted"


def test_a_budget_holds_and_the_next_build_goes_on(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    models.admin.settings(usage_factor=2)
    whole = draft(tmp_path / "whole", xml)
    assert whole.calls is not None
    models.admin.counts(reset=True)
    budget = whole.calls.spent / 2
    first = draft(tmp_path / "home", xml, budget=budget, in_flight=4)
    assert first.state == "incomplete"
    assert {p.reason for p in first.pending} == {"budget"}
    assert "--budget" in first.pending[0].detail
    assert first.calls is not None
    assert first.calls.spent <= budget * 1.05
    assert first.articles["pending"] == len(first.pending) > 0
    again = draft(tmp_path / "home", xml, budget=budget, in_flight=4)
    assert again.calls is not None
    assert again.calls.done == 0, "what was spent before counts"
    last = draft(tmp_path / "home", xml)
    assert last.state == "complete"
    assert data_digests(tmp_path / "home") == data_digests(tmp_path / "whole")
    assert models.admin.counts()["answered.again"] == 0


def test_a_target_of_cases_asks_about_no_more_candidates_than_it_takes(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    few = draft(tmp_path / "home", xml, target_cases=4)
    assert (few.state, few.articles["kept"]) == ("complete", 4)
    assert few.taken is not None
    asked = calls(models, "score")
    assert few.taken <= asked < ARTICLES
    more = draft(tmp_path / "home", xml, target_cases=6)
    assert (more.articles["kept"], more.removed) == (6, ())
    assert asked < calls(models, "score") < ARTICLES
    assert models.admin.counts()["answered.again"] == 0
    poor = draft(tmp_path / "home", xml, target_cases=ARTICLES, budget=0.02)
    assert (poor.state, {p.reason for p in poor.pending}) == ("incomplete", {"budget"})
    assert poor.articles["kept"] >= 6


def test_a_budget_that_ends_among_the_planted_cases_leaves_something_pending(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home, whole = drafted
    assert whole.calls is not None
    first = draft(tmp_path / "home", xml, budget=whole.calls.spent, in_flight=1)
    assert {(p.stage, p.reason) for p in first.pending} == {("verify", "budget")}
    draft(tmp_path / "home", xml)
    card = Path("dataset", "README.md")
    assert (tmp_path / "home" / card).read_bytes() == (home / card).read_bytes()


def test_a_killed_build_pays_no_answer_twice(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    models.admin.settings(latency=0.2)
    command = "import sys; from pathlib import Path; from tests.flows.test_models import draft; "
    command += f"draft(Path({str(home)!r}), Path({str(xml)!r}), in_flight=4)"
    kills = 0
    for wait in (4, 5):
        process = subprocess.Popen([sys.executable, "-c", command], cwd=ROOT)
        time.sleep(wait)
        kills += process.poll() is None
        process.kill()
        process.wait()
    models.admin.settings(latency=0)
    draft(home, xml)
    assert kills
    assert models.admin.counts()["answered.again"] <= 4 * kills
    assert data_digests(home) == data_digests(drafted[0])


def test_two_builds_at_once_that_share_their_answers_pay_for_each_once(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    models.admin.settings(latency=0.1)
    shared = {"calls": tmp_path / "calls.sqlite"}
    with ThreadPoolExecutor(2) as threads:
        homes = [tmp_path / "one", tmp_path / "other"]
        both = [threads.submit(draft, home, xml, **shared) for home in homes]
        summaries = [each.result() for each in both]
    assert models.admin.counts()["answered.again"] == 0
    assert [data_digests(home) for home in homes] == [data_digests(drafted[0])] * 2
    done = [summary.calls.done for summary in summaries if summary.calls]
    assert drafted[1].calls is not None
    assert sum(done) == drafted[1].calls.done


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


def test_nobody_leaves_because_a_model_could_not_be_asked(
    models: RunningModels, xml: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = data_digests(home), (home / "ledger.csv").read_bytes()
    gone = next(path.stem for path in xml.glob("*.xml") if path.stem.split(".")[0] in _places(home))
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    monkeypatch.setenv("CASEBOOK_EXTRACT_EFFORT", "high")
    with pytest.raises(CasebookError, match="does not take requests"):
        draft(home, xml)
    monkeypatch.setenv("OPENAI_API_KEY", models.environment["OPENAI_API_KEY"])
    retraction = {f"{gone}.xml": ('article-type="case-report"', 'article-type="retraction"')}
    summary = draft(home, copied(xml, tmp_path / "retracted", retraction), budget=0.05)
    assert summary.state == "incomplete"
    assert f"RETRACTED and still there: {gone.split('.')[0]} (" in summary.sentence()
    with pytest.raises(CasebookError, match="were retracted since: build again"):
        require_ended(Home(home), allow_incomplete=True)
    assert "budget" in summary.sentence()
    assert (data_digests(home), (home / "ledger.csv").read_bytes()) == before


def test_what_is_pending_is_left_out_where_that_is_allowed_and_gets_its_place_later(
    models: RunningModels,
    xml: Path,
    drafted: tuple[Path, RunSummary],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, whole = tmp_path / "home", drafted[1]
    assert whole.calls is not None
    most = {"budget": 0.9 * whole.calls.spent, "allow_incomplete": True}
    first = draft(home, xml, in_flight=4, **most)
    assert first.state == "incomplete"
    assert 0 < first.articles["kept"] < whole.articles["kept"]
    places = _places(home)
    assert draft(home, xml).articles == whole.articles
    assert places.items() <= _places(home).items()

    places = _places(home)
    monkeypatch.setenv("CASEBOOK_EXTRACT_EFFORT", "high")
    assert draft(home, xml, budget=0.05, allow_incomplete=True).removed
    assert {e.left for e in read_ledger(home / "ledger.csv")} >= {"pending"}
    monkeypatch.delenv("CASEBOOK_EXTRACT_EFFORT")
    assert draft(home, xml).articles == whole.articles
    assert _places(home) == places


def _places(home: Path) -> dict[str, tuple[int, str]]:
    entries = read_ledger(home / "ledger.csv")
    return {e.pmcid: (e.number, e.split) for e in entries if e.left is None}


def test_batches_give_the_same_dataset(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home, direct = drafted
    batched = draft(tmp_path / "batched", xml, batch=True, batch_poll=0.2)
    assert calls(models) == batched.articles.get("pending", 0) == 0
    assert batched.articles == direct.articles
    assert data_digests(tmp_path / "batched") == data_digests(home)
    assert direct.calls is not None
    assert batched.calls is not None
    assert batched.calls.spent < 0.6 * direct.calls.spent


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
    assert work.next_choices()
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
