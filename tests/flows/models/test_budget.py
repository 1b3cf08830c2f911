"""A budget and a target hold, and nobody leaves for what could not be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import CasebookError
from flows.hub.refusals import require_ended
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from schemas.run import RunSummary
from tests.fakes.running import RunningModels
from tests.flows.building import data_digests
from tests.flows.models.drafting import ARTICLES, calls, copied, draft, places


def test_a_budget_holds_and_the_next_build_goes_on(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    models.admin.settings(usage_factor=2)
    whole = draft(tmp_path / "whole", xml)
    assert whole.calls is not None
    models.admin.counts(reset=True)
    budget = whole.calls.spent / 2
    first = draft(tmp_path / "home", xml, budget=budget, in_flight=4)
    assert first.state == "incomplete"
    assert {p.reason for p in first.pending} == {"budget"}
    assert "--budget" in first.pending[0].detail
    assert first.calls is not None
    assert first.calls.spent <= budget * 1.05
    assert first.articles["pending"] == len(first.pending) > 0
    again = draft(tmp_path / "home", xml, budget=budget, in_flight=4)
    assert again.calls is not None
    assert again.calls.done == 0, "what was spent before counts"
    last = draft(tmp_path / "home", xml)
    assert last.state == "complete"
    assert data_digests(tmp_path / "home") == data_digests(tmp_path / "whole")
    assert models.admin.counts()["answered.again"] == 0


def test_a_target_of_cases_asks_about_no_more_candidates_than_it_takes(
    models: RunningModels, xml: Path, tmp_path: Path
) -> None:
    few = draft(tmp_path / "home", xml, target_cases=4)
    assert (few.state, few.articles["kept"]) == ("complete", 4)
    assert few.taken is not None
    asked = calls(models, "score")
    assert few.taken <= asked < ARTICLES
    more = draft(tmp_path / "home", xml, target_cases=6)
    assert (more.articles["kept"], more.removed) == (6, ())
    assert asked < calls(models, "score") < ARTICLES
    assert models.admin.counts()["answered.again"] == 0
    poor = draft(tmp_path / "home", xml, target_cases=ARTICLES, budget=0.02)
    assert (poor.state, {p.reason for p in poor.pending}) == ("incomplete", {"budget"})
    assert poor.articles["kept"] >= 6


def test_a_budget_that_ends_among_the_planted_cases_leaves_something_pending(
    models: RunningModels, xml: Path, drafted: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    home, whole = drafted
    assert whole.calls is not None
    first = draft(tmp_path / "home", xml, budget=whole.calls.spent, in_flight=1)
    assert {(p.stage, p.reason) for p in first.pending} == {("verify", "budget")}
    draft(tmp_path / "home", xml)
    card = Path("dataset", "README.md")
    assert (tmp_path / "home" / card).read_bytes() == (home / card).read_bytes()


def test_nobody_leaves_because_a_model_could_not_be_asked(
    models: RunningModels, xml: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = data_digests(home), (home / "ledger.csv").read_bytes()
    gone = next(path.stem for path in xml.glob("*.xml") if path.stem.split(".")[0] in places(home))
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    monkeypatch.setenv("CASEBOOK_EXTRACT_EFFORT", "high")
    with pytest.raises(CasebookError, match="does not take requests"):
        draft(home, xml)
    monkeypatch.setenv("OPENAI_API_KEY", models.environment["OPENAI_API_KEY"])
    retraction = {f"{gone}.xml": ('article-type="case-report"', 'article-type="retraction"')}
    summary = draft(home, copied(xml, tmp_path / "retracted", retraction), budget=0.05)
    assert summary.state == "incomplete"
    assert f"RETRACTED and still there: {gone.split('.')[0]} (" in summary.sentence()
    with pytest.raises(CasebookError, match="were retracted since: build again"):
        require_ended(Home(home), allow_incomplete=True)
    assert "budget" in summary.sentence()
    assert (data_digests(home), (home / "ledger.csv").read_bytes()) == before


def test_what_is_pending_is_left_out_where_that_is_allowed_and_gets_its_place_later(
    models: RunningModels,
    xml: Path,
    drafted: tuple[Path, RunSummary],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, whole = tmp_path / "home", drafted[1]
    assert whole.calls is not None
    most = {"budget": 0.9 * whole.calls.spent, "allow_incomplete": True}
    first = draft(home, xml, in_flight=4, **most)
    assert first.state == "incomplete"
    assert 0 < first.articles["kept"] < whole.articles["kept"]
    there = places(home)
    assert draft(home, xml).articles == whole.articles
    assert there.items() <= places(home).items()

    there = places(home)
    monkeypatch.setenv("CASEBOOK_EXTRACT_EFFORT", "high")
    assert draft(home, xml, budget=0.05, allow_incomplete=True).removed
    assert {e.left for e in read_ledger(home / "ledger.csv")} >= {"pending"}
    monkeypatch.delenv("CASEBOOK_EXTRACT_EFFORT")
    assert draft(home, xml).articles == whole.articles
    assert places(home) == there
