"""What a section is for, judged by its type, its title and its place."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from extractors.jats.body import Heading
from extractors.jats.titles import ends_a_case, is_clinical, title_kind
from schemas.article import SectionKind

_TYPES: dict[SectionKind, str] = {
    "case": "case cases case-report case-reports case-presentation case-description",
    "introduction": "intro introduction background",
    "methods": "methods method materials materials-and-methods subjects subjects-methods",
    "results": "results findings",
    "discussion": "discussion results-discussion discussion-conclusions",
    "conclusion": "conclusion conclusions",
    "consent": "ethics-statement ethics consent ethical-approval",
    "end_matter": """
        supplementary-material data-availability coi-statement funding-information associated-data
        fn-group ref-list ack app author-contribution author-contributions display-objects""",
}
_KIND_OF_TYPE = {name: kind for kind, names in _TYPES.items() for name in names.split()}
_KIND_OF_TYPE |= {"materials-methods": "methods", "methods-materials": "methods"}

# What may stand inside a section of a kind and be of another kind than the section.
_APART_WITHIN: dict[SectionKind, frozenset[SectionKind]] = {
    "case": frozenset(("discussion", "conclusion", "consent", "end_matter", "introduction")),
    "discussion": frozenset(("conclusion", "consent", "end_matter")),
    "conclusion": frozenset(("consent", "end_matter")),
    "introduction": frozenset(("case", "consent", "end_matter", "discussion")),
    "methods": frozenset(("case", "consent", "end_matter", "discussion")),
    "results": frozenset(("case", "consent", "end_matter", "discussion")),
    "consent": frozenset(),
    "end_matter": frozenset(("consent",)),
}
# A title that names one of these outweighs the type, which converters often guess.
_TOLD_BEST_BY_TITLE = frozenset(("case", "consent", "end_matter"))


def section_kinds(headings: Sequence[Heading], *, case_report: bool) -> list[SectionKind]:
    """The kind of each section, in the order in which they stand."""
    kinds: list[SectionKind] = []
    for heading in headings:
        above = kinds[heading.parent] if heading.parent >= 0 else "other"
        kind = _own_kind(heading.title, heading.sec_type)
        kinds.append(kind if above == "other" or kind in _APART_WITHIN[above] else above)
    if case_report:
        _place_the_rest(headings, kinds)
    return kinds


# The same few titles and types head most sections.
@functools.lru_cache(maxsize=4096)
def _own_kind(title: str, sec_type: str) -> SectionKind:
    told = title_kind(title)
    name = "-".join(sec_type.lower().replace("|", " ").replace("-", " ").split())
    typed = _KIND_OF_TYPE.get(name, "other")
    if typed == "other" or told in _TOLD_BEST_BY_TITLE:
        return told
    return told if (told, typed) == ("discussion", "conclusion") else typed


def _place_the_rest(headings: Sequence[Heading], kinds: list[SectionKind]) -> None:
    """In a case report, what stands untold before the discussion goes on with the case."""
    top = [at for at, heading in enumerate(headings) if heading.parent < 0]
    ends = (at for at in top if kinds[at] in ("discussion", "conclusion"))
    first_end = next(ends, len(headings))
    has_case = "case" in kinds
    for at in top:
        title = headings[at].title
        if kinds[at] == "other" and title and _goes_on(title, at < first_end, has_case):
            kinds[at] = "case"
    for at, heading in enumerate(headings):
        if kinds[at] == "other" and heading.parent >= 0:
            kinds[at] = kinds[heading.parent]


def _goes_on(title: str, before_the_end: bool, has_case: bool) -> bool:
    if before_the_end:
        return is_clinical(title) or not has_case
    return has_case and ends_a_case(title)
