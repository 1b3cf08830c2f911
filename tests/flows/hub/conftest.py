"""A Hub for the tests of publishing, and homes that have something to publish."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractors.pmc.web import Patience
from flows.hub.publish import Asked, publish
from flows.warehouse.home import Home
from tests.fakes.hub.behaviour import ORGANISATION
from tests.fakes.running import RunningHub, running_hub
from tests.flows.building import build, folder_of

QUICK = Patience(attempts=4, first_wait=0.01, longest_wait=0.05, total=20)
Publish = Callable[..., list[str]]


@pytest.fixture(scope="session")
def shared_hub() -> Iterator[RunningHub]:
    with running_hub(settings={"retry_after": 0}) as running:
        yield running


@pytest.fixture
def hub(shared_hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningHub]:
    """The Hub of the environment, with a token that may write; what is set is set back."""
    before = shared_hub.admin.settings()
    shared_hub.admin.counts(reset=True)
    for name, value in shared_hub.environment.items():
        monkeypatch.setenv(name, value)
    yield shared_hub
    shared_hub.admin.settings(**before)
    shared_hub.admin.plan()


@pytest.fixture
def repo(hub: RunningHub, tmp_path: Path) -> str:
    """A dataset's name of its own for each test."""
    return f"{ORGANISATION}/{tmp_path.name.strip('_')}"


@pytest.fixture
def publish_to(repo: str) -> Publish:
    """Publish a home there, by rules as the sample is; `told` takes what is said meanwhile."""

    def published(home: Home, told: list[str] | None = None, **asked: object) -> list[str]:
        wanted = Asked(repo, **{"allow_rules": True, **asked})  # type: ignore[arg-type]
        return publish(home, wanted, (told if told is not None else []).append, QUICK)

    return published


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """A first release, and a second one: one case retracted, one with other words, one new."""
    root = tmp_path_factory.mktemp("releases")
    folder = folder_of(root / "xml", range(1, 14))
    build(root / "first", xml=folder)
    shutil.copytree(root / "first", root / "second")
    _amend(folder / "PMC9000000001.1.json", is_retracted=True)
    _amend(folder / "PMC9000000002.1.json", license_code="CC0")
    folder_of(folder, (14,))
    build(root / "second", xml=folder)
    return Home(root / "first"), Home(root / "second")


def _amend(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
