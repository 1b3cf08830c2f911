"""Reading XML into Articles, beside what others do with the same files."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from lxml import etree

from extractors.jats import read, read_front
from schemas.arrow import to_row
from tests.bench import Missing, Row, real_articles

FILES = int(os.environ.get("BENCH_FILES", "20000"))
_SHARD = 250
_ROUNDS = 5


def rows() -> Iterator[Row]:
    """One core against each peer, then two cores against one."""
    files = [path for path in real_articles() if _everyone_reads(path)]
    xml = [path.read_bytes() for path in files]
    megabytes = sum(map(len, xml)) / 1e6
    ours = _best(read, xml)
    yield Row(
        "read, one core",
        f"{len(xml) / ours:.0f} articles/s",
        "",
        f"{ours / len(xml) * 1e3:.2f} ms each, {megabytes / ours:.0f} MB/s, {len(xml)} real files",
    )
    bare = _best(_bare, xml)
    yield Row("times bare lxml.etree.parse", f"{ours / bare:.1f}", "5 or less", "its share of ours")
    yield Row("read_front, times bare parse", f"{_best(read_front, xml) / bare:.1f}")
    reference = _best(_reference, xml, rounds=1)
    yield Row(
        "faster than the reference's method",
        f"{reference / ours:.1f} times",
        "15 or more",
        f"BeautifulSoup lxml-xml and ElementTree, {len(xml) / reference:.0f} articles/s",
    )
    failed: set[Path] = set()
    peer = _best(_pubmed_parser(failed), files, rounds=2)
    yield Row(
        "faster than pubmed_parser",
        f"{peer / ours:.1f} times",
        "1 or more",
        f"its front matter and paragraphs, {len(xml) / peer:.0f} articles/s, {len(failed)} failed",
    )
    yield from _two_cores(files)


def _best(work: Callable[[Any], object], items: list[Any], rounds: int = _ROUNDS) -> float:
    """The shortest of several rounds: what else runs on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for item in items:
            work(item)
        times.append(time.perf_counter() - start)
    return min(times)


def _everyone_reads(path: Path) -> bool:
    """One real file has a broken declaration, at which the others give up."""
    with contextlib.suppress(etree.XMLSyntaxError):
        _bare(path.read_bytes())
        return True
    return False


def _bare(xml: bytes) -> object:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, load_dtd=False))


def _reference(xml: bytes) -> object:
    """The method as its paper and code describe it: all text of the body, and a few fields."""
    try:
        from bs4 import BeautifulSoup
    except ImportError as error:
        raise Missing("beautifulsoup4 is not installed") from error
    body = BeautifulSoup(xml, "lxml-xml").find("body")
    text = " ".join(body.get_text(separator=" ").split()) if body else ""
    root = ElementTree.fromstring(xml)
    ids = {one.get("pub-id-type"): one.text for one in root.iter("article-id")}
    title = root.find(".//article-title")
    fields = {
        "title": "".join(title.itertext()) if title is not None else "",
        "journal": root.findtext(".//journal-title"),
        "dates": [[part.text for part in date] for date in root.iter("pub-date")],
    }
    return text, ids, fields


def _pubmed_parser(failed: set[Path]) -> Callable[[Path], None]:
    try:
        import pubmed_parser  # type: ignore[import-untyped]
    except ImportError as error:
        raise Missing("pubmed_parser is not installed") from error

    def parse(path: Path) -> None:
        try:
            pubmed_parser.parse_pubmed_xml(str(path))
            pubmed_parser.parse_pubmed_paragraph(str(path), all_paragraph=True)
        except (KeyError, AttributeError, TypeError, ValueError):
            failed.add(path)

    return parse


def _two_cores(files: list[Path]) -> Iterator[Row]:
    if (os.cpu_count() or 1) < 2:
        raise Missing("a second core")
    many = [files[n % len(files)] for n in range(FILES)]
    shards = [many[at : at + _SHARD] for at in range(0, len(many), _SHARD)]
    one, two = (_read_shards(shards, workers) for workers in (1, 2))
    yield Row(
        f"two processes against one, {len(many)} files",
        f"{one / two:.2f} times",
        "close to 2",
        f"{len(many) / two:.0f} articles/s with to_row, shards of {_SHARD}, start-up excluded",
    )


def _read_shards(shards: list[list[Path]], workers: int) -> float:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        list(pool.map(_warm, range(workers * 2)))
        start = time.perf_counter()
        read_rows = sum(pool.map(_read_shard, shards))
        took = time.perf_counter() - start
    if read_rows != sum(map(len, shards)):
        raise RuntimeError("some files were not read")
    return took


def _warm(_number: int) -> None:
    read(b"<article/>")
    time.sleep(0.5)  # Long enough for every worker to get one.


def _read_shard(paths: list[Path]) -> int:
    return len([to_row(read(path.read_bytes())) for path in paths])
