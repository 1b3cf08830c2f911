"""Two writings of one passage meet in a folded form that remembers where each character was."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from schemas.article import Span

_QUOTES = dict.fromkeys(map(ord, '‘’‚‛“”„‟«»‹›`´′″"'), "'")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_SAME_LENGTH = str.maketrans({**_QUOTES, **_DASHES})
_DROPPED = "^\u00ad\u200b\u200c\u200d\u2060\ufeff"
# What folding may shorten, lengthen or leave out; all between such places maps one to one, but
# for a space that follows another one behind what is left out.
_SPECIAL = re.compile(
    rf"(?P<dropped>\s?\[[\d\s,;–-]{{0,60}}\]|\s+(?=[,.;:%)\]])|(?<=[(\[])\s+|[{re.escape(_DROPPED)}])"
    r"|\s{2,}|[^\S ]|[^\x00-\x7f]"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `starts` and `ends` give the original place of each of its characters."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The original place of `text[start:end]`."""
        return Span(self.starts[start], self.ends[end - 1])


@lru_cache(maxsize=8)
def fold(text: str) -> Folded:
    """Case, quotes, dashes, spaces, ligatures and citation numbers folded away."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for match in _SPECIAL.finditer(text):
        _plain(text, place, match.start(), parts, starts, ends)
        for char in "" if match["dropped"] else _folded_special(match[0]):
            if char == " " and (not parts or parts[-1].endswith(" ")):
                continue
            parts.append(char)
            starts.append(match.start())
            ends.append(match.end())
        place = match.end()
    _plain(text, place, len(text), parts, starts, ends)
    return Folded("".join(parts), tuple(starts), tuple(ends))


def _plain(
    text: str, start: int, end: int, parts: list[str], starts: list[int], ends: list[int]
) -> None:
    if start < end and text[start] == " " and (not parts or parts[-1].endswith(" ")):
        start += 1
    if start < end:
        parts.append(text[start:end].lower().translate(_SAME_LENGTH))
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))


def _folded_special(found: str) -> str:
    if found.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", found.translate(_SAME_LENGTH)).casefold()
    return plain.translate(_SAME_LENGTH)
