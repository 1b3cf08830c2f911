"""What the audit of a release found: the limits that its card tells of."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.corpus.audit.report import Report


def known_limits(report: Report) -> str:
    """What was looked for and how often it was found, as the card says it."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    found = [outcome for outcome in report.outcomes if outcome.hits]
    in_vain = [outcome.finding.name for outcome in report.outcomes if not outcome.hits]
    yield "### What the audit found"
    yield ""
    yield f"`casebook audit` looked at all {report.rows:,} rows before they were published."
    if found:
        yield ""
        yield "| finding | what it means | found | of | share |"
        yield "|---|---|---:|---:|---:|"
        for each in sorted(found, key=lambda outcome: -outcome.share):
            yield (
                f"| `{each.finding.name}` | {each.finding.says} | {each.hits:,} | "
                f"{each.judged:,} {each.finding.unit} | {each.share:.1%} |"
            )
    yield ""
    yield f"Looked for and not found: {', '.join(f'`{name}`' for name in in_vain)}."
    if report.not_judged:
        unjudged = ", ".join(f"`{each.finding.name}`" for each in report.not_judged)
        yield f"Not looked for: {unjudged}."
