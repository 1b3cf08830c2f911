"""What is asked of the splits, read from the options of a command and held against each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from extractors.corpus.splits.needs import Needs
from extractors.corpus.splits.sizes import Sizes

Scheme = Literal["frozen", "hash", "temporal"]
TRAIN, TEST = "train", "test"
_CUT_OFF = re.compile(r"(?:([A-Za-z]\w*)\s*=\s*)?(\d{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?)?)")


@dataclass(frozen=True, slots=True)
class Demand:
    """How cases are to be split. `cut_off` holds the first day of a split by time.

    Under `refill` the sizes hold for releases that have a predecessor too. Under `strict` a demand
    also stops at what an earlier split or a cluster makes impossible, which wins else.
    `not_in_test` are ids that get no new place in test.
    """

    sizes: Sizes
    scheme: Scheme = "frozen"
    seed: int = 0
    cut_off: Mapping[str, str] = field(default_factory=dict)
    test_needs: Needs | None = None
    stratify: str | None = None
    holdout_labels: bool = False
    refill: bool = False
    strict: bool = True
    not_in_test: Collection[str] = frozenset()

    @classmethod
    def parse(cls, told: Mapping[str, Any], **more: Any) -> Demand:
        """Read what settings say; `ValueError` says what of it makes no sense."""
        needs = told["test_needs"]
        demand = cls(
            sizes=Sizes.parse(told["sizes"]),
            scheme=told["scheme"],
            seed=told["seed"],
            cut_off=_cut_off(told["cut_off"]),
            test_needs=Needs.parse(needs) if needs else None,
            stratify=told["stratify"] or None,
            holdout_labels=told["holdout_labels"],
            **more,
        )
        demand._require_sense()
        return demand

    @property
    def taker(self) -> str:
        """The split to which new clusters go, so that the others keep their sizes."""
        return TRAIN if TRAIN in self.sizes.shares else self.sizes.rest

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a row that matter, beside label and date."""
        needed = self.test_needs.columns if self.test_needs else ()
        return tuple(dict.fromkeys((*needed, *filter(None, [self.stratify]))))

    def require_columns(self, known: Collection[str]) -> None:
        """Every column that is asked about must be one that the rows have."""
        if self.test_needs:
            self.test_needs.require_known(known)
        if self.stratify and self.stratify not in known:
            there = ", ".join(sorted(known))
            raise ValueError(f"stratify: there is no column {self.stratify}; there are {there}")

    def _require_sense(self) -> None:
        names = self.sizes.shares
        if self.cut_off and self.scheme != "temporal":
            raise ValueError("a cut-off belongs to the scheme temporal")
        if self.stratify and self.scheme == "temporal":
            raise ValueError("the scheme temporal goes by time alone and cannot stratify")
        for name in self.cut_off:
            if name not in names:
                raise ValueError(f"the cut-off names {name}, which is no split of {_told(names)}")
        needed = {TEST: self.test_needs or self.holdout_labels, TRAIN: self.holdout_labels}
        for name, asked in needed.items():
            if asked and name not in names:
                raise ValueError(f"there is no split {name} in {_told(names)} to demand it of")

    def sentence(self) -> str:
        """How the splits were made, for who reads the card of the dataset."""
        told = {
            "frozen": "A first release is drawn by a salted hash of the PMCIDs, whole clusters at "
            f"a time; later ones add new clusters to {self.taker}.",
            "hash": f"They are drawn by a salted hash of the PMCIDs with the seed {self.seed}, "
            "whole clusters at a time.",
            "temporal": "They go by time, the newest cases to test; a cluster is as old as its "
            "oldest case.",
        }[self.scheme]
        if self.cut_off:
            told += f" First days: {_told(self.cut_off)}."
        if self.test_needs:
            told += f" Only rows that meet `{self.test_needs.text}` are drawn for test."
        if self.holdout_labels:
            told += " None is drawn for test whose diagnosis is one of train."
        if self.stratify:
            told += f" The shares of each `{self.stratify}` are alike as far as that can be."
        return told


def _cut_off(text: str | None) -> dict[str, str]:
    """Read `val=2024-07-01,test=2025-01-01`, or one day alone, which is that of test."""
    days: dict[str, str] = {}
    for part in text.split(",") if text else ():
        found = _CUT_OFF.fullmatch(part.strip())
        if not found or (found[1] or TEST) in days:
            raise ValueError(
                "a cut-off must read like 2025-01-01 or val=2024-07-01,test=2025-01-01, "
                f"not {text!r}"
            )
        days[found[1] or TEST] = found[2]
    return days


def _told(named: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in named.items())
