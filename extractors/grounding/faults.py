"""What a retelling may not do to its sources, however many of their words it keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from extractors.grounding.binding import SIDES, opposed, opposites
from extractors.language.diseases import is_head
from extractors.language.drugs import drugs
from extractors.language.polarity import polarity
from extractors.language.quantities import quantities
from extractors.language.stems import content_stems, root, words_of
from extractors.language.wordlist import pattern, word_set, words

# "left upper lobe", "right lower quadrant": a side belongs to the words close behind it.
_SIDE_REACH = 4
_PAIRED = frozenset({"both", "twice", "pair", "couple", "bilateral", "bilaterally"})


def hard_fault(said: str, source: str, before: str, article: str) -> str | None:
    """What the source does not have: number, unit, side, drug, negation, direction or word.

    `source` is what the sentence is made of, `before` all that stands before the breakpoint.
    """
    judges: tuple[Callable[[], str | None], ...] = (
        lambda: _number(said, source),
        lambda: _unit(said, source),
        lambda: _side(said, source),
        lambda: _drug(said, source),
        lambda: _opposite(said, source),
        lambda: _negation(said, source),
        lambda: _strange(said, before, article),
    )
    return next((fault for judge in judges if (fault := judge()) is not None), None)


def _number(said: str, source: str) -> str | None:
    given = {item.value for item in quantities(source)} | _paired(source)
    for item in quantities(said):
        if item.value not in given:
            return f"its sources do not say {item.written}"
    return None


def _paired(source: str) -> set[str]:
    """Two is also said by other words."""
    held = {word.written.casefold() for word in words_of(source)}
    return {"2"} if held & _PAIRED else set()


def _unit(said: str, source: str) -> str | None:
    given: dict[str, set[str]] = {}
    for item in quantities(source):
        given.setdefault(item.value, set()).add(item.unit)
    known = {unit for units in given.values() for unit in units}
    for item in quantities(said):
        units = given.get(item.value, set())
        bare = "" in units and item.unit in known
        if item.unit and units and item.unit not in units and not bare:
            said_there = ", ".join(sorted(filter(None, units))) or "no unit"
            return f"{item.written} is in {item.unit}, in its sources in {said_there}"
    return None


def _side(said: str, source: str) -> str | None:
    given = _sided(source)
    named = {side for side, _ in given}
    for side, place in sorted(_sided(said)):
        if side not in named:
            return f"its sources do not say {side}"
        there = {other for other, held in given if held == place}
        if place and there and side not in there:
            return f"its sources say {' and '.join(sorted(there))} of {place}, not {side}"
    return None


@lru_cache(maxsize=512)
def _sided(text: str) -> frozenset[tuple[str, str]]:
    """Each side with each word it may belong to, and with none."""
    found: set[tuple[str, str]] = set()
    listed = words_of(text)
    for index, word in enumerate(listed):
        side = word.written.casefold().removesuffix("ly")
        if side not in SIDES or _is_verb(text, word.start, word.end):
            continue
        found.add((side, ""))
        for near in listed[index + 1 : index + 1 + _SIDE_REACH]:
            plain = near.written.casefold()
            between = text[word.end : near.start]
            if plain in SIDES or any(mark in between for mark in ",;.") or plain in {"and", "or"}:
                break
            if plain not in word_set("function_words") and plain not in {"side", "sided"}:
                found.add((side, root(near.written)))
    return frozenset(found)


def _is_verb(text: str, start: int, end: int) -> bool:
    """Whether it is "he left the clinic" or "right after"."""
    before, behind = text[max(0, start - 6) : start].casefold(), text[end : end + 9].casefold()
    if text[start:end].casefold() == "left":
        return before.endswith(("he ", "she ", "and ", "they ")) and behind.startswith(" the")
    return behind.startswith((" after", " before", " away"))


def _drug(said: str, source: str) -> str | None:
    given = {root(name) for name in drugs(source)} | {word.stem for word in words_of(source)}
    given |= {root(word.written) for word in words_of(source)}
    for name in drugs(said):
        if root(name) not in given and name.casefold() not in given:
            return f"its sources do not name the drug {name}"
    return None


def _opposite(said: str, source: str) -> str | None:
    mine, theirs = _roots(said), _roots(source)
    for word, other in opposites():
        if word in mine and word not in theirs and other in theirs and other not in mine:
            return f"its sources say the opposite of {mine[word]}: {theirs[other]}"
    return None


@lru_cache(maxsize=512)
def _roots(text: str) -> dict[str, str]:
    return {root(word.written): word.written for word in words_of(text)}


def _negation(said: str, source: str) -> str | None:
    mine, theirs = polarity(said), polarity(source)
    easy = told_freely() - opposed()
    twice = pattern("denies_twice").search(said)
    if twice is not None and not pattern("denies_twice").search(source):
        return f"it denies what its sources do not: {twice[0]}"
    for word in sorted(mine.denied - mine.affirmed - easy):
        if word in theirs.affirmed and word not in theirs.denied:
            return f"it denies what its sources affirm: {_roots(said)[word]}"
    for word in sorted(mine.affirmed - mine.denied - easy):
        if word in theirs.denied and word not in theirs.affirmed:
            return f"it affirms what its sources deny: {_roots(said)[word]}"
    return None


def _strange(said: str, before: str, article: str) -> str | None:
    known, told = _known(article), _known(before)
    for word in _strangers(said, known, told):
        return f"the article does not say {word}"
    return None


def _strangers(said: str, known: frozenset[str], told: frozenset[str]) -> Iterator[str]:
    """Words found nowhere; those for diseases and complaints must stand before the breakpoint."""
    easy = told_freely()
    for word in words_of(said):
        folded = root(word.written)
        plain = word.written.casefold()
        if plain in word_set("function_words") or plain.isdigit() or len(plain) < 3:
            continue
        if folded in told or folded in easy:
            continue
        if folded not in known or is_head(word.written) or plain in word_set("symptoms"):
            yield word.written


@lru_cache(maxsize=8)
def _known(text: str) -> frozenset[str]:
    held = {root(word.written) for word in words_of(text)}
    return frozenset(held | set(content_stems(text)))


@cache
def told_freely() -> frozenset[str]:
    """The folded words of telling and denying, which say nothing of the patient."""
    listed = (*words("plain_words"), *words("denying"))
    return frozenset(root(word) for entry in listed for word in entry.split())
