"""A second count of the words of body paragraphs, by expat and not by the reader's own walk."""

from __future__ import annotations

import re
import xml.parsers.expat
from collections import Counter
from dataclasses import dataclass, field

CITATION, CITATION_END, FORMULA = "\ue000", "\ue001", "\ue002"
_FLOATS = {"table-wrap", "table", "fig", "fig-group", "supplementary-material", "media"}
_HIDDEN = {"object-id", "alt-text", "long-desc", "graphic", "inline-graphic", "permissions"}
_ELSEWHERE = {"ref-list", "sub-article", "response", "index-term", "title"}
_BESIDE_THE_TEXT = _FLOATS | _HIDDEN | _ELSEWHERE | {"disp-formula", "disp-formula-group"}
_BLOCKS = {"p", "title", "list", "list-item", "disp-quote", "boxed-text", "sec", "label"}
_BLOCKS |= {"break", "attrib", "fn", "term", "def"}
_PROSE = frozenset(("p", "attrib", "term"))
_FORMULAS = frozenset(("inline-formula", "math", "tex-math"))
_CITING = frozenset(("bibr", "ref"))
_FOOTNOTE_MARKS = frozenset(("fn", "table-fn"))


@dataclass
class _Prose:
    """The handlers of one parse; `notes` holds the footnotes that are open, `late` those closed."""

    stack: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    hidden: int = 0
    citation: int = 0

    @property
    def out(self) -> list[str]:
        return self.notes[-1] if self.notes else self.pieces

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        kind = attributes.get("ref-type")
        in_body = self.stack[:2] == ["article", "body"]
        if self.hidden:
            self.hidden += 1
        elif in_body and name in _FORMULAS:
            self.out.append(FORMULA)
            self.hidden = 1
        elif in_body and (name in _BESIDE_THE_TEXT or (name == "xref" and kind in _FOOTNOTE_MARKS)):
            self.hidden = 1
        elif in_body and name == "fn":
            self.notes.append([])
        if name == "xref" and kind in _CITING and not self.hidden:
            self.out.append(CITATION)
            self.citation = len(self.stack) + 1
        if name in _BLOCKS:
            self.out.append(" ")
        self.stack.append(name)

    def end(self, tag: str) -> None:
        name = self.stack[-1]
        if self.citation == len(self.stack):
            self.out.append(CITATION_END)
            self.citation = 0
        self.stack.pop()
        if name in _BLOCKS:
            self.out.append(" ")
        if self.hidden:
            self.hidden -= 1
        elif name == "fn" and self.notes:
            self.late += self.notes.pop()
        if "p" not in self.stack and self.late:
            self.pieces += [" ", *self.late, " "]
            self.late = []

    def text(self, data: str) -> None:
        prose = not _PROSE.isdisjoint(self.stack) or self.stack[-2:] == ["list-item", "label"]
        if self.stack[:2] == ["article", "body"] and prose and not self.hidden:
            self.out.append(data)


def prose_of(article: bytes) -> str:
    """All prose of the body in order, with signs where citations and formulas stood."""
    collected = _Prose()
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = collected.start
    parser.EndElementHandler = collected.end
    parser.CharacterDataHandler = collected.text
    parser.Parse(re.sub(rb"<!DOCTYPE[^>]*>", b"", article, count=1), True)
    return re.sub("[\xad\u200b\u2060\ufeff]", "", "".join(collected.pieces))


@dataclass(frozen=True)
class Word:
    """A word of the source; `cause` says why the text may do without it."""

    word: str
    at: int
    cause: str = ""


@dataclass(frozen=True)
class Difference:
    """A place where the text and the source part, with what the source has around it."""

    missing: str
    added: str
    source: str


_WORD = re.compile(f"[^\\W_]*{FORMULA}[^\\W_]*|[^\\W_]+")
_CITED = re.compile(f"{CITATION}[^{CITATION_END}]*{CITATION_END}")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_POINTER = re.compile(
    f"(?:e\\.g\\.|see|cf\\.),? *[(\\[]?{CITATION}+[\\])]* *[,.;)]|\\brefs?\\. *{CITATION}", re.I
)
_BESIDE = re.compile(
    r"(?:see|also|e|g|i|for|an?|in|by|of|and|or|from|as|the|to|cf|reviews?|reviewed|refs?|"
    r"references?|examples?|instance|therein|described|reported|shown|with|et|al|de|del|da|di|du|la|le|van|von|der|den|respectively|"
    r"on|but|after|data|adapted|modified|taken|reproduced|cited|according|following|based|sensu|"
    r"d|s|[^\W\d_a-z]\w*)"
)


def words_of_source(source: str) -> list[Word]:
    """The words, those of citations and of what stands beside them in brackets marked as such."""
    excused = _excused(source)
    return [
        Word(match.group(), match.start(), excused.get(match.start(), ""))
        for match in _WORD.finditer(source)
    ]


def _excused(source: str) -> dict[int, str]:
    excused = {
        match.start() + word.start(): "citation"
        for match in _CITED.finditer(source)
        for word in _WORD.finditer(match.group())
    }
    text = _CITED.sub(lambda match: CITATION * len(match.group()), source)
    excused.update(_pointers(text))
    while found := list(_BRACKETS.finditer(text)):
        for match in found:
            inner = match.group()[1:-1]
            at = match.start() + 1
            for part in re.split("(;)", inner):
                excused.update(_beside(part, at))
                at += len(part)
            opened = CITATION * len(match.group()) if CITATION in inner else f" {inner} "
            text = text[: match.start()] + opened + text[match.end() :]
    excused.update(_pointers(text))
    for between in re.finditer(f"{CITATION} *,? *(and|to|or) *{CITATION}", text):
        excused[between.start(1)] = "between citations"
    return excused


def _pointers(text: str) -> dict[int, str]:
    return {
        pointer.start() + word.start(): "pointer to a citation"
        for pointer in _POINTER.finditer(text)
        for word in _WORD.finditer(pointer.group())
    }


def _beside(part: str, at: int) -> dict[int, str]:
    """The words of a bracket that holds citations and names or `see`, and nothing else."""
    words = list(_WORD.finditer(part))
    if CITATION not in part and part.strip() != "respectively":
        return {}
    named = all(_BESIDE.fullmatch(word.group()) for word in words)
    numbered = all(word.group().isdecimal() or _BESIDE.fullmatch(word.group()) for word in words)
    if not named and not numbered:
        return {}
    return {at + word.start(): "beside a citation in brackets" for word in words}


def compare(source: str, text: str) -> tuple[list[Difference], Counter[str]]:
    """Where the text differs for no known cause, and how many words it lacks by each cause."""
    wanted = words_of_source(source)
    got = _WORD.findall(text.replace("^", "").replace("[formula]", " "))
    found: list[Difference] = []
    causes: Counter[str] = Counter()
    at = there = 0
    while at < len(wanted) or there < len(got):
        word = wanted[at] if at < len(wanted) else Word("", len(source))
        if FORMULA in word.word:
            at += 1
            there = _behind_formula(wanted[at : at + 60], got, there)
        elif word.cause and _goes_on(wanted, at, got, there):
            causes[word.cause] += 1
            at += 1
        elif there < len(got) and word.word == got[there]:
            at, there = at + 1, there + 1
        elif word.cause:
            causes[word.cause] += 1
            at += 1
        else:
            skip, extra = _meet(wanted, at, got, there)
            missing = " ".join(word.word for word in wanted[at : at + skip])
            added = " ".join(got[there : there + extra])
            found.append(Difference(missing, added, source[max(0, word.at - 60) : word.at + 60]))
            at, there = at + skip, there + extra
    return found, causes


def _goes_on(wanted: list[Word], at: int, got: list[str], there: int) -> bool:
    """Whether the text goes on behind the words that it may do without."""
    ahead = [word.word for word in wanted[at : at + 80] if not word.cause][:3]
    return bool(ahead) and ahead == got[there : there + len(ahead)]


def _behind_formula(ahead: list[Word], got: list[str], there: int) -> int:
    """Where the words behind a formula go on: it may have left some words of its own."""
    if ahead and FORMULA in ahead[0].word:
        return there
    upto = next((n for n, word in enumerate(ahead) if FORMULA in word.word), len(ahead))
    expected = [word.word for word in ahead[:upto] if not word.cause][:3]
    for offset in range(60):
        if got[there + offset : there + offset + len(expected)] == expected:
            return there + offset
    return there


def _meet(wanted: list[Word], at: int, got: list[str], there: int) -> tuple[int, int]:
    """The fewest words to leave out on both sides until three agree again."""
    for total in range(1, 400):
        for skip in range(total + 1):
            ahead = [word.word for word in wanted[at + skip : at + skip + 30] if not word.cause][:3]
            if ahead == got[there + total - skip : there + total - skip + len(ahead)] != []:
                return skip, total - skip
    return len(wanted) - at, len(got) - there
