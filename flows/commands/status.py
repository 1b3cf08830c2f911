"""What a home holds, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from extractors.checks import all_checks
from flows.commands.build import last_run
from flows.commands.settings import existing_home
from flows.errors import CasebookError, Damaged, UsageError
from flows.warehouse.accounts import take_account
from flows.warehouse.catalogue import write_catalogue
from flows.warehouse.home import Home
from flows.warehouse.ledger import home_ledger, left_by_reason
from flows.warehouse.runs import read_runs
from flows.warehouse.work import Work
from schemas.reasons import REASONS as REASONS_OF_STAGES
from schemas.settings import Settings

ARTICLES = "SELECT state, count(*) AS articles FROM articles GROUP BY state ORDER BY state"
SPLITS = "SELECT split, count(*) AS rows FROM cases GROUP BY split ORDER BY split"
FUNNEL = "SELECT stage, entered, rejected, remaining FROM funnel ORDER BY step"
REASONS = """
    SELECT stage, reason, count(*) AS articles FROM rejects
    GROUP BY stage, reason ORDER BY articles DESC, reason
"""
SHOWN = 3
_OF_CHECKS = {check.policy.reason: check.policy.says for check in all_checks()}
REASONS_BY_STAGE = REASONS_OF_STAGES | {
    "check": _OF_CHECKS,
    "repair": {
        **_OF_CHECKS,
        **{
            k: v
            for name in ("extract", "ground", "repair")
            for k, v in REASONS_OF_STAGES[name].items()
        },
    },
}
REJECTS = """
    SELECT article, stage, reason, detail, evidence FROM rejects
    WHERE ($stage IS NULL OR stage = $stage) AND ($reason IS NULL OR reason = $reason)
    ORDER BY stage, reason, article
"""


def show_status(home: Path | None, *, as_json: bool) -> int:
    """`casebook status`."""
    place = existing_home(home)
    report = status_of(place)
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        print("\n".join(_lines(report)))
    return 0


def show_rejects(home: Path | None, *, stage: str | None, reason: str | None, as_json: bool) -> int:
    """`casebook rejects`."""
    _require_known("stage", stage, REASONS_BY_STAGE)
    _require_known("reason", reason, {r for reasons in REASONS_BY_STAGE.values() for r in reasons})
    rows = query(existing_home(home), REJECTS, {"stage": stage, "reason": reason})
    for row in rows:
        evidence = f"  «{row['evidence']}»" if row["evidence"] else ""
        print(
            json.dumps(row, ensure_ascii=False)
            if as_json
            else f"{row['article']}  {row['stage']}/{row['reason']}: {row['detail']}{evidence}"
        )
    if not rows:
        print("no such rejects", file=sys.stderr)
    return 0


def _require_known(what: str, given: str | None, known: Collection[str]) -> None:
    if given is not None and given not in known:
        raise UsageError(f"there is no {what} {given!r}: there are {', '.join(sorted(known))}")


def status_of(home: Home) -> dict[str, Any]:
    """What a home holds, as `casebook status --json` prints it."""
    run = last_run(home)
    building = home.is_locked()
    state = run.state if run.state != "running" else "building" if building else "interrupted"
    by_state, reasons, funnel, splits = queries(home, (ARTICLES, REASONS, FUNNEL, SPLITS))
    states = {row["state"]: row["articles"] for row in by_state}
    for line in funnel:
        line["reasons"] = {
            row["reason"]: row["articles"] for row in reasons if row["stage"] == line["stage"]
        }
    return {
        "home": str(home.root),
        "run": run.number,
        "state": state,
        "held_by": home.holder() if building else None,
        "error": run.error,
        "articles": {"arrived": sum(states.values()), **states},
        "funnel": funnel,
        "splits": {row["split"]: row["rows"] for row in splits if not run.withheld},
        "left": left_by_reason(home_ledger(home)),
        "pending": [pending.model_dump() for pending in run.pending],
    }


def query(home: Home, sql: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Ask the catalogue one question."""
    return queries(home, [sql], parameters)[0]


def queries(
    home: Home, sqls: Sequence[str], parameters: dict[str, Any] | None = None
) -> list[list[dict[str, Any]]]:
    """Ask one state of the catalogue, which is made anew where it is missing or cannot be read."""
    for attempt in (1, 2):
        try:
            if not home.catalogue.exists():
                _rebuild(home)
            with duckdb.connect(str(home.catalogue), read_only=True) as connection:
                return [_rows(connection.execute(sql, parameters)) for sql in sqls]
        except duckdb.Error as error:
            if attempt == 2:
                raise CasebookError(f"{home.catalogue} cannot be read: {error}") from None
            print(f"{home.catalogue} cannot be read; it is made anew", file=sys.stderr)
            home.catalogue.unlink(missing_ok=True)
    raise AssertionError


def _rows(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _rebuild(home: Home) -> None:
    runs = read_runs(home.runs)
    known = {k: v for k, v in last_run(home).settings.items() if k in Settings.model_fields}
    work = Work(home, Settings(**known), home_ledger(home))
    try:
        work.first_missing()
        write_catalogue(work, take_account(work, runs[-1].pending), runs)
    except Damaged as damage:
        if not home.is_locked():
            home.store.set_aside(damage.folder)
        raise


def _lines(report: dict[str, Any]) -> list[str]:
    run = f"build {report['run']}: {report['state']}"
    if report["held_by"]:
        run += f", by {report['held_by']}"
    lines = [f"{report['home']}", run]
    if report["error"]:
        lines.append(f"error: {report['error']}")
    articles = dict(report["articles"])
    arrived = articles.pop("arrived")
    states = " + ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in articles.items())
    lines += ["", f"{arrived:,} articles = {states}", ""]
    lines.append(f"{'stage':9}{'entered':>9}{'rejected':>10}{'went on':>9}  reasons")
    for line in report["funnel"]:
        why = ", ".join(f"{reason} {count:,}" for reason, count in line["reasons"].items())
        counts = f"{line['entered']:9,}{line['rejected']:10,}{line['remaining']:9,}"
        lines.append(f"{line['stage']:9}{counts}  {why}".rstrip())
    if report["splits"]:
        splits = ", ".join(f"{split} {rows:,}" for split, rows in report["splits"].items())
        lines += ["", f"splits: {splits}"]
    if report["left"]:
        why = ", ".join(f"{reason} {count:,}" for reason, count in report["left"].items())
        lines.append(f"left since they were released: {why}")
    return lines + _pending_lines(report["pending"])


def _pending_lines(pending: Sequence[Mapping[str, str]]) -> list[str]:
    """A line for what is pending for one cause, however many articles wait for it."""
    by_cause: dict[tuple[str, str], list[str]] = {}
    for one in pending:
        by_cause.setdefault((one["reason"], one["detail"]), []).append(one["source"])
    return [
        f"pending: {_some(sources)}: {reason}: {detail}"
        for (reason, detail), sources in by_cause.items()
    ]


def _some(sources: Sequence[str]) -> str:
    named, more = ", ".join(sources[:SHOWN]), len(sources) - SHOWN
    return f"{named} and {more:,} more" if more > 0 else named
