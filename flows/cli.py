"""The command line: thin calls into the flows and the home; heavy imports wait until needed."""

from __future__ import annotations

import functools
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar, cast

import click

from flows.errors import COMPLETE, CasebookError, StorageFailed
from flows.options import (
    DIRECTORY,
    against_option,
    config_option,
    home_option,
    selector_options,
    split_options,
    where_options,
)

INTERRUPTED, TERMINATED = 130, 143
Command = TypeVar("Command", bound=Callable[..., Any])


CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="casebook")
def casebook() -> None:
    """Build datasets of diagnostic questions, with proved reasoning, from case reports.

    \b
    Start with:  casebook build --sample
    Exit codes:  0 complete, 1 failed, 2 wrong usage, 3 incomplete (something is pending)
    """


def printing(command: Command) -> Command:
    """A command whose output may be closed by its reader, as `head` does: that is no failure.

    Click would end the process with 1 before `main` hears of it.
    """

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> int:
        try:
            code: int = command(*arguments, **options)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return COMPLETE
        return code

    return cast(Command, run)


@casebook.command()
@selector_options
@click.option("--limit", type=int, metavar="N", help="Only the first N candidates.")
@click.option("--target-cases", type=int, metavar="N", help="As many candidates as N cases take.")
@click.option("--extractor", type=click.Choice(["rules", "llm"]), help="What drafts the cases.")
@click.option("--batch", is_flag=True, default=None, help="Ask models by the Batch API.")
@click.option("--ask-again", is_flag=True, default=None, help="Also what models failed to answer.")
@click.option("--budget", type=float, metavar="USD", help="What calls to models may cost.")
@click.option("--same-verifier", is_flag=True, default=None, help="One model may do both.")
@click.option("--commercial", is_flag=True, default=None, help="Only commercially usable licences.")
@click.option("--allow-nd", is_flag=True, default=None, help="No-derivatives too; private use.")
@click.option("--manuscripts", is_flag=True, default=None, help="Author manuscripts too.")
@against_option
@split_options
@click.option("--publish", metavar="ORG/NAME", help="Go on from there, and publish if complete.")
@click.option(
    "--allow-incomplete",
    is_flag=True,
    default=None,
    help="Release, and publish, without what is pending.",
)
@click.option(
    "--home",
    type=DIRECTORY,
    help="Where to build. Default: data/build/sample for --sample, else data/build/main.",
)
@where_options
def build(**options: Any) -> int:
    """Build a dataset, or bring one up to date: only what is missing is done.

    Without a source, PMC is searched for the case reports of the last twelve months, since many
    are typed as such long after they appear.
    """
    from flows.commands.build import build_from_options

    return build_from_options(options)


@casebook.command()
@selector_options
@click.option("--limit", type=int, metavar="N", help="Only the first N candidates.")
@click.option("--target-cases", type=int, metavar="N", help="As many candidates as N cases take.")
@click.option("--batch", is_flag=True, default=None, help="At the Batch API's price.")
@click.option("--same-verifier", is_flag=True, default=None, help="One model may do both.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@home_option
@config_option
@printing
def plan(**options: Any) -> int:
    """Tell what a build by models would cost and what the store holds; asks no model."""
    from flows.commands.plan import plan_from_options

    return plan_from_options(options)


@casebook.command()
@click.option("--from", "source", metavar="DATASET", help="A home, folder, file or ORG/NAME@REV.")
@click.option("--out", type=DIRECTORY, help="The folder to write.")
@split_options
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A splits.json, which says what was done.",
)
@click.option("--verify", is_flag=True, help="Make the splits of the receipt again and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipt with the report.")
@config_option
@printing
def splits(**options: Any) -> int:
    """Make new splits of any dataset, with a receipt by which anyone can make them again."""
    from flows.commands.splits import splits_from_options

    return splits_from_options(options)


@casebook.command()
@click.option("--reason", help="Only what is pending for this reason.")
@click.option("--budget", type=float, metavar="USD", help="What calls to models may cost.")
@home_option
@where_options
def retry(**options: Any) -> int:
    """Take up what is pending: run the last build of a home again."""
    from flows.commands.build import retry_from_options

    return retry_from_options(options)


@casebook.command()
@click.argument("repository", metavar="ORG/NAME")
@click.option("--pull-request", is_flag=True, help="Propose it, for somebody to merge.")
@click.option("--dry-run", is_flag=True, help="Print the whole difference; publish nothing.")
@click.option("--allow-rules", is_flag=True, help="Also cases that rules drafted.")
@click.option("--allow-incomplete", is_flag=True, help="Although something is pending.")
@click.option("--fewer", type=float, metavar="SHARE", help="Let so many of the cases go.")
@home_option
@config_option
@click.option("--quiet", is_flag=True, help="Say nothing but errors and what came of it.")
@printing
def publish(**options: Any) -> int:
    """Publish what a home holds to the Hugging Face Hub: all of it in one commit, then a tag.

    Reads the token from HF_TOKEN, or from `hf auth login`.
    """
    from flows.commands.publish import publish_from_options

    return publish_from_options(options)


@casebook.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--text", "as_text", is_flag=True, help="Print the text only.")
@click.option("--check", is_flag=True, help="Print what could not be placed, a line an article.")
@printing
def read(paths: tuple[Path, ...], as_text: bool, check: bool) -> int:
    """Read article files or folders and print them as JSON lines."""
    from flows.commands.read import read_articles

    return read_articles(paths, as_text=as_text, check=check, out=sys.stdout, err=sys.stderr)


@casebook.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--extractor", type=click.Choice(["rules", "llm"]), help="What drafts the cases.")
@click.option("--budget", type=float, metavar="USD", help="What calls to models may cost.")
@click.option(
    "--home", type=DIRECTORY, help="Whose answers and budget count. Default: data/build/main."
)
@config_option
@printing
def extract(paths: tuple[Path, ...], **options: Any) -> int:
    """Draft cases of article files or folders and print them as JSON lines, for looking.

    Nothing is gated: an article that a build would turn away is drafted as far as possible, and
    says `unsuitable`.
    """
    from flows.commands.extract import extract_drafts

    return extract_drafts(paths, options, out=sys.stdout, err=sys.stderr)


@casebook.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@home_option
@printing
def status(home: Path | None, as_json: bool) -> int:
    """Show what a home holds: every article's state, the funnel, the splits."""
    from flows.commands.status import show_status

    return show_status(home, as_json=as_json)


@casebook.command()
@click.option("--stage", help="Only rejects of this stage.")
@click.option("--reason", help="Only rejects for this reason.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
@home_option
@printing
def rejects(home: Path | None, stage: str | None, reason: str | None, as_json: bool) -> int:
    """List rejected articles with stage, reason and what was found."""
    from flows.commands.status import show_rejects

    return show_rejects(home, stage=stage, reason=reason, as_json=as_json)


@casebook.command()
@click.option("--port", type=int, default=4200, show_default=True, help="Where the server listens.")
def serve(port: int) -> int:
    """Rebuild on schedule: run a Prefect server with a worker and all that prefect.yaml names.

    With PREFECT_API_URL the deployments go to that server, and only the worker runs here.
    """
    from flows.commands.serve import serve as serve_until_asked_to_end

    return serve_until_asked_to_end(port)


@casebook.command()
@click.argument("dataset", metavar="PATH|ORG/NAME[@REV]")
@click.option("--home", type=DIRECTORY, help="Licences and retractions as a home knows them.")
@click.option("--metadata", type=DIRECTORY, help="The same from a folder of PMC's JSON.")
@against_option
@click.option("--fail-on", multiple=True, metavar="CHECK", help="Require this too. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the report as one page.",
)
@click.option("--workers", type=int, metavar="N", help="Processes. Default: one a core.")
@printing
def audit(**options: Any) -> int:
    """Tell what is wrong with a dataset that anybody made: Parquet, JSON lines, CSV or a Hub repo.

    It reads the ten columns of the reference, or as many as there are, and tells what it could not
    judge for lack of one. Exit code 1 says that a required check is violated.
    """
    from flows.commands.audit import audit_from_options

    return audit_from_options(options)


def main() -> None:
    """Run a command; whatever stops it is said in one sentence."""
    signal.signal(signal.SIGTERM, _terminate)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        code = casebook.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        code = _say("stopped; what is finished is kept, run the same again to go on", INTERRUPTED)
    except Terminated:
        code = _say("stopped; what is finished is kept, run the same again to go on", TERMINATED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except CasebookError as error:
        code = _say(str(error), error.exit_code)
    except OSError as error:
        code = _say(str(StorageFailed(error, Path())), StorageFailed.exit_code)
    sys.exit(code)


class Terminated(BaseException):
    """Somebody asked this process to end."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _say(sentence: str, code: int) -> int:
    print(f"casebook: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
