"""The reasons for rejects are a contract: all of them are declared, and told in the README."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from extractors.checks import all_checks
from schemas.reasons import REASONS
from tests.reasons_table import README, table

ROOT = Path(__file__).parent.parent
STAGE_OF = {"pmc": "fetch", "grounding": "ground", "corpus": "dedupe"}


def reasons_in(path: Path) -> Iterator[str]:
    """The reasons that a module gives, wherever it makes a reject."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        made = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reject"
        if made and node.args and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def test_every_reason_that_code_gives_is_declared() -> None:
    declared = {reason for reasons in REASONS.values() for reason in reasons}
    declared |= {check.policy.reason for check in all_checks()}
    given = {
        reason
        for package in ("extractors", "flows")
        for path in (ROOT / package).rglob("*.py")
        for reason in reasons_in(path)
    }
    assert given <= declared


def test_the_readme_tells_every_reason_with_its_meaning() -> None:
    readme = README.read_text(encoding="utf-8")
    assert table() in readme, "run python -m tests.reasons_table"
    for check in all_checks():
        assert f"| check | `{check.policy.reason}` | {check.policy.says} |" in readme
