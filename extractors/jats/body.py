"""The body as one text of blocks, with the sections and paragraphs it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from extractors.jats.floats import FLOATS, figure, is_bare_group, table
from extractors.jats.formulas import display_formula
from extractors.jats.inline import footnotes, gather, take_one, tidy, words_of
from extractors.jats.markup import Role
from schemas.article import Figure, Paragraph, ParagraphKind, Table

BETWEEN_BLOCKS = "\n\n"

_KIND_INSIDE: dict[Role, ParagraphKind] = {
    Role.LIST: "list_item",
    Role.QUOTE: "quote",
    Role.BOX: "boxed",
}
_BESIDE_A_TITLE = frozenset(("label", "title", "ref-list"))


@dataclass(slots=True)
class Heading:
    """A section while it is being read: `end` grows with each block in it."""

    title: str
    sec_type: str
    parent: int
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class Body:
    """What the walk through a body collects."""

    blocks: list[str] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _kind: ParagraphKind = "prose"
    _section: int = -1
    _label: str = ""
    _end: int = 0

    @property
    def text(self) -> str:
        """All blocks, a blank line between them."""
        return BETWEEN_BLOCKS.join(self.blocks)

    def read(self, body: etree._Element) -> None:
        """Take in every word of a body."""
        gather(body, self._words, self._aside)
        self._close()

    def read_floats(self, element: etree._Element) -> None:
        """Take in the tables and figures of an element, those inside one another too."""
        for child in element.iter(*FLOATS):
            if is_bare_group(child):
                continue
            if child.tag.startswith("fig"):
                self.figures.append(figure(child))
            else:
                self.tables.append(table(child))

    def _aside(self, element: etree._Element, role: Role | None, words: list[str]) -> None:
        if role is None:
            gather(element, words, self._aside)
        elif role is Role.BLOCK:
            self._flush()
            gather(element, self._words, self._aside)
            self._close()
        elif role in _KIND_INSIDE:
            self._inside(element, _KIND_INSIDE[role])
        elif role in _STRUCTURE:
            _STRUCTURE[role](self, element)

    def _inside(self, element: etree._Element, kind: ParagraphKind) -> None:
        self._flush()
        outer, self._kind = self._kind, kind
        gather(element, self._words, self._aside)
        self._close()
        self._kind = outer

    def _read_section(self, sec: etree._Element) -> None:
        self._flush()
        if all(child.tag in _BESIDE_A_TITLE for child in sec) and sec.find("ref-list") is not None:
            return
        outer = self._section
        self._section = len(self.headings)
        self.headings.append(Heading("", sec.get("sec-type") or "", outer))
        gather(sec, self._words, self._aside)
        self._close()
        self._section = outer

    def _read_title(self, title: etree._Element) -> None:
        self._flush()
        text = words_of(title)
        if self._label and text:
            text, self._label = f"{self._label} {text}", ""
        parent = title.getparent()
        if parent is not None and parent.tag == "sec" and self._section >= 0:
            heading = self.headings[self._section]
            heading.title = heading.title or text
        self._add("title", text)
        if len(title):
            self._read_note(title)

    def _read_label(self, label: etree._Element) -> None:
        parent = label.getparent()
        if parent is not None and parent.tag == "sec" and parent.find("title") is None:
            self._read_title(label)
        else:
            self._close()
            text = words_of(label)
            self._label = text if any(map(str.isalnum, text)) else ""

    def _read_note(self, element: etree._Element) -> None:
        self._notes += footnotes(element)

    def _read_alternatives(self, alternatives: etree._Element) -> None:
        take_one(alternatives, self._words, self._aside)

    def _read_table(self, element: etree._Element) -> None:
        self._words.append(" ")
        if not element.tag.startswith("table-wrap"):
            self.tables.append(table(element))
        self.read_floats(element)

    def _read_figure(self, element: etree._Element) -> None:
        self._words.append(" ")
        if element.tag not in FLOATS:
            self.figures.append(figure(element))
        self.read_floats(element)

    def _read_display_formula(self, element: etree._Element) -> None:
        self._words.append(" ")
        if formula := display_formula(element):
            self.formulas.append(formula)

    def _space(self, _element: etree._Element) -> None:
        self._words.append(" ")

    def _flush(self) -> None:
        if self._words:
            text = tidy("".join(self._words))
            self._words.clear()
            if self._label and text:
                text, self._label = f"{self._label} {text}", ""
            self._add(self._kind, text)
        while self._notes:
            self._add("prose", self._notes.pop(0))

    def _close(self) -> None:
        """End a block; a label that nothing followed stands by itself."""
        self._flush()
        if self._label:
            label, self._label = self._label, ""
            self._add(self._kind, label)

    def _add(self, kind: ParagraphKind, text: str) -> None:
        if not text:
            return
        start = self._end + len(BETWEEN_BLOCKS) if self.blocks else 0
        self._end = start + len(text)
        self.blocks.append(text)
        self.paragraphs.append(Paragraph(kind, self._section, start, self._end))
        at = self._section
        while at >= 0:
            heading = self.headings[at]
            heading.start = start if heading.start < 0 else heading.start
            heading.end = self._end
            at = heading.parent


_STRUCTURE = {
    Role.SECTION: Body._read_section,
    Role.TITLE: Body._read_title,
    Role.LABEL: Body._read_label,
    Role.FOOTNOTE: Body._read_note,
    Role.ALTERNATIVES: Body._read_alternatives,
    Role.TABLE: Body._read_table,
    Role.FIGURE: Body._read_figure,
    Role.DISPLAY_FORMULA: Body._read_display_formula,
    Role.SUPPLEMENT: Body._space,
}
