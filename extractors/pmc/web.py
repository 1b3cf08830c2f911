"""What every request to a service goes through: its pace, its patience, and its discretion."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import BinaryIO, NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import stamina
import stamina.instrumentation
import urllib3

from extractors.pmc.answers import Answer, NotUsable, words_of
from extractors.pmc.errors import ServiceFailed, Stopped, Unavailable, Untrustworthy
from extractors.pmc.redact import redact

T = TypeVar("T")
LARGEST_ANSWER = 1 << 28
# Requests that leave evenly arrive a little unevenly; this much keeps them within the limit.
SPACING = 1.05
_CHUNK = 1 << 16
_LATER = (408, 425, 429)
_QUOTED = 200


class _Discreet(logging.Filter):
    """Hides what stands in the URLs that urllib3 logs when it is asked to log everything."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(redact(a) if isinstance(a, str) else a for a in record.args)
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_Discreet())
# What stamina logs of a retry names neither the service nor the fault; ours does.
stamina.instrumentation.set_on_retry_hooks([])
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a service is asked; all times in seconds.

    `tell` is told when a service that somebody waits for does not answer at once.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    total: float = 300.0
    connect: float = 10.0
    read: float = 60.0
    tell: Callable[[str], None] | None = field(default=None, repr=False, compare=False)

    def tries(
        self, again: Callable[[Exception], bool | float | timedelta]
    ) -> Iterable[stamina.Attempt]:
        """Attempts, spaced with jitter, for as long as `again` says that an error may pass."""
        return stamina.retry_context(
            on=again,
            attempts=self.attempts,
            timeout=self.total,
            wait_initial=self.first_wait,
            wait_max=self.longest_wait,
            wait_jitter=self.first_wait,
        )


class _Fault(Exception):
    """Why one attempt failed, in words that may be shown."""

    def __init__(
        self, says: str, words: str = "", *, lasting: bool, again: bool = True, wait: float = 0
    ) -> None:
        super().__init__(says, words)
        self.says, self.words, self.lasting = says, words, lasting
        self.again, self.wait = again, wait


class _Request(NamedTuple):
    method: str
    url: str
    params: dict[str, str]
    headers: Mapping[str, str]
    deadline: float


class _Pace:
    """Gives every request of this process to one service its moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, per_second: float) -> None:
        with self._lock:
            moment = max(time.monotonic(), self._next)
            self._next = moment + SPACING / per_second
        time.sleep(max(0.0, moment - time.monotonic()))

    def hold(self, seconds: float) -> None:
        """Nobody asks before that: the service said so to one of us."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


_PACES: dict[str, _Pace] = {}
_of_thread = threading.local()


@dataclass(frozen=True)
class Service:
    """A service, how to reach it, and how to behave towards it."""

    name: str
    base_url: str
    tool: str | None = None
    email: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    per_second: float | None = None
    patience: Patience = Patience()
    stop: threading.Event | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the address of {self.name} is no http:// or https:// URL")
        object.__setattr__(self, "base_url", self.base_url.rstrip("/") + "/")

    def ask(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        read: Callable[[Answer], T],
        post: bool = False,
        accept: Collection[int] = (200,),
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """What the reader makes of the answer; it raises `NotUsable` to have it asked again.

        Any status in `accept` is for the reader to judge. Raises `Unavailable`, `Untrustworthy`.
        """

        def once(request: _Request) -> T:
            body = bytearray()
            status, got = self._exchange(request, accept, body.extend)
            return read(Answer(status, got, bytes(body)))

        return self._patiently(path, params, once, post=post, headers=headers)

    def save(self, path: str, file: BinaryIO, *, headers: Mapping[str, str] | None = None) -> int:
        """Write an answer of any size to a file, whole, and tell how many bytes it has."""

        def once(request: _Request) -> int:
            file.seek(0)
            file.truncate()
            self._exchange(request, (200,), file.write, largest=None)
            return file.tell()

        return self._patiently(path, None, once, post=False, headers=headers)

    def redact(self, text: str) -> str:
        """The text without this service's secrets, and without any others."""
        return redact(text, (self.api_key, self.email))

    def _patiently(
        self,
        path: str,
        params: Mapping[str, str] | None,
        once: Callable[[_Request], T],
        *,
        post: bool,
        headers: Mapping[str, str] | None,
    ) -> T:
        limits, attempts, fault = self.patience, 0, None
        url, deadline = urljoin(self.base_url, path), time.monotonic() + limits.total
        try:
            for attempt in limits.tries(self._waits):
                with attempt:
                    attempts = attempt.num
                    sent = self._signed(params or {})
                    method = "POST" if post else "GET"
                    return self._judged(once, _Request(method, url, sent, headers or {}, deadline))
        except _Fault as last:
            fault = last
        # Raised out here, the error has no context that would hold URLs and bodies.
        raise self._failed(fault, attempts)

    def _failed(self, fault: _Fault | None, attempts: int) -> ServiceFailed:
        if fault is not None and fault.lasting:
            return Untrustworthy(self.name, fault.says, fault.words)
        words = f": “{fault.words}”" if fault is not None and fault.words else ""
        return Unavailable(self.name, f"{fault.says if fault else 'no time'}{words}", attempts)

    def _signed(self, params: Mapping[str, str]) -> dict[str, str]:
        own = {"tool": self.tool, "email": self.email, "api_key": self.api_key}
        return {**params, **{name: value for name, value in own.items() if value}}

    def _waits(self, error: Exception) -> bool | float:
        """Whether another attempt is worth it, and how long the service asked us to wait."""
        if not isinstance(error, _Fault) or not error.again:
            return False
        _log.info("%s: %s %s", self.name, error.says, error.words)
        wait = min(error.wait, self.patience.longest_wait)
        if wait and self.per_second:
            self._pace().hold(wait)
        return wait or True

    def _pace(self) -> _Pace:
        return _PACES.setdefault(self.base_url, _Pace())

    def _judged(self, once: Callable[[_Request], T], request: _Request) -> T:
        """One attempt, in which everything that goes wrong is a fault without secrets."""
        if self.per_second:
            self._pace().wait(self.per_second)
        if self.stop is not None and self.stop.is_set():
            raise Stopped
        try:
            return once(request)
        except NotUsable as wrong:
            fault = _Fault(
                self.redact(wrong.says), self._quoted(wrong.words), lasting=wrong.lasting
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            fault = _Fault(self.redact(_why(error, self.patience)), lasting=False)
        raise fault

    def _exchange(
        self,
        request: _Request,
        accept: Collection[int],
        take: Callable[[bytes], object],
        largest: int | None = LARGEST_ANSWER,
    ) -> tuple[int, Mapping[str, str]]:
        """Send a request and hand the body on as it comes, in no more than the time there is."""
        get = request.method == "GET"
        with _session(self.base_url).request(
            request.method,
            request.url,
            params=request.params if get else None,
            data=None if get else request.params,
            headers=dict(request.headers),
            timeout=(self.patience.connect, self.patience.read),
            allow_redirects=get,
            stream=True,
        ) as response:
            if response.status_code not in accept:
                raise self._refused(response, request.deadline)
            size = 0
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                size += len(chunk)
                if time.monotonic() > request.deadline:
                    raise _Fault("its answer takes too long", lasting=False)
                if largest is not None and size > largest:
                    raise _Fault(f"longer than {largest >> 20} MB", lasting=True)
                take(chunk)
            return response.status_code, response.headers

    def _refused(self, response: requests.Response, deadline: float) -> _Fault:
        """What a status means that is not the one that was wanted."""
        status, start = response.status_code, b""
        while len(start) < _CHUNK and time.monotonic() < deadline:
            chunk = response.raw.read1(_CHUNK, decode_content=True)
            start += chunk
            if not chunk:
                break
        later = status in _LATER or status >= 500
        says = "it asks to be asked less often, status 429" if status == 429 else f"status {status}"
        wait = _retry_after(response.headers.get("Retry-After")) if later else 0.0
        return _Fault(
            says, self._quoted(words_of(start)), lasting=not later, again=later, wait=wait
        )

    def _quoted(self, words: str) -> str:
        said = " ".join(self.redact(words).split())
        return said if len(said) <= _QUOTED else said[:_QUOTED].rstrip() + " …"


def _session(base_url: str) -> requests.Session:
    """This thread's own connections; proxies and certificates are looked up once, not each time."""
    sessions: dict[str, requests.Session] = _of_thread.__dict__.setdefault("sessions", {})
    if base_url not in sessions:
        session = sessions[base_url] = requests.Session()
        found = session.merge_environment_settings(base_url, {}, None, None, None)
        session.proxies, session.verify = dict(found["proxies"]), found["verify"]
        session.trust_env = False
        session.headers["User-Agent"] = "casebook"
    return sessions[base_url]


def _retry_after(value: str | None) -> float:
    """Seconds, given as such or as a date; 0 where it says nothing of use."""
    if value is None:
        return 0.0
    if value.strip().isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _why(error: BaseException, patience: Patience) -> str:
    """Why there is no whole answer, in words that hold no URL."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {patience.connect:g} s"
    if isinstance(error, (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)):
        return f"silence for {patience.read:g} s"
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects without end"
    cause: object = error
    while isinstance(cause, BaseException):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        inner = [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
        cause = next((i for i in inner if isinstance(i, BaseException) and i is not cause), None)
    return "the connection or its answer broke off"
