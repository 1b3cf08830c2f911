"""How a service can fail, by what follows from it; neither message holds a secret."""

from __future__ import annotations

from extractors.pmc.redact import redact


class ServiceFailed(Exception):
    """A service did not give what was wanted of it; its name is `service`."""

    service: str


class Unavailable(ServiceFailed):
    """It does not answer now: what was wanted stays pending, and may be had another time."""

    def __init__(self, service: str, why: str, attempts: int) -> None:
        super().__init__(service, redact(why), attempts)
        self.service, self.why, self.attempts = self.args

    def shortly(self) -> str:
        """What is the matter with it."""
        tries = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        return f"{self.service} is unavailable: {self.why} ({tries})"

    def __str__(self) -> str:
        return f"{self.shortly()}; what was wanted of it stays pending"


class Untrustworthy(ServiceFailed):
    """It answers what cannot be right: nothing is built on that, and its own words are quoted."""

    def __init__(self, service: str, what: str, words: str = "") -> None:
        super().__init__(service, redact(what), redact(words))
        self.service, self.what, self.words = self.args

    def __str__(self) -> str:
        quoted = f": “{self.words}”" if self.words else ""
        return f"{self.service} cannot be relied on: {self.what}{quoted}"


class Stopped(Exception):
    """Nobody wants the answer any more."""
