"""`POST /_admin/<what>` with JSON: changes the models while they run; and who asks for that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import requests

from tests.fakes.models.behaviour import ALSO, MODEL_FAULTS, Rates, model_faults
from tests.fakes.models.service import Models
from tests.fakes.serving import Request, Response, as_json


class ModelsDesk:
    """What can be changed and read back; each method is one address."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def __call__(self, request: Request) -> Response:
        """Do what the address says."""
        what = request.path.rpartition("/")[2]
        do = getattr(self, f"do_{what}", None)
        if do is None:
            return as_json({"error": f"no such thing: {what}"}, 404)
        try:
            return as_json(do(**json.loads(request.body or b"{}")))
        except (KeyError, TypeError, ValueError) as problem:
            return as_json({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def do_settings(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `Settings`, and read it."""
        _set(self._models.settings, changes)
        return self._models.told_settings()

    def do_rates(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `Rates`, after all of them if `perfect` is told; and read them."""
        if "perfect" in changes and changes.pop("perfect"):
            self._models.rates = Rates.perfect()
        _set(self._models.rates, changes)
        return asdict(self._models.rates)

    def do_seed(self, seed: int) -> dict[str, int]:
        """Answer by another seed."""
        self._models.seed = seed
        return {"seed": seed}

    def do_faults(self, **asked: Any) -> dict[str, Any]:
        """Let a share of requests fail from now on; without a rate none does."""
        faults = model_faults(**asked)
        if unknown := set(faults.kinds) - {*MODEL_FAULTS, *ALSO}:
            raise ValueError(f"no such faults: {sorted(unknown)}")
        self._models.faults = faults
        return {"rate": faults.rate, "kinds": faults.kinds, "seed": faults.seed}

    def do_counts(self, *, reset: bool = False) -> dict[str, float]:
        """The counters, which begin anew if that is asked."""
        counted = self._models.counted()
        if reset:
            self._models.reset_counts()
        return counted

    def do_batches(self) -> list[dict[str, Any]]:
        """All batches."""
        return [batch.told() for batch in self._models.batches.held.values()]

    def do_end_batch(self, batch: str, how: str = "expired") -> dict[str, Any]:
        """Let a batch end at once with what is done."""
        self._models.batches.end(batch, how)
        return self._models.batches.get(batch).told()

    def do_last(self, count: int = 1) -> list[dict[str, Any]]:
        """The last requests with their answers."""
        told = list(self._models.last)[-count:]
        texts = ("body", "answer")
        return [
            {
                name: one[name].decode(errors="replace") if name in texts else one[name]
                for name in one
            }
            for one in told
        ]


def _set(target: Any, changes: dict[str, Any]) -> None:
    unknown = changes.keys() - {field.name for field in fields(target)}
    if unknown:
        raise ValueError(f"no such thing to set: {sorted(unknown)}")
    for name, value in changes.items():
        setattr(target, name, value)


class ModelsAdmin:
    """Changes the models from another process and reads back what they were asked."""

    def __init__(self, base_url: str) -> None:
        self._address = base_url.removesuffix("/v1")
        self._session = requests.Session()
        self._session.trust_env = False

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Set anything of `models.behaviour.Settings`, and read all of them."""
        return self._post("settings", **changes)

    def rates(self, *, perfect: bool = False, **changes: float) -> dict[str, float]:
        """Set anything of `models.behaviour.Rates`, the others perfect if asked."""
        return self._post("rates", perfect=perfect, **changes)

    def seed(self, seed: int) -> None:
        """Answer by another seed."""
        self._post("seed", seed=seed)

    def faults(
        self,
        rate: float = 0.0,
        kinds: Sequence[str] = MODEL_FAULTS,
        services: Sequence[str] = ("chat",),
        seed: int = 0,
        most: int | None = None,
    ) -> None:
        """Let a share of requests fail, each drawn by seed and body, anew when it is repeated.

        `kinds` are MODEL_FAULTS or `quota`; `services` chat, lines (of batches), files, batches,
        models. The same request is hit at most `most` times. Without a rate nothing fails.
        """
        self._post(
            "faults",
            rate=rate,
            kinds=list(kinds),
            services=list(services),
            seed=seed,
            most=most,
        )

    def counts(self, *, reset: bool = False) -> dict[str, float]:
        """What was asked, by name; 0 for what never was.

        By kind: chat, models, files.upload, files.content, batches.create, batches.get ..., lines.
        Of those that a model answered: chat.score, lines.score, model.NAME, model.NAME.score,
        finish.stop; of all: status.200, fault.reset, limited. By digest: distinct, repeated;
        answered, answered.distinct, answered.again (whole answers only). tokens.prompt,
        .completion, .reasoning, .cached, .total; in_flight, in_flight.most, connections,
        connections.most, cpu_seconds.
        """
        return _Counts(self._post("counts", reset=reset))

    def batches(self) -> list[dict[str, Any]]:
        """All batches as the service tells them."""
        return self._post("batches")

    def end_batch(self, batch: str, how: str = "expired") -> dict[str, Any]:
        """Let a batch end at once: expired, cancelled or failed with what is done, or completed."""
        return self._post("end_batch", batch=batch, how=how)

    def last(self, count: int = 1) -> list[dict[str, Any]]:
        """The last requests: kind, method, path, body, fault, status, answer."""
        return self._post("last", count=count)

    def _post(self, what: str, **asked: Any) -> Any:
        answer = self._session.post(f"{self._address}/_admin/{what}", json=asked, timeout=60)
        if not answer.ok:
            raise ValueError(answer.json()["error"])
        return answer.json()


class _Counts(dict[str, float]):
    def __missing__(self, name: str) -> float:
        return 0
