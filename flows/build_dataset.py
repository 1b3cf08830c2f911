"""The flow `build-dataset`: from case reports to a dataset, in the order of its stages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.runtime import deployment
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.commands.publish import prepare, publish_after_build
from flows.commands.settings import load_settings
from flows.pipeline import Build
from flows.runtime.progress import progress_for
from flows.runtime.shown import ShownProgress, show_build
from flows.runtime.unattended import unattended_flow
from flows.stages import (
    check,
    compare,
    contamination,
    dedupe,
    extract,
    fetch,
    ground,
    profile,
    read,
    repair,
    select,
    split,
    verify,
)
from schemas.run import RunSummary
from schemas.selector import Selector


def run_stages(build: Build) -> RunSummary:
    """The whole pipeline."""
    with build:
        build.search()
        build.run(fetch.STAGE)
        build.run(read.STAGE)
        build.run(select.STAGE)
        for _ in build.waves():
            build.ask(extract.STAGE)
            build.run(ground.STAGE)
            build.run(check.STAGE)
            build.ask(repair.STAGE)
            build.run(profile.STAGE)
            build.run(compare.STAGE)
            build.run(contamination.STAGE)
            build.run(dedupe.STAGE)
            build.ask(verify.STAGE)
            build.run(split.STAGE)
        build.write()
        return build.finish()


@task(task_run_name="{name}", cache_policy=NO_CACHE)
def one_task(name: str, work: Callable[[], Any]) -> Any:
    """A stage of one shard, as Prefect sees it; the work itself is done in a worker process."""
    return work()


def hand_to_prefect(name: str, work: Callable[[], None]) -> PrefectFuture[Any]:
    """Run a piece of work as a Prefect task of that name."""
    return one_task.submit(name, work)


@unattended_flow("build-dataset", command="build", task_runner=ThreadPoolTaskRunner(max_workers=32))
def build_dataset(
    sample: bool = False,
    xml: Path | None = None,
    pmcids: str | None = None,
    since: date | None = None,
    until: date | None = None,
    full: bool = False,
    extractor: Literal["rules", "llm"] | None = None,
    batch: bool | None = None,
    ask_again: bool | None = None,
    budget: float | None = None,
    same_verifier: bool | None = None,
    limit: int | None = None,
    target_cases: int | None = None,
    commercial: bool | None = None,
    allow_nd: bool | None = None,
    manuscripts: bool | None = None,
    against: tuple[Path, ...] = (),
    scheme: Literal["frozen", "hash", "temporal"] | None = None,
    sizes: str | None = None,
    like: str | None = None,
    seed: int | None = None,
    dated_by: Literal["publication_date", "first_seen"] | None = None,
    cut_off: str | None = None,
    test_needs: str | None = None,
    stratify: str | None = None,
    holdout_labels: bool | None = None,
    publish: str | None = None,
    allow_incomplete: bool | None = None,
    home: Path | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    config: Path | None = None,
    quiet: bool = False,
) -> State[Any]:
    """Build a dataset of diagnostic questions from case reports.

    Parameters are the options of `casebook build`; what is not given comes from the environment,
    from `casebook.toml` or from the defaults.
    """
    selector = Selector(sample=sample, xml=xml, pmcids=pmcids, since=since, until=until, full=full)
    settings = load_settings(
        selector,
        config,
        extractor=extractor,
        batch=batch,
        ask_again=ask_again,
        budget=budget,
        same_verifier=same_verifier,
        limit=limit,
        target_cases=target_cases,
        commercial=commercial,
        allow_nd=allow_nd,
        manuscripts=manuscripts,
        against=against or None,
        scheme=scheme,
        sizes=sizes,
        like=like,
        seed=seed,
        dated_by=dated_by,
        cut_off=cut_off,
        test_needs=test_needs,
        stratify=stratify,
        holdout_labels=holdout_labels,
        publish=publish,
        allow_incomplete=allow_incomplete,
        home=home,
        workers=workers,
        cluster=cluster,
    )
    watched = deployment.get_id() is not None
    progress = ShownProgress() if watched else progress_for(quiet=quiet)
    build = Build(selector, settings, hand_to_prefect, progress)
    with build.home.locked_for_a_build():
        prepare(build.home, settings, progress.say)
        summary = run_stages(build)
        published = None
        if settings.publish and (summary.state == "complete" or settings.allow_incomplete):
            do = partial(publish_after_build, settings, quiet=quiet)
            published = one_task.submit("publish", do).result()
    if watched:
        show_build(summary, build.home)
    return state_of(summary, published)


def state_of(summary: RunSummary, published: str | None = None) -> State[Any]:
    """How Prefect shows a build that ended: something pending is a failure of its own name."""
    said = "; ".join(filter(None, (summary.sentence(), published)))
    if summary.state == "incomplete":
        return Failed(name="Incomplete", message=said)
    return Completed(message=said)
