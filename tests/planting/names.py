"""Other ways to write the name of a disease, as people and models write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from random import Random

_SMALL = frozenset(
    {"of", "the", "with", "and", "in", "on", "to", "due", "by", "from", "a", "an", "secondary"}
    | {"related", "induced", "arising", "during", "after", "associated", "for", "at"}
)
_SPELLINGS = (
    (r"umor", "umour"),
    (r"umour", "umor"),
    (r"(?<=[a-z])emia\b", "aemia"),
    (r"aemia\b", "emia"),
    (r"(?<=[a-z])emic\b", "aemic"),
    (r"aemic\b", "emic"),
    (r"\b([Hh])em(?=[ao])", r"\1aem"),
    (r"\b([Hh])aem", r"\1em"),
    (r"haem", "hem"),
    (r"([a-z])hematoma", r"\1haematoma"),
    (r"(?<=[a-z])hemangio", "haemangio"),
    (r"\b([Ee])dema", "oedema"),
    (r"\b([Oo])edema", "edema"),
    (r"iarrhea", "iarrhoea"),
    (r"iarrhoea", "iarrhea"),
    (r"ediatric", "aediatric"),
    (r"eochromo", "aeochromo"),
    (r"\bPhaeo", "Pheo"),
    (r"esophag", "oesophag"),
    (r"leukaem", "leukem"),
    (r"leukem", "leukaem"),
    (r"haemoglobin", "hemoglobin"),
    (r"kalaem", "kalem"),
    (r"natraem", "natrem"),
    (r"'s\b", ""),
    (r"(?<=[a-z])-(?=[a-z])", " "),
    (r"\b([Tt])ype II\b", r"\1ype 2"),
    (r"\b([Tt])ype I\b", r"\1ype 1"),
    (r"\b([Tt])ype 1\b", r"\1ype I"),
)
_EPONYMS = re.compile(
    r"\b(Addison|Sheehan|Whipple|Takayasu|Castleman|Wilson|Sweet|Fabry|Kawasaki|Weil|Devic|"
    r"Goodpasture|Gitelman|Susac|Lemierre|Still)(?= (?:disease|syndrome))"
)
_PLURALS = (
    (r"oma$", "omas"),
    (r"oma$", "omata"),
    (r"fistula$", "fistulae"),
    (r"(cyst|tumour|tumor|fistula|hernia|abscess|leukemia|leukaemia|"
     r"lesion|infection|obstruction|embolism|aneurysm|teratoma|hematoma)$", r"\1s"),
    (r"abscesss$", "abscesses"),
    (r"thrombosis$", "thromboses"),
    (r"(pneumon|enter|arter|carditi?|encephal|pancreat|nephr|oste)itis$", r"\1itides"),
    (r"(cardiomyopath|encephalopath|neuropath|myopath|deficienc|porphyri)y$", r"\1ies"),
)  # fmt: skip
_SITES = frozenset({"thyroid", "lung", "breast", "colon", "scalp", "parotid", "brain", "neck"})


def camel(name: str, rng: Random) -> str:
    """The name as an identifier."""
    parts = re.findall(r"\w+", name)
    opened = [part[:1].upper() + part[1:] for part in parts]
    return rng.choice(
        (
            "".join(opened),
            "_".join(parts),
            "_".join(opened),
            "_".join(parts).lower(),
            "_".join(parts).upper(),
            opened[0].lower() + "".join(opened[1:]),
            "-".join(parts).lower() if len(parts) > 2 else "".join(opened),
        )
    )


def initials(name: str) -> str:
    """The letters that an author would take for a short form; none of a name that holds one."""
    if re.search(r"[A-Z]{3,}", name):
        return ""
    parts = (part for part in re.findall(r"[A-Za-z]+", name) if part.lower() not in _SMALL)
    return "".join(part[0].upper() for part in parts)


def other_spellings(name: str) -> Iterator[str]:
    """The name in the other English, without marks, without a hyphen or a genitive."""
    for old, new in _SPELLINGS:
        changed = re.sub(old, new, name)
        if changed != name:
            yield _like(changed, name)
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char)
    )
    if bare != name:
        yield bare
    if _EPONYMS.search(name):
        yield _EPONYMS.sub(r"\1's", name)
        yield _EPONYMS.sub(r"\1’s", name)


def _like(changed: str, name: str) -> str:
    return changed[:1].upper() + changed[1:] if name[:1].isupper() else changed


def other_forms(name: str) -> Iterator[str]:
    """The name in the plural, and its words in other orders that mean the same."""
    words = name.split()
    if re.search(r"[(),/;]", name) or len(words) > 8:
        return
    head, of, rest = name.partition(" of the ")
    if not of:
        head, of, rest = name.partition(" of ")
    plain = len(head.split()) <= 6 and not set(head.split()) & _SMALL
    if plain:
        for old, new in _PLURALS:
            if re.search(old, head):
                yield re.sub(old, new, head) + of + rest
    if of and plain and not set(rest.split()) & _SMALL:
        yield f"{rest} {head[:1].lower()}{head[1:]}"
        yield f"{head}, {rest}"
    if not of and 2 <= len(words) <= 4 and not set(words) & _SMALL and words[-1].islower():
        if words[0].casefold() in _SITES:
            yield f"{' '.join(words[1:])} of the {words[0].lower()}"
        elif words[-1] in ("disease", "syndrome"):
            if words[0].istitle():
                yield f"{words[-1]} of {' '.join(words[:-1])}"
        elif words[-1] not in ("disorder", "lesion"):
            yield f"{words[-1]}, {_small(' '.join(words[:-1]))}"


def _small(name: str) -> str:
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
