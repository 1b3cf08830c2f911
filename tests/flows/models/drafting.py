"""Builds by models for tests, and what they were asked."""

from __future__ import annotations

import re
from pathlib import Path

from flows.warehouse.ledger import read_ledger
from schemas.run import RunSummary
from tests.fakes.running import RunningModels
from tests.flows.building import build

ARTICLES = 16
ROOT = Path(__file__).parents[3]


def draft(home: Path, xml: Path, **told: object) -> RunSummary:
    return build(home, xml=xml, **{"extractor": "llm", "shard_size": 8, **told})


def calls(models: RunningModels, step: str = "") -> int:
    return models.admin.counts()[f"chat.{step}" if step else "chat"]


def copied(xml: Path, target: Path, change: dict[str, tuple[str, str]] | None = None) -> Path:
    """The same articles, some of them with other words, all spaced and punctuated anew."""
    target.mkdir()
    for path in xml.glob("*.xml"):
        text = path.read_text("utf-8")
        if change is None:
            text = re.sub(r"<p>.*?</p>", lambda m: m[0].replace(", ", " ; "), text, flags=re.S)
        elif path.name in change:
            text = text.replace(*change[path.name])
        (target / path.name).write_text(text, "utf-8")
    return target


def places(home: Path) -> dict[str, tuple[int, str]]:
    entries = read_ledger(home / "ledger.csv")
    return {e.pmcid: (e.number, e.split) for e in entries if e.left is None}
