"""The options that several commands share, each told once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

DAY = click.DateTime(["%Y-%m-%d"])
Command = TypeVar("Command", bound=Callable[..., Any])


class Directory(click.Path):
    """A folder with a name: an empty one would be the current folder."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The folder as a path."""
        if value == "":
            self.fail("it names no folder", param, ctx)
        return super().convert(value, param, ctx)


DIRECTORY = Directory(file_okay=False, path_type=Path)

against_option = click.option(
    "--against",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="A file of another benchmark: look for what it holds. Repeatable.",
)


def home_option(command: Command) -> Command:
    """The option that names a home that was built in."""
    return click.option(
        "--home",
        type=DIRECTORY,
        help="What builds made. Default: data/build/main, else data/build/sample.",
    )(command)


def selector_options(command: Command) -> Command:
    """The options that name the articles."""
    for option in (
        click.option(
            "--full", is_flag=True, help="Let go of articles that are not named this time."
        ),
        click.option("--until", type=DAY, metavar="DAY", help="The last such day. Default: today."),
        click.option(
            "--since", type=DAY, metavar="DAY", help="PMC's case reports entered since a day."
        ),
        click.option(
            "--pmcids", metavar="LIST", help="A file of ids, or a dataset: PATH, ORG/NAME@REV."
        ),
        click.option("--xml", type=DIRECTORY, help="From a folder of .xml, .nxml or .gz articles."),
        click.option("--sample", is_flag=True, help="From the fictional sample articles."),
    ):
        command = option(command)
    return command


def config_option(command: Command) -> Command:
    """The option that names a settings file."""
    return click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Settings file. Default: casebook.toml, if there is one.",
    )(command)


def where_options(command: Command) -> Command:
    """The options that say with what and how loudly a build works."""
    for option in (
        click.option("--quiet", is_flag=True, help="Say nothing but errors."),
        config_option,
        click.option("--cluster", metavar="URL", help="Dask: tcp://HOST:PORT, or local:N."),
        click.option("--workers", type=int, metavar="N", help="Processes. Default: one a core."),
    ):
        command = option(command)
    return command


def split_options(command: Command) -> Command:
    """The options that say how cases are split."""
    for option in (
        click.option(
            "--holdout-labels", is_flag=True, default=None, help="No diagnosis of test in train."
        ),
        click.option("--stratify", metavar="COLUMN", help="Its values in like shares."),
        click.option("--test-needs", metavar="WHAT", help='Of test rows: "transparency>=4".'),
        click.option("--cut-off", metavar="DAYS", help="First day of test, or val=DAY,test=DAY."),
        click.option(
            "--dated-by",
            type=click.Choice(["publication_date", "first_seen"]),
            help="The date that temporal goes by.",
        ),
        click.option("--seed", type=int, metavar="N", help="Draw others."),
        click.option("--like", metavar="DATASET", help="Take over its splits: PATH, ORG/NAME@REV."),
        click.option("--sizes", metavar="SIZES", help="Such as train=rest,val=500,test=6.2%."),
        click.option(
            "--scheme",
            type=click.Choice(["frozen", "hash", "temporal"]),
            help="Who goes to which split. Default: frozen.",
        ),
    ):
        command = option(command)
    return command
