"""Objects from a bucket beside s5cmd, and an inventory as large as PMC's."""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.pmc.bucket import Barred, Bucket, Downloaded, Outcome
from extractors.pmc.inventory import Inventory, diff, reduce
from tests.bench import Missing, Row, real_articles

ARTICLES = int(os.environ.get("BENCH_ARTICLES", "2000"))
IDS = int(os.environ.get("BENCH_IDS", "100000"))
INVENTORY = int(os.environ.get("BENCH_INVENTORY", "9300000"))
_ROUNDS = 3
_SHARDS = 5
_FIRST, _STEP = 176_000, 7919
_NGINX = "/usr/sbin/nginx"
_CONFIG = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def rows() -> Iterator[Row]:
    """Rate and cost beside s5cmd, memory by the number of ids, the time of an inventory."""
    s5cmd = Path(sys.executable).parent / "s5cmd"
    if not s5cmd.exists():
        raise Missing("s5cmd is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys = _make_tree(folder / "tree" / "bucket")
        with _nginx(folder) as address:
            yield from _beside_s5cmd(s5cmd, folder, address, keys)
            yield from _memory(f"{address}/bucket")
    yield from _inventories()


@dataclass(frozen=True, slots=True)
class Took:
    """What a number of objects took, in seconds, and the most memory there was, in MB."""

    wall: float
    cpu: float
    peak: float = 0.0


def _beside_s5cmd(s5cmd: Path, folder: Path, address: str, keys: list[str]) -> Iterator[Row]:
    """In turns, because the machine has moods; each writes every object to a file of its own."""
    rounds: dict[str, list[Took]] = {"s5cmd": [], "one": [], "two": [], "unwritten": []}
    for _ in range(_ROUNDS):
        rounds["s5cmd"].append(_s5cmd(s5cmd, folder, address, keys))
        for name, processes in (("one", 1), ("two", 2)):
            rounds[name].append(_ours(folder, f"{address}/bucket", processes))
        rounds["unwritten"].append(_in_child(_fetch_ids, f"{address}/bucket", ARTICLES, 1))
    theirs = rounds["s5cmd"]
    yield Row(
        "s5cmd",
        f"{len(keys) / statistics.median(t.wall for t in theirs):.0f} objects/s",
        "",
        f"{_cost(theirs, keys)}; {len(keys)} objects of {len(keys) // 2} articles, 256 workers, "
        f"nginx on the same {os.cpu_count()} cores",
    )
    for name, said in (("one", "one process"), ("two", "two processes")):
        shares = [t.wall / ours.wall for t, ours in zip(theirs, rounds[name], strict=True)]
        rate = len(keys) / statistics.median(ours.wall for ours in rounds[name])
        yield Row(
            f"fetch_many against s5cmd, {said}",
            f"{statistics.median(shares):.2f} times",
            "0.5 or more",
            f"{rate:.0f} objects/s, {_cost(rounds[name], keys)}, md5 of each checked; "
            f"rounds {', '.join(f'{share:.2f}' for share in shares)}",
        )
    alone = len(keys) / statistics.median(ours.wall for ours in rounds["unwritten"])
    cost = _cost(rounds["unwritten"], keys)
    yield Row("fetch_many, one process, nothing written", f"{alone:.0f} objects/s", "", cost)


def _cost(took: list[Took], keys: list[str]) -> str:
    return f"{1e3 * statistics.median(t.cpu for t in took) / len(keys):.2f} ms of processor each"


def _memory(address: str) -> Iterator[Row]:
    few, many = (_in_child(_fetch_ids, address, ids, 5) for ids in (1_000, IDS))
    yield Row(
        f"memory for {IDS} ids against 1,000",
        f"{many.peak / few.peak:.2f} times",
        "close to 1",
        f"{few.peak:.0f} and {many.peak:.0f} MB, all metadata and one XML in five, "
        f"{many.wall:.0f} s",
    )


def _inventories() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted = _in_child(_make_inventories, folder)
        before = _in_child(_reduce, folder, "old")
        found, made, compared, looked = _in_child(_reduce_and_compare, folder)
        size = (folder / "new.parquet").stat().st_size >> 20
    yield Row(
        f"inventory of {INVENTORY / 1e6:.1f} million rows reduced and compared",
        f"{made.wall + compared.wall:.0f} s",
        "under 60 s",
        f"reduced {made.wall:.0f} s (the one before {before.wall:.0f} s, {before.peak:.0f} MB) "
        f"to {size} MB, compared {compared.wall:.1f} s",
    )
    yield Row("the most memory of it", f"{compared.peak:.0f} MB", "under 1000 MB")
    yield Row("changes found", "all" if found == planted else f"{found}", "all", f"{planted}")
    yield Row(
        "states of 100,000 articles from it",
        f"{looked.wall:.1f} s",
        "a few seconds",
        f"{looked.peak:.0f} MB at most so far",
    )


def _make_tree(root: Path) -> list[str]:
    """Real articles under new names until there are enough, and PMC's metadata of each."""
    keys = []
    sources = itertools.cycle([path.read_bytes() for path in real_articles()])
    (root / "metadata").mkdir(parents=True)
    for number, source in zip(range(1, ARTICLES + 1), sources, strict=False):
        stem, xml = f"PMC{number}.1", source + b"<!-- %d -->" % number
        metadata = {
            "pmcid": f"PMC{number}",
            "version": 1,
            "title": "A title of ordinary length " * 4,
            "citation": "J Med Case Rep. 2026 Jan 8;20:17. doi: 10.5555/12345678",
            "is_pmc_openaccess": True,
            "is_manuscript": False,
            "is_historical_ocr": False,
            "is_retracted": False,
            "license_code": "CC BY",
            "xml_url": f"s3://bucket/{stem}/{stem}.xml?md5={hashlib.md5(xml).hexdigest()}",
            "media_urls": [f"s3://bucket/{stem}/gr{n}.jpg?md5={'0' * 32}" for n in range(4)],
        }
        (root / stem).mkdir()
        (root / stem / f"{stem}.xml").write_bytes(xml)
        (root / "metadata" / f"{stem}.json").write_text(json.dumps(metadata))
        keys += [f"metadata/{stem}.json", f"{stem}/{stem}.xml"]
    return keys


@contextmanager
def _nginx(folder: Path) -> Iterator[str]:
    """The tree, served by a process that is ended by its pid."""
    if not Path(_NGINX).exists():
        raise Missing("nginx is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, root=folder / "tree"))
    process = subprocess.Popen([_NGINX, "-p", folder, "-c", config], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            time.sleep(0.05)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        else:
            raise Missing("nginx does not start here")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _s5cmd(s5cmd: Path, folder: Path, address: str, keys: list[str]) -> Took:
    with _empty(folder / "copied") as copied:
        listed = folder / "commands"
        names = ((key, copied / key.rpartition("/")[2]) for key in keys)
        listed.write_text("".join(f"cp s3://bucket/{key} {path}\n" for key, path in names))
        command = [s5cmd, "--no-sign-request", "--endpoint-url", address, "run", listed]
        before, start = os.times(), time.perf_counter()
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env={"AWS_REGION": "us-east-1"}
        )
        wall, after = time.perf_counter() - start, os.times()
        assert sum(1 for _ in copied.iterdir()) == len(keys)
    cpu = after.children_user + after.children_system
    return Took(wall, cpu - before.children_user - before.children_system)


def _ours(folder: Path, address: str, processes: int) -> Took:
    with _empty(folder / "copied") as copied, _pool(processes) as pool:
        list(pool.map(time.sleep, [0.5] * processes))
        numbers = [range(1 + place, ARTICLES + 1, processes) for place in range(processes)]
        start = time.perf_counter()
        cpu = sum(pool.map(_copy, [(address, part, copied) for part in numbers]))
        wall = time.perf_counter() - start
        assert sum(1 for _ in copied.iterdir()) == 2 * ARTICLES
    return Took(wall, cpu)


def _copy(job: tuple[str, range, Path]) -> float:
    address, numbers, folder = job

    def keep(outcome: Outcome) -> None:
        assert isinstance(outcome, Downloaded)
        (folder / f"{outcome.pmcid}.1.json").write_bytes(outcome.metadata)
        (folder / f"{outcome.pmcid}.1.xml").write_bytes(outcome.xml)

    before = time.process_time()
    Bucket(address).fetch_many(((f"PMC{n}", _VERSIONS) for n in numbers), keep)
    return time.process_time() - before


_VERSIONS = (1,)


def _fetch_ids(address: str, ids: int, each: int) -> Took:
    """The metadata of so many articles, and the XML of each so manyth."""
    counts = dict.fromkeys((Downloaded, Barred), 0)

    def count(outcome: Outcome) -> None:
        counts[type(outcome)] += 1

    start, before = time.perf_counter(), time.process_time()
    wanted = ((f"PMC{1 + n % ARTICLES}", _VERSIONS) for n in range(ids))
    Bucket(address).fetch_many(wanted, count, lambda metadata: int(metadata.pmcid[3:]) % each == 0)
    assert sum(counts.values()) == ids
    return Took(time.perf_counter() - start, time.process_time() - before, _peak())


def _make_inventories(folder: Path) -> dict[str, int]:
    """Two days' shards; of the last, some rows are changed or gone on the second day, some new."""
    each = INVENTORY // _SHARDS
    for shard in range(_SHARDS):
        rows_of = f"range({shard * each}, {(shard + 1) * each}) AS rows(i)"
        _make_shard(folder / f"old{shard}.csv.gz", f"SELECT i, '' AS salt FROM {rows_of}")
        if shard < _SHARDS - 1:
            shutil.copyfile(folder / f"old{shard}.csv.gz", folder / f"new{shard}.csv.gz")
    _make_shard(
        folder / f"new{_SHARDS - 1}.csv.gz",
        f"SELECT i, if(i % 1000 = 7, 'x', '') AS salt FROM {rows_of} WHERE i % 1000 <> 11 "
        f"UNION ALL SELECT i, '' FROM range({INVENTORY}, {INVENTORY + 500}) AS rows(i)",
    )
    last = range((_SHARDS - 1) * each, _SHARDS * each)
    changed, vanished = (sum(1 for i in last if i % 1000 == rest) for rest in (7, 11))
    return {"new": 500, "changed": changed, "vanished": vanished}


def _make_shard(path: Path, chosen: str) -> None:
    """Rows in no order, as PMC's are. Numbers below the length of the inventory are mixed."""
    number = f"{_FIRST} + if(i < {INVENTORY}, (i * {_STEP}) % {INVENTORY}, i)"
    with duckdb.connect(config={"threads": 2}) as database:
        database.execute("SET enable_progress_bar = false")
        database.execute(
            f"""
            COPY (
                SELECT
                    'pmc-oa-opendata',
                    'metadata/PMC' || ({number}) || '.1.json',
                    strftime(
                        TIMESTAMP '2026-01-08 11:47:59' + INTERVAL (i) SECOND,
                        '%Y-%m-%dT%H:%M:%S.000Z'
                    ),
                    md5(salt || i)
                FROM ({chosen})
            ) TO '{path}' (FORMAT csv, HEADER false, FORCE_QUOTE *, COMPRESSION gzip)
            """
        ).fetchall()


def _reduce(folder: Path, name: str) -> Took:
    start = time.perf_counter()
    reduce(sorted(folder.glob(f"{name}*.csv.gz")), folder / f"{name}.parquet")
    return Took(time.perf_counter() - start, time.process_time(), _peak())


def _reduce_and_compare(folder: Path) -> tuple[dict[str, int], Took, Took, Took]:
    made = _reduce(folder, "new")
    old, new = (Inventory(folder / f"{name}.parquet") for name in ("old", "new"))
    start = time.perf_counter()
    found = diff(old, new)
    compared = Took(time.perf_counter() - start, 0, _peak())
    asked = [f"PMC{_FIRST + n}" for n in range(0, INVENTORY, max(1, INVENTORY // 100_000))]
    start = time.perf_counter()
    new.states(asked)
    looked = Took(time.perf_counter() - start, 0, _peak())
    return dict(found.counts), made, compared, looked


def _peak() -> float:
    """The most memory that this program held, in MB; `ru_maxrss` may be that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _in_child(function, *arguments):  # type: ignore[no-untyped-def]
    with _pool(1) as pool:
        return pool.submit(function, *arguments).result()


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def _empty(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
