"""All kinds of faults by name, with what a reader would say is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.planting.bases import Base
from tests.planting.edits import Fault
from tests.planting.faults import endings, labels, leaks, patients, sources, statements, unfaithful

Planter = Callable[[Base, Base, Random], "Fault | None"]
_ROUNDS = 12

KINDS: dict[str, Planter] = {
    "label_in_prompt": leaks.label,
    "alias_in_prompt": leaks.alias,
    "abbreviation_in_prompt": leaks.abbreviation,
    "label_as_identifier_in_prompt": leaks.identifier,
    "other_spelling_in_prompt": leaks.other_spelling,
    "other_form_in_prompt": leaks.other_form,
    "negated_or_listed_in_prompt": leaks.negated,
    "asks_for_diagnosis": endings.question,
    "tells_outcome": endings.outcome,
    "tells_response": endings.response,
    "tells_confirmation": endings.confirmation,
    "label_as_identifier": labels.identifier,
    "label_of_two_entities": labels.two_entities,
    "label_a_symptom": labels.symptom,
    "label_procedure_or_family": labels.procedure_or_family,
    "label_not_an_answer": labels.no_answer,
    "label_of_another_disease": labels.elsewhere,
    "too_few_reasons": statements.too_few,
    "same_reason_twice": statements.twice,
    "quote_invented": statements.invented,
    "quote_altered": statements.altered,
    "quote_missing": statements.unquoted,
    "quote_backwards": statements.backwards,
    "number_changed": unfaithful.number,
    "unit_changed": unfaithful.unit,
    "negation_flipped": unfaithful.negation,
    "side_flipped": unfaithful.side,
    "sex_changed": unfaithful.sex,
    "drug_swapped_or_added": unfaithful.drug,
    "finding_invented": unfaithful.finding,
    "told_from_behind": unfaithful.behind,
    "two_patients": patients.two_patients,
    "animal_patient": patients.animal,
    "not_english": patients.foreign,
    "prompt_too_short": patients.too_short,
    "identifiers": patients.identifiers,
    "licence_barred": sources.licence,
    "retracted": sources.retraction,
}


@dataclass(frozen=True)
class Planted:
    """A fault of one kind in one base."""

    kind: str
    base: Base
    fault: Fault


def plant(kind: str, bases: Sequence[Base], count: int, seed: int) -> Iterator[Planted]:
    """So many different faults of a kind, fewer where the bases have no room for more."""
    seen: set[tuple[str, str]] = set()
    for turn in range(_ROUNDS if bases else 0):
        rng = Random(f"planted {seed} {kind} {turn} {bases[0].real}")
        for base in rng.sample(bases, len(bases)):
            if len(seen) == count:
                return
            fault = KINDS[kind](base, rng.choice(bases), rng)
            key = (base.draft.pmcid, fault.what if fault else "")
            if fault is not None and key not in seen:
                seen.add(key)
                yield Planted(kind, base, fault)
