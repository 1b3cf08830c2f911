"""Short made-up articles and cases for the tests of the extractors."""

from __future__ import annotations

from dataclasses import replace

from extractors.grounding import ground
from schemas.article import Article, Ids, Paragraph, Section, SectionKind
from schemas.case import Case, Draft, DraftStatement, Extractor
from schemas.reject import Reject

Part = tuple[str, SectionKind, list[str]]

NARRATIVE = [
    "A 52-year-old tram conductor came to the clinic with a painless swelling of the left wrist "
    "that had grown over seven months. She had lost 4 kg and slept badly. There was no fever, no "
    "cough and no injury. She kept pigeons and had never travelled abroad.",
    "On examination a soft swelling of 5 cm crossed the wrist crease, and finger flexion was "
    "limited. The erythrocyte sedimentation rate was 71 mm/h. Radiographs of the wrist were "
    "normal. Ultrasonography showed fluid with small floating bodies in the flexor sheath.",
    "Histological examination of the synovium showed granulomas, and culture grew Mycobacterium "
    "tuberculosis. A final diagnosis of tuberculous tenosynovitis was made. Four drugs were given "
    "for nine months, and she made a full recovery.",
]
DISCUSSION = [
    "Tuberculous tenosynovitis (TT) is slow and seldom painful. Rheumatoid arthritis was "
    "considered unlikely because only one sheath was swollen and the rheumatoid factor was "
    "negative. A pigmented tumour of the sheath was ruled out by magnetic resonance imaging. "
    "Gout was excluded by the absence of crystals.",
    "In our patient the floating bodies on ultrasonography were consistent with tuberculous "
    "tenosynovitis.",
]
PARTS: list[Part] = [
    (
        "Introduction",
        "introduction",
        ["Swellings of the wrist have many causes, most of them harmless."],
    ),
    ("Case presentation", "case", NARRATIVE),
    ("Discussion", "discussion", DISCUSSION),
]


def article(
    parts: list[Part] | None = None,
    *,
    title: str = "Tuberculous tenosynovitis of the wrist in a tram conductor: a case report",
    abstract: str = "A woman had tuberculous tenosynovitis of the wrist.",
    article_type: str = "case-report",
    subjects: tuple[str, ...] = ("Case Report",),
    language: str | None = "en",
) -> Article:
    """An article of these parts, with true offsets."""
    text, sections, paragraphs = "", [], []
    for index, (heading, kind, blocks) in enumerate(PARTS if parts is None else parts):
        start = len(text) + 2 if text else 0
        for place, block in enumerate([heading, *blocks]):
            text += ("\n\n" if text else "") + block
            begin = len(text) - len(block)
            paragraphs.append(Paragraph("prose" if place else "title", index, begin, len(text)))
        sections.append(Section((heading,), kind, start, len(text)))
    return Article(
        ids=Ids(pmcid="PMC9000009999"),
        article_type=article_type,
        language=language,
        title=title,
        abstract=abstract,
        text=text,
        sections=tuple(sections),
        paragraphs=tuple(paragraphs),
        subjects=subjects,
        licence="CC BY",
    )


def told(*paragraphs: str, **kwargs: object) -> Article:
    """The usual article with another narrative."""
    parts: list[Part] = [PARTS[0], ("Case presentation", "case", list(paragraphs)), PARTS[2]]
    return article(parts, **kwargs)  # type: ignore[arg-type]


STATEMENTS = (
    DraftStatement(
        "One swollen sheath and no rheumatoid factor speak against arthritis.",
        "Rheumatoid arthritis was considered unlikely because only one sheath was swollen",
        "excludes",
        "Rheumatoid arthritis",
    ),
    DraftStatement(
        "No crystals were found.",
        "Gout was excluded by the absence of crystals.",
        "excludes",
        "Gout",
    ),
    DraftStatement(
        "Floating bodies in the sheath support the diagnosis.",
        "Ultrasonography showed fluid with small floating bodies in the flexor sheath.",
        "supports",
        "Tuberculous tenosynovitis",
    ),
)


def a_draft(source: Article, **changes: object) -> Draft:
    """A good draft of the usual article; its prompt ends before the histology."""
    made = Draft(
        pmcid="PMC9000009999",
        case_prompt="\n\n".join(NARRATIVE[:2]),
        final_diagnosis="Tuberculous tenosynovitis",
        final_diagnosis_aliases=("TT",),
        final_diagnosis_parent=None,
        statements=STATEMENTS,
        breakpoint=source.text.index("Histological examination"),
        extractor=Extractor("rules"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_case(source: Article, **changes: object) -> Case:
    """The grounded good draft, with fields changed afterwards."""
    made = ground(a_draft(source), source)
    assert not isinstance(made, Reject), made
    return replace(made, **changes)  # type: ignore[arg-type]
