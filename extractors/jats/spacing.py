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
_OF_CITATIONS = "\x01\x02\x03\x04"
# It begins with the space, so that the search may skip from one space to the next.
_APART = re.compile(r" (?:[,;:.)\]]|(?<=[(\[] ))")
_FULL_STOP = re.compile(r" \.(?![\d.])")


def squeeze(text: str) -> str:
    """The text on one line with single spaces, without control characters and those of no width."""
    # The only white space that is printable is the plain space, and what has no width is not.
    visible = _is_visible(text)
    if visible and "  " not in text:
        return text.strip()
    text = " ".join(text.split())
    if visible or _is_visible(text):
        return text
    return " ".join(_INVISIBLE.sub("", text).split())


def _is_visible(text: str) -> bool:
    """Whether all is printable but the marks of citations."""
    if text.isprintable():
        return True
    for mark in _OF_CITATIONS:
        text = text.replace(mark, "")
    return text.isprintable()


def close_up(text: str) -> str:
    """The text without spaces before a mark or behind an opening bracket.

    It must be on one line with single spaces. A full stop stays apart where it begins a number
    or an ellipsis.
    """
    if not _APART.search(text):
        return text
    for apart, together in _CLOSED_UP:
        if apart in text:
            text = text.replace(apart, together)
    return _FULL_STOP.sub(".", text)


_CLOSED_UP = (
    (" ,", ","),
    (" ;", ";"),
    (" :", ":"),
    (" )", ")"),
    (" ]", "]"),
    ("( ", "("),
    ("[ ", "["),
)
