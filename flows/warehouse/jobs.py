"""One stage over one shard, as it is handed to a worker that has nothing but the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.stages import STAGES
from flows.warehouse.results import Result, ResultStore, ShardResults, StoredInputs


@dataclass(frozen=True, slots=True)
class Job:
    """One stage over one shard: what a worker is handed."""

    store: Path
    stage: str
    shard: str
    key: str
    inputs: Sequence[ShardResults]
    parameters: Mapping[str, Any]
    before: Result | None = None

    @property
    def articles(self) -> int:
        """How many articles the job takes in."""
        if "arrivals" in self.parameters:
            return len(self.parameters["arrivals"])
        if "wanted" in self.parameters:
            return len(self.parameters["wanted"])
        if "kept" in self.parameters:
            return len(self.parameters["kept"])
        last = STAGES[self.stage].needs[-1]
        return sum(shard[last].rows.count for shard in self.inputs)


def run_job(job: Job) -> Result:
    """Do a job, unless it is done: what a worker runs."""
    store, stage = ResultStore(job.store), STAGES[job.stage]
    done = store.find(job.stage, job.shard, job.key)
    if done:
        return done
    if stage.run is None:
        raise TypeError(f"{stage.name} is done by models alone")
    made = stage.run(StoredInputs(store, job.inputs, job.before), job.parameters)
    return store.save(stage, job.shard, job.key, made)
