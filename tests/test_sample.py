"""The sample is what its README says, so that other tests can rely on it."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path

import pytest
from lxml import etree

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
FILES = sorted(SAMPLE.glob("*.xml"))
CUT_OFF = "PMC9000000029"
OTHER_BYTES = "PMC9000000030"
WITHOUT_METADATA = {"PMC9000000006", "PMC9000000012", "PMC9000000027"}
METADATA = {
    "pmcid",
    "version",
    "pmid",
    "doi",
    "mid",
    "title",
    "citation",
    "is_pmc_openaccess",
    "is_manuscript",
    "is_historical_ocr",
    "is_retracted",
    "license_code",
    "xml_url",
    "text_url",
}
OPTIONAL_METADATA = {"pdf_url", "media_urls"}
FICTIONAL = "fictional; it was written as sample material for Casebook"
STORY = re.compile(r"\b(case (presentation|report|description|history)|clinical history)\b", re.I)
STORY_OF_ITS_OWN = {"The patient", "Presentation"}

with (SAMPLE / "expected.csv").open(encoding="utf-8", newline="") as table:
    EXPECTED = {row["pmcid"]: row for row in csv.DictReader(table)}
KEPT = {pmcid: row["diagnosis"] for pmcid, row in EXPECTED.items() if row["outcome"] == "kept"}


def _pmcid(file: Path) -> str:
    return file.name.split(".")[0]


def _article(file: Path) -> etree._Element:
    parser = etree.XMLParser(
        load_dtd=False, no_network=True, resolve_entities=False, recover=_pmcid(file) == CUT_OFF
    )
    root = etree.fromstring(file.read_bytes(), parser)
    article = next(root.iter("{*}article"), None)
    assert article is not None
    return article


def _text(element: etree._Element) -> str:
    return " ".join("".join(f"{part} " for part in element.itertext()).split())


def _story_onwards(article: etree._Element) -> str:
    """The body from the section on which the patient is first described."""
    body = next(article.iter("{*}body"))
    sections = list(body.iterchildren("{*}sec"))
    for number, section in enumerate(sections):
        title = _text(next(section.iter("{*}title")))
        if section.get("sec-type") == "cases" or STORY.search(title) or title in STORY_OF_ITS_OWN:
            return " ".join(_text(later) for later in sections[number:])
    raise AssertionError("no section tells the case")


def _metadata(file: Path) -> dict[str, object]:
    metadata: dict[str, object] = json.loads(file.with_suffix(".json").read_text("utf-8"))
    return metadata


def _with_metadata() -> list[Path]:
    return [file for file in FILES if _pmcid(file) not in WITHOUT_METADATA]


def test_each_file_has_one_expected_outcome() -> None:
    assert [_pmcid(file) for file in FILES] == sorted(EXPECTED)
    assert len(FILES) == len(EXPECTED) == 30
    assert len(KEPT) == 14
    for row in EXPECTED.values():
        assert (row["outcome"] == "kept") == (not row["stage"]) == (not row["reason"])


def test_ids_are_beyond_those_of_pmc() -> None:
    assert all(int(pmcid.removeprefix("PMC")) >= 9_000_000_001 for pmcid in EXPECTED)


@pytest.mark.parametrize("file", FILES, ids=_pmcid)
def test_only_the_cut_article_is_not_well_formed(file: Path) -> None:
    if _pmcid(file) == CUT_OFF:
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(file.read_bytes())
    else:
        etree.fromstring(file.read_bytes())


@pytest.mark.parametrize("file", FILES, ids=_pmcid)
def test_an_article_names_its_file_and_says_that_it_is_fictional(file: Path) -> None:
    article = _article(file)
    meta = next(article.iter("{*}article-meta"))
    ids = {i.get("pub-id-type"): i.text or "" for i in meta.iterchildren("{*}article-id")}
    number = _pmcid(file).removeprefix("PMC")
    if "pmc" in ids:
        assert (ids["pmc"], file.stem) == (number, f"PMC{number}")
    else:
        assert (ids["pmcid"], ids["pmcid-ver"]) == (f"PMC{number}", file.stem)
    assert "pmid" not in ids
    assert ids["doi"].startswith("10.5555/")
    told = " ".join(
        _text(part) for name in ("back", "author-notes") for part in article.iter(f"{{*}}{name}")
    )
    assert FICTIONAL in told


@pytest.mark.parametrize("file", FILES, ids=_pmcid)
def test_bodies_are_as_long_as_short_case_reports(file: Path) -> None:
    bodies = list(_article(file).iter("{*}body"))
    if EXPECTED[_pmcid(file)]["reason"] == "no_body":
        assert not bodies
    else:
        assert 600 <= len(_text(bodies[0]).split()) <= 1500


def test_metadata_lie_beside_all_but_three() -> None:
    without = {_pmcid(file) for file in FILES if not file.with_suffix(".json").exists()}
    assert without == WITHOUT_METADATA


@pytest.mark.parametrize("file", _with_metadata(), ids=_pmcid)
def test_metadata_have_the_fields_that_pmc_serves(file: Path) -> None:
    metadata = _metadata(file)
    assert METADATA <= set(metadata) <= METADATA | OPTIONAL_METADATA
    assert f"{metadata['pmcid']}.{metadata['version']}" == file.stem
    assert metadata["pmid"] is None


@pytest.mark.parametrize("file", _with_metadata(), ids=_pmcid)
def test_only_one_checksum_is_of_other_bytes(file: Path) -> None:
    address, _, checksum = str(_metadata(file)["xml_url"]).partition("?md5=")
    assert address == f"s3://pmc-oa-opendata/{file.stem}/{file.name}"
    same = checksum == hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
    assert same == (_pmcid(file) != OTHER_BYTES)


@pytest.mark.parametrize("pmcid", KEPT)
def test_the_case_is_told_before_the_diagnosis(pmcid: str) -> None:
    file = next(file for file in FILES if _pmcid(file) == pmcid)
    before, revealed, _ = _story_onwards(_article(file)).lower().partition(KEPT[pmcid].lower())
    assert revealed
    assert len(before.split()) >= 200


def test_the_readme_has_a_heading_for_each_article() -> None:
    headings = re.findall(r"^### (PMC\d+)$", (SAMPLE / "README.md").read_text("utf-8"), re.M)
    assert headings == sorted(EXPECTED)
