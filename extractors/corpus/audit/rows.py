"""A row of anybody's dataset as an article and a case, as far as its columns go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractors.cases.reasoning import Reason, read_reasons
from extractors.corpus.audit.report import Place
from extractors.grounding.quotes import JOINT
from schemas.article import Article, Ids, Span
from schemas.case import Case, Extractor, Scores, Statement

TEXTS = ("title", "text", "abstract", "case_prompt", "final_diagnosis", "diagnostic_reasoning")
BEARING = ("pmcid", "text", "case_prompt", "diagnostic_reasoning", "final_diagnosis")
READ = (
    *("pmcid", "split", "licence", "retracted", "breakpoint", "journal", "publication_date"),
    *("article_link", "final_diagnosis_aliases", "statements", "prompt_spans", "Unnamed: 0"),
    *TEXTS,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an article from elsewhere; None where it is not."""

    licence: str | None = None
    retracted: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be judged by the columns it `has` a usable value in; `unusable` are others."""

    place: Place
    pmcid: str | None
    article: Article
    case: Case
    reasons: tuple[Reason, ...]
    has: frozenset[str]
    empty: tuple[str, ...]
    unusable: tuple[str, ...]


class _Unusable(ValueError):
    """A value is not what its column is for."""


def read_row(values: Mapping[str, Any], place: Place, known: Known) -> Row:
    """The row of these values; one that is missing or of a wrong kind is as if it were not there.

    Without a breakpoint all of the text is taken to lie before it. What is known of the article
    from elsewhere is newer than what the row says.
    """
    read, empty, unusable = _readable(values)
    text = read.get("text", "")
    reasons = _reasons(read)
    licence = known.licence or read.get("licence")
    retracted = read.get("retracted") if known.retracted is None else known.retracted
    if licence:
        read["licence"] = licence
    if retracted is not None:
        read["retracted"] = retracted
    pmcid = read.get("pmcid")
    article = Article(
        ids=Ids(pmcid),
        article_type="",
        language=None,
        title=read.get("title", ""),
        abstract=read.get("abstract", ""),
        text=text,
        sections=(),
        paragraphs=(),
        licence=licence,
        retracted=bool(retracted),
    )
    case = Case(
        pmcid=pmcid or "",
        case_prompt=read.get("case_prompt", ""),
        prompt_spans=read.get("prompt_spans", ()),
        final_diagnosis=read.get("final_diagnosis", ""),
        final_diagnosis_aliases=read.get("final_diagnosis_aliases", ()),
        final_diagnosis_parent=None,
        statements=read["statements"] if "statements" in read else tuple(map(_told, reasons)),
        breakpoint=read.get("breakpoint", len(text)),
        extractor=Extractor("rules"),
        scores=Scores(),
    )
    return Row(place, pmcid, article, case, reasons, frozenset(read), empty, unusable)


def pmcid_of(value: Any) -> str | None:
    """An id as PMC writes it, also where only its number was kept; other ids as they are."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    written = str(value).strip()
    if written.isascii() and written.isdigit():
        return f"PMC{int(written)}"
    return written.upper() if written[:3].upper() == "PMC" else written or None


def _readable(
    values: Mapping[str, Any],
) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
    read: dict[str, Any] = {}
    empty, unusable = [], []
    for name, value in values.items():
        reader = _READERS.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            empty.append(name)
        elif reader is not None:
            try:
                read[name] = reader(value)
            except (_Unusable, TypeError, ValueError, KeyError, OverflowError):
                unusable.append(name)
    return read, tuple(empty), tuple(unusable)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unusable
    return value


def _id(value: Any) -> str:
    found = pmcid_of(value)
    if found is None:
        raise _Unusable
    return found


def _count(value: Any) -> int:
    number = int(value)
    if isinstance(value, bool) or number != float(value) or number < 0:
        raise _Unusable
    return number


def _flag(value: Any) -> bool:
    said = str(value).strip().lower()
    if said not in ("true", "false", "0", "1"):
        raise _Unusable
    return said in ("true", "1")


def _listed(value: Any) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise _Unusable
    return found


def _names(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _listed(value)))


def _spans(value: Any) -> tuple[Span, ...]:
    return tuple(Span(_count(each["start"]), _count(each["end"])) for each in _listed(value))


def _statements(value: Any) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            claim=_text(each["claim"]),
            quote=_text(each["quote"]),
            spans=_spans(each["spans"]),
            status=each.get("status") or "exact",
            bears="excludes" if each.get("bears") == "excludes" else "supports",
            diagnosis=_text(each.get("diagnosis") or ""),
            in_prompt=bool(each.get("in_prompt")),
        )
        for each in _listed(value)
    )


def _reasons(read: Mapping[str, Any]) -> tuple[Reason, ...]:
    if "diagnostic_reasoning" in read:
        return read_reasons(read["diagnostic_reasoning"])
    statements: tuple[Statement, ...] = read.get("statements", ())
    return tuple(
        Reason(number, item.claim, (item.quote,) if item.quote.strip() else ())
        for number, item in enumerate(statements, 1)
    )


def _told(reason: Reason) -> Statement:
    return Statement(
        reason.claim, JOINT.join(reason.quotes), (), "exact", "supports", "", in_prompt=False
    )


_READERS = {
    **dict.fromkeys(TEXTS, _text),
    "pmcid": _id,
    "licence": _text,
    "retracted": _flag,
    "breakpoint": _count,
    "final_diagnosis_aliases": _names,
    "prompt_spans": _spans,
    "statements": _statements,
}
