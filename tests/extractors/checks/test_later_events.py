"""What came behind the diagnosis, and what only sounds like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.checks import later_events
from tests.extractors.checks.planted import SOURCE, reason, with_line


@pytest.mark.parametrize(
    "line",
    [
        "She made a full recovery.",
        "This confirmed the diagnosis.",
        "At six-month follow-up she was well.",
        "The swelling responded well to treatment.",
        "The patient died two days later.",
        "Within a week of prednisolone the swelling had gone.",
        "The swelling subsided once colchicine was begun.",
        "Genetic testing was confirmatory.",
        "The biopsy left no doubt about the nature of the swelling.",
        "She was discharged home with a splint.",
        "The swelling came back when the dose was lowered.",
    ],
)
def test_what_came_behind_the_diagnosis_is_a_later_event(line: str) -> None:
    assert reason(later_events.check(with_line(line), SOURCE)) == "later_events"


@pytest.mark.parametrize(
    "line",
    [
        "She was diagnosed with asthma as a child.",
        "Her father died of a stroke.",
        "The swelling improved with ibuprofen but recurred.",
        "The swelling did not respond to antibiotics.",
        "At first the pain subsided after an injection.",
        "Two years ago a diagnosis of asthma was made.",
        "Her asthma is in remission.",
        "She was discharged from another hospital and returned a week later.",
        "Biopsy could not confirm the diagnosis.",
    ],
)
def test_what_came_before_is_no_later_event(line: str) -> None:
    assert later_events.check(with_line(line), SOURCE) is None


def test_death_before_an_autopsy_that_made_the_diagnosis_is_no_later_event() -> None:
    text = f"{SOURCE.text[: SOURCE.text.index('Histological')]}Autopsy showed granulomas."
    case = with_line("The patient died two days later.")
    assert later_events.check(case, replace(SOURCE, text=text)) is None
