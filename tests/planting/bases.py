"""Sound cases to plant faults in: answered real reports, and made ones whose truth is known."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from extractors.cases.narrative import narrative
from extractors.jats import read
from extractors.language.sentences import Sentence, article_sentences
from schemas.article import Article
from schemas.case import Draft, DraftStatement, Extractor
from tests.bench import SHARED
from tests.corpus_maker import MadeArticle, Rates, make_articles

CORPUS = SHARED / "corpus"
_WEIGHED = re.compile(
    r"differential|consider|unlikely|ruled out|rule out|exclu|suspect|distinguish|mimic|"
    r"versus|misdiagnos|possib|initially|compatible|such as|includ",
    re.IGNORECASE,
)
_AGED = re.compile(r"\b\d+[- ](?:year|month|week|day)s?[- ]old\b|\baged \d+")
_LEAST_WORDS = 60
_ALTERNATIVES = 2


@dataclass(frozen=True)
class Base:
    """A sound case: its draft, its article, and the sentences of which its prompt is made.

    `lapses` are what is known to be wrong with it for a row, such as a single alternative.
    """

    article: Article
    draft: Draft
    shown: tuple[Sentence, ...]
    xml: bytes
    real: bool
    lapses: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The label and its aliases."""
        return (self.draft.final_diagnosis, *self.draft.final_diagnosis_aliases)

    def is_answer(self, name: str) -> bool:
        """Whether a name that a statement is about means the answer, by a longer word of it."""
        own = {word for item in self.names for word in re.findall(r"\w{5,}", item.casefold())}
        return name in self.names or not own.isdisjoint(re.findall(r"\w{5,}", name.casefold()))

    @property
    def others(self) -> tuple[str, ...]:
        """The other diagnoses that its statements weigh, each once."""
        of = (item.diagnosis for item in self.draft.statements if item.bears == "excludes")
        return tuple(dict.fromkeys(of))


def gold_bases() -> tuple[Base, ...]:
    """The suitable answered reports; none where the real articles are not here."""
    listed = CORPUS / "gold.jsonl"
    return _gold() if listed.exists() else ()


@functools.cache
def _gold() -> tuple[Base, ...]:
    lines = (CORPUS / "gold.jsonl").read_text("utf-8").splitlines()
    return tuple(_of_gold(row) for row in map(json.loads, lines) if row["suitable"])


@functools.lru_cache(maxsize=4)
def made_bases(count: int, seed: int) -> tuple[Base, ...]:
    """So many sound cases of fictional reports of this seed."""
    found: list[Base] = []
    for made in make_articles(6 * count, seed, rates=Rates.clean()):
        base = of_made(made)
        if base is not None and not base.lapses:
            found.append(base)
        if len(found) == count:
            break
    return tuple(found)


def prompt_of(article: Article, shown: Iterable[Sentence]) -> str:
    """The sentences with an empty line wherever the article begins another paragraph."""
    text, last = "", 0
    for sentence in shown:
        if text:
            text += "\n\n" if "\n" in article.text[last : sentence.start] else " "
        text += sentence.text
        last = sentence.end
    return text


def _of_gold(row: dict[str, Any]) -> Base:
    xml = (CORPUS / "jats" / f"{row['pmcid']}.xml").read_bytes()
    article = read(xml)
    end = place(row["breakpoint"], article.text)
    sentences = article_sentences(article)
    told = [item for item in sentences if item.kind == "case"] or [*narrative(article, sentences)]
    stop = told[-1].end if end is None else end
    names = (row["final_diagnosis"], *row["aliases"], *row["leak_terms"])
    shown = _before(told, stop, names)
    statements = tuple(
        DraftStatement(item["claim"], item["quote"], item["bears"], item["of"])
        for item in row["statements"]
        # A few were quoted from the abstract, which can carry no quote of a row.
        if item["quote"] in article.text or item["quote"] not in article.abstract
    )
    statements += _of_differentials(row, statements, sentences)
    draft = _draft(article, shown, row["final_diagnosis"], row["aliases"], statements, stop)
    draft = replace(draft, final_diagnosis_parent=row["parent"])
    return _base(article, draft, shown, xml, real=True)


def _of_differentials(
    row: dict[str, Any], statements: tuple[DraftStatement, ...], sentences: tuple[Sentence, ...]
) -> tuple[DraftStatement, ...]:
    """Further alternatives that the reader listed, quoted where the article weighs them."""
    weighed = {item.diagnosis.casefold() for item in statements if item.bears == "excludes"}
    quoted = {item.quote for item in statements}
    more: list[DraftStatement] = []
    for name in row["differentials"]:
        if len(weighed) + len(more) >= _ALTERNATIVES:
            break
        if any(set(re.findall(r"\w+", name.casefold())) & set(re.findall(r"\w{5,}", other))
               for other in weighed):  # fmt: skip
            continue
        for item in sentences:
            if item.text in quoted or item.kind in ("end_matter", "consent"):
                continue
            if re.search(rf"\b{re.escape(name)}", item.text, re.I) and _WEIGHED.search(item.text):
                claim = f"{name} was among the diagnoses that the authors weighed."
                more.append(DraftStatement(claim, item.text, "excludes", name))
                break
    return tuple(more)


def of_made(made: MadeArticle) -> Base | None:
    """The case of a fictional report, put together from its truth."""
    article, truth = read(made.xml), made.truth
    sentences = article_sentences(article)
    at = next((item for item in sentences if item.text == truth.breakpoint), None)
    told = [item for item in sentences if item.kind == "case"]
    # Some layouts tell of the disease before they bring in the patient.
    first = next((place for place, item in enumerate(told) if _AGED.search(item.text)), None)
    if at is None or first is None:
        return None
    told = told[first:]
    shown = _before(told, at.start, (truth.diagnosis, *truth.aliases))
    statements = [
        DraftStatement(
            f"{item.name[:1].upper()}{item.name[1:]} does not fit what was found.",
            item.speaks_against,
            "excludes",
            item.name,
        )
        for item in truth.alternatives
    ]
    claim = "The decisive examination gave a result that this disease explains."
    statements.append(DraftStatement(claim, at.text, "supports", truth.diagnosis))
    draft = _draft(article, shown, truth.diagnosis, truth.aliases, tuple(statements), at.start)
    return _base(article, draft, shown, made.xml, real=False)


def _before(told: Iterable[Sentence], end: int, names: Iterable[str]) -> tuple[Sentence, ...]:
    """What is told before the breakpoint, without the sentences that give the answer away."""
    pattern = re.compile("|".join(map(_as_pattern, names)))
    return tuple(item for item in told if item.end <= end and not pattern.search(item.text))


def _as_pattern(name: str) -> str:
    short = len(name) <= 6 and sum(char.isupper() for char in name) >= 2
    return rf"\b{re.escape(name)}s?\b" if short else rf"\b(?i:{re.escape(name)})"


def place(words: str, text: str) -> int | None:
    """Where the sentence that begins with these words stands."""
    strict = r"\s+".join(map(re.escape, words.split()[:7]))
    loose = r"\W+".join(map(re.escape, re.findall(r"\w+", words)[:5]))
    found = re.search(strict, text) or re.search(loose, text)
    return found.start() if found else None


def _draft(
    article: Article,
    shown: tuple[Sentence, ...],
    label: str,
    aliases: Iterable[str],
    statements: tuple[DraftStatement, ...],
    end: int,
) -> Draft:
    return Draft(
        pmcid=article.ids.pmcid or "",
        case_prompt=prompt_of(article, shown),
        final_diagnosis=label,
        final_diagnosis_aliases=tuple(aliases),
        final_diagnosis_parent=None,
        statements=statements,
        breakpoint=end,
        extractor=Extractor("llm", "a careful reader", "by hand"),
    )


def _base(
    article: Article, draft: Draft, shown: tuple[Sentence, ...], xml: bytes, *, real: bool
) -> Base:
    base = Base(article, draft, shown, xml, real, frozenset())
    lapses = set()
    if len(base.others) < _ALTERNATIVES:
        lapses.add("too_few_reasons")
    if len(draft.case_prompt.split()) < _LEAST_WORDS:
        lapses.add("prompt_too_short")
    return replace(base, lapses=frozenset(lapses))
