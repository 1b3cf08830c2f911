"""How many cases each split gets: counts that hold exactly, shares that are aimed at, a rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from extractors.corpus.splits.errors import CannotSplit
from schemas.split import UNUSED

REST = "rest"
_PART = re.compile(r"([A-Za-z]\w*)(?:\s*=\s*(\d+|\d+(?:\.\d+)?%|rest))?", re.ASCII)
_READ_LIKE = "sizes must read like train=rest,val=3.5%,test=100"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes that were asked for, by split, in the order in which they were named."""

    shares: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Sizes:
        """Read `train=rest,val=3.5%,test=100`; `unused` alone takes the rest and is not written."""
        shares: dict[str, str] = {}
        for part in text.split(","):
            found = _PART.fullmatch(part.strip())
            if not found or not (found[2] or found[1] in (REST, UNUSED)):
                raise ValueError(f"{_READ_LIKE}, not {text!r}")
            if (found[2] or "").endswith("%") and float(found[2][:-1]) > 100:
                raise ValueError(f"{_READ_LIKE}: {found[1]} cannot have {found[2]} of the cases")
            if found[1] in shares:
                raise ValueError(f"{_READ_LIKE}: {text!r} names {found[1]} twice")
            shares[found[1]] = found[2] or REST
        if list(shares.values()).count(REST) > 1:
            raise ValueError(f"{_READ_LIKE}: in {text!r} more than one split takes the rest")
        return cls(shares)

    @property
    def rest(self) -> str:
        """The split that takes what no other needs: the one that says so, else train."""
        named = [name for name, share in self.shares.items() if share == REST]
        if named:
            return named[0]
        return "train" if "train" in self.shares else max(self.shares, key=self._weight)

    def _weight(self, name: str) -> float:
        return float(self.shares[name].removesuffix("%"))

    @property
    def published(self) -> tuple[str, ...]:
        """The splits that are written, in order."""
        return tuple(name for name in self.shares if name != UNUSED)

    def is_exact(self, name: str) -> bool:
        """Whether a split was asked for by count."""
        return self.shares[name].isdigit()

    def wanted(self, cases: int) -> dict[str, int]:
        """The number of cases of every split; what was asked for must add up to the cases."""
        wanted = {name: self._wanted(name, cases) for name in self.shares}
        rest = [name for name, share in self.shares.items() if share == REST]
        asked = sum(wanted.values())
        if rest:
            if asked > cases and any(map(self.is_exact, wanted)):
                raise CannotSplit(f"sizes ask for {asked:,} cases and there are {cases:,}")
            wanted[rest[0]] = max(0, cases - asked)
        elif self._shares_of_all():
            wanted[self.rest] += cases - asked
        elif asked != cases:
            raise CannotSplit(
                f"sizes ask for {asked:,} cases and there are {cases:,}: make them add up, or "
                "let one split be the rest (train=rest), or name unused"
            )
        return wanted

    def _wanted(self, name: str, cases: int) -> int:
        """A share asks for at least one case, however few there are."""
        share = self.shares[name]
        if share == REST:
            return 0
        if self.is_exact(name):
            return int(share)
        of_all = round(cases * Fraction(share[:-1]) / 100)
        return max(1, of_all) if Fraction(share[:-1]) else 0

    def _shares_of_all(self) -> bool:
        """Whether the splits are shares that make up the whole, which rounding may not."""
        shares = self.shares.values()
        return all(share.endswith("%") for share in shares) and (
            sum(Fraction(share[:-1]) for share in shares) == 100
        )
