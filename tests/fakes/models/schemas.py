"""JSON schemas as OpenAI's strict mode takes them, and values in the shape of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_DEEPEST = 10
_REFUSED = (
    "default",
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "prefixItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedProperties",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
)

Schema = Mapping[str, Any]


def refusal(given: Schema) -> str | None:
    """Why a strict `json_schema` of a request is not accepted, in OpenAI's words."""
    return _refusal(json.dumps(given))


@lru_cache(256)
def _refusal(written: str) -> str | None:
    given = json.loads(written)
    name, schema = given.get("name"), given.get("schema")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "Invalid 'response_format.json_schema.name': string does not match pattern"
    if not given.get("strict"):
        return None
    if not isinstance(schema, dict):
        return "Missing required parameter: 'response_format.json_schema.schema'."
    if schema.get("type") != "object":
        told = "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'."
        return f"Invalid schema for response_format '{name}': {told}"
    for problem in _problems(schema, (), 1):
        return f"Invalid schema for response_format '{name}': {problem}"
    return None


def _problems(schema: Any, path: tuple[str, ...], depth: int) -> Iterator[str]:
    where = f"In context={path!r}, "
    if not isinstance(schema, dict):
        yield f"{where}{schema!r} is not of type 'object'."
        return
    yield from (f"{where}'{word}' is not permitted." for word in _REFUSED if word in schema)
    if "$ref" in schema:
        if others := schema.keys() - {"$ref"}:
            yield f"{where}$ref cannot have keywords {sorted(others)}."
    elif not schema.keys() & {"type", "anyOf", "enum", "const"}:
        yield f"{where}schema must have a 'type' key."
    if depth > _DEEPEST:
        yield f"{where}schema exceeds the nesting limit of {_DEEPEST}."
        return
    if schema.get("type") == "object" or "properties" in schema:
        yield from _problems_of_object(schema, where)
    if schema.get("type") == "array" and "items" not in schema:
        yield f"{where}array schema missing items."
    for step, inner in _inside(schema):
        yield from _problems(inner, (*path, *step), depth + (step[0] == "properties"))


def _problems_of_object(schema: Schema, where: str) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"{where}'additionalProperties' is required to be supplied and to be false."
    required = schema.get("required")
    if not isinstance(required, list) or set(required) != set(schema.get("properties", ())):
        missing = sorted(set(schema.get("properties", ())) - set(required or ()))
        named = f" Missing '{missing[0]}'." if missing else ""
        yield (
            f"{where}'required' is required to be supplied and to be an array including every "
            f"key in properties.{named}"
        )


def _inside(schema: Schema) -> Iterator[tuple[tuple[str, ...], Any]]:
    for group in ("properties", "$defs", "definitions"):
        for name, inner in schema.get(group, {}).items():
            yield (group, name), inner
    if "items" in schema:
        yield ("items",), schema["items"]
    for place, inner in enumerate(schema.get("anyOf", ())):
        yield ("anyOf", str(place)), inner


def fitted(value: Any, schema: Schema, root: Schema | None = None) -> Any:
    """The value with just the fields of the schema; what it lacks is made up in its shape."""
    root = root or schema
    schema = _resolved(schema, root)
    if "anyOf" in schema:
        return fitted(value, _chosen(value, schema["anyOf"], root), root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    kind = schema.get("type")
    if isinstance(kind, list):
        if value is None and "null" in kind:
            return None
        kind = kind[0]
    if kind == "object":
        known = value if isinstance(value, dict) else {}
        properties = schema.get("properties", {})
        return {name: fitted(known.get(name), inner, root) for name, inner in properties.items()}
    if kind == "array":
        items = value if isinstance(value, list | tuple) else ()
        return [fitted(item, schema.get("items", {}), root) for item in items]
    return _plain(value, kind)


def _plain(value: Any, kind: str | None) -> Any:
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    if kind == "null" or kind not in kinds:
        return None
    if isinstance(value, kinds[kind]):
        return value
    return {"string": "nothing to say", "integer": 1, "number": 1.0, "boolean": False}[kind]


def _chosen(value: Any, options: list[Schema], root: Schema) -> Schema:
    """The option that the value fits."""
    resolved = [_resolved(option, root) for option in options]
    if value is None:
        return next((one for one in resolved if one.get("type") == "null"), resolved[0])
    kind = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    wanted = kind.get(type(value), "object")
    return next((one for one in resolved if one.get("type") == wanted), resolved[0])


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step] if step != "#" else root
        schema = found
    return schema
