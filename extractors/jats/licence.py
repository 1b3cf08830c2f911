"""The licence of an article, from each of the shapes in which JATS says it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Set

from lxml import etree

from extractors.jats.inline import all_text

_HREF = "{http://www.w3.org/1999/xlink}href"
_URL = re.compile(
    r"creativecommons\.org/+(?:licen[cs]es?/+(by(?:-(?:nc|sa|nd))*+)\b|(?:publicdomain|licen[cs]es?)/+(zero|cc0))",
    re.I,
)
_CODE = re.compile(r"\bCC[\s_-]*(?:(BY(?:[\s_-]*(?:NC|SA|ND))*+)(?![a-z])|(0|Zero)\b)", re.I)
_BY = re.compile(r"creative\s+commons[\s,'“”\"‘’-]*(?:public\s+)?attribution", re.I)
_PHRASES = (
    ("NC", re.compile(r"non[\s‐‑–-]*commercial", re.I)),
    ("SA", re.compile(r"share[\s‐‑–-]*alike", re.I)),
    ("ND", re.compile(r"no[\s‐‑–-]*deriv", re.I)),
)
_PUBLIC_DOMAIN = re.compile(r"public\s+domain|\bCC0\b", re.I)
_MINING = re.compile(r"text\s+and\s+data[\s-]*min|\btdm\b.*licen[cs]e|/tdm/", re.I)
_ORDER = ("CC0", "CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-SA", "CC BY-ND", "CC BY-NC-ND")


def read_licences(article_meta: etree._Element) -> tuple[str, ...]:
    """Every licence that the front matter names, the strictest first; more than one disagree."""
    found = set(_named(article_meta))
    if len(found) > 1:
        # Next to a licence for the article these speak of its data, or of mining it as well.
        found -= {"CC0", "TDM"}
    ranks = {name: rank for rank, name in enumerate(("TDM", *_ORDER))}
    return tuple(sorted(found, key=ranks.__getitem__, reverse=True))


def _named(article_meta: etree._Element) -> Iterator[str]:
    for holder in (article_meta, *article_meta.iterchildren("permissions")):
        for element in holder.iterchildren("license", "{*}license_ref", "{*}free_to_read"):
            yield from _in_licence(element)
        for element in holder.iterchildren("copyright-statement", "open-access"):
            yield from _from_prose(" ".join(all_text(element).split()))
    for custom in article_meta.iterfind(".//custom-meta"):
        if "license" in (custom.findtext("meta-name") or ""):
            yield from _from_text(custom.findtext("meta-value") or "")


def _in_licence(element: etree._Element) -> Iterator[str]:
    structured = [element.get(_HREF) or "", element.get("license-type") or ""]
    structured += [part.get(_HREF) or "" for part in element.iter("ext-link", "uri")]
    structured += [part.text or "" for part in element.iter("{*}license_ref")]
    for value in structured:
        yield from _from_text(value)
    yield from _from_prose(" ".join(all_text(element).split()))


# The same few addresses and sentences stand in millions of articles.
@functools.lru_cache(maxsize=1024)
def _from_text(value: str) -> frozenset[str]:
    """A web address or a code."""
    if urls := _URL.findall(value):
        return frozenset("CC0" if zero else _code(name) for name, zero in urls)
    found = {"CC0" if zero else _code(name) for name, zero in _CODE.findall(value)}
    if _MINING.search(value) or value.strip().upper() == "TDM":
        found.add("TDM")
    return frozenset(found)


def _code(text: str) -> str:
    """The name of a licence, whose parts older addresses have in another order."""
    return _name(set(re.findall("NC|SA|ND", text.upper())))


def _name(parts: Set[str]) -> str:
    name = "CC BY-NC" if "NC" in parts else "CC BY"
    return name + ("-ND" if "ND" in parts else "-SA" if "SA" in parts else "")


@functools.lru_cache(maxsize=1024)
def _from_prose(prose: str) -> frozenset[str]:
    """A sentence of law, which may hold an address too."""
    found = set(_from_text(prose))
    if _BY.search(prose):
        found.add(_name({part for part, phrase in _PHRASES if phrase.search(prose)}))
    elif _PUBLIC_DOMAIN.search(prose):
        found.add("CC0")
    elif _MINING.search(prose):
        found.add("TDM")
    return frozenset(found)
