"""Every test: no network but loopback, no settings of whoever runs it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from flows.cli import main
from flows.warehouse.home import Home
from tests.flows.building import build
from tests.flows.typed import Said, Typed

# A loaded machine is no failure, and a run of the suite can be repeated; HYPOTHESIS_PROFILE=new
# tries other examples.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# The Hub of the tests has no Xet; its client reads this when it is imported.
os.environ["HF_HUB_DISABLE_XET"] = "1"
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("CASEBOOK_", "PREFECT_")) or name in ("HF_TOKEN", "HF_ENDPOINT"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home built from the sample; to be looked at, not changed."""
    home = tmp_path_factory.mktemp("sample") / "home"
    build(home, sample=True)
    return Home(home)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs `casebook` with arguments, in a folder."""

    def run(*arguments: object, cwd: Path | None = None) -> Said:
        monkeypatch.setattr(sys, "argv", ["casebook", *map(str, arguments)])
        before = signal.getsignal(signal.SIGTERM)
        with chdir(cwd or os.curdir), pytest.raises(SystemExit) as ended:
            main()
        signal.signal(signal.SIGTERM, before)
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return run


def pytest_xdist_auto_num_workers() -> int:
    """More workers than cores: many tests wait for a service that keeps its pace."""
    return 1 + (os.cpu_count() or 1)
