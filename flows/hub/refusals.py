"""Why a home's dataset is not published: each a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from extractors.corpus.audit.report import Report
from flows.auditing import audit
from flows.errors import INCOMPLETE, CasebookError, UsageError
from flows.hub.checks import run_checks
from flows.hub.contents import Contents, is_private, read_contents
from flows.hub.folder import RECEIPT, Receipt
from flows.warehouse.files import folder_digests
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs


class IncompleteBuild(CasebookError):
    """Something is pending: a dataset without it may be published only if that is meant."""

    exit_code = INCOMPLETE


def require_ended(home: Home, *, allow_incomplete: bool) -> None:
    """The last build of the home must have ended with nothing pending."""
    runs = read_runs(home.runs)
    if not home.dataset.is_dir() or not runs:
        raise UsageError(f"{home.root} holds no dataset: run `casebook build` first")
    last = runs[-1]
    if last.state == "incomplete" and not allow_incomplete:
        raise IncompleteBuild(
            f"the last build of {home.root} left {len(last.pending):,} pending: build again, or "
            "publish without them by --allow-incomplete"
        )
    if last.held:
        raise IncompleteBuild(
            f"{', '.join(last.held)} of {home.dataset} were retracted since: build again, with "
            "--allow-incomplete where what is pending does not come"
        )
    if last.state not in ("complete", "incomplete"):
        raise IncompleteBuild(f"the last build of {home.root} did not end: build again")


def require_as_built(folder: Path) -> Receipt:
    """The files must be those that the build wrote."""
    try:
        receipt = Receipt.model_validate_json((folder / RECEIPT).read_bytes())
    except (FileNotFoundError, ValidationError):
        raise CasebookError(f"{folder / RECEIPT} is missing or damaged: build again") from None
    found = folder_digests(folder)
    found.pop(RECEIPT)
    for path in sorted(found.keys() | receipt.files.keys()):
        if found.get(path) != receipt.files.get(path):
            raise CasebookError(f"{folder / path} is not as the build wrote it: build again")
    return receipt


def require_shareable(folder: Path, *, loopback: bool, allow_rules: bool) -> Contents:
    """No row may be there that others should not see."""
    contents = read_contents(folder)
    if not contents.cases:
        raise UsageError(f"{folder} has no rows: there is nothing to publish")
    if contents.fictional and not loopback:
        raise UsageError(
            f"{folder} holds fictional cases, which are published to a Hub on this machine only: "
            "set HF_ENDPOINT to one (`python -m tests.fakes --hub`)"
        )
    private = [licence for licence in contents.licences if is_private(licence)]
    if private:
        raise UsageError(
            f"{folder} holds {contents.licences[private[0]]:,} cases under {private[0]}, which "
            "forbids to share them: build without --allow-nd"
        )
    rules = contents.by_rules
    if rules and not allow_rules:
        raise UsageError(
            f"{rules:,} cases of {folder} were drafted by rules, which understand nothing: build "
            "by models, or say --allow-rules"
        )
    return contents


def require_sound(folder: Path, receipt: Receipt) -> Report:
    """Every required check must hold; what the audit found besides."""
    report = audit(str(folder))
    for check in run_checks(folder, receipt, report):
        if check.required and check.found:
            raise UsageError(
                f"{folder} fails the check {check.name} ({check.means}): {check.found}"
            )
    return report
