"""A card that people and Casebook write together: ours stands between marks, the rest is theirs."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import yaml

from flows.errors import CasebookError

_MARK = re.compile(r"^<!-- casebook:(begin|end) ([\w-]+)(?: (\w+))? -->[ \t]*$", re.M)
_KEY = re.compile(r"^([A-Za-z_][\w.-]*|\"[^\"]+\"|'[^']+'):", re.M)
_OURS = ("configs", "dataset_info", "license", "size_categories")
_TOGETHER = ("language", "task_categories", "tags")
_NAMED = ("configs", "dataset_info")


@dataclass(frozen=True, slots=True)
class Merged:
    """A card, and the parts of ours in which somebody had written."""

    text: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    stamp: str | None
    words: str
    start: int
    end: int

    @property
    def is_edited(self) -> bool:
        return self.stamp is not None and self.stamp != _stamp(self.words)


def yaml_value(text: str) -> Any:
    """What YAML says, by the parser in C where there is one: metadata of a schema are long."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def yaml_block(told: dict[str, Any]) -> str:
    """Metadata as they stand in a card."""
    text: str = yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1000)
    return text


def extended(card: str, name: str, words: str) -> str:
    """Our card with more words at the end of a part."""
    end = f"<!-- casebook:end {name} -->"
    return card.replace(end, f"\n{words}\n{end}")


def stamped(text: str) -> str:
    """The text with the digest of each part in its mark, by which an edit is seen later."""
    for part in reversed(_parts(text, "the card")):
        text = text[: part.start] + _marked(part.name, part.words) + text[part.end :]
    return text


def merged(theirs: str, ours: str, where: str) -> Merged:
    """Their card with our parts and our metadata as they are now.

    Each of our parts takes the place of its former self, or stands behind the part that comes
    before it in ours. What somebody wrote inside a part is kept above it, outside the marks.
    """
    their_head, their_body = _split(theirs)
    our_head, our_body = _split(ours)
    body, kept = _merged_body(their_body, our_body, where)
    head = _merged_head(their_head, our_head, where)
    return Merged(f"---\n{head}---\n{body}", kept)


def _split(text: str) -> tuple[str, str]:
    text = text.replace("\r\n", "\n")
    found = re.match(r"---\n(.*?)^---[ \t]*\n?", text, re.S | re.M)
    return (found[1], text[found.end() :]) if found else ("", text)


def _merged_body(theirs: str, ours: str, where: str) -> tuple[str, tuple[str, ...]]:
    parts = _parts(ours, "the card")
    kept = []
    for number, part in enumerate(parts):
        new = _marked(part.name, part.words)
        there = {each.name: each for each in _parts(theirs, where)}
        if part.name in there:
            old = there[part.name]
            if old.is_edited:
                kept.append(part.name)
                new = f"{old.words.strip()}\n\n{new}"
            theirs = theirs[: old.start] + new + theirs[old.end :]
        else:
            before = next((p.name for p in reversed(parts[:number]) if p.name in there), None)
            place = there[before].end if before else len(theirs)
            gap = "\n\n" if theirs[:place].strip() else ""
            theirs = f"{theirs[:place].rstrip()}{gap}{new}\n{theirs[place:]}"
    return theirs, tuple(kept)


def _parts(text: str, where: str) -> list[_Part]:
    marks = list(_MARK.finditer(text))
    parts = []
    for begin, end in zip(marks[::2], marks[1::2], strict=False):
        if (begin[1], end[1]) != ("begin", "end") or begin[2] != end[2]:
            break
        words = text[begin.end() : end.start()]
        parts.append(_Part(begin[2], begin[3], words, begin.start(), end.end()))
    if len(parts) * 2 != len(marks) or len({part.name for part in parts}) != len(parts):
        raise CasebookError(
            f"in {where} the marks <!-- casebook:begin ... --> and <!-- casebook:end ... --> do "
            "not go in pairs, each once: mend them there, or remove all of them"
        )
    return parts


def _marked(name: str, words: str) -> str:
    stamp = _stamp(words)
    return f"<!-- casebook:begin {name} {stamp} -->\n{words.strip()}\n<!-- casebook:end {name} -->"


def _stamp(words: str) -> str:
    lines = [line.rstrip() for line in words.strip().splitlines()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _merged_head(theirs: str, ours: str, where: str) -> str:
    """Their metadata as they wrote them, but for the keys that are ours or of both."""
    new = yaml_value(ours) or {}
    try:
        old = yaml_value(theirs) or {}
    except yaml.YAMLError:
        old = None
    if not isinstance(old, dict):
        raise CasebookError(f"in {where} the metadata at the top are no YAML: mend them there")
    blocks = _blocks(theirs)
    for key, value in new.items():
        told = _merged_value(key, old.get(key), value)
        if key not in old or told != old[key]:
            blocks[key] = yaml_block({key: told})
    return "".join(blocks.values())


def _merged_value(key: str, old: Any, new: Any) -> Any:
    if key in _NAMED and isinstance(old, list):
        named = {item["config_name"] for item in new}
        theirs = [i for i in old if not isinstance(i, dict) or i.get("config_name") not in named]
        return [*new, *theirs]
    if key in _TOGETHER and old is not None:
        theirs = old if isinstance(old, list) else [old]
        return [*theirs, *(item for item in new if item not in theirs)]
    return new if key in _OURS or old is None else old


def _blocks(text: str) -> dict[str, str]:
    """The text of each key, with the comments above it."""
    starts = [(found.start(), found[1].strip("\"'")) for found in _KEY.finditer(text)]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    blocks = {"": text[: starts[0][0]] if starts else text}
    for (start, name), end in zip(starts, ends, strict=False):
        blocks[name] = text[start:end]
    return {name: _line_ended(block) for name, block in blocks.items()}


def _line_ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"
