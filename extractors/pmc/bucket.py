"""Articles from PMC's bucket: which versions there are, the metadata of the best, its XML."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import ValidationError

from extractors.pmc.answers import NotUsable
from extractors.pmc.errors import Unavailable, Untrustworthy
from extractors.pmc.objects import Missing, Objects, Patience, TooBig
from extractors.pmc.together import Together
from schemas.metadata import Metadata

MIRROR = re.compile(r"metadata/PMC([1-9][0-9]{0,11})\.([1-9][0-9]{0,3})\.json")
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A version of an article as the bucket holds it: any change of it changes the ETag."""

    version: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """The version of an article to take, with the JSON that says what it is."""

    version: int
    metadata: Metadata
    source: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """An article that was wanted, with bytes that are what the metadata says."""

    pmcid: str
    version: int
    metadata: bytes = field(repr=False)
    xml: bytes = field(repr=False)
    xml_md5: str


@dataclass(frozen=True, slots=True)
class Barred:
    """An article whose XML was not asked for, after a look at its metadata."""

    pmcid: str
    version: int
    metadata: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """An article that could not be had. Only what is unavailable may be had another time."""

    pmcid: str
    why: Literal["missing", "corrupt", "too_big", "unavailable"]
    detail: str


Outcome: TypeAlias = Downloaded | Barred | Failed
Admits: TypeAlias = Callable[[Metadata], bool]


class Bucket:
    """PMC's bucket over kept connections; may be sent to other processes and shared by threads."""

    def __init__(
        self,
        base_url: str,
        connections: int = 32,
        patience: Patience | None = None,
        max_bytes: int = 50 << 20,
    ) -> None:
        self.objects = Objects(base_url, connections, patience or Patience(), max_bytes)

    def states(self, pmcids: Iterable[str]) -> dict[str, tuple[Stored, ...]]:
        """All versions of each article, the highest last; none where the bucket has none.

        Raises `Unavailable` or `Untrustworthy` rather than leave an article out.
        """
        found: dict[str, tuple[Stored, ...]] = dict.fromkeys(pmcids, ())

        def look(pmcid: str) -> None:
            found[pmcid] = self._versions(pmcid)

        self._together(len(found)).run(tuple(found), look)
        return found

    def metadata(self, pmcid: str, version: int) -> bytes:
        """The metadata JSON of one version."""
        return self._metadata(pmcid, version)[0]

    def xml(self, key: str, md5: str | None) -> bytes:
        """An article's XML, with the md5 that it must have."""

        def check(body: bytes, _etag: str) -> None:
            if md5 is not None and (found := _md5(body)) != md5:
                raise NotUsable(f"its md5 is {found}, not {md5}")

        return self.objects.get(key, check)

    def best(self, pmcid: str, versions: Sequence[int]) -> Chosen:
        """The highest version that is no manuscript, else the highest."""
        highest: Chosen | None = None
        for version in sorted(versions, reverse=True):
            try:
                source, metadata = self._metadata(pmcid, version)
            except Missing:
                continue
            chosen = Chosen(version, metadata, source)
            if not metadata.is_manuscript:
                return chosen
            highest = highest or chosen
        if highest is None:
            raise Missing(f"the metadata of {pmcid}")
        return highest

    def fetch_many(
        self,
        wanted: Iterable[tuple[str, Sequence[int]]],
        on_done: Callable[[Outcome], None],
        admits: Admits = lambda metadata: True,
    ) -> None:
        """Fetch articles side by side and tell each outcome as it comes, one at a time.

        `wanted` is taken from as threads become free, so it may be of any length. An error in
        `on_done` ends everything and is raised here.
        """
        together = self._together(self.objects.connections)

        def fetch(item: tuple[str, Sequence[int]]) -> None:
            outcome = self.fetch(*item, admits)
            with together.alone() as somebody_listens:
                if somebody_listens:
                    on_done(outcome)

        together.run(wanted, fetch)

    def fetch(self, pmcid: str, versions: Sequence[int], admits: Admits) -> Outcome:
        """One article, or why it could not be had."""
        try:
            return self._article(pmcid, self.best(pmcid, versions), admits)
        except Missing as missing:
            return Failed(pmcid, "missing", str(missing))
        except TooBig as big:
            return Failed(pmcid, "too_big", str(big))
        except Untrustworthy as wrong:
            return Failed(pmcid, "corrupt", wrong.what)
        except Unavailable as unavailable:
            return Failed(pmcid, "unavailable", unavailable.why)

    def _article(self, pmcid: str, chosen: Chosen, admits: Admits) -> Outcome:
        if not admits(chosen.metadata):
            return Barred(pmcid, chosen.version, chosen.source)
        key, md5 = _xml_key(chosen.metadata), chosen.metadata.xml_md5
        try:
            xml = self.xml(key, md5)
        except (Missing, Untrustworthy):
            # PMC may have replaced the article since its metadata was read.
            source, metadata = self._metadata(pmcid, chosen.version)
            if source == chosen.source:
                raise
            return self._article(pmcid, Chosen(chosen.version, metadata, source), admits)
        return Downloaded(pmcid, chosen.version, chosen.source, xml, md5 or _md5(xml))

    def _metadata(self, pmcid: str, version: int) -> tuple[bytes, Metadata]:
        read: list[Metadata] = []

        def check(body: bytes, etag: str) -> None:
            # An ETag is the md5 of any object that was not put together from parts.
            if _MD5.fullmatch(etag) and _md5(body) != etag:
                raise NotUsable(f"its md5 is not its ETag, {etag}")
            read[:] = [_parsed(body, pmcid, version)]

        return self.objects.get(f"metadata/{pmcid}.{version}.json", check), read[0]

    def _versions(self, pmcid: str) -> tuple[Stored, ...]:
        found = []
        for entry in self.objects.list(f"metadata/{pmcid}."):
            if match := MIRROR.fullmatch(entry.key):
                moment = datetime.fromisoformat(entry.modified)
                found.append(Stored(int(match[2]), entry.etag, moment))
        return tuple(sorted(found, key=lambda one: one.version))

    def _together(self, items: int) -> Together:
        return Together(max(1, min(items, self.objects.connections)))


def _parsed(body: bytes, pmcid: str, version: int) -> Metadata:
    try:
        metadata = Metadata.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise NotUsable(f"it is not PMC's: {where}: {first['msg']}") from None
    if (metadata.pmcid, metadata.version) != (pmcid, version):
        raise NotUsable(f"it is that of {metadata.pmcid}.{metadata.version}")
    return metadata


def _xml_key(metadata: Metadata) -> str:
    """The key that stands in `s3://bucket/key?md5=...`."""
    address = (metadata.xml_url or "").partition("?")[0].removeprefix("s3://")
    key = address.partition("/")[2]
    if not key:
        raise Missing(f"the XML of {metadata.pmcid}.{metadata.version}")
    return key


def _md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
