"""Models that answer alike in every test, and a home that they drafted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.run import RunSummary
from tests.corpus_maker import Rates, make_articles, write_folder
from tests.fakes.running import RunningModels, running_models
from tests.flows.models.drafting import ARTICLES, draft


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
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
