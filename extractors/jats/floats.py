"""Tables and figures, which are kept beside the text and never in it."""

from __future__ import annotations

from lxml import etree

from extractors.jats.inline import footnotes, words_of
from schemas.article import Figure, Table

FLOATS = ("table-wrap", "table-wrap-group", "fig", "fig-group")
_CELLS = ("td", "th")
_NOT_INSIDE = ("caption", *FLOATS)


def table(wrap: etree._Element) -> Table:
    """A table with its cells by row; what has no cells (a picture of a table) has no rows."""
    rows: list[tuple[str, ...]] = []
    notes = [words_of(foot) for foot in wrap.iterchildren("table-wrap-foot")]
    for part in wrap:
        if part.tag not in _NOT_INSIDE:
            for found in part.iter("tr", "fn"):
                if found.tag == "tr":
                    rows.append(tuple(map(words_of, found.iterchildren(*_CELLS))))
                else:
                    notes.append(words_of(found))
    return Table(_label(wrap), _caption(wrap), tuple(rows), " ".join(filter(None, notes)))


def figure(fig: etree._Element) -> Figure:
    """A figure's label and caption."""
    return Figure(_label(fig), _caption(fig))


def is_bare_group(element: etree._Element) -> bool:
    """Whether a group says nothing that its tables or figures do not say."""
    return element.tag.endswith("-group") and not (_label(element) or _caption(element))


def _label(element: etree._Element) -> str:
    label = element.find("label")
    return "" if label is None else words_of(label)


def _caption(element: etree._Element) -> str:
    """A caption, and behind it the footnotes in it."""
    captions = list(element.iterchildren("caption"))
    words = [words_of(caption) for caption in captions]
    words += [note for caption in captions for note in footnotes(caption)]
    return " ".join(filter(None, words))
