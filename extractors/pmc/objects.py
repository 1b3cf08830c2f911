"""Many small objects from one bucket: unsigned GETs over kept connections, until they are right.

A session of requests sets up proxies, certificates and the pool; the GETs go to its pool directly,
because what a session does for each request costs more processor time than the object itself.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, TypeVar, cast
from urllib.parse import quote, urlencode, urlsplit

import requests
import urllib3
from lxml import etree
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    HTTPError,
    IncompleteRead,
    NewConnectionError,
    SSLError,
    TimeoutError,  # noqa: A004
)

from extractors.pmc.answers import NotUsable
from extractors.pmc.breaker import Breaker
from extractors.pmc.errors import ServiceFailed, Unavailable, Untrustworthy

SERVICE = "PMC's bucket"
Taken = TypeVar("Taken")
Response = urllib3.response.BaseHTTPResponse
_XMLNS = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "casebook"}
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_CHUNK = 1 << 20
_START = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long the bucket is asked for an object; all times in seconds."""

    attempts: int = 7
    first_wait: float = 0.2
    longest_wait: float = 8.0
    connect: float = 10.0
    read: float = 30.0
    gone_after: float = 30.0
    gone_failures: int = 10


class Missing(ServiceFailed):
    """The bucket answers, and does not have this."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.service, self.key = SERVICE, key

    def __str__(self) -> str:
        return f"{self.service} does not have {self.key}"


class TooBig(ServiceFailed):
    """The object is larger than anything that is wanted."""

    def __init__(self, key: str, size: int) -> None:
        super().__init__(key, size)
        self.service, self.key, self.size = SERVICE, key, size

    def __str__(self) -> str:
        return f"{self.key} has {self.size >> 20} MB"


class _Again(Exception):
    """Why this attempt was not the last one."""

    def __init__(self, why: str, *, lasting: bool = False, after: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.lasting, self.after = why, lasting, after


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as the bucket lists it."""

    key: str
    etag: str
    modified: str


@dataclass(frozen=True)
class Objects:
    """A bucket's objects; may be used from many threads and sent to other processes.

    A process opens connections at its first request, and keeps them for all that ask alike.
    """

    base_url: str
    connections: int = 32
    patience: Patience = Patience()
    max_bytes: int = 50 << 20

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the address of {SERVICE} is no http:// or https:// URL")
        object.__setattr__(self, "base_url", self.base_url.rstrip("/") + "/")

    def get(self, key: str, check: Callable[[bytes, str], None] | None = None) -> bytes:
        """The bytes of an object. A check gets them with their ETag and raises `NotUsable`.

        What stays wrong is `Untrustworthy`; a web page in its place speaks for nothing but itself.
        """

        def take(response: Response) -> bytes:
            size = response.length_remaining or 0
            if size > self.max_bytes:
                raise TooBig(key, size)
            body: bytes = response.read(decode_content=False)
            if check is not None:
                _checked(body, _bare(response.headers.get("ETag", "")), check)
            return body

        return self._until_right(key, quote(key), take)

    def save(self, key: str, file: BinaryIO, md5: str) -> None:
        """Write an object of any size to a file, from its start."""

        def take(response: Response) -> None:
            file.seek(0)
            file.truncate()
            digest = hashlib.md5(usedforsecurity=False)
            while chunk := response.read(_CHUNK, decode_content=False):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            if digest.hexdigest() != md5:
                raise NotUsable(f"its md5 is {digest.hexdigest()}, not {md5}")

        self._until_right(key, quote(key), take)

    def list(self, prefix: str) -> Iterator[Entry]:
        """The objects whose keys begin so."""
        for page in self._pages(prefix):
            for found in page.iterfind(f"{_XMLNS}Contents"):
                key, etag, modified = (
                    found.findtext(f"{_XMLNS}{name}") or ""
                    for name in ("Key", "ETag", "LastModified")
                )
                yield Entry(key, _bare(etag), modified)

    def folders(self, prefix: str) -> Iterator[str]:
        """The prefixes right below one that ends in a slash."""
        for page in self._pages(prefix, "/"):
            for found in page.iterfind(f"{_XMLNS}CommonPrefixes/{_XMLNS}Prefix"):
                yield found.text or ""

    def _pages(self, prefix: str, delimiter: str = "") -> Iterator[etree._Element]:
        asked = {"list-type": "2", "prefix": prefix} | ({"delimiter": "/"} if delimiter else {})
        token: str | None = ""
        while token is not None:
            more = {"continuation-token": token} if token else {}
            path = f"?{urlencode(asked | more, safe='/')}"
            page = self._until_right(
                f"the list of {prefix}", path, lambda response: _page(response.read(), prefix)
            )
            yield page
            token = page.findtext(f"{_XMLNS}NextContinuationToken")

    def _until_right(self, what: str, path: str, take: Callable[[Response], Taken]) -> Taken:
        """What `take` makes of the answer; asked again, each time later, while it may help."""
        state, patience = _state_of(self), self.patience
        breaker, again = state.breaker, _Again("it did not answer for some time")
        attempt, wrong = 0, Counter[str]()
        while attempt < patience.attempts and breaker.allows():
            attempt += 1
            try:
                taken = state.ask(path, what, take)
            except _Again as failed:
                again = failed
            except ServiceFailed:
                breaker.good()
                raise
            else:
                breaker.good()
                return taken
            (breaker.good if again.lasting else breaker.bad)()
            wrong.update([again.why] if again.lasting else [])
            if attempt < patience.attempts and not breaker.waits(self._wait(attempt, again)):
                break
        # Once may have been the way here; and a last attempt without an answer says nothing new.
        if wrong.total() >= min(2, patience.attempts):
            raise Untrustworthy(SERVICE, f"{what}: {wrong.most_common(1)[0][0]}")
        raise Unavailable(SERVICE, f"{what}: {again.why}", attempt)

    def _wait(self, attempt: int, again: _Again) -> float:
        """A wrong body is no sign of haste; anything else is waited for longer each time."""
        patience = self.patience
        longer = 1.0 if again.lasting else 2.0 ** (attempt - 1)
        wait = min(patience.longest_wait, patience.first_wait * longer)
        jittered = wait * random.uniform(0.5, 1.0)  # noqa: S311
        return max(jittered, min(again.after, patience.longest_wait))


class _State:
    """One process's connections to a bucket, and what they have been through."""

    def __init__(self, objects: Objects) -> None:
        patience, base = objects.patience, objects.base_url
        self.breaker = Breaker(patience.gone_after, patience.gone_failures)
        self._timeout = urllib3.Timeout(patience.connect, patience.read)
        with requests.Session() as session:
            found = session.merge_environment_settings(base, {}, None, None, None)
        proxies, verify, cert = found["proxies"], found["verify"], found["cert"]
        adapter = HTTPAdapter(pool_maxsize=objects.connections, pool_block=True)
        base_request = requests.Request("GET", base).prepare()
        pool = adapter.get_connection_with_tls_context(base_request, verify, proxies, cert)
        adapter.cert_verify(pool, base, verify, cert)  # type: ignore[no-untyped-call]
        self._pool = cast("urllib3.HTTPConnectionPool", pool)
        self._adapter = adapter
        self._base = adapter.request_url(base_request, proxies)

    def ask(self, path: str, what: str, take: Callable[[Response], Taken]) -> Taken:
        """One attempt. What another attempt may mend is `_Again`."""
        try:
            response = self._pool.urlopen(
                "GET",
                self._base + path,
                headers=_HEADERS,
                retries=False,
                redirect=False,
                timeout=self._timeout,
                preload_content=False,
                decode_content=False,
            )
            try:
                if response.status != HTTPStatus.OK:
                    raise _refused(response, what)
                return take(response)
            finally:
                # What was read whole has left its connection already; any other is closed.
                response.close()
                response.release_conn()
        except HTTPError as error:
            raise _Again(_why(error)) from None
        except NotUsable as wrong:
            raise _Again(wrong.says, lasting=wrong.lasting) from None


_STATES: dict[tuple[int, Objects], _State] = {}
_STARTING = threading.Lock()


def _state_of(objects: Objects) -> _State:
    """This process's connections; a fork must not share those of its parent."""
    key = os.getpid(), objects
    state = _STATES.get(key)
    if state is None:
        with _STARTING:
            state = _STATES.get(key) or _STATES.setdefault(key, _State(objects))
    return state


def _refused(response: Response, what: str) -> Exception:
    status = response.status
    if (response.length_remaining or 0) <= _CHUNK:
        response.read(decode_content=False)
    if status == HTTPStatus.NOT_FOUND:
        return Missing(what)
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after = response.headers.get("Retry-After", "")
        return _Again(f"status {status}", after=float(after[:9]) if after.isdecimal() else 0.0)
    return Unavailable(SERVICE, f"{what}: status {status}", 1)


def _why(error: HTTPError) -> str:
    """What went wrong, without addresses."""
    if isinstance(error, NewConnectionError):
        return "no connection"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, SSLError):
        return "no TLS connection; are the certificates of this machine right?"
    if any(isinstance(part, IncompleteRead) for part in (error, *error.args)):
        return "the answer was cut short"
    return "the connection broke off"


def _checked(body: bytes, etag: str, check: Callable[[bytes, str], None]) -> None:
    try:
        check(body, etag)
    except NotUsable:
        if body[:_START].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise NotUsable("it sends a web page", lasting=False) from None
        raise


def _bare(etag: str) -> str:
    return etag.strip('"')


def _page(body: bytes, prefix: str) -> etree._Element:
    """A page of a list, when it is one and speaks of what was asked."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        page = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise NotUsable("it is no XML", lasting=False) from None
    if page.tag != f"{_XMLNS}ListBucketResult" or page.findtext(f"{_XMLNS}Prefix") != prefix:
        raise NotUsable("it is another page than was asked for", lasting=False)
    keys = page.findtext(f"{_XMLNS}KeyCount")
    listed = sum(child.tag in _LISTED for child in page)
    more = page.findtext(f"{_XMLNS}IsTruncated") == "true"
    if keys is not None and keys != str(listed):
        raise NotUsable(f"it says {keys} and lists {listed}")
    if more != (page.find(f"{_XMLNS}NextContinuationToken") is not None):
        raise NotUsable("it does not say how it goes on")
    return page


_LISTED = (f"{_XMLNS}Contents", f"{_XMLNS}CommonPrefixes")
