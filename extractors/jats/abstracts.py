"""The abstract of an article, and those beside it: translations, teasers, lay summaries."""

from __future__ import annotations

from lxml import etree

from extractors.jats.body import Body
from schemas.article import Abstract

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Types under which publishers file the abstract itself.
_MAIN_TYPES = ("", "structured", "abstract", "unstructured", "normal", "main", "summary", "section")


def read_abstracts(
    article_meta: etree._Element, language: str | None
) -> tuple[str, tuple[Abstract, ...]]:
    """The text of the abstract, which is in the article's language, and all the others."""
    own = list(article_meta.iterchildren("abstract"))
    main = min(
        (element for element in own if _kind(element) in _MAIN_TYPES),
        key=lambda element: (_MAIN_TYPES.index(_kind(element)), _is_foreign(element, language)),
        default=None,
    )
    others = [element for element in own if element is not main]
    others += article_meta.iterchildren("trans-abstract")
    read = (
        Abstract(
            _kind(element) or _untyped(element, language), element.get(_LANGUAGE), _text(element)
        )
        for element in others
    )
    text = "" if main is None else _text(main)
    return text, tuple(abstract for abstract in read if abstract.text)


def _kind(element: etree._Element) -> str:
    return (element.get("abstract-type") or "").lower()


def _untyped(element: etree._Element, language: str | None) -> str:
    translated = element.tag == "trans-abstract" or _is_foreign(element, language)
    return "translation" if translated else "abstract"


def _is_foreign(element: etree._Element, language: str | None) -> bool:
    """Whether it says another language than the article; most that say none are English."""
    own = element.get(_LANGUAGE)
    return own is not None and _base(own) != _base(language or "en")


def _base(language: str) -> str:
    return language.lower().partition("-")[0]


def _text(element: etree._Element) -> str:
    """An abstract is read like a body; its heading `Abstract` is no part of it."""
    abstract = Body()
    abstract.read(element)
    blocks = abstract.blocks
    if blocks and blocks[0].strip(" :.").lower() in ("abstract", "summary"):
        blocks = blocks[1:]
    return "\n\n".join(blocks)
