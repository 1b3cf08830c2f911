"""The dataset card: what is in the dataset and how it came about, from the rows themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from extractors.cases.planted import VerifierScore, score_of_verifier
from extractors.cases.prompts import PROMPTS
from flows.hub.contents import Contents
from flows.hub.features import metadata
from flows.hub.marks import stamped, yaml_block
from flows.warehouse.accounts import Accounts
from flows.warehouse.asked import how_split
from flows.warehouse.ledger import last_release
from flows.warehouse.work import Work
from schemas.article import pmcid_number
from schemas.case import Verdict
from schemas.published import CONFIGS, DEFAULT
from schemas.run import StageCount

TEMPLATE = Path(__file__).with_name("card.md.j2")
FILE = "README.md"
# Where the card says how to load the dataset, until it is published under a name.
PLACE = "path/to/this/folder"
# PMCIDs that the card names of those a benchmark holds.
NAMED = 20
SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
)


@dataclass(frozen=True, slots=True)
class Contaminated:
    """What one file holds of the cases that are in the release, or would be."""

    source: str
    found: int
    by_pmcid: int
    by_words: int
    left: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card tells that does not stand in the rows."""

    release: int
    arrived: int
    not_wanted: int
    funnel: tuple[StageCount, ...]
    verifier: VerifierScore | None
    verify_model: str | None
    verify_prompt: str
    same_model: bool
    least_catch_rate: float
    how_split: str
    contamination: tuple[Contaminated, ...]


def template_digest() -> str:
    """Changes with the wording of the card."""
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()


def card_facts(work: Work, accounts: Accounts) -> CardFacts:
    """What there is to tell of the build that these accounts describe."""
    settings = work.settings
    return CardFacts(
        release=last_release(work.ledger),
        how_split=how_split(settings),
        arrived=len(accounts.articles),
        not_wanted=accounts.count("not_wanted"),
        funnel=accounts.funnel(),
        verifier=_verifier(work),
        contamination=tuple(_contamination(work, accounts)),
        verify_model=settings.verify_model,
        verify_prompt=PROMPTS["verify"].version,
        same_model=settings.extract_model == settings.verify_model,
        least_catch_rate=settings.least_catch_rate,
    )


@dataclass(frozen=True, slots=True)
class _Verified:
    pmcid: str
    verdict: Verdict


def _verifier(work: Work) -> VerifierScore | None:
    """How well the verifier of this build tells faulty cases from others; none by rules."""
    results = work.done["verify"].values()
    rows = [row for r in results for row in work.home.store.glance(r, _Verified)]
    turned_away = sum(result.rejects.count for result in results)
    judged = score_of_verifier(((row.pmcid, row.verdict) for row in rows), turned_away)
    return judged if judged.sound else None


def _contamination(work: Work, accounts: Accounts) -> list[Contaminated]:
    kept = {entry.pmcid for entry in accounts.kept}
    left = {reject.article for _, reject in accounts.rejects if reject.reason == "contaminated"}
    lines = []
    for path in sorted({path.name for path in work.settings.against}):
        hits = {h.pmcid: h for h in work.hits() if h.source == path and h.pmcid in kept | left}
        by_pmcid = sum(hit.how == "pmcid" for hit in hits.values())
        named = tuple(sorted(hits, key=pmcid_number)[:NAMED])
        gone = len(left & hits.keys())
        lines.append(Contaminated(path, len(hits), by_pmcid, len(hits) - by_pmcid, gone, named))
    return lines


def render_card(facts: CardFacts, contents: Contents) -> bytes:
    """The card of a dataset, its parts between marks."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    body = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        facts=facts,
        verifier=facts.verifier,
        contents=contents,
        splits=contents.rows[DEFAULT.name],
        configs=CONFIGS,
        place=PLACE,
        columns=[
            {
                "name": column.name,
                "kind": _kind(column.type),
                "meaning": column.meaning,
                "example": contents.examples.get(column.name, ""),
            }
            for column in DEFAULT.columns
        ],
    )
    return f"---\n{yaml_block(_metadata(contents))}---\n{stamped(body)}\n".encode()


def _metadata(contents: Contents) -> dict[str, Any]:
    licence = licence_tag(contents.licences)
    return {
        **metadata(CONFIGS, contents.rows),
        **({"license": licence} if licence else {}),
        "language": ["en"],
        "size_categories": [next(name for size, name in SIZES if contents.cases < size)],
        "task_categories": ["question-answering", "text-generation"],
        "tags": ["medical", "clinical-reasoning", "case-reports"],
    }


def licence_tag(licences: Collection[str]) -> str | None:
    """The Hub's name for the rows' licences; PMC does not say which version of one was given."""
    if not licences:
        return None
    return "cc0-1.0" if set(licences) == {"CC0"} else "cc"


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_kind(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "struct: " + ", ".join(field.name for field in kind)
    return str(kind)
