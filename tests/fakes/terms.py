"""PubMed's search language, as far as a harvester uses it: what is not understood is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.fakes.world import Article

_FIELDS = {
    "pt": "Publication Type",
    "ptyp": "Publication Type",
    "publication type": "Publication Type",
    "filter": "Filter",
    "sb": "Filter",
    "subset": "Filter",
    "uid": "UID",
    "pmid": "UID",
    "edat": "Date - Entry",
    "date - entry": "Date - Entry",
    "la": "Language",
    "language": "Language",
}
_TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|(?P<op>AND|OR|NOT)\b"
    r'|(?P<low>"[^"]*"|[\d/]+)\s*(?:\[(?P<lowtag>[^\]]*)\])?\s*:\s*'
    r'(?P<high>"[^"]*"|[\d/]+)\s*\[(?P<hightag>[^\]]*)\]'
    r'|(?P<words>"[^"]*"|[^\s()\[\]"]+(?:\s+(?!(?:AND|OR|NOT)\b)[^\s()\[\]"]+)*)'
    r"\s*(?:\[(?P<tag>[^\]]*)\])?)"
)
Test = Callable[[Article], bool]


@dataclass(slots=True)
class Parsed:
    """A term that was read: a test (None if nothing was understood) and what is said about it."""

    test: Test | None = None
    translation: str = ""
    unknown_fields: list[str] = field(default_factory=list)
    unknown_phrases: list[str] = field(default_factory=list)


class Terms:
    """Reads terms as of a day; `dropped` is a tag that the service has lost."""

    def __init__(self, today: date, dropped: str = "", *, silently: bool = False) -> None:
        self._today = today
        self._dropped = _FIELDS.get(dropped, dropped)
        self._silently = silently

    def read(self, term: str) -> Parsed:
        """Read a term, from left to right as PubMed does."""
        parsed = Parsed()
        tokens = [match for match in _TOKEN.finditer(term.strip()) if match[0].strip()]
        parsed.test, parsed.translation = self._expression(tokens, parsed)
        return parsed

    def _expression(self, tokens: list[re.Match[str]], parsed: Parsed) -> tuple[Test | None, str]:
        test: Test | None = None
        said, operator = "", "AND"
        while tokens:
            token = tokens.pop(0)
            if token["op"]:
                operator = token["op"]
                continue
            if token["paren"] == ")":
                break
            right, words = self._operand(token, tokens, parsed)
            if right is not None:
                test = right if test is None else _joined(operator, test, right)
            if words:
                said = f"{said} {operator} {words}" if said else words
            operator = "AND"
        return test, said

    def _operand(
        self, token: re.Match[str], tokens: list[re.Match[str]], parsed: Parsed
    ) -> tuple[Test | None, str]:
        if token["paren"]:
            test, said = self._expression(tokens, parsed)
            return test, f"({said})" if said else ""
        tag = token["hightag"] or token["tag"] or ""
        name = _FIELDS.get(tag.lower(), "")
        if not name or name == self._dropped:
            return self._lost(token, tag, parsed)
        if token["low"]:
            low, high = token["low"].strip('"'), token["high"].strip('"')
            test = self._range(name, low, high)
            said = f"{low}:{high}[{name}]"
        else:
            words = token["words"].strip('"')
            test = self._one(name, words.lower())
            said = f'"{words.lower()}"[{name}]'
        if test is None:
            parsed.unknown_phrases.append(token[0].strip())
            return None, ""
        return test, said

    def _lost(self, token: re.Match[str], tag: str, parsed: Parsed) -> tuple[None, str]:
        words = (token["words"] or token[0]).strip().strip('"')
        if _FIELDS.get(tag.lower()) == self._dropped and self._silently:
            return None, f'"{words}"[All Fields]'
        if tag:
            parsed.unknown_fields.append(tag)
        else:
            parsed.unknown_phrases.append(words)
        return None, ""

    def _one(self, name: str, words: str) -> Test | None:
        known: dict[tuple[str, str], Test] = {
            ("Publication Type", "case reports"): self._is_case_report,
            ("Publication Type", "journal article"): _any,
            ("Filter", "pubmed pmc open access"): _is_open_access,
            ("Filter", "pubmed pmc"): _is_in_pmc,
            ("Language", "english"): _any,
            ("Language", "eng"): _any,
        }
        if name in ("UID", "Date - Entry"):
            return self._range(name, words, words)
        return known.get((name, words))

    def _range(self, name: str, low: str, high: str) -> Test | None:
        if name == "UID" and low.isdigit() and high.isdigit():
            first, last = int(low), int(high)
            return lambda article: first <= (article.pmid or 0) <= last
        since, until = first_day(low), last_day(high)
        if name != "Date - Entry" or since is None or until is None:
            return None
        return lambda article: since <= article.entered <= until

    def _is_case_report(self, article: Article) -> bool:
        return article.typed is not None and article.typed <= self._today


def _joined(operator: str, left: Test, right: Test) -> Test:
    if operator == "OR":
        return lambda article: left(article) or right(article)
    if operator == "NOT":
        return lambda article: left(article) and not right(article)
    return lambda article: left(article) and right(article)


def _any(_article: Article) -> bool:
    return True


def _is_open_access(article: Article) -> bool:
    return article.open_access


def _is_in_pmc(_article: Article) -> bool:
    return True


def first_day(text: str) -> date | None:
    """The first day of YYYY, YYYY/MM or YYYY/MM/DD."""
    if not re.fullmatch(r"\d{4}(/\d{1,2}){0,2}", text):
        return None
    year, month, day = [*map(int, text.split("/")), 1, 1][:3]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_day(text: str) -> date | None:
    """The last day of YYYY, YYYY/MM or YYYY/MM/DD."""
    first = first_day(text)
    parts = text.count("/")
    if first is None or parts == 2:
        return first
    after = date(first.year + 1, 1, 1)
    if parts == 1:
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return after - timedelta(days=1)
