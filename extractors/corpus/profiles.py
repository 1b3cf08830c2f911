"""A case as it is compared with others, so that its text is read for that only once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from extractors.corpus.similarity import Runs, Sketch, kept_runs, runs_of, sketch_of
from extractors.corpus.traits import Sex, Traits, traits_of
from schemas.article import pmcid_number
from schemas.case import Scores, Statement


@dataclass(frozen=True, slots=True)
class Standing:
    """What makes one telling of a report better than another: scores, then grounding."""

    transparency: int | None = None
    integrative: int | None = None
    thoroughness: int | None = None
    exact_quotes: float = 0.0

    @classmethod
    def of(cls, scores: Scores, statements: Iterable[Statement]) -> Standing:
        """The standing of a case."""
        exact = [statement.status == "exact" for statement in statements]
        share = sum(exact) / max(1, len(exact))
        return cls(scores.transparency, scores.integrative, scores.thoroughness, share)

    def rank(self, pmcid: str) -> tuple[float, ...]:
        """Sorts the better of two tellings first; of equals the lower PMCID."""
        scores = (self.transparency, self.integrative, self.thoroughness)
        judged = (-(score or 0) for score in scores)
        return (*judged, -self.exact_quotes, pmcid_number(pmcid))


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a case finds its relatives. `digest` changes with anything that decides them."""

    pmcid: str
    digest: str
    text_sketch: Sketch
    prompt_sketch: Sketch
    youngest: int | None
    oldest: int | None
    sex: Sex | None
    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    authors: tuple[str, ...]
    standing: Standing

    @property
    def traits(self) -> Traits:
        """The traits of the case."""
        known = self.youngest is not None and self.oldest is not None
        return Traits(
            age=(self.youngest or 0, self.oldest or 0) if known else None,
            sex=self.sex,
            labels=frozenset(self.labels),
            numbers=frozenset(self.numbers),
            authors=frozenset(self.authors),
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """The runs of words of a case, which are looked at only where its profile resembles another."""

    pmcid: str
    text_runs: Runs
    prompt_runs: Runs


@dataclass(frozen=True, slots=True)
class ProfiledCase(Profile):
    """A profile with its wording, as they are kept."""

    text_runs: Runs
    prompt_runs: Runs


def profile(
    pmcid: str,
    text: str,
    prompt: str,
    labels: Iterable[str],
    authors: Iterable[str],
    standing: Standing,
) -> ProfiledCase:
    """The profile of a case; the first of the labels is its diagnosis, the others are aliases."""
    told, asked = runs_of(text), runs_of(prompt)
    traits = traits_of(text, prompt, labels, authors)
    text_runs, prompt_runs = kept_runs(told), kept_runs(asked)
    labels, numbers, authors = (
        tuple(sorted(names)) for names in (traits.labels, traits.numbers, traits.authors)
    )
    decides = repr((traits.age, traits.sex, labels, numbers, authors)).encode()
    digest = hashlib.sha256(b"\0".join((decides, text_runs, prompt_runs))).hexdigest()
    return ProfiledCase(
        pmcid=pmcid,
        digest=digest[:20],
        text_sketch=sketch_of(told),
        prompt_sketch=sketch_of(asked),
        youngest=traits.age[0] if traits.age else None,
        oldest=traits.age[1] if traits.age else None,
        sex=traits.sex,
        labels=labels,
        numbers=numbers,
        authors=authors,
        standing=standing,
        text_runs=text_runs,
        prompt_runs=prompt_runs,
    )
