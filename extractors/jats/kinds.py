"""What a section is for, judged by its type, its title and its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.jats.body import Heading
from schemas.article import SectionKind

_NUMBERING = re.compile(
    r"^(?:(?:section|part)\s+)?(?:\d+(?:\.\d+)*|[IVX]+|[A-Za-z])[.):]+\s*|^\d+(?:\.\d+)*\s+", re.I
)

# The first pattern that fits decides, so what names two things stands before what names one.
_TITLES: tuple[tuple[SectionKind, str], ...] = (
    (
        "consent",
        r"(?:patient'?s? |informed |written |statement of )*(?:informed )?consents?\b(?!.*\breport\b)"
        r"|(?:statement (?:of|on) )?ethic(?:s|al)\b|(?:institutional )?(?:review board|irb)\b"
        r"|human (?:and animal )?rights|declaration of (?:patient )?consent|research ethics"
        r"|compliance with ethical|(?:human )?ethics|patient anonymity",
    ),
    (
        "end_matter",
        r"(?:author'?s?'?|authors'?|credit)\b.*\b(?:contrib\w+|information|details|note)"
        r"|contribut(?:ions?|orship)|acknowledge?ments?|funding|financial (?:support|disclosure)"
        r"|sources? of (?:funding|support)|grant (?:support|information)"
        r"|(?:(?:declaration|statement|disclosure)s? (?:of|on) )?(?:\w+ )?(?:potential )?"
        r"(?:conflicts?|competing|declarations? of interest|duality)\b.*|disclosures?\b|disclaimers?\b"
        r"|declarations?$|data (?:availability|accessibility|sharing)|availability of (?:data|support)"
        r"|data and materials? availab|associated data|supplement\w*\b|supporting information"
        r"|additional (?:files?|information)|electronic supplement|appendix|appendices|footnotes?$"
        r"|abbreviations?|publisher'?s note|guarantor|provenance|registration of research"
        r"|references?$|bibliography|(?:web|online) (?:resources|content)|peer review|copyright"
        r"|orcid|generative ai|trial registration|notes?$|glossary|author summary",
    ),
    (
        "discussion",
        r"(?:general |case |clinical |overall )?discussions?\b|comments?\b|commentary"
        r"|(?:review of (?:the )?literature|literature (?:review|search))|the literature$|limitations?\b"
        r"|(?:results?|findings) and discussion",
    ),
    (
        "conclusion",
        r"(?:in |general )?(?:conclu(?:sions?|ding)\b|summary and)|concluding|take[- ]home|learning (?:points?|objectives?)"
        r"|key (?:points?|messages?)|(?:clinical )?(?:pearls|lessons?)\b|lessons? learn|teaching points?|take-away"
        r"|recommendations?$|final (?:remarks|considerations)|(?:future )?(?:perspectives?|outlooks?|directions?)$"
        r"|(?:future|summary)\b.*(?:outlook|directions|perspectives)|implications\b",
    ),
    (
        "case",
        r"(?:.*\b)?cases? (?:reports?|presentations?|descriptions?|stud(?:y|ies)|histor(?:y|ies)|summar(?:y|ies)"
        r"|series|details?|records?|illustrations?|vignettes?|synops[ie]s|examples?|outlines?|"
        r"no\b|number|#?\s?\d+|[ivx]+\b|one|two|three|four|five|six|[a-h]$|narratives?|observations?|information)\b.*"
        r"|cases?$|(?:the |our |index |clinical |illustrative |first |second |third |fourth )+cases?\b.*"
        r"|(?:reports?|presentations?|descriptions?|summary|history|outline) of (?:the |a |our |this )?(?:cases?|patients?)"
        r"|(?:clinical|patient)'?s? (?:history|presentations?|reports?|descriptions?|summary|vignette|observations?"
        r"|findings?|features?|courses?|information|details?|characteristics?|data|manifestations?|background|examinations?)\b.*"
        r"|patients? \d+\b.*|patients?$|observations?$|observations? \d+|case\s?[-–:#].*|cases? \(.*"
        r"|case in point|caso clinico",
    ),
    (
        "methods",
        r"(?:.*\b)?(?:materials?|patients?|subjects?|participants?|data|research)? ?(?:and |& |, )*methods?\b.*|methodolog(?:y|ies)\b.*"
        r"|(?:experimental|study) (?:procedures?|design|section|population|area.*|setting)|materials?$"
        r"|statistical? analys[ie]s|search strategy|study selection|data (?:collection|analysis|extraction|sources?)",
    ),
    ("results", r"(?:.*\b)?results?\b.*|(?:main |key )?findings$"),
    (
        "introduction",
        r"introduct(?:ion|ory)\b.*|back ?ground\b.*|objectives?$|aims?\b|purpose\b|rationale$|overview$|main$"
        r"|context$|preface|foreword",
    ),
)
_TITLE_KINDS = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _TITLES)

_CLINICAL = re.compile(
    r"(?:.*\b)?(?:investigations?|differential diagnos[ie]s|diagnos[ie]s|diagnostics?|treatments?|therap(?:y|ies|eutics?)"
    r"|management|outcomes?|follow[ -]?up|physical exam\w*|examinations?|laborator(?:y|ies)|imaging|radiolog\w+"
    r"|histor(?:y|ies)|chief complaints?|present(?:ing|ation)\b.*|timeline|clinical course|hospital course|subsequent course"
    r"|progress|prognosis|interventions?|surger(?:y|ies)|operati(?:on|ve)\w*|surgical\w*|patholog\w+|histopatholog\w+"
    r"|autopsy|necropsy|post-?mortem|perspective of (?:the )?patient|patient(?:'s)? (?:perspective|experience)|symptoms?"
    r"|admission|assessments?|evaluations?|work-?up|medications?|clinical\b.*|genetic (?:analysis|testing)|microscop\w+ findings"
    r"|macroscopic\w* findings|sequencing analysis|test(?:s|ing)?)\b.*",
    re.I,
)

_TYPES: dict[str, SectionKind] = {
    "case": "case",
    "cases": "case",
    "case-report": "case",
    "case-reports": "case",
    "case-presentation": "case",
    "intro": "introduction",
    "introduction": "introduction",
    "background": "introduction",
    "methods": "methods",
    "materials": "methods",
    "materials|methods": "methods",
    "materials and methods": "methods",
    "materials-and-methods": "methods",
    "methods|materials": "methods",
    "subjects": "methods",
    "subjects|methods": "methods",
    "results": "results",
    "findings": "results",
    "results|discussion": "discussion",
    "discussion": "discussion",
    "conclusion": "conclusion",
    "conclusions": "conclusion",
    "discussion|conclusions": "discussion",
    "supplementary-material": "end_matter",
    "supplementary material": "end_matter",
    "data-availability": "end_matter",
    "coi-statement": "end_matter",
    "funding-information": "end_matter",
    "associated-data": "end_matter",
    "fn-group": "end_matter",
    "ref-list": "end_matter",
    "ack": "end_matter",
    "app": "end_matter",
    "author-contribution": "end_matter",
    "author-contributions": "end_matter",
    "ethics-statement": "consent",
    "ethics": "consent",
    "consent": "consent",
}
# What can stand inside a case without leaving it: nothing but these ends it.
_ENDS_A_CASE: frozenset[SectionKind] = frozenset(
    ("discussion", "conclusion", "consent", "end_matter", "introduction")
)


def title_kind(title: str) -> SectionKind:
    """The kind that a title alone tells, `other` where it tells none."""
    title = _NUMBERING.sub("", title.replace("’", "'")).strip(" :.")
    for kind, pattern in _TITLE_KINDS:
        if pattern.match(title):
            return kind
    return "other"


def section_kinds(headings: Sequence[Heading], *, case_report: bool) -> list[SectionKind]:
    """The kind of each section, in the order in which they stand."""
    kinds: list[SectionKind] = []
    for heading in headings:
        above = kinds[heading.parent] if heading.parent >= 0 else None
        kinds.append(_kind(heading, above))
    if case_report:
        _place_the_rest(headings, kinds)
    return kinds


def _kind(heading: Heading, above: SectionKind | None) -> SectionKind:
    told = title_kind(heading.title)
    typed = _TYPES.get(heading.sec_type.lower(), "other")
    # A title that names the case or the end matter outweighs a type put there by a converter.
    kind = told if told in ("case", "consent", "end_matter") or typed == "other" else typed
    if told == "discussion" and typed == "conclusion":
        kind = "discussion"
    if above is None or above == "other":
        return kind
    return _inside(above, kind)


def _inside(above: SectionKind, kind: SectionKind) -> SectionKind:
    if above in ("end_matter", "consent"):
        return "consent" if kind == "consent" else above
    if above == "case":
        return kind if kind in _ENDS_A_CASE else "case"
    if above in ("discussion", "conclusion"):
        return kind if kind in ("conclusion", "consent", "end_matter") else above
    if above in ("introduction", "methods", "results"):
        return kind if kind in ("case", "consent", "end_matter", "discussion") else above
    return kind


def _place_the_rest(headings: Sequence[Heading], kinds: list[SectionKind]) -> None:
    """In a case report, clinical titles before the discussion go on with the case."""
    top = [at for at, heading in enumerate(headings) if heading.parent < 0]
    ends = [at for at in top if kinds[at] in ("discussion", "conclusion")]
    first_end = ends[0] if ends else len(headings)
    has_case = any(kind == "case" for kind in kinds)
    for at in top:
        if kinds[at] != "other" or not headings[at].title:
            continue
        title = _NUMBERING.sub("", headings[at].title)
        before = at < first_end
        if (before and (not has_case or _CLINICAL.match(title))) or (
            not before and has_case and _FINAL.match(title)
        ):
            kinds[at] = "case"
    for at, heading in enumerate(headings):
        if heading.parent >= 0 and kinds[at] == "other" and kinds[heading.parent] == "case":
            kinds[at] = "case"


_FINAL = re.compile(r"(?:final diagnosis|(?:outcomes?|follow[- ]?up)\b.*)", re.I)
