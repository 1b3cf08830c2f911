"""Europe PMC's hits are all received, or it is said why not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractors.pmc.errors import Unavailable, Untrustworthy
from extractors.pmc.europepmc import QUERY, EuropePmc
from extractors.pmc.search import merge
from schemas.found import Found, Window
from tests.extractors.pmc.searching import EVER, europepmc, pubmed
from tests.extractors.pmc.serving import Said, nobody, scripted, service
from tests.fakes.behaviour import FAULTS
from tests.fakes.running import RunningFakes

DAY = Window(date(2024, 5, 6), date(2024, 5, 6))
FITTING = [fault for fault in FAULTS if fault not in ("error_in_200", "wrong_md5")]


def truth(fakes: RunningFakes) -> dict[str, dict[str, Any]]:
    today = EVER.until.isoformat()
    return {
        article["pmcid"]: article
        for article in fakes.admin.articles()
        if article["in_europepmc"]
        and article["open_access"]
        and article["typed"] <= today
        and article["first_indexed"] <= today
    }


def page(*ids: int, hits: int, cursor: str, day: str = "2024-05-06") -> Said:
    result = [
        {"id": str(i), "source": "MED", "pmcid": f"PMC{i}", "firstIndexDate": day} for i in ids
    ]
    return Said({"hitCount": hits, "nextCursorMark": cursor, "resultList": {"result": result}})


def test_all_pages_are_read(some: RunningFakes) -> None:
    found = europepmc(some, page=50).search(EVER)
    known = truth(some)
    assert len(found) > 1_000
    assert [one.pmcid for one in found] == sorted(known, key=lambda pmcid: int(pmcid[3:]))
    assert all(one.first_seen == known[one.pmcid]["first_indexed"] for one in found)


@pytest.mark.parametrize("fault", FITTING)
def test_a_fault_on_one_request_in_ten_changes_nothing(some: RunningFakes, fault: str) -> None:
    some.admin.counts(reset=True)
    some.admin.faults(0.1, kinds=[fault], seed=FITTING.index(fault) + 1)
    found = europepmc(some, page=20).search(EVER)
    assert {one.pmcid for one in found} == set(truth(some))
    assert some.admin.counts()[f"fault.{fault}"] > 0


def test_only_a_version_for_ever_is_no_answer(some: RunningFakes) -> None:
    some.admin.faults(1.0, kinds=["version_only"])
    with pytest.raises(Unavailable, match="it sends no proper hitCount"):
        europepmc(some).search(EVER)


def test_hits_that_lie_are_an_error(some: RunningFakes) -> None:
    some.admin.settings(lying_counts=3)
    with pytest.raises(Untrustworthy, match="case reports of 2020-01-01 to 2026-11-24 and sends"):
        europepmc(some).search(EVER)


def test_both_routes_find_what_either_finds(some: RunningFakes) -> None:
    routes = pubmed(some, cap=300).search(EVER, {}), europepmc(some).search(EVER)
    both = merge([*routes[0], *routes[1]])
    assert {one.pmcid for one in both} == {one.pmcid for route in routes for one in route}
    assert {one.origins for one in both} == {
        ("pubmed",),
        ("europepmc",),
        ("europepmc", "pubmed"),
    }


def test_a_cursor_that_repeats_too_early_is_asked_again_from_the_start() -> None:
    pages = (
        page(1, 2, hits=3, cursor="*"),
        page(1, 2, hits=3, cursor="b"),
        page(3, hits=3, cursor="c"),
        page(hits=3, cursor="c"),
    )
    with scripted(*pages) as (url, asked):
        assert [one.pmcid for one in EuropePmc(service(url)).search(DAY)] == [
            "PMC1",
            "PMC2",
            "PMC3",
        ]
    assert [request.params["cursorMark"] for request in asked] == ["*", "*", "b", "c"]
    query = f"{QUERY} AND FIRST_IDATE:[2024-05-06 TO 2024-05-06]"
    assert {request.params["query"] for request in asked} == {query}


def test_pages_without_end_end() -> None:
    pages = [page(i, hits=5, cursor=f"c{i}") for i in range(1, 100)]
    with scripted(*pages) as (url, asked), pytest.raises(Untrustworthy):
        EuropePmc(service(url)).search(DAY)
    assert len(asked) < 20


def test_records_of_other_days_are_an_error() -> None:
    other = page(1, hits=1, cursor="*", day="2014-05-06")
    with scripted(other) as (url, _), pytest.raises(Untrustworthy, match="it sends 2014-05-06"):
        EuropePmc(service(url)).search(DAY)


def test_another_query_than_ours_is_an_error_in_its_words() -> None:
    other = {"queryString": "PUB_TYPE", "hitCount": 0}
    said = Said({"request": other, "hitCount": 0, "resultList": {"result": []}})
    with scripted(said) as (url, _), pytest.raises(Untrustworthy, match="else: “PUB_TYPE”"):
        EuropePmc(service(url)).search(DAY)


def test_records_without_a_pmcid_are_passed_over_and_counted() -> None:
    result = [
        {"id": "1", "source": "MED", "pmid": "1"},
        {"id": "2", "source": "MED", "pmid": "2", "pmcid": "PMC2", "firstIndexDate": "soon"},
    ]
    with scripted(Said({"hitCount": 2, "resultList": {"result": result}})) as (url, _):
        search = EuropePmc(service(url))
        assert search.search(DAY) == [Found("PMC2", 2, None, ("europepmc",))]
        assert search.left_out == {"no_pmcid": 1}


def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        EuropePmc(service(nobody())).search(DAY)
