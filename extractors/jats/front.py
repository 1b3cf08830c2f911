"""The front matter: what the article is called, who wrote it, when, and who may use it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from extractors.jats.abstracts import read_abstracts
from extractors.jats.dates import read_dates
from extractors.jats.inline import all_text, words_of
from extractors.jats.licence import read_licences
from schemas.article import Abstract, Dates, Ids, Related

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PMCID = re.compile(r"(?:PMC)?([0-9]{1,12})(?:\.([0-9]{1,4}))?", re.I)
_NUMBER = re.compile(r"[0-9]{1,12}")
_BEFORE_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)\s*", re.I)
_RETRACTED_TYPES = frozenset(("retraction", "retracted-article", "retracted"))
_RETRACTING_LINKS = frozenset(
    ("retraction", "retraction-forward", "retracted", "partial-retraction-forward")
)
_LINK_KINDS = (
    *("related-article-type", "related-object-type", "link-type"),
    *("content-type", "document-type", "object-type"),
)
_RETRACTED_TITLE = re.compile(
    r"\W*(?:(?:retracted|withdrawn)(?: article)?|retraction notice|retraction)\b\s*[:\]-]", re.I
)


@dataclass(frozen=True, slots=True)
class Front:
    """The front matter under the names it has in an Article."""

    ids: Ids
    article_type: str
    language: str | None
    title: str
    abstract: str
    other_abstracts: tuple[Abstract, ...]
    subjects: tuple[str, ...]
    keywords: tuple[str, ...]
    journal: str
    authors: tuple[str, ...]
    dates: Dates
    licence: str | None
    licences: tuple[str, ...]
    retracted: bool
    related: tuple[Related, ...]


def read_front_matter(article: etree._Element) -> Front:
    """Everything the front of an article says; what it does not say is empty."""
    meta = article.find("front/article-meta")
    if meta is None:
        meta = etree.Element("article-meta")
    language = article.get(_LANGUAGE) or None
    abstract, others = read_abstracts(meta, language)
    licences = read_licences(meta)
    related = _related(meta)
    title = _title(meta)
    article_type = article.get("article-type") or ""
    return Front(
        ids=_ids(meta),
        article_type=article_type,
        language=language,
        title=title,
        abstract=abstract,
        other_abstracts=others,
        subjects=_texts(meta, "article-categories//subject"),
        keywords=_texts(meta, "kwd-group//kwd"),
        journal=_journal(article),
        authors=_authors(meta),
        dates=read_dates(meta),
        licence=licences[0] if licences else None,
        licences=licences,
        retracted=_is_retracted(article_type, title, related, meta),
        related=related,
    )


def _texts(meta: etree._Element, path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(words_of, meta.iterfind(path)))))


def _ids(meta: etree._Element) -> Ids:
    given: dict[str, str] = {}
    for element in meta.iterchildren("article-id"):
        given.setdefault(element.get("pub-id-type") or "", (element.text or "").strip())
    pmcid, version = None, None
    for kind in ("pmcid-ver", "pmcid", "pmc"):
        if match := _PMCID.fullmatch(given.get(kind, "")):
            pmcid = pmcid or f"PMC{int(match.group(1))}"
            version = version or (int(match.group(2)) if match.group(2) else None)
    pmid = given.get("pmid", "")
    return Ids(
        pmcid=pmcid,
        version=version or _version(meta),
        pmid=int(pmid) if _NUMBER.fullmatch(pmid) else None,
        doi=_BEFORE_DOI.sub("", given.get("doi", "")) or None,
    )


def _version(meta: etree._Element) -> int | None:
    for element in meta.iterfind(".//article-version"):
        text = (element.text or "").strip()
        if element.get("article-version-type") == "pmc-version" and _NUMBER.fullmatch(text):
            return int(text)
    return None


def _title(meta: etree._Element) -> str:
    title = meta.find("title-group/article-title")
    text = "" if title is None else words_of(title)
    for subtitle in _texts(meta, "title-group/subtitle"):
        text = f"{text}{' ' if text.endswith((':', '?', '!', '.', '—')) else ': '}{subtitle}"
    return text


def _journal(article: etree._Element) -> str:
    for path in ("journal-title-group/journal-title", "journal-title"):
        element = article.find(f"front/journal-meta/{path}")
        if element is not None and (text := words_of(element)):
            return text
    return ""


def _authors(meta: etree._Element) -> tuple[str, ...]:
    groups = (
        group
        for group in meta.iterchildren("contrib-group")
        if (group.get("content-type") or "author").lower().startswith("author")
    )
    contribs = (contrib for group in groups for contrib in group.iterchildren("contrib"))
    authors = (
        _author(contrib)
        for contrib in contribs
        if (contrib.get("contrib-type") or "author").lower() in ("author", "collab")
    )
    return tuple(filter(None, authors))


def _author(contrib: etree._Element) -> str:
    for path in ("name", "name-alternatives/name", "string-name", "name-alternatives/string-name"):
        name = contrib.find(path)
        if name is not None:
            told = {part.tag: words_of(part) for part in name}
            parts = map(told.get, ("given-names", "surname", "suffix"))
            return " ".join(filter(None, parts)) or words_of(name)
    for path in ("collab", "collab-alternatives/collab", "collab-name"):
        collab = contrib.find(path)
        if collab is not None:
            return _own_words(collab)
    return ""


def _own_words(collab: etree._Element) -> str:
    """A group's name without its members, who may be listed inside of it."""
    text = [collab.text or ""]
    for child in collab:
        if child.tag not in ("contrib-group", "xref", "fn", "aff", "address"):
            text.append(all_text(child) if isinstance(child.tag, str) else "")
        text.append(child.tail or "")
    return " ".join("".join(text).split())


def _related(meta: etree._Element) -> tuple[Related, ...]:
    return tuple(
        Related(
            next(filter(None, map(element.get, _LINK_KINDS)), ""),
            (element.get(_HREF) or "").strip() or words_of(element),
        )
        for element in meta.iterchildren("related-article", "related-object")
    )


def _is_retracted(
    article_type: str, title: str, related: tuple[Related, ...], meta: etree._Element
) -> bool:
    """Whether the article is retracted, or is itself the notice of a retraction."""
    if article_type in _RETRACTED_TYPES or _RETRACTED_TITLE.match(title):
        return True
    if any(link.kind in _RETRACTING_LINKS for link in related):
        return True
    return any(
        (custom.findtext("meta-name") or "").endswith("is-retracted")
        and (custom.findtext("meta-value") or "").strip().lower() == "yes"
        for custom in meta.iterfind(".//custom-meta")
    )
