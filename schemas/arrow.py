"""Arrow schemas derived from the dataclasses themselves, and rows to and from them."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pyarrow as pa

Record = TypeVar("Record")

_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    float: pa.float64(),
    bytes: pa.binary(),
}


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = (arg for arg in typing.get_args(hint) if arg is not types.NoneType)
    return hint


_PLAIN = frozenset((*_SCALARS, types.NoneType))


@functools.cache
def arrow_type(hint: Any) -> pa.DataType:
    """The Arrow type of an annotation: scalars, literals, tuples of one type, dataclasses."""
    hint = _without_none(hint)
    if typing.get_origin(hint) is typing.Literal:
        return pa.string()
    if typing.get_origin(hint) is tuple:
        return pa.list_(arrow_type(typing.get_args(hint)[0]))
    if dataclasses.is_dataclass(hint):
        return pa.struct(list(arrow_schema(hint)))
    return _SCALARS[hint]


def arrow_schema(record: Any) -> pa.Schema:
    """The Arrow schema of a dataclass: its fields, in order."""
    return _arrow_schema(record)


def _schema_of(record: Any) -> pa.Schema:
    hints = typing.get_type_hints(record)
    return pa.schema([pa.field(name, arrow_type(hints[name])) for name in _field_names(record)])


_arrow_schema: Callable[[Any], pa.Schema] = functools.cache(_schema_of)


def to_row(value: Any) -> Any:
    """A dataclass as plain dicts and lists."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [to_row(item) for item in value]
    return {name: to_row(getattr(value, name)) for name in _field_names(kind)}


def _names_of(record: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))


_field_names: Callable[[Any], tuple[str, ...]] = functools.cache(_names_of)


def to_table(records: Iterable[Any], record: type) -> pa.Table:
    """Records of one dataclass as an Arrow table."""
    return pa.Table.from_pylist([to_row(item) for item in records], schema=arrow_schema(record))


def from_row(record: type[Record], row: dict[str, Any]) -> Record:
    """The dataclass that `to_row` made this of."""
    return typing.cast("Record", _decoder(record)(row))


def _decoder_of(hint: Any) -> Any:
    hint = _without_none(hint)
    if typing.get_origin(hint) is tuple:
        item = _decoder(typing.get_args(hint)[0])
        return lambda values: tuple(item(value) for value in values)
    if dataclasses.is_dataclass(hint):
        hints, make = typing.get_type_hints(hint), typing.cast("Any", hint)
        fields = [(name, _decoder(hints[name])) for name in _field_names(hint)]
        return lambda row: (
            None
            if row is None
            else make(**{n: None if row[n] is None else d(row[n]) for n, d in fields})
        )
    return lambda value: value


_decoder: Callable[[Any], Any] = functools.cache(_decoder_of)
