"""What a model is asked to answer, step by step: strict schemas, every field required.

Grounds stand before what is drawn from them, since models write in this order.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Score = Literal[1, 2, 3, 4, 5]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Judged(_Strict):
    """A criterion with what it rests on."""

    quote: str = Field(description="words of the article, as they stand; empty if there are none")
    reason: str
    score: Score


class Decided(_Strict):
    """A yes or no with what it rests on."""

    quote: str = Field(description="words of the article, as they stand; empty if there are none")
    reason: str
    answer: bool


class Scored(_Strict):
    """Step 1, score: whether an article makes a good diagnostic question."""

    thoroughness: Judged
    differential: Decided
    integrative: Judged
    transparency: Judged
    stated_diagnosis: Decided
    single_human_patient: bool
    imaging_dependent: bool
    specialty: str


class Reason(_Strict):
    """A reason of the authors for or against a diagnosis."""

    claim: str
    quote: str = Field(description="words of the text, as they stand; … where some are left out")
    bears: Literal["supports", "excludes"]
    diagnosis: str


class Extracted(_Strict):
    """Step 2, extract: the case as a question, with its answer and the reasons."""

    final_diagnosis: str
    final_diagnosis_aliases: list[str]
    final_diagnosis_parent: str | None
    breakpoint: str = Field(description="the first sentence that must not be shown, as it stands")
    case_prompt: str
    statements: list[Reason]


class Repaired(_Strict):
    """Step 3, repair: the whole case again, its faults mended and the rest as it was."""

    final_diagnosis: str
    final_diagnosis_aliases: list[str]
    breakpoint: str = Field(description="the first sentence that must not be shown, as it stands")
    case_prompt: str
    statements: list[Reason]


Flag = Literal[
    "unfaithful",
    "answer_in_prompt",
    "wrong_diagnosis",
    "not_inferable",
    "quote_does_not_carry_claim",
    "rests_on_withheld",
]


class Flagged(_Strict):
    """One thing that is wrong with a case, with the evidence."""

    flag: Flag
    statement: int | None = Field(description="the number of the statement, from 1, if it is one")
    evidence: str = Field(description="words of the prompt or the article, as they stand")
    reason: str


class Verified(_Strict):
    """Step 4, verify: what a second model has against a case; nothing, if it is sound."""

    flags: list[Flagged]
