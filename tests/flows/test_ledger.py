"""A ledger that somebody edited: what was released stays where it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.errors import CasebookError
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger, read_ledger


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda line: line.replace(b",train,", b",val,"), "moves what was released"),
        (lambda line: line.replace(b",0,train", b",900,train"), "moves what was released"),
        (lambda line: line.rstrip(b",\n") + b"\n", "line 2: not a ledger entry"),
        (lambda line: line.replace(b"PMC", b"PMC0"), "line 2: not a ledger entry"),
        (lambda line: line.replace(b"\n", b",more\n"), "line 2: not a ledger entry"),
    ],
    ids=["moved", "renumbered", "short", "other id", "long"],
)
def test_an_edited_ledger_moves_nobody(
    tmp_path: Path, sample_home: Home, edit: Callable[[bytes], bytes], says: str
) -> None:
    home = Home(shutil.copytree(sample_home.root, tmp_path / "home"))
    head, line, *rest = home.ledger.read_bytes().splitlines(keepends=True)
    assert b",0,train," in line
    home.ledger.write_bytes(b"".join([head, edit(line), *rest]))
    with pytest.raises(CasebookError, match=says):
        home_ledger(home)
    home.ledger.write_bytes(b"".join([head, line, *rest]).replace(b"\n", b"\r\n"))
    assert home_ledger(home) == read_ledger(sample_home.ledger)
