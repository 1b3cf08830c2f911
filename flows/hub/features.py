"""The schema of a config as the Hub writes it in a card's metadata."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from schemas.published import Config

_NAMES = {pa.string(): "string", pa.int64(): "int64", pa.bool_(): "bool", pa.float64(): "float64"}


def features(schema: pa.Schema) -> list[dict[str, Any]]:
    """Each column with its type, as `dataset_info.features` has it."""
    return [{"name": field.name, **_typed(field.type)} for field in schema]


def _typed(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        inside = _typed(kind.value_type)
        return {"list": inside.get("dtype") or inside["struct"]}
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name, **_typed(field.type)} for field in kind]}
    return {"dtype": _NAMES[kind]}


def metadata(configs: tuple[Config, ...], rows: dict[str, dict[str, int]]) -> dict[str, Any]:
    """What the Hub is told of configs: their files, their columns, their rows by split.

    What has no rows is not offered: readers fail on a split without any.
    """
    offered = [
        (config, {split: count for split, count in rows[config.name].items() if count})
        for config in configs
        if any(rows[config.name].values())
    ]
    return {
        "configs": [
            {
                "config_name": config.name,
                "data_files": [
                    {"split": split, "path": f"{config.folder}/{split}-*"} for split in counts
                ],
            }
            for config, counts in offered
        ],
        "dataset_info": [
            {"config_name": config.name, "features": features(config.schema)}
            for config, _ in offered
        ],
    }
