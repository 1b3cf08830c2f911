from __future__ import annotations

import contextlib
import random
import tracemalloc

import pytest

from extractors.jats import Unreadable, coverage, read, read_front
from tests.extractors.jats import corpus
from tests.extractors.jats.samples import jats

WHOLE = jats(
    "<sec><title>Case</title><p>A man of <bold>40</bold> years.</p></sec>",
    '<article-id pub-id-type="pmcid">PMC9000000001</article-id>',
)


def refused(xml: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(xml)
    message = str(caught.value)
    assert message
    assert "\n" not in message
    return message


def test_every_cut_makes_an_article_unreadable() -> None:
    for end in range(len(WHOLE)):
        refused(WHOLE[:end])


@corpus.needs_corpus
def test_real_articles_cut_at_a_hundred_places_are_unreadable() -> None:
    chance = random.Random(3)
    for path in chance.sample(corpus.files(), 20):
        xml = path.read_bytes().rstrip()
        for _ in range(100):
            refused(xml[: chance.randrange(len(xml))])


def test_a_broken_doctype_is_cut_off_and_the_rest_is_read() -> None:
    for doctype in (
        b'<!DOCTYPE article PUBLIC"-//X//DTD//EN" "x.dtd">',
        b"<!DOCTYPE article PUBLIC '-//X//DTD//EN' ",
        b"<!DOCTYPE>",
        b"<!DOCTYPE article [<!ELEMENT a>]>",
    ):
        assert read(b'<?xml version="1.0"?>\n' + doctype + WHOLE) == read(WHOLE)
        assert read_front(doctype + WHOLE).ids.pmcid == "PMC9000000001"


def test_a_complaint_behind_a_broken_doctype_names_the_right_line() -> None:
    xml = b'<!DOCTYPE article\nPUBLIC"x"\n"y">\n<article>\n<body><p></body></article>'
    assert "line 5" in refused(xml)


def test_a_doctype_is_never_fetched() -> None:
    doctype = b'<!DOCTYPE article PUBLIC "-//NLM//DTD" "http://127.0.0.1:9/none.dtd">'
    assert read(doctype + WHOLE) == read(WHOLE)


def test_declared_entities_are_refused_before_they_are_parsed() -> None:
    bomb = b'<!DOCTYPE article [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    assert "entities" in refused(bomb + WHOLE.replace(b"years", b"&b;"))
    outside = b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert "line 2" in refused(b"\n" + outside + WHOLE.replace(b"years", b"&x;"))
    with pytest.raises(Unreadable, match="entities"):
        read_front(bomb + WHOLE)


def test_names_that_everyone_shares_stand_for_their_characters() -> None:
    doctype = b'<!DOCTYPE article PUBLIC "-//NLM//DTD" "x.dtd">'
    assert "40\u03b2" not in read(WHOLE).text
    assert read(doctype + WHOLE.replace(b"years", b"&beta;&nbsp;years")).text.endswith("β years.")
    assert "&mystery;" in refused(doctype + WHOLE.replace(b"years", b"&mystery;"))


def test_a_complaint_is_one_short_line_whatever_stands_in_the_file() -> None:
    for inside in (b"\0", b"</" + b"x" * 5000 + b">", b"&#0;", b"\xff", b"<a:b/>", b"]]>"):
        assert len(refused(WHOLE.replace(b"years", inside))) < 300


def test_what_is_no_article_is_refused() -> None:
    assert "empty" in refused(b"")
    assert "empty" in refused(b"  \n")
    assert "<html>" in refused(b"<html><body>Gone</body></html>")
    assert "no article" in refused(b"<pmc-articleset><error>id</error></pmc-articleset>")
    assert "2 articles" in refused(b"<pmc-articleset>" + WHOLE * 2 + b"</pmc-articleset>")
    assert "UTF-16" in refused(WHOLE.decode().encode("utf-16"))


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    for tag in (b"italic", b"sec", b"list", b"sup", b"nothing"):
        depth = 100_000
        xml = WHOLE.replace(b"years", b"<%s>" % tag * depth + b"</%s>" % tag * depth)
        assert "deep" in refused(xml).lower()
    read(WHOLE.replace(b"years", b"<italic>" * 200 + b"x" + b"</italic>" * 200))


def test_nesting_beyond_the_stack_is_refused() -> None:
    for tag in ("list", "sec", "sup", "disp-quote", "made-up"):
        deep = jats(f"<{tag}>" * 240 + "x" + f"</{tag}>" * 240)
        for reader in (read, coverage):
            with contextlib.suppress(Unreadable):
                reader(deep)


def test_a_file_beyond_all_articles_is_refused_before_it_is_parsed() -> None:
    tracemalloc.start()
    try:
        huge = WHOLE + b" " * (64 * 1024 * 1024)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        assert "bytes" in refused(huge)
        assert tracemalloc.get_traced_memory()[1] - before < 1_000_000
    finally:
        tracemalloc.stop()


def test_the_front_is_read_without_the_body() -> None:
    broken = WHOLE.replace(b"<bold>", b"<bold></p>" + b"x" * 100_000)
    found = read_front(broken)
    assert found.ids.pmcid == "PMC9000000001"
    assert found.text == ""
    assert read_front(WHOLE).title == read(WHOLE).title


def test_a_front_that_is_cut_is_unreadable() -> None:
    end = WHOLE.index(b"</front>")
    for cut in range(0, end, 5):
        with pytest.raises(Unreadable):
            read_front(WHOLE[:cut])


def test_a_body_of_scanned_pages_is_no_body() -> None:
    scanned = "<preformat preformat-type='pmc-ocr-text'>A rnan of 40</preformat>"
    assert read(jats(f"<sec>{scanned}</sec>")).text == ""


def test_an_article_without_a_body_has_an_empty_text() -> None:
    assert read(b"<article><front/></article>").text == ""
