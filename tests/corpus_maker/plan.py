"""What each article of a corpus is to be, so that any one can be made without the others."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from itertools import accumulate
from random import Random

MANNERS = ("reworded", "respaced", "added", "patient_anew")
_FARTHEST_BACK = 20_000

EXPECTED = {
    "retracted": ("fetch", "retracted"),
    "no_derivatives": ("fetch", "licence"),
    "manuscript": ("fetch", "manuscript"),
    "corrupt_md5": ("fetch", "corrupt"),
    "truncated_xml": ("read", "unreadable"),
    "no_body": ("read", "no_body"),
    "not_case_report": ("read", "not_a_case_report"),
    "not_english": ("read", "not_english"),
    "several_patients": ("select", "several_patients"),
    "animal": ("select", "not_human"),
    "no_differential": ("select", "no_differential"),
    "too_short": ("select", "too_short"),
    "answer_in_prompt": ("check", "answer_in_prompt"),
    "duplicate": ("dedupe", "duplicate"),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """The share of articles of each kind that is not simply a good case report."""

    retracted: float = 0.005
    no_derivatives: float = 0.06
    manuscript: float = 0.01
    no_body: float = 0.01
    not_case_report: float = 0.02
    several_patients: float = 0.03
    animal: float = 0.01
    no_differential: float = 0.04
    answer_in_prompt: float = 0.02
    not_english: float = 0.01
    too_short: float = 0.01
    corrupt_md5: float = 0.002
    truncated_xml: float = 0.002
    duplicate: float = 0.03
    related: float = 0.02

    def __post_init__(self) -> None:
        if any(rate < 0 for rate in astuple(self)) or sum(astuple(self)) > 1:
            raise ValueError("rates are shares: none below 0, together at most 1")

    @classmethod
    def clean(cls) -> Rates:
        """Good case reports only."""
        return cls(**dict.fromkeys(_kinds(), 0.0))


@dataclass(frozen=True, slots=True)
class Plan:
    """What one article is to be; `of` is the index of the report that it repeats or continues."""

    index: int
    kind: str | None
    manner: str | None = None
    of: int | None = None


def plan(index: int, seed: int, rates: Rates) -> Plan:
    """The plan of an article, from its index, the seed and the rates alone."""
    draw = Random(f"casebook plan {seed} {index}")
    kind = _kind(draw.random(), rates)
    if kind not in ("duplicate", "related"):
        return Plan(index, kind)
    start = index - 1 - int(draw.random() * min(index, _FARTHEST_BACK))
    of = next((i for i in range(start, -1, -1) if _is_good(i, seed, rates)), None)
    if of is None:
        return Plan(index, None)
    manner = MANNERS[int(draw.random() * len(MANNERS))] if kind == "duplicate" else None
    return Plan(index, kind, manner, of)


def _is_good(index: int, seed: int, rates: Rates) -> bool:
    return _kind(Random(f"casebook plan {seed} {index}").random(), rates) is None


def _kind(drawn: float, rates: Rates) -> str | None:
    return next((kind for kind, bound in _bounds(rates) if drawn < bound), None)


@lru_cache
def _bounds(rates: Rates) -> tuple[tuple[str, float], ...]:
    """The part of the unit interval below which each kind lies, those with a rate only."""
    listed = [(kind, rate) for kind, rate in zip(_kinds(), astuple(rates), strict=True) if rate]
    ends = accumulate(rate for _, rate in listed)
    return tuple((kind, end) for (kind, _), end in zip(listed, ends, strict=True))


def _kinds() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Rates))
