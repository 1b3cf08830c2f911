"""Whether two texts say the same words, however they are spaced, spelled out and punctuated."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Beside letters and digits these count; a minus does not, being written like a dash.
_SIGNS = frozenset("<>+=±×≤≥%")
_DROPPED = "\0"
_BETWEEN_DIGITS = re.compile(rf"(?<=\d){_DROPPED}+(?=\d)")


def words_digest(text: str) -> str:
    """The same for all writings of a text: they differ in case, space and punctuation at most."""
    return hashlib.sha256(run_together(text).encode()).hexdigest()


def run_together(text: str) -> str:
    """The letters and digits of a text, with a dot wherever digits were apart: 1.5 is not 15."""
    return _BETWEEN_DIGITS.sub(".", text.translate(_FOLDING)).replace(_DROPPED, "")


class _Folding(dict[int, str]):
    """What becomes of each character; a dropped one leaves a mark behind."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code)).casefold()
        self[code] = "".join(map(_folded, unicodedata.normalize("NFKD", plain)))
        return self[code]


def _folded(char: str) -> str:
    counts = char in _SIGNS or unicodedata.category(char)[0] in "LNM"
    return char if counts else _DROPPED


_FOLDING = _Folding()
