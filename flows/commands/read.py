"""XML files as Articles, one JSON line each, or as text, or as an account of what is in neither."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from extractors.jats import Coverage, Unreadable, coverage, read
from extractors.jats.parse import MAX_BYTES
from extractors.pmc import files
from flows.errors import COMPLETE, FAILED, INCOMPLETE, WRONG_USAGE
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
    listing = _Listing(paths)
    for sentence in listing.wrong or listing.unseen:
        err.write(f"{sentence}\n")
    if listing.wrong:
        return WRONG_USAGE
    show = _check_line if check else (_text if as_text else _json_line)
    code = INCOMPLETE if listing.unseen else COMPLETE
    for file in listing.files:
        try:
            shown = show(_xml_of(file))
        except OSError as error:
            code = code or INCOMPLETE
            err.write(f"{_cannot_be_opened(file, error)}\n")
        except Unreadable as error:
            code = FAILED
            err.write(f"{_named(file)} {error}; fetch the file again, or leave it out\n")
        else:
            out.write(shown)
    return code


class _Listing:
    """The files that are meant, and sentences on what is wrong and on what could not be seen."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.files: list[str] = []
        self.wrong: list[str] = []
        self.unseen: list[str] = []
        for path in paths:
            if os.path.isdir(path):
                self._add_folder(path)
            elif _is_missing(path):
                self.wrong.append(
                    f"{_named(path)} does not exist; give an XML file or a folder of them"
                )
            else:
                self.files.append(str(path))

    def _add_folder(self, folder: Path) -> None:
        before = len(self.files) + len(self.unseen)
        self.files += files.find(folder, self._unseen)
        if len(self.files) + len(self.unseen) == before:
            self.wrong.append(f"{_named(folder)} holds no {', '.join(files.SUFFIXES)} file")

    def _unseen(self, error: OSError) -> None:
        self.unseen.append(_cannot_be_opened(str(error.filename), error))


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False  # It may be there, and reading it will say what is in the way.
    return False


def _cannot_be_opened(path: str, error: OSError) -> str:
    return f"{_named(path)} cannot be opened: {error.strerror}; mend it, or leave it out"


def _named(path: Path | str) -> str:
    """A path on one line, whatever its bytes are."""
    return "\\n".join(files.printable(str(path)).splitlines())


def article_row(article: Article) -> dict[str, object]:
    """An Article as plain values, in the order of the command's output."""
    from schemas.arrow import to_row  # pyarrow takes its time, and no other output needs it

    row: dict[str, object] = to_row(article)
    row |= {"pmcid": article.ids.pmcid, "version": article.ids.version}
    return {key: row[key] for key in _FIRST} | row


def _xml_of(path: str) -> bytes:
    loaded = files.load(path, MAX_BYTES >> 20)
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
