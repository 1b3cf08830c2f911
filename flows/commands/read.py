"""XML files as Articles, one JSON line each, or as text, or as an account of what is in neither."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from extractors.jats import Coverage, Unreadable, coverage, read
from extractors.jats.parse import MAX_BYTES
from schemas.article import Article

SUFFIXES = (".xml", ".nxml", ".xml.gz", ".nxml.gz")
# The order in which a reader looks for them; whatever else an Article has comes behind.
_FIRST = (
    *("pmcid", "version", "ids", "title", "abstract", "text", "sections", "paragraphs"),
    *("tables", "figures", "journal", "dates", "article_type", "subjects", "language"),
    *("licence", "retracted"),
)
_WHAT_TO_DO = "fetch the file again, or leave it out"


def read_articles(
    paths: Sequence[Path], *, as_text: bool, check: bool, out: TextIO, err: TextIO
) -> int:
    """Print every article of the files and folders; the rest goes on where one cannot be read."""
    missing = [path for path in paths if not path.exists()]
    for path in missing:
        err.write(f"{path} does not exist; give an XML file or a folder of them\n")
    if missing:
        return 2
    show = _check_line if check else (_text if as_text else _json_line)
    failed = False
    for path in _files(paths, err):
        try:
            out.write(show(read_bytes(path)))
        except (Unreadable, OSError) as error:
            failed = True
            err.write(f"{path} {_what(error)}; {_WHAT_TO_DO}\n")
    return 1 if failed else 0


def article_files(folder: Path) -> list[Path]:
    """The XML files in a folder and the folders in it, by name."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.name.lower().endswith(SUFFIXES) and path.is_file()
    )


def read_bytes(path: Path) -> bytes:
    """The XML of a file, unpacked if need be, and no more of it than an article may have."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable("is no whole gzip file") from error


def article_row(article: Article) -> dict[str, object]:
    """An Article as plain values, in the order of the command's output."""
    from schemas.arrow import to_row  # pyarrow takes its time, and no other output needs it

    row: dict[str, object] = to_row(article)
    row |= {"pmcid": article.ids.pmcid, "version": article.ids.version}
    return {key: row[key] for key in _FIRST} | row


def _files(paths: Sequence[Path], err: TextIO) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = article_files(path)
        if not found:
            err.write(f"{path} holds no XML file ({', '.join(SUFFIXES)})\n")
        yield from found


def _what(error: Exception) -> str:
    return str(error) if isinstance(error, Unreadable) else f"cannot be opened: {error}"


def _json_line(xml: bytes) -> str:
    return json.dumps(article_row(read(xml)), ensure_ascii=False) + "\n"


def _text(xml: bytes) -> str:
    return read(xml).text + "\n"


def _check_line(xml: bytes) -> str:
    return describe(coverage(xml)) + "\n"


def describe(found: Coverage) -> str:
    """Where the characters of one body are, on one line."""
    parts = [f"{count} {why}" for why, count in found.elsewhere.items()]
    line = f"{found.pmcid or 'no id'}: {found.in_text} of {found.characters} characters in the text"
    line += f"; {', '.join(parts)}" if parts else ""
    tags = (f"<{tag}> {count} times" for tag, count in found.unhandled.items())
    return f"{line}; not handled: {', '.join(tags) or 'none'}"
