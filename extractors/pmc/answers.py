"""What a service answered, and what readers of answers say when that is of no use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
_LOOKED_AT = 1 << 16
_MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


class NotUsable(Exception):
    """Raised by a reader of answers: what is wrong with this one, and the service's words.

    The service is asked again. If that does not help, what is `lasting` makes it untrustworthy;
    what is not, such as a page that says to come back later, makes it unavailable.
    """

    def __init__(self, says: str, words: str = "", *, lasting: bool = True) -> None:
        super().__init__(says, words)
        self.says, self.words, self.lasting = says, words, lasting


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def words(self) -> str:
        """What the body says, without its markup."""
        return words_of(self.body)

    def json(self) -> Any:
        """The body as JSON, if that is what it is."""
        try:
            return json.loads(self.body, strict=False)
        except (ValueError, RecursionError):
            pass
        kind = "HTML" if self.body.lstrip()[:1] == b"<" else "something else"
        raise NotUsable(f"it sends {kind} instead of JSON", self.words, lasting=False)

    def shaped(self, model: type[M]) -> M:
        """The JSON as a model of what the service always sends."""
        found = self.json()
        try:
            return model.model_validate(found)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_url=False)[0]["loc"])) or "the answer"
        raise NotUsable(f"it sends no proper {where}", self.words, lasting=False)


def words_of(body: bytes) -> str:
    """What a body says, without its markup."""
    text = body[:_LOOKED_AT].decode(errors="replace")
    return " ".join(_MARKUP.sub(" ", text).split())
