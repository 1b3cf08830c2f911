"""The bytes of the articles, made when they are asked for and kept for a while."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.corpus_maker import jats
from tests.corpus_maker.article import make_article
from tests.fakes.world import AS_MADE, Article, Version, World

_KEPT = 4096
_EXACT = 1000
_IN_XML = ("CC0", "CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND")
_SPACINGS = ((b". ", b".\n    "), (b", ", b",  "), (b" and ", b"\n and "))
_MD5 = re.compile(r"(?<=\?md5=)[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Held:
    """One version of an article as the bucket holds it."""

    xml: bytes
    xml_md5: str
    metadata: bytes


class Library:
    """Makes articles; the ETag of their metadata is the md5 for the first 1,000 of them.

    That of the others is one of an upload in parts (`<hex>-1`), which says nothing about the
    bytes but changes with them: otherwise an inventory would need every article made.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept = lru_cache(_KEPT)(self._held)

    def held(self, article: Article, version: Version) -> Held:
        """The bytes of a version as it is now."""
        return self._kept(article.number, version, article.revision)

    def metadata_etag(self, article: Article, version: Version) -> str:
        """What tells one state of the metadata from another."""
        if article.index < _EXACT:
            return md5(self.held(article, version).metadata)
        state = f"{article.pmcid} {version} {article.revision}"
        return f"{md5(state.encode())}-1"

    def _held(self, number: int, version: Version, _revision: int) -> Held:
        article = self._world.by_number[number]
        filed = self._world.files.get(number)
        made = _read(article, version, filed) if filed else self._make(article, version)
        xml, metadata = made
        intact = md5(xml) in metadata["xml_url"]
        for place, edit in enumerate(version.edits):
            xml = _edited(xml, edit, place)
        if intact:
            metadata["xml_url"] = _MD5.sub(md5(xml), metadata["xml_url"])
        _amend(metadata, article, version)
        return Held(xml, md5(xml), json.dumps(metadata, ensure_ascii=False).encode())

    def _make(self, article: Article, version: Version) -> tuple[bytes, dict[str, Any]]:
        world = self._world

        def amend(front: jats.Front) -> jats.Front:
            on = article.entered - timedelta(days=article.index % 20)
            return replace(
                front,
                number=article.number,
                version=version.number,
                pmid=article.pmid,
                doi=article.doi or front.doi,
                published=on,
                volume=max(1, on.year - 2001),
                retracted=front.retracted or article.retracted,
                licence=article.licence if article.licence in _IN_XML else front.licence,
            )

        made = make_article(article.index, world.seed, world.rates, amend)
        return made.xml, made.metadata


def _read(
    article: Article, version: Version, filed: dict[int, Path]
) -> tuple[bytes, dict[str, Any]]:
    source = version.number if version.number in filed else max(filed)
    xml = filed[source].read_bytes()
    beside = filed[source].with_suffix(".json")
    if beside.exists():
        old, new = f"{article.pmcid}.{source}", f"{article.pmcid}.{version.number}"
        return xml, json.loads(beside.read_text("utf-8").replace(old, new))
    metadata = {
        "pmcid": article.pmcid,
        "version": version.number,
        "pmid": article.pmid,
        "doi": article.doi,
        "mid": None,
        "title": article.pmcid,
        "citation": None,
        "is_pmc_openaccess": True,
        "is_manuscript": False,
        "is_historical_ocr": False,
        "is_retracted": False,
        "license_code": "CC BY",
        "xml_url": f"s3://pmc-oa-opendata/{stem(article, version)}.xml?md5={md5(xml)}",
    }
    return xml, metadata


def _amend(metadata: dict[str, Any], article: Article, version: Version) -> None:
    """Let the metadata say what has become of the article."""
    metadata["version"] = version.number
    metadata["is_retracted"] |= article.retracted
    metadata["is_historical_ocr"] |= article.historical_ocr
    metadata["is_pmc_openaccess"] &= article.open_access
    if article.licence != AS_MADE:
        metadata["license_code"] = article.licence
    if version.manuscript:
        metadata |= {
            "is_manuscript": True,
            "is_pmc_openaccess": False,
            "license_code": "TDM",
            "mid": f"NIHMS{article.number % 10_000_000}",
        }


def _edited(xml: bytes, edit: str, place: int) -> bytes:
    start = max(0, xml.find(b"<body"))
    if edit == "spacing":
        old, new = _SPACINGS[place % len(_SPACINGS)]
        return xml[:start] + xml[start:].replace(old, new)
    at = xml.find(b"</p>", start)
    if at < 0:
        return xml
    added = f" Further reports were considered when the text was revised ({place + 1}).".encode()
    return xml[:at] + added + xml[at:]


def stem(article: Article, version: Version) -> str:
    """The key of a version's files, up to their suffix."""
    name = f"{article.pmcid}.{version.number}"
    return f"{name}/{name}"


def md5(body: bytes) -> str:
    """The md5 in hex."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
