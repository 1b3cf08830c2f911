"""Files and folders that appear whole or not at all, whatever kills the writer."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import UsageError

TEMPORARY = ".casebook-draft-"


def sync(path: Path) -> None:
    """Make a file or folder outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to fill, which becomes `target` when the block ends without an error.

    Where `target` is there already, somebody has made the same: what was filled is dropped.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target.parent))
    try:
        yield draft
        for path in draft.rglob("*"):
            sync(path)
        sync(draft)
        if not target.exists():
            draft.chmod(0o755)
            draft.rename(target)
            sync(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def replaced_folder(target: Path, ours: Collection[str]) -> Iterator[tuple[Path, Path]]:
    """A folder to fill, which takes the place of `target` at the end, and one for scratch.

    What lies at `target` may hold nothing but what is named as ours.
    """
    require_ours(target, ours)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target.parent) as folder:
        draft, scratch = Path(folder, "new"), Path(folder, "scratch")
        draft.mkdir()
        scratch.mkdir()
        yield draft, scratch
        for path in [*(path for path in draft.rglob("*")), draft]:
            sync(path)
        require_ours(target, ours)
        if target.exists():
            target.rename(Path(folder, "old"))
        draft.rename(target)
        sync(target.parent)


def require_ours(target: Path, ours: Collection[str]) -> None:
    """What lies where something goes is replaced only if we wrote it."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file: move it, or name another folder")
    there = {path.name for path in target.iterdir()} if target.exists() else set()
    if strangers := there - set(ours):
        raise UsageError(f"{target} holds {min(strangers)}, which Casebook did not write: move it")


def write_whole(target: Path, content: bytes) -> None:
    """Write or replace a file in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
        draft.replace(target)
        sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a folder, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}


def clear_drafts(root: Path) -> None:
    """Remove what a killed writer left, where writers leave it."""
    places = (root, root / "runs", root / "inventory", *(root / "shards").glob("*"))
    places += tuple((root / "search").glob("*"))
    for draft in (draft for place in places for draft in place.glob(f"{TEMPORARY}*")):
        shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink(
            missing_ok=True
        )


def write_parquet(table: pa.Table, target: Path) -> None:
    """Write a table so that the same rows give the same bytes."""
    pq.write_table(table, target, compression="zstd", compression_level=3)
