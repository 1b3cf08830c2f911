"""No answer is paid for twice: builds by models that are run again, changed or killed."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractors.cases import prompts
from flows.commands.plan import plan_from_options
from flows.errors import UsageError
from schemas.run import RunSummary
from tests.fakes.running import RunningModels
from tests.flows.building import data_digests
from tests.flows.models.drafting import ROOT, calls, copied, draft


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


def test_a_killed_build_pays_no_answer_twice(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    models.admin.settings(latency=0.2)
    command = (
        "import sys; from pathlib import Path; from tests.flows.models.drafting import draft; "
    )
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
