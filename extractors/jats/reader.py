"""One file's bytes to one Article."""

from __future__ import annotations

from lxml import etree

from extractors.jats.body import Body, Heading
from extractors.jats.front import Front, read_front_matter
from extractors.jats.kinds import section_kinds
from extractors.jats.parse import depth_of_articles, parse_article, parse_front
from schemas.article import Article, Paragraph, Section

_OCR = ".//preformat[@preformat-type='pmc-ocr-text']"


def read(xml: bytes) -> Article:
    """The article of a file; its text is empty where it has no body but scanned pages."""
    with depth_of_articles():
        article = parse_article(xml)
        return _with_body(read_front_matter(article), read_body(article))


def read_front(xml: bytes) -> Article:
    """The article without its body, from no more of the file than its front matter."""
    with depth_of_articles():
        return _with_body(read_front_matter(parse_front(xml)), Body())


def read_body(article: etree._Element) -> Body:
    """The body's text and structure, and the floats that stand behind it."""
    read_so_far = Body()
    body = article.find("body")
    if body is not None and not is_scanned(body):
        read_so_far.read(body)
    for name in ("floats-group", "back"):
        for element in article.iterchildren(name):
            read_so_far.read_floats(element)
    return read_so_far


def is_scanned(body: etree._Element) -> bool:
    """Whether a body holds no more than what a machine read off scanned pages."""
    return body.find(_OCR) is not None


def _with_body(front: Front, body: Body) -> Article:
    case_report = front.article_type == "case-report" or any(
        "case report" in subject.lower() for subject in front.subjects
    )
    sections, paragraphs = _placed(body, case_report)
    return Article(
        ids=front.ids,
        article_type=front.article_type,
        language=front.language,
        title=front.title,
        abstract=front.abstract,
        text=body.text,
        sections=sections,
        paragraphs=paragraphs,
        tables=tuple(body.tables),
        figures=tuple(body.figures),
        formulas=tuple(body.formulas),
        subjects=front.subjects,
        keywords=front.keywords,
        journal=front.journal,
        authors=front.authors,
        dates=front.dates,
        licence=front.licence,
        retracted=front.retracted,
        related=front.related,
        licences=front.licences,
        other_abstracts=front.other_abstracts,
    )


def _placed(body: Body, case_report: bool) -> tuple[tuple[Section, ...], tuple[Paragraph, ...]]:
    """The sections that hold any text, and the paragraphs that point to them."""
    kinds = section_kinds(body.headings, case_report=case_report)
    paths: list[tuple[str, ...]] = []
    sections: list[Section] = []
    place = {-1: -1}
    for at, heading in enumerate(body.headings):
        paths.append(_path(heading, paths))
        if heading.start >= 0:
            place[at] = len(sections)
            sections.append(Section(paths[at], kinds[at], heading.start, heading.end))
    if len(sections) == len(body.headings):
        return tuple(sections), tuple(body.paragraphs)
    moved = (Paragraph(p.kind, place[p.section], p.start, p.end) for p in body.paragraphs)
    return tuple(sections), tuple(moved)


def _path(heading: Heading, paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    above = paths[heading.parent] if heading.parent >= 0 else ()
    return (*above, heading.title) if heading.title else above
