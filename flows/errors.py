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


class HomeBusy(CasebookError):
    """Another build works in this home: wait for it."""


class Damaged(CasebookError):
    """A stored result is not what was written: it is set aside and made again by the next run."""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(
            f"{folder} is damaged ({what}); run the same command again to make it anew"
        )
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return (_damaged, (self.folder, str(self)))


def _damaged(folder: Path, message: str) -> Damaged:
    error = Damaged.__new__(Damaged)
    Exception.__init__(error, message)
    error.folder = folder
    return error


class StageFailed(CasebookError):
    """A stage broke on a shard, which no article should be able to cause."""


def storage_sentence(error: OSError, home: Path) -> str:
    """What a failing disk means for the user, and the way back."""
    where = error.filename or home
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space left for {where}: free some and run again; all that is finished is kept"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"cannot write {where}: make it writable, or name another folder with --home"
    return f"cannot use {where} ({error.strerror or error}): mend that and run again"
