"""Tables and figures, which are kept beside the text and never in it."""

from __future__ import annotations

from lxml import etree

from extractors.jats.inline import footnotes, words_of
from schemas.article import Figure, Table

_CELLS = ("td", "th")
_ROWS = ("tr",)


def table(wrap: etree._Element) -> Table:
    """A table with its cells by row; what has no cells (a picture of a table) has no rows."""
    rows = (tuple(map(words_of, row.iterchildren(*_CELLS))) for row in wrap.iter(*_ROWS))
    feet = [words_of(foot) for foot in wrap.iterchildren("table-wrap-foot")]
    notes = " ".join(filter(None, feet + footnotes(wrap)))
    return Table(_label(wrap), _caption(wrap), tuple(rows), notes)


def figure(fig: etree._Element) -> Figure:
    """A figure's label and caption, with the footnotes that stand in it behind."""
    return Figure(_label(fig), " ".join(filter(None, [_caption(fig), *footnotes(fig)])))


def _label(element: etree._Element) -> str:
    label = element.find("label")
    return "" if label is None else words_of(label)


def _caption(element: etree._Element) -> str:
    captions = (words_of(caption) for caption in element.iterchildren("caption"))
    return " ".join(filter(None, captions))
