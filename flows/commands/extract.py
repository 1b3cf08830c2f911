"""Drafts of single articles as JSON lines, for looking and for measuring: nothing is kept back."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from extractors.cases.answers import Scored
from extractors.cases.rules import Look, look, turned_away
from extractors.cases.steps import judge
from extractors.jats import read
from extractors.language.counts import counted
from extractors.llm.outcomes import Unusable
from extractors.llm.store import UnusableStore
from flows.commands.settings import load_settings
from flows.commands.xml_files import XmlFiles
from flows.errors import INCOMPLETE, WRONG_USAGE, CasebookError
from flows.stages.asking import Models, models_told
from flows.stages.extract import drafted, score, thresholds_of
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from schemas.article import Article
from schemas.case import Draft
from schemas.reject import Reject
from schemas.selector import Selector
from schemas.settings import Settings
from schemas.stage import Waiting

# The order in which a reader looks for them; whatever else a draft has comes behind.
_FIRST = (
    *("pmcid", "case_prompt", "final_diagnosis", "final_diagnosis_aliases", "statements"),
    "breakpoint",
)


def extract_drafts(
    paths: Sequence[Path], options: Mapping[str, Any], *, out: TextIO, err: TextIO
) -> int:
    """`casebook extract`: print a draft of every article of the files and folders."""
    told = {name: options[name] for name in ("extractor", "budget", "home")}
    settings = load_settings(Selector(), options["config"], **told)
    found = XmlFiles(paths, err)
    if found.code == WRONG_USAGE:
        return found.code
    if settings.extractor == "rules":
        for line in found.each(lambda xml: _line(article := read(xml), look(article))):
            out.write(line)
        return found.code
    waiting = _by_models(found.each(read), settings, out, err)
    if waiting:
        pending = counted(len(waiting), "article is", "articles are")
        err.write(f"{pending} pending: {waiting[0].detail}\n")
    return found.code or (INCOMPLETE if waiting else found.code)


def draft_row(article: Article, seen: Look) -> dict[str, object]:
    """What was made of an article as plain values, in the order of the command's output."""
    known = asdict(seen.draft) if seen.draft else {}
    row = {name: known.get(name) for name in _FIRST} | known
    row["pmcid"] = article.ids.pmcid
    if seen.unsuitable is not None:
        row["unsuitable"] = {"reason": seen.unsuitable.reason, "detail": seen.unsuitable.detail}
    return row


def _line(article: Article, seen: Look) -> str:
    return json.dumps(draft_row(article, seen), ensure_ascii=False) + "\n"


def _by_models(
    articles: Iterator[Article], settings: Settings, out: TextIO, err: TextIO
) -> list[Waiting]:
    """Print what a model drafts; the articles that it could not be asked about are pending."""
    from flows.models import require_models

    home = Home(settings.home or Path())
    require_models(home, settings, verifies=False)
    try:
        return asyncio.run(_ask_all(articles, home, settings, out, err))
    except (Unusable, UnusableStore) as error:
        raise CasebookError(f"{error}; what was answered is kept") from None


async def _ask_all(
    articles: Iterator[Article], home: Home, settings: Settings, out: TextIO, err: TextIO
) -> list[Waiting]:
    """Ask about a window of articles at a time, and print in the order of the files."""
    from flows.asking import Models, in_turn
    from flows.models import payer_of

    parameters = models_told("extract", settings)
    waiting: list[Waiting] = []
    asking: deque[tuple[Article, asyncio.Task[Look | Waiting | Unusable]]] = deque()

    async def print_first() -> None:
        article, task = asking.popleft()
        seen = await task
        if isinstance(seen, Unusable):
            raise seen
        if isinstance(seen, Waiting):
            waiting.append(seen)
        else:
            out.write(_line(article, seen))

    payer = payer_of(home, read_runs(home.runs))
    async with (
        in_turn(home, settings, lambda said: print(said, file=err)),
        Models(home, settings, payer, verifies=False) as models,
    ):
        for article in articles:
            asking.append((article, asyncio.create_task(_look(article, parameters, models))))
            if len(asking) >= models.window:
                await print_first()
        while asking:
            await print_first()
        err.write(f"{models.calls.sentence()}\n")
    return waiting


async def _look(
    article: Article, parameters: Mapping[str, Any], models: Models
) -> Look | Waiting | Unusable:
    try:
        return await look_by_models(article, parameters, models)
    except Unusable as error:
        return error


async def look_by_models(
    article: Article, parameters: Mapping[str, Any], models: Models
) -> Look | Waiting:
    """A model's draft, asked for as a build would; what a build would turn away is drafted too."""
    scored = await score(article, models)
    if isinstance(scored, Waiting):
        return scored
    away = turned_away(article)
    if not isinstance(scored, Scored):
        return Look(None, away or scored)
    judged = judge(scored, thresholds_of(parameters))
    away = away or (judged if isinstance(judged, Reject) else None)
    if not scored.single_human_patient:
        return Look(None, away)
    made = await drafted(article, scored, parameters, models)
    if isinstance(made, Waiting):
        return made
    return Look(made, away) if isinstance(made, Draft) else Look(None, away or made)
