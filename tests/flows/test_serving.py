"""`casebook serve` and what Prefect shows of a run: the short form of the soak `operating`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from prefect.client.schemas.objects import FlowRun
from prefect.flows import load_flow_from_entrypoint
from prefect.states import Failed
from prefect.utilities.callables import parameter_schema

from flows.runtime.health import is_well
from flows.runtime.notices import tell_of
from flows.runtime.prefect_plugin import completed, typed
from flows.runtime.shown import funnel, in_words
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.run import RunSummary
from tests.fakes.hub.behaviour import ORGANISATION
from tests.fakes.running import running_fakes, running_hub, running_models
from tests.flows.building import data_digests
from tests.flows.serving import (
    ROOT,
    Served,
    left_the_machine,
    serving,
    until,
    watched,
    webhook,
)
from tests.flows.test_faults import alive_in_session

PRICES = '["{}"]\ninput = 2\ncached = 1\noutput = 8\n'
SECRET = "secret-of-ncbi"
REPO = f"{ORGANISATION}/cases"


def deployments() -> list[dict[str, Any]]:
    return list(yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"])


@pytest.mark.timeout(240)
def test_a_build_from_the_command_line_of_prefect_is_done_shown_and_leaves_nothing_behind(
    sample_home: Home, tmp_path: Path
) -> None:
    home, place = tmp_path / "home", tmp_path / "served"
    with (
        running_fakes(articles=6, seed=1, plain=True, clean=True) as fakes,
        running_models(perfect=True) as models,
        running_hub() as hub,
        webhook() as (url, told),
    ):
        named = [models.environment[f"CASEBOOK_{use}_MODEL"] for use in ("EXTRACT", "VERIFY")]
        (tmp_path / "prices.toml").write_text("".join(map(PRICES.format, named)))
        variables = {
            **fakes.environment,
            **models.environment,
            **hub.environment,
            "HF_HOME": str(tmp_path / "hf"),
            "CASEBOOK_PUBLISH": REPO,
            "CASEBOOK_EMAIL": "someone@example.org",
            "CASEBOOK_EXTRACTOR": "llm",
            "CASEBOOK_NOTIFY_URL": url,
            "CASEBOOK_WORKERS": "1",
            "CASEBOOK_PRICES": str(tmp_path / "prices.toml"),
            "NCBI_API_KEY": SECRET,
        }
        killed = start_build(home, tmp_path)
        with serving(place, {}, **variables) as served:
            kill_as_it_captures(killed)
            served.wait_until_ready()
            name = served.start_run("build-dataset")
            finish_what_was_killed(home, served)
            assert data_digests(home) == data_digests(sample_home.root)
            state = served.wait_for(name)
            assert state[0] == "Completed", served.log()
            assert hub.admin.repo(REPO)["tags"].keys() == {"v1"}
            shows_its_stages_and_what_came_of_it(served, name)
            assert served.end() == 128 + signal.SIGTERM
            until(lambda: not served.left(), 10, lambda: str(served.left()))
        assert told == []
        assert {file.name for file in (place / "data" / "build" / "main" / "dataset").iterdir()}
        assert left_the_machine(place) + left_the_machine(tmp_path) == ""
        kept = [path for path in place.rglob("*") if path.is_file() and "watch" not in path.parts]
        for secret in (SECRET, models.key, hub.token, url.rpartition("/")[2]):
            assert [path for path in kept if secret.encode() in path.read_bytes()] == []


def start_build(home: Path, watch: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flows.cli", "build", "--sample", "--home", str(home)]
    return subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **watched(watch)},
    )


def kill_as_it_captures(build: subprocess.Popen[str]) -> None:
    """The command with a server and workers of its own: they end with it."""
    assert build.stderr
    for line in build.stderr:
        if line.startswith("capture"):
            break
    assert len(alive_in_session(build.pid)) > 1
    os.kill(build.pid, signal.SIGKILL)
    build.wait()
    until(lambda: not alive_in_session(build.pid), 10)


def finish_what_was_killed(home: Path, served: Served) -> None:
    """With the server that is there, since PREFECT_API_URL names it."""
    served_url = f"http://127.0.0.1:{served.port}/api"
    environment = {**os.environ, "PREFECT_API_URL": served_url}
    command = [sys.executable, "-m", "flows.cli", "build", "--sample", "--home", str(home)]
    command += ["--workers", "1"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "cases of 30 articles" in ran.stderr.splitlines()[-1]


def shows_its_stages_and_what_came_of_it(served: Served, name: str) -> None:
    of_run = {"id": {"any_": [served.run(name)["id"]]}}

    def tasks() -> set[str]:
        found = served.ask("task_runs/filter", flow_runs=of_run)
        return {task["name"] for task in found if task["state"]["name"] == "Completed"}

    expected = {
        "search: what is new or changed",
        "extract by models",
        "write the dataset",
        "publish",
    }
    until(lambda: expected <= tasks(), 20, lambda: str(tasks()))
    assert any(task.startswith("read: shard 1, ") for task in tasks())
    artifacts = served.ask("artifacts/filter", flow_runs=of_run)
    shown = {artifact["key"]: artifact["data"] for artifact in artifacts}
    assert shown.keys() == {"progress", "funnel", "summary"}
    assert "calls" in shown["summary"]
    assert shown["progress"] == 100.0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("deployment run build-dataset", "deployment run build-dataset/build-dataset"),
        ("deployment run -p limit=3 audit", "deployment run -p limit=3 audit/audit"),
        ("deployment run --watch a --tag b", "deployment run --watch a/a --tag b"),
        ("--no-prompt deployment run a", "--no-prompt deployment run a/a"),
        ("deployment run flow/one", "deployment run flow/one"),
        ("deployment run --id 7", "deployment run --id 7"),
        ("deployment ls", "deployment ls"),
    ],
)
def test_a_deployment_may_be_named_by_its_flow_alone(typed: str, meant: str) -> None:
    assert completed(["prefect", *typed.split()]) == ["prefect", *meant.split()]


def test_only_prefects_own_command_line_is_completed_and_led_to_our_server() -> None:
    assert typed(["python", "/here/.venv/bin/prefect", "deployment", "run", "a"])
    assert typed(["python", "-m", "prefect", "deployment", "ls"])
    assert not typed(["python", "-m", "pytest", "prefect"])
    assert not typed(["python", "/here/.venv/bin/casebook", "serve"])


def test_every_schedule_has_a_name_and_a_time_zone_and_builds_never_overlap() -> None:
    assert [d["schedules"] for d in deployments() if "schedules" in d]
    for deployment in deployments():
        for schedule in deployment.get("schedules", ()):
            assert schedule.keys() >= {"slug", "timezone", "cron"}
        if "build_dataset" in deployment["entrypoint"]:
            limit = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
            assert deployment["concurrency_limit"] == limit


STARTED_BY_PEOPLE = [d["name"] for d in deployments() if "triggers" not in d]


@pytest.mark.parametrize("name", STARTED_BY_PEOPLE)
def test_a_deployments_form_has_words_for_every_field_and_none_for_none(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    deployment = next(d for d in deployments() if d["name"] == name)
    form = parameter_schema(load_flow_from_entrypoint(deployment["entrypoint"]))
    assert deployment.get("parameters", {}).keys() <= form.properties.keys()
    for field, words in form.properties.items():
        assert words["title"] != field
        assert words["description"], field
        assert "anyOf" not in words, field


def test_a_notice_tells_what_happened_and_a_dead_webhook_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, sample_home: Home
) -> None:
    run = FlowRun(
        name="quiet-owl",
        flow_id="7e1f3a6e-0000-4000-8000-000000000001",
        parameters={"sample": True, "home": str(sample_home.root)},
        start_time="2020-01-01T00:00:00Z",
    )
    with webhook() as (url, told):
        monkeypatch.setenv("CASEBOOK_NOTIFY_URL", url)
        tell_of("build-dataset", run, Failed(name="Incomplete", message="incomplete: 1 pending"))
    tell_of("build-dataset", run, Failed(message="nobody listens any more"))
    (notice,) = told
    assert notice["text"] == "build-dataset (quiet-owl): Incomplete. 1 pending"
    assert notice["build"]["articles"]["arrived"] == 30


def test_a_summary_shows_the_funnel_the_cost_and_what_changed(sample_home: Home) -> None:
    summary: RunSummary = read_runs(sample_home.runs)[-1]
    rows = funnel(summary)
    assert rows[0]["came in"] == 30
    assert rows[-1]["went on"] == summary.articles["kept"]
    words = in_words(summary, sample_home)
    assert "no model was asked" in words
    assert f"{len(summary.added)}: {summary.added[0]}, " in words
    real = summary.model_copy(update={"added": ("PMC7",), "removed": ()})
    assert "1: [PMC7](https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7/)" in in_words(
        real, sample_home
    )
    assert str(sample_home.dataset) in words


@pytest.mark.parametrize(
    ("command", "well"),
    [(b"casebook\0serve", False), (b"prefect\0worker\0start", False), (b"casebook\0build", True)],
)
def test_a_container_is_well_while_its_worker_answers(command: bytes, well: bool) -> None:
    assert is_well("http://127.0.0.1:9/health", command) == well
    with webhook() as (url, _):
        requests.post(url, json={}, timeout=5).raise_for_status()
        assert not is_well(url, b"casebook\0serve")


def test_the_watch_sees_what_would_leave_the_machine(tmp_path: Path) -> None:
    environment = {**os.environ, **watched(tmp_path)}
    code = "import socket; s = socket.socket(); s.settimeout(.1); s.connect_ex(('192.0.2.1', 9))"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert "192.0.2.1" in left_the_machine(tmp_path)


def commands_of(readme: str) -> Sequence[str]:
    operate = readme.partition("## Operate")[2].partition("\n## ")[0]
    return [line for block in operate.split("```")[1::2] for line in block.strip().splitlines()]


def test_the_readme_gives_both_forms_and_every_deployment() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    typed = commands_of(readme)
    assert any(line.endswith("prefect deployment run build-dataset") for line in typed)
    assert any(line.endswith("deployment run build-dataset/build-dataset") for line in typed)
    for deployment in deployments():
        assert f"/{deployment['name']}` |" in readme
