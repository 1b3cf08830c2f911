"""What the pipeline says of a planted fault: the one place that knows grounding and checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.cases.gates import gate
from extractors.cases.select import select
from extractors.checks import failures
from extractors.grounding import ground
from extractors.pmc.admit import admit
from schemas.article import Article
from schemas.case import Draft
from schemas.reject import Reject
from schemas.settings import Settings
from tests.planting.bases import Base
from tests.planting.edits import Fault
from tests.planting.kinds import KINDS, Planted, plant

EACH = 20


@dataclass(frozen=True)
class Score:
    """What became of the faults of one kind."""

    kind: str
    real: int
    made: int
    missed: tuple[tuple[Planted, tuple[Reject, ...]], ...]

    @property
    def planted(self) -> int:
        """How many there were."""
        return self.real + self.made

    @property
    def share(self) -> float:
        """The share that was caught for the right reason."""
        return 1 - len(self.missed) / self.planted if self.planted else 0.0


def reported(draft: Draft, article: Article) -> tuple[Reject, ...]:
    """All that gates, grounding and the required checks say, differentials and length apart."""
    turned = gate(article) or select(
        article, min_words=0, max_words=1_000_000, require_differential=False
    )
    case = ground(draft, article)
    found = (case,) if isinstance(case, Reject) else failures(case, article)
    return (turned, *found) if turned else found


def reported_of(fault: Fault) -> tuple[Reject, ...]:
    """The same of a fault, from the door on where it lies there."""
    if fault.captured is not None:
        let_in = admit(fault.captured, licences=Settings().licences, manuscripts=False)
        if isinstance(let_in, Reject):
            return (let_in,)
    return reported(fault.draft, fault.article)


def caught(fault: Fault, found: Sequence[Reject]) -> bool:
    """Whether one of the reasons is one that this fault may be given."""
    return any(reject.reason in fault.right for reject in found)


def score(kind: str, real: Sequence[Base], made: Sequence[Base], seed: int, each: int) -> Score:
    """Plant and judge one kind, half of it in real articles."""
    ours = list(plant(kind, real, each, seed))
    # Where real articles have room for fewer, or are not here, made ones stand in.
    theirs = list(plant(kind, made, each, seed))
    missed = []
    for item in (*ours, *theirs):
        found = reported_of(item.fault)
        if not caught(item.fault, found):
            missed.append((item, found))
    return Score(kind, len(ours), len(theirs), tuple(missed))


def scores(real: Sequence[Base], made: Sequence[Base], seed: int, each: int = EACH) -> list[Score]:
    """The score of every kind."""
    ours, theirs = passing(real), passing(made)
    return [score(kind, ours, theirs, seed, each) for kind in KINDS]


def passing(bases: Sequence[Base]) -> list[Base]:
    """Those that pass as they are: in others nobody could tell which fault was named."""
    return [base for base in bases if not base.lapses and not reported(base.draft, base.article)]


def false_alarms(real: Sequence[Base]) -> dict[str, tuple[Reject, ...]]:
    """By article, what sound cases were turned away for beside their known lapses."""
    alarms = {}
    for base in real:
        found = tuple(
            reject
            for reject in reported(base.draft, base.article)
            if reject.reason not in base.lapses
        )
        if found:
            alarms[base.draft.pmcid] = found
    return alarms


def instead(missed: Sequence[tuple[Planted, tuple[Reject, ...]]]) -> str:
    """What the missed ones were called, the most frequent first."""
    names = Counter(found[0].reason if found else "nothing" for _, found in missed)
    return ", ".join(f"{name} {count}" for name, count in names.most_common())
