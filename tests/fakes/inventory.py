"""The bucket's daily lists of all metadata files, each as things were when it was taken."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from tests.fakes.library import Library, md5
from tests.fakes.world import Article, Version, World

FOLDER = "inventory-reports/pmc-oa-opendata/metadata/"
_SHARDS = 3
_KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Report:
    """One inventory: its folder, and its files by key."""

    day: date
    folder: str
    files: dict[str, bytes]


class Inventory:
    """One report a day, at one in the morning; those of today and yesterday are there at once.

    A report is made when it is read or just before the world changes, so that it tells of the
    world as it was when the day began.
    """

    def __init__(self, world: World, library: Library) -> None:
        self._world = world
        self._library = library
        self._reports: list[Report] = []
        self._due = [(world.today - timedelta(days=1), 1), (world.today, 1)]
        world.before_change = self._make_due

    def take(self) -> str:
        """A report of now, later than any of this day; its folder."""
        self._make_due()
        today = self._world.today
        hour = 1 + sum(report.day == today for report in self._reports)
        self._due.append((today, hour))
        self._make_due()
        return self._reports[-1].folder

    def files(self, *, without_newest_manifest: bool) -> dict[str, bytes]:
        """All files by key."""
        self._make_due()
        found: dict[str, bytes] = {}
        for report in self._reports:
            found |= report.files
        if without_newest_manifest:
            del found[f"{self._reports[-1].folder}manifest.json"]
        return found

    def _make_due(self) -> None:
        today = self._world.today
        if all(day != today for day, _ in self._due) and self._reports[-1].day < today:
            self._due.append((today, 1))
        for day, hour in self._due:
            self._reports.append(self._made(day, hour))
        self._due.clear()
        self._reports = [
            report for report in self._reports if (today - report.day).days < _KEPT_DAYS
        ]

    def _made(self, day: date, hour: int) -> Report:
        stamp = f"{day}T{hour:02}-00Z"
        lines: list[list[str]] = [[] for _ in range(_SHARDS)]
        for article in self._world.in_bucket(day):
            for version in article.versions:
                lines[article.number % _SHARDS].append(self._line(article, version))
        shards = {
            _shard_key(stamp, place): gzip.compress("".join(told).encode(), 1, mtime=0)
            for place, told in enumerate(lines)
        }
        folder = f"{FOLDER}{stamp}/"
        manifest = _manifest(datetime.combine(day, time(hour), UTC), shards)
        sums = {
            f"{folder}manifest.json": manifest,
            f"{folder}manifest.checksum": md5(manifest).encode(),
            f"{FOLDER}hive/dt={day}-{hour:02}-00/symlink.txt": "\n".join(
                f"s3://pmc-oa-opendata/{key}" for key in shards
            ).encode(),
        }
        return Report(day, folder, shards | sums)

    def _line(self, article: Article, version: Version) -> str:
        etag = self._library.metadata_etag(article, version)
        key = f"metadata/{article.pmcid}.{version.number}.json"
        return f'"pmc-oa-opendata","{key}","{modified(article, version)}","{etag}"\n'


def modified(article: Article, version: Version) -> str:
    """When a version was last changed."""
    dates = (article.entered, version.on, article.changed)
    return f"{max(day for day in dates if day)}T11:47:59.000Z"


def _shard_key(stamp: str, place: int) -> str:
    return f"{FOLDER}data/{UUID(md5(f'{stamp} {place}'.encode()))}.csv.gz"


def _manifest(at: datetime, shards: dict[str, bytes]) -> bytes:
    told = {
        "sourceBucket": "pmc-oa-opendata",
        "destinationBucket": "arn:aws:s3:::pmc-oa-opendata",
        "version": "2016-11-30",
        "creationTimestamp": str(int(at.timestamp() * 1000)),
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, LastModifiedDate, ETag",
        "files": [
            {"key": key, "size": len(body), "MD5checksum": md5(body)}
            for key, body in shards.items()
        ],
    }
    return json.dumps(told, indent=2).encode()
