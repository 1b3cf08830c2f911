"""Whatever an article looks like, each stage answers with a value, and twice with the same."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.cases.gates import gate
from extractors.cases.rules import draft, look
from extractors.cases.select import select
from extractors.checks import failures
from extractors.grounding import ground
from schemas.case import Case, Draft
from tests.extractors.fictional import DISCUSSION, NARRATIVE, Part, article

KINDS = st.sampled_from(["case", "introduction", "discussion", "results", "other", "consent"])
SENTENCES = st.sampled_from(
    [
        *" ".join(NARRATIVE + DISCUSSION).split(". "),
        "",
        "Α β – “…” (",
        "He was diagnosed with",
        "of the",
        "1.",
    ]
)
BLOCKS = st.lists(SENTENCES, max_size=12).map(lambda parts: ". ".join(parts))
PARTS = st.lists(st.tuples(st.text(max_size=12), KINDS, st.lists(BLOCKS, max_size=3)), max_size=5)
TITLES = st.lists(
    st.sampled_from(
        ["tuberculous", "tenosynovitis", "of", "the", "A", "case", "report", ":", "treated", "with",
         "mimicking", "in", "a", "woman", "—", "gout", "-", "?", "due to"]
    ),
    max_size=9,
).map(" ".join)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS, TITLES)
def test_every_stage_answers(parts: list[Part], title: str) -> None:
    source = article(parts, title=title)
    assert gate(source) == gate(source)
    select(source, min_words=1, max_words=100)
    look(source)
    made = draft(source, require_reasons=False)
    assert made == draft(source, require_reasons=False)
    if isinstance(made, Draft):
        case = ground(made, source)
        assert isinstance(case, Case), case
        assert all(span.end <= case.breakpoint for span in case.prompt_spans)
        failures(case, source)
