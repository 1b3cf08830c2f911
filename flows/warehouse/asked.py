"""What the demands on the splits look at in each case, beside its cluster."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from extractors.corpus.splits import Demand
from extractors.datasets.hub import is_hub_name
from schemas.arrow import to_row
from schemas.article import Dates, Ids
from schemas.case import Scores
from schemas.settings import Settings

if TYPE_CHECKING:
    from flows.warehouse.work import Work

SCORES = tuple(field.name for field in fields(Scores))
# The columns that a build can be asked about, before its rows are written.
COLUMNS = (
    *("journal", "publication_date", "year", "licence", "first_seen", "final_diagnosis"),
    *SCORES,
)


@dataclass(frozen=True, slots=True)
class _Article:
    ids: Ids
    journal: str
    dates: Dates


@dataclass(frozen=True, slots=True)
class _Source:
    pmcid: str
    licence: str
    first_seen: str | None


@dataclass(frozen=True, slots=True)
class _Case:
    pmcid: str
    final_diagnosis: str
    scores: Scores


def demand_of(settings: Settings) -> Demand:
    """What the settings of a build ask of its splits."""
    return Demand.parse(settings.model_dump())


def how_split(settings: Settings) -> str:
    """How the splits of a build are made, for who reads its card."""
    told = demand_of(settings).sentence()
    if settings.like and is_hub_name(settings.like):
        told += f" Cases of {settings.like} keep its splits and numbers."
    return told


def asked_of_cases(work: Work) -> dict[str, dict[str, Any]]:
    """Label, date and columns of every current case, as far as the splits depend on them."""
    demand = demand_of(work.settings)
    if not (demand.columns or demand.holdout_labels or demand.scheme == "temporal"):
        return {}
    asked = {}
    for shard, members in work.members().items():
        for pmcid, row in _rows(work, shard).items():
            if pmcid in members:
                asked[pmcid] = {
                    "label": row["final_diagnosis"],
                    "date": row[work.settings.dated_by],
                    "values": {name: row[name] for name in demand.columns},
                }
    return asked


def _rows(work: Work, shard: str) -> dict[str, dict[str, Any]]:
    """The columns of the cases of a shard."""
    glance, done = work.home.store.glance, work.done
    rows = {
        case.pmcid: {"final_diagnosis": case.final_diagnosis, **to_row(case.scores)}
        for case in glance(work.cases()[shard], _Case)
    }
    for source in glance(done["fetch"][shard], _Source):
        if source.pmcid in rows:
            rows[source.pmcid] |= {"licence": source.licence, "first_seen": source.first_seen}
    for article in glance(done["read"][shard], _Article):
        if article.ids.pmcid in rows:
            date = article.dates.publication
            rows[article.ids.pmcid] |= {
                "journal": article.journal,
                "publication_date": date,
                "year": int(date[:4]) if date else None,
            }
    return rows
