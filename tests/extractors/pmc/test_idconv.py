"""PMCIDs for other ids, in lists that the converter takes."""

from __future__ import annotations

import pytest

from extractors.pmc.errors import Untrustworthy
from extractors.pmc.idconv import IdConverter
from tests.extractors.pmc.searching import converter
from tests.extractors.pmc.serving import Asked, Said, answering, scripted, service
from tests.fakes.running import RunningFakes


def test_pmids_and_dois_become_pmcids(some: RunningFakes) -> None:
    known = [article for article in some.admin.articles() if article["pmid"]]
    by_pmid = {str(article["pmid"]): article["pmcid"] for article in known}
    by_doi = {article["doi"].upper(): article["pmcid"] for article in known}
    some.admin.counts(reset=True)
    found = converter(some).pmcids([*by_pmid, "12345"], "pmid")
    assert found == {**by_pmid, "12345": None}
    assert some.admin.counts()["idconv.articles"] == len(known) // 200 + 1
    assert converter(some).pmcids(by_doi, "doi") == by_doi


def test_long_ids_are_asked_for_in_short_lists() -> None:
    lengths: list[int] = []

    def says(asked: Asked) -> Said:
        ids = asked.params["ids"].split(",")
        lengths.append(sum(map(len, ids)))
        return Said({"status": "ok", "records": [{"requested-id": one} for one in ids]})

    dois = [f"10.5555/{'x' * 150}{number}" for number in range(200)]
    with answering(says) as url:
        assert IdConverter(service(url)).pmcids(dois, "doi") == dict.fromkeys(dois)
    assert max(lengths) < 6_000


def test_ids_come_as_numbers_and_with_versions() -> None:
    records = [
        {"pmid": 1, "requested-id": 1, "pmcid": "PMC11.2"},
        {"requested-id": "2", "status": "error", "errmsg": "Identifier not found in PMC"},
    ]
    with scripted(Said({"status": "ok", "records": records})) as (url, asked):
        assert IdConverter(service(url)).pmcids(["1", "2", "1"], "pmid") == {
            "1": "PMC11",
            "2": None,
        }
    assert asked[0].params["ids"] == "1,2"


def test_an_id_that_is_passed_over_is_an_error() -> None:
    silent = Said({"status": "ok", "records": []})
    with scripted(silent) as (url, _), pytest.raises(Untrustworthy, match="says nothing of 17"):
        IdConverter(service(url)).pmcids(["17"], "pmid")


def test_nothing_is_not_asked_for() -> None:
    with scripted(Said(status=500)) as (url, asked):
        assert IdConverter(service(url)).pmcids([], "pmid") == {}
    assert not asked
