"""Quality gates, one file each: a module here with a `CHECK` and a `check` is a gate."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CheckFunction = Callable[[Case, Article], Reject | None]


@dataclass(frozen=True, slots=True)
class Check:
    """Who a check is and what it decides: its reason, and whether failing it rejects the case.

    It reads the published columns it names, and `retracted`: without those it `needs` it cannot
    judge (of some joined by `|` one is enough), those that `help` it may be empty. What fails
    although it is not required may still not be published. `diagnostic_reasoning` is the claims
    and quotes of the statements, `statements` the rest of them too.
    """

    reason: str
    says: str
    needs: tuple[str, ...]
    helps: tuple[str, ...] = ()
    required: bool = True
    to_publish: bool = False

    def reject(self, detail: str, evidence: str = "") -> Reject:
        """A reject with this check's reason."""
        return Reject(self.reason, detail, evidence)


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check as the package lists it, by the name of its module."""

    name: str
    policy: Check
    run: CheckFunction


@cache
def all_checks() -> tuple[NamedCheck, ...]:
    """Every check of this package, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(_named(name, importlib.import_module(f"{__name__}.{name}")) for name in names)


def _named(name: str, module: ModuleType) -> NamedCheck:
    return NamedCheck(name, module.CHECK, module.check)


def failures(case: Case, article: Article) -> tuple[Reject, ...]:
    """What every check has against the case, those that are not required included."""
    found = (item.run(case, article) for item in all_checks())
    return tuple(reject for reject in found if reject is not None)


def run_checks(case: Case, article: Article) -> Reject | None:
    """The first required check that fails, or nothing."""
    for item in all_checks():
        if item.policy.required:
            reject = item.run(case, article)
            if reject is not None:
                return reject
    return None
