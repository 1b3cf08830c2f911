"""`python -m tests.bench [NAME ...]`: the tables of all benches, or of those named."""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Iterable

import tests.bench
from tests.bench import Missing, Row
from tests.named import modules_named

_HEAD = Row("what", "figure", "target", "note")


def main(names: list[str]) -> int:
    """Print one table a bench; what a machine lacks is said and passed over."""
    for name in modules_named(tests.bench, names):
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "rows"):
            print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
            _print_table(_until_missing(module.rows()))
    return 0


def _until_missing(rows: Iterable[Row]) -> list[Row]:
    found = []
    try:
        for row in rows:
            found.append(row)  # noqa: PERF402  what came before something was missing stays
    except Missing as missing:
        found.append(Row("not measured", "", "", str(missing)))
    return found


def _print_table(rows: list[Row]) -> None:
    lines = [dataclasses.astuple(row) for row in (_HEAD, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  " + "  ".join(cells).rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
