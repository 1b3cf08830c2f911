"""The four services over one world: each request is counted, limited, perhaps failed, answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from tests.fakes.behaviour import Faults, Settings, faulty, spoiled
from tests.fakes.bucket import Bucket
from tests.fakes.europepmc import EuropePmc
from tests.fakes.eutils import Eutils
from tests.fakes.idconv import IdConverter
from tests.fakes.inventory import Inventory
from tests.fakes.library import Library
from tests.fakes.serving import Meter, Request, Response, listen
from tests.fakes.world import World

_PATHS = {
    "eutils": "/entrez/eutils",
    "europepmc": "/europepmc/webservices/rest",
    "idconv": "/tools/idconv/api/v1",
    "bucket": "",
}


class Service(Protocol):
    """What each of the four has."""

    name: str

    def kind(self, request: Request) -> str:
        """What is asked for, in a word."""
        ...

    def limited(self, request: Request) -> Response | None:
        """The refusal of a client that asks too often."""
        ...

    def answer(self, request: Request) -> Response:
        """The right answer."""
        ...


class Services:
    """The world and its services, with what is set and counted while they run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = Settings()
        self.faults = Faults()
        self.counts: Counter[str] = Counter()
        self.meters = {name: Meter() for name in _PATHS}
        library = Library(world)
        self.inventory = Inventory(world, library)
        self._servers: list[asyncio.Server] = []
        self._services: tuple[Service, ...] = (
            Eutils(world, self.settings),
            EuropePmc(world, self.settings),
            IdConverter(world),
            Bucket(world, library, self.inventory, self.settings),
        )

    async def start(self, admin: Callable[[Request], Response]) -> dict[str, str]:
        """Listen, and say where: the base address of each service, by name."""
        addresses = {}
        for service in self._services:
            server = await listen(self._door(service, admin), self.meters[service.name])
            port = server.sockets[0].getsockname()[1]
            addresses[service.name] = f"http://127.0.0.1:{port}{_PATHS[service.name]}"
            self._servers.append(server)
        return addresses

    def counted(self) -> dict[str, int]:
        """All counters, with the connections of each service."""
        meters = {f"{name}.connections": meter.opened for name, meter in self.meters.items()}
        most = {f"{name}.connections_at_once": meter.most for name, meter in self.meters.items()}
        return dict(self.counts) | meters | most

    def reset_counts(self) -> None:
        """Count from nothing; connections that are open stay."""
        self.counts.clear()
        for meter in self.meters.values():
            meter.opened, meter.most = 0, meter.now

    def told_settings(self) -> dict[str, Any]:
        """What is set."""
        return asdict(self.settings)

    def _door(
        self, service: Service, admin: Callable[[Request], Response]
    ) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if "/_admin/" in request.path:
                return admin(request)
            if request.method not in ("GET", "HEAD", "POST"):
                return Response(b"", 405, "text/plain")
            return self._answer(service, request)

        return answer

    def _answer(self, service: Service, request: Request) -> Response:
        kind = f"{service.name}.{service.kind(request)}"
        self.counts[kind] += 1
        if service.name in ("eutils", "idconv"):
            self._count_manners(service.name, request)
        if refusal := service.limited(request):
            self.counts[f"{service.name}.limited"] += 1
            return refusal
        fault = self.faults.drawn(kind, request)
        if fault is None:
            return service.answer(request)
        self.counts[f"fault.{fault}"] += 1
        failure = faulty(fault, kind, request, self.settings)
        return failure or spoiled(fault, service.answer(request), self.settings)

    def _count_manners(self, name: str, request: Request) -> None:
        params = request.params
        for wanted in ("email", "tool"):
            if not params.get(wanted):
                self.counts[f"{name}.without_{wanted}"] += 1
        if params.get("api_key"):
            self.counts[f"{name}.with_key"] += 1
