"""Grounding and checks: milliseconds a quote and a case, and what they say of careful cases."""

from __future__ import annotations

import difflib
import importlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from extractors.checks import all_checks, failures
from extractors.grounding.fold import fold
from extractors.grounding.quotes import locate
from extractors.language.sentences import article_sentences
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject
from tests.bench import Missing, Row
from tests.bench.gold_cases import gold_cases
from tests.extractors.fictional import article as made_article

_WORDS = 10_000
_QUOTES = 60
_BY_DIFFLIB = 6
_SEED = 5
# What a case may truly lack, and a careful reader did not set out to give it.
_KNOWN_LACKS = {"too_few_reasons", "prompt_too_short", "ungrounded"}


def rows() -> Iterator[Row]:
    """Quotes in a text of 10,000 words, then whole cases, then false alarms."""
    text, sentences = long_text()
    yield from _quotes(text, sentences)
    cases = [item for item in gold_cases() if isinstance(item.made, Case)]
    yield from _checks([(item.made, item.article) for item in cases if isinstance(item.made, Case)])
    yield _alarms()


def long_text() -> tuple[str, list[str]]:
    """Real narratives, or made ones where there are none, joined to 10,000 words."""
    try:
        articles = [item.article for item in gold_cases()]
    except Missing:
        articles = [made_article()]
    parts: list[str] = []
    found: list[str] = []
    words = 0
    while words < _WORDS:
        for article in articles:
            parts.append(article.text)
            found += [item.text for item in article_sentences(article)]
            words += len(article.text.split())
            if words >= _WORDS:
                break
    return "\n\n".join(parts), [item for item in found if 80 <= len(item) <= 300]


def _quotes(text: str, sentences: Sequence[str]) -> Iterator[Row]:
    chance = random.Random(_SEED)
    chosen = [chance.choice(sentences) for _ in range(_QUOTES)]
    folded = [item.upper().replace(" ", "\u2009") for item in chosen]
    edited = [edit(item, chance) for item in chosen]
    fold.cache_clear()
    first = _timed(lambda: fold(text), 1, once=True)
    yield Row("folding the text, once an article", f"{first:.1f} ms", "", f"{len(text)} characters")
    exact = _timed(lambda: [locate(item, text) for item in chosen], _QUOTES)
    yield Row("exact quote", f"{exact:.4f} ms", "0.05 ms", "")
    fold.cache_clear()
    fold(text)
    each = _timed(lambda: [locate(item, text) for item in folded], _QUOTES)
    yield Row("folded quote", f"{each:.3f} ms", "", "all in capitals, thin spaces")
    found = [locate(item, text) for item in edited]
    fuzzy = _timed(lambda: [locate(item, text) for item in edited], _QUOTES)
    hits = sum(item is not None for item in found)
    yield Row(
        "fuzzy quote", f"{fuzzy:.3f} ms", "1 ms", f"{hits}/{_QUOTES} found, two letters changed"
    )
    few = edited[:_BY_DIFFLIB]
    slow = _timed(lambda: [by_difflib(item, text) for item in few], len(few))
    yield Row("the same by difflib", f"{slow:.0f} ms", "", f"{slow / fuzzy:.0f} times as long")
    yield _langextract(text, edited, fuzzy)


def edit(quote: str, chance: random.Random) -> str:
    """Two letters of long words changed."""
    letters = list(quote)
    places = [
        place
        for place in range(2, len(letters) - 2)
        if all(char.isalpha() and char.islower() for char in letters[place - 2 : place + 3])
    ]
    for place in chance.sample(places, min(2, len(places))):
        letters[place] = chance.choice("bdfgkpv")
    return "".join(letters)


def by_difflib(quote: str, text: str) -> tuple[int, int]:
    """The longest common block of quote and text, as the standard library finds it."""
    matcher = difflib.SequenceMatcher(None, text, quote, autojunk=False)
    block = matcher.find_longest_match()
    return block.a, block.size


def _langextract(text: str, quotes: Sequence[str], ours: float) -> Row:
    """LangExtract's aligner, which Casebook does without, where it is installed."""
    try:
        resolver: Any = importlib.import_module("langextract.resolver")
        data: Any = importlib.import_module("langextract.core.data")
    except ImportError:
        return Row("the same by langextract", "not installed", "", "uv pip install langextract")
    few = quotes[:_BY_DIFFLIB]
    found: list[Any] = []

    def align() -> None:
        found.clear()
        for quote in few:
            extraction = data.Extraction(extraction_class="quote", extraction_text=quote)
            groups = resolver.WordAligner().align_extractions([[extraction]], text)
            found.extend(item for group in groups for item in group)

    each = _timed(align, len(few))
    hits = sum(item.char_interval is not None for item in found)
    note = f"{each / ours:.0f} times as long, {hits}/{len(few)} found"
    return Row("the same by langextract", f"{each:.0f} ms", "", note)


def _checks(cases: Sequence[tuple[Case, Article]]) -> Iterator[Row]:
    for case, article in cases[:3]:
        failures(case, article)  # The word lists are read once a process.
    _forget()
    each = _timed(
        lambda: [failures(case, article) for case, article in cases], len(cases), once=True
    )
    yield Row(
        "all checks, a case", f"{each:.2f} ms", "5 ms", f"{len(cases)} real cases, caches empty"
    )
    spent: Counter[str] = Counter()
    for item in all_checks():
        _forget()
        start = time.thread_time()
        for case, article in cases:
            item.run(case, article)
        spent[item.name] = round((time.thread_time() - start) * 1e6 / len(cases))
    for name, microseconds in spent.most_common(20):
        yield Row(f"  {name}, alone", f"{microseconds / 1000:.2f} ms", "", "")


def _forget() -> None:
    """As a worker meets each article for the first time: nothing about a text is kept."""
    for module in ("stems", "polarity", "quantities", "drugs"):
        for value in vars(importlib.import_module(f"extractors.language.{module}")).values():
            if hasattr(value, "cache_clear") and "maxsize=512" in f"maxsize={_size(value)}":
                value.cache_clear()
    fold.cache_clear()


def _size(cached: Any) -> object:
    return cached.cache_parameters()["maxsize"]


def _alarms() -> Row:
    alarms: dict[str, str] = {}
    number = 0
    for item in gold_cases():
        number += 1
        made = item.made
        found = (made,) if isinstance(made, Reject) else failures(made, item.article)
        wrong = [reject.reason for reject in found if reject.reason not in _KNOWN_LACKS]
        if wrong:
            alarms[item.draft.pmcid] = wrong[0]
    said = ", ".join(f"{pmcid} {reason}" for pmcid, reason in alarms.items())
    share = len(alarms) / number
    return Row(
        "careful cases turned away", f"{len(alarms)}/{number} = {share:.1%}", "under 5 %", said
    )


def _timed(work: Callable[[], object], number: int, *, once: bool = False) -> float:
    """Milliseconds for one of so many, the best of three rounds."""
    best = float("inf")
    for _ in range(1 if once else 3):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return best * 1000 / number
