"""A case on its way: as drafted, then as proved against its article."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from schemas.article import Span

Bearing = Literal["supports", "excludes"]
QuoteStatus = Literal["exact", "folded", "fuzzy"]


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """A reason as the extractor gave it: nothing about it is proved yet."""

    claim: str
    quote: str
    bears: Bearing
    diagnosis: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A reason with the places of the article that carry it."""

    claim: str
    quote: str
    spans: tuple[Span, ...]
    status: QuoteStatus
    bears: Bearing
    diagnosis: str
    in_prompt: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """How the article was judged; null where no one judged."""

    thoroughness: int | None = None
    differential: bool | None = None
    integrative: int | None = None
    transparency: int | None = None
    stated_diagnosis: bool | None = None
    imaging_dependent: bool | None = None
    specialty: str | None = None


@dataclass(frozen=True, slots=True)
class Extractor:
    """What made a draft: rules, or a model with a prompt."""

    kind: Literal["rules", "llm"]
    model: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A diagnostic question before it is proved.

    A breakpoint of -1 is one that was given and is not in the text.
    """

    pmcid: str
    case_prompt: str
    final_diagnosis: str
    final_diagnosis_aliases: tuple[str, ...]
    final_diagnosis_parent: str | None
    statements: tuple[DraftStatement, ...]
    breakpoint: int
    extractor: Extractor
    scores: Scores = field(default_factory=Scores)


@dataclass(frozen=True, slots=True)
class Case:
    """A diagnostic question whose prompt and quotes are places in its article."""

    pmcid: str
    case_prompt: str
    prompt_spans: tuple[Span, ...]
    final_diagnosis: str
    final_diagnosis_aliases: tuple[str, ...]
    final_diagnosis_parent: str | None
    statements: tuple[Statement, ...]
    breakpoint: int
    extractor: Extractor
    scores: Scores


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second, different model said of a case."""

    model: str
    passed: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A flag whose evidence was found; `statement` counts from 1."""

    flag: str
    statement: int | None
    evidence: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """A verdict with what it rests on, and the prompt that it was asked for with.

    `unproved` counts flags that were dropped, their evidence being nowhere.
    """

    pmcid: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    unproved: int
    prompt: str
