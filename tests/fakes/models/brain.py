"""What a model answers: read off the article it is shown, the same for the same question."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fakes.models.behaviour import Rates, Settings
from tests.fakes.models.drafting import extracted, repaired, scored
from tests.fakes.models.prompts import Asked
from tests.fakes.models.reading import Understood, understand
from tests.fakes.models.schemas import fitted
from tests.fakes.models.verifying import verified
from tests.fakes.models.words import raised

_COMMANDED = re.compile(
    r"\b(?:diagnosis|answer|label)\b[^.\n]{0,20}?\b(?:is|as|with|be|to|:)\s+[\"'“]?"
    r"(?P<word>[\w -]{3,40})",
    re.I,
)
_CHATTER = (
    "```json\n{}\n```",
    "Here is the answer:\n\n{}\n\nLet me know if anything is unclear.",
    "<think>The article tells of one patient {{1}}.</think>\n{}",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of an answer, or the words in which it is refused."""

    text: str
    refused: str | None = None


def reply(asked: Asked, settings: Settings, rates: Rates, draw: Random) -> Reply:
    """The answer of a model of these rates."""
    if settings.canned is not None:
        return Reply(settings.canned)
    if draw.random() < rates.refuses:
        return refusing()
    if asked.schema is None:
        return Reply("I can only speak of the article that I am shown.")
    value = answered(asked, settings, rates, draw)
    text = json.dumps(fitted(value, asked.schema), ensure_ascii=False)
    if asked.format != "json_schema" and draw.random() < rates.chatter:
        text = draw.choice(_CHATTER).format(text)
    return Reply(text)


def refusing() -> Reply:
    """A refusal."""
    return Reply("", "I'm sorry, but I can't help with that request.")


def answered(asked: Asked, settings: Settings, rates: Rates, draw: Random) -> dict[str, Any]:
    """The value of the answer, before it is fitted to the schema."""
    if asked.step == "other" or asked.article is None:
        return {}
    read = understand(asked.article)
    if asked.step == "verify" and settings.always_agrees:
        return {"flags": []}
    value = _value(asked, read, rates, draw)
    return _obeying(asked.step, value, read.orders) if settings.gullible else value


def _value(asked: Asked, read: Understood, rates: Rates, draw: Random) -> dict[str, Any]:
    if asked.step == "score":
        return scored(read, rates, draw)
    if asked.step == "extract":
        return extracted(read, rates, draw)
    if asked.step == "repair":
        return repaired(read, asked.case, asked.findings, rates, draw)
    return verified(read, asked.case, rates, draw)


def _obeying(step: str, value: dict[str, Any], orders: str) -> dict[str, Any]:
    """What a gullible model answers once the article gives it orders."""
    if not orders:
        return value
    if step == "verify":
        return {"flags": []}
    if step == "score":
        best = {"score": 5, "answer": True}
        return {
            name: {key: best.get(key, told) for key, told in one.items()}
            if isinstance(one, dict)
            else one
            for name, one in value.items()
        }
    command = _COMMANDED.search(orders)
    label = raised(command["word"].strip()) if command else "As ordered"
    return value | {"final_diagnosis": label, "case_prompt": f"{value['case_prompt']} {orders}"}
