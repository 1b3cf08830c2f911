"""What a build by models would cost, found out without asking any."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from extractors.cases.answers import Repaired, Verified
from extractors.cases.planted import planted_count
from extractors.cases.prompts import Step
from extractors.cases.steps import Ask, repair_messages, repaired, verify_messages
from extractors.checks import run_checks
from extractors.grounding import ground, ungrounded_parts
from extractors.llm.accounts import Accounts
from extractors.llm.outcomes import Outcome, ServiceDown, Usage
from extractors.llm.request import Request
from extractors.llm.store import Store
from extractors.llm.tokens import Tokens
from flows.commands.build import OF_SELECTOR, selector_of
from flows.commands.settings import load_settings
from flows.models import Server, prices_of, request_of, require_models, servers, store_of
from flows.stages import extract
from flows.stages.articles import articles
from flows.stages.asking import answered
from flows.stages.repair import proved
from flows.survey import survey
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger
from flows.warehouse.results import StoredInputs
from flows.warehouse.work import Work
from schemas.article import Article
from schemas.case import Case, Draft
from schemas.reject import Reject
from schemas.settings import Settings

# What is expected behind a call whose answer is not known: who passes, and who needs repair.
_BEHIND: dict[Step, dict[Step, float]] = {
    "score": {"extract": 1.0, "repair": 0.3, "verify": 1.0},
    "extract": {"repair": 0.3, "verify": 1.0},
    "repair": {"verify": 1.0},
    "verify": {},
}
# Tokens of an answer, and of an article that nobody has read yet, until some were seen.
_ANSWER: dict[Step, int] = {"score": 700, "extract": 2500, "repair": 2000, "verify": 500}
_ARTICLE = 5000
# Articles of a search that turn out to be candidates, until some were seen.
_CANDIDATES = 0.5
OF_PLAN = ("home", "limit", "target_cases", "batch", "same_verifier")
_STEPS: tuple[Step, ...] = ("score", "extract", "repair", "verify")


@dataclass(frozen=True, slots=True)
class Due:
    """The calls of one step: those whose answers are held, and those to be paid."""

    step: Step
    model: str
    held: int = 0
    due: float = 0.0
    input: float = 0.0
    output: float = 0.0
    cost: float = 0.0


class Planning:
    """Answers from the store as models would, and counts what is not there."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._settings, self._prices = settings, prices_of(settings)
        self._drafts, self._verifies = servers(settings)
        self._accounts = Accounts(store, "", self._prices, Tokens())
        self.steps = {step: Due(step, self._server(step).model) for step in _STEPS}
        self.sizes: list[int] = []
        self.open = asyncio.Semaphore()

    async def extract(self, ask: Ask) -> Outcome:
        """What the model that drafts has answered."""
        return self._asked(self._drafts, ask)

    async def verify(self, ask: Ask) -> Outcome:
        """What the model that verifies has answered."""
        return self._asked(self._verifies, ask)

    def expect(self, step: Step, tokens: int, calls: float = 1.0) -> None:
        """Calls of a step that read so many tokens each, and those that follow from them."""
        for name, share in {step: 1.0, **_BEHIND[step]}.items():
            self._add(name, tokens, calls * share)

    def forget_what_is_due(self) -> None:
        """Nothing is to be asked: what a walk takes for due, such as duplicates, no build asks."""
        for step, told in self.steps.items():
            self.steps[step] = Due(step, told.model, told.held)

    def _asked(self, server: Server, ask: Ask) -> Outcome:
        request = request_of(ask, server, self._settings)
        known = self._accounts.recall(request, again=False)
        if known is None:
            tokens = self._tokens(request)
            self.sizes.append(tokens)
            self.expect(ask.step, tokens)
            raise ServiceDown("nothing is asked", 0)
        due = self.steps[ask.step]
        self.steps[ask.step] = replace(due, held=due.held + 1)
        return known

    def _add(self, step: Step, tokens: int, calls: float) -> None:
        due, output = self.steps[step], _ANSWER[step]
        price = self._prices.of(due.model)
        cost = price.cost(Usage(input=tokens, output=output), batch=self._settings.batch)
        self.steps[step] = replace(
            due,
            due=due.due + calls,
            input=due.input + calls * tokens,
            output=due.output + calls * output,
            cost=due.cost + calls * cost,
        )

    def _server(self, step: Step) -> Server:
        return self._verifies if step == "verify" else self._drafts

    def _tokens(self, request: Request) -> int:
        return self._accounts.tokens.input(request)


def plan_from_options(options: Mapping[str, Any]) -> int:
    """`casebook plan`."""
    selector = selector_of({name: options.get(name) for name in OF_SELECTOR})
    told = {name: options.get(name) for name in OF_PLAN}
    settings = load_settings(selector, options["config"], extractor="llm", **told)
    home = Home(settings.home or Path())
    require_models(home, settings)
    found = survey(home, selector, settings, lambda said: print(said, file=sys.stderr))
    work = Work(home, settings, home_ledger(home))
    if settings.target_cases:
        work.taken = min(settings.target_cases, settings.limit or settings.target_cases)
    with Store(store_of(work.home, settings)) as store:
        planning = Planning(store, settings)
        candidates, cases = asyncio.run(_walk(work, planning))
    new = found.arrivals.new if found.arrivals else []
    unread = sum(not (one.gone or one.problem) for one in new)
    if found.nothing_to_do:
        planning.forget_what_is_due()
    else:
        _expect_the_rest(planning, work, candidates, cases, unread)
    target, as_json = settings.target_cases, options["as_json"]
    _print(planning, candidates, unread, target=target, as_json=as_json)
    return 0


def _expect_the_rest(
    planning: Planning, work: Work, candidates: int, cases: int, unread: int
) -> None:
    """What articles not read yet will take, and cases in which a fault is planted."""
    settings = work.settings
    share = candidates / known if (known := _selected_from(work)) else _CANDIDATES
    size = sum(planning.sizes) // len(planning.sizes) if planning.sizes else _ARTICLE
    new = unread * share
    if work.taken is not None:
        new = min(new, max(0, work.taken - candidates))
    planning.expect("score", size, new)
    held, due = (round(getattr(planning.steps["verify"], name)) for name in ("held", "due"))
    share, least = settings.planted_share, settings.planted_least
    more = planted_count(held + due, share, least)
    more -= planted_count(held, share, least) if cases else 0
    planning.expect("verify", size, more)


async def _walk(work: Work, planning: Planning) -> tuple[int, int]:
    """Take every candidate of a home as far as answers are held: candidates, and cases of them."""
    candidates = cases = 0
    if work.done["select"].keys() != set(work.shards):
        work.first_missing()
    for shard in work.shards if len(work.done["select"]) == len(work.shards) else ():
        job = work.job(extract.STAGE, shard)
        inputs = StoredInputs(work.home.store, job.inputs)
        made = await extract.ask(inputs, job.parameters, planning)
        candidates += len(made.rows) + len(made.rejects) + len(made.waiting)
        drafts: dict[str, Draft] = {draft.pmcid: draft for draft in made.rows}
        for pmcid, article in articles(inputs):
            if pmcid in drafts and await _proved(drafts[pmcid], article, planning):
                cases += 1
    return candidates, cases


async def _proved(draft: Draft, article: Article, planning: Planning) -> bool:
    """Whether a draft comes through repair, whatever its verdict is."""
    case: Case | Reject = ground(draft, article)
    if isinstance(case, Case):
        case = run_checks(case, article) or case
    if isinstance(case, Reject):
        findings = ungrounded_parts(draft, article) or (case,)
        answer = await answered(planning.extract(repair_messages(article, draft, findings)))
        if not isinstance(answer, Repaired):
            return False
        case = proved(repaired(draft, answer, article), article)
    if isinstance(case, Reject):
        return False
    verdict = await answered(planning.verify(verify_messages(article, case)))
    return isinstance(verdict, Verified)


def _selected_from(work: Work) -> int:
    return sum(result.rows.count for result in work.done["fetch"].values())


def _print(
    planning: Planning, candidates: int, unread: int, *, target: int | None, as_json: bool
) -> None:
    steps = list(planning.steps.values())
    total = sum(step.cost for step in steps)
    if as_json:
        told = {"candidates": candidates, "unread": unread, "cost": round(total, 4)}
        print(json.dumps({**told, "steps": [asdict(step) for step in steps]}, indent=1))
        return
    print(f"{candidates:,} candidates are read, {unread:,} articles are new; nothing was asked")
    print("\n".join(_table(steps)))
    print(f"about ${total:,.2f}, for articles not read yet and answers not known by estimate")
    if target:
        print(f"for the first {target:,} candidates: more are asked until {target:,} cases pass")


def _table(steps: Iterable[Due]) -> Iterable[str]:
    yield f"{'step':8} {'model':20} {'in store':>9} {'to ask':>8} {'tokens':>12} {'cost':>10}"
    for step in steps:
        tokens = round(step.input + step.output)
        yield (
            f"{step.step:8} {step.model:20} {step.held:9,} {round(step.due):8,} {tokens:12,} "
            f"${step.cost:9,.2f}"
        )
