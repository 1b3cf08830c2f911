from __future__ import annotations

from extractors.jats import read
from schemas.article import Article, Figure, Table
from tests.extractors.jats.samples import cite, jats


def blocks(found: Article) -> list[tuple[str, str]]:
    return [(p.kind, found.text[p.start : p.end]) for p in found.paragraphs]


def test_blocks_stand_in_order_with_a_blank_line_between_them() -> None:
    found = read(jats("<p>First.</p><sec><title>Case</title><p>Second.</p><p>Third.</p></sec>"))
    assert found.text == "First.\n\nCase\n\nSecond.\n\nThird."
    assert [p.section for p in found.paragraphs] == [-1, 0, 0, 0]


def test_a_section_spans_its_title_and_the_sections_in_it() -> None:
    found = read(
        jats(
            "<sec><title>Case</title><sec><title>History</title><p>One.</p></sec>"
            "<sec><title>Course</title><p>Two.</p></sec></sec><sec><title>Discussion</title></sec>"
        )
    )
    assert [(s.path, found.text[s.start : s.end]) for s in found.sections] == [
        (("Case",), "Case\n\nHistory\n\nOne.\n\nCourse\n\nTwo."),
        (("Case", "History"), "History\n\nOne."),
        (("Case", "Course"), "Course\n\nTwo."),
        (("Discussion",), "Discussion"),
    ]
    assert [p.section for p in found.paragraphs] == [0, 1, 1, 2, 2, 3]


def test_a_section_without_a_title_has_the_path_above_it() -> None:
    found = read(jats("<sec><title>Case</title><sec><title/><p>One.</p></sec></sec>"))
    assert [s.path for s in found.sections] == [("Case",), ("Case",)]


def test_a_section_without_text_is_none() -> None:
    found = read(jats("<sec><fig/></sec><sec><title>Case</title><p>One.</p></sec>"))
    assert [(s.path, s.kind) for s in found.sections] == [(("Case",), "case")]
    assert [p.section for p in found.paragraphs] == [0, 0]


def test_labels_stand_before_titles_and_for_missing_ones() -> None:
    found = read(
        jats(
            "<sec><label>2.1</label><title>History</title><p>One.</p></sec>"
            "<sec><label>Case 2</label><p>Two.</p></sec>"
        )
    )
    assert [s.path for s in found.sections] == [("2.1 History",), ("Case 2",)]
    assert found.text == "2.1 History\n\nOne.\n\nCase 2\n\nTwo."


def test_lists_quotes_and_boxes_are_blocks_wherever_they_stand() -> None:
    found = read(
        jats(
            "<p>Before:<list><list-item><label>1.</label><p>first</p></list-item>"
            "<list-item><label>•</label><p>second</p><list><list-item><p>inner</p></list-item>"
            "</list></list-item></list> and after.</p>"
            "<disp-quote><p>Said.</p><attrib>A patient</attrib></disp-quote>"
            "<boxed-text><caption><title>Box</title></caption><p>Boxed.</p></boxed-text>"
            "<def-list><def-item><term>CT</term><def><p>a scan</p></def></def-item></def-list>"
        )
    )
    assert blocks(found) == [
        ("prose", "Before:"),
        ("list_item", "1. first"),
        ("list_item", "second"),
        ("list_item", "inner"),
        ("prose", "and after."),
        ("quote", "Said."),
        ("quote", "A patient"),
        ("title", "Box"),
        ("boxed", "Boxed."),
        ("list_item", "CT"),
        ("list_item", "a scan"),
    ]


def test_floats_are_kept_beside_the_text_and_split_no_sentence() -> None:
    found = read(
        jats(
            "<p>The scan<fig><label>Fig. 1</label><caption><title>A scan.</title>"
            f"<p>Seen [{cite()}] from above.</p></caption></fig> was <table-wrap>"
            "<label>Table 1</label><caption><p>Values</p></caption><table><thead><tr><th>Day</th>"
            "<th>CRP<sup>a</sup></th></tr></thead><tbody><tr><td><p>1</p><p>2</p></td>"
            "<td><bold>5</bold> </td></tr></tbody></table><table-wrap-foot><fn><p>a mg</p></fn>"
            "</table-wrap-foot></table-wrap>normal.</p>"
        )
    )
    assert found.text == "The scan was normal."
    assert found.figures == (Figure("Fig. 1", "A scan. Seen from above."),)
    rows = (("Day", "CRPa"), ("1 2", "5"))
    assert found.tables == (Table("Table 1", "Values", rows, "a mg"),)


def test_floats_behind_the_body_are_kept_too() -> None:
    back = (
        "<back><app><table-wrap><table><tr><td>1</td></tr></table></table-wrap></app></back>"
        "<floats-group><fig><label>Fig. 1</label></fig></floats-group>"
        "<sub-article><body><p>Not this.</p><fig/></body></sub-article>"
    )
    found = read(jats("<p>One.</p>", back=back))
    assert found.text == "One."
    assert found.figures == (Figure("Fig. 1", ""),)
    assert [table.rows for table in found.tables] == [(("1",),)]


def test_what_a_group_of_floats_is_called_is_kept() -> None:
    member = "<{0}><label>{1}</label></{0}>"
    groups = (
        "<table-wrap-group><label>Table 1</label><caption><p>All</p></caption>"
        f"{member.format('table-wrap', '1a')}</table-wrap-group>"
        "<fig-group><caption><p>Views</p></caption>"
        f"{member.format('fig', 'a')}{member.format('fig', 'b')}</fig-group>"
        f"<fig-group>{member.format('fig', 'c')}</fig-group>"
    )
    for found in (read(jats(groups)), read(jats(back=f"<floats-group>{groups}</floats-group>"))):
        assert [(table.label, table.caption) for table in found.tables] == [
            ("Table 1", "All"),
            ("1a", ""),
        ]
        assert [figure.caption or figure.label for figure in found.figures] == [
            *("Views", "a", "b", "c")
        ]


def test_a_display_formula_is_kept_beside_the_text() -> None:
    formula = "<disp-formula><tex-math>$$E = mc^2$$</tex-math><label>(1)</label></disp-formula>"
    found = read(jats(f"<p>The law {formula} holds.</p>"))
    assert found.text == "The law holds."
    assert found.formulas == ("E = mc^2",)


def test_reference_lists_and_other_articles_are_no_part_of_the_text() -> None:
    found = read(
        jats(
            "<p>One.</p><sec><title>References</title><ref-list><ref><mixed-citation>A. B."
            "</mixed-citation></ref></ref-list></sec><sub-article><body><p>Two.</p></body>"
            "</sub-article><supplementary-material><caption><p>Three.</p></caption>"
            "</supplementary-material>"
        )
    )
    assert found.text == "One."
    assert found.sections == ()


def test_a_footnote_follows_the_paragraph_it_stands_in() -> None:
    found = read(jats("<p>One<fn><label>a</label><p>A note.</p></fn> and two.</p><p>Three.</p>"))
    assert found.text == "One and two.\n\na A note.\n\nThree."


def test_a_footnote_in_a_title_follows_it() -> None:
    note = "<fn><label>a</label><p>A note.</p></fn>"
    found = read(jats(f"<sec><title>Case{note} 1</title><p>One.</p></sec>"))
    assert [section.path for section in found.sections] == [("Case 1",)]
    assert blocks(found) == [("title", "Case 1"), ("prose", "a A note."), ("prose", "One.")]
    title = f"<title-group><article-title>A case{note}.</article-title></title-group>"
    assert read(jats(meta=title)).title == "A case."


def test_a_footnote_in_a_caption_or_a_cell_stands_behind_it() -> None:
    note = "<fn><p>A note.</p></fn>"
    found = read(
        jats(
            f"<fig><caption><p>A scan{note} from above.</p></caption></fig><table-wrap><table><tr>"
            f"<td>12{note}</td></tr></table><table-wrap-foot><fn><p>In mg.</p></fn>"
            "</table-wrap-foot></table-wrap>"
        )
    )
    assert found.figures == (Figure("", "A scan from above. A note."),)
    assert found.tables == (Table("", "", (("12",),), "A note. In mg."),)


def test_words_outside_of_any_paragraph_are_read() -> None:
    assert read(jats("loose<sec>words <p>stay</p> here</sec>")).text == (
        "loose\n\nwords\n\nstay\n\nhere"
    )
