"""The fakes as a process of their own, for as long as a test needs them.

with running_fakes(articles=200, seed=1) as fakes:
    subprocess.run(command, env=os.environ | fakes.environment)
    fakes.admin.retract("PMC9000100007")
    fakes.admin.today("2026-11-25")
    assert fakes.admin.counts()["bucket.xml"] == 200

with running_models(rates={"leaks": 0.1}) as models:
    subprocess.run(command, env=os.environ | models.environment)
    assert models.admin.counts()["chat.score"] == 200

with running_hub() as hub:
    subprocess.run(command, env=os.environ | hub.environment)
    assert hub.admin.repo("casebook-tests/cases")["tags"]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests

from tests.fakes.behaviour import FAULTS
from tests.fakes.hub.admin import HubAdmin
from tests.fakes.models.admin import ModelsAdmin

_ROOT = Path(__file__).resolve().parents[2]


class Admin:
    """Changes the world behind the fakes and reads back what they were asked."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False

    def today(self, on: date | str | None = None) -> str:
        """Move to a day, whose inventory tells of all changes before; says which day it is."""
        return self._post("today", date=str(on) if on else None)["today"]

    def add(self, count: int = 1, **known: Any) -> list[dict[str, Any]]:
        """Articles that enter today, known to both searches, in one version, typed at once.

        Anything of `world.Article` may be said otherwise: entered, typed (a date, or None for
        never), in_pubmed, in_europepmc, open_access, pmid, doi, licence, retracted,
        historical_ocr, in_bucket, versions (numbers, or {"number": 2, "manuscript": True}).
        """
        return self._post("add", count=count, **known)

    def amend(self, pmcid: str, **known: Any) -> dict[str, Any]:
        """Change any of the same of an article."""
        return self._post("amend", pmcid=pmcid, **known)

    def retract(self, pmcid: str) -> None:
        """Metadata and XML say that it is retracted."""
        self.amend(pmcid, retracted=True)

    def relicense(self, pmcid: str, licence: str | None) -> None:
        """Another licence code, `TDM` or none."""
        self.amend(pmcid, licence=licence)

    def retype(self, pmcid: str, typed: date | str | None) -> None:
        """PubMed and Europe PMC call it a case report since that day, or never."""
        self.amend(pmcid, typed=typed)

    def vanish(self, pmcid: str, *, from_searches: bool = True) -> None:
        """It is no longer in the bucket, nor found unless the searches are to be late."""
        hidden = {"in_pubmed": False, "in_europepmc": False} if from_searches else {}
        self.amend(pmcid, in_bucket=False, **hidden)

    def revise(self, pmcid: str, change: str = "words", *, in_place: bool = False) -> None:
        """A new version with other `words` or only other `spacing`; or the newest has them now."""
        self._post("revise", pmcid=pmcid, change=change, in_place=in_place)

    def inventory(self) -> str:
        """Take an inventory of now, without waiting for the next day; its folder."""
        return self._post("inventory")["folder"]

    def faults(
        self,
        rate: float = 0.0,
        *,
        kinds: Sequence[str] = FAULTS,
        services: Sequence[str] = ("eutils", "europepmc", "idconv", "bucket"),
        seed: int = 0,
        most: int | None = None,
    ) -> None:
        """Let this share of requests fail from now on, each in one of the kinds that fit it.

        `kinds` are those of `behaviour.FAULTS`. The same request is hit at most `most` times.
        Without a rate nothing fails any more.
        """
        self._post(
            "faults",
            rate=rate,
            kinds=list(kinds),
            services=list(services),
            seed=seed,
            most=most,
        )

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `behaviour.Settings`: cap, limits, lying_counts, dropped_tag ..."""
        return self._post("settings", **changes)

    def counts(self, *, reset: bool = False) -> Counter[str]:
        """How often what was asked: `eutils.esearch`, `bucket.xml`, `fault.reset` and so on.

        By service also `.connections`, `.connections_at_once`, `.limited` (refused for asking too
        often), `.without_email`, `.without_tool`, `.with_key`.
        """
        return Counter(self._post("counts", reset=reset))

    def articles(
        self, since: date | str | None = None, until: date | str | None = None
    ) -> list[dict[str, Any]]:
        """All that is known of the articles that entered in these days, none of the future."""
        return self._post("articles", since=since, until=until)

    def _post(self, what: str, **asked: Any) -> Any:
        body = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asked.items()
        }
        answer = self._session.post(f"{self._address}/_admin/{what}", json=body, timeout=60)
        if not answer.ok:
            raise ValueError(answer.json()["error"])
        return answer.json()


@dataclass(frozen=True, slots=True)
class RunningFakes:
    """The services while they run: the settings that lead to them, and their admin."""

    environment: dict[str, str]
    admin: Admin
    pid: int

    @property
    def eutils(self) -> str:
        """The base address of E-utilities."""
        return self.environment["CASEBOOK_EUTILS_URL"]

    @property
    def europepmc(self) -> str:
        """The base address of Europe PMC."""
        return self.environment["CASEBOOK_EUROPEPMC_URL"]

    @property
    def idconv(self) -> str:
        """The base address of the id converter."""
        return self.environment["CASEBOOK_IDCONV_URL"]

    @property
    def bucket(self) -> str:
        """The base address of the bucket."""
        return self.environment["CASEBOOK_BUCKET_URL"]


@contextmanager
def running_fakes(
    articles: int = 100,
    seed: int = 0,
    *,
    today: date | str | None = None,
    clean: bool = False,
    plain: bool = False,
    shares: Mapping[str, float] | None = None,
    folder: Path | None = None,
    faults: float = 0.0,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[RunningFakes]:
    """Start the fakes, and end them by their pid.

    clean: good case reports only. plain: each in one version, known to both searches, typed at
    once. shares: by name, of `world.Shares` and `corpus_maker.Rates`. folder: real files to serve
    beside the made ones. settings: of `behaviour.Settings`, such as {"limits": None}.
    """
    command = [sys.executable, "-m", "tests.fakes", f"--articles={articles}"]
    command += [f"--parent={os.getpid()}", f"--seed={seed}", f"--faults={faults}"]
    command += [f"--today={today}"] if today else []
    command += [f"--folder={Path(folder).resolve()}"] if folder else []
    command += ["--clean"] * clean + ["--plain"] * plain
    command += [f"--share={name}={share}" for name, share in (shares or {}).items()]
    with _running(command) as process:
        environment = _environment(process)
        admin = Admin(environment["CASEBOOK_BUCKET_URL"])
        if settings:
            admin.settings(**settings)
        yield RunningFakes(environment, admin, process.pid)


@dataclass(frozen=True, slots=True)
class RunningModels:
    """The models while they run: the settings that lead to them, and their admin."""

    environment: dict[str, str]
    admin: ModelsAdmin
    pid: int

    @property
    def base_url(self) -> str:
        """The base address, with `/v1`."""
        return self.environment["OPENAI_BASE_URL"]

    @property
    def key(self) -> str:
        """The one key that is accepted."""
        return self.environment["OPENAI_API_KEY"]


@contextmanager
def running_models(
    seed: int = 0,
    *,
    perfect: bool = False,
    rates: Mapping[str, float] | None = None,
    settings: Mapping[str, Any] | None = None,
    faults: float = 0.0,
) -> Iterator[RunningModels]:
    """Start the models, and end them by their pid.

    rates: of `models.behaviour.Rates`, the others as they are or perfect. settings: of
    `models.behaviour.Settings`, such as {"latency": 0.5}.
    """
    command = [sys.executable, "-m", "tests.fakes", "--models"]
    command += [f"--parent={os.getpid()}", f"--seed={seed}", f"--faults={faults}"]
    with _running(command) as process:
        environment = _environment(process)
        admin = ModelsAdmin(environment["OPENAI_BASE_URL"])
        admin.rates(perfect=perfect, **(rates or {}))
        admin.settings(**(settings or {}))
        yield RunningModels(environment, admin, process.pid)


@dataclass(frozen=True, slots=True)
class RunningHub:
    """The Hub while it runs: what leads to it, and its admin."""

    environment: dict[str, str]
    admin: HubAdmin
    pid: int

    @property
    def endpoint(self) -> str:
        """The base address."""
        return self.environment["HF_ENDPOINT"]

    @property
    def token(self) -> str:
        """A token that may write."""
        return self.environment["HF_TOKEN"]


@contextmanager
def running_hub(
    seed: int = 0, *, settings: Mapping[str, Any] | None = None, faults: float = 0.0
) -> Iterator[RunningHub]:
    """Start the Hub, and end it by its pid. settings: of `hub.behaviour.Settings`."""
    command = [sys.executable, "-m", "tests.fakes", "--hub"]
    command += [f"--parent={os.getpid()}", f"--seed={seed}", f"--faults={faults}"]
    with _running(command) as process:
        environment = _environment(process)
        admin = HubAdmin(environment["HF_ENDPOINT"])
        admin.settings(**(settings or {}))
        yield RunningHub(environment, admin, process.pid)


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        _end(process)


def _environment(process: subprocess.Popen[str]) -> dict[str, str]:
    """What the process says is to be exported, once it is ready."""
    assert process.stdout is not None
    found = {}
    for line in process.stdout:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            found[name] = value
        if line.startswith("ready"):
            return found
    raise RuntimeError(f"the fakes did not start (exit code {process.wait()})")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
