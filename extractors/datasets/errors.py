"""What can be wrong with a file or dataset that somebody names."""

from __future__ import annotations

from extractors.pmc.redact import redact


class UnreadableSource(ValueError):
    """It does not hold what it was named for; `why` goes on where the name of it ends."""

    def __init__(self, source: str, why: str) -> None:
        super().__init__(source, redact(why))
        self.source, self.why = self.args

    def __str__(self) -> str:
        return f"{self.source} {self.why}"
