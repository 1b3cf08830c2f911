"""Faulty cases, made on purpose, show whether a verifier sees faults; none is ever published."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from extractors.language.sentences import Sentence, article_sentences, sentence_spans, word_count
from extractors.language.stems import content_stems
from extractors.language.terms import mentions
from extractors.language.wordlist import words
from schemas.article import Article, Span
from schemas.case import Case, Statement, Verdict

Kind = Literal["answer_in_prompt", "invented_finding", "swapped_label", "swapped_quote"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The flags by which a fault of each kind is caught.
CAUGHT_BY: dict[Kind, frozenset[str]] = {
    "answer_in_prompt": frozenset({"answer_in_prompt"}),
    "invented_finding": frozenset({"unfaithful"}),
    "swapped_label": frozenset({"wrong_diagnosis"}),
    "swapped_quote": frozenset({"quote_does_not_carry_claim"}),
}
_SALT = "casebook planted"
_ANSWERS = (
    "The picture was that of {label}.",
    "The findings were regarded as typical of {label}.",
    "The patient was already known to have {label}.",
)
_QUOTE_WORDS = range(6, 41)
_NOT_QUOTED = frozenset({"consent", "end_matter"})


@dataclass(frozen=True, slots=True)
class Planted:
    """A faulty case for the verifier's eyes; its id is no PMCID, so nothing can publish it.

    `fault` holds the words that were planted.
    """

    id: str
    source: str
    kind: Kind
    fault: str
    case: Case


@dataclass(frozen=True, slots=True)
class KindScore:
    """How many planted cases of one kind a verifier judged, and caught."""

    kind: Kind
    judged: int
    caught: int


@dataclass(frozen=True, slots=True)
class VerifierScore:
    """How well a verifier told faulty cases from others; rates are null where none was judged."""

    kinds: tuple[KindScore, ...]
    sound: int
    flagged: int

    @property
    def planted(self) -> int:
        """How many planted cases it judged."""
        return sum(item.judged for item in self.kinds)

    @property
    def caught(self) -> int:
        """How many of them it turned away for their fault."""
        return sum(item.caught for item in self.kinds)

    @property
    def catch_rate(self) -> float | None:
        """The share of planted cases that were turned away for their fault."""
        return self.caught / self.planted if self.planted else None

    @property
    def false_alarm_rate(self) -> float | None:
        """The share of cases that had passed all checks and were turned away nevertheless.

        An upper bound: some of them may be faulty in ways that the checks do not see.
        """
        return self.flagged / self.sound if self.sound else None


def planted_count(sound: int, share: float = 0.02, least: int = 20) -> int:
    """How many cases are planted among so many sound ones: none twice from one case."""
    return min(sound, max(least, math.ceil(share * sound)))


def chosen(
    pmcids: Iterable[str], *, salt: str = _SALT, share: float = 0.02, least: int = 20
) -> dict[str, Kind]:
    """Which sound cases to plant a fault in, and of which kind.

    Each PMCID has its place and its kind for good, so that more cases change few choices.
    """
    ranked = sorted((_number(salt, pmcid), pmcid) for pmcid in set(pmcids))
    count = planted_count(len(ranked), share, least)
    queues: dict[Kind, list[tuple[int, str]]] = {kind: [] for kind in KINDS}
    for number, pmcid in ranked:
        queues[KINDS[number % len(KINDS)]].append((number, pmcid))
    turns = sorted(
        (turn, number, pmcid, kind)
        for kind, queue in queues.items()
        for turn, (number, pmcid) in enumerate(queue)
    )
    return {pmcid: kind for _, _, pmcid, kind in turns[:count]}


def plant(case: Case, article: Article, kind: Kind, *, salt: str = _SALT) -> Planted:
    """A faulty case of a sound one; a fault that the article has no room for becomes another."""
    number = _number(f"{salt} {kind}", case.pmcid)
    made = _MAKERS[kind](case, article, number)
    if made is None:
        kind, made = "answer_in_prompt", _answer_in_prompt(case, article, number)
    faulty, fault = made
    name = f"planted-{kind}-{number:016x}"
    return Planted(name, case.pmcid, kind, fault, replace(faulty, pmcid=name))


def score_of_verifier(verdicts: Iterable[tuple[str, Verdict]], turned_away: int) -> VerifierScore:
    """Catch rates by kind and the false-alarm rate, from verdicts by the ids they are about.

    Caught is what was turned away with a flag that fits the fault, since one who flags all alike
    catches nothing. Whether a case is sound cannot be known for sure: those that were judged, and
    those `turned_away`, are to be cases that passed every check.
    """
    judged: Counter[Kind] = Counter()
    caught: Counter[Kind] = Counter()
    sound = 0
    for name, verdict in verdicts:
        kind = next((kind for kind in KINDS if name.startswith(f"planted-{kind}-")), None)
        if kind is None:
            sound += 1
            continue
        judged[kind] += 1
        caught[kind] += not verdict.passed and bool(CAUGHT_BY[kind] & {*verdict.flags})
    kinds = tuple(KindScore(kind, judged[kind], caught[kind]) for kind in KINDS if judged[kind])
    return VerifierScore(kinds, sound + turned_away, turned_away)


def _number(salt: str, pmcid: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt} {pmcid}".encode()).digest()[:8])


def _answer_in_prompt(case: Case, article: Article, number: int) -> tuple[Case, str]:
    label = case.final_diagnosis
    plain = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return _told(case, _ANSWERS[number % len(_ANSWERS)].format(label=plain), number)


def _invented_finding(case: Case, article: Article, number: int) -> tuple[Case, str] | None:
    """A finding of which neither the article nor the prompt says a word."""
    told = f"{article.title}\n{article.abstract}\n{article.text}\n{case.case_prompt}"
    held = set(content_stems(told))
    entries = (line.partition(" | ") for line in words("invented_findings"))
    strange = [told for word, _, told in entries if not held & set(content_stems(word))]
    return _told(case, strange[number % len(strange)], number) if strange else None


def _swapped_label(case: Case, article: Article, number: int) -> tuple[Case, str] | None:
    """One of the diagnoses that the authors dismissed, in place of theirs."""
    own = {
        stem
        for name in (case.final_diagnosis, *case.final_diagnosis_aliases)
        for stem in content_stems(name)
    }
    others = [
        item.diagnosis
        for item in case.statements
        if item.bears == "excludes"
        and not own & set(content_stems(item.diagnosis))
        and not mentions(case.case_prompt, [item.diagnosis])
    ]
    if not others:
        return None
    label = others[number % len(others)]
    faulty = replace(
        case, final_diagnosis=label, final_diagnosis_aliases=(), final_diagnosis_parent=None
    )
    return faulty, label


def _swapped_quote(case: Case, article: Article, number: int) -> tuple[Case, str] | None:
    """Under one of the claims, a sentence of the article that shares no word of meaning with it."""
    sentences = [
        item
        for item in article_sentences(article)
        if item.kind not in _NOT_QUOTED and word_count(item.text) in _QUOTE_WORDS
    ]
    first = number % max(1, len(case.statements))
    for at in (*range(first, len(case.statements)), *range(first)):
        claimed = case.statements[at]
        strange = [item for item in sentences if _strange(item, claimed)]
        if strange:
            put = strange[number % len(strange)]
            changed = replace(
                claimed, quote=put.text, spans=(Span(put.start, put.end),), status="exact"
            )
            statements = (*case.statements[:at], changed, *case.statements[at + 1 :])
            return replace(case, statements=statements), put.text
    return None


def _strange(sentence: Sentence, claimed: Statement) -> bool:
    """Whether a sentence says nothing of what a statement is about."""
    about = content_stems(f"{claimed.claim}\n{claimed.quote}\n{claimed.diagnosis}")
    return not set(about) & set(content_stems(sentence.text))


def _told(case: Case, sentence: str, number: int) -> tuple[Case, str]:
    """The sentence told behind one of those of the prompt."""
    prompt, ends, start = case.case_prompt, [], 0
    for block in prompt.split("\n"):
        ends += [start + end for _, end in sentence_spans(block)]
        start += len(block) + 1
    place = ends[number % len(ends)] if ends else len(prompt)
    told = f"{prompt[:place]} {sentence}{prompt[place:]}"
    return replace(case, case_prompt=told), sentence


_Maker = Callable[[Case, Article, int], "tuple[Case, str] | None"]
_MAKERS: dict[Kind, _Maker] = {
    "answer_in_prompt": _answer_in_prompt,
    "invented_finding": _invented_finding,
    "swapped_label": _swapped_label,
    "swapped_quote": _swapped_quote,
}
