"""`python -m tests.reasons_table` writes the README's table of reasons from what declares them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from extractors.checks import all_checks
from schemas.reasons import REASONS

README = Path(__file__).parent.parent / "README.md"
_HEAD = "| stage | reason | meaning |\n|---|---|---|\n"
_TABLE = re.compile(re.escape(_HEAD) + r"(?:\|[^\n]*\n)*")
_AFTER_CHECKS = "repair"


def table() -> str:
    """Every reason by stage, in the order of stages; the checks declare their own."""
    lines: list[str] = []
    for stage, reasons in REASONS.items():
        if stage == _AFTER_CHECKS:
            lines += [_line("check", *pair) for pair in _of_checks()]
        lines += [_line(stage, reason, meaning) for reason, meaning in reasons.items()]
    return _HEAD + "".join(lines)


def written(readme: str) -> str:
    """The README with the table as it should be."""
    return _TABLE.sub(lambda _: table(), readme, count=1)


def _of_checks() -> list[tuple[str, str]]:
    return [(item.policy.reason, item.policy.says) for item in all_checks()]


def _line(stage: str, reason: str, meaning: str) -> str:
    return f"| {stage} | `{reason}` | {meaning} |\n"


def main() -> int:
    """Write the table."""
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
