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
# A full stop stays apart where it begins a number or an ellipsis.
_BEFORE_MARK = re.compile(r" +(?=[,;:)\]]|\.(?![\d.]))")
_BEHIND_OPENING = re.compile(r"(?<=[(\[]) +")


def squeeze(text: str) -> str:
    """The text on one line with single spaces."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def close_up(text: str) -> str:
    """The text without the spaces that stand before a mark or behind an opening bracket."""
    return _BEHIND_OPENING.sub("", _BEFORE_MARK.sub("", text))
