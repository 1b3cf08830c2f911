"""What a person sees while a build runs: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any, TextIO


@dataclass(slots=True)
class StageProgress:
    """How far a stage is, in articles."""

    name: str
    total: int
    known: int
    done: int = 0
    rejected: int = 0
    started: float = field(default_factory=time.monotonic)
    finished: float | None = None

    @property
    def seconds(self) -> float:
        """How long the stage has been at work."""
        return (self.finished or time.monotonic()) - self.started

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at this rate."""
        return (self.total - self.done) / self.rate if self.rate and not self.finished else None


class Progress:
    """Progress that is kept and not shown."""

    def __init__(self) -> None:
        self.stages: list[StageProgress] = []
        self.noted = ""
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def begin(self, name: str, total: int, known: int = 0) -> None:
        """A stage starts with so many articles to do, and so many that it had done before.

        In another wave it takes its own place, and what came behind it is to come again.
        """
        names = [stage.name for stage in self.stages]
        del self.stages[names.index(name) if name in names else len(names) :]
        self.stages.append(StageProgress(name, total, known))

    def advance(self, done: int, rejected: int) -> None:
        """Articles of the stage are done. May be called from many threads."""
        with self._lock:
            self.stages[-1].done += done
            self.stages[-1].rejected += rejected

    def end(self) -> None:
        """The stage is done."""
        self.stages[-1].finished = time.monotonic()

    def say(self, sentence: str) -> None:
        """Tell something that is not a number."""

    def note(self, sentence: str) -> None:
        """Where calls to models stand now."""
        self.noted = sentence


class PlainProgress(Progress):
    """A line a stage, for pipes and logs."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        super().__init__()
        self._out = out

    def end(self) -> None:
        """The stage is done."""
        super().end()
        self.say(stage_line(self.stages[-1]))
        if self.noted:
            self.say(f"         {self.noted}")
            self.noted = ""

    def say(self, sentence: str) -> None:
        """Tell something that is not a number."""
        print(sentence, file=self._out, flush=True)


class LiveProgress(Progress):
    """A table that is drawn anew while the stages work."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__()
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, get_renderable=self._table, refresh_per_second=8)

    def __enter__(self) -> LiveProgress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, sentence: str) -> None:
        """Tell something that is not a number, above the table."""
        self._console.print(sentence, highlight=False, markup=False)

    def _table(self) -> Any:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        table = Table(box=None, pad_edge=False)
        for heading in ("stage", "", "done", "rejected", "articles/s", "time left"):
            table.add_column(heading, justify="left" if heading in ("stage", "") else "right")
        for stage in self.stages:
            left = stage.seconds_left
            table.add_row(
                stage.name,
                ProgressBar(
                    total=max(1, stage.total), completed=stage.done or (not stage.total), width=24
                ),
                f"{stage.done:,}" if stage.total else "kept",
                f"{stage.rejected:,}",
                f"{stage.rate:,.0f}" if stage.done else "",
                "done" if stage.finished else "" if left is None else f"{left:,.0f} s",
            )
        table.caption = self.noted or None
        return table


def stage_line(stage: StageProgress) -> str:
    """A finished stage in one line."""
    kept = f", {stage.known:,} known" if stage.known else ""
    return (
        f"{stage.name:8} {stage.done:7,} done, {stage.rejected:6,} rejected{kept}, "
        f"{stage.seconds:.1f} s"
    )


def progress_for(*, quiet: bool) -> Progress:
    """The progress that suits where the output goes."""
    if quiet:
        return Progress()
    return LiveProgress() if sys.stderr.isatty() else PlainProgress()
