"""Reading XML into Articles, beside what others do with the same files."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

from lxml import etree

from extractors.jats import read, read_front
from schemas.arrow import to_row
from tests.bench import Missing, Row, real_articles

FILES = int(os.environ.get("BENCH_FILES", "20000"))
_SHARD = 250
_ROUNDS = 3
_BATCH = 20
_SPINS = 40


def rows() -> Iterator[Row]:
    """One core against each peer, then two cores against one."""
    files = [path for path in real_articles() if _everyone_reads(path)]
    failed: set[Path] = set()
    peer = _pubmed_parser(failed)
    methods: dict[str, Callable[[bytes, Path], object]] = {
        "ours": lambda xml, _path: read(xml),
        "front": lambda xml, _path: read_front(xml),
        "bare": lambda xml, _path: _bare(xml),
        "reference": lambda xml, _path: _reference(xml),
        "peer": lambda _xml, path: peer(path),
    }
    took = _seconds(methods, files)
    rate = {name: len(files) / seconds for name, seconds in took.items()}
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    yield Row(
        "read, one core",
        f"{rate['ours']:.0f} articles/s",
        "",
        f"{1e3 / rate['ours']:.2f} ms each, {megabytes / took['ours']:.0f} MB/s, "
        f"{len(files)} real files, processor time",
    )
    yield Row("times bare lxml parse", f"{took['ours'] / took['bare']:.1f}", "5 or less")
    yield Row("read_front, times bare lxml parse", f"{took['front'] / took['bare']:.1f}")
    yield Row(
        "faster than the reference's method",
        f"{took['reference'] / took['ours']:.1f} times",
        "15 or more",
        f"BeautifulSoup lxml-xml and ElementTree, {rate['reference']:.0f} articles/s",
    )
    yield Row(
        "faster than pubmed_parser",
        f"{took['peer'] / took['ours']:.1f} times",
        "1 or more",
        f"its front matter and paragraphs, {rate['peer']:.0f} articles/s, {len(failed)} failed",
    )
    yield from _two_cores(files)


def _seconds(
    methods: dict[str, Callable[[bytes, Path], object]], files: list[Path]
) -> dict[str, float]:
    """Processor time of each method for all files, taken in turns: the machine has moods."""
    best: dict[str, float] = dict.fromkeys(methods, 0.0)
    for at in range(0, len(files), _BATCH):
        batch = [(path.read_bytes(), path) for path in files[at : at + _BATCH]]
        times: dict[str, list[float]] = {name: [] for name in methods}
        for _ in range(_ROUNDS):
            for name, method in methods.items():
                start = time.process_time()
                for xml, path in batch:
                    method(xml, path)
                times[name].append(time.process_time() - start)
        for name, rounds in times.items():
            best[name] += min(rounds)
    return best


def _everyone_reads(path: Path) -> bool:
    """One real file has a broken declaration, at which the others give up."""
    with contextlib.suppress(etree.XMLSyntaxError):
        _bare(path.read_bytes())
        return True
    return False


def _bare(xml: bytes) -> object:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, load_dtd=False))


def _reference(xml: bytes) -> object:
    """What the published programs do with an article: one takes its text, another its facts."""
    try:
        from bs4 import BeautifulSoup
    except ImportError as error:
        raise Missing("beautifulsoup4 is not installed") from error
    soup = BeautifulSoup(xml.decode(), "lxml-xml")
    ids = [tag.get_text() for tag in soup.find_all("article-id")]
    body = soup.find("body")
    text = _cleaned(body.get_text(separator="\n", strip=True)) if body else ""
    root = ElementTree.fromstring(xml)
    title, journal = root.find(".//article-title"), root.find(".//journal-title")
    fields = {
        "ids": [one.text for one in root.iterfind(".//article-id")],
        "title": "".join(title.itertext()) if title is not None else "",
        "journal": journal.text if journal is not None else "",
        "dates": [
            [part.text for part in date]
            for kind in ("epub", "ppub")
            for date in root.iterfind(f".//pub-date[@pub-type='{kind}']")
        ],
    }
    return ids, text, fields


def _cleaned(text: str) -> str:
    """Bracketed numbers go, figures rejoin their numbers, lines are joined, repeats dropped."""
    for pattern, instead in _CLEANING:
        text = pattern.sub(instead, text)
    lines = text.strip().split("\n")
    return "\n".join(line for line, before in pairwise([*lines, ""]) if line != before)


_CLEANING = (
    (re.compile(r"\[\s*[0-9]+\s*\]"), ""),
    (re.compile(r"((?:Fig\.|Figure)\s*[0-9]+),?\n"), r"\1 "),
    (re.compile(r"(?<!\n)\n(?!\n)"), " "),
    (re.compile(r"\n{3,}"), "\n\n"),
)


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
    (one, alone), (two, both) = (_read_shards(shards, workers) for workers in (1, 2))
    yield Row(
        f"two processes against one, {len(many)} files",
        f"{one / two:.2f} times",
        "close to 2",
        f"{len(many) / two:.0f} articles/s with to_row, shards of {_SHARD}, start-up excluded; "
        f"a bare loop in the same pools: {alone / both:.2f} times",
    )


def _read_shards(shards: list[list[Path]], workers: int) -> tuple[float, float]:
    """Seconds for all shards, and for a loop that needs nothing but a processor."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        list(pool.map(_warm, range(workers * 2)))
        start = time.perf_counter()
        read_rows = sum(pool.map(_read_shard, shards))
        between = time.perf_counter()
        list(pool.map(_spin, range(_SPINS)))
        end = time.perf_counter()
    if read_rows != sum(map(len, shards)):
        raise RuntimeError("some files were not read")
    return between - start, end - between


def _spin(_number: int) -> int:
    return sum(n * n for n in range(2_000_000))


def _warm(_number: int) -> None:
    read(b"<article/>")
    time.sleep(0.5)  # Long enough for every worker to get one.


def _read_shard(paths: list[Path]) -> int:
    return len([to_row(read(path.read_bytes())) for path in paths])
