"""A card is written together: nothing that a person wrote is lost, and ours is always current."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import CasebookError
from flows.hub.marks import merged, stamped


def card(**parts: str) -> str:
    marked = [
        f"<!-- casebook:begin {name} -->\n{words}\n<!-- casebook:end {name} -->"
        for name, words in parts.items()
    ]
    body = "\n\n".join(marked)
    return stamped(f"---\nlicense: cc\ntags:\n- medical\n---\n{body}\n")


OLD = card(about="About old.", splits="Ten rows.", limits="None known.")
NEW = card(about="About new.", splits="Twelve rows.", limits="None known.")


def head(text: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return told


def test_what_stands_between_our_parts_stays() -> None:
    theirs = OLD.replace(
        "<!-- casebook:begin splits", "## A word from us\n\n<!-- casebook:begin splits"
    )
    found = merged(theirs + "\nThe end.\n", NEW, "a/b")
    assert found.kept == ()
    assert (
        found.text
        == NEW.replace(
            "<!-- casebook:begin splits", "## A word from us\n\n<!-- casebook:begin splits"
        )
        + "\nThe end.\n"
    )


def test_a_card_without_our_parts_keeps_its_own_words_above_them() -> None:
    found = merged("# Mine\n\nMy words.\n", NEW, "a/b").text
    assert found.index("My words.") < found.index("About new.") < found.index("Twelve rows.")


def test_what_was_written_inside_a_part_is_kept_above_it_and_told() -> None:
    theirs = OLD.replace("Ten rows.", "Ten rows, of which I removed one.")
    found = merged(theirs, NEW, "a/b")
    assert found.kept == ("splits",)
    assert found.text.index("of which I removed one") < found.text.index("Twelve rows.")
    assert merged(found.text, NEW, "a/b").text == found.text


def test_a_part_that_is_missing_stands_behind_the_one_before_it() -> None:
    start, end = OLD.index("<!-- casebook:begin splits"), OLD.index("<!-- casebook:begin limits")
    found = merged(OLD[:start] + "My own.\n\n" + OLD[end:], NEW, "a/b").text
    places = [found.index(words) for words in ("About new", "Twelve", "My own", "None known")]
    assert places == sorted(places)


def test_metadata_of_others_stay_as_they_were_written() -> None:
    theirs = (
        "---\n# ask Ann before you change this\npretty_name:   'Cases'\nlicense: mit\n"
        "tags: [mine]\nconfigs:\n- config_name: theirs\n  data_files: x/*\nextra: 1\n---\nHello\n"
    )
    ours = NEW.replace("license: cc\n", "license: cc\nconfigs:\n- config_name: default\n")
    found = merged(theirs, ours, "a/b").text
    assert "# ask Ann before you change this\npretty_name:   'Cases'\n" in found
    assert head(found) == {
        "pretty_name": "Cases",
        "license": "cc",
        "tags": ["mine", "medical"],
        "configs": [{"config_name": "default"}, {"config_name": "theirs", "data_files": "x/*"}],
        "extra": 1,
    }


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        ("<!-- casebook:begin splits -->\nno end", "do not go in pairs"),
        ("<!-- casebook:end splits -->", "do not go in pairs"),
        (OLD + OLD.split("---\n")[2], "each once"),
        ("---\n- a\n---\n", "are no YAML"),
        ("---\na: [\n---\n", "are no YAML"),
    ],
)
def test_a_card_that_cannot_be_merged_is_said(theirs: str, says: str) -> None:
    with pytest.raises(CasebookError, match=says) as caught:
        merged(theirs, NEW, "README.md of a/b")
    assert str(caught.value).startswith("in README.md of a/b")


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="<-"))


@given(st.lists(WORDS, min_size=4, max_size=4), st.lists(WORDS, min_size=3, max_size=3), WORDS)
def test_merging_again_changes_nothing_and_loses_no_word(
    between: list[str], ours: list[str], inside: str
) -> None:
    pieces = OLD.split("<!-- casebook:begin ")
    theirs = pieces[0] + "".join(
        f"{words}\n<!-- casebook:begin {piece}"
        for words, piece in zip(between[:3], pieces[1:], strict=True)
    )
    theirs = theirs.replace("Ten rows.", f"Ten rows.{inside}") + between[3]
    new = card(about=ours[0], splits=ours[1], limits=ours[2])
    once = merged(theirs, new, "a/b").text
    assert merged(once, new, "a/b").text == once
    for words in (*between, *ours, inside):
        assert words.strip() in once
