"""`python -m tests.fakes`: start PMC's services and say how to use them; or models, or a Hub."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

from tests.corpus_maker import Rates
from tests.fakes.admin import Admin
from tests.fakes.behaviour import Faults
from tests.fakes.hub.admin import HubDesk
from tests.fakes.hub.behaviour import ORGANISATION, TOKEN, hub_faults
from tests.fakes.hub.service import Hub
from tests.fakes.models.admin import ModelsDesk
from tests.fakes.models.behaviour import EXTRACT_MODEL, VERIFY_MODEL, model_faults
from tests.fakes.models.service import Models
from tests.fakes.services import Services
from tests.fakes.world import DEFAULT_TODAY, Shares, World

_VARIABLES = {
    "eutils": "CASEBOOK_EUTILS_URL",
    "europepmc": "CASEBOOK_EUROPEPMC_URL",
    "idconv": "CASEBOOK_IDCONV_URL",
    "bucket": "CASEBOOK_BUCKET_URL",
}
_PRICES = Path(__file__).parent / "models" / "prices.toml"


def main() -> None:
    """Serve until Ctrl-C, or until whoever started this is gone."""
    asked = _parser().parse_args()
    if asked.models:
        asyncio.run(_serve_models(asked))
        return
    if asked.hub:
        asyncio.run(_serve_hub(asked))
        return
    services = Services(_world(asked))
    services.faults = Faults(rate=asked.faults, seed=asked.seed)
    asyncio.run(_serve(services, asked.parent))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes", description=__doc__)
    parser.add_argument("--articles", type=int, help="made articles; default 100, or none by files")
    parser.add_argument("--models", action="store_true", help="language models instead of PMC")
    parser.add_argument("--hub", action="store_true", help="a Hugging Face Hub instead of PMC")
    parser.add_argument("--seed", type=int, default=0, help="of articles and faults")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--today", type=date.fromisoformat, default=DEFAULT_TODAY)
    parser.add_argument("--folder", type=Path, help="serve the XML (and JSON) files of a folder")
    parser.add_argument("--clean", action="store_true", help="good case reports only")
    parser.add_argument("--plain", action="store_true", help="one version, in both searches, typed")
    parser.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="NAME=SHARE",
        help="; ".join(", ".join(_names(kind)) for kind in (Shares, Rates)),
    )
    parser.add_argument("--parent", type=int, help="end when this parent process has ended")
    return parser


def _world(asked: argparse.Namespace) -> World:
    told = dict(share.split("=", 1) for share in asked.share)
    shares = {name: 0.0 for name in _names(Shares) if asked.plain}
    rates = {name: 0.0 for name in _names(Rates) if asked.clean}
    for name, share in told.items():
        (rates if name in _names(Rates) else shares)[name] = float(share)
    articles = asked.articles
    if articles is None:
        articles = 0 if asked.folder else 100
    return World(
        articles,
        asked.seed,
        today=asked.today,
        rates=Rates(**rates),
        shares=Shares(**shares),
        folder=asked.folder,
    )


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


async def _serve(services: Services, parent: int | None) -> None:
    ended = _ending()
    _say(services.world, await services.start(Admin(services)))
    await _until(ended, parent)


async def _serve_models(asked: argparse.Namespace) -> None:
    ended = _ending()
    models = Models(asked.seed)
    models.faults = model_faults(asked.faults, seed=asked.seed)
    address = await models.start(ModelsDesk(models))
    lines = (
        "In another terminal:",
        "",
        f"export OPENAI_BASE_URL={address}",
        f"export OPENAI_API_KEY={models.settings.key}",
        f"export CASEBOOK_EXTRACT_MODEL={EXTRACT_MODEL}",
        f"export CASEBOOK_VERIFY_MODEL={VERIFY_MODEL}",
        f"export CASEBOOK_PRICES={_PRICES}",
        ".venv/bin/casebook build --sample --extractor llm --home data/build/fakes",
        "",
        "To change the models (tests/fakes/models/behaviour.py has all that can be set):",
        f"""curl {address.removesuffix("/v1")}/_admin/settings -d '{{"latency": 0.5}}'""",
        "",
        "ready; Ctrl-C ends it",
    )
    print("\n".join(lines), flush=True)
    await _until(ended, asked.parent)


async def _serve_hub(asked: argparse.Namespace) -> None:
    ended = _ending()
    hub = Hub(asked.seed)
    hub.faults = hub_faults(asked.faults, seed=asked.seed)
    address = await hub.start(HubDesk(hub))
    lines = (
        "In another terminal:",
        "",
        f"export HF_ENDPOINT={address}",
        f"export HF_TOKEN={TOKEN}",
        "export HF_HUB_DISABLE_XET=1",
        f".venv/bin/casebook publish {ORGANISATION}/cases --home data/build/sample --allow-rules",
        "",
        "To change the Hub (tests/fakes/hub/admin.py has all that can be changed):",
        f"""curl {address}/_admin/faults -d '{{"rate": 0.1}}'""",
        "",
        "ready; Ctrl-C ends it",
    )
    print("\n".join(lines), flush=True)
    await _until(ended, asked.parent)


def _ending() -> asyncio.Event:
    """What is set when a signal asks for the end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ended.set)
    return ended


async def _until(ended: asyncio.Event, parent: int | None) -> None:
    while not ended.is_set():
        if parent and os.getppid() != parent:
            return
        try:
            await asyncio.wait_for(ended.wait(), 1)
        except TimeoutError:
            continue


def _say(world: World, addresses: dict[str, str]) -> None:
    since = world.today - timedelta(days=60)
    bucket = addresses["bucket"]
    lines = (
        f"{len(world)} articles; today is {world.today}. In another terminal:",
        "",
        *(f"export {_VARIABLES[name]}={address}" for name, address in addresses.items()),
        "export CASEBOOK_EMAIL=someone@example.org",
        f".venv/bin/casebook build --since {since} --home data/build/fakes",
        "",
        "To change the world (tests/fakes/admin.py has all that can be changed):",
        f"""curl {bucket}/_admin/today -d '{{"date": "{world.today + timedelta(days=1)}"}}'""",
        f"""curl {bucket}/_admin/faults -d '{{"rate": 0.1}}'""",
        "",
        "ready; Ctrl-C ends it",
    )
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
