"""XML files as Articles, one JSON line each, or as text, or as an account of what is in neither."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from extractors.jats import Coverage, coverage, read
from flows.commands.xml_files import XmlFiles
from schemas.article import Article

# The order in which a reader looks for them; whatever else an Article has comes behind.
_FIRST = (
    *("pmcid", "version", "ids", "title", "abstract", "text", "sections", "paragraphs"),
    *("tables", "figures", "journal", "dates", "article_type", "subjects", "language"),
    *("licence", "retracted"),
)


def read_articles(
    paths: Sequence[Path], *, as_text: bool, check: bool, out: TextIO, err: TextIO
) -> int:
    """Print every article of the files and folders; the rest goes on where one cannot be read."""
    found = XmlFiles(paths, err)
    for shown in found.each(_check_line if check else (_text if as_text else _json_line)):
        out.write(shown)
    return found.code


def article_row(article: Article) -> dict[str, object]:
    """An Article as plain values, in the order of the command's output."""
    from schemas.arrow import to_row  # pyarrow takes its time, and no other output needs it

    row: dict[str, object] = to_row(article)
    row |= {"pmcid": article.ids.pmcid, "version": article.ids.version}
    return {key: row[key] for key in _FIRST} | row


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
