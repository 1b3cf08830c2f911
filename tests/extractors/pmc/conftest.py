"""Two worlds of articles, each served for as long as the tests of one file take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.running import RunningFakes, running_fakes

CAP = 300


@pytest.fixture(scope="module")
def many() -> Iterator[RunningFakes]:
    """25,000 case reports, to be looked at, and the cap of PubMed."""
    with running_fakes(25_000, plain=True, clean=True, settings={"limits": None}) as fakes:
        yield fakes


@pytest.fixture(scope="module")
def _some() -> Iterator[RunningFakes]:
    unlimited = {"limits": None, "cap": CAP, "slow_seconds": 0.01, "retry_after": 0}
    with running_fakes(1_500, settings=unlimited, shares={"no_pmid": 0.05}) as fakes:
        yield fakes


@pytest.fixture
def some(_some: RunningFakes) -> Iterator[RunningFakes]:
    """1,500 articles of all kinds at services that can be made to misbehave."""
    yield _some
    _some.admin.faults(0)
    _some.admin.settings(lying_counts=0, dropped_tag="", dropped_silently=False)
