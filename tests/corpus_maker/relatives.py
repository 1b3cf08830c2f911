"""Reports of which some are planted as duplicates or relatives of others, by kind.

The words of the planters are their own, so that nothing is found because it was planted by the
finder's list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from extractors.jats import read
from tests.corpus_maker.article import make_planned
from tests.corpus_maker.plan import Plan

DUPLICATES = ("respaced", "added", "shortened", "reworded", "reworded throughout", "patient anew")
RELATIVES = ("one patient, one team", "one patient, other team", "family", "series")
DECOYS = ("one team, other disease",)

_SAME = {
    "showed": "demonstrated",
    "revealed": "disclosed",
    "was admitted": "was taken in",
    "because of": "owing to",
    "however": "yet",
    "therefore": "for that reason",
    "diagnosed": "identified",
    "symptoms": "complaints",
    "complaints": "troubles",
    "treatment": "therapy",
    "began": "started",
    "started": "was begun",
    "had been": "used to be",
    "examination": "inspection",
    "patient": "person in our care",
    "patients": "those affected",
    "hospital": "clinic",
    "years": "yrs",
    "weeks": "wks",
    "without": "lacking",
    "normal": "within limits",
    "described": "set out",
    "found": "seen",
    "reported": "told of",
    "after": "following",
    "before": "prior to",
    "blood": "the blood",
    "and": "as well as",
    "but": "though",
    "with": "together with",
    "in the": "within the",
    "of the": "belonging to the",
    "was": "proved to be",
    "were": "turned out to be",
}
_KNOWN = re.compile(rf"\b(?:{'|'.join(sorted(_SAME, key=len, reverse=True))})\b")
_ADVERBS = ("evidently", "in fact", "again", "as expected", "clearly", "at that time", "indeed")
_LEADS = ("Of note, ", "At this point ", "As to the details, ", "It is worth adding that ", "")
_SUBJECTS = (
    *("The literature", "Our experience", "A registry", "The pathway", "A recent review"),
    *("Histology", "The differential", "Genetic testing", "The mechanism", "Early imaging"),
    *("A cohort", "The guideline", "Delayed therapy", "Serology", "The natural course"),
    *("Referral", "Surveillance", "The prognosis", "A trial", "The receptor", "Complement"),
    *("An autopsy series", "The burden", "Screening", "Adherence", "The threshold"),
)
_VERBS = (
    *("suggests", "rarely explains", "has clarified", "argues against", "depends on", "supports"),
    *("cannot exclude", "is shaped by", "still lacks", "mirrors", "outweighs", "precedes"),
    *("was linked to", "contrasts with", "accounts for", "obscures", "anticipates", "limits"),
)
_OBJECTS = (
    *("a slower loss of function", "the age at onset", "regional variation", "residual disease"),
    *("an immune trigger", "the choice of agent", "relapse in the first year", "late referral"),
    *("the response to steroids", "a shared exposure", "the cost of imaging", "false negatives"),
    *("mitochondrial stress", "barrier failure", "the yield of biopsy", "dose reduction"),
    *("a bimodal distribution", "occupational history", "renal clearance", "vascular remodelling"),
    *("small numbers", "antibody titres", "the paediatric form", "quality of life"),
)
_TAILS = (
    *("in tropical regions", "among carriers", "when follow-up is short", "in older cohorts"),
    *("despite adequate sampling", "beyond the second decade", "under immunosuppression"),
    *("as two groups have noted", "at least in part", "in the absence of fever", "after surgery"),
    *("although reports conflict", "on multivariable analysis", "in resource-poor settings"),
)
_STOCK = (
    "Written informed consent was obtained from the patient for publication of this case report "
    "and any accompanying images.",
    "A copy of the written consent is available for review by the editor of this journal on "
    "request.",
    "The authors declare that they have no competing interests.",
    "To the best of our knowledge, this is the first such case to be reported in the literature.",
    "The patient had no significant past medical history and took no regular medication.",
    "On physical examination, the patient was alert and oriented to person, place and time.",
    "The remainder of the physical examination was unremarkable, and vital signs were stable.",
    "There was no family history of malignancy, and the patient denied smoking or alcohol use.",
    "Further studies with larger numbers of patients are needed to confirm these findings.",
    "The postoperative course was uneventful and the patient was discharged on the fifth day.",
    "Clinicians should be aware of this entity, since early recognition may prevent complications.",
    "Laboratory tests, including complete blood count, electrolytes and liver function tests, were "
    "within normal limits.",
)
_DECADE = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties")
_OLD = re.compile(r"\b(?:an? )?(\d{2})-year-old (man|woman)\b")


@dataclass(frozen=True, slots=True)
class Report:
    """A report, and of which earlier one it is a duplicate, a relative or a decoy, and how."""

    pmcid: str
    text: str
    prompt: str
    labels: tuple[str, ...]
    authors: tuple[str, ...]
    kind: str | None = None
    of: str | None = None


def report(index: int, seed: int, duplicates: float = 0.03, related: float = 0.02) -> Report:
    """The report at a place of a corpus, from its place, the seed and the shares alone."""
    draw = Random(f"relatives {seed} {index}")
    kind = _kind(draw.random(), draw, duplicates, related) if index else None
    if kind is None:
        return _base(index, seed)
    of = next(i for i in _earlier(draw, index) if _is_base(i, seed, duplicates, related))
    if kind in RELATIVES:
        made = _relative(index, of, seed, kind)
    elif kind in DECOYS:
        first, other = _base(of, seed), _base(index, seed)
        # Of one disease they would be a series.
        authors = (*first.authors[:3], *other.authors[:1])
        made = other if set(first.labels) & set(other.labels) else replace(other, authors=authors)
    else:
        made = _duplicate(_base(of, seed), kind, draw)
    return replace(made, pmcid=_pmcid(index), kind=kind, of=_pmcid(of))


def _pmcid(index: int) -> str:
    return f"PMC{9_000_100_000 + index}"


def _kind(drawn: float, draw: Random, duplicates: float, related: float) -> str | None:
    if drawn < duplicates:
        return draw.choice(DUPLICATES)
    if drawn < duplicates + related:
        return draw.choice(RELATIVES)
    return draw.choice(DECOYS) if drawn < duplicates + related + 0.01 else None


def _is_base(index: int, seed: int, duplicates: float, related: float) -> bool:
    draw = Random(f"relatives {seed} {index}")
    return not index or _kind(draw.random(), draw, duplicates, related) is None


def _earlier(draw: Random, index: int) -> list[int]:
    start = int(draw.random() * index)
    return [*range(start, -1, -1)]


@lru_cache(maxsize=256)
def _base(index: int, seed: int) -> Report:
    return _told(Plan(index, None), seed)


def _told(planned: Plan, seed: int) -> Report:
    made = make_planned(planned, seed)
    article = read(made.xml)
    text, truth = article.text, made.truth
    start = text.find(truth.breakpoint) if truth.breakpoint else -1
    before = text[: start if start > 0 else len(text) // 2]
    more = _discussion(Random(f"discussion {seed} {planned.index}"))
    labels = (truth.diagnosis, *truth.aliases)
    return Report(made.pmcid, f"{text}\n\n{more}", before[-2500:], labels, article.authors)


def _discussion(draw: Random) -> str:
    """What makes a report as long as real ones are, with the phrases that all of them share."""
    paragraphs = []
    for _ in range(4 + int(draw.random() * 6)):
        told = [_sentence(draw) for _ in range(5 + int(draw.random() * 6))]
        if draw.random() < 0.8:
            told.insert(int(draw.random() * len(told)), draw.choice(_STOCK))
        paragraphs.append(" ".join(told))
    return "\n\n".join([*paragraphs, " ".join(_STOCK[:3])])


def _sentence(draw: Random) -> str:
    parts = [draw.choice(part) for part in (_SUBJECTS, _VERBS, _OBJECTS, _TAILS)]
    if draw.random() < 0.5:
        parts += ["and", draw.choice(_VERBS), draw.choice(_OBJECTS)]
    if draw.random() < 0.4:
        parts.append(f"({draw.randrange(2, 97)} of {draw.randrange(98, 900)} published cases)")
    return " ".join(parts) + "."


def _duplicate(base: Report, kind: str, draw: Random) -> Report:
    if kind == "respaced":
        return replace(base, text=_respaced(base.text, draw), prompt=_respaced(base.prompt, draw))
    if kind == "added":
        return replace(base, text=f"{base.text}\n\n{_discussion(draw)}")
    if kind == "shortened":
        kept = len(base.text) // 2 + int(draw.random() * len(base.text) / 4)
        return replace(base, text=base.text[:kept])
    if kind == "patient anew":
        return replace(base, text=_anew(base.text, draw), prompt=_anew(base.prompt, draw))
    share = 1.0 if kind == "reworded throughout" else 0.4
    hand = draw.getrandbits(32)
    text, prompt = (_reworded(t, Random(hand), share) for t in (base.text, base.prompt))
    return replace(base, text=text, prompt=prompt)


def _respaced(text: str, draw: Random) -> str:
    text = re.sub(r", ", lambda _: draw.choice((", ", " ; ", " , ")), text)
    text = re.sub(r" ", lambda _: draw.choice((" ", " ", "\u00a0", "\n")), text)
    return text.replace("-", "\u2013").upper() if draw.random() < 0.3 else text


def _anew(text: str, draw: Random) -> str:
    """The patient in other words, and every sentence about them turned."""

    def other(match: re.Match[str]) -> str:
        years, what = int(match[1]), match[2]
        part = "early" if years % 10 < 4 else "late" if years % 10 > 6 else "mid"
        if not 20 <= years < 90:
            return f"a {what} aged {years} years"
        decade = f"in {'his' if what == 'man' else 'her'} {part} {_DECADE[years // 10 - 2]}"
        return draw.choice((f"a {what} {decade}", f"a {what} of {years} years"))

    text = _OLD.sub(other, text)
    sentences = re.split(r"(?<=[.]) ", text)
    told = [
        _reworded(one, draw, 1.0) if re.search(r"\b([Hh]e|[Ss]he|[Hh]is|[Hh]er)\b", one) else one
        for one in sentences
    ]
    return " ".join(told)


def _reworded(text: str, draw: Random, share: float) -> str:
    """Another writer's words in so many of the sentences."""
    told = []
    for sentence in re.split(r"(?<=[.]) ", text):
        if draw.random() >= share:
            told.append(sentence)
            continue
        sentence = _KNOWN.sub(lambda m: _SAME[m[0]] if draw.random() < 0.6 else m[0], sentence)
        words = sentence.split(" ")
        for _ in range(len(words) // 14):
            words.insert(1 + int(draw.random() * len(words)), draw.choice(_ADVERBS))
        told.append(draw.choice(_LEADS) + " ".join(words))
    return " ".join(told)


def _relative(index: int, of: int, seed: int, kind: str) -> Report:
    if kind.startswith("one patient"):
        made = _told(Plan(index, "related", None, of), seed)
        if kind == "one patient, other team":
            made = replace(made, authors=_base(index, seed).authors)
        return made
    made = _told(Plan(index, "related", "relative", of), seed)
    tie = {
        "family": "A sibling of this patient is known to us with the same condition.",
        "series": "This patient belongs to the series that we follow at our department.",
    }[kind]
    return replace(made, text=f"{tie} {made.text}")
