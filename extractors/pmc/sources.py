"""What a list or a dataset says in the place where an article's id should be."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.datasets.errors import UnreadableSource
from extractors.datasets.hub import hub_endpoint, is_hub_name, on_hub
from extractors.datasets.places import data_files
from extractors.pmc.ids import Kind, identify
from extractors.pmc.web import Patience

if TYPE_CHECKING:
    from huggingface_hub.hf_api import DatasetInfo

_COLUMNS: dict[str, Kind] = {
    "pmcid": "pmcid",
    "pmc": "pmcid",
    "pmid": "pmid",
    "pubmedid": "pmid",
    "doi": "doi",
}
_NOTHING = {"", "nan", "none", "null", "na", "n/a", "-", "<na>"}
_LONGEST_HEADER = 1 << 16
_ORDER: tuple[Kind, ...] = ("pmcid", "pmid", "doi")


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one place, and of which kind its column says that it is."""

    text: str
    file: str
    line: int
    kind: Kind | None = None


def entries(
    source: str, hub_url: str | None = None, patience: Patience | None = None
) -> Iterator[Entry]:
    """Everything that a file, a folder or a dataset on the Hub has to say."""
    path = Path(os.path.expanduser(source))
    try:
        if not source.strip():
            raise UnreadableSource("the list", "has no name")
        if path.is_dir():
            yield from _of_folder(path, source)
        elif path.exists():
            with path.open("rb") as file:
                yield from _of_file(file, path.name, source)
        elif is_hub_name(source):
            yield from _of_hub(source, hub_url, patience or Patience())
        else:
            raise UnreadableSource(source, "is not there: no such file or folder")
    except OSError as error:
        raise UnreadableSource(source, f"cannot be read ({error.strerror or error})") from None


def _of_folder(folder: Path, source: str) -> Iterator[Entry]:
    found = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    if not found:
        raise UnreadableSource(source, "is a folder without Parquet files")
    for path in found:
        with path.open("rb") as file:
            yield from _of_parquet(file, str(path.relative_to(folder)), source)


def _of_file(file: BinaryIO, name: str, source: str) -> Iterator[Entry]:
    suffix = Path(name).suffix.lower()
    if suffix == ".parquet":
        yield from _of_parquet(file, name, source)
    elif suffix in (".jsonl", ".ndjson"):
        yield from _of_json_lines(_as_text(file, source), name, source)
    else:
        yield from _of_text(_as_text(file, source), name, source)


def _as_text(file: BinaryIO, source: str) -> TextIO:
    start = file.read(1 << 12)
    file.seek(0)
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in start and not wide:
        raise UnreadableSource(source, "is not a text file")
    encoding = "utf-16" if wide else "utf-8-sig"
    return io.TextIOWrapper(file, encoding, errors="replace", newline="")


def _of_parquet(file: BinaryIO, name: str, source: str) -> Iterator[Entry]:
    try:
        table = pq.ParquetFile(file)
        names = table.schema_arrow.names
        column = next((each for each in names if each.lower() == "pmcid"), None)
        if column is None:
            raise UnreadableSource(source, f"has no column pmcid in {name} (it has {_some(names)})")
        line = 0
        for batch in table.iter_batches(columns=[column]):
            for value in batch.column(0).to_pylist():
                line += 1
                yield Entry(_told(value), name, line, "pmcid")
    except pa.ArrowException as error:
        why = str(error).splitlines()[0]
        raise UnreadableSource(source, f"cannot be read as Parquet in {name} ({why})") from None


def _of_json_lines(text: TextIO, name: str, source: str) -> Iterator[Entry]:
    known = False
    for line, said in enumerate(text, start=1):
        if not said.strip():
            continue
        try:
            row = json.loads(said)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise UnreadableSource(source, f"holds no JSON object in line {line} of {name}")
        known = known or "pmcid" in row
        yield Entry(_told(row.get("pmcid")), name, line, "pmcid")
    if not known:
        raise UnreadableSource(source, f"has no row with a pmcid in {name}")


def _of_text(text: TextIO, name: str, source: str) -> Iterator[Entry]:
    """A table whose header names a column of ids, or else one id a line."""
    skipped = 0
    for line in text:
        if line.strip() and not line.lstrip().startswith("#"):
            break
        skipped += 1
    else:
        raise UnreadableSource(source, "is empty")
    if len(line) > _LONGEST_HEADER:
        raise UnreadableSource(source, f"is no list: line {skipped + 1} has {len(line)} characters")
    delimiter = next((mark for mark in "\t,;" if mark in line), ",")
    header = next(csv.reader([line], delimiter=delimiter))
    kinds = [_COLUMNS.get(re.sub(r"[\W_]", "", cell).lower()) for cell in header]
    if any(kinds) and not identify(line):
        yield from _of_table(text, kinds, delimiter, name, source, skipped + 1)
        return
    if len(header) > 1 and not identify(line):
        raise UnreadableSource(
            source, f"has no column pmcid, pmid or doi in its first line ({_some(header)})"
        )
    number = skipped + 1
    while line:
        told = re.sub(r"(^|\s)#.*", "", line, flags=re.S).strip()
        if told:
            yield Entry(told, name, number)
        line, number = text.readline(), number + 1


def _of_table(
    text: TextIO, kinds: list[Kind | None], delimiter: str, name: str, source: str, before: int
) -> Iterator[Entry]:
    limit = csv.field_size_limit(sys.maxsize)
    try:
        rows, start = csv.reader(text, delimiter=delimiter), before + 1
        for row in rows:
            if any(row) and not row[0].lstrip().startswith("#"):
                yield _best(row, kinds, name, start)
            start = before + rows.line_num + 1
    except csv.Error as error:
        raise UnreadableSource(source, f"is not a table ({error})") from None
    finally:
        csv.field_size_limit(limit)


def _best(row: list[str], kinds: list[Kind | None], name: str, line: int) -> Entry:
    """The id of a row that needs least looking up."""
    for wanted in _ORDER:
        for kind, cell in zip(kinds, row, strict=False):
            if kind == wanted and _told(cell):
                return Entry(_told(cell), name, line, kind)
    return Entry("", name, line)


def _of_hub(source: str, hub_url: str | None, patience: Patience) -> Iterator[Entry]:
    def read(repo: str, info: DatasetInfo) -> list[Entry]:
        from huggingface_hub import HfFileSystem

        hub = HfFileSystem(endpoint=hub_endpoint(hub_url), skip_instance_cache=True)
        found: list[Entry] = []
        for name in data_files([each.rfilename for each in info.siblings or []], source):
            path = f"datasets/{repo}@{info.sha}/{name}"
            with closing(hub.open(path, "rb", cache_type="none")) as file:
                found.extend(_of_file(file, name, source))
        return found

    yield from on_hub(source, hub_url, patience, read)


def _told(value: Any) -> str:
    """A cell as text; an id that was kept as a number has lost its letters, or won a zero."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    told = "" if value is None else str(value).strip()
    return "" if told.lower() in _NOTHING else re.sub(r"^([0-9]+)\.0$", r"\1", told)


def _some(names: list[str]) -> str:
    """A few names of columns, as they can be shown."""
    shown = [" ".join(name.split())[:30] for name in names[:6]]
    return ", ".join(shown) + (" …" if len(names) > 6 else "")
