"""What a row of test must be like: comparisons of columns, joined by and, or and not."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.split import Value

_TOKEN = re.compile(
    r"\s*(?:(?P<mark><=|>=|==|!=|<|>|=|\(|\))|(?P<number>-?\d+(?:\.\d+)?)"
    r"|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<word>[A-Za-z_][\w.]*))"
)
_COMPARES: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_FLAGS = {"true": True, "false": False}
_READ_LIKE = "it must read like transparency>=4 and not (specialty='surgery' or year<2020)"

Row = Mapping[str, Value]
Met = Callable[[Row], bool | None]


@dataclass(frozen=True, slots=True)
class Needs:
    """A condition on rows, with the columns that it reads."""

    text: str
    columns: tuple[str, ...]
    _met: Met

    @classmethod
    def parse(cls, text: str) -> Needs:
        """Read a condition such as `transparency>=4 and integrative>=4`."""
        reader = _Reader(text)
        met = reader.whole()
        return cls(text, tuple(dict.fromkeys(reader.columns)), met)

    def require_known(self, columns: Collection[str]) -> None:
        """Every column must be one that the rows have."""
        for name in self.columns:
            if name not in columns:
                known = ", ".join(sorted(columns))
                raise ValueError(f"{self.text!r}: there is no column {name}; there are {known}")

    def met_by(self, row: Row) -> bool:
        """Whether a row is like that; one that nobody judged is not."""
        return self._met(row) is True


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise ValueError(
                f"{text!r}: nothing can be made of {text[at:].strip()!r}; {_READ_LIKE}"
            )
        yield _Token(found.lastgroup, found[found.lastgroup])
        at = found.end()


class _Reader:
    """Reads a condition from left to right: `or` joins `and`s, which join what may be negated."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self.columns: list[str] = []

    def whole(self) -> Met:
        met = self._either()
        if self._tokens:
            raise self._wrong(self._tokens[0].text)
        return met

    def _either(self) -> Met:
        met = self._both()
        while self._takes("or"):
            met = _joined(met, self._both(), decides=True)
        return met

    def _both(self) -> Met:
        met = self._one()
        while self._takes("and"):
            met = _joined(met, self._one(), decides=False)
        return met

    def _one(self) -> Met:
        if self._takes("not"):
            return _negated(self._one())
        if self._takes("("):
            met = self._either()
            if not self._takes(")"):
                raise self._wrong("a bracket that is not closed")
            return met
        return self._comparison()

    def _comparison(self) -> Met:
        column = self._next("word")
        self.columns.append(column.text)
        if not (self._tokens and self._tokens[0].text in _COMPARES):
            return lambda row: (
                None if row.get(column.text) is None else row.get(column.text) is True
            )
        compare = _COMPARES[self._next("mark").text]
        value = self._value()
        return lambda row: _compared(compare, column.text, row.get(column.text), value)

    def _value(self) -> Value:
        token = self._next("number", "single", "double", "word")
        if token.kind == "number":
            return float(token.text)
        if token.kind == "word" and token.text.lower() not in _FLAGS:
            raise self._wrong(f"{token.text} (words stand in quotes)")
        return _FLAGS[token.text.lower()] if token.kind == "word" else token.text

    def _takes(self, text: str) -> bool:
        here = self._tokens and self._tokens[0].kind in ("word", "mark")
        if here and self._tokens[0].text.lower() == text:
            self._tokens.pop(0)
            return True
        return False

    def _next(self, *kinds: str) -> _Token:
        if not self._tokens or self._tokens[0].kind not in kinds:
            raise self._wrong(self._tokens[0].text if self._tokens else "its end")
        return self._tokens.pop(0)

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"{self._text!r}: nothing can be made of {what}; {_READ_LIKE}")


def _joined(one: Met, other: Met, *, decides: bool) -> Met:
    """What decides alone does so whatever the other is; else an unknown leaves it unknown."""

    def met(row: Row) -> bool | None:
        said = (one(row), other(row))
        if decides in said:
            return decides
        return None if None in said else not decides

    return met


def _negated(met: Met) -> Met:
    def other(row: Row) -> bool | None:
        said = met(row)
        return None if said is None else not said

    return other


def _compared(
    compare: Callable[[Any, Any], Any], column: str, value: Value, with_: Value
) -> bool | None:
    if value is None:
        return None
    if isinstance(value, str) != isinstance(with_, str):
        raise ValueError(
            f"{column} is {value!r} somewhere, which cannot be compared with {with_!r}"
        )
    return bool(compare(value, with_))
