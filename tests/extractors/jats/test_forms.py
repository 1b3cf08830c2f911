"""The same article as PMC, EFetch, OAI and Europe PMC serve it."""

from __future__ import annotations

import dataclasses
import re

import pytest

from extractors.jats import read, read_front
from schemas.article import Article
from tests.extractors.jats import corpus
from tests.extractors.jats.samples import jats

OWN = jats(
    "<sec><title>Case</title><p>A <italic>rare</italic> case.</p></sec>",
    '<article-id pub-id-type="pmcid">9000000001</article-id>'
    '<article-id pub-id-type="doi">10.1/x</article-id>'
    "<title-group><article-title>A case</article-title></title-group>",
)
_PMCID = re.compile(rb'<article-id pub-id-type="pmc(?:id)?">(?:PMC)?(\d+)</article-id>')
_ROOT = re.compile(rb"<article\b.*</article>", re.S)


def forms(europe_pmc: bytes) -> dict[str, bytes]:
    found = _ROOT.search(europe_pmc)
    assert found
    bare = found.group()
    old = _PMCID.sub(rb'<article-id pub-id-type="pmc">\1</article-id>', bare, count=1)
    new = _PMCID.sub(
        rb'<article-id pub-id-type="pmcid">PMC\1</article-id>'
        rb'<article-id pub-id-type="pmcid-ver">PMC\1.2</article-id>'
        rb'<article-id pub-id-type="pmcaid">\1</article-id>'
        rb'<article-id pub-id-type="pmcaiid">77</article-id>',
        bare,
        count=1,
    )
    doctype = b'<!DOCTYPE %s PUBLIC "-//NLM//DTD X//EN" "x.dtd">\n'
    space = b'<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.4/" '
    return {
        "PMC, old ids": b'<?xml version="1.0" encoding="UTF-8"?>\n' + doctype % b"article" + old,
        "PMC, new ids": doctype % b"article" + new,
        "EFetch": doctype % b"pmc-articleset" + b"<pmc-articleset>" + new + b"</pmc-articleset>",
        "OAI": b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request>x</request>'
        b"<GetRecord><record><header><identifier>oai:x:1</identifier></header><metadata>"
        + new.replace(b"<article ", space, 1)
        + b"</metadata></record></GetRecord></OAI-PMH>",
    }


def without_version(found: Article) -> Article:
    return dataclasses.replace(found, ids=dataclasses.replace(found.ids, version=None))


def same_in_all_forms(europe_pmc: bytes) -> None:
    expected = read(europe_pmc)
    for form, xml in forms(europe_pmc).items():
        found = read(xml)
        assert without_version(found) == expected, form
        assert found.ids.version == (None if "old" in form else 2)
        assert read_front(xml) == dataclasses.replace(
            found, text="", sections=(), paragraphs=(), tables=(), figures=(), formulas=()
        )


def test_an_article_is_the_same_in_all_forms() -> None:
    assert read(OWN).ids.pmcid == "PMC9000000001"
    same_in_all_forms(OWN)


@corpus.needs_corpus
@pytest.mark.parametrize("step", range(4))
def test_a_real_article_is_the_same_in_all_forms(step: int) -> None:
    for path in corpus.files()[step::16]:
        xml = path.read_bytes()
        if _PMCID.search(xml) and read(xml).ids.version is None:
            same_in_all_forms(xml)
