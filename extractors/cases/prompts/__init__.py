"""What models are told, step by step: templates, and the version that goes into every row."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

from extractors.cases.answers import Extracted, Repaired, Scored, Verified

Step = Literal["score", "extract", "repair", "verify"]
Messages = list[dict[str, str]]

# Longer articles are cut to this; every prompt says so.
MOST_WORDS = 6000


@dataclass(frozen=True, slots=True)
class Prompt:
    """A step's prompt: its number goes up by hand, its hash by itself."""

    step: Step
    number: int
    answer: type[BaseModel]

    @property
    def system(self) -> str:
        """What is the same for every article, and so can be cached by a provider."""
        template = _environment().get_template(f"{self.step}.system.j2")
        return template.render(most_words=f"{MOST_WORDS:,}")

    @property
    def version(self) -> str:
        """`step-number-hash`; the hash is of the wording and of the answer's schema."""
        return _version(self)

    def messages(self, **material: str) -> Messages:
        """The system message, and a user message that holds this material, fenced already."""
        user = _environment().get_template(f"{self.step}.user.j2").render(**material)
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]


PROMPTS: dict[Step, Prompt] = {
    "score": Prompt("score", 1, Scored),
    "extract": Prompt("extract", 1, Extracted),
    "repair": Prompt("repair", 1, Repaired),
    "verify": Prompt("verify", 1, Verified),
}


@cache
def _environment() -> Environment:
    # What is rendered is text for a model; nothing in it is HTML.
    files = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=files, undefined=StrictUndefined, autoescape=False)  # noqa: S701


@cache
def _version(prompt: Prompt) -> str:
    user = (Path(__file__).parent / f"{prompt.step}.user.j2").read_text(encoding="utf-8")
    schema = json.dumps(prompt.answer.model_json_schema(), sort_keys=True)
    told = json.dumps([prompt.system, user, schema]).encode()
    return f"{prompt.step}-{prompt.number}-{hashlib.sha256(told).hexdigest()[:12]}"
