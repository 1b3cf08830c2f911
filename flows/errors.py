"""What can stop a command, by what its user can do about it; each message is one sentence."""

from __future__ import annotations

import errno
from pathlib import Path

COMPLETE, FAILED, WRONG_USAGE, INCOMPLETE = 0, 1, 2, 3


class CasebookError(Exception):
    """Stops the command with its message and exit code."""

    exit_code = FAILED


class UsageError(CasebookError):
    """What was asked for cannot be done: ask otherwise."""

    exit_code = WRONG_USAGE


class ServiceDown(CasebookError):
    """A service does not answer now: the same again may do later."""

    exit_code = INCOMPLETE


class HomeBusy(CasebookError):
    """Another build works in this home: wait for it."""


class Damaged(CasebookError):
    """A stored result is not what was written: it is set aside and made again by the next run."""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(f"{folder} is damaged ({what}): build again, and it is made anew")
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return (_damaged, (self.folder, str(self)))


def _damaged(folder: Path, message: str) -> Damaged:
    error = Damaged.__new__(Damaged)
    Exception.__init__(error, message)
    error.folder = folder
    return error


class CatalogueFailed(CasebookError):
    """DuckDB cannot write its file; all that it would say is kept elsewhere."""

    def __init__(self, path: Path, error: Exception) -> None:
        why = str(error).splitlines()[0]
        super().__init__(
            f"cannot write {path} ({why}): free some space or mend the disk, run again"
        )


class StageFailed(CasebookError):
    """A stage broke on a shard, which no article should be able to cause."""


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


class StorageFailed(CasebookError):
    """The disk does not take what is to be kept."""

    def __init__(self, error: OSError, home: Path) -> None:
        where = error.filename or home
        if error.errno in FULL:
            says = f"no space left for {where}: free some and run again; what is finished is kept"
        elif error.errno in FORBIDDEN:
            says = f"cannot write {where}: make it writable, or name another folder with --home"
        else:
            says = f"cannot use {where} ({error.strerror or error}): mend that and run again"
        super().__init__(says)
