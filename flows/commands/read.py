"""XML files as Articles, one JSON line each, or as text, or as an account of what is in neither."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from extractors.jats import Coverage, Unreadable, coverage, read
from extractors.jats.parse import MAX_BYTES
from extractors.pmc import files
from schemas.article import Article

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
    for file in _files(paths, err):
        try:
            shown = show(_xml_of(file))
        except Unreadable as error:
            failed = True
            err.write(f"{file} {error}; {_WHAT_TO_DO}\n")
            continue
        out.write(shown)
    return 1 if failed else 0


def article_row(article: Article) -> dict[str, object]:
    """An Article as plain values, in the order of the command's output."""
    from schemas.arrow import to_row  # pyarrow takes its time, and no other output needs it

    row: dict[str, object] = to_row(article)
    row |= {"pmcid": article.ids.pmcid, "version": article.ids.version}
    return {key: row[key] for key in _FIRST} | row


def _files(paths: Sequence[Path], err: TextIO) -> Iterator[str]:
    for path in paths:
        found = list(files.find(path)) if path.is_dir() else [str(path)]
        if not found:
            err.write(f"{path} holds no {', '.join(files.SUFFIXES)} file\n")
        yield from found


def _xml_of(path: str) -> bytes:
    try:
        loaded = files.load(path, MAX_BYTES >> 20)
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error.strerror}") from None
    if loaded.problem:
        raise Unreadable(f"cannot be used: {loaded.problem.detail}")
    return loaded.xml or b""


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
