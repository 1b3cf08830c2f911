from __future__ import annotations

import pytest

from tests.extractors.jats.samples import cite, text_of

MATHS = 'xmlns="http://www.w3.org/1998/Math/MathML"'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("H<sub>2</sub>O", "H2O"),
        ("<italic>in vitro</italic>", "in vitro"),
        ("10<sup>3</sup> cells", "10^3 cells"),
        ("10<sup>−3</sup>", "10^−3"),
        ("10<sup>3</sup>/l", "10^3/l"),
        ("5<sup>1</sup>/<sub>2</sub> years", "5 1/2 years"),
        ("<sup>1</sup>/<sub>2</sub> year", "1/2 year"),
        ("the 1<sup>st</sup> day", "the 1st day"),
        ("5 cm<sup>2</sup>", "5 cm2"),
        ("Ca<sup>2+</sup> and <sup>18</sup>F-FDG", "Ca2+ and 18F-FDG"),
        ("<italic>p</italic>\u2009&lt;\u20090.05", "p < 0.05"),
        ("37\u00a0°C", "37 °C"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("two\n   lines<break/>and more", "two lines and more"),
        ("<bold>No</bold><italic>thing</italic> fuses or parts", "Nothing fuses or parts"),
        ("a <!-- hidden --> b<?pi x?>c", "a bc"),
        ("a ( b ) , c ; d : e .", "a (b), c; d: e."),
        ("p = .05 and so on ...", "p = .05 and so on ..."),
        ("control\u0085and\u009ccharacters", "control andcharacters"),
        ("dashes – — and “quotes” ﬁ é stay", "dashes – — and “quotes” ﬁ é stay"),
        ('see <xref ref-type="fig">Fig. 2</xref> .', "see Fig. 2."),
        ("<named-content>named</named-content> <ext-link>x.org</ext-link>", "named x.org"),
        ("<unheard-of>known</unheard-of> words", "known words"),
        ('note<xref ref-type="fn"><sup>a</sup></xref> marks', "note marks"),
    ],
)
def test_inline_markup_joins_as_a_person_reads_it(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (f"<math {MATHS}><mi>x</mi><mo>=</mo><mn>2</mn></math>", "x=2"),
        (f"<math {MATHS}><msup><mn>10</mn><mn>3</mn></msup></math>", "10^3"),
        (f"<math {MATHS}><msub><mi>CO</mi><mn>2</mn></msub></math>", "CO2"),
        (f"<math {MATHS}><mfrac><mi>a</mi><mi>b</mi></mfrac></math>", "[formula]"),
        (f"<math {MATHS}><mi>{'x' * 50}</mi></math>", "[formula]"),
        ("<tex-math>$a + b$</tex-math>", "a + b"),
        (r"<tex-math>\frac{a}{b}</tex-math>", "[formula]"),
        ("<inline-graphic/>", "[formula]"),
        ("<italic>n</italic> = 3", "n = 3"),
        (
            f"<alternatives><tex-math>$x$</tex-math><math {MATHS}><mi>x</mi></math></alternatives>",
            "x",
        ),
    ],
)
def test_a_formula_is_its_text_where_a_line_can_hold_it(formula: str, text: str) -> None:
    found = text_of(f"Where <inline-formula>{formula}</inline-formula> , it holds.")
    assert found == f"Where {text}, it holds."


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("<mrow><mo>−</mo><mn>3</mn></mrow>", "x^−3"),
        ("<mrow><mn>1</mn><mo>/</mo><mn>2</mn></mrow>", "x^1/2"),
        ("<mrow><mo>(</mo><mi>n</mi><mo>)</mo></mrow>", "x^(n)"),
        ("<mrow><mn>2</mn><mo>+</mo></mrow>", "x2+"),
        ("<mo>+</mo>", "x+"),
        ("<mo>∘</mo>", "x∘"),
        ("<mo>′</mo>", "x′"),
        ("<mi/>", "x"),
    ],
)
def test_a_power_in_a_formula_is_told_from_a_sign_beside_it(script: str, text: str) -> None:
    formula = f"<math {MATHS}><msup><mi>x</mi>{script}</msup></math>"
    assert text_of(f"<inline-formula>{formula}</inline-formula>") == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"31 kg/m<sup>2,{cite('4')}</sup> and", "31 kg/m2 and"),
        (f"31 kg/m<sup>2 [{cite('4')}]</sup>.", "31 kg/m2."),
        (f"10<sup>9, {cite('4')}</sup> cells", "10^9 cells"),
        (f"10<sup>−9,{cite('4')}</sup> mol", "10^−9 mol"),
        (f"the word<sup>2,{cite('4')}</sup> and", "the word and"),
        (f"the stem<sup>2,{cite('4')}</sup> and", "the stem and"),
        (f"COVID-19<sup>2,{cite('4')}</sup> and", "COVID-19 and"),
    ],
)
def test_a_power_stays_where_citations_stand_beside_it(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"reference {cite('1')}.4–5.7 mmol/l", "reference 1.4–5.7 mmol/l"),
        (f"a grade {cite('2')}/6 murmur", "a grade 2/6 murmur"),
        (f"in {cite('3')}% of cases", "in 3% of cases"),
        (f"in cases {cite('3')}. 5 died", "in cases. 5 died"),
        (f"in cases {cite('3')}/{cite('4')} and", "in cases and"),
    ],
)
def test_a_number_that_goes_on_behind_its_link_is_no_citation(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_of_alternatives_one_is_read() -> None:
    assert text_of("<alternatives><inline-graphic/><bold>a</bold><p>a</p></alternatives>") == "a"
