"""The articles behind the four services: what is known of each, and how that changes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.corpus_maker import Rates
from tests.corpus_maker.article import FIRST_NUMBER
from tests.corpus_maker.plan import plan

DEFAULT_TODAY = date(2026, 11, 24)
AS_MADE = "as made"
FIRST_PMID = 900_100_000
_DAYS = 730
_NAME = re.compile(r"(PMC(\d+))(?:\.(\d+))?\.xml")
_WORD = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article; `edits` are made one behind the other, `on` is its last change."""

    number: int = 1
    manuscript: bool = False
    edits: tuple[str, ...] = ()
    on: date | None = None


ONLY = (Version(),)
_SEVERAL = (
    (Version(1, edits=("words",)), Version(2)),
    (Version(1, edits=("words",)), Version(9, edits=("spacing",)), Version(10)),
)
_WITH_MANUSCRIPT = (
    (Version(1, manuscript=True, edits=("words",)), Version(2)),
    (Version(1), Version(2, manuscript=True, edits=("words",))),
)


@dataclass(slots=True)
class Article:
    """What the services know of an article; `typed` is when PubMed called it a case report."""

    index: int
    number: int
    pmid: int | None
    doi: str | None
    entered: date
    typed: date | None
    in_pubmed: bool = True
    in_europepmc: bool = True
    open_access: bool = True
    retracted: bool = False
    historical_ocr: bool = False
    licence: str | None = AS_MADE
    in_bucket: bool = True
    changed: date | None = None
    revision: int = 0
    versions: tuple[Version, ...] = ONLY

    @property
    def pmcid(self) -> str:
        """PMC and the number."""
        return f"PMC{self.number}"

    @property
    def first_indexed(self) -> date:
        """When Europe PMC had it: up to two days after PubMed."""
        return self.entered + timedelta(days=self.index % 3)


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of articles that is not one version, known to both searches and typed at once."""

    late: float = 0.05
    pubmed_only: float = 0.05
    europepmc_only: float = 0.05
    no_pmid: float = 0.03
    several_versions: float = 0.05
    with_manuscript: float = 0.03


class World:
    """All articles, by every id and by day, on a day that is today."""

    def __init__(
        self,
        articles: int = 100,
        seed: int = 0,
        *,
        today: date = DEFAULT_TODAY,
        rates: Rates | None = None,
        shares: Shares | None = None,
        folder: Path | None = None,
    ) -> None:
        self.seed = seed
        self.today = today
        self.rates = rates or Rates()
        self.shares = shares or Shares()
        self.files = _files(folder) if folder else {}
        self.revision = 0
        self.before_change: Callable[[], None] = lambda: None
        self.by_number: dict[int, Article] = {}
        self.by_pmid: dict[int, Article] = {}
        self.by_doi: dict[str, Article] = {}
        self._by_day: dict[date, list[Article]] = defaultdict(list)
        self._next = 0
        self._born = today
        for number, versions in self.files.items():
            self._register(self._filed(number, versions))
        for _ in range(articles):
            self._register(self._made())

    def __len__(self) -> int:
        return len(self.by_number)

    def entered(self, since: date | None = None, until: date | None = None) -> Iterator[Article]:
        """The articles that PubMed got in these days, none later than today."""
        until = min(until or self.today, self.today)
        for day, articles in self._by_day.items():
            if (since is None or since <= day) and day <= until:
                yield from articles

    def in_bucket(self, on: date | None = None) -> Iterator[Article]:
        """The articles which the bucket holds on a day."""
        return (article for article in self.entered(until=on) if article.in_bucket)

    def held(self, number: int) -> Article | None:
        """An article of this number, if the bucket holds it today."""
        article = self.by_number.get(number)
        if article and article.in_bucket and article.entered <= self.today:
            return article
        return None

    def move_to(self, today: date) -> None:
        """Let another day be today."""
        self.before_change()
        self.today = today
        self.revision += 1

    def add(self, count: int = 1, **known: Any) -> list[Article]:
        """Articles that enter today, or as is said of them."""
        self.before_change()
        entered = known.get("entered", self.today)
        plain = {"entered": entered, "typed": entered, "in_europepmc": True, "versions": ONLY}
        added = []
        for _ in range(count):
            told = {"pmid": FIRST_PMID + self._next} | plain | known
            added.append(self._made(**{"in_pubmed": told["pmid"] is not None} | told))
            self._register(added[-1])
        self.revision += 1
        return added

    def amend(self, number: int, **known: Any) -> Article:
        """Change what is known of an article."""
        self.before_change()
        article = self.by_number[number]
        self._unregister(article)
        for name, value in known.items():
            setattr(article, name, value)
        article.changed = self.today
        article.revision += 1
        self._register(article)
        self.revision += 1
        return article

    def revise(self, number: int, change: str, *, in_place: bool = False) -> Article:
        """A new version, or new bytes of the newest, with changed `words` or only `spacing`."""
        versions = self.by_number[number].versions
        last = max(versions, key=lambda version: version.number)
        new = replace(last, edits=(*last.edits, change), on=self.today)
        if in_place:
            kept = tuple(version for version in versions if version is not last)
            return self.amend(number, versions=(*kept, new))
        return self.amend(number, versions=(*versions, replace(new, number=last.number + 1)))

    def _register(self, article: Article) -> None:
        self.by_number[article.number] = article
        self._by_day[article.entered].append(article)
        if article.pmid:
            self.by_pmid[article.pmid] = article
        if article.doi:
            self.by_doi[article.doi.lower()] = article

    def _unregister(self, article: Article) -> None:
        self._by_day[article.entered].remove(article)
        self.by_pmid.pop(article.pmid or 0, None)
        self.by_doi.pop((article.doi or "").lower(), None)

    def _made(self, **known: Any) -> Article:
        index, self._next = self._next, self._next + 1
        return self._drawn(index, FIRST_NUMBER + index, ONLY, known)

    def _filed(self, number: int, versions: Mapping[int, Path]) -> Article:
        index, self._next = self._next, self._next + 1
        held = tuple(Version(version) for version in sorted(versions))
        return self._drawn(index, number, held, {"versions": held})

    def _drawn(
        self, index: int, number: int, versions: tuple[Version, ...], known: Mapping[str, Any]
    ) -> Article:
        shares, draw = self.shares, _Draws(self.seed, index)
        entered = self._born - timedelta(days=draw.below(_DAYS))
        late = draw.below(150) + 30 if draw.chance(shares.late) else 0
        searched = draw.share(shares.pubmed_only, shares.europepmc_only, shares.no_pmid)
        told = draw.share(shares.several_versions, shares.with_manuscript)
        if told is not None:
            versions = (_SEVERAL, _WITH_MANUSCRIPT)[told][draw.below(2)]
        article = Article(
            index=index,
            number=number,
            pmid=FIRST_PMID + index if searched != 2 else None,
            doi=f"10.5555/fake.{self.seed % 1000:03}{index:07}",
            entered=entered,
            typed=entered + timedelta(days=late),
            in_pubmed=searched not in (1, 2),
            in_europepmc=searched != 0,
            open_access=plan(index, self.seed, self.rates).kind != "manuscript",
            versions=versions,
        )
        for name, value in known.items():
            setattr(article, name, value)
        return article


class _Draws:
    """Chances of one article, from seed and index alone, at the cost of a multiplication each."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, index: int) -> None:
        self._state = (seed * 0x9E3779B97F4A7C15 + index * 0xD1342543DE82EF95 + 1) & _WORD

    def below(self, end: int) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _WORD
        mixed = (self._state ^ self._state >> 30) * 0xBF58476D1CE4E5B9 & _WORD
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _WORD
        return (mixed ^ mixed >> 31) % end

    def chance(self, share: float) -> bool:
        return self.below(1_000_000) < share * 1_000_000

    def share(self, *shares: float) -> int | None:
        """Which of the shares, which exclude one another, is hit."""
        drawn = self.below(1_000_000) / 1_000_000
        for place, share in enumerate(shares):
            if drawn < share:
                return place
            drawn -= share
        return None


def _files(folder: Path) -> dict[int, dict[int, Path]]:
    """The XML files of a folder by number and version."""
    found: dict[int, dict[int, Path]] = defaultdict(dict)
    for path in sorted(folder.rglob("*.xml")):
        if named := _NAME.fullmatch(path.name):
            found[int(named[2])][int(named[3] or 1)] = path
    return found


def as_known(article: Article) -> dict[str, Any]:
    """An article in JSON, as the admin tells of it."""
    told = asdict(article) | {"pmcid": article.pmcid, "first_indexed": article.first_indexed}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in told.items()
        if name != "versions"
    } | {"versions": [version.number for version in article.versions]}
