"""Articles as JATS in the shapes that PMC serves: ids, dates, licences, sections, floats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.corpus_maker.layouts import Section
from tests.corpus_maker.phrases import Teller, capitalised

FICTIONAL = (
    "This article, its patient and its authors are fictional; "
    "it was written as sample material for Casebook."
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE article\n  PUBLIC "-//NLM//DTD JATS (Z39.96)'
    ' Journal Archiving and Interchange DTD with MathML3 v1.4 20241031//EN"'
    ' "JATS-archivearticle1-4-mathml3.dtd">\n'
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SEASONS = (
    "Winter",
    "Winter",
    "Spring",
    "Spring",
    "Spring",
    "Summer",
    "Summer",
    "Summer",
    "Fall",
    "Fall",
    "Fall",
    "Winter",
)
_PATHS = {"CC0": "publicdomain/zero/1.0/"} | {
    f"CC {code}": f"licenses/{code.lower()}/4.0/"
    for code in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-NC-ND")
}
_GRANTED = "This is an open access article under the Creative Commons Attribution"
_PROSE = {
    "CC0": "The authors waive their rights under the Creative Commons Public Domain Dedication.",
    "CC BY": f"{_GRANTED} License.",
    "CC BY-SA": f"{_GRANTED}-ShareAlike License.",
    "CC BY-NC": f"{_GRANTED}-NonCommercial License.",
    "CC BY-NC-SA": f"{_GRANTED}-NonCommercial-ShareAlike License.",
    "CC BY-NC-ND": f"{_GRANTED}-NonCommercial-NoDerivatives License.",
}


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says of an article."""

    number: int
    version: int
    pmid: int | None
    doi: str
    article_type: str
    language: str
    subject: str
    specialty: str
    title: str
    journal: str
    abbreviation: str
    publisher: str
    authors: tuple[tuple[str, str], ...]
    hospital: str
    published: date
    volume: int
    page: int
    licence: str
    retracted: bool
    keywords: tuple[str, ...]


def article_xml(front: Front, abstract: str, body: str, back: str, teller: Teller) -> str:
    """The whole file."""
    language = f' xml:lang="{front.language}"' if front.language else ""
    return (
        f'{_HEAD}<article{language} article-type="{front.article_type}" dtd-version="1.4">'
        '<processing-meta base-tagset="archiving" mathml-version="3.0" table-model="xhtml"'
        ' tagset-family="jats"><restricted-by>pmc</restricted-by></processing-meta>\n'
        f"<front>{_journal(front)}\n<article-meta>{_ids(front, teller)}\n{_subjects(front)}"
        f"<title-group><article-title>{front.title}</article-title></title-group>\n"
        f"{_contributors(front)}\n{_dates(front, teller)}<volume>{front.volume}</volume>"
        f"<elocation-id>{front.page}</elocation-id>\n{_history(front)}\n"
        f"{_permissions(front, teller)}{_retraction(front)}\n{abstract}"
        f"{_keywords(front)}</article-meta></front>\n{body}{back}</article>\n"
    )


def _journal(front: Front) -> str:
    return (
        f'<journal-meta><journal-id journal-id-type="nlm-ta">{front.abbreviation}</journal-id>'
        f"<journal-title-group><journal-title>{front.journal}</journal-title></journal-title-group>"
        f'<issn pub-type="epub">0000-{front.volume:04}</issn><publisher><publisher-name>'
        f"{front.publisher}</publisher-name></publisher></journal-meta>"
    )


def _ids(front: Front, teller: Teller) -> str:
    pmcid = f"PMC{front.number}"
    pmid = f'<article-id pub-id-type="pmid">{front.pmid}</article-id>' if front.pmid else ""
    doi = f'<article-id pub-id-type="doi">{front.doi}</article-id>'
    if teller.chance(0.06):
        return f'<article-id pub-id-type="pmc">{front.number}</article-id>{pmid}{doi}'
    return (
        f'<article-id pub-id-type="pmcid">{pmcid}</article-id>'
        f'<article-id pub-id-type="pmcid-ver">{pmcid}.{front.version}</article-id>'
        f'<article-id pub-id-type="pmcaid">{front.number}</article-id>'
        f'<article-id pub-id-type="pmcaiid">{front.number + front.version - 1}</article-id>'
        f"{pmid}{doi}"
        f'<article-version article-version-type="pmc-version">{front.version}</article-version>'
    )


def _subjects(front: Front) -> str:
    return (
        '<article-categories><subj-group subj-group-type="heading"><subject>'
        f"{front.subject}</subject></subj-group>"
        f'<subj-group subj-group-type="discipline"><subject>{front.specialty}</subject>'
        "</subj-group>"
        "</article-categories>"
    )


def _contributors(front: Front) -> str:
    people = "".join(
        '<contrib contrib-type="author"><name name-style="western">'
        f"<surname>{surname}</surname><given-names>{given}</given-names></name>"
        '<xref ref-type="aff" rid="aff1">1</xref></contrib>'
        for given, surname in front.authors
    )
    return (
        f'<contrib-group>{people}</contrib-group><aff id="aff1"><label>1</label>Department of '
        f"{front.specialty}, {front.hospital}</aff>"
    )


def _dates(front: Front, teller: Teller) -> str:
    on = front.published
    day, month, year = f"<day>{on.day}</day>", f"<month>{on.month}</month>", _year(on)
    named, season = MONTHS[on.month - 1], _SEASONS[on.month - 1]
    epub = f'<pub-date pub-type="epub">{day}{month}{year}</pub-date>'
    shape = teller.draw()
    if shape < 0.4:
        return f'{epub}<pub-date pub-type="collection">{year}</pub-date>'
    if shape < 0.6:
        iso = f' iso-8601-date="{on.isoformat()}"' if shape < 0.5 else ""
        kind = f'date-type="pub" publication-format="electronic"{iso}'
        return f"<pub-date {kind}>{day}{month}{year}</pub-date>"
    if shape < 0.75:
        return f'<pub-date pub-type="ppub"><month>{named}</month>{year}</pub-date>{epub}'
    if shape < 0.85:
        return f'<pub-date pub-type="epub-ppub">{month}{year}</pub-date>'
    if shape < 0.93:
        return f'<pub-date pub-type="collection"><season>{season}</season>{year}</pub-date>'
    return f'<pub-date date-type="collection" publication-format="print">{year}</pub-date>'


def _year(on: date) -> str:
    return f"<year>{on.year}</year>"


def _history(front: Front) -> str:
    on = front.published
    date_of = f"<date><day>{on.day}</day><month>{on.month}</month><year>{on.year}</year></date>"
    return f'<pub-history><event event-type="pmc-release">{date_of}</event></pub-history>'


def _permissions(front: Front, teller: Teller) -> str:
    address, prose = f"https://creativecommons.org/{_PATHS[front.licence]}", _PROSE[front.licence]
    statement = f"© {front.published.year} The Authors"
    opened = f"<permissions><copyright-statement>{statement}</copyright-statement>"
    shape = teller.draw()
    if shape < 0.45:
        held = (
            '<license><ali:license_ref xmlns:ali="http://www.niso.org/schemas/ali/1.0/">'
            f"{address}</ali:license_ref><license-p>{prose}</license-p></license>"
        )
    elif shape < 0.85:
        held = (
            f'<license xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{address}">'
            f"<license-p>{prose}</license-p></license>"
        )
    else:
        held = f"<license><license-p>{prose}</license-p></license>"
    return f"{opened}{held}</permissions>"


def _retraction(front: Front) -> str:
    if not front.retracted:
        return ""
    return (
        '<related-article related-article-type="retraction-forward" ext-link-type="doi"'
        f' xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{front.doi}.r"/>'
    )


def _keywords(front: Front) -> str:
    return f"<kwd-group>{''.join(f'<kwd>{word}</kwd>' for word in front.keywords)}</kwd-group>"


def abstract_xml(paragraphs: Sequence[Sequence[str]], teller: Teller) -> str:
    """The abstract, plain or in sections."""
    if teller.chance(0.4):
        return f"<abstract><p>{' '.join(' '.join(told) for told in paragraphs)}</p></abstract>"
    titles = teller.pick(
        (
            ("Background", "Case presentation", "Conclusions"),
            ("Introduction", "Case report", "Discussion"),
            ("Rationale", "Patient concerns", "Lessons"),
        )
    )
    told = zip(titles, paragraphs, strict=True)
    held = "".join(
        f"<sec><title>{title}</title><p>{' '.join(said)}</p></sec>" for title, said in told
    )
    return f"<abstract>{held}</abstract>"


class BodyWriter:
    """Writes a body with its citations and floats in one journal's manner."""

    def __init__(self, teller: Teller, references: int) -> None:
        self._teller = teller
        self._references = references
        self._typed = teller.chance(0.65)
        self._manner = int(teller.draw() * 3)
        self._number = 0

    def body(self, sections: Sequence[Section], floats: str, spacing: str = " ") -> str:
        """The whole body; floats stand at the end of its first section that tells the case."""
        told = [self._section(section, spacing) for section in sections]
        at = next((i for i, section in enumerate(sections) if section.kind in ("cases", "")), 0)
        told[at] = (
            f"{told[at].removesuffix('</sec>')}{floats}{'</sec>' if sections[at].title else ''}"
        )
        return f"<body>\n{''.join(told)}\n</body>\n"

    def _section(self, section: Section, spacing: str) -> str:
        paragraphs = "".join(
            f"<p>{spacing.join(self._cited(told) if section.cites else told)}</p>\n"
            for told in section.paragraphs
        )
        inside = "".join(self._section(inner, spacing) for inner in section.inside)
        if not section.title:
            return paragraphs + inside
        self._number += 1
        kind = f' sec-type="{section.kind}"' if section.kind and self._typed else ""
        opened = f'<sec id="s{self._number}"{kind}><title>{section.title}</title>'
        return f"{opened}\n{paragraphs}{inside}</sec>"

    def _cited(self, sentences: Sequence[str]) -> list[str]:
        draw = self._teller.draw
        return [self._cite(told) if draw() < 0.3 else told for told in sentences]

    def _cite(self, sentence: str) -> str:
        number = 1 + int(self._teller.draw() * self._references)
        mark = f'<xref ref-type="bibr" rid="r{number}">{number}</xref>'
        if self._manner == 1:
            return f"{sentence}<sup>{mark}</sup>"
        if number > 2 and self._teller.chance(0.2):
            mark = f'<xref ref-type="bibr" rid="r1">1</xref>–{mark}'
        opened, closed = ("[", "]") if self._manner == 0 else ("(", ")")
        return f"{sentence[:-1]} {opened}{mark}{closed}{sentence[-1]}"


def table_xml(rows: Sequence[tuple[str, str]]) -> str:
    """Laboratory results as a table."""
    cells = "".join(
        f"<tr><td>{capitalised(name)}</td><td>{amount}</td></tr>" for name, amount in rows
    )
    return (
        '<table-wrap id="t1"><label>Table 1</label><caption><p>Laboratory results</p></caption>'
        '<table frame="hsides" rules="groups"><thead><tr><th>Test</th><th>Result</th></tr></thead>'
        f"<tbody>{cells}</tbody></table></table-wrap>\n"
    )


def figure_xml(caption: str) -> str:
    """A figure with its caption."""
    return (
        f'<fig id="f1"><label>Fig. 1</label><caption><p>{caption}.</p></caption><graphic'
        ' xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="g001.jpg"/></fig>\n'
    )


def back_xml(references: Sequence[tuple[str, str, int]], source: str) -> str:
    """Notes, among them that all is invented, and the references."""
    listed = "".join(
        f'<ref id="r{number}"><label>{number}.</label><mixed-citation publication-type="journal">'
        f"{author}. <article-title>{title}</article-title>. <source>{source}</source>."
        f" <year>{year}</year>.</mixed-citation></ref>"
        for number, (author, title, year) in enumerate(references, 1)
    )
    return (
        '<back><fn-group><fn fn-type="COI-statement"><p>The authors declare that they have no'
        f' competing interests.</p></fn><fn fn-type="other"><p>{FICTIONAL}</p></fn></fn-group>'
        f"<ref-list><title>References</title>{listed}</ref-list></back>"
    )
