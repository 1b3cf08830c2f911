"""Datasets on the Hugging Face Hub: what its refusals and failures mean to who named one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from extractors.datasets.errors import UnreadableSource
from extractors.pmc.errors import Unavailable
from extractors.pmc.web import Patience

if TYPE_CHECKING:
    from huggingface_hub.hf_api import DatasetInfo

Read = TypeVar("Read")

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(?:@[^\s@]+)?")
_FILES = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".lst", ".ids")
_GONE = (401, 403, 404)


def is_hub_name(source: str) -> bool:
    """Whether this can be a dataset on the Hub; what looks like a path is one."""
    named = _NAME.fullmatch(source) and not source.lower().endswith(_FILES)
    return bool(named) and not Path(source).parent.is_dir()


def hub_endpoint(hub_url: str | None) -> str | None:
    """The Hub that is meant: the one named, else that of the environment."""
    return hub_url or os.environ.get("HF_ENDPOINT")


def on_hub(
    source: str, hub_url: str | None, patience: Patience, read: Callable[[str, DatasetInfo], Read]
) -> Read:
    """What `read` makes of a repository and its revision; tried again while the Hub is down."""
    from huggingface_hub import HfApi, errors

    transport = cast("tuple[type[Exception], ...]", errors.HfHubHTTPError.__bases__)
    repo, _, revision = source.partition("@")
    tries = 0

    def again(error: Exception) -> bool:
        if not isinstance(error, transport) or _status(error) in _GONE:
            return False
        if patience.tell and tries == 1:
            patience.tell(f"the Hub does not give {source} ({_why(error)}); trying for a while")
        return True

    try:
        for attempt in patience.tries(again):
            with attempt:
                tries = attempt.num
                api = HfApi(endpoint=hub_endpoint(hub_url))
                return read(repo, api.dataset_info(repo, revision=revision or None, timeout=30))
    except errors.RevisionNotFoundError:
        raise UnreadableSource(source, "has no such revision on the Hub") from None
    except errors.HFValidationError:
        raise UnreadableSource(source, "is no name of a dataset on the Hub") from None
    except transport as error:
        if _status(error) in _GONE:
            raise UnreadableSource(
                source, "is neither a file nor a dataset on the Hub that you may read"
            ) from None
        raise Unavailable("the Hub", _why(error), tries) from None
    raise AssertionError("stamina gives up by raising")


def _why(error: Exception) -> str:
    status = _status(error)
    return f"status {status}" if status else (str(error).splitlines() or ["no answer"])[0]


def _status(error: Exception) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
