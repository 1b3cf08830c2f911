"""A dataset folder is finished: what is derived from its rows is written beside them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from flows.hub import card, changelog, croissant
from flows.hub.configs import write_configs
from flows.hub.contents import read_contents
from flows.warehouse.files import folder_digests
from schemas.published import CONFIGS, CORE

RECEIPT = "build.json"
LEDGER = "ledger.csv"
OURS = frozenset(
    {
        *(config.folder for config in CONFIGS),
        *(f"{CORE}{suffix}" for suffix in (".csv", ".pqt")),
        *(card.FILE, changelog.FILE, croissant.FILE, LEDGER, RECEIPT),
    }
)
TITLE = "Diagnostic questions from open-access case reports"
CITE = (
    "MedCaseReasoning: Evaluating and learning diagnostic reasoning from clinical case reports. "
    "arXiv 2505.11733, 2025. Cite each article by the column `citation`."
)


class Receipt(BaseModel):
    """What a folder holds as it was built: `build.json`, by which a build is known again."""

    model_config = ConfigDict(frozen=True)

    release: int
    catch_rate: float | None
    least_catch_rate: float
    files: dict[str, str]


def finish_folder(folder: Path, facts: card.CardFacts) -> None:
    """Add the other configs, the card, its Croissant form, and what all files are to be."""
    write_configs(folder)
    contents = read_contents(folder)
    (folder / card.FILE).write_bytes(card.render_card(facts, contents))
    told = croissant.croissant(
        CONFIGS,
        folder_digests(folder),
        name="casebook",
        description=TITLE,
        licence=card.licence_tag(contents.licences),
        release=facts.release,
        cite=CITE,
    )
    (folder / croissant.FILE).write_bytes(told)
    receipt = Receipt(
        release=facts.release,
        catch_rate=facts.verifier.catch_rate if facts.verifier else None,
        least_catch_rate=facts.least_catch_rate,
        files=folder_digests(folder),
    )
    (folder / RECEIPT).write_text(receipt.model_dump_json(indent=1) + "\n", encoding="utf-8")
