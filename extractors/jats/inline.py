"""The words of an element as they stand in the sentence, before they are made tidy."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import html5
from typing import TypeAlias

from lxml import etree

from extractors.jats.citations import MARK, has_citations, is_only_marks, mark_for, remove_citations
from extractors.jats.formulas import inline_formula
from extractors.jats.markup import ASIDE, ROLES, Role
from extractors.jats.parse import Unreadable
from extractors.jats.spacing import (
    close_up,
    common_spaces,
    is_plain,
    single_spaces,
    squeeze,
)

# Called for every element that is no part of the sentence, with the words gathered so far.
Aside: TypeAlias = Callable[[etree._Element, Role | None, list[str]], None]

_NOT_IN_LINE = ASIDE | {Role.FOOTNOTE}
_CITING = frozenset(("bibr", "ref"))
# How publishers number their references, for a cross-reference that does not say what it is.
_REFERENCE_ID = re.compile(r"(?:[\w.]+[-_])?(?:b|r|cr|ref|bib|bibr|cit)[-_]?\d+(?:$|[-_])", re.I)
_FOOTNOTES = frozenset(("fn", "table-fn", "author-notes", "aff", "corresp"))
_EXPONENT = re.compile(r"[+−–‐-]?\s?\d+(?:[.,/]\d+)?|[nx]")
# A power that citations follow in the same superscript, and what can have one: ten, or a unit.
_POWER = re.compile(r"[+−–‐-]?\s?\d+(?=[\s,;[(])")
_TO_A_POWER = re.compile(r"(?<![\w.,])10$|(?<![^\W\d_])(?<!['’.])[ckmnµμd]?m$|/s$")
_LONGEST_BASE = 5
_SLASHES = ("/", "⁄", "∕")
_REST_OF_A_NUMBER = re.compile(r"[./]\d|%")


def tidy(text: str) -> str:
    """The sentence: single spaces, no citations, no space before a mark."""
    tidied = _tidy(common_spaces(text))
    return tidied if is_plain(tidied) else _tidy(squeeze(text))


def _tidy(text: str) -> str:
    if has_citations(text):
        text = remove_citations(single_spaces(text))
    return close_up(text).strip()


def words_of(element: etree._Element) -> str:
    """All words of an element on one line: a title, a caption, a cell."""
    if len(element):
        words: list[str] = []
        gather(element, words, in_line)
        text = "".join(words)
    else:
        text = element.text or ""
    if not text.isprintable():
        return tidy(text)
    return close_up(text).strip() if " " in text else text


def footnotes(element: etree._Element) -> list[str]:
    """The words of each footnote in an element, in order, the element itself included."""
    return [words_of(note) for note in element.iter("fn")]


def in_line(element: etree._Element, role: Role | None, words: list[str]) -> None:
    """Blocks inside a caption or a cell follow one another; what stands beside them is left out.

    A footnote is left out too: `footnotes` has its words.
    """
    if role is Role.ALTERNATIVES:
        take_one(element, words, in_line)
    elif role not in _NOT_IN_LINE:
        words.append(" ")
        gather(element, words, in_line)
        words.append(" ")


def gather(element: etree._Element, words: list[str], aside: Aside) -> None:
    """Add the words inside an element, in order."""
    if text := element.text:
        words.append(text)
    if not len(element):
        return
    for child in element:
        tag = child.tag
        if handler := _HANDLERS.get(tag):
            handler(child, words, aside)
        else:
            aside(child, ROLES.get(tag), words)
        if tail := child.tail:
            words.append(tail)


def taken_of(alternatives: etree._Element) -> etree._Element | None:
    """The one of several alternatives that has words: all of them say the same."""
    return next((one for one in alternatives if ROLES.get(one.tag) is not Role.HIDDEN), None)


def take_one(alternatives: etree._Element, words: list[str], aside: Aside) -> None:
    """Add the words of one alternative."""
    one = taken_of(alternatives)
    if one is None:
        return
    if one.tag in _HANDLERS:
        _HANDLERS[one.tag](one, words, aside)
    else:
        aside(one, ROLES.get(one.tag), words)


def is_citation(xref: etree._Element) -> bool:
    """Whether a cross-reference points to the list of references."""
    kind = xref.get("ref-type")
    if kind in _CITING or (not kind and _REFERENCE_ID.match(xref.get("rid") or "")):
        tail = xref.tail
        goes_on = tail and tail[0] in "./%" and _REST_OF_A_NUMBER.match(tail)
        return not (goes_on and all_text(xref).isdecimal())
    return False


def is_footnote_mark(xref: etree._Element) -> bool:
    """Whether a cross-reference is no more than the sign of a footnote."""
    return xref.get("ref-type") in _FOOTNOTES and len(all_text(xref).strip()) <= 3


def _cross_reference(xref: etree._Element, words: list[str], aside: Aside) -> None:
    if is_citation(xref):
        words.append(mark_for(all_text(xref)))
    elif is_footnote_mark(xref):
        words.append(MARK)
    else:
        gather(xref, words, aside)


def all_text(element: etree._Element) -> str:
    """Every character inside an element, but those of comments and instructions."""
    if not len(element):
        return element.text or ""
    return "".join(map(str, element.itertext()))


def _superscript(sup: etree._Element, words: list[str], aside: Aside) -> None:
    before = len(words)
    gather(sup, words, aside)
    if len(words) < before:
        return  # A block inside it has taken the words away.
    raised = "".join(words[before:])
    if raised == MARK:
        return
    base = words[before - 1] if before else ""
    if is_only_marks(raised):
        power = _TO_A_POWER.search(base[-_LONGEST_BASE:]) and _POWER.match(raised)
        raised = power.group() if power else ""
        words[before:] = [raised, MARK]
    if base[-1:].isdigit() and _EXPONENT.fullmatch(raised.strip()):
        words.insert(before, " " if _is_numerator(sup) else "^")


def _is_numerator(sup: etree._Element) -> bool:
    """Whether a slash and a lowered number make a fraction of a raised one."""
    below = sup.getnext() if (sup.tail or "").strip() in _SLASHES else None
    return below is not None and below.tag == "sub" and all_text(below).strip().isdecimal()


def _break(_element: etree._Element, words: list[str], _aside: Aside) -> None:
    words.append(" ")


def _formula(element: etree._Element, words: list[str], _aside: Aside) -> None:
    words.append(inline_formula(element))


def _entity(entity: etree._Element, words: list[str], _aside: Aside) -> None:
    """Without its DTD only the names that everyone shares can be told."""
    name = (entity.text or "")[1:]
    if name not in html5:
        raise Unreadable(f"uses the entity &{name} which nothing in the file explains")
    words.append(html5[name])


_HANDLER_OF_ROLE = {
    Role.INLINE: gather,
    Role.CROSS_REFERENCE: _cross_reference,
    Role.SUPERSCRIPT: _superscript,
    Role.BREAK: _break,
    Role.FORMULA: _formula,
    Role.ENTITY: _entity,
}
# By tag, since an element is asked for it more often than for anything else.
_HANDLERS = {tag: _HANDLER_OF_ROLE[role] for tag, role in ROLES.items() if role in _HANDLER_OF_ROLE}
