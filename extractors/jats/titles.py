"""What the titles of sections tell, as phrases: one a line, matched from the title's first word."""

from __future__ import annotations

import functools
import re

from schemas.article import SectionKind

# The first kind that fits decides, so what names two things stands before what names one.
_PHRASES: tuple[tuple[SectionKind, str], ...] = (
    (
        "consent",
        r"""
        (?:patient'?s? |informed |written |statement of |declaration of |consent and )*consents?\b
        (?:statement (?:of|on) |research |human |medical )?ethic(?:s|al)\b
        (?:institutional )?(?:review board|irb)\b
        human (?:and animal )?rights
        compliance with ethical
        patient anonymity
        """,
    ),
    (
        "end_matter",
        r"""
        (?:author'?s?'?|credit)\b.*\b(?:cont\w*ib\w+|information|details|note)
        contribut(?:ions?|orship)
        acknowledge?ments?
        funding
        financial (?:support|disclosure)
        sources? of (?:funding|support)
        grant (?:support|information)
        (?:(?:declaration|statement|disclosure)s? (?:of|on) )?(?:\w+ )?(?:potential )?conflicts?\b
        (?:(?:declaration|statement|disclosure)s? (?:of|on) )?(?:\w+ )?competing\b
        declarations? of interest
        duality of interest
        disclosures?\b
        disclaimers?\b
        declarations?$
        (?:research )?data (?:and materials? )?(?:avail\w+|accessibility|sharing)
        availability of (?:data|support)
        associated data
        supplement\w*\b
        (?:electronic )?supporting information
        additional (?:files?|information)
        electronic supplement
        appendix
        appendices
        footnotes?$
        notes?$
        (?:list of )?abbreviations?
        glossary
        publisher'?s note
        guarantor
        provenance
        (?:trial )?registration(?: of research.*)?$
        references?$
        bibliography
        (?:web|online) (?:resources|content)
        peer review
        copyright
        orcid
        generative ai
        author summary
        """,
    ),
    (
        "discussion",
        r"""
        (?:general |case |clinical |overall |brief )?discussions?\b
        comments?\b
        commentary
        review of (?:the )?literature
        (?:the )?literature(?: review| search|$)
        (?:study )?limitations?\b
        (?:case reports?|cases) (?:in|from) the literature
        (?:results?|findings) and discussion
        """,
    ),
    (
        "conclusion",
        r"""
        (?:in |general )?conclu(?:sions?|ding)\b
        summary and
        take[- ](?:home|away)
        learning (?:points?|objectives?)
        key (?:points?|messages?)
        (?:clinical )?(?:pearls|lessons?)\b
        teaching points?
        recommendations?$
        final (?:remarks|considerations)
        (?:future )?(?:perspectives?|outlooks?|directions?)$
        (?:future|summary)\b.*(?:outlook|directions|perspectives)
        implications\b
        """,
    ),
    (
        "case",
        r"""
        (?:.*\b)?cases? (?:reports?|presentations?|descriptions?|narratives?|observations?)\b
        (?:.*\b)?cases? (?:stud(?:y|ies)|histor(?:y|ies)|summar(?:y|ies)|synops[ie]s|series)\b
        (?:.*\b)?cases? (?:details?|records?|illustrations?|vignettes?|examples?|outlines?)\b
        (?:.*\b)?cases? (?:information|no\b|number\b|#?\s?\d|[ivx]+\b|[a-h]$)
        (?:.*\b)?cases? (?:one|two|three|four|five|six)\b
        (?:the )?cases?(?:$| in\b| \()
        (?:(?:the )?(?:index|clinical|illustrative)|our|(?:the )?(?:first|second|third)) cases?\b
        case\s?[-–:#]
        (?:reports?|presentations?|descriptions?) of (?:the |a |our |this )?(?:case|patient)s?
        (?:summary|history|outline) of (?:the |a |our |this )?(?:case|patient)s?
        (?:clinical|patient)'?s? (?:history|presentations?|reports?|descriptions?|summary)\b
        (?:clinical|patient)'?s? (?:observations?|findings?|features?|courses?|vignette)\b
        (?:clinical|patient)'?s? (?:information|details?|characteristics?|data|background)\b
        (?:clinical|patient)'?s? (?:manifestations?|examinations?)\b
        patients?(?:$| \d)
        observations?(?:$| \d)
        """,
    ),
    (
        "methods",
        r"""
        (?:.*\b)?methods?\b
        methodolog(?:y|ies)\b
        (?:experimental|study) (?:procedures?|design|section|population|area|setting)
        materials?$
        statistical? analys[ie]s
        search strategy
        study selection
        data (?:collection|analysis|extraction|sources?)
        """,
    ),
    (
        "results",
        r"""
        (?:.*\b)?results?\b
        (?:main |key )?findings$
        """,
    ),
    (
        "introduction",
        r"""
        introduct(?:ion|ory)\b
        back ?ground\b
        objectives?$
        aims?\b
        purpose\b
        rationale$
        overview$
        context$
        main$
        preface
        foreword
        """,
    ),
)

_CARE = r"""
    investigations?
    (?:differential )?diagnos(?:[ie]s|tics?)
    treatments?
    management
    therap(?:y|ies|eutics?)
    medications?
    interventions?
    surger(?:y|ies)
    surgical\w*
    operati(?:on|ve)\w*
    outcomes?
    follow[ -]?up
    prognosis
    progress
    admission
    physical exam\w*
    examinations?
    laborator(?:y|ies)
    imaging
    (?:radio|patho|histopatho)log\w+
    autopsy
    necropsy
    post-?mortem
    histor(?:y|ies)
    chief complaints?
    present(?:ing|ation)
    symptoms?
    timeline
    (?:hospital|subsequent) course
    clinical
    patient'?s? (?:perspective|experience)
    perspective of (?:the )?patient
    assessments?
    evaluations?
    work-?up
    genetic (?:analysis|testing)
    sequencing analysis
    (?:micro|macro)scop\w+ findings
    test(?:s|ing)?
    """


def _any(lines: str) -> str:
    return "|".join(line.strip() for line in lines.splitlines() if line.strip())


_KINDS = tuple((kind, re.compile(_any(phrases), re.I)) for kind, phrases in _PHRASES)
_STEP_OF_CARE = re.compile(rf"\b(?:{_any(_CARE)})\b", re.I)
_LAST_OF_A_CASE = re.compile(r"final diagnosis|outcomes?\b|follow[- ]?up\b", re.I)
_NUMBERING = re.compile(
    r"(?:section )?(?:\d+(?:\.\d+)*(?:[.):]+\s*|\s+)|[IVX]+[.):]+\s*|[a-z][.)]+\s*)", re.I
)
_LONGEST = 200


def bare_title(title: str) -> str:
    """A title without its number, and no longer than titles are."""
    title = title[:_LONGEST].replace("’", "'")
    number = _NUMBERING.match(title)
    return title[number.end() if number else 0 :].strip(" :.")


def title_kind(title: str) -> SectionKind:
    """The kind that a title alone tells, `other` where it tells none."""
    title = bare_title(title)
    return next((kind for kind, phrases in _KINDS if phrases.match(title)), "other")


@functools.lru_cache(maxsize=1024)
def is_clinical(title: str) -> bool:
    """Whether a title names a step of a patient's care."""
    return bool(_STEP_OF_CARE.search(bare_title(title)))


def ends_a_case(title: str) -> bool:
    """Whether a title names what is told last of a patient, sometimes behind the discussion."""
    return bool(_LAST_OF_A_CASE.match(bare_title(title)))
