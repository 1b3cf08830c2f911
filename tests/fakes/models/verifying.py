"""Step 4 as a second model does it: what is wrong with a case, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.fakes.models.behaviour import Rates
from tests.fakes.models.diagnoses import naming
from tests.fakes.models.reading import Understood
from tests.fakes.models.words import coverage, holds, numbers, sentences_of, stems

_FAITHFUL = 0.75
_LONG = 30
_OF_CLAIMS = stems("speaks argues against supports favours excludes excluded makes think unlikely")
_CARRIED = 0.34
_MOST_SOURCES = 3
_SHORTEST_PROMPT = 40
_SHOWN = 0.5


def verified(
    read: Understood, case: Mapping[str, Any], rates: Rates, draw: Random
) -> dict[str, Any]:
    """The flags: faults, marks and false alarms at their rates."""
    flags = [flag for flag in _faults(read, case) if draw.random() < rates.catches]
    flags += [flag for flag in _withheld(read, case) if draw.random() < rates.marks]
    if draw.random() < rates.false_alarms:
        flags.append(draw.choice(_alarms(read, case, draw)))
    return {"flags": flags}


def _alarms(read: Understood, case: Mapping[str, Any], draw: Random) -> list[dict[str, Any]]:
    """What could be held against a sound case, with evidence that is there."""
    told = sentences_of(str(case.get("case_prompt", ""))) or [read.title]
    alarms = [
        _flag("unfaithful", draw.choice(told), "the article does not say so"),
        _flag("not_inferable", read.breakpoint or read.title, "without this nobody could know"),
    ]
    if case.get("statements"):
        quote = str(case["statements"][0].get("quote", ""))
        alarms.append(_flag("quote_does_not_carry_claim", quote, "this says something else", 1))
    return alarms


def _flag(kind: str, evidence: str, reason: str, statement: int | None = None) -> dict[str, Any]:
    return {"flag": kind, "statement": statement, "evidence": evidence, "reason": reason}


def _faults(read: Understood, case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prompt, label = str(case.get("case_prompt", "")), str(case.get("final_diagnosis", ""))
    yield from _of_prompt(read, prompt, label)
    names = [name.casefold() for name in read.answer.names]
    alike = stems(label) & stems(" ".join(read.answer.names))
    unknown = read.answer.disease is None and naming((label,)).search(read.whole)
    if label.casefold() not in names and not (unknown or len(alike) > len(stems(label)) / 2):
        yield _flag("wrong_diagnosis", read.telling, f"the authors diagnose {read.answer.label}")
    for number, one in enumerate(case.get("statements") or (), 1):
        fault = _of_statement(read, one)
        if fault:
            yield _flag("quote_does_not_carry_claim", str(one.get("quote", "")), fault, number)


def _of_prompt(read: Understood, prompt: str, label: str) -> Iterator[dict[str, Any]]:
    named = naming(tuple(filter(None, {*read.answer.names, label})))
    before = [(one, stems(one)) for one in read.sentences]
    for told in sentences_of(prompt):
        if named.search(told):
            yield _flag("answer_in_prompt", told, "the prompt names the answer")
        elif fault := _unfaithful(told, before, read.whole):
            yield _flag("unfaithful", told, fault)
    if len(prompt.split()) < _SHORTEST_PROMPT:
        yield _flag("not_inferable", read.breakpoint or read.title, "too little is told")


def _unfaithful(told: str, before: list[tuple[str, frozenset[str]]], whole: str) -> str | None:
    """Why a sentence is not the article's, if it is not."""
    if holds(whole, told):
        return None
    missing = set(stems(told))
    wanted, held = len(missing), []
    for _ in range(_MOST_SOURCES + told.count(";")):
        sentence, known = max(before, key=lambda one: len(missing & one[1]), default=("", None))
        if not known or not missing & known:
            break
        held.append(sentence)
        missing -= known
    if wanted and 1 - len(missing) / wanted < _FAITHFUL:
        return f"the article does not say {', '.join(sorted(missing)[:3])}"
    sources = set(numbers(whole if len(told.split()) > _LONG else " ".join(held)))
    strange = [number for number in numbers(told) if number not in sources]
    return f"the article does not say {strange[0]}" if strange else None


def _of_statement(read: Understood, statement: Mapping[str, Any]) -> str | None:
    """Why a quote does not carry its claim, if it does not."""
    quote = str(statement.get("quote", ""))
    if not holds(read.text, quote):
        return "the article does not say this"
    if coverage(_said(statement), stems(quote)) < _CARRIED:
        return "the quote speaks of something else"
    return None


def _said(statement: Mapping[str, Any]) -> frozenset[str]:
    """What a claim says beside the name of the diagnosis."""
    diagnosis = stems(str(statement.get("diagnosis", "")))
    return stems(str(statement.get("claim", ""))) - diagnosis - _OF_CLAIMS


def _withheld(read: Understood, case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A mark on each statement whose finding the prompt does not show."""
    prompt = str(case.get("case_prompt", ""))
    shown = stems(prompt)
    for number, one in enumerate(case.get("statements") or (), 1):
        quote = str(one.get("quote", ""))
        hidden = holds(read.text, quote) and not holds(prompt, quote)
        if hidden and coverage(_said(one), shown) < _SHOWN:
            yield _flag("rests_on_withheld", quote, "the prompt does not show this", number)
