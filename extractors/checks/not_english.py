"""The dataset's questions are in English."""

from __future__ import annotations

import re

from extractors.checks import Check
from extractors.language.sentences import sentence_spans
from extractors.language.wordlist import word_set
from schemas.article import Article
from schemas.case import Case
from schemas.reject import Reject

CHECK = Check(
    reason="not_english",
    says="Too few of the prompt's words are common English ones, or a sentence of it is in another "
    "language.",
    needs=("case_prompt",),
)
# Of English running words a third are among these; clipped notes have less.
_LEAST_ENGLISH = 0.15
_FEWEST_WORDS = 30
_FEWEST_IN_SENTENCE = 6
_MOST_FOREIGN = 0.12
# Four words running of letters that are not Latin; a lone Greek letter is a name of something.
_OTHER_SCRIPT = re.compile(
    r"(?:[^\W\d_\u0000-\u024f]{2,}\W+){3}[^\W\d_\u0000-\u024f]{2,}|[\u3040-\u9fff]{4,}"
)
_WORD = re.compile(r"[^\W\d_]+")


def check(case: Case, article: Article) -> Reject | None:
    """Whether the prompt is in English throughout."""
    prompt = case.case_prompt
    words = _WORD.findall(prompt.casefold())
    share = _share(words, "function_words")
    if len(words) >= _FEWEST_WORDS and share < _LEAST_ENGLISH:
        return CHECK.reject(f"{share:.0%} of its words are common English", prompt[:200])
    strange = _OTHER_SCRIPT.search(prompt)
    if strange is not None:
        return CHECK.reject("a sentence is in another script", strange[0])
    foreign = sum(map(word_set("foreign_words").__contains__, words))
    for start, end in sentence_spans(prompt) if foreign > 1 else ():
        told = _WORD.findall(prompt[start:end].casefold())
        if len(told) >= _FEWEST_IN_SENTENCE and _foreign(told):
            return CHECK.reject("a sentence is in another language", prompt[start:end])
    return None


def _foreign(words: list[str]) -> bool:
    other = _share(words, "foreign_words")
    return other > _MOST_FOREIGN and other > _share(words, "function_words")


def _share(words: list[str], listed: str) -> float:
    return sum(map(word_set(listed).__contains__, words)) / max(1, len(words))
