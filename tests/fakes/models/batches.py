"""Batches: a file of requests in, a file of answers and a file of errors out, some time later."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fakes.models.behaviour import Settings
from tests.fakes.models.chat import Refused
from tests.fakes.models.files import File, Files

ENDPOINT = "/v1/chat/completions"
_DAY = 86_400
_OVER = ("completed", "failed", "expired", "cancelled")
_WHY = {
    "expired": ("batch_expired", "This request could not be executed before the completion window"
                " expired."),
    "cancelled": ("batch_cancelled", "This request could not be executed because the batch was"
                  " cancelled."),
}  # fmt: skip

Line = dict[str, Any]
Answer = Callable[[Line], tuple[int, dict[str, Any]]]


@dataclass(slots=True)
class Batch:
    """A batch with its lines, those that were answered and those that were refused."""

    id: str
    input_file: str
    metadata: dict[str, str] | None
    created: int = field(default_factory=lambda: int(time.time()))
    status: str = "validating"
    lines: list[Line] = field(default_factory=list)
    answered: list[Line] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)
    output_file: str | None = None
    error_file: str | None = None

    def becomes(self, status: str) -> None:
        """Go on to a status, and note when."""
        self.status = status
        self.times[f"{status}_at"] = int(time.time())

    def told(self) -> dict[str, Any]:
        """As the service tells it."""
        statuses = ("in_progress", "finalizing", *_OVER, "cancelling")
        errors = {"object": "list", "data": self.errors} if self.errors else None
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": ENDPOINT,
            "errors": errors,
            "input_file_id": self.input_file,
            "completion_window": "24h",
            "status": self.status,
            "output_file_id": self.output_file,
            "error_file_id": self.error_file,
            "created_at": self.created,
            "expires_at": self.created + _DAY,
            **{f"{name}_at": self.times.get(f"{name}_at") for name in statuses},
            "request_counts": {
                "total": len(self.lines),
                "completed": len(self.answered),
                "failed": len(self.refused),
            },
            "metadata": self.metadata,
        }


class Batches:
    """All batches, each worked off by a task of its own."""

    def __init__(self, files: Files, settings: Settings, answer: Answer) -> None:
        self.held: dict[str, Batch] = {}
        self._files = files
        self._settings = settings
        self._answer = answer
        self._ends: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def create(self, asked: dict[str, Any]) -> Batch:
        """Begin a batch; what is wrong with its file is found out later."""
        file = self._files.get(str(asked.get("input_file_id")))
        if asked.get("endpoint") != ENDPOINT:
            raise Refused(400, f"Invalid value: the endpoint must be {ENDPOINT}.", param="endpoint")
        if asked.get("completion_window") != "24h":
            raise Refused(400, "Invalid value: must be '24h'.", param="completion_window")
        if file.purpose != "batch":
            raise Refused(400, f"The purpose of {file.id} is not batch.", param="input_file_id")
        batch = Batch(f"batch_{len(self.held) + 1:024x}", file.id, asked.get("metadata"))
        self.held[batch.id] = batch
        task = asyncio.get_running_loop().create_task(self._work(batch, file))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return batch

    def get(self, batch_id: str) -> Batch:
        """A batch that is there."""
        if batch_id not in self.held:
            raise Refused(404, f"No batch found with id '{batch_id}'.", code="not_found")
        return self.held[batch_id]

    def cancel(self, batch_id: str) -> Batch:
        """Ask a batch to stop."""
        batch = self.get(batch_id)
        if batch.status in _OVER:
            raise Refused(409, f"Cannot cancel a batch with status '{batch.status}'.")
        if batch.status != "cancelling":
            batch.becomes("cancelling")
            self._ends[batch.id] = "cancelled"
        return batch

    def end(self, batch_id: str, how: str) -> Batch:
        """Let a batch end at once with what is done: completed only when all is."""
        batch = self.get(batch_id)
        if how not in _OVER:
            raise ValueError(f"a batch ends as one of {_OVER}")
        self._ends.setdefault(batch_id, how)
        if batch.status in ("in_progress", "cancelling"):
            if how == "completed":
                self._do(batch, len(batch.lines))
            self._finish(batch, self._ends[batch_id])
        return batch

    async def _work(self, batch: Batch, file: File) -> None:
        seconds, step = self._settings.batch_seconds, 0.005
        started = time.monotonic()
        await asyncio.sleep(min(seconds / 4, 0.05))
        batch.lines, batch.errors = _read(file, self._settings)
        if batch.errors or self._settings.batch_end == "failed":
            batch.errors = batch.errors or [_problem("server_error", "The batch failed.", None)]
            batch.lines = []
            batch.becomes("failed")
            return
        if batch.status == "validating":
            batch.becomes("in_progress")
        wanted = int(len(batch.lines) * self._settings.batch_share)
        while batch.status == "in_progress" and batch.id not in self._ends:
            passed = time.monotonic() - started
            due = wanted if passed >= seconds else int(wanted * passed / seconds)
            done = len(batch.answered) + len(batch.refused)
            self._do(batch, min(due, done + 5))
            if passed >= seconds and done >= wanted:
                break
            await asyncio.sleep(0 if due > done else step)
        if batch.status not in _OVER:
            how = self._ends.get(batch.id, self._settings.batch_end)
            if self._ends.get(batch.id) == "completed":
                self._do(batch, len(batch.lines))
            self._finish(batch, how)

    def _do(self, batch: Batch, until: int) -> None:
        for line in batch.lines[len(batch.answered) + len(batch.refused) : until]:
            status, body = self._answer(line)
            told = {
                "id": f"batch_req_{batch.id[-6:]}{len(batch.answered) + len(batch.refused):06x}",
                "custom_id": line["custom_id"],
                "response": {"status_code": status, "request_id": "req_fake", "body": body},
                "error": None,
            }
            (batch.answered if status == 200 else batch.refused).append(told)

    def _finish(self, batch: Batch, how: str) -> None:
        done = {one["custom_id"] for one in (*batch.answered, *batch.refused)}
        left = [line for line in batch.lines if line["custom_id"] not in done]
        if how == "completed" and not left:
            batch.becomes("finalizing")
        unanswered = [_unanswered(line, how if left else "expired") for line in left]
        batch.output_file = self._write(batch, "output", batch.answered)
        batch.error_file = self._write(batch, "error", [*batch.refused, *unanswered])
        batch.becomes("expired" if how == "completed" and left else how)

    def _write(self, batch: Batch, kind: str, told: list[Line]) -> str | None:
        """A file in no order to rely on, if there is anything to write."""
        if not told:
            return None
        mixed = Random(batch.id).sample(told, len(told))
        content = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in mixed)
        name = f"{batch.id}_{kind}.jsonl"
        return self._files.add(name, "batch_output", content.encode()).id


def _unanswered(line: Line, how: str) -> Line:
    code, message = _WHY.get(how, _WHY["expired"])
    error = {"code": code, "message": message}
    return {"id": "batch_req_0", "custom_id": line["custom_id"], "response": None, "error": error}


def _problem(code: str, message: str, line: int | None) -> dict[str, Any]:
    return {"code": code, "message": message, "param": None, "line": line}


def _read(file: File, settings: Settings) -> tuple[list[Line], list[dict[str, Any]]]:
    """The lines of a file, or what is wrong with it."""
    lines: list[Line] = []
    problems = list(_problems(file, settings, lines))
    return ([], problems) if problems else (lines, [])


def _problems(file: File, settings: Settings, lines: list[Line]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    models: set[str] = set()
    for number, written in enumerate(filter(None, file.content.split(b"\n")), 1):
        try:
            line = json.loads(written)
            custom_id, body = line["custom_id"], line["body"]
            model = body["model"]
        except (ValueError, KeyError, TypeError):
            yield _problem("invalid_json_line", "This line is not a request in JSON.", number)
            continue
        if line.get("url") != ENDPOINT or line.get("method") != "POST":
            yield _problem("invalid_url", f"The url must be {ENDPOINT}.", number)
        if custom_id in seen:
            yield _problem("duplicate_custom_id", f"{custom_id} was used before.", number)
        seen.add(custom_id)
        models.add(model)
        lines.append(line)
    if not lines:
        yield _problem("empty_file", "The batch input file is empty.", None)
    if len(models) > 1:
        yield _problem("mismatched_model", "All requests must be for one model.", None)
    if len(lines) > settings.batch_lines:
        told = f"The batch has more than {settings.batch_lines} requests."
        yield _problem("too_many_requests", told, None)
