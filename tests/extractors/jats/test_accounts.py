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
