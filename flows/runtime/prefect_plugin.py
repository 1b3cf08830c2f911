"""What Prefect asks as it starts in this folder, so that its command line needs no preparation."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prefect.plugins import SetupResult, register_hook

# Where `casebook serve` says at which address its server listens.
ADDRESS = Path("data", "build", "prefect", "address")
WITHOUT_VALUE = ("--watch",)


@register_hook
def setup_environment(*, ctx: Any) -> SetupResult | None:
    """Find the server that `casebook serve` runs, and complete the name of a deployment."""
    if not typed(sys.orig_argv):
        return None
    sys.argv[:] = completed(sys.argv)
    url = None if ctx.api_url else served_address()
    return SetupResult(env={"PREFECT_API_URL": url}) if url else None


def typed(arguments: Sequence[str]) -> bool:
    """Whether this is Prefect's own command line; other programs choose their server themselves."""
    return any(Path(word).name == "prefect" for word in arguments[1:3])


def completed(arguments: Sequence[str]) -> list[str]:
    """`deployment run FLOW` as Prefect wants it: the deployment that bears its flow's name."""
    words = list(arguments)
    places = [i for i in range(1, len(words)) if words[i - 1 : i + 1] == ["deployment", "run"]]
    if not places:
        return words
    for i in range(places[0] + 1, len(words)):
        before, word = words[i - 1], words[i]
        is_value = before.startswith("-") and "=" not in before and before not in WITHOUT_VALUE
        if word.startswith("-") or is_value:
            continue
        words[i] = word if "/" in word else f"{word}/{word}"
        break
    return words


def served_address(told: Path = ADDRESS) -> str | None:
    """The address of a server that is running, if one is."""
    try:
        url = told.read_text().strip()
        parts = urlsplit(url)
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except (OSError, ValueError):
        return None
    return url
