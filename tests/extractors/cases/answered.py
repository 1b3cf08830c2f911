"""Answers by hand, as a careful model would give them about the usual made-up article."""

from __future__ import annotations

from typing import Any

from extractors.cases.answers import Extracted, Flagged, Scored, Verified
from tests.extractors.fictional import NARRATIVE

GOOD: dict[str, Any] = {
    "final_diagnosis": "Tuberculous tenosynovitis",
    "final_diagnosis_aliases": ["TT", "Tuberculous  tenosynovitis", "TT", ""],
    "final_diagnosis_parent": "Infectious tenosynovitis",
    "breakpoint": "Histological examination of the synovium showed granulomas, and culture grew "
    "Mycobacterium tuberculosis.",
    "case_prompt": "\n\n".join(NARRATIVE[:2]),
    "statements": [
        {
            "claim": "One swollen sheath and no rheumatoid factor\nspeak against arthritis.",
            "quote": "Rheumatoid arthritis was considered unlikely … the rheumatoid factor was "
            "negative.",
            "bears": "excludes",
            "diagnosis": "Rheumatoid arthritis",
        },
        {
            "claim": "The absence of crystals speaks against gout.",
            "quote": "Gout was excluded by the absence of crystals.",
            "bears": "excludes",
            "diagnosis": "Gout",
        },
        {
            "claim": "Floating bodies in the sheath support the diagnosis.",
            "quote": "Ultrasonography showed fluid with small floating bodies in the flexor "
            "sheath.",
            "bears": "supports",
            "diagnosis": "Tuberculous tenosynovitis",
        },
    ],
}


def scored(differential_quote: str = "Gout was excluded", **changes: Any) -> Scored:
    """Good scores, with marks and answers changed."""
    marks = {
        "thoroughness": 4,
        "differential": True,
        "integrative": 3,
        "transparency": 5,
        "stated_diagnosis": True,
        "single_human_patient": True,
        "imaging_dependent": False,
        "specialty": "Hand surgery",
        **changes,
    }
    quotes = {
        "differential": differential_quote,
        "stated_diagnosis": "A final diagnosis of tuberculous tenosynovitis was made.",
    }
    told: dict[str, Any] = {}
    for name, mark in marks.items():
        if name in ("single_human_patient", "imaging_dependent", "specialty"):
            told[name] = mark
        else:
            key = "score" if type(mark) is int else "answer"
            told[name] = {"quote": quotes.get(name, ""), "reason": f"why {name}", key: mark}
    return Scored.model_validate(told)


def extracted(**changes: Any) -> Extracted:
    """A good answer, with fields changed."""
    return Extracted.model_validate(GOOD | changes)


def flagged(flag: str, evidence: str, statement: int | None = None) -> Verified:
    """A verifier's answer with one flag."""
    item = {"flag": flag, "evidence": evidence, "statement": statement, "reason": "It is so."}
    return Verified(flags=[Flagged.model_validate(item)])
