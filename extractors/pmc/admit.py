"""Who may come in: the gates of licence, retraction and kind, by PMC's metadata or else the XML."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from extractors.jats import Unreadable, read_front
from schemas.arrival import Captured, Fetched
from schemas.article import Article
from schemas.metadata import Metadata
from schemas.reject import Reject


def admit(captured: Captured, *, licences: Collection[str], manuscripts: bool) -> Fetched | Reject:
    """What a row will say about its source, or why the article stays out."""
    if captured.problem:
        return Reject(captured.problem, captured.detail or "")
    metadata = read_metadata(captured.metadata) if captured.metadata is not None else None
    if isinstance(metadata, Reject):
        return metadata
    if metadata and (barrier := barred(metadata, captured.pmcid, licences, manuscripts)):
        return barrier
    if captured.xml is None:
        return Reject("corrupt", "it has no XML")
    front = _front(captured.xml)
    if isinstance(front, Article) and front.retracted:
        return Reject("retracted", "its XML says that it is retracted")
    if metadata:
        return _by_metadata(captured, metadata)
    return _by_xml(captured, front, licences)


def read_metadata(content: bytes) -> Metadata | Reject:
    """PMC's metadata of an article, if that is what it is."""
    try:
        return Metadata.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        return Reject("corrupt", f"its metadata JSON is not PMC's: {where}: {first['msg']}")


def barred(
    metadata: Metadata, pmcid: str | None, licences: Collection[str], manuscripts: bool
) -> Reject | None:
    """Why an article stays out by its metadata alone, so that its XML need not be had."""
    if metadata.pmcid != pmcid:
        return Reject("corrupt", f"its metadata is that of {metadata.pmcid}")
    if metadata.is_retracted:
        return Reject("retracted", "PMC's metadata says that it is retracted")
    if metadata.is_manuscript and not manuscripts:
        return Reject("manuscript", "it is an author manuscript, not the published article")
    if metadata.is_historical_ocr:
        return Reject("historical_ocr", "its text was read off scanned pages")
    if not metadata.is_pmc_openaccess and not metadata.is_manuscript:
        return Reject("licence", "it is not in PMC's open-access subset")
    if metadata.license_code not in licences:
        return _unlicensed(metadata.license_code, licences)
    return None


def _front(xml: bytes) -> Article | Reject:
    try:
        return read_front(xml)
    except Unreadable as error:
        return Reject("unreadable", str(error))


def _by_metadata(captured: Captured, metadata: Metadata) -> Fetched | Reject:
    if metadata.xml_md5 not in (None, captured.xml_md5):
        return Reject(
            "corrupt", f"the md5 of its XML is {captured.xml_md5}, not {metadata.xml_md5}"
        )
    return Fetched(
        pmcid=captured.article,
        version=captured.version,
        pmid=metadata.pmid,
        doi=metadata.doi,
        licence=metadata.license_code or "",
        citation=metadata.citation,
        xml_md5=captured.xml_md5 or "",
        first_seen=captured.first_seen,
    )


def _by_xml(
    captured: Captured, front: Article | Reject, licences: Collection[str]
) -> Fetched | Reject:
    if isinstance(front, Reject):
        return front
    if front.licence not in licences:
        return _unlicensed(front.licence, licences)
    return Fetched(
        pmcid=captured.article,
        version=captured.version,
        pmid=front.ids.pmid if (front.ids.pmid or 0) < 1 << 40 else None,
        doi=front.ids.doi,
        licence=front.licence or "",
        citation=None,
        xml_md5=captured.xml_md5 or "",
        first_seen=None,
    )


def _unlicensed(licence: str | None, licences: Collection[str]) -> Reject:
    if licence is None:
        return Reject("licence", "no licence was found")
    return Reject("licence", f"its licence is {licence}; admitted are {', '.join(licences)}")
