from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pytest

from flows.commands.read import read_articles
from tests.extractors.jats.samples import jats

_KEYS = [
    *("pmcid", "version", "ids", "title", "abstract", "text", "sections", "paragraphs"),
    *("tables", "figures", "journal", "dates", "article_type", "subjects", "language"),
    *("licence", "retracted"),
]


def article(number: int) -> bytes:
    return jats(
        f"<sec><title>Case</title><p>Number {number}.</p></sec>",
        f'<article-id pub-id-type="pmcid-ver">PMC{9_000_000_000 + number}.2</article-id>',
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.xml").write_bytes(article(1))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.nxml.gz").write_bytes(gzip.compress(article(2)))
    (tmp_path / "notes.txt").write_text("no article")
    return tmp_path


def run(*paths: Path, as_text: bool = False, check: bool = False) -> tuple[int, str, list[str]]:
    out, err = io.StringIO(), io.StringIO()
    code = read_articles(paths, as_text=as_text, check=check, out=out, err=err)
    return code, out.getvalue(), err.getvalue().splitlines()


def test_each_article_of_a_folder_is_one_json_line(folder: Path) -> None:
    code, out, err = run(folder)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, [])
    assert [(row["pmcid"], row["version"]) for row in rows] == [
        ("PMC9000000001", 2),
        ("PMC9000000002", 2),
    ]
    assert list(rows[0])[: len(_KEYS)] == _KEYS
    assert rows[0]["text"] == "Case\n\nNumber 1."
    assert rows[0]["sections"] == [{"path": ["Case"], "kind": "case", "start": 0, "end": 15}]


def test_text_is_the_text_alone(folder: Path) -> None:
    assert run(folder / "a.xml", as_text=True) == (0, "Case\n\nNumber 1.\n", [])


def test_a_check_is_one_line_for_each_article(folder: Path) -> None:
    (folder / "a.xml").write_bytes(jats("<p>One.</p><fig><label>F</label></fig><odd>x</odd>"))
    code, out, _ = run(folder, check=True)
    assert code == 0
    assert out.splitlines() == [
        "no id: 5 of 6 characters in the text; 1 figure; not handled: <odd> 1 times",
        "PMC9000000002: 12 of 12 characters in the text; not handled: none",
    ]


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "a.xml").write_bytes(article(1)[:-20])
    (folder / "c.xml.gz").write_bytes(gzip.compress(article(3))[:-9])
    (folder / "d.xml.gz").write_bytes(b"no gzip")
    code, out, err = run(folder)
    assert code == 1
    assert len(out.splitlines()) == 1
    assert [line.split()[0] for line in err] == [
        str(folder / name) for name in ("a.xml", "c.xml.gz", "d.xml.gz")
    ]
    assert "not well-formed at line 1" in err[0]
    assert all(line.endswith("fetch the file again, or leave it out") for line in err)


def test_a_path_that_does_not_exist_is_wrong_usage(folder: Path) -> None:
    code, out, err = run(folder, folder / "none.xml")
    assert (code, out) == (2, "")
    assert err == [f"{folder / 'none.xml'} does not exist; give an XML file or a folder of them"]


def test_a_folder_without_articles_is_wrong_usage(folder: Path) -> None:
    (folder / "empty").mkdir()
    code, out, err = run(folder / "a.xml", folder / "empty")
    assert (code, out) == (2, "")
    assert err == [f"{folder / 'empty'} holds no .xml, .nxml, .xml.gz, .nxml.gz file"]


def test_what_cannot_be_opened_leaves_the_reading_incomplete(folder: Path) -> None:
    (folder / "c.xml").symlink_to("nowhere")
    inside = folder / ("x" * 300) / "d.xml"
    code, out, err = run(folder, inside)
    assert code == 3
    assert len(out.splitlines()) == 2
    assert err == [
        f"{folder / 'c.xml'} cannot be opened: No such file or directory; mend it, or leave it out",
        f"{inside} cannot be opened: File name too long; mend it, or leave it out",
    ]
    (folder / "e.xml").write_bytes(b"no article")
    assert run(folder)[0] == 1


def test_a_folder_in_a_folder_that_cannot_be_opened_is_named(folder: Path) -> None:
    _deeper_than_a_path_can_be(folder / "deep")
    code, out, err = run(folder)
    assert code == 3
    assert len(out.splitlines()) == 2
    assert err[0].startswith(str(folder / "deep"))
    assert err[0].endswith("cannot be opened: File name too long; mend it, or leave it out")


def _deeper_than_a_path_can_be(folder: Path) -> None:
    at = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=at)
        inside = os.open("d" * 250, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inside
    os.close(at)


def test_a_name_of_two_lines_is_told_on_one(folder: Path) -> None:
    for name in ("two\nlines.xml", os.fsdecode(b"\xff.xml")):
        (folder / name).write_bytes(b"no article")
    assert [line.split(" ")[0] for line in run(folder)[2]] == [
        f"{folder}/two\\nlines.xml",
        f"{folder}/\\xff.xml",
    ]
    assert run(folder / "no\nfile.xml")[2][0].startswith(f"{folder}/no\\nfile.xml does not exist")
