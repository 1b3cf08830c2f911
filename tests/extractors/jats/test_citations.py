from __future__ import annotations

import pytest

from tests.extractors.jats.samples import cite, text_of

A, B, C = cite("1"), cite("2"), cite("13")
YEAR, OTHER = cite("2010"), cite("2011b")
NAMED = cite("Lee et al., 2010")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"as shown [{A}].", "as shown."),
        (f"as shown [{A}]. Then", "as shown. Then"),
        (f"as shown [ {A} , {B} ] .", "as shown."),
        (f"shown [{A}–{C}], and", "shown, and"),
        (f"shown [{A}–7] and", "shown and"),
        (f"shown [{A}]–[{C}].", "shown."),
        (f"shown [{A}] and [{B}].", "shown."),
        (f"shown ([{A}]; [{B}]).", "shown."),
        (f"shown ({A}) (Fig. 1).", "shown (Fig. 1)."),
        (f"shown ({A}, {B}, p. 34).", "shown."),
        (f"shown (Fig. 1; {A}).", "shown (Fig. 1)."),
        (f"shown (n = 12 [{A}]).", "shown (n = 12)."),
        (f"shown (see [{A}, {B}] for review).", "shown."),
        (f"shown (for review see [{A}]).", "shown."),
        (f"shown, e.g., [{A}]. Then", "shown. Then"),
        (f"shown.<sup>{A},{B}</sup> Then", "shown. Then"),
        (f"shown<sup>{A}–{B}</sup>; then", "shown; then"),
        (f"shown<sup>[{A}]</sup>.", "shown."),
        (f"shown.{A}<sup>,</sup>{B}<sup>–</sup>{C} Then", "shown. Then"),
        (f"shown.{A}Then", "shown. Then"),
        (f"word{A}word", "word word"),
        ("shown <xref ref-type='bibr'>[4]</xref> , <xref ref-type='bibr'>[5]</xref>.", "shown."),
        ("shown [<xref ref-type='bibr'/>–<xref ref-type='bibr'/>].", "shown."),
        ("shown <xref ref-type='bibr'>[4</xref>].", "shown."),
        (f"(Lee et al., {YEAR}; Kim and Park {OTHER}).", "."),
        (f"shown (Lee et al., {YEAR}, {OTHER}; Kim &amp; Park {OTHER}).", "shown."),
        (f"shown (e.g., van der Berg {YEAR}; respectively).", "shown."),
        (f"shown (WHO, {YEAR}) .", "shown."),
        (f"shown (AMV; Lee et al. {YEAR}).", "shown (AMV)."),
        (f"shown (MRI scan, {YEAR}).", "shown (MRI scan)."),
        (f"shown (MRI {A}).", "shown (MRI)."),
        (f"Lee et al. ({YEAR}) showed", "Lee et al. showed"),
        (f"as in Lee et al. ({YEAR}).", "as in Lee et al."),
        (f"as in {NAMED}.", "as in Lee et al."),
        (f"as {NAMED}, showed", "as Lee et al., showed"),
        (f"shown ({NAMED}; {NAMED}).", "shown."),
        (f"as {cite('Lee et al. [12]')} showed", "as Lee et al. showed"),
        (f"as {cite('Lee and Kim (2010)')} showed", "as Lee and Kim showed"),
        ("an interval [0, 1] of f() stays", "an interval [0, 1] of f() stays"),
        (
            "Table <xref ref-type='table'>1</xref> ( <xref ref-type='fig'>Fig. 2</xref> )",
            "Table 1 (Fig. 2)",
        ),
    ],
)
def test_citations_go_with_what_only_held_them(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"was 54 (18–65 [{A}]).", "was 54 (18–65)."),
        (f"was 54 (18–65 <sup>{A}</sup>).", "was 54 (18–65)."),
        (f"normal IgG4 (3–5, {A}).", "normal IgG4 (3–5)."),
        (f"stage (1–2; {A}).", "stage (1–2)."),
        (f"cases (12, [{A}]) died", "cases (12) died"),
        (f"aged [18–65 {A}] and", "aged [18–65] and"),
        (f"dose [12 mg, {A}] and", "dose [12 mg] and"),
        (f"shown [{A},2,{C}] and", "shown and"),
        (f"shown [2, 3–{C}] and", "shown and"),
        (f"shown [{A}; 2; {C}] and", "shown and"),
        (f"shown ({A}, 2, {C}) and", "shown and"),
        (f"shown ({A}–3) and", "shown and"),
    ],
)
def test_numbers_go_only_where_they_are_of_a_list_of_references(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"Rituximab (MabThera, {NAMED})", "Rituximab (MabThera)"),
        (f"Asia (Japan: {NAMED})", "Asia (Japan)"),
        (f"Asia (Japan, see {A})", "Asia (Japan)"),
        (f"genes (BRCA1 e.g., [{A}]; others)", "genes (BRCA1; others)"),
        (f"shown (as in {NAMED}, who said so)", "shown (as in Lee et al., who said so)"),
        (f"shown ({cite('Lee')} et al., {YEAR}) and", "shown and"),
        (f"shown ({cite('Lee')} et al. 2010) and", "shown and"),
        (f"shown (Lee, {YEAR}; World Health Organization (WHO/FAO), {OTHER}).", "shown."),
        (f"shown (Fig. 1 (left); {A}) and", "shown (Fig. 1 (left)) and"),
    ],
)
def test_words_in_brackets_are_names_only_beside_a_bare_year(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"{cite('Limmer and Clement (2017')}) reported", "Limmer and Clement reported"),
        (f"{cite('Lee et al. (2001')}, {YEAR}) reported", "Lee et al. reported"),
        (f"{cite('Kim et al. [12')}].", "Kim et al."),
        (f"shown ({cite('Kim et al. 2001)')}.", "shown."),
        (f"shown {cite('(Kim et al. 2001')}).", "shown."),
    ],
)
def test_a_citation_that_is_tagged_short_of_its_bracket_leaves_none(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    "lead",
    [
        *("adapted from", "data from", "according to", "modified after", "but see", "following"),
        *("based on", "sensu"),
    ],
)
def test_words_that_only_led_to_a_citation_go_with_it(lead: str) -> None:
    assert text_of(f"shown ({lead} [{A}]) and") == "shown and"
    assert text_of(f"shown ({lead} {NAMED}).") == "shown."
    assert text_of(f"shown ({lead} Kim, {YEAR}).") == "shown."


def test_words_beside_a_number_of_a_reference_go_with_it() -> None:
    assert text_of(f"shown ({A} and {B}, respectively).") == "shown."
    assert text_of(f"shown (that is, e.g., [{A}]; more).") == "shown (that is; more)."
    assert text_of(f"the method of refs. {A}, {B} finds") == "the method of finds"
    assert text_of(f"the pref. {A} finds") == "the pref. finds"


def test_a_cross_reference_of_no_type_is_judged_by_where_it_points() -> None:
    for rid in ("B1", "ref12", "CR3", "fsn3696-bib-0011", "b12-ijms"):
        assert text_of(f"shown [<xref rid='{rid}'>1</xref>].") == "shown."
    for rid in ("Equ1", "cobi70049-supinfo-0001", "fig1", "box1", "tbl-0001", ""):
        assert text_of(f"shown (<xref rid='{rid}'>1</xref>).") == "shown (1)."


@pytest.mark.parametrize(
    "unit",
    [
        *("1", "12a", "1, ", "1a b", "Lee ", "Lee, 2010; ", "(", "[1", "et al. ", "\u00a0", "A.-"),
        *("(a) ", "((a)", ", in ", "e.g., ", " see", "1-", "ref. ", "Lee (", "Kim)"),
    ],
)
def test_a_citation_as_long_as_a_page_takes_no_longer_than_one(unit: str) -> None:
    long = unit * 3000
    assert text_of(f"start {cite(long)} end").startswith("start")
    assert text_of(f"start ({long} {A}) end").startswith("start")
    assert text_of(f"start ({long} {YEAR} {long}; {NAMED} end").endswith("end")
    assert text_of(f"start {NAMED * 300} ({long}").startswith("start")
    assert text_of(f"start [{long} {NAMED} x] ({A}{long}) end").endswith("end")
