"""The dataset card: what is in the dataset and how it came about, from the rows themselves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from extractors.cases.planted import VerifierScore, score_of_verifier
from extractors.cases.prompts import PROMPTS
from flows.warehouse.accounts import Accounts
from flows.warehouse.asked import demand_of, how_split
from flows.warehouse.work import Work
from schemas.article import is_fictional, pmcid_number
from schemas.case import Extractor, Verdict
from schemas.published import COLUMNS

TEMPLATE = Path(__file__).with_name("card.md.j2")
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**9, "100K<n<1M"))


@dataclass(frozen=True, slots=True)
class _Admitted:
    pmcid: str
    licence: str
    first_seen: str | None


@dataclass(frozen=True, slots=True)
class _Drafted:
    pmcid: str
    extractor: Extractor


def template_digest() -> str:
    """Changes with the wording of the card."""
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()


def card(work: Work, accounts: Accounts) -> bytes:
    """The card of the dataset that these accounts describe."""
    from jinja2 import Environment, StrictUndefined

    kept = {account.pmcid: account.shard for account in accounts.articles if account.split}
    admitted = _admitted(work, kept)
    licences = _ordered(Counter(row.licence for row in admitted))
    demand = demand_of(work.settings)
    splits = Counter(dict.fromkeys(demand.sizes.published, 0))
    splits.update(entry.split for entry in accounts.kept)
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        splits=splits,
        how_split=how_split(work.settings),
        licence_tag=_licence_tag(licences),
        size_category=next(name for size, name in SIZES if len(kept) < size),
        fictional=any(is_fictional(pmcid) for pmcid in kept if pmcid),
        private=any("ND" in licence.split("-") for licence in licences),
        arrived=len(accounts.articles),
        not_wanted=accounts.count("not_wanted"),
        funnel=accounts.funnel(),
        newest=max((row.first_seen for row in admitted if row.first_seen), default=None),
        extractors=_extractors(work, kept),
        verifier=_verifier(work),
        contamination=_contamination(work, accounts),
        settings=work.settings,
        verify_prompt=PROMPTS["verify"].version,
        licences=licences,
        columns=[
            {"name": column.name, "kind": _kind(column.type), "meaning": column.meaning}
            for column in COLUMNS
        ],
    )
    return text.encode() + b"\n"


def _admitted(work: Work, kept: dict[str | None, str | None]) -> list[_Admitted]:
    return [
        row
        for shard, result in work.done["fetch"].items()
        for row in work.home.store.glance(result, _Admitted)
        if kept.get(row.pmcid) == shard
    ]


def _extractors(work: Work, kept: dict[str | None, str | None]) -> dict[str, int]:
    counted = Counter(
        " ".join(filter(None, (row.extractor.kind, row.extractor.model, row.extractor.prompt)))
        for shard, result in work.cases().items()
        for row in work.home.store.glance(result, _Drafted)
        if kept.get(row.pmcid) == shard
    )
    return _ordered(counted)


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


NAMED = 20


@dataclass(frozen=True, slots=True)
class _Contaminated:
    """What one file holds of the cases that are in the release, or would be."""

    source: str
    found: int
    by_pmcid: int
    by_words: int
    left: int
    named: tuple[str, ...]


def _contamination(work: Work, accounts: Accounts) -> list[_Contaminated]:
    kept = {entry.pmcid for entry in accounts.kept}
    left = {reject.article for _, reject in accounts.rejects if reject.reason == "contaminated"}
    lines = []
    for path in sorted({path.name for path in work.settings.against}):
        hits = {h.pmcid: h for h in work.hits() if h.source == path and h.pmcid in kept | left}
        by_pmcid = sum(hit.how == "pmcid" for hit in hits.values())
        named = tuple(sorted(hits, key=pmcid_number)[:NAMED])
        gone = len(left & hits.keys())
        lines.append(_Contaminated(path, len(hits), by_pmcid, len(hits) - by_pmcid, gone, named))
    return lines


def _ordered(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _licence_tag(licences: Collection[str]) -> str | None:
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
