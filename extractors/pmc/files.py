"""Articles from a folder: XML files as anyone serves them, PMC's metadata beside them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extractors.jats import Unreadable, read_front
from schemas.article import Ids
from schemas.reject import Reject

SUFFIXES = (".xml", ".nxml", ".xml.gz", ".nxml.gz")
_NAME = re.compile(r"(PMC\d+)(?:\.(\d+))?")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bytes of one file and of its metadata, or the problem with them."""

    digest: str
    xml: bytes | None
    metadata: bytes | None
    problem: Reject | None = None


def find(folder: Path) -> Iterator[Path]:
    """The article files of a folder and the folders below it, in the order of their names."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield Path(parent, name)


def source_name(path: Path, folder: Path) -> str:
    """A printable name for a file, whatever bytes its name is made of."""
    name = path.relative_to(folder).as_posix()
    return os.fsencode(name).decode(errors="backslashreplace")


def load(path: Path, max_mb: int) -> Loaded:
    """Read a file and its metadata. An `OSError` means that it may be readable another time."""
    if path.exists() and not path.is_file():
        return _refused("0", Reject("corrupt", "it is not a regular file; remove it"))
    limit = max_mb << 20
    if path.stat().st_size > limit:
        detail = (
            f"it has {path.stat().st_size >> 20} MB, at most {max_mb} are read (max_article_mb)"
        )
        return _refused(_digest_in_chunks(path), Reject("too_big", detail))
    stored = path.read_bytes()
    metadata_path = _metadata_path(path)
    metadata = metadata_path.read_bytes() if metadata_path.is_file() else None
    digest = hashlib.sha256(stored + b"\0" + (metadata or b"")).hexdigest()
    if path.suffix.lower() != ".gz":
        return Loaded(digest, stored, metadata)
    try:
        xml = _unzip(path, limit)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return _refused(digest, Reject("corrupt", f"its gzip cannot be unpacked: {error}"))
    if len(xml) > limit:
        return _refused(digest, Reject("too_big", f"unpacked it has more than {max_mb} MB"))
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


def _unzip(path: Path, limit: int) -> bytes:
    with gzip.open(path) as file:
        return file.read(limit + 1)


def _digest_in_chunks(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _metadata_path(path: Path) -> Path:
    name = path.name[: -len(".gz")] if path.suffix.lower() == ".gz" else path.name
    return path.with_name(name.rpartition(".")[0] + ".json")


def _ids_of_name(name: str) -> Ids:
    found = _NAME.match(name.rpartition("/")[2])
    return Ids(found[1], int(found[2]) if found[2] else None) if found else Ids()


def _ids_of_metadata(metadata: bytes | None) -> Ids:
    try:
        stored = json.loads(metadata or b"{}")
        found = _NAME.fullmatch(str(stored.get("pmcid")))
        return Ids(found[1], int(stored["version"])) if found else Ids()
    except (ValueError, AttributeError, KeyError, TypeError):
        return Ids()


def _ids_of_xml(xml: bytes | None) -> Ids:
    try:
        return read_front(xml).ids if xml else Ids()
    except Unreadable:
        return Ids()
