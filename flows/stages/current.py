"""Which shard holds the current version of each article: the last one to which it came."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.arrival import Member
from schemas.stage import Inputs


def last_words(inputs: Inputs) -> list[dict[str, Member]]:
    """The last that each shard has to say of an article, even that it is gone, in their order."""
    shards: list[dict[str, Member]] = []
    place: dict[str, int] = {}
    for index, shard in enumerate(inputs.each()):
        shards.append({})
        for member in shard.rows("capture", Member):
            if member.article in place:
                del shards[place[member.article]][member.article]
            shards[index][member.article] = member
            place[member.article] = index
    return shards


def current_members(inputs: Inputs) -> list[dict[str, Member]]:
    """The current members of every shard, in the order of the shards."""
    return [
        {name: member for name, member in shard.items() if not member.gone}
        for shard in last_words(inputs)
    ]


def current_rows(inputs: Inputs) -> Iterator[tuple[Inputs, dict[str, Member]]]:
    """Each shard with its current members."""
    return zip(inputs.each(), current_members(inputs), strict=True)
