"""A build as Prefect and Dask see it; the whole command is in `test_serving`."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.build_dataset import state_of
from flows.warehouse.home import Home
from tests.flows.building import build, data_digests, folder_of


def test_a_build_that_leaves_something_pending_is_the_state_incomplete(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1,))
    assert state_of(build(tmp_path / "home", xml=folder)).is_completed()
    (folder / "PMC9000000002.xml").symlink_to(tmp_path / "none")
    state = state_of(build(tmp_path / "home", xml=folder))
    assert (state.name, state.is_failed()) == ("Incomplete", True)
    assert "1 pending" in (state.message or "")


def test_a_dask_cluster_gives_the_same_bytes(sample_home: Home, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    build(tmp_path / "home", sample=True, cluster="local:2", shard_size=8)
    assert data_digests(tmp_path / "home") == data_digests(sample_home.root)
