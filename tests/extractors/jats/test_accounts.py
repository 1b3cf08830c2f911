from __future__ import annotations

from extractors.jats import Coverage, coverage
from tests.extractors.jats.samples import cite, jats


def test_an_account_says_where_every_character_went() -> None:
    found = coverage(
        jats(
            f"<sec><title>Case</title><p>One [{cite()}].</p><fig><label>Fig</label></fig>"
            "<table-wrap><table><tr><td>12</td></tr></table></table-wrap><made-up>two</made-up>"
            "<ref-list><title>R</title></ref-list></sec>",
            '<article-id pub-id-type="pmcid">PMC9000000001</article-id>',
        )
    )
    assert found == Coverage(
        pmcid="PMC9000000001",
        characters=20,
        in_text=11,
        elsewhere={"citation": 1, "figure": 3, "references": 1, "table": 2, "tidied": 2},
        unhandled={"made-up": 1},
    )


def test_scanned_pages_and_missing_bodies_have_accounts_too() -> None:
    scanned = "<preformat preformat-type='pmc-ocr-text'>abc</preformat>"
    assert coverage(jats(scanned)).elsewhere == {"scanned pages": 3}
    assert coverage(b"<article/>") == Coverage(None, 0, 0, {}, {})


def test_an_account_has_no_debts() -> None:
    """What the text has more than the source, such as the stand-in of a formula."""
    pictures = "<inline-formula><inline-graphic/></inline-formula>" * 2
    assert coverage(jats(f"<p>One {pictures}.</p>")) == Coverage(None, 4, 4, {}, {})
    named = coverage(jats(f"<p>As {cite('Lee (2010)')} has it.</p>"))
    assert (named.characters, named.in_text, named.elsewhere) == (17, 11, {"citation": 6})
    assert coverage(jats("<p>10<sup>3</sup></p>")) == Coverage(None, 3, 3, {}, {})


def test_floats_behind_the_body_are_accounted_for() -> None:
    back = (
        "<floats-group><fig><label>Fig</label><fig><label>in</label></fig></fig>"
        "<boxed-text><p>Box</p><table-wrap><label>T</label></table-wrap></boxed-text>"
        "</floats-group>"
    )
    found = coverage(jats("<p>One.</p>", back=back))
    assert found == Coverage(None, 13, 4, {"figure": 5, "floats not read": 3, "table": 1}, {})
