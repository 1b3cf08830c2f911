"""`casebook extract`: drafts of single articles, by rules and by a fake model on loopback."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.commands.extract import extract_drafts
from flows.errors import CasebookError, UsageError
from tests.corpus_maker import Rates, make_articles, write_folder
from tests.fakes.running import RunningModels, running_models
from tests.flows.building import build, folder_of

_FIELDS = [
    *("pmcid", "case_prompt", "final_diagnosis", "final_diagnosis_aliases", "statements"),
    "breakpoint",
]
ARTICLES = 6


def run(*paths: Path, **told: Any) -> tuple[int, list[dict[str, Any]], str]:
    out, err = io.StringIO(), io.StringIO()
    options = {"extractor": None, "budget": None, "home": None, "config": None, **told}
    code = extract_drafts(paths, options, out=out, err=err)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_rules_draft_what_a_build_turns_away_too(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1, 20, 29))
    code, rows, err = run(folder)
    assert (code, err.count("\n")) == (1, 1)
    assert "PMC9000000029" in err
    good, several = rows
    assert list(good)[: len(_FIELDS)] == _FIELDS
    assert "unsuitable" not in good
    assert {*good["statements"][0]} == {"claim", "quote", "bears", "diagnosis"}
    assert several["unsuitable"]["reason"] == "several_patients"
    assert several["unsuitable"]["detail"]


def test_what_is_wrong_with_the_paths_is_said_as_by_read(tmp_path: Path) -> None:
    code, rows, err = run(tmp_path / "none.xml", folder_of(tmp_path / "xml", (1,)))
    assert (code, rows) == (2, [])
    assert "none.xml does not exist; give an XML file or a folder of them" in err


@pytest.fixture(scope="module")
def xml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "xml"
    write_folder(folder, make_articles(ARTICLES, 3, rates=Rates.clean()))
    return folder


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunningModels]:
    with running_models(seed=2) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        prices = tmp_path / "prices.toml"
        names = (running.environment[f"CASEBOOK_{role}_MODEL"] for role in ("EXTRACT", "VERIFY"))
        prices.write_text(
            "".join(f'["{name}"]\ninput = 2\ncached = 1\noutput = 8\n' for name in names)
        )
        monkeypatch.setenv("CASEBOOK_PRICES", str(prices))
        yield running


def asked(models: RunningModels) -> int:
    counts = models.admin.counts()
    return counts["chat.score"] + counts["chat.extract"]


def test_a_model_s_drafts_are_the_build_s_and_paid_once(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    code, rows, err = run(xml, extractor="llm", home=home)
    assert code == 0
    assert [row["pmcid"] for row in rows] == sorted(row["pmcid"] for row in rows)
    assert len(rows) == ARTICLES
    assert all(row["final_diagnosis"] and row["statements"] for row in rows)
    assert {row["extractor"]["kind"] for row in rows} == {"llm"}
    assert f"{asked(models)} calls" in err
    models.admin.counts(reset=True)
    assert run(xml, extractor="llm", home=home)[1] == rows
    build(home, xml=xml, extractor="llm")
    assert asked(models) == 0


def test_what_cannot_be_asked_now_is_pending(
    models: RunningModels, xml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, rows, err = run(xml, extractor="llm", home=tmp_path / "home", budget=0.001)
    assert (code, rows) == (3, [])
    assert f"{ARTICLES} articles are pending: the budget of $0.00 is spent" in err
    assert asked(models) == 0
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with pytest.raises(CasebookError, match="does not take requests"):
        run(xml, extractor="llm", home=tmp_path / "home")


def test_a_missing_model_is_said_and_no_verifier_is_needed(
    models: RunningModels, xml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASEBOOK_VERIFY_MODEL")
    first = sorted(xml.glob("*.xml"))[0]
    assert run(first, extractor="llm", home=tmp_path / "home")[0] == 0
    monkeypatch.delenv("CASEBOOK_EXTRACT_MODEL")
    with pytest.raises(UsageError, match="set CASEBOOK_EXTRACT_MODEL"):
        run(first, extractor="llm", home=tmp_path / "home")
