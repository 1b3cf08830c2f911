"""Threads that work together stop together."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from extractors.pmc.together import Together


def test_each_item_is_worked_on_once() -> None:
    done: list[int] = []
    Together(4).run(range(1000), done.append)
    assert sorted(done) == list(range(1000))


def test_an_interrupt_waits_for_nobody_and_nobody_is_told_after_it() -> None:
    together, ended, told = Together(4), threading.Event(), []

    def work(item: int) -> None:
        if item == 0:
            time.sleep(0.1)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        ended.wait(20)
        with together.alone() as somebody_listens:
            if somebody_listens:
                told.append(item)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        together.run(range(8), work)
    assert time.monotonic() - start < 5
    ended.set()
    time.sleep(0.1)
    assert told == []
