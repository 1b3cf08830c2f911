"""A receipt is believed when whoever does the same again gets the same."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from flows.errors import UsageError
from flows.splitting.make import make_splits
from flows.warehouse.files import file_digest
from schemas.receipt import Receipt
from schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what came out is what the receipt says, and every difference in a sentence.

    Rows that lie in other files than those that were read are the same rows.
    """

    same: bool
    said: tuple[str, ...]


def read_receipt(path: Path) -> Receipt:
    """The receipt in a file."""
    try:
        return Receipt(**json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, ValidationError):
        raise UsageError(f"{path} is no receipt of splits: name a splits.json") from None


def settings_of(receipt: Receipt) -> Settings:
    """The settings that a receipt was made with."""
    try:
        return Settings(**receipt.settings, like=receipt.like)
    except ValidationError as error:
        told = error.errors()[0]
        name = ".".join(map(str, told["loc"]))
        raise UsageError(f"the receipt's setting {name} cannot be {told['input']!r}") from None


def changed_beside(receipt: Receipt, folder: Path) -> tuple[str, ...]:
    """The files beside a receipt which are not as it says; others may have been moved."""
    there = {name: folder / name for name in receipt.outputs if (folder / name).is_file()}
    found = {name: file_digest(path) for name, path in there.items()}
    told = {name: receipt.outputs[name] for name in found}
    return tuple(_differences("beside the receipt", told, found))


def verify(receipt: Receipt, source: str | None = None) -> Verdict:
    """Make the splits of a receipt again, from where they came or from another place."""
    with tempfile.TemporaryDirectory() as folder:
        out, named = Path(folder, "out"), receipt.source
        again = make_splits(source or named, out, settings_of(receipt), called=named)
    inputs = [
        *_differences("input", receipt.inputs, again.inputs),
        *_differences("input of --like", receipt.like_inputs, again.like_inputs),
    ]
    rows = list(_rows(receipt, again))
    outputs = list(_differences("output", receipt.outputs, again.outputs))
    # Another writer makes other files of the same rows.
    other_writer = receipt.writer != again.writer
    of_writer = [said for said in outputs if other_writer and said.startswith("output data/")]
    if of_writer and not rows:
        note = f"files by {again.writer}, not {receipt.writer}: the rows in them are the same"
        return Verdict(len(outputs) == len(of_writer), (*inputs, *outputs, note))
    return Verdict(not (rows or outputs), (*inputs, *rows, *outputs))


def _rows(receipt: Receipt, again: Receipt) -> Iterator[str]:
    if receipt.rows != again.rows:
        yield f"there are {again.rows:,} rows, not {receipt.rows:,}"
    if receipt.rows_digest != again.rows_digest:
        yield f"the rows have the digest {again.rows_digest[:12]}, not {receipt.rows_digest[:12]}"


def _differences(what: str, told: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*told, *found}):
        if name not in found:
            yield f"{what} {name} is not there"
        elif name not in told:
            yield f"{what} {name} is not in the receipt"
        elif told[name] != found[name]:
            yield f"{what} {name} has the digest {found[name][:12]}, not {told[name][:12]}"
