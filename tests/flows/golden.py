"""What each stage makes of the sample. `python -m tests.flows.golden` writes it down anew."""

from __future__ import annotations

import json
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.commands.settings import SAMPLE, load_settings
from flows.stages import STAGES
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger
from flows.warehouse.work import Work
from schemas.arrow import to_row
from schemas.selector import Selector
from tests.flows.building import build

GOLDEN = Path(__file__).with_name("golden.json")


def made_of_sample(home: Home) -> dict[str, Any]:
    """The sample, then each stage with its version and a digest of its rows, in their order."""
    files = sorted(path for path in SAMPLE.glob("PMC*"))
    work = Work(home, load_settings(Selector(sample=True)), home_ledger(home))
    assert not work.first_missing()
    made: dict[str, Any] = {
        "sample": [_digest([sha256(p.read_bytes()).hexdigest() for p in files])]
    }
    for name, stage in STAGES.items():
        rows = [
            to_row(row)
            for _, result in sorted(work.done[name].items())
            for row in home.store.rows(result, stage.row)
        ]
        made[name] = [stage.version, _digest(rows)]
    return made


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=repr).encode()).hexdigest()[:16]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder, "home"), sample=True)
        made = made_of_sample(Home(Path(folder, "home")))
    GOLDEN.write_text(json.dumps(made, indent=1) + "\n")
