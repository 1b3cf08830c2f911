"""The article files that a command names, one after the other; what is wrong with one is said."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

from extractors.jats import Unreadable
from extractors.jats.parse import MAX_BYTES
from extractors.pmc import files
from flows.errors import COMPLETE, FAILED, INCOMPLETE, WRONG_USAGE

Made = TypeVar("Made")


class XmlFiles:
    """Files and folders of articles; `code` says how it went, once all were taken."""

    def __init__(self, paths: Sequence[Path], err: TextIO) -> None:
        listing = _Listing(paths)
        for sentence in listing.wrong or listing.unseen:
            err.write(f"{sentence}\n")
        self._err = err
        self._files = [] if listing.wrong else listing.files
        self.code = INCOMPLETE if listing.unseen else COMPLETE
        if listing.wrong:
            self.code = WRONG_USAGE

    def each(self, work: Callable[[bytes], Made]) -> Iterator[Made]:
        """What `work` makes of each file; the rest goes on where one cannot be read."""
        for file in self._files:
            try:
                made = work(_xml_of(file))
            except OSError as error:
                self.code = self.code or INCOMPLETE
                self._err.write(f"{_cannot_be_opened(file, error)}\n")
            except Unreadable as error:
                self.code = FAILED
                self._err.write(f"{_named(file)} {error}; fetch the file again, or leave it out\n")
            else:
                yield made


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


def _xml_of(path: str) -> bytes:
    loaded = files.load(path, MAX_BYTES >> 20)
    if loaded.problem:
        raise Unreadable(f"cannot be used: {loaded.problem.detail}")
    return loaded.xml or b""
