"""The word lists of the planters, which share nothing with those of the checks."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

from tests.planting.edits import Wording


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """The entries of one list."""
    return tuple(_lists()[name])


@functools.cache
def wording(name: str) -> Wording:
    """A list of templates."""
    return Wording(words(name))


@functools.cache
def _lists() -> dict[str, list[str]]:
    return tomllib.loads(Path(__file__).with_name("wordings.toml").read_text("utf-8"))
