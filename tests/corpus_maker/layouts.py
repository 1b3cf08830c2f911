"""How authors divide a report into sections, with and without types, under many titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.corpus_maker.phrases import Teller
from tests.corpus_maker.story import Paragraph

Parts = Mapping[str, list[Paragraph]]
CASE = ("presentation", "examination", "investigations", "revelation", "aftermath")


@dataclass(slots=True)
class Section:
    """A section of a body; one without a title is the body itself."""

    title: str
    kind: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    inside: list[Section] = field(default_factory=list)
    cites: bool = False


def lay_out(parts: Parts, teller: Teller, *, usual: bool = False) -> list[Section]:
    """The parts of a report as sections in one of the layouts; the usual one if asked."""
    layout = _plain if usual else teller.pick(_LAYOUTS)
    sections = [
        section for section in layout(parts, teller) if section.paragraphs or section.inside
    ]
    if teller.chance(0.2):
        for number, section in enumerate(sections, 1):
            section.title = f"{number}. {section.title}"
    return sections


def _gather(parts: Parts, *names: str) -> list[Paragraph]:
    return [list(paragraph) for name in names for paragraph in parts.get(name, ())]


def _plain(parts: Parts, teller: Teller) -> list[Section]:
    told = teller.pick(
        ("Case presentation", "Case report", "Case Report", "Case description", "Case")
    )
    sections = [
        Section(
            teller.pick(("Introduction", "Background")), "intro", _gather(parts, "introduction")
        ),
        Section(told, "cases", _gather(parts, *CASE)),
        Section("Discussion", "discussion", _gather(parts, "discussion")),
    ]
    title = teller.pick(("Conclusion", "Conclusions"))
    sections.append(Section(title, "conclusions", _gather(parts, "conclusion")))
    return _citing(sections)


def _joined(parts: Parts, teller: Teller) -> list[Section]:
    last = teller.pick(("Discussion and conclusions", "Discussion and conclusion", "Comment"))
    return _citing(
        [
            Section("Background", "intro", _gather(parts, "introduction")),
            Section("Case presentation", "cases", _gather(parts, *CASE)),
            Section(last, "discussion", _gather(parts, "discussion", "conclusion")),
        ]
    )


def _short(parts: Parts, teller: Teller) -> list[Section]:
    told = teller.pick(("Case Report", "Clinical case", "Our case", "Patient and observation"))
    after = teller.pick(("Discussion", "Comment", "Discussion and review of the literature"))
    return _citing(
        [
            Section(told, "cases", _gather(parts, *CASE)),
            Section(after, "discussion", _gather(parts, "introduction", "discussion")),
        ]
    )


def _in_steps(parts: Parts, teller: Teller) -> list[Section]:
    """The case in subsections, one for each step of care."""
    told = Section(teller.pick(("Case presentation", "Case report", "Case description")), "cases")
    titles = teller.pick(
        (
            (
                "Patient information",
                "Clinical findings",
                "Diagnostic assessment",
                "Therapeutic intervention and outcome",
            ),
            (
                "History of present illness",
                "Physical examination",
                "Investigations",
                "Treatment and follow-up",
            ),
            (
                "Chief complaints",
                "Physical examination",
                "Laboratory and imaging examinations",
                "Outcome and follow-up",
            ),
        )
    )
    held = (("presentation",), ("examination",), ("investigations", "revelation"), ("aftermath",))
    told.inside = [
        Section(title, "", _gather(parts, *names))
        for title, names in zip(titles, held, strict=True)
    ]
    return _citing(
        [
            Section("Introduction", "intro", _gather(parts, "introduction")),
            told,
            Section("Discussion", "discussion", _gather(parts, "discussion")),
            Section("Conclusion", "conclusions", _gather(parts, "conclusion")),
        ]
    )


def _by_differential(parts: Parts, teller: Teller) -> list[Section]:
    """The differential diagnosis as a section of its own, before the answer."""
    weighed = "Differential diagnosis" if parts["weighing"] else "Diagnosis"
    return _citing(
        [
            Section("Background", "intro", _gather(parts, "introduction")),
            Section("Case presentation", "cases", _gather(parts, "presentation", "examination")),
            Section("Investigations", "", _gather(parts, "investigations")),
            Section(weighed, "", _gather(parts, "weighing", "revelation")),
            Section("Treatment", "", _gather(parts, "aftermath")),
            Section("Discussion", "discussion", _gather(parts, "about", "conclusion")),
        ]
    )


def _unsectioned(parts: Parts, teller: Teller) -> list[Section]:
    """Paragraphs straight under the body."""
    whole = _gather(parts, "introduction", *CASE, "discussion")
    return [Section("", "", whole)]


def _citing(sections: list[Section]) -> list[Section]:
    for section in sections:
        section.cites = section.kind in ("intro", "discussion", "conclusions")
    return sections


_Layout = Callable[[Parts, Teller], list[Section]]
_LAYOUTS: tuple[_Layout, ...] = (
    *(_plain,) * 8,
    *(_joined,) * 3,
    *(_short,) * 3,
    *(_in_steps,) * 3,
    *(_by_differential,) * 2,
    _unsectioned,
)
