"""What a home or PMC's metadata knows of articles, for those who audit rows made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from extractors.corpus.audit.rows import Known
from extractors.pmc.admit import read_metadata
from flows.errors import UsageError
from flows.warehouse.home import Home
from schemas.metadata import Metadata

_ARTICLES = "SELECT pmcid, licence FROM articles WHERE pmcid IS NOT NULL AND licence IS NOT NULL"
_BARRED = """
    SELECT article, reason, detail FROM rejects
    WHERE stage = 'fetch' AND reason IN ('retracted', 'licence')
"""
_ITS_LICENCE = re.compile(r"its licence is (.+?);")


def known_to_home(home: Home) -> dict[str, Known]:
    """Licence and retraction of every article that came into a home."""
    from flows.commands.status import queries

    articles, barred = queries(home, (_ARTICLES, _BARRED))
    known = {row["pmcid"]: Known(row["licence"], retracted=False) for row in articles}
    for row in barred:
        if row["reason"] == "retracted":
            known[row["article"]] = Known(retracted=True)
        else:
            told = _ITS_LICENCE.search(row["detail"])
            known[row["article"]] = Known(told[1] if told else "none")
    return known


def known_to_metadata(folder: Path) -> tuple[dict[str, Known], list[str]]:
    """Licence and retraction by the metadata JSON in a folder, and the files that are none."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    newest: dict[str, Metadata] = {}
    others = []
    for path, found in _metadata(folder):
        if found is None:
            others.append(str(path.relative_to(folder)))
        elif found.pmcid not in newest or newest[found.pmcid].version < found.version:
            newest[found.pmcid] = found
    known = {
        pmcid: Known(found.license_code or "none", found.is_retracted)
        for pmcid, found in newest.items()
    }
    return known, others


def _metadata(folder: Path) -> Iterator[tuple[Path, Metadata | None]]:
    for path in sorted(folder.rglob("*.json")):
        found = read_metadata(path.read_bytes())
        yield path, found if isinstance(found, Metadata) else None
