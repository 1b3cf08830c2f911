"""What is published beside the default config, derived from its files a row group at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from schemas.published import COMMERCIAL, CONFIGS, CORE, DEFAULT, REFERENCE_COLUMNS, Config

SPLIT_ORDER = ("train", "val", "test")
CORE_COLUMNS = [column.name for column in REFERENCE_COLUMNS]
CORE_SCHEMA = pa.schema([*(DEFAULT.schema.field(n) for n in CORE_COLUMNS), ("split", pa.string())])


def write_configs(folder: Path) -> None:
    """Write the other configs and the two files of the reference's columns beside `data`."""
    sources = data_files(folder, DEFAULT)
    for config, derive in zip(CONFIGS[1:], (_commercial, _statements, _conversations), strict=True):
        (folder / config.folder).mkdir()
        for source in sources:
            _derive(source, folder / config.folder / source.name, config.schema, derive)
    _write_core(folder, sources)


def data_files(folder: Path, config: Config) -> list[Path]:
    """The Parquet files of a config, by split in the order of splits, then by number."""
    found = (folder / config.folder).glob("*.parquet")
    return sorted(found, key=lambda path: (order_of(split_of(path.name)), path.name))


def split_of(name: str) -> str:
    """The split that a file belongs to, by its name."""
    return name.rpartition("/")[2].partition("-0")[0]


def order_of(split: str) -> tuple[int, str]:
    """Where a split stands among others."""
    return (SPLIT_ORDER.index(split) if split in SPLIT_ORDER else len(SPLIT_ORDER), split)


def row_groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The rows of a file, as much at a time as it was written in."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=columns)


def _derive(
    source: Path, target: Path, schema: pa.Schema, derive: Callable[[pa.Table], pa.Table]
) -> None:
    with published_writer(target, schema) as writer:
        for group in row_groups(source):
            rows = derive(group)
            if rows.num_rows:
                writer.write_table(rows.cast(schema))


def published_writer(target: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer as the Hub likes files: equal parts of two versions give equal bytes."""
    return pq.ParquetWriter(
        target,
        schema,
        compression="zstd",
        compression_level=3,
        use_content_defined_chunking=True,
        write_page_index=True,
    )


def _commercial(group: pa.Table) -> pa.Table:
    kept = pa.compute.is_in(group["licence"], value_set=pa.array(COMMERCIAL))
    return group.filter(kept)


def _statements(group: pa.Table) -> pa.Table:
    read = group.select(["pmcid", "statements", "final_diagnosis", "licence"])
    rows = [
        {**statement, **of_case, "position": position}
        for case in read.to_pylist()
        for of_case in [{name: case[name] for name in ("pmcid", "final_diagnosis", "licence")}]
        for position, statement in enumerate(case["statements"], start=1)
    ]
    return pa.Table.from_pylist(rows, schema=CONFIGS[2].schema)


def _conversations(group: pa.Table) -> pa.Table:
    read = group.select(
        ["pmcid", "case_prompt", "diagnostic_reasoning", "final_diagnosis", "licence"]
    )
    rows = [
        {"pmcid": case["pmcid"], "licence": case["licence"], "messages": _messages(case)}
        for case in read.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=CONFIGS[3].schema)


def _messages(case: dict[str, Any]) -> list[dict[str, str]]:
    thought = f"<think>\n{case['diagnostic_reasoning']}\n</think>"
    return [
        {"role": "user", "content": case["case_prompt"]},
        {
            "role": "assistant",
            "content": f"{thought}\n<answer>{case['final_diagnosis']}</answer>",
        },
    ]


def _write_core(folder: Path, sources: list[Path]) -> None:
    """The reference's ten columns and the split in one file, as its readers expect."""
    with ExitStack() as stack:
        text = stack.enter_context(pc.CSVWriter(folder / f"{CORE}.csv", CORE_SCHEMA))
        table = stack.enter_context(published_writer(folder / f"{CORE}.pqt", CORE_SCHEMA))
        for source in sources:
            for group in row_groups(source, CORE_COLUMNS):
                split = pa.array([split_of(source.name)] * group.num_rows, pa.string())
                rows = group.select(CORE_COLUMNS).append_column("split", split).cast(CORE_SCHEMA)
                text.write_table(rows)
                table.write_table(rows)
