"""What must hold of the text of every real article."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from extractors.jats import coverage, read_front
from extractors.jats.parse import parse_article
from tests.extractors.jats import corpus
from tests.extractors.jats.words import compare, prose_of

pytestmark = corpus.needs_corpus

_RESIDUE = {
    "a citation in brackets": re.compile(r"\[ ?\d+(?: ?[,;–—-] ?\d+)* ?\]"),
    "an empty bracket": re.compile(r"\[ ?\]|(?<!\w)\( ?\)|[\[(] ?[,;]|[,;] ?[\])]"),
    "a space before a mark": re.compile(r" [,;:)]| \.(?![\d.])"),
    "a doubled space": re.compile(r"[^\S\n]{2}|[^\S\n ]|\n{3}|(?<!\n)\n(?!\n)| \n|\n "),
    "a control character": re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\xad]"),
    "a doubled comma": re.compile(r",,|;;|,;|;,"),
}
# An interval over which an index runs, and a semicolon that stands so in the article.
_INTENDED = {("PMC13282462", "[0, 1]"), ("PMC6134336", ";)")}


@pytest.fixture(params=range(6), ids=lambda step: f"part {step}")
def paths(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    return corpus.files()[request.param :: 6]


def test_each_word_of_the_prose_is_in_the_text_once_and_in_order(paths: tuple[Path, ...]) -> None:
    causes: Counter[str] = Counter()
    for path in paths:
        differences, absent = compare(
            prose_of(path.read_bytes()), corpus.prose(corpus.article(path))
        )
        assert differences == [], path.name
        causes += absent
    assert set(causes) <= {
        "citation",
        "beside a citation in brackets",
        "between citations",
        "pointer to a citation",
    }


def test_nothing_is_left_of_citations_and_spaces(paths: tuple[Path, ...]) -> None:
    found = [
        (path.stem, what, residue.group())
        for path in paths
        for what, pattern in _RESIDUE.items()
        for residue in pattern.finditer(corpus.article(path).text)
        if (path.stem, residue.group()) not in _INTENDED
    ]
    assert found == []


def test_offsets_slice_back_to_whole_blocks(paths: tuple[Path, ...]) -> None:
    for path in paths:
        found = corpus.article(path)
        blocks = [found.text[p.start : p.end] for p in found.paragraphs]
        assert "\n\n".join(blocks) == found.text
        assert all(block.strip() == block and block for block in blocks)
        for index, section in enumerate(found.sections):
            inside = [p for p in found.paragraphs if section.start <= p.start < section.end]
            assert (inside[0].start, inside[-1].end) == (section.start, section.end)
            if inside[0].kind == "title" and inside[0].section == index:
                assert found.text[inside[0].start : inside[0].end] == section.path[-1]
        for paragraph in found.paragraphs:
            if paragraph.section >= 0:
                section = found.sections[paragraph.section]
                assert section.start <= paragraph.start < paragraph.end <= section.end


def test_no_table_cell_is_in_the_text(paths: tuple[Path, ...]) -> None:
    """Told by longer cells, which no paragraph repeats."""
    for path in paths:
        found = corpus.article(path)
        cells = {cell for table in found.tables for row in table.rows for cell in row}
        paragraphs = {found.text[p.start : p.end] for p in found.paragraphs}
        assert not {cell for cell in cells if len(cell) > 25} & paragraphs, path.name


def test_tables_and_figures_are_all_kept(paths: tuple[Path, ...]) -> None:
    for path in paths:
        found, article = corpus.article(path), parse_article(path.read_bytes())
        others = {float_ for sub in article.iter("sub-article") for float_ in sub.iter()}
        front = article.find("front")
        others |= set(front.iter()) if front is not None else set()
        for tags, kept in ((("table-wrap",), found.tables), (("fig",), found.figures)):
            assert len(kept) == sum(1 for one in article.iter(*tags) if one not in others), (
                path.name
            )


def test_every_tag_is_handled_and_every_character_accounted_for(paths: tuple[Path, ...]) -> None:
    for path in paths:
        found = coverage(path.read_bytes())
        assert found.unhandled == {}
        assert found.in_text + sum(found.elsewhere.values()) == found.characters
        assert abs(found.elsewhere.get("tidied", 0)) < 0.08 * found.characters


def test_ids_and_the_front_are_what_the_file_is_named_after(paths: tuple[Path, ...]) -> None:
    for path in paths:
        found = corpus.article(path)
        assert found.ids.pmcid in (path.stem, None)
        assert found.title
        assert found.journal
        assert found.dates.publication
        assert found.licence is not None
        front = read_front(path.read_bytes())
        assert (front.ids, front.licence, front.title) == (found.ids, found.licence, found.title)
