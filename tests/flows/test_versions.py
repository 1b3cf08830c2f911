"""A stage that gives other rows for the same input must say so by its version."""

from __future__ import annotations

import json

from flows.stages import STAGES
from flows.warehouse.home import Home
from tests.flows.golden import GOLDEN, made_of_sample


def test_rows_change_only_with_a_version(sample_home: Home) -> None:
    was, now = json.loads(GOLDEN.read_text()), made_of_sample(sample_home)
    assert now["sample"] == was["sample"], "the sample changed: run python -m tests.flows.golden"
    raised = False
    for name in STAGES:
        raised |= now[name][0] != was[name][0]
        assert raised or now[name] == was[name], (
            f"stage {name} gives other rows: raise its version in flows/stages/{name}.py, "
            "then run python -m tests.flows.golden"
        )
    assert not raised, "a version was raised: run python -m tests.flows.golden"
