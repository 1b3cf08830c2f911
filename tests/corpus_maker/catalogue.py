"""What articles are made of: diseases, sentences and names, read once in either spelling."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.corpus_maker.phrases import Phrase, phrase

_HERE = Path(__file__).parent
_AMERICAN = (
    ("aemi", "emi"),
    ("Haem", "Hem"),
    ("haem", "hem"),
    ("oedem", "edem"),
    ("oesoph", "esoph"),
    ("Phaeo", "Pheo"),
    ("tumour", "tumor"),
    ("leukaem", "leukem"),
    ("diarrhoea", "diarrhea"),
    ("coeliac", "celiac"),
    ("oestro", "estro"),
    ("paediat", "pediat"),
    ("ischaem", "ischem"),
    ("anaem", "anem"),
    ("caecum", "cecum"),
    ("Ménière", "Meniere"),
    ("calibre", "caliber"),
    ("centre", "center"),
    ("colour", "color"),
    ("favour", "favor"),
    ("mould", "mold"),
    ("necrotising", "necrotizing"),
    ("catheterisation", "catheterization"),
    ("virilisation", "virilization"),
    ("spirochaet", "spirochet"),
    ("ciclosporin", "cyclosporine"),
    ("neighbour", "neighbor"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen or measured; a sign names no test, a measure has an amount."""

    kind: str
    subject: Phrase
    result: Phrase


@dataclass(frozen=True, slots=True)
class Rival:
    """A disease that was thought of, and what argued against it."""

    name: str
    against: Phrase


@dataclass(frozen=True, slots=True)
class Disease:
    """All that a case of one disease is told from."""

    label: str
    inline: str
    short: str
    aliases: tuple[str, ...]
    specialty: str
    ages: tuple[int, int]
    sex: str
    nature: Phrase
    complaints: tuple[Phrase, ...]
    findings: tuple[Finding, ...]
    decisive: tuple[Finding, ...]
    treatment: tuple[Phrase, ...]
    rivals: tuple[Rival, ...]
    routine: tuple[tuple[str, Phrase], ...]
    tells_vitals: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in one spelling."""

    diseases: tuple[Disease, ...]
    sentences: dict[str, tuple[Phrase, ...]]
    names: dict[str, tuple[str, ...]]


@cache
def catalogue(american: bool) -> Catalogue:
    """The catalogue in American or British spelling."""
    spelling = _american if american else str
    names = {key: tuple(entries) for key, entries in _read("names.toml").items()}
    diseases = [
        _disease(entry, names["routine"], spelling)
        for number in (1, 2)
        for entry in _read(f"diseases_{number}.toml")["disease"]
    ]
    sentences = {
        key: tuple(phrase(source, spelling) for source in sources)
        for key, sources in _read("sentences.toml").items()
    }
    return Catalogue(tuple(diseases), sentences, names)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def _american(text: str) -> str:
    for british, american in _AMERICAN:
        text = text.replace(british, american)
    return text


def _disease(entry: dict[str, Any], routine: tuple[str, ...], spelling: Any) -> Disease:
    label = spelling(entry["label"])
    told = " ".join((*entry["findings"], *entry["alternatives"], *entry["decisive"])).casefold()
    panel = (line.partition("|") for line in routine)
    rivals = (line.partition(" :: ") for line in entry["alternatives"])
    return Disease(
        label=label,
        inline=inline(label),
        short=entry.get("short", ""),
        aliases=tuple(map(spelling, entry["aliases"])),
        specialty=entry["specialty"],
        ages=tuple(entry["ages"]),
        sex=entry["sex"],
        nature=phrase(entry["nature"], spelling),
        complaints=tuple(phrase(item, spelling) for item in entry["complaints"]),
        findings=tuple(_finding(item, spelling) for item in entry["findings"]),
        decisive=tuple(_finding(item, spelling) for item in entry["decisive"]),
        treatment=tuple(phrase(item, spelling) for item in entry["treatment"]),
        rivals=tuple(Rival(spelling(name), phrase(told, spelling)) for name, _, told in rivals),
        routine=tuple(
            (key, phrase(measure, spelling))
            for key, _, measure in panel
            if key.casefold() not in told
        ),
        tells_vitals=not re.search(r"\bpulse|temperature", told),
    )


def _finding(source: str, spelling: Any) -> Finding:
    for kind, mark in (("test", " => "), ("value", " = ")):
        subject, found, result = source.partition(mark)
        if found:
            return Finding(kind, phrase(subject, spelling), phrase(result, spelling))
    return Finding("sign", (), phrase(source, spelling))


def inline(name: str) -> str:
    """A label inside a sentence: small, unless a name or an abbreviation opens it."""
    return name if _PROPER.match(name) else name[0].lower() + name[1:]


_PROPER = re.compile(
    "Takotsubo|Addison|Sheehan|Creutzfeldt|Susac|Wernicke|Miller|Whipple|Lemierre|Q fever|Takayasu|"
    "Behçet|Castleman|POEMS|Budd|Wilson|Sweet|Gitelman|Fabry|Kawasaki|Langerhans"
)
