"""What of a body the text does not hold, and why: nothing is to get lost unseen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lxml import etree

from extractors.jats.formulas import inline_formula
from extractors.jats.front import read_front_matter
from extractors.jats.inline import all_text, is_citation, is_footnote_mark, taken_of
from extractors.jats.markup import ROLES, Role
from extractors.jats.parse import depth_of_articles, parse_article
from extractors.jats.reader import is_scanned, read_body

_WHY = {
    Role.FIGURE: "figure",
    Role.TABLE: "table",
    Role.DISPLAY_FORMULA: "display formula",
    Role.SUPPLEMENT: "supplement",
    Role.REFERENCES: "references",
    Role.OTHER_ARTICLE: "other article",
    Role.HIDDEN: "hidden",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Characters of a body, white space apart: how many are in the text, and where the rest went.

    `elsewhere` says why characters are not in the text; `tidied` there are the brackets, commas
    names and invisible characters that the text goes without, less what it keeps of citations
    that are part of a sentence. `unhandled` counts the tags that the reader does not know: their
    words are in the text all the same.
    """

    pmcid: str | None
    characters: int
    in_text: int
    elsewhere: dict[str, int]
    unhandled: dict[str, int]


def coverage(xml: bytes) -> Coverage:
    """Account for every character of the body of an article."""
    with depth_of_articles():
        return _coverage(parse_article(xml))


def _coverage(article: etree._Element) -> Coverage:
    body = article.find("body")
    elsewhere: Counter[str] = Counter()
    unhandled: Counter[str] = Counter()
    characters = 0 if body is None else _solid(all_text(body))
    if body is not None and is_scanned(body):
        elsewhere["scanned pages"] = characters
    elif body is not None:
        _account(body, elsewhere, unhandled)
    in_text = _solid(read_body(article).text)
    elsewhere["tidied"] = characters - in_text - sum(elsewhere.values())
    return Coverage(
        read_front_matter(article).ids.pmcid,
        characters,
        in_text,
        {why: count for why, count in sorted(elsewhere.items()) if count},
        dict(sorted(unhandled.items())),
    )


def _account(element: etree._Element, elsewhere: Counter[str], unhandled: Counter[str]) -> None:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        role = ROLES.get(child.tag)
        if why := _reason(child, role):
            elsewhere[why] += _solid(all_text(child))
        elif role is Role.FORMULA:
            elsewhere["inline formula"] += _solid(all_text(child)) - _solid(inline_formula(child))
        else:
            if role is None:
                unhandled[child.tag] += 1
            _account(child, elsewhere, unhandled)


def _reason(element: etree._Element, role: Role | None) -> str | None:
    if role is Role.CROSS_REFERENCE:
        if is_citation(element):
            return "citation"
        return "footnote mark" if is_footnote_mark(element) else None
    parent = element.getparent()
    if parent is not None and ROLES.get(parent.tag) is Role.ALTERNATIVES:
        return None if element is taken_of(parent) else "alternative"
    return _WHY.get(role) if role is not None else None


def _solid(text: str) -> int:
    return len("".join(text.split()))
