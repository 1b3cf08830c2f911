"""What is no case report is turned away before anything is read from it."""

from __future__ import annotations

import re

from extractors.language.wordlist import word_set
from schemas.article import Article
from schemas.reject import Reject

_CASE_REPORT = re.compile(r"\bcase[\s-]+(?:report|stud(?:y|ies)|presentation|series)s?\b", re.I)
_OTHER_REPORT = re.compile(r"\b(?:regional|technical|meeting|surveillance|outbreak) report\b", re.I)
_PERSON = re.compile(
    r"\b(?:patient|(?:wo)?m[ae]n|girl|boy|infant|neonate|newborn|child|fetus|foetus|"
    r"male|female|baby|year[\s-]old|yr[\s-]old|month[\s-]old|day[\s-]old|deceased|victim)s?\b",
    re.I,
)
_LEAST_BODY_WORDS = 50
_MOST_SUBJECTS = 3
# A tenth of English running words are among a few dozen; other languages share only stray ones.
_LEAST_ENGLISH = 0.18


def gate(article: Article) -> Reject | None:
    """Why the reader's stage does not hand this article on, if it does not."""
    words = article.text.split()
    if len(words) < _LEAST_BODY_WORDS:
        return Reject("no_body", f"the body has {len(words)} words", article.text[:200])
    return _language(article) or _kind(article)


def _language(article: Article) -> Reject | None:
    tag = (article.language or "en").casefold()
    if not tag.startswith("en"):
        return Reject("not_english", f"the article says its language is {tag}", article.title)
    words = re.findall(r"[^\W\d_]+", article.text[:12_000].casefold())
    known = sum(map(word_set("function_words").__contains__, words))
    if known < _LEAST_ENGLISH * len(words):
        share = known / max(1, len(words))
        return Reject("not_english", f"{share:.0%} of its words are common English", article.title)
    return None


def _kind(article: Article) -> Reject | None:
    """By type or subject; a report of a place or a method under that type has no patient in it."""
    typed = article.article_type.casefold() == "case-report"
    subject = next((item for item in article.subjects if _CASE_REPORT.search(item)), None)
    if not typed and subject is None:
        listed = ", ".join(article.subjects[:_MOST_SUBJECTS]) or "none"
        detail = f"type {article.article_type or 'unknown'}, subjects {listed}"
        return Reject("not_a_case_report", detail, article.title)
    other = next((item for item in article.subjects if _OTHER_REPORT.search(item)), None)
    if other is not None and subject is None:
        return Reject("not_a_case_report", f"its subject is {other}", article.title)
    if _PERSON.search(article.text) is None:
        return Reject("not_a_case_report", "no patient is spoken of", article.title)
    return None
