"""A label is one disease in plain words, as a clinician would write it."""

from __future__ import annotations

import re
from functools import cache

from extractors.checks import Check
from extractors.language.diseases import is_head
from extractors.language.heads import head_of
from extractors.language.stems import content_stems
from extractors.language.wordlist import word_set, words
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="bad_label",
    says="The label is written as an identifier or in capitals, is too long, a sentence or a "
    "question, names several entities, or is a listed symptom, family of diseases or procedure.",
    needs=("final_diagnosis",),
)
_MOST_WORDS = 20
_OPENS = re.compile(
    r"^(?-i:[Tt]he|[Aa]n?|[Tt]his)\s|^(?:patient|(?:final )?diagnos|case of|likely|possible|"
    r"probable|suspected|presumed|rule out|r/o|history of|no|not|unknown|undetermined|other)\b",
    re.IGNORECASE,
)
_FAULTS = (
    (re.compile(r"^\W*$"), "is empty"),
    (re.compile(r"_"), "has underscores"),
    (re.compile(r"[a-z]{3,}[A-Z][A-Za-z]{2,}"), "is written in CamelCase"),
    (re.compile(r"^[A-Z]{2,}[^a-z]*\s[^a-z]*[A-Z]{5,}[^a-z]*$|^[A-Z]{10,}$"), "is in capitals"),
    (re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+){2,}$"), "has no spaces"),
    (re.compile(r"^\W*(?:ICD\S*\s)?[A-Z]\d\d(?:\.\d+)?\W*$"), "is a code"),
    (re.compile(r"[\n\t]|^\s|\s$| {2}"), "has stray spaces"),
    (re.compile(r"[.?!:]$|\?"), "is a sentence or a question"),
    (
        re.compile(r"\b(?:was|were|is|are|has|had|presented|diagnos\w+|differential)\b", re.I),
        "is a sentence",
    ),
    (re.compile(r";|\s\+\s|\s/\s|\b(?:vs\.?|versus|and/or|or|as well as)\s"), "names several"),
    (re.compile(r"^\W*1[.)]"), "is a list"),
    (_OPENS, "opens as no name does"),
)
# One thing with its cause, its place or what it came with: what joins then joins those.
_TIED = re.compile(
    r"\b(?:with|due|secondary|caused|after|following|from|(?<!-)(?:associated|related|induced)|complicat\w+|"
    r"of (?!the\b)|during|by)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*,\s*(?:and\s)?|\s+(?:and|&)\s+|\s*/\s*")
_PREFIX = re.compile(r"^(?:pseudo|poly|hemi|micro|macro|pan|osteo)(?=[a-z]{4})", re.I)


def check(case: Case, article: Article) -> Reject | None:
    """Whether the label has the form of one."""
    label = case.final_diagnosis
    for pattern, fault in _FAULTS:
        if pattern.search(label):
            return CHECK.reject(f"the label {fault}", label)
    count = len(label.split())
    if count > _MOST_WORDS:
        return CHECK.reject(f"the label has {count} words", label)
    if _several(label):
        return CHECK.reject("the label names several", label)
    kind = _symptom(label) or _family(label) or _procedure(label)
    return CHECK.reject(f"the label is {kind}", label) if kind else None


def _several(label: str) -> bool:
    """Whether a disease stands on both sides of "and", a comma or a stroke."""
    first, *others = _JOINED.split(re.sub(r"\([^)]*\)", "", label))
    if "&" in label and others and _names_disease(others[-1]):
        return bool(_words(first) - _words_of(("organs",)))
    named = any(map(_names_disease, others))
    return named and _names_disease(first) and not _TIED.search(first)


def _names_disease(part: str) -> bool:
    last = _last_word(head_of(part))
    return is_head(last) or is_head(_PREFIX.sub("", last))


def _last_word(name: str) -> str:
    return re.split(r"\s+", name.strip(" -"))[-1]


def _symptom(label: str) -> str | None:
    first = re.split(r"\s*,\s*|\s+(?:and|with|of|in|at|for|on|since|after)\s+", label)[0]
    listed = _entries("symptoms")
    bare = _words(first) - _words_of(("loose_modifiers", "courses"))
    whole = _words(label) - _words_of(("loose_modifiers", "courses"))
    found = {_words(first), whole, bare, bare - _words_of(("organs",))} & listed
    return "a symptom" if found else None


def _family(label: str) -> str | None:
    if {_words(label), _words(head_of(label))} & _entries("not_families"):
        return None
    loose = _words(label) - _words_of(("loose_modifiers",))
    bare = loose - (_words_of(("organs", "not_telling")) - _words("cell"))
    known = {bare, loose} & _entries("families") or loose in _entries("bare_families")
    return "a family of diseases" if known else None


def _procedure(label: str) -> str | None:
    last = _last_word(head_of(label)).casefold()
    return "a procedure" if re.fullmatch("|".join(words("procedure_heads")), last) else None


def _words(name: str) -> frozenset[str]:
    return frozenset(content_stems(name))


@cache
def _entries(listed: str) -> frozenset[frozenset[str]]:
    return frozenset(map(_words, word_set(listed)))


@cache
def _words_of(lists: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(_words(entry) for listed in lists for entry in word_set(listed)))
