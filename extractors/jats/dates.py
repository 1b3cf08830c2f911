"""Dates as far as an article gives them, and no further."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from lxml import etree

from extractors.jats.inline import all_text
from schemas.article import Dates

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")

_BY_TYPE = {
    "epub": ("epub",),
    "ppub": ("ppub",),
    "epub-ppub": ("epub", "ppub"),
    "collection": ("collection",),
    "epubr": ("epub",),
    "ecorrected": (),
}
_BY_FORMAT = {"electronic": "epub", "online": "epub", "online-only": "epub", "print": "ppub"}


def read_dates(article_meta: etree._Element) -> Dates:
    """The dates of an article; of two of one kind the first that says most stays."""
    found: dict[str, str] = {}
    for element in article_meta.iterchildren("pub-date"):
        _keep(found, _published_as(element), element)
    for element in article_meta.iterfind("history/date"):
        _keep(found, (element.get("date-type") or "",), element)
    for event in article_meta.iterfind("pub-history/event"):
        for element in event.iterchildren("date"):
            _keep(found, (element.get("date-type") or event.get("event-type") or "",), element)
    return Dates(**{kind: found[kind] for kind in _KINDS if kind in found})


_KINDS = ("epub", "ppub", "collection", "received", "accepted", "unspecified")


def _published_as(element: etree._Element) -> Iterable[str]:
    kind = (element.get("pub-type") or element.get("date-type") or "pub").lower()
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind in ("pub", "publication", "published", "epreprint"):
        return (_BY_FORMAT.get((element.get("publication-format") or "").lower(), "unspecified"),)
    return ()


def _keep(found: dict[str, str], kinds: Iterable[str], element: etree._Element) -> None:
    value = _value(element)
    for kind in kinds:
        if value and len(value) > len(found.get(kind, "")):
            found[kind] = value


def _value(element: etree._Element) -> str | None:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`; a month or day that cannot be is left off."""
    parts: dict[str, str] = {}
    for part in element.iterdescendants("year", "month", "day"):
        parts.setdefault(part.tag, part.text or "")
    if not parts.get("year"):
        return _from_line(element)
    years = _YEAR.findall(parts["year"])
    if len(years) != 1:
        return None
    return _joined(int(years[0]), _month(parts.get("month")), _day(parts.get("day")))


def _from_line(element: etree._Element) -> str | None:
    if iso := _ISO.fullmatch(element.get("iso-8601-date") or ""):
        year, month, day = (int(part) if part else None for part in iso.groups())
        return _joined(year or 0, month, day)
    years = _YEAR.findall(all_text(element))
    return years[0] if len(years) == 1 else None


def _joined(year: int, month: int | None, day: int | None) -> str:
    try:
        date(year, month or 1, day if month and day else 1)
    except ValueError:
        day = None
        month = month if month and 1 <= month <= 12 else None
    if not month:
        return f"{year:04}"
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"


def _month(text: str | None) -> int | None:
    text = (text or "").strip().lower().rstrip(".")
    if text.isdecimal():
        return int(text) if len(text) < 4 else None
    if text.isalpha() and text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    return None


def _day(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 4 else None
