"""Whatever lies in the folder: a reject with a reason, and the build goes on."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from flows.commands.status import query
from flows.errors import UsageError
from flows.warehouse.home import Home
from tests.flows.building import build, folder_of

BOMB = (
    b'<!DOCTYPE article [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><article><front><article-meta><title-group><article-title>&j;</article-title>"
    b"</title-group></article-meta></front><body><p>&j;</p></body></article>"
)
OUTSIDE = (
    b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<article><front><article-meta><title-group><article-title>x</article-title></title-group>"
    b"</article-meta></front><body><p>&x;</p></body></article>"
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "xml", (1, 3))


def outcomes(home: Path) -> dict[str, tuple[str, str | None]]:
    """The state and reason of every file."""
    rows = query(Home(home), "SELECT source, state, reason FROM articles")
    return {row["source"]: (row["state"], row["reason"]) for row in rows}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("PMC9000000901.xml", b"", "unreadable"),
        ("PMC9000000902.xml", b"%PDF-1.7 not an article", "unreadable"),
        ("PMC9000000903.xml", b"<html><body><p>404</p></body></html>", "unreadable"),
        ("PMC9000000904.xml", BOMB, "unreadable"),
        ("PMC9000000905.xml", OUTSIDE, "unreadable"),
        ("PMC9000000906.xml", b"<article>" * 100_000, "unreadable"),
        ("PMC9000000907.xml", bytes(range(256)) * 50, "unreadable"),
        ("PMC9000000908.xml.gz", b"\x1f\x8b not gzip", "corrupt"),
        ("PMC9000000909.xml.gz", gzip.compress(b" " * (3 << 20)), "too_big"),
        ("PMC9000000910.xml", b" " * (3 << 20), "too_big"),
        ("nameless.xml", b"<article><front/><body><p>x</p></body></article>", "no_id"),
    ],
)
def test_a_file_that_is_no_article_is_a_reject_and_the_others_are_kept(
    good: Path, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (good / name).write_bytes(content)
    summary = build(tmp_path / "home", xml=good, max_article_mb=2)
    assert summary.state == "complete"
    assert outcomes(tmp_path / "home")[name] == ("rejected", reason)
    assert summary.articles["kept"] == 2


def test_odd_names_do_no_harm(good: Path, tmp_path: Path) -> None:
    content = (good / "PMC9000000003.2.xml").read_bytes()
    names = [b"a name.xml", b"two\nlines.xml", b"\xff\xfe.xml", "ünï|'\";$.nxml".encode()]
    for number, name in enumerate(names):
        changed = content.replace(b"PMC9000000003", b"PMC900000092%d" % number)
        (Path(os.fsdecode(os.fsencode(good) + b"/" + name))).write_bytes(changed)
    summary = build(tmp_path / "home", xml=good, workers=2)
    states = outcomes(tmp_path / "home")
    assert {"a name.xml", "two\nlines.xml", "\\xff\\xfe.xml", "ünï|'\";$.nxml"} <= states.keys()
    assert summary.articles["arrived"] == 6
    assert build(tmp_path / "home", xml=good).done == {}


def test_a_file_that_cannot_be_opened_is_pending_and_retried(good: Path, tmp_path: Path) -> None:
    (good / "PMC9000000005.1.xml").symlink_to(tmp_path / "not there yet")
    summary = build(tmp_path / "home", xml=good)
    assert summary.state == "incomplete"
    assert [p.source for p in summary.pending] == ["PMC9000000005.1.xml"]
    assert outcomes(tmp_path / "home")["PMC9000000005.1.xml"] == ("pending", "unreadable_file")
    (good / "PMC9000000005.1.xml").unlink()
    folder_of(good, (5,))
    summary = build(tmp_path / "home", xml=good)
    assert summary.state == "complete"
    assert summary.articles["arrived"] == 3


def test_a_pipe_or_folder_with_an_article_name_does_not_hang(good: Path, tmp_path: Path) -> None:
    os.mkfifo(good / "PMC9000000930.xml")
    (good / "PMC9000000931.xml").mkdir()
    build(tmp_path / "home", xml=good)
    states = outcomes(tmp_path / "home")
    assert states["PMC9000000930.xml"] == ("rejected", "corrupt")
    assert "PMC9000000931.xml" not in states


def test_metadata_that_is_not_pmcs_is_a_reject(good: Path, tmp_path: Path) -> None:
    (good / "PMC9000000001.1.json").write_text('{"pmcid": "PMC9000000001", "pmid": [1]}')
    (good / "PMC9000000003.2.json").write_text("{")
    build(tmp_path / "home", xml=good)
    assert set(outcomes(tmp_path / "home").values()) == {("rejected", "corrupt")}


def test_of_one_id_given_twice_the_higher_version_stays(good: Path, tmp_path: Path) -> None:
    content = (good / "PMC9000000003.2.xml").read_bytes()
    for version in (9, 10):
        changed = content.replace(b"PMC9000000003.2", b"PMC9000000003.%d" % version)
        (good / f"PMC9000000003.{version}.xml").write_bytes(changed)
    build(tmp_path / "home", xml=good)
    states = outcomes(tmp_path / "home")
    assert states["PMC9000000003.10.xml"] == ("kept", None)
    assert states["PMC9000000003.9.xml"] == ("rejected", "superseded")
    assert states["PMC9000000003.2.xml"] == ("rejected", "superseded")
    assert build(tmp_path / "home", xml=good).done == {}


def test_a_better_version_that_comes_later_takes_the_place(good: Path, tmp_path: Path) -> None:
    build(tmp_path / "home", xml=good)
    content = (good / "PMC9000000003.2.xml").read_bytes()
    changed = content.replace(b"PMC9000000003.2", b"PMC9000000003.3")
    (good / "PMC9000000003.3.xml").write_bytes(changed)
    summary = build(tmp_path / "home", xml=good)
    states = outcomes(tmp_path / "home")
    assert states["PMC9000000003.3.xml"] == ("kept", None)
    assert states["PMC9000000003.2.xml"] == ("rejected", "superseded")
    assert summary.added == summary.removed == ()
    assert build(tmp_path / "home", xml=good).done == {}


def test_a_changed_article_hides_its_old_row(good: Path, tmp_path: Path) -> None:
    build(tmp_path / "home", xml=good)
    (good / "PMC9000000001.1.json").unlink()
    path = good / "PMC9000000001.1.xml"
    path.write_text(path.read_text(encoding="utf-8").replace("CC BY", "CC BY-ND"))
    summary = build(tmp_path / "home", xml=good)
    assert summary.articles["arrived"] == 2
    assert summary.done["capture"] == 1


def test_when_the_better_version_leaves_the_next_one_takes_its_place(
    good: Path, tmp_path: Path
) -> None:
    content = (good / "PMC9000000003.2.xml").read_bytes()
    better = good / "PMC9000000003.3.xml"
    better.write_bytes(content.replace(b"PMC9000000003.2", b"PMC9000000003.3"))
    build(tmp_path / "home", xml=good)
    better.unlink()
    summary = build(tmp_path / "home", xml=good, full=True)
    assert summary.articles == {"arrived": 2, "kept": 2}
    assert summary.added == summary.removed == ()
    assert outcomes(tmp_path / "home")["PMC9000000003.2.xml"] == ("kept", None)


def test_a_file_that_gets_its_id_is_one_article(good: Path, tmp_path: Path) -> None:
    (good / "z.xml").write_bytes(b"<article><front/><body><p>x</p></body></article>")
    build(tmp_path / "home", xml=good)
    content = (good / "PMC9000000003.2.xml").read_bytes()
    (good / "z.xml").write_bytes(content.replace(b"PMC9000000003", b"PMC9000000940"))
    assert build(tmp_path / "home", xml=good).articles["arrived"] == 3


@pytest.mark.parametrize(
    "name", ["PMC" + "9" * 30, "PMC9000000003." + "9" * 30, "PMC0009000000003"]
)
def test_ids_that_pmc_would_not_give_are_none(good: Path, tmp_path: Path, name: str) -> None:
    (good / f"{name}.xml").write_bytes(b"<article><front/><body><p>x</p></body></article>")
    build(tmp_path / "home", xml=good)
    assert outcomes(tmp_path / "home")[f"{name}.xml"] in (
        ("rejected", "no_id"),
        ("rejected", "superseded"),
    )


@pytest.mark.parametrize(
    "metadata",
    ['{"pmcid": "PMC9000000003", "version": 1e999}', "[" * 100_000, '{"pmid": 1' + "0" * 30 + "}"],
)
def test_hostile_metadata_ends_its_article_only(good: Path, tmp_path: Path, metadata: str) -> None:
    (good / "PMC9000000003.2.json").write_text(metadata)
    build(tmp_path / "home", xml=good)
    states = outcomes(tmp_path / "home")
    assert states["PMC9000000003.2.xml"] == ("rejected", "corrupt")
    assert states["PMC9000000001.1.xml"] == ("kept", None)


def test_what_cannot_be_seen_is_not_let_go(good: Path, tmp_path: Path) -> None:
    build(tmp_path / "home", xml=good)
    path = good / "PMC9000000003.2.xml"
    path.unlink()
    path.symlink_to(tmp_path / "none")
    summary = build(tmp_path / "home", xml=good, full=True)
    assert summary.removed == ()
    assert [p.source for p in summary.pending] == ["PMC9000000003.2.xml"]


def test_a_file_that_changes_between_search_and_capture_is_pending(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import pipeline

    search = pipeline.find_arrivals

    def find_then_change(*arguments: object) -> object:
        found = search(*arguments)  # type: ignore[arg-type]
        (good / "PMC9000000003.2.xml").write_bytes(b"<article/>")
        (good / "PMC9000000001.1.xml").unlink()
        return found

    monkeypatch.setattr(pipeline, "find_arrivals", find_then_change)
    summary = build(tmp_path / "home", xml=good)
    assert {p.reason for p in summary.pending} == {"changed"}
    assert summary.articles == {"arrived": 2, "pending": 2}


def test_articles_are_not_kept_in_the_home(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "home" / "dataset", (1, 3))
    with pytest.raises(UsageError, match="lies in the home"):
        build(tmp_path / "home", xml=folder)
    with pytest.raises(UsageError, match="did not write"):
        build(tmp_path / "home", sample=True)
    assert len(list(folder.iterdir())) == 4
