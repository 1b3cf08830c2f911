"""The fakes behave as the services do; each behaviour is asked for once, over real HTTP."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from extractors.llm.prices import Prices
from tests.fakes.behaviour import ADDRESS
from tests.fakes.running import RunningFakes, running_fakes

ROOT = Path(__file__).parents[2]
TERM = '"case reports"[pt] AND "pubmed pmc open access"[filter]'
QUERY = (
    '(PUB_TYPE:"Case Reports" OR PUB_TYPE:"case-report") AND OPEN_ACCESS:y AND IN_EPMC:y'
    " AND (FIRST_IDATE:[{since} TO {until}])"
)
REPORTS = "inventory-reports/pmc-oa-opendata/metadata/"
S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"
TODAY = "2026-11-24"
SESSION = requests.Session()
SESSION.trust_env = False
UNLIMITED = {"limits": None, "cap": 9999, "lying_counts": 0, "dropped_tag": ""}


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningFakes]:
    with running_fakes(articles=400, seed=3, settings=UNLIMITED) as fakes:
        yield fakes


@pytest.fixture
def fakes(shared: RunningFakes) -> Iterator[RunningFakes]:
    """A world to look at; what is set is set back."""
    before = shared.admin.settings()
    shared.admin.counts(reset=True)
    yield shared
    shared.admin.settings(**before)
    shared.admin.faults()


@pytest.fixture
def changing() -> Iterator[RunningFakes]:
    """A small world to change."""
    with running_fakes(articles=12, clean=True, plain=True, settings=UNLIMITED) as fakes:
        yield fakes


def esearch(fakes: RunningFakes, term: str = TERM, **more: Any) -> dict[str, Any]:
    asked = {"db": "pubmed", "term": term, "retmode": "json", "retmax": 10_000, **more}
    answer = SESSION.get(f"{fakes.eutils}/esearch.fcgi", params=asked, timeout=9)
    assert answer.status_code == 200
    return answer.json()["esearchresult"]


def europepmc(fakes: RunningFakes, since: str, until: str, **more: Any) -> dict[str, Any]:
    query = QUERY.format(since=since, until=until)
    asked = {"query": query, "cursorMark": "*", "pageSize": 1000, "format": "json", **more}
    return SESSION.get(f"{fakes.europepmc}/search", params=asked, timeout=9).json()


def idconv(fakes: RunningFakes, ids: list[str], idtype: str) -> requests.Response:
    asked = {"ids": ",".join(ids), "idtype": idtype, "format": "json"}
    return SESSION.get(f"{fakes.idconv}/articles/", params=asked, timeout=9)


def get(fakes: RunningFakes, key: str, **headers: str) -> requests.Response:
    return SESSION.get(f"{fakes.bucket}/{key}", headers=headers, timeout=9)


def metadata(fakes: RunningFakes, pmcid: str, version: int = 1) -> dict[str, Any]:
    return get(fakes, f"metadata/{pmcid}.{version}.json").json()


def xml(fakes: RunningFakes, pmcid: str, version: int = 1) -> bytes:
    return get(fakes, f"{pmcid}.{version}/{pmcid}.{version}.xml").content


def listed(fakes: RunningFakes, prefix: str, **more: Any) -> etree._Element:
    asked = {"list-type": 2, "prefix": prefix, "delimiter": "/"} | more
    return etree.fromstring(SESSION.get(f"{fakes.bucket}/", params=asked, timeout=9).content)


def prefixes(found: etree._Element) -> list[str]:
    return [one.text or "" for one in found.iterfind(f"{S3}CommonPrefixes/{S3}Prefix")]


def inventory(fakes: RunningFakes, day: str = TODAY) -> dict[str, str]:
    """The ETags of an inventory by key."""
    manifest = get(fakes, f"{REPORTS}{day}T01-00Z/manifest.json").json()
    found = {}
    for shard in manifest["files"]:
        body = get(fakes, shard["key"]).content
        assert hashlib.md5(body).hexdigest() == shard["MD5checksum"]
        lines = csv.reader(io.StringIO(gzip.decompress(body).decode()))
        found |= {key: etag for bucket, key, modified, etag in lines}
    return found


def in_pubmed(fakes: RunningFakes, since: str, until: str) -> set[str]:
    """The PMIDs that ought to be found."""
    return {
        str(article["pmid"])
        for article in fakes.admin.articles(since, until)
        if article["in_pubmed"] and article["open_access"] and article["typed"] <= TODAY
    }


def test_esearch_finds_what_entered_between_two_days(fakes: RunningFakes) -> None:
    found = esearch(fakes, datetype="edat", mindate="2026/03/01", maxdate="2026/08/31")
    expected = in_pubmed(fakes, "2026-03-01", "2026-08-31")
    assert set(found["idlist"]) == expected
    assert found["count"] == str(len(expected))
    assert found["querytranslation"].startswith('"case reports"[Publication Type] AND "pubmed pmc')


def test_esearch_clips_silently_and_has_an_end(fakes: RunningFakes) -> None:
    fakes.admin.settings(cap=50)
    everything = esearch(fakes)
    assert int(everything["count"]) > len(everything["idlist"]) == 50
    assert len(esearch(fakes, retstart=45)["idlist"]) == 5
    assert len(esearch(fakes, retmax=7)["idlist"]) == 7
    assert "retstart" in esearch(fakes, retstart=50)["ERROR"]


def test_ranges_of_ids_divide_a_search(fakes: RunningFakes) -> None:
    whole = esearch(fakes)["idlist"]
    middle = int(sorted(whole)[len(whole) // 2])
    low = esearch(fakes, f"{TERM} AND 0:{middle - 1}[uid]")["idlist"]
    high = esearch(fakes, f"{TERM} AND {middle}:999999999[uid]")["idlist"]
    assert sorted(low + high) == sorted(whole)


def test_words_that_are_not_understood_are_dropped_and_named(fakes: RunningFakes) -> None:
    found = esearch(fakes, f"{TERM} AND teapot[xyz] AND kettle")
    assert found["count"] == esearch(fakes)["count"]
    assert found["errorlist"] == {"phrasesnotfound": ["kettle"], "fieldsnotfound": ["xyz"]}
    assert "kettle" not in found["querytranslation"]


@pytest.mark.parametrize("silently", [False, True])
def test_a_tag_can_be_dropped_for_good(fakes: RunningFakes, silently: bool) -> None:
    right = int(esearch(fakes)["count"])
    fakes.admin.settings(dropped_tag="pt", dropped_silently=silently)
    found = esearch(fakes)
    assert int(found["count"]) > right
    assert ("errorlist" in found) is not silently
    assert "Publication Type" not in found["querytranslation"]


def test_counts_can_lie(fakes: RunningFakes) -> None:
    fakes.admin.settings(lying_counts=7)
    found = esearch(fakes)
    assert int(found["count"]) == len(found["idlist"]) + 7
    assert europepmc(fakes, "2026-01-01", "2026-01-02", pageSize=1)["hitCount"] >= 7


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_summaries_have_ids_and_entry_date(fakes: RunningFakes, method: str) -> None:
    article = next(one for one in fakes.admin.articles() if one["in_pubmed"])
    asked = {"db": "pubmed", "id": f"{article['pmid']},17", "retmode": "json"}
    sent = {"params" if method == "GET" else "data": asked}
    answer = SESSION.request(method, f"{fakes.eutils}/esummary.fcgi", timeout=9, **sent).json()
    told = answer["result"][str(article["pmid"])]
    ids = {one["idtype"]: one["value"] for one in told["articleids"]}
    assert (ids["pubmed"], ids["pmc"]) == (str(article["pmid"]), article["pmcid"])
    assert ids["doi"] == article["doi"]
    dates = {one["pubstatus"]: one["date"] for one in told["history"]}
    assert dates["entrez"].startswith(article["entered"].replace("-", "/"))
    assert answer["result"]["17"] == {"uid": "17", "error": "cannot get document summary"}


@pytest.mark.parametrize(("key", "limit"), [("", 3), ("s3cret", 10)])
def test_too_many_requests_are_refused_with_the_key(
    fakes: RunningFakes, key: str, limit: int
) -> None:
    fakes.admin.settings(limits=[3, 10], retry_after=2)
    session = requests.Session()
    asked = {"db": "pubmed", "term": TERM, "retmode": "json"} | ({"api_key": key} if key else {})
    where = f"{fakes.eutils}/esearch.fcgi"
    allowed, answer = 0, session.get(where, params=asked, timeout=9)
    while answer.ok and allowed < 100:
        allowed, answer = allowed + 1, session.get(where, params=asked, timeout=9)
    assert (answer.status_code, allowed >= limit) == (429, True)
    assert (key or ADDRESS) in answer.text
    assert answer.headers["Retry-After"] == "2"
    assert fakes.admin.counts()["eutils.limited"] == 1


def test_europe_pmc_is_read_until_its_cursor_repeats(fakes: RunningFakes) -> None:
    found: list[dict[str, Any]] = []
    cursor, ended = "*", False
    while not ended:
        page = europepmc(fakes, "2026-01-01", "2026-11-24", cursorMark=cursor, pageSize=50)
        found += page["resultList"]["result"]
        cursor, ended = page["nextCursorMark"], page["nextCursorMark"] == cursor
    assert len({one["pmcid"] for one in found}) == len(found) == page["hitCount"] > 100
    assert {one["source"] for one in found} == {"MED", "PMC"}
    assert all("2026-01-01" <= one["firstIndexDate"] <= TODAY for one in found)
    assert all(one["id"] == one.get("pmid", one["pmcid"]) for one in found)


def test_each_search_knows_articles_that_the_other_does_not(fakes: RunningFakes) -> None:
    articles = fakes.admin.articles()
    assert any(one["in_pubmed"] and not one["in_europepmc"] for one in articles)
    assert any(one["in_europepmc"] and not one["in_pubmed"] for one in articles)
    assert all(one["in_europepmc"] or one["in_pubmed"] for one in articles)


def test_a_query_that_europe_pmc_does_not_know_finds_nothing(fakes: RunningFakes) -> None:
    page = europepmc(fakes, "2026-01-01", "2026-12-31 AND TEAPOT:y")
    assert page["hitCount"] == 0


@pytest.mark.parametrize("idtype", ["pmid", "doi", "pmcid"])
def test_ids_are_converted(fakes: RunningFakes, idtype: str) -> None:
    article = next(one for one in fakes.admin.articles() if one["pmid"])
    unknown = {"pmid": "17", "doi": "10.1/none", "pmcid": "PMC17"}[idtype]
    answer = idconv(fakes, [str(article[idtype]), unknown], idtype).json()
    known, missing = answer["records"]
    expected = {name: article[name] for name in ("pmid", "pmcid", "doi")}
    assert known == expected | {"requested-id": str(article[idtype])}
    assert (missing["status"], missing["errmsg"]) == ("error", "Identifier not found in PMC")
    assert missing["requested-id"] == unknown


def test_ids_are_converted_200_at_a_time_and_of_one_type(fakes: RunningFakes) -> None:
    assert idconv(fakes, ["1"] * 200, "pmid").status_code == 200
    assert idconv(fakes, ["1"] * 201, "pmid").status_code == 400
    assert idconv(fakes, ["1", "10.5555/x"], "pmid").json()["status"] == "error"


def test_an_object_has_the_md5_that_its_metadata_names(fakes: RunningFakes) -> None:
    article = next(one for one in fakes.admin.articles() if one["versions"] == [1])
    pmcid = article["pmcid"]
    answer = get(fakes, f"{pmcid}.1/{pmcid}.1.xml")
    md5 = hashlib.md5(answer.content).hexdigest()
    assert answer.headers["ETag"] == f'"{md5}"'
    assert answer.headers["Last-Modified"].endswith("11:47:59 GMT")
    told = metadata(fakes, pmcid)
    assert told["xml_url"] == f"s3://pmc-oa-opendata/{pmcid}.1/{pmcid}.1.xml?md5={md5}"
    assert (told["pmid"], told["doi"]) == (article["pmid"], article["doi"])
    assert get(fakes, f"{pmcid}.1/{pmcid}.1.json").json() == told
    assert f">{pmcid}<".encode() in answer.content or f">{pmcid[3:]}<".encode() in answer.content


def test_a_part_of_an_object(fakes: RunningFakes) -> None:
    pmcid = fakes.admin.articles()[0]["pmcid"]
    key = f"{pmcid}.1/{pmcid}.1.xml"
    whole = get(fakes, key).content
    part = get(fakes, key, Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert get(fakes, key, Range="bytes=-10").content == whole[-10:]
    assert get(fakes, key, Range=f"bytes={len(whole)}-").status_code == 416


def test_an_unknown_key_and_an_unknown_prefix(fakes: RunningFakes) -> None:
    answer = get(fakes, "PMC1.1/PMC1.1.xml")
    assert (answer.status_code, b"<Code>NoSuchKey</Code>" in answer.content) == (404, True)
    assert listed(fakes, "PMC1.").findtext(f"{S3}KeyCount") == "0"


def test_versions_are_listed_as_s3_sorts_them(fakes: RunningFakes) -> None:
    pmcid = next(one["pmcid"] for one in fakes.admin.articles() if 10 in one["versions"])
    assert prefixes(listed(fakes, f"{pmcid}.")) == [f"{pmcid}.{v}/" for v in (1, 10, 9)]
    inside = listed(fakes, f"{pmcid}.10/")
    keys = [key.text for key in inside.iterfind(f"{S3}Contents/{S3}Key")]
    assert keys == [f"{pmcid}.10/{pmcid}.10.json", f"{pmcid}.10/{pmcid}.10.xml"]
    size = int(inside.findall(f"{S3}Contents/{S3}Size")[1].text or 0)
    assert size == len(xml(fakes, pmcid, 10))
    assert xml(fakes, pmcid, 10) != xml(fakes, pmcid, 1)


def test_a_manuscript_may_lie_beside_the_published_version(fakes: RunningFakes) -> None:
    pairs = [one for one in fakes.admin.articles() if one["versions"] == [1, 2]]
    found = {
        tuple(metadata(fakes, one["pmcid"], version)["is_manuscript"] for version in (1, 2))
        for one in pairs
    }
    assert {(True, False), (False, True)} <= found


def test_lists_come_in_pages(fakes: RunningFakes) -> None:
    page = listed(fakes, "", **{"max-keys": 150})
    found = prefixes(page)
    while page.findtext(f"{S3}IsTruncated") == "true":
        token = page.findtext(f"{S3}NextContinuationToken")
        page = listed(fakes, "", **{"max-keys": 150, "continuation-token": token})
        found += prefixes(page)
    versions = sum(len(one["versions"]) for one in fakes.admin.articles())
    assert len(found) == len(set(found)) == versions + 2
    assert {"inventory-reports/", "metadata/"} < set(found)


def test_the_inventory_names_all_metadata(fakes: RunningFakes) -> None:
    found = inventory(fakes)
    pmcid = fakes.admin.articles()[0]["pmcid"]
    key = f"metadata/{pmcid}.1.json"
    assert len(found) == sum(len(one["versions"]) for one in fakes.admin.articles())
    answer = get(fakes, key)
    assert f'"{found[key]}"' == answer.headers["ETag"]
    assert found[key] == hashlib.md5(answer.content).hexdigest()
    there = [prefix.removeprefix(REPORTS) for prefix in prefixes(listed(fakes, REPORTS))]
    assert there == ["2026-11-23T01-00Z/", "2026-11-24T01-00Z/", "data/", "hive/"]


def test_the_newest_inventory_can_lack_its_manifest(fakes: RunningFakes) -> None:
    fakes.admin.settings(missing_manifest=True)
    assert get(fakes, f"{REPORTS}2026-11-24T01-00Z/manifest.json").status_code == 404
    assert len(prefixes(listed(fakes, REPORTS))) == 4
    assert inventory(fakes, "2026-11-23")


def test_connections_are_kept(fakes: RunningFakes) -> None:
    session = requests.Session()
    for article in fakes.admin.articles()[:20]:
        session.get(f"{fakes.bucket}/metadata/{article['pmcid']}.1.json", timeout=9)
    counts = fakes.admin.counts()
    assert (counts["bucket.metadata"], counts["bucket.connections"]) == (20, 1)


def test_manners_are_counted(fakes: RunningFakes) -> None:
    esearch(fakes)
    esearch(fakes, tool="casebook", email="someone@example.org", api_key="s3cret")
    counts = fakes.admin.counts(reset=True)
    assert (counts["eutils.esearch"], counts["eutils.with_key"]) == (2, 1)
    assert (counts["eutils.without_email"], counts["eutils.without_tool"]) == (1, 1)
    assert fakes.admin.counts()["eutils.esearch"] == 0


def test_a_record_that_is_typed_late_is_found_late(changing: RunningFakes) -> None:
    admin = changing.admin
    late = admin.add(entered="2026-08-20", typed="2026-11-25", in_europepmc=False)[0]
    never = admin.add(typed=None)[0]
    assert str(late["pmid"]) not in esearch(changing)["idlist"]
    admin.today("2026-11-25")
    assert str(late["pmid"]) in esearch(changing)["idlist"]
    assert str(never["pmid"]) not in esearch(changing)["idlist"]
    admin.retype(never["pmcid"], "2026-11-25")
    assert str(never["pmid"]) in esearch(changing)["idlist"]


def test_a_day_may_hold_more_than_the_cap(changing: RunningFakes) -> None:
    changing.admin.settings(cap=50)
    changing.admin.add(60, entered=TODAY)
    day = {"datetype": "edat", "mindate": "2026/11/24", "maxdate": "2026/11/24"}
    assert len(esearch(changing, **day)["idlist"]) == 50
    ids = "900100000:900100039[uid]"
    low, high = (esearch(changing, f"{TERM} {word} {ids}", **day) for word in ("AND", "NOT"))
    assert len(low["idlist"]) + len(high["idlist"]) == int(esearch(changing, **day)["count"])


def test_the_inventory_of_the_next_day_tells_what_changed(changing: RunningFakes) -> None:
    admin, before = changing.admin, inventory(changing)
    retracted, licensed, gone, revised, *_ = (one["pmcid"] for one in admin.articles())
    admin.retract(retracted)
    admin.relicense(licensed, "CC BY-NC-ND")
    admin.vanish(gone)
    admin.revise(revised)
    new = admin.add(entered="2026-11-25")[0]["pmcid"]
    assert inventory(changing) == before
    admin.today("2026-11-25")
    after = inventory(changing, "2026-11-25")
    assert after.keys() - before.keys() == {
        f"metadata/{revised}.2.json",
        f"metadata/{new}.1.json",
    }
    assert before.keys() - after.keys() == {f"metadata/{gone}.1.json"}
    changed = {key for key in after.keys() & before.keys() if after[key] != before[key]}
    assert {f"metadata/{retracted}.1.json", f"metadata/{licensed}.1.json"} <= changed
    assert len(changed) == 2


def test_an_inventory_can_be_taken_at_once(changing: RunningFakes) -> None:
    changing.admin.add()
    folder = changing.admin.inventory()
    assert folder == f"{REPORTS}2026-11-24T02-00Z/"
    assert get(changing, f"{folder}manifest.json").ok


def test_articles_are_retracted_and_licensed_anew(changing: RunningFakes) -> None:
    one, other, *_ = (article["pmcid"] for article in changing.admin.articles())
    changing.admin.retract(one)
    changing.admin.relicense(other, "TDM")
    assert metadata(changing, one)["is_retracted"]
    assert b'related-article-type="retraction-forward"' in xml(changing, one)
    assert metadata(changing, other)["license_code"] == "TDM"
    changing.admin.relicense(other, "CC BY-NC")
    assert re.search(rb"/by-nc/4.0|Attribution-NonCommercial License", xml(changing, other))


def test_a_new_version_has_other_words_or_only_other_spacing(changing: RunningFakes) -> None:
    def words(body: bytes) -> list[str]:
        return re.findall(r"\w+", body.decode().partition("<body>")[2])

    one, other, *_ = (article["pmcid"] for article in changing.admin.articles())
    changing.admin.revise(one, "spacing")
    changing.admin.revise(other, "words", in_place=True)
    assert prefixes(listed(changing, f"{one}.")) == [f"{one}.1/", f"{one}.2/"]
    assert xml(changing, one, 2) != xml(changing, one, 1)
    assert words(xml(changing, one, 2)) == words(xml(changing, one, 1))
    assert prefixes(listed(changing, f"{other}.")) == [f"{other}.1/"]
    revised = xml(changing, other)
    assert hashlib.md5(revised).hexdigest() in metadata(changing, other)["xml_url"]
    assert b"when the text was revised" in revised


def test_an_article_can_vanish_before_the_searches_know(changing: RunningFakes) -> None:
    gone, forgotten, *_ = changing.admin.articles()
    changing.admin.vanish(gone["pmcid"], from_searches=False)
    changing.admin.vanish(forgotten["pmcid"])
    found = esearch(changing)["idlist"]
    assert str(gone["pmid"]) in found
    assert str(forgotten["pmid"]) not in found
    assert get(changing, f"metadata/{gone['pmcid']}.1.json").status_code == 404
    assert listed(changing, f"{gone['pmcid']}.").findtext(f"{S3}KeyCount") == "0"


def test_what_cannot_be_changed_is_said(changing: RunningFakes) -> None:
    with pytest.raises(ValueError, match="teapot"):
        changing.admin.settings(teapot=1)
    with pytest.raises(ValueError, match="kind"):
        changing.admin.amend(changing.admin.articles()[0]["pmcid"], kind="x")


def test_real_files_can_be_served() -> None:
    folder = ROOT / "data" / "sample"
    with running_fakes(articles=0, folder=folder, plain=True, settings=UNLIMITED) as fakes:
        assert len(fakes.admin.articles()) == len(list(folder.glob("*.xml")))
        assert xml(fakes, "PMC9000000003", 2) == (folder / "PMC9000000003.2.xml").read_bytes()
        fakes.admin.revise("PMC9000000003")
        told = metadata(fakes, "PMC9000000003", 3)
        assert hashlib.md5(xml(fakes, "PMC9000000003", 3)).hexdigest() in told["xml_url"]


def ask(fakes: RunningFakes, kind: str) -> requests.Response:
    if kind == "europepmc":
        return SESSION.get(f"{fakes.europepmc}/search", params={"query": "x"}, timeout=9)
    if kind == "eutils":
        asked = {"db": "pubmed", "term": TERM, "retmode": "json", "api_key": "s3cret"}
        return SESSION.get(f"{fakes.eutils}/esearch.fcgi", params=asked, timeout=9)
    pmcid = fakes.admin.articles()[0]["pmcid"]
    return get(fakes, f"{pmcid}.1/{pmcid}.1.xml")


@pytest.mark.parametrize("service", ["eutils", "europepmc", "bucket"])
def test_a_service_can_refuse_or_fail(fakes: RunningFakes, service: str) -> None:
    for status in (429, 500, 503):
        fakes.admin.faults(1, kinds=[str(status)])
        answer = ask(fakes, service)
        assert answer.status_code == status
        assert status != 429 or ("s3cret" if service == "eutils" else ADDRESS) in answer.text


def test_a_service_can_answer_nonsense(fakes: RunningFakes) -> None:
    fakes.admin.faults(1, kinds=["html"])
    answer = ask(fakes, "eutils")
    assert (answer.status_code, answer.text[:15]) == (200, "<!DOCTYPE html>")
    fakes.admin.faults(1, kinds=["error_in_200"])
    assert "error" in ask(fakes, "eutils").text.lower()
    assert ask(fakes, "bucket").ok
    fakes.admin.faults(1, kinds=["version_only"])
    assert ask(fakes, "europepmc").json() == {"version": "6.9"}
    assert "esearchresult" in ask(fakes, "eutils").json()


def test_a_body_can_be_cut_or_wrong(fakes: RunningFakes) -> None:
    right = ask(fakes, "bucket").content
    fakes.admin.faults(1, kinds=["truncated"])
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(fakes, "bucket")
    fakes.admin.faults(1, kinds=["wrong_md5"])
    wrong = ask(fakes, "bucket")
    assert wrong.content != right
    assert wrong.headers["ETag"] == f'"{hashlib.md5(right).hexdigest()}"'


def test_a_service_can_hang_or_hang_up(fakes: RunningFakes) -> None:
    fakes.admin.settings(slow_seconds=0.3)
    fakes.admin.faults(1, kinds=["slow"])
    start = time.monotonic()
    assert ask(fakes, "eutils").ok
    assert time.monotonic() - start >= 0.3
    fakes.admin.faults(1, kinds=["reset"])
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(fakes, "eutils")
    assert fakes.admin.counts()["fault.reset"] >= 1


def test_faults_hit_the_same_requests_for_the_same_seed(fakes: RunningFakes) -> None:
    session = requests.Session()
    keys = [f"metadata/{one['pmcid']}.1.json" for one in fakes.admin.articles()[:200]]

    def failed(seed: int) -> list[str]:
        fakes.admin.faults(0.1, kinds=["500", "503"], seed=seed)
        return [key for key in keys if not session.get(f"{fakes.bucket}/{key}", timeout=9).ok]

    once = failed(1)
    assert 10 <= len(once) <= 30
    assert failed(1) == once != failed(2)


def test_the_same_request_fails_at_most_so_often(fakes: RunningFakes) -> None:
    fakes.admin.faults(1, kinds=["500"], most=2)
    assert [ask(fakes, "bucket").status_code for _ in range(3)] == [500, 500, 200]


def test_a_person_starts_and_ends_them() -> None:
    command = [sys.executable, "-m", "tests.fakes", "--articles", "3"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = "".join(takewhile(lambda line: not line.startswith("ready"), process.stdout))
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    for name in ("EUTILS_URL", "EUROPEPMC_URL", "IDCONV_URL", "BUCKET_URL", "EMAIL"):
        assert re.search(rf"^export CASEBOOK_{name}=\S+$", told, re.MULTILINE)
    assert json.dumps({"rate": 0.1}) in told


def test_a_person_who_starts_the_models_is_told_what_they_cost() -> None:
    command = [sys.executable, "-m", "tests.fakes", "--models"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = "".join(takewhile(lambda line: not line.startswith("ready"), process.stdout))
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    exported = dict(re.findall(r"^export (\w+)=(\S+)$", told, re.MULTILINE))
    prices = Prices.load(Path(exported["CASEBOOK_PRICES"]))
    for use in ("EXTRACT", "VERIFY"):
        assert prices.of(exported[f"CASEBOOK_{use}_MODEL"]).output
