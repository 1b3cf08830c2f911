"""Croissant metadata: the dataset's files and columns as dataset search engines read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas.published import Column, Config

FILE = "croissant.json"
_TYPES = {
    pa.string(): "sc:Text",
    pa.int64(): "sc:Integer",
    pa.bool_(): "sc:Boolean",
    pa.float64(): "sc:Float",
}
_LICENCES = {
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc": "https://creativecommons.org/licenses/",
}
_OF_CROISSANT = (
    "citeAs column conformsTo@dct dataType@type equivalentProperty extract field fileProperty "
    "fileObject fileSet format includes isLiveDataset jsonPath key md5 parentField path recordSet "
    "references regex repeated replace samplingRate separator source subField transform"
)


def _context() -> dict[str, Any]:
    """The standard's own context, which its readers compare."""
    context: dict[str, Any] = {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
    }
    for told in _OF_CROISSANT.split():
        name, _, special = told.partition("@")
        if special == "type":
            context[name] = {"@id": f"cr:{name}", "@type": "@vocab"}
        else:
            context[name] = f"{special or 'cr'}:{name}"
    return context


def croissant(
    configs: Sequence[Config],
    digests: Mapping[str, str],
    *,
    name: str,
    description: str,
    licence: str | None,
    release: int,
    cite: str,
) -> bytes:
    """The metadata of a dataset folder with these files."""
    told = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": description,
        "version": f"{release}.0.0",
        "citeAs": cite,
        "inLanguage": "en",
        **({"license": _LICENCES[licence]} if licence else {}),
        "distribution": [part for config in configs for part in _files(config, digests)],
        "recordSet": [_records(config) for config in configs],
    }
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"


def _files(config: Config, digests: Mapping[str, str]) -> list[dict[str, Any]]:
    inside = sorted(path for path in digests if path.startswith(f"{config.folder}/"))
    files = [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentUrl": path,
            "encodingFormat": "application/x-parquet",
            "sha256": digests[path],
        }
        for path in inside
    ]
    together = {
        "@type": "cr:FileSet",
        "@id": f"files-of-{config.name}",
        "name": f"files-of-{config.name}",
        "description": f"The Parquet files of {config.name}: {config.meaning}.",
        "encodingFormat": "application/x-parquet",
        "includes": f"{config.folder}/*.parquet",
    }
    return [*files, together]


def _records(config: Config) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": f"{config.meaning[0].upper()}{config.meaning[1:]}.",
        "field": [_field(config, column) for column in config.columns],
    }


def _field(config: Config, column: Column) -> dict[str, Any]:
    # An identity may hold no spaces.
    identity = f"{config.name}/{column.name.replace(': ', '_')}"
    source = {
        "fileSet": {"@id": f"files-of-{config.name}"},
        "extract": {"column": column.name},
    }
    told = {
        "@type": "cr:Field",
        "@id": identity,
        "name": identity,
        "description": column.meaning,
    }
    return told | _typed(column.type, identity, source, "")


def _typed(kind: pa.DataType, identity: str, source: dict[str, Any], path: str) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {**_typed(kind.value_type, identity, source, f"{path}[*]"), "repeated": True}
    if not pa.types.is_struct(kind):
        found = {**source, "transform": {"jsonPath": path.lstrip(".")}} if "." in path else source
        return {"dataType": _TYPES[kind], "source": found}
    return {
        "subField": [
            {"@type": "cr:Field", "@id": f"{identity}/{field.name}", "name": field.name}
            | _typed(field.type, f"{identity}/{field.name}", source, f"{path}.{field.name}")
            for field in kind
        ]
    }
