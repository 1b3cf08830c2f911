"""White space as a person reads it, so that quotes found in the text are found in the article.

Every kind of space, line end and non-breaking or thin space becomes one plain space; what has no
width (soft hyphens, zero-width spaces, direction marks) and control characters vanish. Nothing
else is folded: dashes, quotation marks, ligatures and accents stay as they were printed.
"""

from __future__ import annotations

import re

# The first eight control characters are kept: no XML can hold them, and citations use them.
_INVISIBLE = re.compile(
    "[\x10-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_COMMON_SPACES = ("\xa0", "\u2009", "\u202f")
# A search that begins with one letter skips from each to the next.
_OPENED = re.compile(r"\((?= )")
_APART = re.compile(r" [ ,;:.)\]]")
_NEEDLESS = re.compile(r" (?=[ ,;:)\]]|\.(?![\d.]))")


def common_spaces(text: str) -> str:
    """The text with plain spaces for those which articles use most."""
    text = text.replace("\n", " ")
    if not text.isascii():
        for space in _COMMON_SPACES:
            text = text.replace(space, " ")
    return text


def is_plain(text: str) -> bool:
    """Whether a text has no white space but plain spaces, and nothing without width."""
    if text.isascii():
        return not ("\t" in text or "\r" in text or "\x7f" in text)
    return text.isprintable()


def single_spaces(text: str) -> str:
    """The text with one plain space for several."""
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def squeeze(text: str) -> str:
    """The text with single spaces, without line breaks and characters of control or no width."""
    return " ".join(_INVISIBLE.sub("", " ".join(text.split())).split())


def close_up(text: str) -> str:
    """The text with single spaces, none of them before a mark or behind an opening bracket.

    A full stop stays apart where it begins a number or an ellipsis.
    """
    if _APART.search(text):
        text = _NEEDLESS.sub("", text)
    if _OPENED.search(text):
        text = text.replace("( ", "(")
    if "[" in text:
        text = text.replace("[ ", "[")
    return text
