"""Who may import whom, and what a worker never loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "schemas": {"schemas"},
    "extractors": {"schemas", "extractors"},
    "flows": {"schemas", "extractors", "flows"},
}


def imported_packages(path: Path) -> set[str]:
    """The first names of everything that a module imports, wherever it does so."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_only_what_lies_below_them(package: str) -> None:
    ours = {"schemas", "extractors", "flows", "tests"}
    for path in (ROOT / package).rglob("*.py"):
        assert imported_packages(path) & ours <= MAY_IMPORT[package], path


def test_only_flows_import_prefect() -> None:
    for package in ("schemas", "extractors"):
        for path in (ROOT / package).rglob("*.py"):
            assert "prefect" not in imported_packages(path), path


def test_a_worker_loads_neither_prefect_nor_the_catalogue() -> None:
    code = (
        "import sys, flows.warehouse.work, flows.stages.write\n"
        "unwanted = {'prefect', 'duckdb', 'click', 'pydantic_settings', 'huggingface_hub'}\n"
        "print(sorted(unwanted & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
