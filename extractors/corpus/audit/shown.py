"""A report for people at a terminal, for programs, and as a page to publish."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractors.corpus.audit.report import Outcome, Report

TEMPLATE = Path(__file__).with_name("page.html.j2")
_NAME = 30


def as_values(report: Report) -> dict[str, Any]:
    """The report as plain values, as `--json` prints it."""
    return {
        "dataset": report.named,
        "revision": report.revision,
        "rows": report.rows,
        "splits": {split or "no split": rows for split, rows in report.splits},
        "failed": [outcome.finding.name for outcome in report.failed()],
        "findings": [_outcome_values(outcome) for outcome in report.outcomes],
        "not_judged": [
            {"name": each.finding.name, "says": each.finding.says, "lacks": list(each.lacks)}
            for each in report.not_judged
        ],
        "columns": [
            {
                "name": column.name,
                "types": list(column.types),
                "expected": column.expected,
                "empty": column.empty,
            }
            for column in report.columns
        ],
        "notes": list(report.notes),
        "unread": list(report.unread),
    }


def _outcome_values(outcome: Outcome) -> dict[str, Any]:
    finding = outcome.finding
    return {
        "name": finding.name,
        "says": finding.says,
        "required": finding.required,
        "unit": finding.unit,
        "judged": outcome.judged,
        "hits": outcome.hits,
        "share": round(outcome.share, 6),
        "rows": outcome.rows,
        "examples": [
            {
                "row": example.place.name,
                "split": example.place.split,
                "detail": example.detail,
                "evidence": example.evidence,
            }
            for example in outcome.examples
        ],
    }


def as_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(as_values(report), ensure_ascii=False, indent=1) + "\n"


def as_page(report: Report) -> str:
    """The report as one HTML page that needs nothing else."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"percent": percent, "code": _code}
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(report=report, groups=_groups(report), counted=counted_rows(report))


def _code(sentence: str) -> str:
    """A sentence as HTML, in which what stands between backticks is code."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))  # noqa: S704


def _groups(report: Report) -> list[tuple[str, str, list[Outcome]]]:
    """The outcomes by what follows from them."""
    failed = [each for each in report.outcomes if each.failed]
    seen = [each for each in report.outcomes if each.hits and not each.failed]
    clean = [each for each in report.outcomes if not each.hits]
    return [
        ("failed", "Required, and violated", failed),
        ("noted", "Noticed, not required", seen),
        ("clean", "Nothing found", clean),
    ]


def counted_rows(report: Report) -> str:
    """How many rows there are, by split."""
    splits = ", ".join(f"{split or 'no split'} {rows:,}" for split, rows in report.splits)
    return f"{report.rows:,} {'row' if report.rows == 1 else 'rows'}: {splits}"


def percent(share: float) -> str:
    """A share in percent, never rounded to none or all."""
    shown = f"{100 * share:.1f} %"
    if shown == "0.0 %" and share > 0:
        return "<0.1 %"
    return ">99.9 %" if shown == "100.0 %" and share < 1 else shown


def as_lines(report: Report, width: int) -> Iterator[str]:
    """The report as lines of at most this width."""
    for line in _lines(report):
        yield line if len(line) <= width else f"{line[: width - 1]}…"


def _lines(report: Report) -> Iterator[str]:
    at = f"@{report.revision}" if report.revision and "@" not in report.named else ""
    yield f"{report.named}{at}"
    yield counted_rows(report)
    for _, title, outcomes in _groups(report)[:2]:
        if outcomes:
            yield ""
            yield f"{title:{_NAME}}{'hits':>9}{'judged':>9}{'share':>9}"
        for each in outcomes:
            yield from _outcome_lines(each)
    clean = _groups(report)[2][2]
    if clean:
        yield ""
        yield "Nothing found"
        for each in clean:
            yield f"  {each.finding.name:{_NAME - 2}}{each.hits:9,}{each.judged:9,}  {_of(each)}"
    if report.not_judged:
        yield ""
        yield "Not judged"
        for missing in report.not_judged:
            why = "lacks" if missing.absent else "no usable value in"
            needs = " and ".join(each.replace("|", " or ") for each in missing.lacks)
            yield f"  {missing.finding.name:{_NAME - 2}}  {why} {needs}"
    if report.notes:
        yield ""
        yield from (f"note: {note}" for note in report.notes)


def _outcome_lines(each: Outcome) -> Iterator[str]:
    counts = f"{each.hits:9,}{each.judged:9,}{percent(each.share):>9}"
    yield f"  {each.finding.name:{_NAME - 2}}{counts}  {_of(each)}"
    for example in each.examples:
        split = f" ({example.place.split})" if example.place.split else ""
        evidence = f"  «{example.evidence}»" if example.evidence else ""
        yield f"      {example.place.name}{split}: {example.detail}{evidence}"


def _of(each: Outcome) -> str:
    return each.finding.unit
