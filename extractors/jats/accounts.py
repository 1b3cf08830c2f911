"""What of a body the text does not hold, and why: nothing is to get lost unseen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lxml import etree

from extractors.jats.floats import FLOATS
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
    """Characters of a body and its floats, white space apart: those in the text, and the rest.

    `elsewhere` says why characters are not in the text. `tidied` there are the brackets, commas,
    names and invisible characters that the text goes without, less what it keeps of citations
    that are part of a sentence; `floats not read` are boxes and the like among the floats behind
    the body. `unhandled` counts the tags that the reader does not know: their words are in the
    text all the same.
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
    _balance(elsewhere, characters, _solid(read_body(article).text))
    for group in article.iterchildren("floats-group"):
        characters += _solid(all_text(group))
        elsewhere += _account_of_floats(group)
    return Coverage(
        read_front_matter(article).ids.pmcid,
        characters,
        characters - elsewhere.total(),
        dict(sorted((+elsewhere).items())),
        dict(sorted(unhandled.items())),
    )


def _balance(elsewhere: Counter[str], characters: int, in_text: int) -> None:
    """What is neither in the text nor accounted for was tidied; a citation may stay in part."""
    in_text += min(0, elsewhere["inline formula"])  # The signs that stand for a formula.
    elsewhere["inline formula"] = max(0, elsewhere["inline formula"])
    left = characters - in_text - elsewhere.total()
    elsewhere["tidied"] = max(0, left)
    elsewhere["citation"] += max(-elsewhere["citation"], min(0, left))


def _account_of_floats(group: etree._Element) -> Counter[str]:
    apart: Counter[str] = Counter()
    for element in group.iter(*FLOATS):
        if next(element.iterancestors(*FLOATS), None) is None:
            apart[_WHY[ROLES[element.tag]]] += _solid(all_text(element))
    apart["floats not read"] = _solid(all_text(group)) - apart.total()
    return apart


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
