"""What several routes named is one list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors.pmc.search import merge
from schemas.found import Found

founds = st.lists(
    st.builds(
        Found,
        pmcid=st.integers(1, 12).map(lambda number: f"PMC{number}"),
        pmid=st.none() | st.just(7),
        first_seen=st.none() | st.dates().map(str),
        origins=st.sets(st.sampled_from(["pubmed", "europepmc", "list"])).map(tuple),
    )
)


def test_an_article_of_two_routes_keeps_what_either_knows() -> None:
    one = Found("PMC10", 5, "2024-03-02", ("pubmed",))
    two = Found("PMC10", None, "2024-03-01", ("europepmc",))
    other = Found("PMC9", None, None, ("list",))
    both = Found("PMC10", 5, "2024-03-01", ("europepmc", "pubmed"))
    assert merge([one, two, other]) == [other, both]


@given(founds, founds)
def test_order_and_repetition_change_nothing(some: list[Found], others: list[Found]) -> None:
    merged = merge(some + others)
    assert merge(others + some) == merged
    assert merge(merged + some) == merged
    assert merge([*merge(some), *merge(others)]) == merged
    assert {found.pmcid for found in merged} == {found.pmcid for found in some + others}
