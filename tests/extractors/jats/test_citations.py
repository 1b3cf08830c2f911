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


def test_a_cross_reference_of_no_type_is_judged_by_where_it_points() -> None:
    for rid in ("B1", "ref12", "CR3", "fsn3696-bib-0011", "b12-ijms"):
        assert text_of(f"shown [<xref rid='{rid}'>1</xref>].") == "shown."
    for rid in ("Equ1", "cobi70049-supinfo-0001", "fig1", "box1", "tbl-0001", ""):
        assert text_of(f"shown (<xref rid='{rid}'>1</xref>).") == "shown (1)."


@pytest.mark.parametrize(
    "unit",
    ["1", "12a", "1, ", "1a b", "Lee ", "Lee, 2010; ", "(", "[1", "et al. ", "\u00a0", "A.-"],
)
def test_a_citation_as_long_as_a_page_takes_no_longer_than_one(unit: str) -> None:
    long = unit * 3000
    assert text_of(f"start {cite(long)} end").startswith("start")
    assert text_of(f"start ({long} {A}) end").startswith("start")
    assert text_of(f"start ({long} {YEAR} {long}; {NAMED} end").endswith("end")
    assert text_of(f"start {NAMED * 300} ({long}").startswith("start")
