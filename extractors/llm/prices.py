"""What models cost; a model whose price nobody gave is asked for, never free."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from extractors.llm.outcomes import UnknownPrice, Usage

_MILLION = 1e6
# A dated snapshot costs what its model costs, unless the table has a line of its own for it.
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class Price(BaseModel):
    """Dollars per million tokens; `batch` is the share that the Batch API takes off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0, allow_inf_nan=False)
    cached: float | None = Field(None, ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    batch: float = Field(0.0, ge=0, le=1)

    def cost(self, usage: Usage, *, batch: bool = False) -> float:
        """Dollars for what was used."""
        cached = self.input if self.cached is None else self.cached
        fresh = max(0, usage.input - usage.cached)
        dollars = fresh * self.input + usage.cached * cached + usage.output * self.output
        return dollars / _MILLION * (1 - self.batch if batch else 1)


_TABLE = TypeAdapter(dict[str, Price])


class Prices:
    """The prices of the models that are known."""

    def __init__(self, prices: Mapping[str, Price]) -> None:
        self._prices = dict(prices)

    @classmethod
    def load(cls, path: Path | None = None) -> Prices:
        """Those that come with Casebook, with what a user's file adds or replaces."""
        table = resources.files("extractors.llm").joinpath("prices.toml").read_text("utf-8")
        prices = _read(table, "prices.toml")
        if path is not None:
            prices |= _read(path.read_text("utf-8"), str(path))
        return cls(prices)

    def with_(self, prices: Mapping[str, Price]) -> Prices:
        """These prices, with others added or in their place."""
        return Prices(self._prices | dict(prices))

    def of(self, model: str) -> Price:
        """The price of a model; raises `UnknownPrice`."""
        price = self._prices.get(model) or self._prices.get(_SNAPSHOT.sub("", model))
        if price is None:
            raise UnknownPrice(model)
        return price


def _read(text: str, name: str) -> dict[str, Price]:
    try:
        return _TABLE.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name} is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{name}: {where}: {first['msg']}") from None
