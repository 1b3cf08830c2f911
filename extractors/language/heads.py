"""What of a disease's name gives it away: its head with the words that qualify it."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractors.language.diseases import is_head
from extractors.language.stems import content_stems, stem
from extractors.language.wordlist import word_set

# Behind these stands where it is, what brought it about or what came with it.
_TAIL = re.compile(
    r"\s*[,(]|\s+(?:of|in|on|at|with|without|from|by|after|following|during|due to|caused by|"
    r"secondary to|related to|associated with|complicat\w+|presenting|mimicking|masquerading|"
    r"arising|unrelated|to|involving|affecting|supplied|induced by|and)\s",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def core_names(name: str) -> tuple[str, ...]:
    """The head of the name with its qualifiers, and that without the loose ones, if they tell."""
    head = head_of(name)
    loose = _listed("loose_modifiers")
    cores = (head, _bare(head, loose), _bare(head, loose | _listed("organs")))
    found = (core for core in cores if core and core != name and _tells(core))
    return tuple(dict.fromkeys(found))


def head_of(name: str) -> str:
    """A name without what stands behind it: place, cause and company."""
    return _TAIL.split(name.strip(), maxsplit=1)[0].strip(" -–,")


def _bare(core: str, loose: frozenset[str]) -> str:
    """The words from the first on that is not loose."""
    words = core.split()
    while words and stem(words[0]) in loose:
        words.pop(0)
    return " ".join(words)


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(stem(word) for entry in word_set(name) for word in entry.split())


def _tells(core: str) -> bool:
    """Whether the words name one disease: a telling word beside a head, or a head that tells."""
    words = re.split(r"[\s/-]+", core)
    if not words or not is_head(words[-1]):
        return False
    vague = _vague()
    telling = [word for word in content_stems(core) if word not in vague]
    if len(words) == 1:
        return len(telling) == 1 and len(core) > 5
    return bool(telling)


@cache
def _vague() -> frozenset[str]:
    lists = ("broad_heads", "symptoms", "loose_modifiers", "organs", "not_telling")
    return frozenset().union(*map(_listed, lists))
