"""The reasoning string, read back the way other people's parsers read it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.cases.reasoning import diagnostic_reasoning, read_reasons
from schemas.case import DraftStatement

LINE = re.compile(r"^(\d+)\. (.+)—“(.*)”$")


def statement(claim: str, quote: str) -> DraftStatement:
    return DraftStatement(claim, quote, "supports", "Gout")


def test_a_line_is_number_claim_and_quote() -> None:
    text = diagnostic_reasoning([statement("Crystals were seen.", "Crystals lay in the fluid.")])
    assert text == "1. Crystals were seen—“Crystals lay in the fluid.”"


def test_line_breaks_inside_a_quote_become_spaces() -> None:
    assert "\n" not in diagnostic_reasoning([statement("Crystals were seen", "one\n\ntwo\nthree")])


def test_a_number_with_a_stop_inside_a_line_is_no_next_line() -> None:
    text = diagnostic_reasoning([statement("It was stage 2. Then", "1. Gout 2. Pseudogout")])
    assert len(re.split(r"(?:^|\s)\d+\.\s", text)) == 2


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=6))
def test_numbers_run_from_one_and_every_line_has_four_words(pairs: list[tuple[str, str]]) -> None:
    text = diagnostic_reasoning([statement(claim, quote) for claim, quote in pairs])
    lines = text.split("\n") if text else []
    assert len(text.splitlines()) <= len(lines)
    for number, line in enumerate(lines, start=1):
        match = LINE.match(line)
        assert match is not None
        assert int(match[1]) == number
        assert len(line.split()) > 4


@pytest.mark.parametrize(
    ("line", "claim", "quotes"),
    [
        ("Gout was out—“no crystals”", "Gout was out", ("no crystals",)),
        ('Gout was out - "no crystals."', "Gout was out", ("no crystals.",)),
        ("Gout: «no crystals»", "Gout", ("no crystals",)),
        ("Bone’s loss – ‘the patient’s bone’", "Bone’s loss", ("the patient’s bone",)),
        ("The “punched-out” look—“as if punched”", "The “punched-out” look", ("as if punched",)),
        ("Two signs—“one” and “two”", "Two signs", ("one", "two")),
        ("“Cold” to the touch", "", ("Cold",)),
        ("Nothing is said", "Nothing is said", ()),
        ("An open end—“no crystals", "An open end—“no crystals", ()),
    ],
)
def test_reasons_are_read_whatever_marks_they_have(
    line: str, claim: str, quotes: tuple[str, ...]
) -> None:
    in_lines = read_reasons(f"1. {line}\n2. {line}")
    in_one = read_reasons(f"1. {line} 2. {line}")
    unnumbered = read_reasons(line)
    assert [(r.number, r.claim, r.quotes) for r in in_lines] == [(n, claim, quotes) for n in (1, 2)]
    assert in_one == in_lines
    assert [(r.number, r.claim, r.quotes) for r in unnumbered] == [(None, claim, quotes)]


SAID = st.text(alphabet=st.sampled_from("abc 1.,;()é’\n"), min_size=1, max_size=40)


@given(st.lists(st.tuples(SAID, SAID), max_size=6))
def test_what_is_written_is_read_back(pairs: list[tuple[str, str]]) -> None:
    text = diagnostic_reasoning([statement(f"it {c} is", f"so {q} it") for c, q in pairs])
    reasons = read_reasons(text)
    assert [reason.number for reason in reasons] == list(range(1, len(pairs) + 1))
    assert diagnostic_reasoning([statement(r.claim, r.quotes[0]) for r in reasons]) == text
