"""The patient of a report: who they are and what they had, whoever tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.corpus_maker.catalogue import Catalogue, Disease, Finding, Rival, catalogue

_OF_ANIMALS = frozenset(
    {
        "Constrictive pericarditis",
        "Phaeochromocytoma",
        "Insulinoma",
        "Addison disease",
        "Myasthenia gravis",
        "Visceral leishmaniasis",
        "Leptospirosis",
        "Pulmonary nocardiosis",
        "Disseminated histoplasmosis",
        "Bullous pemphigoid",
        "Lead poisoning",
        "Gastrointestinal stromal tumour",
    }
)
_PRONOUNS = {"male": ("he", "his", "him"), "female": ("she", "her", "her"), "": ("it", "its", "it")}
_ADULT = 18


@dataclass(frozen=True, slots=True)
class Patient:
    """Everything that two reports of one patient have in common."""

    seed: int
    american: bool
    disease: Disease
    age: int
    sex: str
    species: str
    job: str
    past: tuple[str, str]
    drugs: tuple[str, str]
    place: str
    hospital: str
    weight: int
    findings: tuple[Finding, ...]
    decisive: Finding
    rivals: tuple[Rival, ...]

    @property
    def man(self) -> str:
        """What the patient is called."""
        if self.species:
            return self.species
        grown = self.age >= _ADULT
        return {"male": ("boy", "man"), "female": ("girl", "woman")}[self.sex][grown]

    @property
    def pronouns(self) -> tuple[str, str, str]:
        """He, his, him."""
        return _PRONOUNS["" if self.species else self.sex]

    @property
    def vocabulary(self) -> Catalogue:
        """The catalogue in the spelling of the patient's doctors."""
        return catalogue(self.american)


def make_patient(draw: Random, *, animal: bool = False) -> Patient:
    """A patient with one of the diseases."""
    american = draw.random() < 0.5
    words = catalogue(american)
    listed = words.diseases
    if animal:
        british = zip(catalogue(False).diseases, words.diseases, strict=True)
        listed = tuple(disease for plain, disease in british if plain.label in _OF_ANIMALS)
    disease = _one(draw, listed)
    sex = disease.sex if disease.sex != "any" else _one(draw, ("male", "female"))
    if sex == disease.sex and draw.random() < 0.15 and not _for_one_sex(disease):
        sex = "female" if sex == "male" else "male"
    low, high = disease.ages
    age = low + int(draw.random() * (high - low + 1))
    place = _one(draw, words.names["places"])
    return Patient(
        seed=draw.getrandbits(64),
        american=american,
        disease=disease,
        age=2 + int(draw.random() * 12) if animal else age,
        sex=sex,
        species=_one(draw, words.names["animals"]) if animal else "",
        job=_one(draw, words.names["jobs"]) if age >= _ADULT and not animal else "",
        past=_two(draw, words.names["past"]),
        drugs=_two(draw, words.names["drugs"]),
        place=place,
        hospital=f"{place} {_one(draw, words.names['hospital_kinds'])}",
        weight=int((8 + 2.6 * age if age < _ADULT else 52) + draw.random() * 38),
        findings=_some(draw, disease.findings, 5 + int(draw.random() * 3)),
        decisive=_one(draw, disease.decisive),
        rivals=_some(draw, disease.rivals, 3 + int(draw.random() * 2)),
    )


def second_patient(draw: Random, first: Patient) -> Patient:
    """Another patient with the disease of the first."""
    low, high = first.disease.ages
    age = low + int(draw.random() * (high - low + 1))
    findings = _some(draw, first.disease.findings, 4)
    return replace(first, seed=draw.getrandbits(64), age=age, findings=findings)


def _for_one_sex(disease: Disease) -> bool:
    return disease.label in {"Sheehan syndrome", "Lymphangioleiomyomatosis", "Fabry disease"}


def _one(draw: Random, listed: tuple) -> object:
    return listed[int(draw.random() * len(listed))]


def _some(draw: Random, listed: tuple, count: int) -> tuple:
    left = list(listed)
    return tuple(left.pop(int(draw.random() * len(left))) for _ in range(min(count, len(left))))


def _two(draw: Random, listed: tuple[str, ...]) -> tuple[str, str]:
    one, other = _some(draw, listed, 2)
    return one, other
