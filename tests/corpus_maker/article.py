"""One article whole: patient, story, front matter, XML, metadata, and the truth about it."""

from __future__ import annotations

import hashlib
import html
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.corpus_maker import jats
from tests.corpus_maker.layouts import Section, lay_out
from tests.corpus_maker.patient import Patient, make_patient, second_patient
from tests.corpus_maker.phrases import Phrase, Teller, phrase
from tests.corpus_maker.plan import EXPECTED, Plan, Rates, plan
from tests.corpus_maker.story import ABOUT_THE_PATIENT, Author, Paragraph, Rewording, Story

FIRST_NUMBER = 9_000_100_000
_FIRST_PMID = 900_100_000
_TAG = re.compile(r"<[^>]+>")
_LICENCES = (
    ("CC BY",) * 76 + ("CC BY-NC",) * 16 + ("CC BY-NC-SA",) * 4 + ("CC0",) * 3 + ("CC BY-SA",)
)
_CASE_SUBJECTS = ("Case Report",) * 6 + (
    "Case Reports",
    "CASE REPORT",
    "Clinical Case Report",
    "Case report",
)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A diagnosis that the article weighs, with the sentences for and against it."""

    name: str
    speaks_for: str | None
    speaks_against: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted in an article; sentences are as a reader sees them, without citations."""

    diagnosis: str
    aliases: tuple[str, ...]
    breakpoint: str | None
    alternatives: tuple[Alternative, ...]
    kind: str | None
    manner: str | None
    duplicate_of: str | None
    related_to: str | None
    expected_stage: str | None
    expected_reason: str | None


@dataclass(frozen=True, slots=True)
class MadeArticle:
    """An article as PMC would serve it, and the truth about it."""

    pmcid: str
    version: int
    xml: bytes
    metadata: dict[str, Any]
    entered: date
    truth: Truth


@dataclass(slots=True)
class Telling:
    """A story with the sections that hold it and the pen that wrote it."""

    patient: Patient
    story: Story
    sections: list[Section]
    teller: Teller


def make_article(
    index: int,
    seed: int,
    rates: Rates,
    amend: Callable[[jats.Front], jats.Front] | None = None,
) -> MadeArticle:
    """The article at a place of the corpus of this seed, its front matter amended if wanted."""
    return make_planned(plan(index, seed, rates), seed, amend)


def make_planned(
    planned: Plan, seed: int, amend: Callable[[jats.Front], jats.Front] | None = None
) -> MadeArticle:
    """The article of a plan that somebody else drew up."""
    told = _tell(planned, seed)
    draw = Random(f"casebook front {seed} {planned.index}")
    teller = Teller(draw.random, told.patient.seed, told.teller.names)
    front = _front(planned, seed, told, draw)
    if amend:
        front = amend(front)
    xml = _xml(planned, front, told, teller)
    return MadeArticle(
        pmcid=f"PMC{front.number}",
        version=front.version,
        xml=xml,
        metadata=_metadata(planned, front, xml),
        entered=front.published + timedelta(days=int(draw.random() * 40)),
        truth=_truth(planned, told),
    )


def _tell(planned: Plan, seed: int) -> Telling:
    """The story: of this patient, or once more of an earlier one."""
    source = planned.index if planned.of is None else planned.of
    wording = source if planned.kind == "duplicate" else planned.index
    facts = Random(f"casebook patient {seed} {source}")
    patient = make_patient(facts, animal=planned.kind == "animal")
    if planned.manner == "relative":
        patient = second_patient(facts, patient)
    words = Random(f"casebook words {seed} {wording}")
    teller = Teller(words.random, patient.seed, {})
    author = Author(teller, patient, _rewording(planned, seed, patient))
    if planned.kind == "not_english":
        return _in_another_language(patient, teller)
    if planned.kind == "not_case_report":
        return _of_a_cohort(patient, author)
    if planned.kind == "several_patients":
        other = Author(teller, second_patient(facts, patient))
        return _of_two(patient, author, other)
    return _of_one(planned, patient, author)


def _rewording(planned: Plan, seed: int, patient: Patient) -> Rewording | None:
    if planned.manner not in ("reworded", "patient_anew"):
        return None
    words = Random(f"casebook rewording {seed} {planned.index}")
    teller = Teller(words.random, patient.seed, {})
    if planned.manner == "reworded":
        return Rewording(teller, share=0.08)
    return Rewording(teller, kinds=ABOUT_THE_PATIENT)


def _of_one(planned: Plan, patient: Patient, author: Author) -> Telling:
    teller, story = author.teller, Story()
    weighs = planned.kind != "no_differential"
    story.title = author.say("title" if teller.chance(0.92) or not weighs else "blind_title")
    if teller.chance(0.06):
        story.title = _in_capitals(story.title)
    story.parts = _parts(planned, author, story, weighs=weighs)
    story.abstract = _abstract(author)
    sections = lay_out(story.parts, teller, usual=planned.kind == "too_short")
    if planned.manner == "added":
        _add(sections, author, planned)
    return Telling(patient, story, sections, teller)


def _parts(
    planned: Plan, author: Author, story: Story, *, weighs: bool
) -> dict[str, list[Paragraph]]:
    teller = author.teller
    if planned.kind == "too_short":
        opening = [[author.say("opening")]]
        parts = {"introduction": author.introduction(), "presentation": opening}
    else:
        known = planned.kind == "answer_in_prompt"
        tabled = teller.chance(0.35)
        parts = {
            "introduction": author.introduction(),
            "presentation": author.presentation("opening_known" if known else "opening"),
            "examination": author.examination(),
            "investigations": author.investigations(story, tabled=tabled, weighs=weighs),
        }
    parts["revelation"] = author.revelation(story)
    parts["aftermath"] = [] if planned.kind == "too_short" else author.aftermath()
    about = author.discussion()
    parts["weighing"] = author.weighing(story) if weighs else []
    if not weighs:
        about.append(author.say_some("unweighed", 4))
    if teller.chance(0.3):
        about[0].append(author.say("fillers"))
    parts["about"] = about
    parts["discussion"] = [about[0], *parts["weighing"], *about[1:]]
    parts["conclusion"] = author.conclusion()
    return parts


def _abstract(author: Author) -> list[Paragraph]:
    case = [author.sentences["abstract_case"][at] for at in range(3)]
    told = [author.teller.sentence(sentence) for sentence in case]
    return [[author.say("abstract_background")], told, [author.say("abstract_end")]]


def _add(sections: list[Section], author: Author, planned: Plan) -> None:
    """A further paragraph in the discussion, as a second version of a report may have."""
    words = Random(f"casebook addition {planned.index} {planned.of}")
    author.teller = Teller(words.random, author.patient.seed, author.teller.names)
    target = next((s for s in reversed(sections) if s.kind == "discussion"), sections[-1])
    target.paragraphs.append(author.say_some("added", 3 + int(words.random() * 3)))


def _of_two(patient: Patient, first: Author, second: Author) -> Telling:
    """Two patients in one report, each in a section with a number."""
    story = Story(title=first.say("two_cases_title"))
    sections = [
        Section(
            "Introduction",
            "intro",
            [[first.say("two_cases"), *first.introduction()[0]]],
            cites=True,
        )
    ]
    for number, author in enumerate((first, second), 1):
        told = author.presentation() + author.examination()
        told += author.investigations(story, tabled=False, weighs=True)
        told += author.revelation(Story() if number == 2 else story) + author.aftermath()
        sections.append(Section(f"Case {number}", "cases", told))
    first.teller.names.update(second.teller.names)
    discussed = [*first.weighing(story), *first.discussion()]
    sections.append(Section("Discussion", "discussion", discussed, cites=True))
    story.abstract = _abstract(first)
    return Telling(patient, story, sections, first.teller)


def _of_a_cohort(patient: Patient, author: Author) -> Telling:
    """A study of many patients, which is no case report."""
    story = Story(title=author.say("study_title"))
    told = author.say_some("cohort", 9)
    sections = [
        Section("Introduction", "intro", [author.say_some("about", 4)], cites=True),
        Section("Methods", "methods", [told[:4]]),
        Section("Results", "results", [told[4:]]),
        Section(
            "Discussion",
            "discussion",
            [author.say_some("unweighed", 5) + author.say_some("added", 3)],
            cites=True,
        ),
    ]
    story.abstract = [[author.say("abstract_background")], told[:2], [author.say("abstract_end")]]
    return Telling(patient, story, sections, author.teller)


@cache
def _languages() -> tuple[dict[str, Any], ...]:
    table = tomllib.loads(Path(__file__).with_name("foreign.toml").read_text("utf-8"))
    return tuple(
        {
            "code": entry["code"],
            "kind": entry["kind"],
            "headings": entry["headings"],
            "titles": tuple(map(phrase, entry["titles"])),
            "sentences": tuple(map(phrase, entry["sentences"])),
        }
        for entry in table["language"]
    )


def _in_another_language(patient: Patient, teller: Teller) -> Telling:
    language = teller.pick(_languages())
    said: tuple[Phrase, ...] = language["sentences"]
    story = Story(title=teller.sentence(teller.pick(language["titles"])))
    parts = (said[-2:], said[:-2], said[-5:])
    story.abstract = [[teller.sentence(teller.pick(part))] for part in parts]
    sections = [
        Section(title, kind, [[teller.sentence(told) for told in part]])
        for title, kind, part in zip(
            language["headings"], ("intro", "cases", "discussion"), parts, strict=True
        )
    ]
    teller.names.update(language=language["code"], subject=language["kind"])
    return Telling(patient, story, sections, teller)


def _in_capitals(title: str) -> str:
    return " ".join(
        word[:1].upper() + word[1:] if len(word) > 3 else word for word in title.split(" ")
    )


def _front(planned: Plan, seed: int, told: Telling, draw: Random) -> jats.Front:
    patient, kind = told.patient, planned.kind
    teller = Teller(draw.random, patient.seed, told.teller.names)
    on = date(2006, 1, 1) + timedelta(days=int(draw.random() ** 0.6 * 7500))
    journal, abbreviation = _journal(teller, patient)
    version = 1 if draw.random() < 0.9 else 2 if draw.random() < 0.9 else 10
    article_type, subject = "case-report", teller.pick(_CASE_SUBJECTS)
    if kind == "not_case_report":
        article_type, subject = teller.pick(
            (
                ("research-article", "Original Research"),
                ("review-article", "Review"),
                ("research-article", "Article"),
            )
        )
    elif draw.random() < 0.06 and "ase" in subject:
        article_type = "research-article"
    # Of reports in other languages some say so, some leave the language out.
    language = "en" if draw.random() < 0.9 else ""
    if kind == "not_english":
        language = told.teller.names["language"] if draw.random() < 0.7 else ""
    initials = "".join(word[0] for word in abbreviation.split()).lower()
    retracted = kind == "retracted"
    return jats.Front(
        number=FIRST_NUMBER + planned.index,
        version=version,
        pmid=_FIRST_PMID + planned.index if draw.random() < 0.93 else None,
        doi=f"10.5555/{initials}.{on.year}.{seed % 1000:03}{planned.index:07}",
        article_type=article_type,
        language=language,
        subject=told.teller.names["subject"] if kind == "not_english" else subject,
        specialty="Veterinary Medicine" if kind == "animal" else patient.disease.specialty,
        title=("RETRACTED: " if retracted and draw.random() < 0.4 else "") + _title(planned, told),
        journal=journal,
        abbreviation=abbreviation,
        publisher=teller.pick(patient.vocabulary.names["publishers"]),
        authors=_authors(planned, seed, patient),
        hospital=patient.hospital,
        published=on,
        volume=max(1, on.year - 2001),
        page=1 + int(draw.random() * 3000),
        licence="CC BY-NC-ND" if kind == "no_derivatives" else teller.pick(_LICENCES),
        retracted=retracted and draw.random() < 0.7,
        keywords=(patient.disease.inline, *(rival.name for rival in patient.rivals[:2])),
    )


def _title(planned: Plan, told: Telling) -> str:
    if planned.kind != "animal":
        return told.story.title
    return told.teller.sentence(_IN_AN_ANIMAL)


_IN_AN_ANIMAL = phrase("{label} in {person}[: a case report|| with {complaint}]")


def _journal(teller: Teller, patient: Patient) -> tuple[str, str]:
    names = patient.vocabulary.names
    field = "Veterinary Medicine" if patient.species else patient.disease.specialty
    last = field if teller.chance(0.5) or patient.species else teller.pick(names["journal_backs"])
    journal = (
        f"{teller.pick(names['journal_fronts'])} {teller.pick(names['journal_middles'])} {last}"
    )
    short = (word[:4] for word in journal.split() if word not in ("of", "in"))
    return journal, " ".join(short)


def _authors(planned: Plan, seed: int, patient: Patient) -> tuple[tuple[str, str], ...]:
    """The authors; a duplicate has the same, a related report two of them and some others."""
    if planned.of is None:
        return _group(Random(f"casebook authors {seed} {planned.index}"), patient, 3)
    before = _group(Random(f"casebook authors {seed} {planned.of}"), patient, 3)
    if planned.kind == "duplicate":
        return before
    others = _group(Random(f"casebook authors {seed} {planned.index}"), patient, 1)
    return (*others[:1], *before[:2], *others[1:])


def _group(draw: Random, patient: Patient, least: int) -> tuple[tuple[str, str], ...]:
    names = patient.vocabulary.names
    teller = Teller(draw.random, 0, {})
    fronts, backs, given = names["surname_fronts"], names["surname_backs"], names["given"]
    return tuple(
        (
            teller.pick(given)
            + (f" {'ABCDEFGHJKLMNPRST'[int(draw.random() * 17)]}." if draw.random() < 0.5 else ""),
            teller.pick(fronts) + teller.pick(backs),
        )
        for _ in range(least + int(draw.random() * 4))
    )


def _xml(planned: Plan, front: jats.Front, told: Telling, teller: Teller) -> bytes:
    story = told.story
    references = _references(teller, told.patient)
    floats = jats.table_xml(story.table) if story.table else ""
    if story.caption and teller.chance(0.5):
        floats += jats.figure_xml(story.caption)
    writer = jats.BodyWriter(teller, len(references))
    body = ""
    if planned.kind != "no_body":
        body = writer.body(told.sections, floats)
    if planned.manner == "respaced":
        body = _respaced(body, teller)
    abstract = jats.abstract_xml(story.abstract, teller)
    text = jats.article_xml(
        front, abstract, body, jats.back_xml(references, front.abbreviation), teller
    )
    xml = text.encode()
    if planned.kind == "truncated_xml":
        return xml[: int(len(xml) * (0.55 + 0.4 * teller.draw()))]
    return xml


_SPACINGS = (
    (". ", ".\n    "),
    (" × ", "×"),
    (" mmHg", "\u202fmmHg"),
    (" mm ", "\u00a0mm "),
    (" mg/L", "\u2009mg/L"),
    (", ", ",  "),
    ("-year-old", " year old"),
    (" g/L", "\u00a0g/L"),
    ("–", " – "),
    ("</p>\n<p>", " "),
)


def _respaced(body: str, teller: Teller) -> str:
    """The same words with other spaces, dashes and paragraphs."""
    for old, new in teller.some(_SPACINGS, 4):
        body = body.replace(old, new)
    return body


def _references(teller: Teller, patient: Patient) -> list[tuple[str, str, int]]:
    names = patient.vocabulary.names
    about = (patient.disease.label, *(rival.name for rival in patient.rivals))
    return [
        (
            f"{_surname(teller, names)} {teller.pick('ABCDEFGH')}",
            f"{teller.pick(_REFERENCE_LEADS)} {teller.pick(about)}",
            1992 + int(teller.draw() * 32),
        )
        for _ in range(4 + int(teller.draw() * 9))
    ]


_REFERENCE_LEADS = ("On", "Notes on", "Outcome of", "A review of", "Imaging of")


def _surname(teller: Teller, names: Mapping[str, tuple[str, ...]]) -> str:
    return teller.pick(names["surname_fronts"]) + teller.pick(names["surname_backs"])


def _metadata(planned: Plan, front: jats.Front, xml: bytes) -> dict[str, Any]:
    """The JSON that PMC keeps beside the article."""
    stem = f"PMC{front.number}.{front.version}"
    manuscript = planned.kind == "manuscript"
    right = hashlib.md5(xml, usedforsecurity=False).hexdigest()
    other = hashlib.md5(right.encode(), usedforsecurity=False).hexdigest()
    where = f"s3://pmc-oa-opendata/{stem}/{stem}"
    return {
        "pmcid": f"PMC{front.number}",
        "version": front.version,
        "pmid": front.pmid,
        "doi": front.doi,
        "mid": f"NIHMS{front.number % 10_000_000}" if manuscript else None,
        "title": plain(front.title),
        "citation": _citation(front),
        "is_pmc_openaccess": not manuscript,
        "is_manuscript": manuscript,
        "is_historical_ocr": False,
        "is_retracted": planned.kind == "retracted",
        "license_code": None if manuscript else front.licence,
        "pdf_url": f"{where}.pdf?md5={other}",
        "text_url": f"{where}.txt?md5={other[::-1]}",
        "xml_url": f"{where}.xml?md5={other if planned.kind == 'corrupt_md5' else right}",
    }


def _citation(front: jats.Front) -> str:
    on = front.published
    when = f"{on.year} {jats.MONTHS[on.month - 1]} {on.day}"
    return f"{front.abbreviation}. {when};{front.volume}:{front.page}. doi: {front.doi}"


def _truth(planned: Plan, told: Telling) -> Truth:
    disease, story = told.patient.disease, told.story
    of = None if planned.of is None else f"PMC{FIRST_NUMBER + planned.of}"
    stage, reason = EXPECTED.get(planned.kind or "", (None, None))
    return Truth(
        diagnosis=disease.label,
        aliases=(*disease.aliases, disease.short) if disease.short else disease.aliases,
        breakpoint=plain(story.breakpoint) or None,
        alternatives=tuple(
            Alternative(
                item.name,
                plain(item.speaks_for) if item.speaks_for else None,
                plain(item.speaks_against),
            )
            for item in story.weighed
        ),
        kind=planned.kind,
        manner=planned.manner,
        duplicate_of=of if planned.kind == "duplicate" else None,
        related_to=of if planned.kind == "related" else None,
        expected_stage=stage,
        expected_reason=reason,
    )


def plain(fragment: str) -> str:
    """An XML fragment as a reader sees it."""
    if "<" not in fragment and "&" not in fragment:
        return fragment
    return html.unescape(_TAG.sub("", fragment))
