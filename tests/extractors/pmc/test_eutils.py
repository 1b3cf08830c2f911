"""All case reports of a window are found, once each, or it is said why not."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.pmc.errors import Unavailable, Untrustworthy
from extractors.pmc.eutils import CAP, LAST_PMID, QUERY, Eutils, _Part, per_second
from extractors.pmc.idconv import IdConverter
from schemas.found import Window
from tests.extractors.pmc.conftest import CAP as SMALL_CAP
from tests.extractors.pmc.searching import EVER, pubmed
from tests.extractors.pmc.serving import SECRETS, Asked, Said, answering, nobody, scripted, service
from tests.fakes.behaviour import FAULTS
from tests.fakes.running import RunningFakes, running_fakes

DAY = Window(date(2024, 5, 6), date(2024, 5, 6))
UNDERSTOOD = (
    '"case reports"[Publication Type] AND "pubmed pmc open access"[Filter] '
    "AND 2024/05/06[Date - Entry]"
)
FITTING = [fault for fault in FAULTS if fault not in ("version_only", "wrong_md5")]


def typed(fakes: RunningFakes) -> dict[str, dict[str, object]]:
    """What PubMed should find in the world behind the fakes."""
    today = EVER.until.isoformat()
    return {
        article["pmcid"]: article
        for article in fakes.admin.articles()
        if article["in_pubmed"] and article["open_access"] and article["typed"] <= today
    }


def test_25_000_of_a_window_are_found_once_each(many: RunningFakes) -> None:
    truth = typed(many)
    assert len(truth) == 25_000
    known = {int(str(one["pmid"])): pmcid for pmcid, one in list(truth.items())[5_000:]}
    many.admin.counts(reset=True)
    found = pubmed(many).search(EVER, known)
    assert [one.pmcid for one in found] == sorted(truth, key=lambda pmcid: int(pmcid[3:]))
    assert all(one.pmid == truth[one.pmcid]["pmid"] for one in found)
    new = [one for one in found if one.pmid not in known]
    assert all(one.first_seen == truth[one.pmcid]["entered"] for one in new)
    assert {one.origins for one in found} == {("pubmed",)}
    counts = many.admin.counts()
    assert counts["eutils.esearch"] < 20
    assert counts["eutils.esummary"] == 13
    assert counts["eutils.without_email"] == counts["eutils.without_tool"] == 0
    assert counts["eutils.connections"] == 1


def test_12_000_of_a_single_day_are_found_once_each() -> None:
    with running_fakes(0, clean=True, settings={"limits": None}) as fakes:
        fakes.admin.add(12_000, entered="2024-05-06")
        pmids = pubmed(fakes).pmids(EVER)
        assert len(pmids) == len(set(pmids)) == 12_000
        assert pubmed(fakes).pmids(Window(date(2024, 5, 7), date(2024, 5, 9))) == []


def test_what_is_known_is_not_asked_for_again(some: RunningFakes) -> None:
    search = pubmed(some, cap=SMALL_CAP)
    first = search.search(EVER, {})
    some.admin.counts(reset=True)
    known = {one.pmid: one.pmcid for one in first if one.pmid is not None}
    again = search.search(EVER, known)
    assert [one.pmcid for one in again] == [one.pmcid for one in first]
    assert some.admin.counts()["eutils.esummary"] == 0


def test_a_pmid_without_a_pmcid_is_looked_up_once_and_else_left_out() -> None:
    entered = {"history": [{"pubstatus": "entrez", "date": "2024/5/6 06:00"}]}
    summaries = {
        "1": {"articleids": [{"idtype": "pmc", "value": "PMC11.2"}], **entered},
        "2": {"articleids": [{"idtype": "pmcid", "value": "embargo"}], **entered},
        "3": {"uid": "3", "error": "cannot get document summary"},
    }
    records = [{"requested-id": "2", "pmcid": "PMC22"}, {"requested-id": "3", "status": "error"}]
    hits = {"count": "3", "idlist": [], "querytranslation": UNDERSTOOD}
    answers = (
        Said({"esearchresult": hits}),
        Said({"esearchresult": {**hits, "idlist": ["1", "2", "3"]}}),
        Said({"result": {"uids": ["1", "2", "3"], **summaries}}),
        Said({"status": "ok", "records": records}),
    )
    with scripted(*answers) as (url, asked):
        search = Eutils(service(url), IdConverter(service(url)))
        found = search.search(DAY, {})
    assert [(one.pmcid, one.pmid) for one in found] == [("PMC11", 1), ("PMC22", 2)]
    assert {one.first_seen for one in found} == {"2024-05-06"}
    assert search.left_out == {"no_pmcid": 1}
    assert [request.params.get("ids") for request in asked][3:] == ["2,3"]


@pytest.mark.parametrize("fault", FITTING)
def test_a_fault_on_one_request_in_ten_changes_nothing(
    some: RunningFakes, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    some.admin.counts(reset=True)
    some.admin.faults(0.1, kinds=[fault], seed=FITTING.index(fault) + 1)
    found = pubmed(some, cap=SMALL_CAP, batch=25).search(EVER, {})
    assert {one.pmcid for one in found} == set(typed(some))
    assert some.admin.counts()[f"fault.{fault}"] > 0
    assert not any(secret in caplog.text for secret in SECRETS.values())
    assert SECRETS["email"].partition("@")[0] not in caplog.text


@pytest.mark.parametrize("fault", ["429", "500", "html", "error_in_200", "truncated", "reset"])
def test_a_fault_for_good_is_unavailable(some: RunningFakes, fault: str) -> None:
    some.admin.faults(1.0, kinds=[fault])
    with pytest.raises(Unavailable, match=r"^PubMed is unavailable: .* \(6 attempts\)") as caught:
        pubmed(some).search(EVER, {})
    assert not any(secret in str(caught.value) for secret in (*SECRETS.values(), "130.14", "127."))


def test_a_network_that_is_gone_is_unavailable() -> None:
    search = Eutils(service(nobody()), IdConverter(service(nobody())))
    with pytest.raises(Unavailable):
        search.search(EVER, {})


@pytest.mark.parametrize("cap", [CAP, SMALL_CAP])
@pytest.mark.parametrize("lie", [-1, 1, 7, 5_000])
def test_counts_that_lie_are_an_error(some: RunningFakes, lie: int, cap: int) -> None:
    some.admin.settings(lying_counts=lie)
    with pytest.raises(Untrustworthy, match="PubMed cannot be relied on: it counts"):
        pubmed(some, cap=cap).search(EVER, {})


@pytest.mark.parametrize("silently", [False, True])
@pytest.mark.parametrize("tag", ["pt", "filter", "edat", "uid"])
def test_a_tag_that_is_dropped_is_an_error_in_its_words(
    some: RunningFakes, tag: str, silently: bool
) -> None:
    window = EVER
    if tag == "uid":
        some.admin.add(2 * SMALL_CAP, entered="2024-05-06")
        window = DAY
    some.admin.settings(dropped_tag=tag, dropped_silently=silently)
    with pytest.raises(Untrustworthy, match=r"it (drops|searches|counts) "):
        pubmed(some, cap=SMALL_CAP).search(window, {})


def says_of_one_day(result: dict[str, object]) -> list[Asked]:
    asked: list[Asked] = []

    def says(request: Asked) -> Said:
        asked.append(request)
        whole = {"idlist": [], "querytranslation": UNDERSTOOD, **result}
        return Said({"esearchresult": whole})

    with answering(says) as url:
        assert Eutils(service(url), IdConverter(service(url))).search(DAY, {}) == []
    return asked


def test_the_query_is_the_one_that_was_agreed() -> None:
    asked = says_of_one_day({"count": "0"})[0]
    assert asked.method == "POST"
    assert asked.params["term"] == QUERY
    dates = {"datetype": "edat", "mindate": "2024/05/06", "maxdate": "2024/05/06"}
    assert asked.params.items() >= dates.items()
    assert asked.params.items() >= {"tool": "casebook", **SECRETS}.items()


@pytest.mark.parametrize(
    "result",
    [
        {"warninglist": {"phrasesignored": [], "outputmessages": ["No items found."]}},
        {"warninglist": {"outputmessages": ["Restrictions achieved. start and count adjusted"]}},
        {"querytranslation": UNDERSTOOD.replace("06[", "06:2024/05/06[").replace('"', "")},
    ],
)
def test_remarks_that_mean_nothing_are_passed_over(result: dict[str, object]) -> None:
    says_of_one_day({"count": "0", **result})


@pytest.mark.parametrize(
    "result",
    [
        {"warninglist": {"quotedphrasesnotfound": ['"pubmed pmc open access"']}},
        {"errorlist": {"phrasesnotfound": [], "fieldsnotfound": ["pt"]}},
        {"querytranslation": UNDERSTOOD.replace("Publication Type", "All Fields")},
        {"querytranslation": UNDERSTOOD.replace("2024/05/06", "2023/05/06")},
        {"ERROR": "Query syntax error"},
    ],
)
def test_a_search_that_was_not_understood_is_an_error(result: dict[str, object]) -> None:
    with pytest.raises(Untrustworthy):
        says_of_one_day({"count": "0", **result})


@given(st.dates(max_value=date(2100, 1, 1)), st.integers(0, 20_000), st.integers(0, 40))
def test_halves_make_up_the_whole(since: date, days: int, turns: int) -> None:
    part: _Part = _Part(since, since + timedelta(days=days))
    for turn in range(turns):
        halves = part.halves()
        if halves is None:
            assert part.since == part.until
            assert part.first == part.last
            return
        lower, upper = halves
        if part.since < part.until:
            assert (lower.since, upper.until) == (part.since, part.until)
            assert upper.since - lower.until == timedelta(days=1)
        else:
            assert (lower.first, lower.last + 1) == (part.first or 1, upper.first)
            assert upper.last == part.last <= LAST_PMID
        part = halves[turn % 2]


def test_the_pace_is_that_of_e_utilities() -> None:
    assert (per_second(None), per_second("key")) == (3.0, 10.0)


def test_the_limits_of_e_utilities_are_kept() -> None:
    with running_fakes(30, plain=True, clean=True, settings={"limits": [30, 30]}) as fakes:
        search = pubmed(fakes, batch=2)
        paced = Eutils(service(fakes.eutils, per_second=30.0), search.converter, batch=search.batch)
        assert len(paced.search(EVER, {})) == 30
        counts = fakes.admin.counts()
        assert counts["eutils.limited"] == 0
        assert counts["eutils.esummary"] == 15
