"""The rows of a dataset as far as splits depend on them; texts are looked at and let go."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from extractors.corpus.relatives import Likeness, clusters, likeness
from extractors.corpus.splits import Demand
from extractors.datasets import Place, batches, columns
from extractors.pmc.ids import identify
from flows.errors import UsageError
from flows.warehouse.taken_over import NUMBER, whole
from schemas.settings import Settings
from schemas.split import SplitCase, Value

LABEL, PROMPT, TEXT, CLUSTER = "final_diagnosis", "case_prompt", "text", "cluster"
BY_COLUMN = "the column cluster"
BY_TEXT = "found by the texts"
ALONE = "each row alone"
_REPORTED = ("year", "specialty", "licence")
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?![\d-])")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(slots=True)
class Rows:
    """The rows of a dataset, each as a case; `numbers` are those that the rows bring."""

    place: Place
    schema: pa.Schema
    clusters: str
    cases: list[SplitCase] = field(default_factory=list)
    numbers: dict[str, int | None] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)

    def tables(self) -> Iterator[tuple[pa.Table, list[str]]]:
        """All rows again, whole, with their ids."""
        for part in self.place.parts:
            for batch in batches(part, self.place.named):
                table = conformed(pa.Table.from_batches([batch]), self.schema)
                yield table, [pmcid_of(told, self.place) for told in table["pmcid"].to_pylist()]


def read_rows(place: Place, demand: Demand, settings: Settings) -> Rows:
    """Read what splits need; what is wrong with a dataset is said in a sentence."""
    schema = _schema(place)
    scalars = [name for name, kind in zip(schema.names, schema.types, strict=True) if _flat(kind)]
    demand.require_columns(scalars)
    _require(place, schema, demand, settings)
    by = BY_COLUMN if CLUSTER in scalars else BY_TEXT if TEXT in scalars else ALONE
    rows = Rows(place, schema, by)
    found = clusters(_likenesses(place), settings.related_similarity) if by == BY_TEXT else {}
    wanted = {"pmcid", NUMBER, CLUSTER, LABEL, PROMPT, settings.dated_by, *demand.columns}
    kept = [name for name in (*_REPORTED, *demand.columns) if name in scalars]
    for part in place.parts:
        for batch in batches(part, place.named, wanted | set(_REPORTED)):
            for row in batch.to_pylist():
                pmcid = pmcid_of(row["pmcid"], place)
                if pmcid in rows.numbers:
                    raise UsageError(f"{place.named} has {pmcid} twice: leave one row of each id")
                rows.numbers[pmcid] = whole(row.get(NUMBER))
                if prompt := row.get(PROMPT):
                    rows.prompts[pmcid] = _digest(str(prompt))
                values = {name: _value(row.get(name)) for name in kept}
                label, date = row.get(LABEL), _day(row.get(settings.dated_by))
                cluster = str(row.get(CLUSTER) or found.get(pmcid) or pmcid)
                rows.cases.append(SplitCase(pmcid, cluster, label, date, values))
    rows.cases.sort(key=lambda case: int(case.pmcid[3:]))
    return rows


def _schema(place: Place) -> pa.Schema:
    """The columns of all parts; who wrote them may have called them string or large string."""
    schemas = [columns(part, place.named).remove_metadata() for part in place.parts]
    for part, schema in zip(place.parts, schemas, strict=True):
        if "pmcid" not in schema.names:
            raise UsageError(f"{place.named} has no column pmcid in {part.name}")
    try:
        schema = pa.unify_schemas(schemas, promote_options="permissive")
    except pa.ArrowException as error:
        why = str(error).splitlines()[0]
        raise UsageError(f"{place.named}: its files have columns of other types ({why})") from None
    return pa.schema([pa.field(field.name, _plain(field.type)) for field in schema])


def _plain(kind: pa.DataType) -> pa.DataType:
    """A type by what it holds: Parquet calls the items of a list otherwise than Arrow does."""
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain(field.type)) for field in kind])
    return kind


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table with all the columns of a dataset, null where its file has none."""
    arrays = [
        table[name].cast(kind) if name in table.column_names else pa.nulls(table.num_rows, kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _flat(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind) and not pa.types.is_binary(kind)


def _require(place: Place, schema: pa.Schema, demand: Demand, settings: Settings) -> None:
    needed = {
        LABEL: demand.holdout_labels and "--holdout-labels",
        settings.dated_by: demand.scheme == "temporal" and "--scheme temporal",
    }
    for name, asked in needed.items():
        if asked and name not in schema.names:
            raise UsageError(f"{place.named} has no column {name}, which {asked} needs")


def pmcid_of(told: Any, place: Place) -> str:
    """The id of a row."""
    found = identify(str(told), "pmcid")
    if not found or found[0] != "pmcid":
        raise UsageError(
            f"{place.named} has a row whose pmcid is {str(told)!r}: mend or remove that row"
        )
    return found[1]


def _likenesses(place: Place) -> dict[str, Likeness | None]:
    return {
        pmcid_of(row["pmcid"], place): likeness(
            *(str(row.get(name) or "") for name in (TEXT, PROMPT, LABEL))
        )
        for part in place.parts
        for batch in batches(part, place.named, ("pmcid", TEXT, PROMPT, LABEL))
        for row in batch.to_pylist()
    }


def _digest(prompt: str) -> str:
    """The same for prompts that differ in case, spaces and marks alone."""
    return hashlib.sha256(" ".join(re.findall(r"\w+", prompt.casefold())).encode()).hexdigest()


def _value(value: Any) -> Value:
    if value is None or isinstance(value, str | int | float | bool):
        return None if value != value else value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _day(value: Any) -> str | None:
    """A date as far as it can be relied on: of what is no ISO date the year."""
    text = str(value.isoformat() if hasattr(value, "isoformat") else value or "").strip()
    if found := _ISO.match(text.split("T")[0]):
        return found[0]
    found = _YEAR.search(text)
    return found[0] if found else None


def undated(rows: Rows) -> int:
    """How many rows have no date, and so count as old."""
    return sum(case.date is None for case in rows.cases)


def licences(rows: Rows) -> Mapping[str, int]:
    """The licences that rows name."""
    return Counter(str(case.values["licence"]) for case in rows.cases if case.values.get("licence"))
