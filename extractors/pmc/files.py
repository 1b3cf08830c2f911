"""Articles from a folder: XML files as anyone serves them, PMC's metadata beside them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from extractors.jats import Unreadable, read_front
from schemas.article import Ids
from schemas.reject import Reject

SUFFIXES = (".xml", ".nxml", ".xml.gz", ".nxml.gz")
_NAME = re.compile(r"(PMC[1-9][0-9]{0,11})(?:\.([1-9][0-9]{0,3}))?(?![0-9])")
_MAX_VERSION = 9_999


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bytes of one file and of its metadata, or the problem with them."""

    digest: str
    xml: bytes | None
    metadata: bytes | None
    problem: Reject | None = None


def find(folder: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[str]:
    """The paths of the article files in a folder and below it, in the order of their names."""
    for parent, folders, names in os.walk(folder, onerror=on_error):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield os.path.join(parent, name)


def source_name(path: str, folder: Path) -> str:
    """The name of a file within a folder."""
    return printable(path[len(str(folder)) :].lstrip(os.sep))


def printable(name: str) -> str:
    """A name that can be written, whatever bytes it is made of."""
    return os.fsencode(name).replace(b"\\", b"\\\\").decode(errors="backslashreplace")


def load(path: str, max_mb: int) -> Loaded:
    """Read a file and its metadata. An `OSError` means that it may be readable another time."""
    limit = max_mb << 20
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        return _refused("0", Reject("corrupt", "it is not a regular file; remove it"))
    if found.st_size > limit:
        detail = f"it has {found.st_size >> 20} MB, at most {max_mb} are read (max_article_mb)"
        return _refused(f"{_digest_in_chunks(path)} {max_mb}", Reject("too_big", detail))
    stored, metadata = _read(path), _metadata_of(path, limit)
    digest = hashlib.sha256(stored + b"\0" + (metadata or b"")).hexdigest()
    if not path.lower().endswith(".gz"):
        return Loaded(digest, stored, metadata)
    try:
        xml = _unzip(path, limit)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return _refused(digest, Reject("corrupt", f"its gzip cannot be unpacked: {error}"))
    if len(xml) > limit:
        detail = f"unpacked it has more than {max_mb} MB (max_article_mb)"
        return _refused(f"{digest} {max_mb}", Reject("too_big", detail))
    return Loaded(digest, xml, metadata)


def identify(loaded: Loaded, name: str) -> Ids:
    """Which article this is, by its XML, else its metadata, else the name of its file."""
    ids = _ids_of_name(name)
    for better in (_ids_of_metadata(loaded.metadata), _ids_of_xml(loaded.xml)):
        if better.pmcid:
            same = better.pmcid == ids.pmcid
            ids = Ids(better.pmcid, better.version or (ids.version if same else None))
    return ids


def _refused(digest: str, problem: Reject) -> Loaded:
    return Loaded(digest, None, None, problem)


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _unzip(path: str, limit: int) -> bytes:
    with gzip.open(path) as file:
        return file.read(limit + 1)


def _digest_in_chunks(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _metadata_of(path: str, limit: int) -> bytes | None:
    """The JSON beside an article, under the same name."""
    name = path[: -len(".gz")] if path.lower().endswith(".gz") else path
    beside = name.rpartition(".")[0] + ".json"
    try:
        found = os.stat(beside)
    except FileNotFoundError:
        return None
    regular = stat.S_ISREG(found.st_mode) and found.st_size <= limit
    return _read(beside) if regular else b""


def _ids_of_name(name: str) -> Ids:
    found = _NAME.match(name.rpartition("/")[2])
    return Ids(found[1], int(found[2]) if found[2] else None) if found else Ids()


def _ids_of_metadata(metadata: bytes | None) -> Ids:
    try:
        stored = json.loads(metadata or b"{}")
        return _sound(str(stored.get("pmcid")), int(stored["version"]))
    except (ValueError, AttributeError, KeyError, TypeError, OverflowError, RecursionError):
        return Ids()


def _ids_of_xml(xml: bytes | None) -> Ids:
    try:
        ids = read_front(xml).ids if xml else Ids()
    except Unreadable:
        return Ids()
    return _sound(ids.pmcid or "", ids.version)


def _sound(pmcid: str, version: int | None) -> Ids:
    """Ids as PMC gives them; anything else is none."""
    found = _NAME.fullmatch(pmcid)
    if not found or found[2]:
        return Ids()
    return Ids(found[1], version if version and 0 < version <= _MAX_VERSION else None)
