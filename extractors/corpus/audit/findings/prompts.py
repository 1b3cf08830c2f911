"""Questions in a prompt are the words of whoever made it, not of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.corpus.audit.findings import Look
from extractors.corpus.audit.report import Finding
from extractors.corpus.audit.rows import Row
from extractors.language.sentences import sentence_spans

FINDINGS = (
    Finding(
        "question_in_prompt",
        "The prompt asks its reader something.",
        ("case_prompt",),
    ),
)
_MARK = re.compile(r"\?(?=[\s\"”’)\]]|$)")


def in_row(row: Row) -> Iterator[Look]:
    """The first question of the prompt."""
    prompt = row.case.case_prompt
    mark = _MARK.search(prompt)
    asked = ""
    if mark:
        spans = sentence_spans(prompt)
        asked = next((prompt[s:e] for s, e in spans if s <= mark.start() < e), mark[0])
    yield Look("question_in_prompt", mark is not None, "it holds a question", asked.strip())
