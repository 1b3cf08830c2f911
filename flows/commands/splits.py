"""`casebook splits`: splits of any dataset, a report on them, and their receipt put to the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.commands.settings import said_settings
from flows.errors import COMPLETE, FAILED, UsageError
from flows.splitting.make import RECEIPT, make_splits
from flows.splitting.verify import changed_beside, read_receipt, settings_of, verify
from schemas.receipt import Receipt

OF_SPLITS = (
    *("scheme", "sizes", "like", "seed", "dated_by", "cut_off"),
    *("test_needs", "stratify", "holdout_labels"),
)


@dataclass(frozen=True, slots=True)
class Regenerated:
    """What came of it, in lines, with the receipt if one was made."""

    same: bool
    lines: tuple[str, ...]
    receipt: Receipt | None = None


def splits_from_options(options: Mapping[str, Any]) -> int:
    """`casebook splits`."""
    done = regenerate(options)
    if options["as_json"] and done.receipt:
        print(done.receipt.model_dump_json(indent=1))
    else:
        print("\n".join(done.lines), file=sys.stdout if done.same else sys.stderr)
    return COMPLETE if done.same else FAILED


def regenerate(options: Mapping[str, Any]) -> Regenerated:
    """Make splits, or verify a receipt."""
    source, out, receipt = options["source"], options["out"], options["receipt"]
    told = {name: options[name] for name in OF_SPLITS}
    if receipt is None:
        if options["verify"]:
            raise UsageError("--verify needs --receipt, a splits.json")
        if source is None or out is None:
            raise UsageError("name a dataset with --from and a folder to write with --out")
        settings = said_settings(options["config"], **told)
        made = make_splits(source, out, settings)
        return Regenerated(True, (*_lines(made), f"written to {out}, with {RECEIPT}"), made)
    if given := [name for name, value in told.items() if value is not None]:
        raise UsageError(f"the receipt says how: drop --{given[0].replace('_', '-')}")
    before = read_receipt(receipt)
    if options["verify"]:
        verdict = verify(before, source)
        touched = changed_beside(before, receipt.parent)
        same = verdict.same and not touched
        summary = (
            f"{before.rows:,} rows and {len(before.outputs)} files are those of {receipt}"
            if same
            else f"casebook: these are not the splits of {receipt}"
        )
        return Regenerated(same, (*verdict.said, *touched, summary))
    if out is None:
        raise UsageError("with --receipt, name a folder with --out, or --verify")
    made = make_splits(source or before.source, out, settings_of(before))
    return Regenerated(True, (*_lines(made), f"written to {out}, with {RECEIPT}"), made)


def _lines(receipt: Receipt) -> Iterator[str]:
    """The report for people."""
    report = receipt.report
    yield f"{report['rows']:,} rows of {receipt.source}"
    for name, split in report["splits"].items():
        years = [year for year in split["years"] if year != "unknown"]
        span = f", {min(years)} to {max(years)}" if years else ""
        yield (
            f"{name:6} {split['rows']:9,} rows, {split['clusters']:,} clusters, "
            f"{split['diagnoses']:,} diagnoses{span}{_specialties(split['specialties'])}"
        )
    for pair, shared in report["label_overlap"].items():
        one, other = pair.split("/")
        yield (
            f"{shared['diagnoses']:,} diagnoses in {one} and {other} "
            f"({shared['rows']:,} and {shared['of_rows']:,} rows)"
        )
    for what in ("duplicates", "related"):
        across = report[f"{what}_across_splits"]
        first = f": {', '.join(across['first'][0])}" if across["first"] else ""
        yield f"{what} across splits: {across['sets']:,} sets of {across['rows']:,} rows{first}"
    if report["unused"]:
        yield f"unused: {report['unused']:,} rows"
    for why, count in report["left"].items():
        yield f"left: {count:,} ({why}), named in ledger.csv"
    for pmcid, reason, detail in report["rejected"]:
        yield f"rejected: {pmcid} {reason}: {detail}"
    yield from (f"note: {note}" for note in receipt.notes)


def _specialties(counted: Mapping[str, int]) -> str:
    named = sorted(((n, name) for name, n in counted.items() if name != "unknown"), reverse=True)
    if not named:
        return ""
    return "; " + ", ".join(f"{name} {n:,}" for n, name in named[:3])
