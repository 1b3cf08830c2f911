"""The reasoning string, read back the way other people's parsers read it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from extractors.cases.reasoning import diagnostic_reasoning
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
