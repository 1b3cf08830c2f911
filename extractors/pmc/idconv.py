"""PMCIDs for PMIDs and DOIs, by PMC's converter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from extractors.pmc.answers import Answer, NotUsable
from extractors.pmc.ids import Kind
from extractors.pmc.web import Service

MOST_IDS = 200
PER_SECOND = 3.0
_LONGEST_LIST = 6_000
_PMCID = re.compile(r"(PMC[1-9][0-9]*)(?:\.[0-9]+)?")


class _Record(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    requested: str = Field(alias="requested-id")
    pmcid: str | None = None


class _Records(BaseModel):
    status: str
    records: list[_Record]


@dataclass(frozen=True)
class IdConverter:
    """Asks for many ids at once, all of one kind."""

    service: Service

    def pmcids(self, ids: Iterable[str], kind: Kind) -> dict[str, str | None]:
        """The PMCID of each, or None where PMC does not have the article."""
        found: dict[str, str | None] = {}
        for batch in _batches(dict.fromkeys(ids)):
            found |= self._asked(batch, kind)
        return found

    def _asked(self, batch: Sequence[str], kind: Kind) -> dict[str, str | None]:
        def read(answer: Answer) -> dict[str, str | None]:
            given = answer.shaped(_Records)
            if given.status != "ok":
                raise NotUsable("it converts no ids", answer.words)
            pmcids = {record.requested.lower(): _pmcid(record) for record in given.records}
            missed = [asked for asked in batch if asked.lower() not in pmcids]
            if missed:
                raise NotUsable(f"asked for {len(batch)} ids, it says nothing of {missed[0]}")
            return {asked: pmcids[asked.lower()] for asked in batch}

        params = {"ids": ",".join(batch), "idtype": kind, "format": "json"}
        return self.service.ask("articles/", params, read=read)


def _pmcid(record: _Record) -> str | None:
    found = _PMCID.fullmatch(record.pmcid or "")
    return found[1] if found else None


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Lists that are short enough for the service, and for a URL."""
    batch: list[str] = []
    length = 0
    for one in ids:
        size = len(quote(one, safe="")) + 3
        if batch and (len(batch) == MOST_IDS or length + size > _LONGEST_LIST):
            yield batch
            batch, length = [], 0
        batch.append(one)
        length += size
    if batch:
        yield batch
