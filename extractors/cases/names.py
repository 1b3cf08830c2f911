"""A disease's name is written many ways; these take off what does not say which it is."""

from __future__ import annotations

import re

from extractors.language.diseases import is_head
from extractors.language.wordlist import word_set

_QUALIFIER = re.compile(
    r" (?:secondary to|due to|caused by|following|induced by|associated with|complicating|with|"
    r"of the|of|in the|in|after) .*$",
    re.IGNORECASE,
)
# A title says where: "a tumour in the lung" is a tumour of the lung.
_IN_PLACE = re.compile(r" (?:in|at|on) (?:the|his|her) (?!course|setting|context|presence|absence)")
# Words of these endings are adjectives and complaints, not people or germs.
_COMMON = re.compile(r"[A-Z][a-zß-öø-ÿ-]*(?:al|ic|ive|ous|ary|ed|oid|algia)")
_CAPITALISED = re.compile(r"[A-Z][a-zß-öø-ÿ]+(?:[-’'][A-Za-z]+)*")


def core(name: str) -> str:
    """The name without its cause and place, and without words that any disease may carry."""
    bare = _QUALIFIER.sub("", name) or name
    kept = [word for word in bare.split() if word.casefold() not in word_set("loose_modifiers")]
    return " ".join(kept) if kept else bare


def capitalised(name: str) -> str:
    """A name as it opens a line."""
    return name[:1].upper() + name[1:]


def plain_name(name: str, text: str) -> str:
    """A title's name as a label says it: small letters, and the place behind "of the"."""
    return _IN_PLACE.sub(" of the ", plain_case(name, text))


def plain_case(name: str, text: str) -> str:
    """A title's capitals taken off wherever the text itself mostly writes the word small."""

    def plain(match: re.Match[str]) -> str:
        return "".join(map(small, re.split(r"([-’'])", match[0])))

    def small(word: str) -> str:
        low = word.lower()
        if low in word_set("function_words"):
            return low
        as_is, as_low = text.count(word), text.count(low)
        return low if as_low > 0 and as_low >= as_is else word

    return _CAPITALISED.sub(plain, name)


def within(name: str) -> str:
    """A name inside a sentence: small letters but for eponyms, germs and abbreviations."""

    def small(match: re.Match[str]) -> str:
        word = match[0]
        common = _COMMON.fullmatch(word) or is_head(word)
        return word[0].lower() + word[1:] if common else word

    return re.sub(r"(?<![\w-])[A-Z][a-zß-öø-ÿ]+(?![\w’'-])", small, name)
