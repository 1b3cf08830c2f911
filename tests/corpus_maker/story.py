"""A patient's case as one author tells it, and the sentences that were planted in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.corpus_maker.catalogue import Finding
from tests.corpus_maker.patient import Patient
from tests.corpus_maker.phrases import Phrase, Teller, capitalised

Paragraph = list[str]

_PLURALS = ("cytes", "phils", "lets", "erides", "bodies")
_ANEW = {"opening": "opening_anew"}
ABOUT_THE_PATIENT = frozenset(("opening", "past_history", "family", "social"))


@dataclass(frozen=True, slots=True)
class Rewording:
    """Another author's hand in a text: how often it takes the pen, by the kind of sentence."""

    teller: Teller
    share: float = 0.0
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighed:
    """An alternative as the discussion weighs it."""

    name: str
    speaks_for: str | None
    speaks_against: str


@dataclass(slots=True)
class Story:
    """Paragraphs of sentences, each an XML fragment, and the sentences that were planted."""

    title: str = ""
    abstract: list[Paragraph] = field(default_factory=list)
    parts: dict[str, list[Paragraph]] = field(default_factory=dict)
    breakpoint: str = ""
    weighed: list[Weighed] = field(default_factory=list)
    table: list[tuple[str, str]] = field(default_factory=list)
    caption: str = ""


class Author:
    """Tells a patient's case, sentence by sentence."""

    def __init__(
        self, teller: Teller, patient: Patient, rewording: Rewording | None = None
    ) -> None:
        self.teller = teller
        self.patient = patient
        self.rewording = rewording
        self.sentences = patient.vocabulary.sentences
        self._introduce()

    def say(self, kind: str, **names: str) -> str:
        """One sentence of a kind; where another hand takes the pen, in that one's words."""
        return self._say(kind, self.teller.pick(self.sentences[kind]), names)

    def say_some(self, kind: str, count: int) -> Paragraph:
        """So many sentences of a kind, no wording twice."""
        some = self.teller.some(self.sentences[kind], count)
        return [self._say(kind, told, {}) for told in some]

    def _say(self, kind: str, told: Phrase, names: Mapping[str, str]) -> str:
        teller, other = self.teller, self.rewording
        teller.names.update(names)
        sentence = teller.sentence(told)
        if other is None:
            return sentence
        if not (kind in other.kinds or other.teller.chance(other.share)):
            return sentence
        other.teller.names = teller.names
        anew = self.sentences[_ANEW.get(kind, kind) if other.kinds else kind]
        return other.teller.sentence(other.teller.pick(anew))

    def _introduce(self) -> None:
        patient, teller = self.patient, self.teller
        he, his, him = patient.pronouns
        words = teller.names
        words.update(
            he=he, his=his, him=him, man=patient.man, age=str(patient.age),
            label=patient.disease.inline,
            patient=patient.species or "patient", place=patient.place, hospital=patient.hospital,
            specialty=patient.disease.specialty.lower(), weight=str(patient.weight),
            past=patient.past[0], other_past=patient.past[1],
            drug=patient.drugs[0], other_drug=patient.drugs[1], brief="", panel="",
            person=_person(patient, teller.draw()), person_anew=_person(patient, 1.0),
            job_clause=_job(patient.job, teller.draw()), measure_after="appetite",
        )  # fmt: skip
        complaints = teller.some(patient.disease.complaints, 3)
        for name, told in zip(
            ("complaint", "other_complaint", "third_complaint"), complaints, strict=True
        ):
            words[name] = teller.tell(told)
        words["nature"] = teller.tell(patient.disease.nature)
        words["treatment"] = teller.tell(teller.pick(patient.disease.treatment))
        words["test"] = teller.tell(patient.decisive.subject)
        words["result"] = teller.tell(patient.decisive.result)
        words["rival"], words["other_rival"] = (rival.name for rival in patient.rivals[:2])

    # What the parts of a report say.

    def introduction(self) -> list[Paragraph]:
        return [self.say_some("intro", 3 + int(self.teller.draw() * 4))]

    def presentation(self, opening: str = "opening") -> list[Paragraph]:
        """How the patient came, and what had been before."""
        teller, patient = self.teller, self.patient
        first = [self.say(opening)]
        if patient.species:
            return [[*first, *self.say_some("animal_course", 3)]]
        first += self.say_some("course", 2 + int(teller.draw() * 3))
        kinds = ["past_history", "medication", "family", "negatives"]
        kinds.append("social" if patient.job else "child_social")
        told = [self.say(kind) for kind in teller.some(kinds, 3 + int(teller.draw() * 3))]
        return [first, told] if teller.chance(0.7) else [first + told]

    def examination(self) -> list[Paragraph]:
        """What was seen at the bedside."""
        signs = [_noun(self.teller, finding) for finding in self._found("sign")]
        told = [self.say("normal_signs")]
        while signs:
            told.append(
                self.say("sign", finding=signs.pop(), second=signs.pop() if signs else "no rash")
            )
        told = self.teller.some(told, len(told))
        if self.patient.disease.tells_vitals and not self.patient.species:
            told.insert(0, self.say("vitals"))
        return [told]

    def investigations(self, story: Story, *, tabled: bool, weighs: bool) -> list[Paragraph]:
        """What was measured and pictured, and what turned out normal."""
        teller = self.teller
        panel = self._panel(3 + int(teller.draw() * 4))
        values = [
            (teller.tell(item.subject), teller.tell(item.result)) for item in self._found("value")
        ]
        blood = [
            self.say("value", measure=measure, amount=amount, was=_was(measure))
            for measure, amount in values
        ]
        if values:
            teller.names["measure_after"] = values[0][0]
        if tabled:
            story.table = values + [_split_measure(item) for item in panel]
            blood = blood[:1]
        else:
            blood.append(self.say("routine", panel=_listed(panel)))
        imaging = []
        for finding in self._found("test"):
            subject, result = teller.tell(finding.subject), teller.tell(finding.result)
            imaging.append(self.say("test", test=subject, result=result))
            story.caption = f"{capitalised(subject)}: {result}"
        imaging += [
            self.say("against_told", against=teller.tell(rival.against))
            for rival in (self.patient.rivals if weighs else self.patient.rivals[:1])
        ]
        told = [teller.some(blood, len(blood)), teller.some(imaging, len(imaging))]
        if weighs and teller.chance(0.5):
            told[1].append(self.say("working"))
        return told if teller.chance(0.6) else [told[0] + told[1]]

    def revelation(self, story: Story) -> list[Paragraph]:
        """The result that settled it, and the diagnosis."""
        decisive = self.patient.decisive
        names = {
            "test": self.teller.tell(decisive.subject),
            "result": self.teller.tell(decisive.result),
        }
        story.breakpoint = self.say("decisive", **names)
        return [[story.breakpoint, self.say("diagnosis")]]

    def aftermath(self) -> list[Paragraph]:
        """Treatment and what came of it."""
        return [[self.say("treatment"), *self.say_some("outcome", 1 + int(self.teller.draw() * 2))]]

    def weighing(self, story: Story) -> list[Paragraph]:
        """Each alternative, for and against."""
        told = [self.say("weighing")] if self.teller.chance(0.6) else []
        for rival in self.teller.some(self.patient.rivals, len(self.patient.rivals)):
            speaks_for = None
            if self.teller.chance(0.45):
                speaks_for = self.say("alternative_for", rival=rival.name)
                told.append(speaks_for)
            against = self.teller.tell(rival.against)
            speaks_against = self.say("alternative_against", rival=rival.name, against=against)
            told.append(speaks_against)
            story.weighed.append(Weighed(rival.name, speaks_for, speaks_against))
        return [told] if len(told) < 5 else [told[:4], told[4:]]

    def discussion(self) -> list[Paragraph]:
        """What is known of the disease and what the case teaches."""
        teller = self.teller
        shown = teller.some(self.patient.findings, 2)
        names = {"evidence": _noun(teller, shown[0]), "second": _noun(teller, shown[1])}
        about = self._abbreviating() + self.say_some("about", 3 + int(teller.draw() * 2))
        lessons = self.say_some("lesson", 3 + int(teller.draw() * 3))
        told = [about, [self.say("support", **names), *lessons]]
        teller.names["label"] = self.patient.disease.inline
        return told

    def _abbreviating(self) -> Paragraph:
        """A sentence that gives the disease its abbreviation, used from there on."""
        names, short = self.teller.names, self.patient.disease.short
        if not short or self.teller.chance(0.5):
            return []
        names["label"] = f"{self.patient.disease.inline} ({short})"
        told = self.say("defined")
        names["label"] = short
        return [told]

    def conclusion(self) -> list[Paragraph]:
        return [self.say_some("conclusion", 1 + int(self.teller.draw() * 2))]

    def _found(self, kind: str) -> list[Finding]:
        return [finding for finding in self.patient.findings if finding.kind == kind]

    def _panel(self, count: int) -> list[str]:
        chosen = self.teller.some(self.patient.disease.routine, count)
        return [self.teller.tell(told) for _, told in chosen]


def _person(patient: Patient, draw: float) -> str:
    """The patient by age and sex, mostly in the usual words."""
    man, age = patient.man, patient.age
    article = "an" if age in (8, 11, 18) or 80 <= age < 90 else "a"
    if draw < 0.9:
        return f"{article} {age}-year-old {man}"
    return f"a {man} aged {age} years" if draw < 0.95 else f"a {man} of {age} years"


def _was(measure: str) -> str:
    return "were" if measure.endswith(_PLURALS) else "was"


def _job(job: str, draw: float) -> str:
    if not job or draw < 0.3:
        return ""
    article = "an" if job[0] in "aeiou" else "a"
    return f", {article} {job}," if draw < 0.75 else f" who worked as {article} {job}"


def _noun(teller: Teller, finding: Finding) -> str:
    """A finding as it stands inside a sentence."""
    result = teller.tell(finding.result)
    if finding.kind == "sign":
        return result
    subject = teller.tell(finding.subject)
    return f"{subject} of {result}" if finding.kind == "value" else f"{result} on {subject}"


def _split_measure(measured: str) -> tuple[str, str]:
    words = measured.split(" ")
    at = next(index for index, word in enumerate(words) if word[:1].isdigit())
    return " ".join(words[:at]), " ".join(words[at:])


def _listed(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"
