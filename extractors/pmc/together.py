"""One function over many items in a bounded number of threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


class Together:
    """Threads that take items one by one, and stop at the first error or when they are told."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._taking, self._telling = threading.Lock(), threading.Lock()
        self._error: BaseException | None = None
        self._stopped = False

    def run(self, items: Iterable[Item], work: Callable[[Item], None]) -> None:
        """Work through all items; the first error, if any, is raised here.

        An interrupt does not wait for the requests that are under way.
        """
        waiting = iter(items)
        threads = [
            threading.Thread(target=self._take, args=(waiting, work), daemon=True)
            for _ in range(self._threads)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:
            with self._telling:
                self._stopped = True
        if self._error is not None:
            raise self._error

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """One thread at a time; false when there is nobody left to be told."""
        with self._telling:
            yield not self._stopped

    def _take(self, waiting: Iterator[Item], work: Callable[[Item], None]) -> None:
        try:
            while True:
                with self._taking:
                    if self._stopped:
                        return
                    item = next(waiting, self)
                if item is self:
                    return
                work(item)  # type: ignore[arg-type]
        except BaseException as error:
            with self._taking:
                self._error = self._error or error
                self._stopped = True
