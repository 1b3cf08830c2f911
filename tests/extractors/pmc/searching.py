"""The searches of a test, at the fakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from extractors.pmc.europepmc import EuropePmc
from extractors.pmc.eutils import Eutils
from extractors.pmc.idconv import IdConverter
from schemas.found import Window
from tests.extractors.pmc.serving import service
from tests.fakes.running import RunningFakes

EVER = Window(date(2020, 1, 1), date(2026, 11, 24))


def converter(fakes: RunningFakes) -> IdConverter:
    return IdConverter(replace(service(fakes.idconv), name="the id converter"))


def pubmed(fakes: RunningFakes, **more: Any) -> Eutils:
    asked = replace(service(fakes.eutils), name="PubMed")
    return Eutils(asked, converter(fakes), **more)


def europepmc(fakes: RunningFakes, **more: Any) -> EuropePmc:
    return EuropePmc(replace(service(fakes.europepmc), name="Europe PMC"), **more)
