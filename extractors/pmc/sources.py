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
from typing import Any, BinaryIO, TextIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
import stamina

from extractors.pmc.errors import Unavailable, UnreadableList
from extractors.pmc.ids import Kind, identify
from extractors.pmc.web import Patience

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(?:@[^\s@]+)?")
_FILES = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".lst", ".ids")
_COLUMNS: dict[str, Kind] = {
    "pmcid": "pmcid",
    "pmc": "pmcid",
    "pmid": "pmid",
    "pubmedid": "pmid",
    "doi": "doi",
}
_NOTHING = {"", "nan", "none", "null", "na", "n/a", "-", "<na>"}
_LONGEST_HEADER = 1 << 16
_GONE = (401, 403, 404)
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
            raise UnreadableList("the list", "has no name")
        if path.is_dir():
            yield from _of_folder(path, source)
        elif path.exists():
            with path.open("rb") as file:
                yield from _of_file(file, path.name, source)
        elif _is_name(source):
            endpoint = hub_url or os.environ.get("HF_ENDPOINT")
            yield from _of_hub(source, endpoint, patience or Patience())
        else:
            raise UnreadableList(source, "is not there: no such file or folder")
    except OSError as error:
        raise UnreadableList(source, f"cannot be read ({error.strerror or error})") from None


def _is_name(source: str) -> bool:
    """Whether this can be a dataset on the Hub; what looks like a path is one."""
    named = _HUB.fullmatch(source) and not source.lower().endswith(_FILES)
    return bool(named) and not Path(source).parent.is_dir()


def _of_folder(folder: Path, source: str) -> Iterator[Entry]:
    found = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    if not found:
        raise UnreadableList(source, "is a folder without Parquet files")
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
        raise UnreadableList(source, "is not a text file")
    encoding = "utf-16" if wide else "utf-8-sig"
    return io.TextIOWrapper(file, encoding, errors="replace", newline="")


def _of_parquet(file: BinaryIO, name: str, source: str) -> Iterator[Entry]:
    try:
        table = pq.ParquetFile(file)
        names = table.schema_arrow.names
        column = next((each for each in names if each.lower() == "pmcid"), None)
        if column is None:
            raise UnreadableList(source, f"has no column pmcid in {name} (it has {_some(names)})")
        line = 0
        for batch in table.iter_batches(columns=[column]):
            for value in batch.column(0).to_pylist():
                line += 1
                yield Entry(_told(value), name, line, "pmcid")
    except pa.ArrowException as error:
        why = str(error).splitlines()[0]
        raise UnreadableList(source, f"cannot be read as Parquet in {name} ({why})") from None


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
            raise UnreadableList(source, f"holds no JSON object in line {line} of {name}")
        known = known or "pmcid" in row
        yield Entry(_told(row.get("pmcid")), name, line, "pmcid")
    if not known:
        raise UnreadableList(source, f"has no row with a pmcid in {name}")


def _of_text(text: TextIO, name: str, source: str) -> Iterator[Entry]:
    """A table whose header names a column of ids, or else one id a line."""
    skipped = 0
    for line in text:
        if line.strip() and not line.lstrip().startswith("#"):
            break
        skipped += 1
    else:
        raise UnreadableList(source, "is empty")
    if len(line) > _LONGEST_HEADER:
        raise UnreadableList(source, f"is no list: line {skipped + 1} has {len(line)} characters")
    delimiter = next((mark for mark in "\t,;" if mark in line), ",")
    header = next(csv.reader([line], delimiter=delimiter))
    kinds = [_COLUMNS.get(re.sub(r"[\W_]", "", cell).lower()) for cell in header]
    if any(kinds) and not identify(line):
        yield from _of_table(text, kinds, delimiter, name, source, skipped + 1)
        return
    if len(header) > 1 and not identify(line):
        raise UnreadableList(
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
        raise UnreadableList(source, f"is not a table ({error})") from None
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
    from huggingface_hub import errors

    transport = cast("tuple[type[Exception], ...]", errors.HfHubHTTPError.__bases__)
    tries = 0
    try:
        for attempt in stamina.retry_context(
            on=lambda error: isinstance(error, transport) and _status(error) not in _GONE,
            attempts=patience.attempts,
            timeout=patience.total,
            wait_initial=patience.first_wait,
            wait_max=patience.longest_wait,
            wait_jitter=patience.first_wait,
        ):
            with attempt:
                tries = attempt.num
                found = list(_asked_of_hub(source, hub_url))
    except errors.RevisionNotFoundError:
        raise UnreadableList(source, "has no such revision on the Hub") from None
    except errors.HFValidationError:
        raise UnreadableList(source, "is no name of a dataset on the Hub") from None
    except transport as error:
        if _status(error) in _GONE:
            raise UnreadableList(
                source, "is neither a file nor a dataset on the Hub that you may read"
            ) from None
        status = _status(error)
        why = f"status {status}" if status else (str(error).splitlines() or ["no answer"])[0]
        raise Unavailable("the Hub", why, tries) from None
    yield from found


def _asked_of_hub(source: str, hub_url: str | None) -> Iterator[Entry]:
    from huggingface_hub import HfApi, HfFileSystem

    repo, _, revision = source.partition("@")
    info = HfApi(endpoint=hub_url).dataset_info(repo, revision=revision or None, timeout=30)
    hub = HfFileSystem(endpoint=hub_url, skip_instance_cache=True)
    for name in _data_files([each.rfilename for each in info.siblings or []], source):
        path = f"datasets/{repo}@{info.sha}/{name}"
        with closing(hub.open(path, "rb", cache_type="none")) as file:
            yield from _of_file(file, name, source)


def _status(error: Exception) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _data_files(names: list[str], source: str) -> list[str]:
    """The Parquet files, or else those of the next best form."""
    for suffixes in ((".parquet",), (".jsonl", ".ndjson"), (".csv", ".tsv")):
        found = sorted(name for name in names if name.lower().endswith(suffixes))
        if found:
            return found
    raise UnreadableList(source, "holds no Parquet, JSON-lines or CSV files")


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
