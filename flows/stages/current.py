"""Which shard holds the current version of each article: the last one to which it came."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.arrival import Member
from schemas.stage import Inputs


def current_members(inputs: Inputs) -> list[dict[str, Member]]:
    """The current members of every shard, in the order of the shards."""
    shards: list[dict[str, Member]] = []
    place: dict[str, int] = {}
    for index, shard in enumerate(inputs.each()):
        shards.append({})
        for member in shard.rows("capture", Member):
            if member.article in place:
                del shards[place[member.article]][member.article]
            shards[index][member.article] = member
            place[member.article] = index
    return [{name: m for name, m in shard.items() if not m.gone} for shard in shards]


def current_rows(inputs: Inputs) -> Iterator[tuple[Inputs, dict[str, Member]]]:
    """Each shard with its current members."""
    return zip(inputs.each(), current_members(inputs), strict=True)
