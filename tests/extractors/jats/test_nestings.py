"""Odd nestings that no publisher should send, and some do."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.jats import coverage, read
from extractors.jats.markup import ASIDE, ROLES, Role
from tests.extractors.jats.samples import cite, jats

_BESIDE = sorted(
    str(tag)
    for tag, role in ROLES.items()
    if role in ASIDE and isinstance(tag, str) and "{" not in tag
)
_READ = sorted(
    str(tag)
    for tag, role in ROLES.items()
    if role not in ASIDE
    and role not in (Role.FORMULA, Role.ALTERNATIVES, Role.FOOTNOTE, Role.BREAK)
    and isinstance(tag, str)
)
_TAGS = st.sampled_from([*_READ, "made-up", *_BESIDE])

Node = tuple[str, list["Node | None"]]
_NODES: st.SearchStrategy[Node] = st.recursive(
    st.tuples(_TAGS, st.just([None])),
    lambda inner: st.tuples(_TAGS, st.lists(st.none() | inner, max_size=5)),
    max_leaves=30,
)


class _Words:
    """Writes a tree with a new word in each gap, and knows which are to be read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.beside: list[str] = []

    def markup(self, node: Node, beside: bool = False) -> str:
        tag, inner = node
        beside = beside or tag in _BESIDE
        parts = [
            self._word(beside) if child is None else self.markup(child, beside) for child in inner
        ]
        return f"<{tag}>{' '.join(parts)}</{tag}>"

    def _word(self, beside: bool) -> str:
        word = f"word{len(self.read) + len(self.beside)}x"
        (self.beside if beside else self.read).append(word)
        return word


@settings(max_examples=300, deadline=None)
@given(st.lists(_NODES, max_size=4))
def test_every_word_is_read_once_in_order_and_none_from_beside(nodes: list[Node]) -> None:
    words = _Words()
    xml = jats(" ".join(words.markup(node) for node in nodes))
    found = read(xml)
    in_text = re.findall(r"word\d+x", found.text)
    references_only = {word for word in words.read if word not in in_text}
    assert [word for word in words.read if word not in references_only] == in_text
    # Only a section that holds a reference list and nothing else goes as a whole.
    assert not references_only or b"<ref-list>" in xml
    assert not set(in_text) & set(words.beside)
    blocks = [found.text[p.start : p.end] for p in found.paragraphs]
    assert "\n\n".join(blocks) == found.text
    for section in found.sections:
        assert found.text[section.start : section.end].strip()
    account = coverage(xml)
    assert account.in_text + sum(account.elsewhere.values()) == account.characters
    assert set(account.unhandled) <= {"made-up"}


_CITATIONS = ["12", "2010", "Lee (2010)", ""]
_SIGNS = [*"[](),;– .", "word", "Lee et al.", "12", "see ", "and ", "<M/>", "<sup>", "</sup>"]
_PIECES = st.lists(
    st.sampled_from(_SIGNS) | st.sampled_from(_CITATIONS).map(cite),
    max_size=25,
)


@settings(max_examples=500, deadline=None)
@given(_PIECES)
def test_citations_leave_no_mark_and_take_no_word_of_the_sentence(pieces: list[str]) -> None:
    markup = "".join(pieces)
    if markup.count("<sup>") != markup.count("</sup>") or "</sup>" in markup.split("<sup>")[0]:
        markup = re.sub("</?sup>", "", markup)
    try:
        found = read(jats(f"<p>start {markup} end</p>")).text
    except ValueError:
        return
    assert not re.search("[\x00-\x08\x0e]", found)
    assert found.startswith("start")
    assert found.endswith("end")
    assert "  " not in found
    assert found.count("word") == markup.count("word")
