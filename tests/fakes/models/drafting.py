"""Steps 1 to 3 as a model does them: scores, a draft with its slips, and a draft mended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from tests.fakes.models.behaviour import Rates
from tests.fakes.models.diagnoses import naming
from tests.fakes.models.reading import Understood, Weighed
from tests.fakes.models.words import coverage, holds, lowered, raised, stems

_ASIDE = re.compile(r"\s*\([^()]*\)")
_BECAUSE = re.compile(r"\b(?:because|since|given that|the (?:fact|observation|finding) that|as)\s+")
_IMAGING = re.compile(
    r"\b(?:tomograph|radiograph|ultraso|echocardio|magnetic resonance|MRI\b|CT\b|scintigra|"
    r"angiogra|endoscop|x-ray)",
    re.I,
)
_INVENTED = (
    "A violet rash over both shins had been noted by a neighbour.",
    "Serum osmolality was 371 mOsm/kg on arrival.",
    "Slit-lamp inspection disclosed pinpoint opacities of the left cornea.",
    "Her canary had died of an unexplained paralysis in the preceding fortnight.",
    "Audiometry demonstrated a loss of 47 dB at high frequencies.",
)
_FEWEST_WORDS = 6
_LONG_QUOTE = 14
_MOST_SCORE = 5
_ENOUGH = 2


def scored(read: Understood, rates: Rates, draw: Random) -> dict[str, Any]:
    """Step 1: the five criteria, each with a quote."""
    told, excluded = read.narrative, [one for one in read.weighed if one.bears == "excludes"]
    measured = [one for one in told if re.search(r"\d", one)]
    first = told[0] if told else read.title
    weighing = excluded[0].sentence if excluded else first
    stated = read.breakpoint or first

    def judged(score: float, reason: str, quote: str) -> dict[str, Any]:
        wrong = draw.choice((-1, 1)) if draw.random() < rates.misjudges else 0
        bounded = min(_MOST_SCORE, max(1, round(score) + wrong))
        return {"score": bounded, "reason": reason, "quote": quote}

    known = bool(told) and bool(naming(read.answer.names).search(told[0]))
    tells = bool(read.answer.label and read.breakpoint)
    return {
        "thoroughness": judged(
            1 + len(told) / 6 + len(measured) / 8, "what is told of the case", first
        ),
        "differential": {
            "answer": len({one.name.casefold() for one in excluded}) >= _ENOUGH,
            "reason": f"{len(excluded)} sentences weigh other diagnoses",
            "quote": weighing,
        },
        "integrative": judged(
            2 + len(measured) / 5 - 2 * known, "history, signs and tests together", stated
        ),
        "transparency": judged(1 + len(read.weighed), "each alternative has its reason", weighing),
        "stated_diagnosis": {"answer": tells, "reason": "the diagnosis is told", "quote": stated},
        "single_human_patient": read.single and read.human,
        "imaging_dependent": bool(_IMAGING.search(read.breakpoint)),
        "specialty": read.answer.disease.specialty if read.answer.disease else "General medicine",
    }


def extracted(read: Understood, rates: Rates, draw: Random) -> dict[str, Any]:
    """Step 2: the case as a question, with this model's slips."""
    prompt, at = _prompt(read, rates, draw)
    label = read.answer.label
    rivals = [one.name for one in read.weighed]
    if rivals and draw.random() < rates.mislabels:
        label = raised(draw.choice(rivals))
    return {
        "breakpoint": at,
        "case_prompt": prompt,
        "final_diagnosis": label,
        "final_diagnosis_aliases": list(read.answer.aliases) if label == read.answer.label else [],
        "final_diagnosis_parent": None,
        "statements": _statements(read, rates, draw),
    }


def _prompt(read: Understood, rates: Rates, draw: Random) -> tuple[str, str]:
    """The prompt and the breakpoint."""
    told: list[str] = []
    for number, one in enumerate(read.narrative):
        if number and draw.random() < rates.drops:
            continue
        said = _condensed(one) if draw.random() < rates.condenses else one
        if told and number > 1 and draw.random() < rates.merges and told[-1].endswith("."):
            told[-1] = f"{told[-1][:-1]}; {lowered(said)}"
        else:
            told.append(said)
    if draw.random() < rates.invents:
        told.insert(draw.randrange(1, len(told) + 1) if told else 0, draw.choice(_INVENTED))
    at = read.breakpoint
    if draw.random() < rates.leaks:
        leak, at = _leak(read, at)
        told.append(leak)
    return " ".join(told), at


def _leak(read: Understood, at: str) -> tuple[str, str]:
    """The sentence that tells the answer, and the breakpoint moved behind it."""
    named = naming(read.answer.names)
    place = read.sentences.index(at) if at in read.sentences else 0
    for number in range(place, len(read.sentences) - 1):
        if named.search(read.sentences[number]):
            return read.sentences[number], read.sentences[number + 1]
    return f"The picture was that of {lowered(read.answer.label)}.", at


def _condensed(sentence: str) -> str:
    """The sentence without asides, and without its last clause if enough is left."""
    short = _ASIDE.sub("", sentence)
    head, comma, _ = short.rpartition(", ")
    if comma and len(head.split()) >= _FEWEST_WORDS and "; " not in short:
        return f"{head}."
    return short


def _statements(read: Understood, rates: Rates, draw: Random) -> list[dict[str, Any]]:
    reasons = [_reason(one) for one in read.weighed]
    reasons += [_supporting(read, one) for one in read.supports]
    for reason in reasons:
        words = reason["quote"].split(" ")
        if len(words) >= _LONG_QUOTE and draw.random() < rates.ellipses:
            left = draw.randrange(5, len(words) - 7)
            reason["quote"] = f"{' '.join(words[:left])} … {' '.join(words[left + 3 :])}"
        if draw.random() < rates.alters:
            reason["quote"] = _altered(reason["quote"], draw)
    return reasons


def _reason(weighed: Weighed) -> dict[str, Any]:
    told = _BECAUSE.split(weighed.sentence.rstrip("."), maxsplit=1)[-1]
    told = re.split(r"; |, which ", told)[0].removeprefix("However, ").removeprefix("Yet, ")
    verb = "speaks against" if weighed.bears == "excludes" else "makes one think of"
    claim = f"{raised(told)}: this {verb} {weighed.name}"
    return {
        "claim": claim,
        "quote": weighed.sentence,
        "bears": weighed.bears,
        "diagnosis": raised(weighed.name),
    }


def _supporting(read: Understood, sentence: str) -> dict[str, Any]:
    told = " ".join(_ASIDE.sub("", sentence).rstrip(".").split(" ")[:16]).rstrip(",;:")
    return {
        "claim": f"{told}: this supports {lowered(read.answer.label)}",
        "quote": sentence,
        "bears": "supports",
        "diagnosis": read.answer.label,
    }


def _altered(quote: str, draw: Random) -> str:
    """The quote with words that the article does not have."""
    words = quote.split(" ")
    place = draw.randrange(max(1, len(words) - 2))
    words[place : place + 2] = ["remarkably", "vermilion", "stigmata"]
    return " ".join(words)


def repaired(
    read: Understood, case: Mapping[str, Any], findings: str, rates: Rates, draw: Random
) -> dict[str, Any]:
    """Step 3: the draft with what the findings name mended, or by bad luck as it was."""
    clean = extracted(read, Rates.perfect(), draw)
    kept = {name: told if case.get(name) is None else case[name] for name, told in clean.items()}
    if draw.random() >= rates.mends:
        return kept
    kept["breakpoint"] = clean["breakpoint"]
    prompt = _mended_prompt(read, str(kept["case_prompt"]))
    statements = _mended_statements(read, kept["statements"], clean["statements"], findings)
    label = str(kept["final_diagnosis"])
    right = label.casefold() in (name.casefold() for name in read.answer.names)
    if not right or re.search(r"label|diagnosis is|wrong_diagnosis", findings):
        kept["final_diagnosis"] = clean["final_diagnosis"]
        kept["final_diagnosis_aliases"] = clean["final_diagnosis_aliases"]
    if (prompt, statements) == (kept["case_prompt"], kept["statements"]):
        prompt, statements = clean["case_prompt"], clean["statements"]
    return kept | {"case_prompt": prompt, "statements": statements}


def _mended_prompt(read: Understood, prompt: str) -> str:
    """The sentences of the narrative that the prompt told, in the article's words."""
    said = stems(prompt)
    told = [one for one in read.narrative if coverage(stems(one), said) >= 0.6]
    if not told or prompt == " ".join(told):
        return prompt
    return " ".join(told)


def _mended_statements(
    read: Understood, given: Any, clean: list[dict[str, Any]], findings: str
) -> list[dict[str, Any]]:
    """Statements that nothing is wrong with, and true ones in the place of the others."""
    known = {(one["diagnosis"].casefold(), one["bears"]): one for one in clean}
    kept = []
    for one in given if isinstance(given, list) else []:
        quote = str(one.get("quote", ""))
        sound = holds(read.text, quote) and quote[:40] not in findings
        key = (str(one.get("diagnosis", "")).casefold(), one.get("bears"))
        mended = one if sound else known.get(key)
        if mended is not None and mended not in kept:
            kept.append(mended)
    return kept or clean
