"""What publishing a folder would change in a repository, besides its cases: the files."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.hub.cases import Rows, Told, rows_of
from flows.hub.configs import split_of
from flows.hub.repository import Head, RemoteFile, Repository
from schemas.published import DEFAULT


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a commit would write, and those that it would remove."""

    written: Mapping[str, Path | bytes]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.written or self.gone)


def remote_rows(repository: Repository, head: Head) -> Rows:
    """The same of each case of a repository, whoever wrote it."""
    rows: dict[str, Told] = {}
    for path in sorted(head.files):
        if path.startswith(f"{DEFAULT.folder}/") and path.endswith(".parquet"):
            split = split_of(path)
            rows |= repository.reading(head, path, lambda file, split=split: rows_of(file, split))  # type: ignore[misc]
    return rows


def differing_files(wanted: Mapping[str, Path | bytes], head: Head, former: Sequence[str]) -> Files:
    """What has other bytes there; what a former build wrote and this one does not is to go."""
    written = {
        path: content
        for path, content in wanted.items()
        if not (path in head.files and _is_same(content, head.files[path]))
    }
    gone = [path for path in former if path not in wanted and path in head.files]
    return Files(written, tuple(sorted(gone)))


def _is_same(content: Path | bytes, there: RemoteFile) -> bool:
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size != there.size:
        return False
    name = hashlib.sha256() if there.sha256 else hashlib.sha1(b"blob %d\0" % size)  # noqa: S324
    if isinstance(content, bytes):
        name.update(content)
    else:
        with content.open("rb") as file:
            while part := file.read(1 << 20):
                name.update(part)
    return name.hexdigest() == (there.sha256 or there.oid)


def told_files(files: Files, head: Head | None) -> Iterator[str]:
    """Every file in a line, with its size."""
    for path, content in files.written.items():
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        what = "change" if head and path in head.files else "add"
        yield f"{what} {path} ({size:,} bytes)"
    for path in files.gone:
        yield f"remove {path}"


def told_text(name: str, old: bytes | None, new: bytes) -> Iterator[str]:
    """The lines in which two texts differ."""
    before, after = ((old or b"").decode(errors="replace"), new.decode(errors="replace"))
    yield from difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name} there", f"{name} new", lineterm="", n=1
    )
