"""The modules of a package that a person may name, as the benches and soaks are."""

from __future__ import annotations

import pkgutil
import sys
from types import ModuleType


def modules_named(package: ModuleType, names: list[str]) -> list[str]:
    """These modules of the package, all where none is named; exits where one is not there."""
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    known = sorted(name for name in found if not name.startswith("_"))
    if unknown := set(names) - set(known):
        print(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        sys.exit(2)
    return names or known
