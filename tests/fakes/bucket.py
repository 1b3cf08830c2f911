"""The bucket: S3's GET of an object and of a list, without signatures."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.fakes.behaviour import Settings
from tests.fakes.inventory import FOLDER, Inventory, modified
from tests.fakes.library import Library, md5, stem
from tests.fakes.serving import Request, Response
from tests.fakes.world import Article, Version, World

_NAME = "pmc-oa-opendata"
_OF_ARTICLE = re.compile(r"(?:metadata/)?PMC(\d+)\.")
_OBJECT = re.compile(r"(?:PMC(\d+)\.(\d+)/)?(metadata/)?PMC(\d+)\.(\d+)\.(xml|json)")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_MOST_KEYS = 1000
_TYPES = {"xml": "application/xml", "json": "application/json", "gz": "application/x-gzip"}


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the bucket."""

    body: Callable[[], bytes]
    modified: str
    etag: Callable[[], str]


class Bucket:
    """Answers for keys and lists, also under `/pmc-oa-opendata/` as S3's own clients ask."""

    name = "bucket"

    def __init__(
        self, world: World, library: Library, inventory: Inventory, settings: Settings
    ) -> None:
        self._world = world
        self._library = library
        self._inventory = inventory
        self._settings = settings
        self._all: tuple[tuple[int, bool], list[str]] = ((-1, False), [])

    def kind(self, request: Request) -> str:
        """What is asked for: list, xml, json, metadata, manifest, shard, other."""
        key = _key(request)
        if not key:
            return "list"
        if key.startswith(FOLDER):
            last = key.rpartition("/")[2]
            return (
                "manifest" if last == "manifest.json" else "shard" if "/data/" in key else "other"
            )
        if key.startswith("metadata/"):
            return "metadata"
        suffix = key.rpartition(".")[2]
        return suffix if suffix in ("xml", "json") else "other"

    def limited(self, request: Request) -> Response | None:
        """No limit is published."""
        return None

    def answer(self, request: Request) -> Response:
        """An object, a part of one, or a list."""
        key = _key(request)
        if not key:
            return self._list(request)
        found = self._object(key)
        if found is None:
            return _no_such_key(key)
        body, etag = found.body(), f'"{found.etag()}"'
        at = datetime.fromisoformat(found.modified)
        headers = {
            "ETag": etag,
            "Last-Modified": format_datetime(at, usegmt=True),
            "Accept-Ranges": "bytes",
            "Server": "AmazonS3",
        }
        kind = _TYPES.get(key.rpartition(".")[2], "binary/octet-stream")
        if request.headers.get("if-none-match") == etag:
            return Response(b"", 304, kind, headers)
        if asked := _RANGE.fullmatch(request.headers.get("range", "")):
            return _part(body, asked, kind, headers)
        return Response(body, 200, kind, headers)

    def _object(self, key: str) -> Object | None:
        if key.startswith(FOLDER):
            body = self._files().get(key)
            if body is None:
                return None
            at = f"{self._world.today}T01:00:00.000Z"
            return Object(lambda: body, at, lambda: md5(body))
        named = _OBJECT.fullmatch(key)
        if not named or bool(named[1]) == bool(named[3]):
            return None
        if named[1] and (named[1], named[2]) != (named[4], named[5]):
            return None
        article = self._world.held(int(named[4]))
        versions = article.versions if article else ()
        version = next((one for one in versions if one.number == int(named[5])), None)
        if article is None or version is None or (named[3] and named[6] == "xml"):
            return None
        return self._of(article, version, named[6])

    def _of(self, article: Article, version: Version, suffix: str) -> Object:
        library, at = self._library, modified(article, version)
        if suffix == "xml":
            held = library.held(article, version)
            return Object(lambda: held.xml, at, lambda: held.xml_md5)
        return Object(
            lambda: library.held(article, version).metadata,
            at,
            lambda: library.metadata_etag(article, version),
        )

    def _list(self, request: Request) -> Response:
        params = request.params
        prefix, delimiter = params.get("prefix", ""), params.get("delimiter", "")
        most = min(int(params.get("max-keys") or _MOST_KEYS), _MOST_KEYS)
        after = params.get("start-after", "")
        if token := params.get("continuation-token"):
            after = base64.b64decode(token).decode()
        keys = self._keys(prefix)
        entries: list[str] = []
        place = bisect_right(keys, _behind(after, delimiter)) if after else 0
        while place < len(keys) and len(entries) < most:
            entry = _grouped(keys[place], prefix, delimiter)
            entries.append(entry)
            place = bisect_right(keys, _behind(entry, delimiter), place)
        return self._listed(params, entries, more=place < len(keys))

    def _listed(self, params: dict[str, str], entries: list[str], *, more: bool) -> Response:
        delimiter = params.get("delimiter", "")
        grouped = [entry for entry in entries if delimiter and entry.endswith(delimiter)]
        contents = [self._content(entry) for entry in entries if entry not in set(grouped)]
        token = base64.b64encode(entries[-1].encode()).decode() if more else ""
        told = {
            "Name": _NAME,
            "Prefix": params.get("prefix", ""),
            "KeyCount": str(len(entries)),
            "MaxKeys": params.get("max-keys") or str(_MOST_KEYS),
            "Delimiter": delimiter,
            "IsTruncated": "true" if more else "false",
            "ContinuationToken": params.get("continuation-token", ""),
            "NextContinuationToken": token,
        }
        head = "".join(
            f"<{name}>{escape(value)}</{name}>"
            for name, value in told.items()
            if value or name == "Prefix"
        )
        prefixes = "".join(
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in grouped
        )
        xml = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws'
            f'.com/doc/2006-03-01/">{head}{"".join(contents)}{prefixes}</ListBucketResult>'
        )
        return Response(xml.encode(), 200, "application/xml", {"Server": "AmazonS3"})

    def _content(self, key: str) -> str:
        found = self._object(key)
        assert found is not None
        return (
            f"<Contents><Key>{escape(key)}</Key><LastModified>{found.modified}</LastModified>"
            f"<ETag>&quot;{found.etag()}&quot;</ETag><Size>{len(found.body())}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
        )

    def _keys(self, prefix: str) -> list[str]:
        """The keys that begin so, in order."""
        if named := _OF_ARTICLE.match(prefix):
            article = self._world.held(int(named[1]))
            keys = sorted(_keys_of(article)) if article else []
        elif prefix.startswith("inventory-reports/"):
            keys = sorted(self._files())
        else:
            keys = self._all_keys()
        return keys[bisect_left(keys, prefix) : bisect_right(keys, f"{prefix}\U0010ffff")]

    def _all_keys(self) -> list[str]:
        state = (self._world.revision, self._settings.missing_manifest)
        if self._all[0] != state:
            keys = [key for article in self._world.in_bucket() for key in _keys_of(article)]
            self._all = (state, sorted([*keys, *self._files()]))
        return self._all[1]

    def _files(self) -> dict[str, bytes]:
        return self._inventory.files(without_newest_manifest=self._settings.missing_manifest)


def _key(request: Request) -> str:
    key = request.path.removeprefix("/")
    return "" if key == _NAME else key.removeprefix(f"{_NAME}/")


def _keys_of(article: Article) -> list[str]:
    return [
        key
        for version in article.versions
        for key in (
            f"{stem(article, version)}.json",
            f"{stem(article, version)}.xml",
            f"metadata/{article.pmcid}.{version.number}.json",
        )
    ]


def _grouped(key: str, prefix: str, delimiter: str) -> str:
    """The key, or what stands for all keys up to the next delimiter."""
    at = key.find(delimiter, len(prefix)) if delimiter else -1
    return key if at < 0 else key[: at + len(delimiter)]


def _behind(entry: str, delimiter: str) -> str:
    """What sorts behind all that an entry of a list stands for."""
    return f"{entry}\U0010ffff" if delimiter and entry.endswith(delimiter) else entry


def _part(body: bytes, asked: re.Match[str], kind: str, headers: dict[str, str]) -> Response:
    first, last = asked[1], asked[2]
    start = int(first) if first else max(0, len(body) - int(last or 0))
    end = min(int(last), len(body) - 1) if first and last else len(body) - 1
    if start > end:
        return Response(b"", 416, kind, {"Content-Range": f"bytes */{len(body)}"})
    where = {"Content-Range": f"bytes {start}-{end}/{len(body)}"}
    return Response(body[start : end + 1], 206, kind, headers | where)


def _no_such_key(key: str) -> Response:
    return Response(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The '
        f"specified key does not exist.</Message><Key>{escape(key)}</Key>"
        "<RequestId>0A49CE4060975EAC</RequestId></Error>".encode(),
        404,
        "application/xml",
    )
