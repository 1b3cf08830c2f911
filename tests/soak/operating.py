"""A month unattended, in miniature: schedules, kills, missed runs; nothing left, lost or told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.fakes.hub.behaviour import ORGANISATION
from tests.fakes.running import (
    RunningHub,
    RunningModels,
    running_fakes,
    running_hub,
    running_models,
)
from tests.flows.building import data_digests
from tests.flows.serving import Served, left_the_machine, serving, until, webhook

SLOT = 2
EVERY_MINUTE = {"slug": "every-minute", "cron": "* * * * *", "timezone": "Etc/UTC"}
SECRETS = {"NCBI_API_KEY": "secret-of-ncbi"}
REPO = f"{ORGANISATION}/cases"


def run(seed: int, seconds: float) -> str:
    """Serve, and do to it what a month does; takes some minutes, whatever the time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fakes = stack.enter_context(running_fakes(articles=40, seed=seed, plain=True))
        models = stack.enter_context(running_models(seed, perfect=True, settings={"latency": 0.5}))
        hub = stack.enter_context(running_hub())
        url, told = stack.enter_context(webhook())
        variables = {
            **fakes.environment,
            **models.environment,
            **hub.environment,
            **SECRETS,
            "HF_HOME": str(folder / "hf"),
            "CASEBOOK_PUBLISH": REPO,
            "CASEBOOK_EMAIL": "someone@example.org",
            "CASEBOOK_NOTIFY_URL": url,
            "CASEBOOK_EXTRACTOR": "llm",
            "CASEBOOK_PRICES": str(_prices(folder, models)),
            "CASEBOOK_CALLS": str(folder / "calls.sqlite"),
            "CASEBOOK_IN_FLIGHT": str(SLOT),
            "CASEBOOK_SEARCH_AGAIN_HOURS": "0",
        }
        place = folder / "served"
        served = stack.enter_context(serving(place, {"sample": [EVERY_MINUTE]}, **variables))
        served.wait_until_ready()
        month = Month(served, models, hub, told)
        month.a_schedule_creates_a_run_and_runs_it()
        month.a_run_is_killed("flow")
        month.a_run_is_killed("worker")
        month.the_whole_machine_is_lost()
        month.a_run_is_killed("server")
        month.the_next_run_completes()
        month.it_is_published(1)
        month.it_gave_the_bytes_of_an_undisturbed_build()
        fakes.admin.add(3)
        month.a_second_run_pays_only_for_changes(3)
        month.it_is_published(2)
        month.what_was_missed_is_run_once()
        month.nothing_is_left_behind()
        month.no_secret_is_kept((*SECRETS.values(), hub.token, models.key, url.rpartition("/")[2]))
        assert not left_the_machine(place), left_the_machine(place)
        return "; ".join(month.said)


def _prices(folder: Path, models: RunningModels) -> Path:
    named = [models.environment[f"CASEBOOK_{use}_MODEL"] for use in ("EXTRACT", "VERIFY")]
    path = folder / "prices.toml"
    path.write_text("".join(f'["{n}"]\ninput = 2\ncached = 1\noutput = 8\n' for n in named))
    return path


class Month:
    """What happens to what is served, one thing after the other."""

    def __init__(
        self,
        served: Served,
        models: RunningModels,
        hub: RunningHub,
        told: list[dict[str, Any]],
    ) -> None:
        self.served, self.models, self.hub, self.told = served, models, hub, told
        self.said: list[str] = []
        self._began = time.monotonic()
        self._kills = 0

    def a_schedule_creates_a_run_and_runs_it(self) -> None:
        """A cron schedule is no ornament: SQLAlchemy 2.1 would silently stop it."""

        def done() -> list[str]:
            return [
                run["name"]
                for run in self.served.ended_runs()
                if run["auto_scheduled"] and run["state"]["name"] == "Completed"
            ]

        until(lambda: bool(done()), 240, self.served.log)
        self._say(f"the schedule's run {done()[0]} completed")
        cleared = self.served.prefect(
            "--no-prompt", "deployment", "schedule", "clear", "build-dataset/sample", "-y"
        )
        assert cleared.returncode == 0, cleared.stdout + cleared.stderr

    def a_run_is_killed(self, kind: str) -> None:
        """Kill the flow, its worker or the server while models are being asked."""
        before, notices = self._asked(), len(self.told)
        name = self.served.start_run("build-dataset")
        until(lambda: self._asked() >= before + 2 * SLOT, 120, self.served.log)
        os.kill(self.served.children()[kind], signal.SIGKILL)
        self._kills += 1
        state, message = self.served.wait_for(name, 300)
        self._say(f"{kind} killed: run {name} is {state} ({message})")
        if kind != "server":
            assert state == "Crashed", (state, message)
            until(lambda: len(self.told) > notices, 60, self.served.log)
            assert [notice["state"] for notice in self.told[notices:]] == ["Crashed"]

    def the_whole_machine_is_lost(self) -> None:
        """Nobody is left to say so; the server finds out when it is there again."""
        before = self._asked()
        name = self.served.start_run("build-dataset")
        of_run = {
            "event": {"name": ["prefect.flow-run.heartbeat"]},
            "resource": {"id": [f"prefect.flow-run.{self.served.run(name)['id']}"]},
        }
        until(lambda: self.served.ask("events/filter", filter=of_run)["total"] > 0, 180)
        until(lambda: self._asked() >= before + SLOT, 120, self.served.log)
        for pid in self.served.left():
            os.kill(pid, signal.SIGKILL)
        self.served.process.wait()
        self.served.start()
        self.served.wait_until_ready()
        state, message = self.served.wait_for(name, 600)
        assert (state, message.partition(";")[0]) == (
            "Crashed",
            "no sign of life for three minutes",
        )
        self._say(f"all killed: run {name} is {state} ({message})")

    def the_next_run_completes(self) -> None:
        """After all of that."""
        name = self.served.start_run("build-dataset")
        state = self.served.wait_for(name, 300)
        assert state[0] == "Completed", state
        self._say(f"the next run {name} is {state[0]} ({state[1]})")

    def it_is_published(self, releases: int) -> None:
        """One commit and one tag for each release, whatever was killed on the way."""
        there = self.hub.admin.repo(REPO)
        titles = [each["title"].partition(":")[0] for each in there["commits"]][1:]
        assert sorted(titles) == [f"Release {n}" for n in range(1, releases + 1)], titles
        assert there["tags"].keys() == {f"v{n}" for n in range(1, releases + 1)}
        self._say(f"{releases} commits and tags on the Hub")

    def it_gave_the_bytes_of_an_undisturbed_build(self) -> None:
        """And what was answered before a kill was not asked for again."""
        asked = self._asked()
        peaceful = self.served.folder / "peaceful"
        command = [sys.executable, "-m", "flows.cli", "build", "--quiet", "--home", str(peaceful)]
        environment = {k: v for k, v in self.served.environment.items() if k != "CASEBOOK_PUBLISH"}
        subprocess.run(command, env=environment, cwd=self.served.folder, check=True)
        assert data_digests(peaceful) == data_digests(self._home), "other bytes"
        assert data_digests(peaceful), "no dataset"
        answers = self._asked()
        assert answers == asked, "the store did not hold every answer"
        self._say(f"{asked} calls in all, and the bytes of an undisturbed build")

    def a_second_run_pays_only_for_changes(self, articles: int) -> None:
        """New articles are paid for; the others are not."""
        before = self._asked()
        self.the_next_run_completes()
        paid = self._asked() - before
        assert 0 < paid <= 4 * articles, f"{paid} calls for {articles} articles"
        self._say(f"{articles} new articles, {paid} calls")

    def what_was_missed_is_run_once(self) -> None:
        """Three due times passed without a worker: one run, not none and not three."""
        assert self.served.end() == 143
        until(lambda: not self.served.left(), 30)
        self.served.start()
        self.served.wait_until_ready()
        worker = self.served.children()["worker"]
        os.kill(worker, signal.SIGSTOP)
        path = "deployments/name/build-dataset/sample"
        deployment = self.served.read(path)["id"]
        missed = [self._due(deployment, minutes) for minutes in (3, 2, 1)]
        os.kill(worker, signal.SIGCONT)
        states = Counter(self.served.wait_for(name, 120)[0] for name in missed)
        assert states == {"Completed": 1, "Cancelled": 2}, states
        self._say("three times missed, one run")

    def nothing_is_left_behind(self) -> None:
        """Not even by a SIGKILL."""
        os.kill(self.served.process.pid, signal.SIGKILL)
        self.served.process.wait()
        until(lambda: not self.served.left(), 60, lambda: str(self.served.left()))
        self._say("no process is left")

    def no_secret_is_kept(self, secrets: tuple[str, ...]) -> None:
        """In no file of what was served: database, artifacts, logs, summaries; nor in notices."""
        for path in self.served.folder.rglob("*"):
            if path.is_file():
                held = path.read_bytes()
                for secret in secrets:
                    assert secret.encode() not in held, f"{path} holds {secret}"
        for secret in secrets:
            assert secret not in str(self.told)
        self._say(f"{len(self.told)} notices, no secret kept")

    @property
    def _home(self) -> Path:
        return self.served.folder / "data" / "build" / "main"

    def _asked(self) -> int:
        counts = self.models.admin.counts()
        return sum(count for what, count in counts.items() if what.startswith("chat."))

    def _due(self, deployment: str, minutes: int) -> str:
        due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60 * minutes))
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
        path = f"deployments/{deployment}/create_flow_run"
        return str(self.served.ask(path, state=state, parameters={"sample": True})["name"])

    def _say(self, what: str) -> None:
        self.said.append(what)
        print(f"operating: {time.monotonic() - self._began:5.0f} s  {what}", flush=True)
