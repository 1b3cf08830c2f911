"""Bytes to one `article` element: strict, offline, and with bounds on what a file may cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from lxml import etree

MAX_BYTES = 64 * 1024 * 1024
_LONGEST = 200

_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
_BEFORE_ROOT = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*+", re.S)
# Up to the next element, comment or instruction: a broken declaration may lack its own end.
_DOCTYPE = re.compile(rb"<!DOCTYPE.*?(?=<(?:[A-Za-z_?]|!--))", re.S)
_WRAPPERS = frozenset(
    ("pmc-articleset", "OAI-PMH", "GetRecord", "ListRecords", "record", "metadata", "articles")
)


class Unreadable(ValueError):
    """A file that is no whole article; the message says what is wrong and where."""


@contextmanager
def depth_of_articles() -> Iterator[None]:
    """Where a walk runs out of stack, the nesting was no article's."""
    try:
        yield
    except RecursionError:
        raise Unreadable("is nested too deeply to be an article") from None


def parse_article(xml: bytes) -> etree._Element:
    """The article of a file, as PMC, EFetch, OAI and Europe PMC wrap it."""
    try:
        root = etree.fromstring(xml, _parser()) if _admit(xml) else None
    except etree.XMLSyntaxError as error:
        root = _without_doctype(xml, error)
    if root is None:
        raise Unreadable("is empty")
    return _only_article(root)


def parse_front(xml: bytes) -> etree._Element:
    """An article that ends with its front matter; the rest of the file is not looked at."""
    try:
        return _first_front(xml if _admit(xml) else b"")
    except etree.XMLSyntaxError as error:
        cut = _cut_doctype(xml)
        if cut is None:
            raise Unreadable(_complaint(error)) from error
    try:
        return _first_front(cut)
    except etree.XMLSyntaxError as error:
        raise Unreadable(_complaint(error)) from error


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; comments and instructions have none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(**_OPTIONS)


def _admit(xml: bytes) -> bool:
    if len(xml) > MAX_BYTES:
        raise Unreadable(f"has {len(xml)} bytes, more than the {MAX_BYTES} an article may have")
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is encoded in UTF-16, which hides its declarations; store it as UTF-8")
    doctype = _find_doctype(xml)
    if doctype and b"<!ENTITY" in doctype.group():
        line = xml.count(b"\n", 0, doctype.start()) + 1
        raise Unreadable(f"declares entities of its own at line {line}; they are never expanded")
    return bool(xml) and not xml.isspace()


def _find_doctype(xml: bytes) -> re.Match[bytes] | None:
    start = _BEFORE_ROOT.match(xml)
    return _DOCTYPE.match(xml, start.end() if start else 0)


def _cut_doctype(xml: bytes) -> bytes | None:
    doctype = _find_doctype(xml)
    if not doctype:
        return None
    # Its line ends stay, so that later complaints name the right line.
    return xml[: doctype.start()] + b"\n" * doctype.group().count(b"\n") + xml[doctype.end() :]


def _without_doctype(xml: bytes, error: etree.XMLSyntaxError) -> etree._Element:
    cut = _cut_doctype(xml)
    if cut is None:
        raise Unreadable(_complaint(error)) from error
    try:
        return etree.fromstring(cut, _parser())
    except etree.XMLSyntaxError as second:
        raise Unreadable(_complaint(second)) from second


def _complaint(error: etree.XMLSyntaxError) -> str:
    message = re.sub(r",? line \d+, column \d+( \(.*\))?$", "", " ".join(error.msg.split()))
    if "XML_PARSE_HUGE" in message:
        return f"is nested too deeply, or too large, at line {error.lineno or 1}"
    return f"is not well-formed at line {error.lineno or 1}: {message[:_LONGEST] or 'no XML'}"


def _only_article(root: etree._Element) -> etree._Element:
    articles = list(_articles(root))
    if not articles:
        raise Unreadable(f"is no article: its root is <{local_name(root)}>")
    if len(articles) > 1:
        raise Unreadable(f"holds {len(articles)} articles; give each a file of its own")
    return plain_names(articles[0])


def _articles(element: etree._Element) -> Iterator[etree._Element]:
    name = local_name(element)
    if name == "article":
        yield element
    elif name in _WRAPPERS:
        for child in element:
            yield from _articles(child)


def plain_names(article: etree._Element) -> etree._Element:
    """The article without the default namespace that OAI adds; MathML keeps its own."""
    if article.tag != "article":
        space = article.tag.rpartition("}")[0] + "}"
        for element in article.iter(f"{space}*"):
            element.tag = element.tag[len(space) :]
    return article


def _first_front(xml: bytes) -> etree._Element:
    events = etree.iterparse(
        BytesIO(xml), events=("start", "end"), tag=("{*}article", "{*}front", "{*}body"), **_OPTIONS
    )
    article = None
    for event, element in events:
        name = local_name(element)
        if event == "start" and name == "article":
            article = element if article is None else article
        elif article is not None and (name, event) in _FRONT_ENDS:
            break
    if article is None:
        raise Unreadable("is no article: it has no <article>")
    return plain_names(article)


_FRONT_ENDS = {("front", "end"), ("body", "start"), ("article", "end")}
