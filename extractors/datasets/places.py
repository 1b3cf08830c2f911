"""Where a dataset lies: a file, a folder, a build's home, or a repository on the Hub."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors.datasets.errors import UnreadableSource
from extractors.datasets.hub import hub_endpoint, is_hub_name, on_hub
from extractors.pmc.web import Patience

if TYPE_CHECKING:
    from huggingface_hub.hf_api import DatasetInfo

# The forms of data files, the best first: one that is there makes the others copies of it.
FORMS = ((".parquet", ".pqt"), (".jsonl", ".ndjson"), (".csv", ".tsv"))
_BESIDE = ("README.md", "ledger.csv")
_SPLIT = re.compile(r"^(train|training|val|valid|validation|dev|test|testing)(?=[-_.]|$)", re.I)
_SAME = {"training": "train", "valid": "val", "validation": "val", "dev": "val", "testing": "test"}


@dataclass(frozen=True, slots=True)
class Part:
    """One data file, and the split whose rows it holds: None where its name tells none."""

    name: str
    path: Path
    split: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A dataset on this machine; one that came from the Hub has the revision that was read."""

    named: str
    root: Path
    parts: tuple[Part, ...]
    revision: str | None = None

    @property
    def is_one_file(self) -> bool:
        """Whether one file was named, which what lies beside it says nothing about."""
        return self.revision is None and Path(os.path.expanduser(self.named)).is_file()


def find_dataset(
    source: str, hub_url: str | None = None, patience: Patience | None = None
) -> Place:
    """The data files of what somebody named; those of the Hub are brought into its cache.

    `UnreadableSource` says in a sentence what is wrong with it; `Unavailable` comes from the Hub.
    """
    path = Path(os.path.expanduser(source))
    try:
        if not source.strip():
            raise UnreadableSource("the dataset", "has no name")
        if path.is_dir():
            root = path / "dataset" if (path / "dataset" / "data").is_dir() else path
            return Place(source, root, _parts(root, source))
        if path.exists():
            return Place(source, path.parent, (_part(path.name, path.parent, None),))
    except OSError as error:
        raise UnreadableSource(source, f"cannot be read ({error.strerror or error})") from None
    if not is_hub_name(source):
        raise UnreadableSource(source, "is not there: no such file or folder")
    return on_hub(source, hub_url, patience or Patience(), _Downloads(source, hub_url))


def data_files(names: Iterable[str], source: str) -> list[str]:
    """The files of the best form, in order; those of the folder `data` where there is one."""
    listed = sorted(names)
    for suffixes in FORMS:
        found = [name for name in listed if name.lower().endswith(suffixes)]
        if found:
            return [name for name in found if name.startswith("data/")] or found
    raise UnreadableSource(source, "holds no Parquet, JSON-lines or CSV files")


@dataclass(frozen=True)
class _Downloads:
    source: str
    hub_url: str | None

    def __call__(self, repo: str, info: DatasetInfo) -> Place:
        from huggingface_hub import snapshot_download
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        names = [each.rfilename for each in info.siblings or []]
        wanted = [name for name in names if name.lower().endswith(sum(FORMS, ()))]
        data_files(wanted, self.source)
        root = snapshot_download(
            repo,
            repo_type="dataset",
            revision=info.sha,
            endpoint=hub_endpoint(self.hub_url),
            allow_patterns=[*wanted, *_BESIDE],
        )
        return Place(self.source, Path(root), _parts(Path(root), self.source), info.sha)


def _parts(root: Path, source: str) -> tuple[Part, ...]:
    names = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not path.relative_to(root).parts[0].startswith(".")
    ]
    declared = list(_declared(root, names))
    if declared:
        return tuple(_part(name, root, split) for split, name in declared)
    return tuple(_part(name, root, None) for name in data_files(names, source))


def _part(name: str, root: Path, split: str | None) -> Part:
    found = _SPLIT.match(name.rsplit("/", 1)[-1])
    by_name = found[1].lower() if found else None
    split = split or by_name
    return Part(name, root / name, _SAME.get(split or "", split))


def _declared(root: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The splits and files of the config which the card of the dataset calls its default."""
    configs = [each for each in _listed(front_matter(root).get("configs")) if "data_files" in each]
    chosen = [each for each in configs if each.get("config_name") == "default"] or configs[:1]
    for each in chosen:
        for files in _listed(each["data_files"]):
            patterns = files.get("path")
            for pattern in patterns if isinstance(patterns, list) else [patterns]:
                for name in sorted(names):
                    if fnmatchcase(name, str(pattern)):
                        yield str(files.get("split", "train")), name


def _listed(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def front_matter(root: Path) -> Mapping[str, Any]:
    """What the card says in its head; nothing where it has none, or none that can be read."""
    from huggingface_hub import metadata_load
    from yaml import YAMLError

    try:
        return metadata_load(root / "README.md") or {}
    except (OSError, ValueError, YAMLError):
        return {}
