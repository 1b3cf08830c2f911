"""Exact fillings: which things, taken in order, add up to what is wanted.

Sets of sums are the bits of whole numbers, so that thousands of things cost milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

Vector = tuple[int, ...]
# What a search for several splits at once may hold and do; more is given up.
_BITS_HELD = 1 << 31
_BITS_MOVED = 1 << 35


def choose(sizes: Sequence[int], target: int) -> list[int]:
    """The first things in order that add up to the target, or to the most below it they can."""
    within = (1 << (target + 1)) - 1
    sums = [1]
    for size in reversed(sizes):
        more = sums[-1] | (sums[-1] << size & within)
        sums.append(sums[-1] if more == sums[-1] else more)
    left = sums[-1].bit_length() - 1
    chosen = []
    for index, size in enumerate(sizes):
        behind = sums[len(sizes) - index - 1]
        if size <= left and behind >> (left - size) & 1:
            chosen.append(index)
            left -= size
    return chosen


def choose_in_blocks(sizes: Sequence[int], dates: Sequence[str], target: int) -> list[int]:
    """The same, but nothing is passed over for what comes behind another date."""
    chosen: list[int] = []
    left = target
    for _, block in groupby(range(len(sizes)), key=lambda index: dates[index]):
        here = list(block)
        picked = [here[i] for i in choose([sizes[i] for i in here], left)]
        chosen += picked
        left -= sum(sizes[i] for i in picked)
        if len(picked) < len(here):
            break
    return chosen


def choose_together(options: Sequence[Sequence[Vector]], targets: Vector) -> list[int] | None:
    """For each thing one of its options, so that all of them add up to the targets at once.

    The first in order have their first option. None where there is no such choice, or where
    looking for it would take too much.
    """
    strides = _strides(targets)
    bits = strides[-1] * (targets[-1] + 1)
    if bits * sum(map(len, options)) > _BITS_MOVED:
        return None
    sums, held = [1], 0
    for vectors in reversed(options):
        before, after = sums[-1], 0
        for vector in vectors:
            if all(part <= most for part, most in zip(vector, targets, strict=True)):
                moved = before & _room(vector, targets, strides)
                after |= moved << sum(a * b for a, b in zip(vector, strides, strict=True))
        sums.append(before if after == before else after)
        held += bits * (after != before)
        if held > _BITS_HELD:
            return None
    return _walk(options, targets, strides, sums)


def _walk(
    options: Sequence[Sequence[Vector]], targets: Vector, strides: Vector, sums: Sequence[int]
) -> list[int] | None:
    left = list(targets)
    chosen = []
    for index, vectors in enumerate(options):
        behind = sums[len(options) - index - 1]
        for number, vector in enumerate(vectors):
            after = [a - b for a, b in zip(left, vector, strict=True)]
            if (
                min(after) >= 0
                and behind >> sum(a * b for a, b in zip(after, strides, strict=True)) & 1
            ):
                chosen.append(number)
                left = after
                break
        else:
            return None
    return chosen


def _strides(targets: Vector) -> Vector:
    strides = [1]
    for most in targets[:-1]:
        strides.append(strides[-1] * (most + 1))
    return tuple(strides)


def _room(vector: Vector, targets: Vector, strides: Vector) -> int:
    """The sums to which a vector can be added without passing a target."""
    room = 1
    for part, most, stride in zip(vector, targets, strides, strict=True):
        room = _repeated(room, stride, most - part + 1)
    return room


def _repeated(row: int, stride: int, times: int) -> int:
    """A row of bits, `times` times over at that stride."""
    made, length = row, 1
    while length < times:
        step = min(length, times - length)
        made |= made << step * stride
        length += step
    return made
