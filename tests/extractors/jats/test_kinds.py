from __future__ import annotations

import pytest

from extractors.jats import read
from extractors.jats.titles import title_kind
from tests.extractors.jats import corpus
from tests.extractors.jats.samples import jats


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("case", "Case|2. Case Report|CASE PRESENTATION|Case #2|Case II|2.1. Case 1|Our case"),
        ("case", "Presentation of case|Clinical history|Patient information|Report of the cases"),
        ("case", "Observation|Clinical findings|Description of the patient|Case description"),
        ("introduction", "1. Introduction|Background|I. INTRODUCTION|Introduction and importance"),
        ("methods", "Materials and methods|Patients and Methods|Methodology|2 Method"),
        ("results", "Results|4. Results|Key findings"),
        ("discussion", "Discussion|Clinical discussion|Comment|Review of the literature"),
        ("discussion", "Discussion and conclusions|Results and discussion|Limitations"),
        ("conclusion", "Conclusions|Concluding remarks|Learning points|Take-home message"),
        ("consent", "Consent|Patient consent for publication|Ethics Statement|Ethical approval"),
        ("consent", "Declaration of patient consent|Informed consent statement"),
        ("end_matter", "Authors’ contributions|Conflict of Interest|Funding|Acknowledgments"),
        ("end_matter", "Data availability|Declaration of competing interest|Abbreviations"),
        ("other", "Antiviral medication|C. difficile infection|Casein levels|A 45-year-old man"),
    ],
)
def test_a_title_tells_the_kind(kind: str, titles: str) -> None:
    assert {title: title_kind(title) for title in titles.split("|")} == dict.fromkeys(
        titles.split("|"), kind
    )


def kinds(*sections: str, article: str = "case-report") -> list[str]:
    return [section.kind for section in read(jats("".join(sections), kind=article)).sections]


def sec(title: str, inner: str = "<p>x</p>", kind: str = "") -> str:
    return f'<sec sec-type="{kind}"><title>{title}</title>{inner}</sec>'


def test_a_type_tells_the_kind_where_the_title_does_not() -> None:
    assert kinds(sec("A strange tale", kind="cases"), sec("", kind="materials|methods")) == [
        "case",
        "methods",
    ]


def test_a_title_that_names_the_case_outweighs_the_type() -> None:
    assert kinds(sec("Case report", kind="methods"), sec("Discussion", kind="conclusions")) == [
        "case",
        "discussion",
    ]


def test_what_stands_in_a_section_is_of_its_kind() -> None:
    inner = sec("Laboratory methods") + sec("Results") + sec("Discussion")
    assert kinds(sec("Case 1", inner)) == ["case", "case", "case", "discussion"]
    assert kinds(sec("Discussion", sec("Case 1"))) == ["discussion", "discussion"]
    assert kinds(sec("Introduction", sec("Case 1"))) == ["introduction", "case"]
    assert kinds(sec("Declarations", sec("Consent"))) == ["end_matter", "consent"]


def test_in_a_case_report_the_steps_of_care_go_on_with_the_case() -> None:
    titles = ("Background", "Case", "Investigations", "Outcome", "Discussion", "Breastfeeding")
    found = kinds(*map(sec, titles))
    assert found == ["introduction", "case", "case", "case", "discussion", "other"]
    assert kinds(*map(sec, titles), article="review-article")[2] == "other"
    assert kinds(sec("A tale", sec("Its end")), sec("Discussion")) == ["case", "case", "discussion"]


@corpus.needs_corpus
def test_nearly_every_real_case_report_has_a_case_and_a_discussion() -> None:
    reports = [
        found
        for path in corpus.files()
        if (found := corpus.article(path)).article_type == "case-report"
    ]
    without_case = [
        found.ids.pmcid
        for found in reports
        if not any(section.kind == "case" for section in found.sections)
    ]
    # Two studies filed as case reports: a race of one runner, and how to teach medicine.
    assert set(without_case) <= {"PMC5723401", "PMC8093509"}
    other = [
        section.path for found in reports for section in found.sections if section.kind == "other"
    ]
    assert len(other) <= 5
    no_discussion = [
        found.ids.pmcid
        for found in reports
        if not any(section.kind == "discussion" for section in found.sections)
    ]
    assert set(no_discussion) <= {"PMC3601200"}
