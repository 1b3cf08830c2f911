"""Articles that may not be used: retracted, or without a licence to adapt them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from random import Random

from extractors.jats import read
from schemas.arrival import Captured
from tests.planting.bases import Base
from tests.planting.edits import Fault
from tests.planting.wordings import words

_BARRED_CODES = ("CC BY-NC-ND", "CC BY-ND", "TDM", None)
_LICENSED = re.compile(rb"<license\b.*?</license>|<license\b[^>]*/>", re.DOTALL)
_XLINK = b' xmlns:xlink="http://www.w3.org/1999/xlink"'


def licence(base: Base, donor: Base, rng: Random) -> Fault:
    """Another licence in the article, or in PMC's metadata beside it."""
    if rng.random() < 0.2:
        code = rng.choice(_BARRED_CODES)
        return _captured(base, base.xml, f"metadata: {code}", "licence", license_code=code)
    new = rng.choice(words("licences"))
    xml = _LICENSED.sub(b"", base.xml)
    xml = re.sub(rb"<copyright-statement>.*?</copyright-statement>", b"", xml, flags=re.DOTALL)
    planted = new.encode().replace(b"<license ", b"<license" + _XLINK + b" ", 1)
    if b"</permissions>" in xml:
        xml = xml.replace(b"</permissions>", planted + b"</permissions>", 1)
    else:
        xml = xml.replace(b"</article-meta>", planted + b"</article-meta>", 1)
    return _captured(base, xml, new or "no licence at all", "licence")


def retraction(base: Base, donor: Base, rng: Random) -> Fault:
    """A retraction by type, title, link or metadata."""
    how, _, value = rng.choice(words("retractions")).partition(" |")
    value, xml = value.lstrip(), base.xml
    if how == "metadata":
        return _captured(base, xml, "metadata", "retracted", is_retracted=True)
    if how == "type":
        xml = re.sub(rb'article-type="[^"]*"', f'article-type="{value}"'.encode(), xml, count=1)
    elif how == "title":
        xml = re.sub(rb"(<article-title\b[^>]*>)", rb"\g<1>" + f"{value} ".encode(), xml, count=1)
    else:
        link = f'<related-article related-article-type="{value}" id="d1"/>'
        xml = re.sub(rb"(<abstract\b|</article-meta>)", link.encode() + rb"\1", xml, count=1)
    return _captured(base, xml, f"{how}: {value}", "retracted")


def _captured(base: Base, xml: bytes, what: str, right: str, **metadata: object) -> Fault:
    pmcid = base.article.ids.pmcid or ""
    beside = None
    if metadata:
        beside = json.dumps(
            {
                "pmcid": pmcid,
                "version": 1,
                "is_pmc_openaccess": True,
                "is_manuscript": False,
                "is_historical_ocr": False,
                "is_retracted": False,
                "license_code": "CC BY",
                **metadata,
            }
        ).encode()
    captured = Captured(
        article=pmcid,
        source=f"{pmcid}.xml",
        pmcid=pmcid,
        version=1,
        digest=hashlib.sha256(xml).hexdigest(),
        gone=False,
        problem=None,
        xml=xml,
        xml_md5=hashlib.md5(xml).hexdigest(),
        metadata=beside,
        detail=None,
    )
    assert replace(read(xml), ids=base.article.ids).text == base.article.text
    return Fault(base.draft, base.article, frozenset((right,)), what, captured)
