"""Files and folders that appear whole or not at all, whatever kills the writer."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

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
