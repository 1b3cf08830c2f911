"""A dataset's repository on the Hub, as publishing sees it: its head, its files, its names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import urlsplit

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
    RepoFile,
    constants,
    errors,
    get_token,
    set_client_factory,
)
from huggingface_hub.utils._http import default_client_factory
from huggingface_hub.utils._validators import validate_repo_id

from extractors.pmc.redact import redact
from extractors.pmc.web import Patience
from flows.errors import FAILED, INCOMPLETE, CasebookError, UsageError

Answer = TypeVar("Answer")
MAIN = "main"
# What the client raises of requests is an HTTPError, whatever its HTTP library.
_TOKEN = re.compile(r"[!-~]+")
_TRANSPORT = cast("type[Exception]", errors.HfHubHTTPError.__bases__[0])
# What its upload by Xet raises; a file of ours that cannot be read is an OSError of another kind.
_OF_XET = (ConnectionError, TimeoutError)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
MOVED = 412
# Seconds after which a Hub that says nothing is taken to be down.
SILENCE = 300.0
# What the client says of answers that it could read.
_REFUSED = "Invalid metadata"
_OF_ANSWERS = (_REFUSED, "LFS batch API", "Malformed response")


class HubFailed(CasebookError):
    """The Hub did not do what it was asked; `again` says whether another try may help."""

    def __init__(self, says: str, *, status: int | None, again: bool, wait: float = 0) -> None:
        super().__init__(says)
        self.exit_code = INCOMPLETE if again else FAILED
        self.status, self.again, self.wait = status, again, wait


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the Hub knows it: its Git name, and its SHA-256 if it is a large file."""

    oid: str
    sha256: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """A commit and all its files."""

    sha: str
    files: Mapping[str, RemoteFile]


NOWHERE = Head("", {})


class Repository:
    """One dataset's repository; every reading is tried again while the Hub is not well."""

    def __init__(self, name: str, patience: Patience | None, tell: Callable[[str], None]) -> None:
        try:
            validate_repo_id(name)
        except errors.HFValidationError:
            name_is_one = False
        else:
            name_is_one = name.count("/") == 1
        if not name_is_one:
            raise UsageError(f"{name} is no name of a dataset on the Hub: say ORG/NAME")
        self.name = name
        self.endpoint = (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
        self._token = get_token()
        if self._token and not _TOKEN.fullmatch(self._token):
            raise UsageError("HF_TOKEN holds characters that no token has: set it again")
        self._patience, self._tell = patience or Patience(), tell
        set_client_factory(_client)
        self._api = HfApi(endpoint=self.endpoint, token=self._token)
        # It remembers what it has listed, which is right: files are asked for by commit.
        self._files = HfFileSystem(
            endpoint=self.endpoint, token=self._token, skip_instance_cache=True
        )

    @property
    def is_loopback(self) -> bool:
        """Whether this Hub runs on this machine."""
        host = urlsplit(self.endpoint).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def require_token(self) -> None:
        """Nobody publishes without saying who they are."""
        if not self._token:
            raise UsageError(
                f"publishing to {self.name} needs a token: set HF_TOKEN, or log in by "
                "`hf auth login`"
            )

    def head(self, revision: str = MAIN) -> Head | None:
        """The commit at a revision; None where there is no such repository."""

        def asked() -> Head | None:
            try:
                info = self._api.dataset_info(self.name, revision=revision)
            except errors.GatedRepoError:
                raise
            except errors.RepositoryNotFoundError:
                self._require_welcome()
                return None
            tree = self._api.list_repo_tree(
                self.name, recursive=True, revision=info.sha, repo_type="dataset"
            )
            files = {
                each.path: RemoteFile(
                    each.blob_id, each.lfs.sha256 if each.lfs else None, each.size
                )
                for each in tree
                if isinstance(each, RepoFile)
            }
            return Head(cast(str, info.sha), files)

        return self._ask("read", asked)

    def _require_welcome(self) -> None:
        """The Hub hides what is private from a token that it does not know; it says who that is."""
        if self._token:
            self._api.whoami()

    def read(self, head: Head, path: str) -> bytes | None:
        """The bytes of a small file; None where it is not there."""
        if path not in head.files:
            return None

        def asked() -> bytes:
            with self._opened(head, path) as file:
                return file.read()

        return self._ask(f"read {path} of", asked)

    def reading(self, head: Head, path: str, read: Callable[[BinaryIO], Answer]) -> Answer:
        """What somebody reads out of a file, of which only those parts come."""

        def asked() -> Answer:
            with self._opened(head, path) as file:
                return read(file)

        return self._ask(f"read {path} of", asked)

    def _opened(self, head: Head, path: str) -> BinaryIO:
        opened = self._files.open(
            f"datasets/{self.name}@{head.sha}/{path}", "rb", cache_type="none"
        )
        return cast(BinaryIO, opened)

    def tags(self) -> dict[str, str]:
        """The commit of every tag."""

        def asked() -> dict[str, str]:
            refs = self._api.list_repo_refs(self.name, repo_type="dataset")
            return {tag.name: tag.target_commit for tag in refs.tags}

        return self._ask("read the tags of", asked)

    def open_pulls(self) -> list[int]:
        """The numbers of the pull requests that wait, the newest first."""

        def asked() -> list[int]:
            found = self._api.get_repo_discussions(
                self.name,
                discussion_type="pull_request",
                discussion_status="open",
                repo_type="dataset",
            )
            return [each.num for each in found if each.is_pull_request]

        return self._ask("read the pull requests of", asked)

    def create(self) -> None:
        """Make the repository, unless it is there."""
        self._ask(
            "create", lambda: self._api.create_repo(self.name, repo_type="dataset", exist_ok=True)
        )

    def commit(
        self,
        parent: str,
        files: Mapping[str, Path | bytes],
        gone: list[str],
        *,
        title: str,
        words: str,
        pull: bool,
    ) -> tuple[str, str | None]:
        """One commit on top of `parent`, once: the caller looks before another try.

        Gives its hash, and where its pull request is if it is one.
        """
        added = [
            CommitOperationAdd(path, content if isinstance(content, bytes) else str(content))
            for path, content in files.items()
        ]
        try:
            made = self._api.create_commit(
                self.name,
                [*added, *(CommitOperationDelete(path) for path in gone)],
                commit_message=title,
                commit_description=words,
                repo_type="dataset",
                parent_commit=parent,
                create_pr=pull,
            )
        except Exception as error:
            raise self._said("publish to", error) from None
        return made.oid, made.pr_url

    def tag(self, name: str, commit: str) -> None:
        """Name a commit, once: the caller looks before another try."""
        try:
            self._api.create_tag(self.name, tag=name, revision=commit, repo_type="dataset")
        except Exception as error:
            raise self._said("tag", error) from None

    def _ask(self, doing: str, call: Callable[[], Answer]) -> Answer:
        try:
            for attempt in self._patience.tries(_again):
                with attempt:
                    try:
                        return call()
                    except Exception as error:
                        said = self._said(doing, error)
                        if attempt.num == 1 and _again(said):
                            self._tell(f"{said}; trying again for a while")
                        raise said from None
        except HubFailed as error:
            if not error.again:
                raise
            says = f"{error}; run the same again later"
            raise HubFailed(says, status=error.status, again=True) from None
        raise AssertionError("unreachable")

    def _said(self, doing: str, error: Exception) -> Exception:
        """What the Hub did, in a sentence without secrets; defects of ours stay what they are."""
        cause = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ else error
        response = getattr(cause, "response", None)
        status = getattr(response, "status_code", None)
        if isinstance(cause, ValueError) and str(cause).startswith(_OF_ANSWERS):
            again = not str(cause).startswith(_REFUSED)
            return HubFailed(self._words(doing, str(cause)), status=None, again=again)
        of_token = isinstance(cause, PermissionError) and cause.filename is None
        if not (of_token or isinstance(cause, (_TRANSPORT, *_OF_XET))):
            return error
        if of_token or status in (401, 403):
            return UsageError(
                f"the Hub does not let this token {doing} {self.name} (status {status or 401}): "
                "use one that may write there"
            )
        again = status is None or status in _PASSING
        why = f"status {status}" if again and status else str(cause)
        if response is None:
            why = f"it does not answer ({why})"
        wait = _seconds(getattr(response, "headers", {}).get("Retry-After"))
        return HubFailed(self._words(doing, why), status=status, again=again, wait=wait)

    def _words(self, doing: str, why: str) -> str:
        told = " ".join(redact(why, [self._token]).split())[:300]
        return f"the Hub could not {doing} {self.name}: {told or 'no answer'}"


def _client() -> Any:
    """The Hub's own client, but none that waits for ever."""
    client = default_client_factory()
    client.timeout = SILENCE
    return client


def _again(error: Exception) -> bool | timedelta:
    if not (isinstance(error, HubFailed) and error.again):
        return False
    return timedelta(seconds=error.wait) if error.wait else True


def _seconds(told: Any) -> float:
    try:
        return min(max(float(told), 0.0), 600.0)
    except (TypeError, ValueError):
        return 0.0
