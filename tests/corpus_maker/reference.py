"""Rows of the reference's shape, with faults at known rates, as anybody's dataset may have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from extractors.jats import read
from tests.corpus_maker import MadeArticle, Rates, make_articles

# Shares of rows (of quotes for `ellipsis`) that have a fault; one row may have several.
SHARES = {
    "leak": 0.069,
    "squashed": 0.31,
    "underscored": 0.012,
    "ellipsis": 0.14,
    "invented": 0.02,
    "apart": 0.45,
    "question": 0.08,
    "no_quote": 0.01,
}
_SENTENCE = re.compile(r"(?<=[a-z%)])\. (?=[A-Z])")


@dataclass
class Planted:
    """The rows made so far, and how many units have which fault."""

    rows: int = 0
    quotes: int = 0
    reasons: int = 0
    faults: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SHARES, 0))

    def draws(self, fault: str, draw: Random) -> bool:
        """Whether this unit gets the fault; counted if so."""
        hit = draw.random() < SHARES[fault]
        self.faults[fault] += hit
        return hit


def reference_rows(
    count: int, seed: int, planted: Planted, longer: int = 0
) -> Iterator[dict[str, Any]]:
    """So many rows with the reference's ten columns; `longer` words are added to each text."""
    for number, article in enumerate(make_articles(count, seed, rates=Rates.clean())):
        yield _row(number, article, Random(f"reference {seed} {number}"), planted, longer)


def _row(
    number: int, made: MadeArticle, draw: Random, planted: Planted, longer: int
) -> dict[str, Any]:
    article = read(made.xml)
    truth = made.truth
    place = article.text.index(truth.breakpoint or "")
    prompt = _narrative(article.text[:place])
    label = truth.diagnosis[:1].upper() + truth.diagnosis[1:]
    planted.rows += 1
    if planted.draws("leak", draw):
        prompt += f" The findings were regarded as typical of {truth.diagnosis}."
    if planted.draws("question", draw):
        prompt += " What would you do next?"
    reasoning = _reasoning(made, article.text, draw, planted)
    text = f"{article.text}\n\n{_filler(article.text, draw, longer)}" if longer else article.text
    if planted.draws("apart", draw):
        text = _SENTENCE.sub(" . ", text)
    return {
        "Unnamed: 0": number,
        "pmcid": made.pmcid,
        "title": article.title,
        "journal": article.journal,
        "article_link": f"https://www.ncbi.nlm.nih.gov/pmc/articles/{made.pmcid}/",
        "publication_date": article.dates.publication,
        "text": text,
        "case_prompt": prompt,
        "diagnostic_reasoning": reasoning,
        "final_diagnosis": _label(label, draw, planted),
    }


def _narrative(before: str) -> str:
    """The paragraphs of the case, without the introduction and the titles."""
    blocks = [block for block in before.split("\n\n") if len(block.split()) > 6]
    return " ".join(blocks[1:] if len(blocks) > 2 else blocks).strip()


def _label(label: str, draw: Random, planted: Planted) -> str:
    words = label.split()
    if len(words) > 1 and planted.draws("squashed", draw):
        return "".join(word[:1].upper() + word[1:] for word in words)
    if len(words) > 1 and planted.draws("underscored", draw):
        return "_".join(words)
    return label


def _reasoning(made: MadeArticle, text: str, draw: Random, planted: Planted) -> str:
    quotes = [("Considered", each.name, each.speaks_against) for each in made.truth.alternatives]
    lines = []
    for number, (verb, name, said) in enumerate(quotes, 1):
        planted.reasons += 1
        if planted.draws("no_quote", draw):
            lines.append(f"{number}. {verb} {name} and put it aside")
            continue
        planted.quotes += 1
        words = (said if said in text else text[:80]).split()
        if planted.draws("invented", draw):
            words = ["Nobody", "ever", "wrote", "of", "this", *draw.sample(words, 3), "anywhere"]
        elif planted.draws("ellipsis", draw):
            words = [*words[:3], "…", *words[-3:]]
        lines.append(f"{number}. {verb} {name}—“{' '.join(words)}”")
    return "\n".join(lines)


def _filler(text: str, draw: Random, words: int) -> str:
    """Sentences that no other row shares, to bring a text to the length of a real one."""
    known = sorted(set(re.findall(r"[a-z]{3,}", text)))
    told = [draw.choice(known) for _ in range(words)]
    lines = [" ".join(told[at : at + 14]).capitalize() for at in range(0, words, 14)]
    return " ".join(f"{line}." for line in lines)
