"""An article as the reader hands it on: clean text, its structure, and who may use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SectionKind = Literal[
    "case",
    "introduction",
    "methods",
    "results",
    "discussion",
    "conclusion",
    "consent",
    "end_matter",
    "other",
]
ParagraphKind = Literal["title", "prose", "list_item", "quote", "boxed"]

FICTIONAL_FROM = 9_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` of a text, `end` exclusive."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether another span lies within this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Ids:
    """The names of one article; `pmcid` has its prefix, `version` is PMC's."""

    pmcid: str | None = None
    version: int | None = None
    pmid: int | None = None
    doi: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section with the titles above it, from its own title to the end of its last part."""

    path: tuple[str, ...]
    kind: SectionKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of the text; `section` is an index into the article's sections, -1 for none."""

    kind: ParagraphKind
    section: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table beside the text: its cells by row."""

    label: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure beside the text."""

    label: str
    caption: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates as far as they were given: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    `unspecified` is a publication date that does not say whether it is electronic or in print.
    """

    epub: str | None = None
    ppub: str | None = None
    collection: str | None = None
    received: str | None = None
    accepted: str | None = None
    unspecified: str | None = None

    @property
    def publication(self) -> str | None:
        """The electronic date if there is one, else the print date."""
        return self.epub or self.ppub or self.unspecified or self.collection


@dataclass(frozen=True, slots=True)
class Related:
    """A link from this article to another, such as the notice that retracts it."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Abstract:
    """An abstract beside the main one: a translation, a teaser, a summary for lay people."""

    kind: str
    language: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article. All offsets count code points of `text`, which is the body only.

    `licence` is the strictest of `licences`, which are all that the article names.
    """

    ids: Ids
    article_type: str
    language: str | None
    title: str
    abstract: str
    text: str
    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    formulas: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    journal: str = ""
    authors: tuple[str, ...] = ()
    dates: Dates = field(default_factory=Dates)
    licence: str | None = None
    retracted: bool = False
    related: tuple[Related, ...] = ()
    licences: tuple[str, ...] = ()
    other_abstracts: tuple[Abstract, ...] = ()


def pmcid_number(pmcid: str) -> int:
    """The number of a PMCID, by which rows are sorted."""
    return int(pmcid.removeprefix("PMC"))


def is_fictional(pmcid: str) -> bool:
    """Whether an id belongs to the sample or to generated articles, which PMC will not reach."""
    return pmcid_number(pmcid) >= FICTIONAL_FROM
