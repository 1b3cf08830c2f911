"""A prompt gives its answer away by less than its name: by its head, its parts, its eponym."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from extractors.cases.names import core
from extractors.language.diseases import diseases
from extractors.language.stems import content_stems, stem
from extractors.language.terms import mentions
from extractors.language.wordlist import word_set

# Two words this long that begin alike are forms of one.
_FORM = 6
_SPLIT = re.compile(r"[\s-]+")
# What keeps its capital inside a sentence is a person or a germ.
_EPONYM = re.compile(r"\b[A-Z][a-zß-öø-ÿ]{3,}")


@dataclass(frozen=True, slots=True)
class Giveaways:
    """Names that end a prompt, and sets of words that do so when one sentence holds them all."""

    names: tuple[str, ...]
    together: tuple[frozenset[str], ...]

    def given_by(self, sentence: str) -> bool:
        """Whether the sentence gives the answer away."""
        if mentions(sentence, self.names):
            return True
        held = content_stems(sentence)
        return any(all(_said(word, held) for word in words) for words in self.together)


def _said(word: str, held: tuple[str, ...]) -> bool:
    """Whether a sentence says a word or a longer or shorter form of it: herniation, hernia."""
    if word in held:
        return True
    return len(word) >= _FORM and any(
        len(other) >= _FORM and (other.startswith(word) or word.startswith(other)) for other in held
    )


def giveaways(
    label: str, aliases: Iterable[str], others: Iterable[str], short: dict[str, str]
) -> Giveaways:
    """What gives the label away; `others` are what title and firm phrases name beside it."""
    aliases, others = list(aliases), list(others)
    heads = _heads(label, *others)
    names = [label, *aliases, *_agents(label), *_EPONYM.findall(label)]
    names += [found.name for name in others for found in diseases(name) if _telling(found.name)]
    if any(stem(head) in _malignant() for head in heads + _last_words(label)):
        names += ["malignancy", "malignant"]
    names += [brief for brief, long in short.items() if mentions(long, [core(label), *heads])]
    together = {frozenset(content_stems(name)) for name in (core(label), *heads)}
    together |= _narrowed(label, *others)
    return Giveaways(
        tuple(dict.fromkeys(filter(None, names))),
        tuple(sorted(filter(None, together), key=sorted)),
    )


def _heads(*names: str) -> list[str]:
    """The last words of the diseases named, where one is telling by itself."""
    broad = word_set("broad_heads") | word_set("symptoms")
    return [head for head in _last_words(*names) if head.casefold() not in broad]


def _last_words(*names: str) -> list[str]:
    return [_SPLIT.split(disease.name)[-1] for name in names for disease in diseases(name)]


def _malignant() -> frozenset[str]:
    return frozenset(stem(word) for word in word_set("malignant_heads"))


def _agents(label: str) -> list[str]:
    """What a poisoning, an infection or a lack is of."""
    plain = word_set("loose_modifiers") | word_set("kinds_of_infection")
    found = []
    for disease in diseases(core(label)):
        *narrowing, head = disease.name.split()
        if head.casefold() in word_set("agent_heads"):
            found += [word for word in narrowing if word.casefold() not in plain and len(word) > 2]
    return found


def _narrowed(*names: str) -> set[frozenset[str]]:
    """Each broad head with each word that narrows it: "artery" and "occlusion"."""
    loose = {stem(word) for word in word_set("loose_modifiers")}
    broad = {stem(word) for word in word_set("broad_heads")}
    pairs: set[frozenset[str]] = set()
    for name in names:
        held = [word for word in content_stems(name) if word not in loose]
        heads = {word for word in held if word in broad}
        pairs |= {frozenset((word, head)) for word in held for head in heads if word != head}
    return pairs


def _telling(name: str) -> bool:
    return core(name).casefold() not in word_set("broad_heads") | word_set("symptoms")
