"""How often the rules are right on real case reports that a careful reader has answered before.

Matching is written here anew and shares nothing with the extractor: a fault in its folding
must not hide itself.
"""

from __future__ import annotations

import json
import re
import statistics
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from extractors.cases.rules import look
from extractors.checks import bad_label
from extractors.grounding import ground
from extractors.jats import read
from schemas.article import Article
from schemas.case import Case, Draft
from schemas.reject import Reject
from tests.bench import SHARED, Missing, Row

CORPUS = SHARED / "corpus"


@dataclass(frozen=True)
class Answer:
    """One gold row beside what the rules made of its article."""

    gold: dict[str, Any]
    article: Article
    result: Draft | Reject

    @property
    def right(self) -> bool:
        names = [self.gold["final_diagnosis"], *self.gold["aliases"]]
        return isinstance(self.result, Draft) and same_label(self.result.final_diagnosis, names)


def answers(half: int | None = None) -> list[Answer]:
    """Every gold row's answer; `half` 0 or 1 takes the even or the odd ids only."""
    listed = CORPUS / "gold.jsonl"
    if not listed.exists():
        raise Missing("the answered case reports (../shared/corpus/gold.jsonl) are not here")
    with listed.open(encoding="utf-8") as lines:
        gold = [json.loads(line) for line in lines]
    chosen = [row for row in gold if half is None or int(row["pmcid"][3:]) % 2 == half]
    return [_answer(row) for row in chosen]


def _answer(row: dict[str, Any]) -> Answer:
    article = read((CORPUS / "jats" / f"{row['pmcid']}.xml").read_bytes())
    found = look(article)
    result = found.unsuitable or found.draft
    assert result is not None
    return Answer(row, article, result)


def rows(half: int | None = None) -> Iterator[Row]:
    """The figures of the rules extractor, with the gates for differentials and reasons off."""
    found = answers(half)
    suitable = [item for item in found if item.gold["suitable"]]
    unsuitable = [item for item in found if not item.gold["suitable"]]
    drafted = [item for item in suitable if isinstance(item.result, Draft)]
    right = sum(item.right for item in drafted)
    leaks = [item.gold["pmcid"] for item in drafted if leaked(item)]
    kept = [share for item in drafted if (share := kept_share(item)) is not None]
    quotes = [hit for item in drafted for hit in quoted(item)]
    away = sum(isinstance(item.result, Reject) for item in unsuitable)
    n = len(suitable)
    yield Row("label right, of all suitable", _of(right, n), "50 %", "")
    yield Row("label right, of those answered", _of(right, len(drafted)), "70 %", "")
    yield Row("suitable ones answered", _of(len(drafted), n), "60 %", "")
    yield Row("prompts that leak", _of(len(leaks), len(drafted)), "0", " ".join(leaks))
    malformed = [item.gold["pmcid"] for item in drafted if bad_form(item)]
    n_good = len(drafted) - len(malformed)
    yield Row("labels of good form", _of(n_good, len(drafted)), "100 %", " ".join(malformed))
    middle = statistics.median(kept) if kept else 0.0
    yield Row("median share of the narrative kept", f"{middle:.0%}", "80 %", "")
    yield Row("quoted sentences among the reasons", _of(sum(quotes), len(quotes)), "40 %", "")
    yield Row("unsuitable turned away", _of(away, len(unsuitable)), "80 %", "")


def _of(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / max(1, whole):.0%}"


def folded(label: str) -> tuple[str, ...]:
    """A label's words, sorted, without case, accents, plural or British spelling."""
    plain = unicodedata.normalize("NFKD", label).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = plain.replace("ae", "e").replace("oe", "e").replace("our", "or")
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]s\b", "", plain))
    return tuple(sorted(word[:-1] if _plural(word) else word for word in words))


def _plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def same_label(label: str, names: Iterable[str]) -> bool:
    """Equal after folding, or four fifths of the words of both in common."""
    mine = folded(label)
    for name in names:
        other = folded(name)
        if mine == other or _jaccard(set(mine), set(other)) >= 0.8:
            return True
    return False


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def leaked(item: Answer) -> str | None:
    """The first label, alias or leak term that stands in the prompt."""
    assert isinstance(item.result, Draft)
    names = [item.gold["final_diagnosis"], *item.gold["aliases"], *item.gold["leak_terms"]]
    for name in names:
        short = len(name) <= 6 and sum(char.isupper() for char in name) >= 2
        # Long terms are listed as stems ("epiglott"), short ones are words in their own case.
        pattern = rf"\b{re.escape(name)}{'s?' if short else ''}"
        found = re.search(
            pattern + (r"\b" if short else ""), item.result.case_prompt, 0 if short else re.I
        )
        if found is not None:
            return str(name)
    return None


def bad_form(item: Answer) -> Reject | None:
    """What our own check has against the form of the label."""
    assert isinstance(item.result, Draft)
    case = ground(item.result, item.article)
    assert isinstance(case, Case), case
    return bad_label.check(case, item.article)


def kept_share(item: Answer) -> float | None:
    """How much of the case before the gold breakpoint the prompt kept, in words."""
    assert isinstance(item.result, Draft)
    end = _place(item.gold["breakpoint"], item.article.text)
    told = _told(item.article, end) if end is not None else []
    if not told:
        return None
    held = set(_threes(item.result.case_prompt.split()))
    covered: set[int] = set()
    for index, three in enumerate(_threes(told)):
        if three in held:
            covered.update(range(index, index + 3))
    return len(covered) / len(told)


def _place(words: str, text: str) -> int | None:
    pattern = r"\s+".join(map(re.escape, words.split()[:7]))
    match = re.search(pattern, text) or re.search(
        r"\W+".join(map(re.escape, re.findall(r"\w+", words)[:5])), text
    )
    return match.start() if match else None


def _told(article: Article, end: int) -> list[str]:
    kinds = [section.kind for section in article.sections]
    return [
        word
        for part in article.paragraphs
        if part.kind != "title" and part.section >= 0 and kinds[part.section] == "case"
        for word in article.text[part.start : min(part.end, max(part.start, end))].split()
    ]


def _threes(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[index : index + 3]) for index in range(len(words) - 2)]


def quoted(item: Answer) -> list[bool]:
    """For each gold quote, whether its sentence is among the reasons."""
    assert isinstance(item.result, Draft)
    reasons = [set(_threes(_bare(reason.quote))) for reason in item.result.statements]
    hits = []
    for statement in item.gold["statements"]:
        wanted = set(_threes(_bare(statement["quote"])))
        hits.append(any(len(wanted & held) >= 0.5 * len(wanted) for held in reasons if wanted))
    return hits


def _bare(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
