"""What a request shows and asks for: the fenced article, case and findings, and the step."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from extractors.cases import answers

_OPENS = re.compile(r"^<(?P<name>article|case|findings)-[0-9A-Fa-f]{8,}>[ \t]*\r?\n", re.MULTILINE)
_STEPS = {
    "score": answers.Scored,
    "extract": answers.Extracted,
    "repair": answers.Repaired,
    "verify": answers.Verified,
}
_NAMED = (("scor", "score"), ("extract", "extract"), ("repair", "repair"), ("verif", "verify"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the brain sees it; `schema` is that of the answer, `strict` if it was given."""

    step: str
    article: str | None
    case: Mapping[str, Any]
    findings: str
    schema: Mapping[str, Any] | None
    format: str


def read_request(body: Mapping[str, Any]) -> Asked:
    """What is shown and asked for."""
    prompt = "\n".join(_texts(body.get("messages", ())))
    given = body.get("response_format") or {"type": "text"}
    schema = given.get("json_schema", {}).get("schema")
    article, findings = fenced(prompt, "article"), fenced(prompt, "findings") or ""
    case = fenced(prompt, "case")
    name = given.get("json_schema", {}).get("name", "")
    step = _step(name, schema, prompt, article, case, findings)
    if schema is None and step in _STEPS:
        schema = _schema_of(step)
    return Asked(step, article, _case(case), findings, schema, given["type"])


def fenced(prompt: str, name: str) -> str | None:
    """What stands between the lines `<name-HEX>` and `</name-HEX>`."""
    place = -1
    while (place := prompt.find(f"<{name}-", place + 1)) >= 0:
        opening = _OPENS.match(prompt, place)
        if opening is None:
            continue
        closing = f"\n</{opening[0].strip()[1:]}"
        end = prompt.find(closing, opening.end() - 1)
        if end >= 0:
            return prompt[opening.end() : end].rstrip("\r")
    return None


def _texts(messages: Any) -> list[str]:
    """The texts of all messages but the model's own."""
    found = []
    for message in messages:
        if message.get("role") == "assistant":
            continue
        content = message.get("content") or ""
        if isinstance(content, str):
            found.append(content)
        else:
            found += [part.get("text", "") for part in content]
    return found


def _step(
    name: str,
    schema: Mapping[str, Any] | None,
    prompt: str,
    article: str | None,
    case: str | None,
    findings: str,
) -> str:
    """By the schema's name, by its fields, or by what is shown."""
    lower = name.casefold()
    for opening, step in _NAMED:
        if lower.startswith(opening):
            return step
    if schema is not None:
        fields = schema.get("properties", {}).keys()
        if "thoroughness" in fields:
            return "score"
        if "flags" in fields:
            return "verify"
        if "case_prompt" in fields:
            return "extract" if "final_diagnosis_parent" in fields else "repair"
        return "other"
    if article is None:
        return "other"
    if case is not None:
        return "repair" if findings else "verify"
    return "score" if "thoroughness" in prompt.replace(article, "") else "extract"


@cache
def _schema_of(step: str) -> Mapping[str, Any]:
    return _STEPS[step].model_json_schema()


def _case(written: str | None) -> Mapping[str, Any]:
    if not written:
        return {}
    try:
        case = json.loads(written)
    except ValueError:
        return {}
    return case if isinstance(case, dict) else {}
