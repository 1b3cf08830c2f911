"""`casebook audit`: what is wrong with a dataset that anybody made."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Collection, Mapping
from typing import Any

from extractors.corpus.audit.report import Report
from extractors.corpus.audit.shown import as_json, as_lines, as_page
from flows.auditing import audit
from flows.errors import COMPLETE, FAILED, INCOMPLETE, UsageError
from flows.warehouse.files import write_whole

_WIDTH = 160


def audit_from_options(options: Mapping[str, Any]) -> int:
    """`casebook audit`."""
    page = options["html"]
    if page and not page.absolute().parent.is_dir():
        raise UsageError(f"{page.parent} is no folder: name a place for the page that is there")
    report = audit(**{name: options[name] for name in _OF_AUDIT})
    if options["as_json"]:
        sys.stdout.write(as_json(report))
    else:
        width = shutil.get_terminal_size((_WIDTH, 0)).columns if sys.stdout.isatty() else _WIDTH
        print("\n".join(as_lines(report, width)))
    if page:
        write_whole(page, as_page(report).encode())
    code, sentences = verdict(report, options["fail_on"])
    for sentence in sentences:
        print(f"casebook: {sentence}", file=sys.stderr)
    return code


_OF_AUDIT = ("dataset", "home", "metadata", "against", "fail_on", "workers")


def verdict(report: Report, fail_on: Collection[str] = ()) -> tuple[int, list[str]]:
    """The exit code that a report means, and why."""
    failed = [f"{each.finding.name} {each.hits:,}" for each in report.failed()]
    missing = [each.finding.name for each in report.not_judged if each.finding.name in fail_on]
    sentences = list(report.unread)
    if missing:
        sentences.append(f"not judged, though --fail-on names it: {', '.join(missing)}")
    if failed:
        sentences.append(f"required, and violated: {', '.join(failed)}")
        return FAILED, sentences
    return INCOMPLETE if sentences else COMPLETE, sentences
