"""Waves end, and they end at the shortest run, whatever passes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.waves import Waves


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 30))
def test_the_last_wave_is_the_shortest_that_yields_the_target(
    passes: list[bool], target: int
) -> None:
    waves, taken, last = Waves(target, len(passes)), None, 0
    taken = waves.first
    while taken is not None:
        last = taken
        taken = waves.after(last, [place for place in range(last) if passes[place]])
    assert sum(passes[:last]) == min(target, sum(passes))
    assert last == len(passes) if sum(passes) < target else passes[last - 1]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40), st.integers(1, 30))
def test_waves_end_though_what_passes_depends_on_how_many_are_taken(
    yields: list[int], target: int
) -> None:
    waves, seen = Waves(target, len(yields)), 0
    taken: int | None = waves.first
    while taken is not None:
        passed = range(min(yields[taken - 1], taken)) if taken else range(0)
        taken = waves.after(taken, passed)
        seen += 1
        assert seen <= 2 * len(yields) + 2
