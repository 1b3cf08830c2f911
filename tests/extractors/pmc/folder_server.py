"""A folder as a bucket of a few objects, for what the fakes never do."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Listing = tuple[str, list[str]]


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, etag: str, listing: Listing | None, **more: Any) -> None:
        self._etag, self._listing = etag, listing
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        if self._listing and "list-type=2" in self.path:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(_page(*self._listing))
        else:
            super().do_GET()

    def end_headers(self) -> None:
        if self._etag:
            self.send_header("ETag", f'"{self._etag}"')
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def _page(prefix: str, folders: list[str]) -> bytes:
    inside = "".join(f"<CommonPrefixes><Prefix>{one}</Prefix></CommonPrefixes>" for one in folders)
    return (
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Prefix>{prefix}</Prefix>{inside}</ListBucketResult>"
    ).encode()


@contextmanager
def serving(
    folder: Path, port: int = 0, *, etag: str = "", listing: Listing | None = None
) -> Iterator[str]:
    """Serve the files of a folder, all with this ETag, and the folders that one list names."""
    handler = functools.partial(_Handler, directory=str(folder), etag=etag, listing=listing)
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
