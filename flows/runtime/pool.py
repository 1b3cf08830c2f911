"""Worker processes, ours or a Dask cluster's, which never outlive who asked for them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

from flows.errors import CasebookError, StageFailed

Made = TypeVar("Made")
ATTEMPTS = 2


class Pool:
    """An executor that is started at its first call, and again when a worker was killed.

    One worker is the process itself, which saves a start and, while one job runs, memory.
    """

    def __init__(self, workers: int | None, cluster: str | None) -> None:
        self._cluster = cluster or ""
        self._own_cluster = self._cluster.startswith("local:")
        asked = int(self._cluster.removeprefix("local:")) if self._own_cluster else workers
        self.workers = asked or os.cpu_count() or 1
        self._executor: Executor | None = None
        self._client: Any = None
        self._closed = False
        self._lock, self._alone = threading.Lock(), threading.Lock()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closed = True
        if kind is not None:
            for worker in multiprocessing.active_children():
                worker.kill()
        if self._client:
            (self._client.shutdown if self._own_cluster else self._client.close)()
        elif self._executor:
            self._executor.shutdown(wait=kind is None, cancel_futures=True)

    def call(self, function: Callable[[Any], Made], argument: Any) -> Made:
        """Run a function in a worker and wait for it. May be called from many threads."""
        if self.workers == 1 and not self._cluster:
            with self._alone:
                return function(argument)
        for _ in range(ATTEMPTS):
            if self._closed:
                break
            executor = self._current()
            try:
                return executor.submit(function, argument).result()
            except BrokenExecutor:
                self._drop(executor)
        raise StageFailed(
            "a worker process died twice at the same work (out of memory?): "
            "give --workers 1 or a smaller shard_size, and run again"
        )

    def _current(self) -> Executor:
        with self._lock:
            if self._executor is None:
                self._executor = self._started()
            return self._executor

    def _drop(self, executor: Executor) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None
        executor.shutdown(wait=False)

    def _started(self) -> Executor:
        if self._cluster:
            return self._dask()
        return ProcessPoolExecutor(
            self.workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=end_with_parent,
        )

    def _dask(self) -> Executor:
        try:
            from distributed import Client
        except ImportError:
            raise CasebookError("--cluster needs Dask: pip install 'casebook[dask]'") from None
        logging.getLogger("distributed").setLevel(logging.ERROR)
        own = {"n_workers": self.workers, "threads_per_worker": 1, "dashboard_address": None}
        told = own if self._own_cluster else {"address": self._cluster, "timeout": "10s"}
        try:
            self._client = Client(**told)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise CasebookError(f"no Dask scheduler answers at {self._cluster}: {error}") from None
        return self._client.get_executor(pure=False)  # type: ignore[no-any-return]


def end_with_parent() -> None:
    """End this worker with its parent, however the parent goes, and not by a key of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
