"""Publishing: all of it in one commit, once, whatever the Hub and other people do meanwhile."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import HfApi, HfFileSystem

from flows.errors import CasebookError, UsageError
from flows.hub.publish import Asked, publish
from flows.hub.start import start_from
from flows.warehouse.home import Home
from flows.warehouse.ledger import read_ledger
from schemas.run import RunSummary
from tests.fakes.hub.behaviour import ORGANISATION, READ_TOKEN
from tests.fakes.running import RunningHub
from tests.flows.building import build, folder_of
from tests.flows.hub.conftest import QUICK, Publish

RELEASES = tuple[Home, Home]


def read(hub: RunningHub, repo: str, path: str, revision: str = "main") -> str:
    files = HfFileSystem(endpoint=hub.endpoint, token=hub.token, skip_instance_cache=True)
    text: str = files.read_text(f"datasets/{repo}@{revision}/{path}", encoding="utf-8")
    return text


def ours(hub: RunningHub, repo: str) -> list[str]:
    """The titles of the commits that Casebook made, the oldest first."""
    commits = hub.admin.repo(repo)["commits"]
    return [each["title"] for each in commits if each["title"].startswith("Release")]


def test_a_dataset_is_one_commit_and_a_tag_and_is_not_published_twice(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home
) -> None:
    (said,) = publish_to(sample_home)
    assert said == f"published to {repo} as v1: 14 cases added, 0 removed, 0 changed"
    there = hub.admin.repo(repo)
    assert [each["title"] for each in there["commits"]] == ["initial commit", "Release 1: 14 cases"]
    assert there["tags"] == {"v1": there["commits"][-1]["oid"]}
    paths = {p.relative_to(sample_home.dataset).as_posix() for p in sample_home.dataset.rglob("*")}
    assert there["files"].keys() - {".gitattributes"} <= paths
    card = read(hub, repo, "README.md")
    assert f'load_dataset("{repo}", split="train")' in card
    limits = card.partition("begin limits")[2].partition("end limits")[0]
    assert (
        "| `licence_noncommercial` | The licence permits no commercial use. | 2 | 14 rows |"
        in limits
    )
    assert "Looked for and not found: `answer_in_prompt`, " in limits

    hub.admin.put(repo, {"README.md": card.replace("# Diag", "# Our diag").encode()})
    hub.admin.counts(reset=True)
    told: list[str] = []
    assert publish_to(sample_home, told) == [f"nothing changed: {repo} has this build as v1"]
    assert told == []
    counted = hub.admin.counts()
    assert [counted[kind] for kind in ("hub.preupload", "storage.put", "hub.commit")] == [0, 0, 0]


def test_a_second_release_names_what_was_added_removed_and_changed(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES
) -> None:
    first, second = releases
    publish_to(first)
    (said,) = publish_to(second)
    assert said == f"published to {repo} as v2: 1 cases added, 1 removed, 1 changed"
    log = read(hub, repo, "CHANGELOG.md")
    assert log.index("## Release 2") < log.index("## Release 1")
    assert "- removed PMC9000000001 (train): retracted\n" in log
    assert "- changed PMC9000000002\n- added PMC9000000014\n" in log
    assert ours(hub, repo) == ["Release 1: 13 cases", "Release 2: 13 cases"]
    assert hub.admin.repo(repo)["tags"].keys() == {"v1", "v2"}
    assert "PMC9000000001,0,train,PMC9000000001,1,1,retracted" in read(hub, repo, "ledger.csv")


def test_a_dry_run_shows_the_whole_difference_and_does_nothing(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES
) -> None:
    first, second = releases
    assert publish_to(first, dry_run=True)[0] == f"{repo}: not there yet"
    assert hub.admin.counts()["hub.create"] == 0
    publish_to(first)
    hub.admin.counts(reset=True)
    lines = publish_to(second, dry_run=True)
    assert lines[1] == "to be published as v2: 1 cases added, 1 removed, 1 changed"
    for line in (
        "removed PMC9000000001 (train): retracted",
        "changed PMC9000000002",
        "added PMC9000000014",
        '-This is release 1. A published release has a tag, such as `revision="v1"`, '
        "which stays as it is.",
        "+## Release 2",
    ):
        assert line in lines
    assert any(line.startswith("change data/train-00000-of-00001.parquet (") for line in lines)
    assert {"hub.preupload", "hub.commit", "storage.put"}.isdisjoint(hub.admin.counts())


def test_what_people_wrote_stays(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES
) -> None:
    first, second = releases
    publish_to(first)
    card = read(hub, repo, "README.md").replace("license: cc\n", "license: cc\npretty_name: Ours\n")
    card = card.replace("A case that was released", "Mind the gap. A case that was released")
    log = read(hub, repo, "CHANGELOG.md") + "\nThanks to Ann.\n"
    by_hand = {
        "README.md": (card + "\n## Thanks\n\nTo everybody.\n").encode(),
        "CHANGELOG.md": log.encode(),
        "notes/mine.txt": b"mine",
    }
    hub.admin.put(repo, by_hand)
    told: list[str] = []
    publish_to(second, told)
    assert "inside our parts (splits): their words are kept above ours" in told[-1]
    merged = read(hub, repo, "README.md")
    for words in ("pretty_name: Ours\n", "Mind the gap.", "## Thanks\n\nTo everybody.\n"):
        assert words in merged
    assert "Thanks to Ann." in read(hub, repo, "CHANGELOG.md")
    assert read(hub, repo, "notes/mine.txt") == "mine"


def test_files_of_a_build_that_are_no_longer_written_go(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES, tmp_path: Path
) -> None:
    first, second = releases
    publish_to(first)
    receipt = json.loads(read(hub, repo, "build.json"))
    receipt["files"]["data/train-00001-of-00002.parquet"] = "0" * 64
    old = {"data/train-00001-of-00002.parquet": b"old", "build.json": json.dumps(receipt).encode()}
    hub.admin.put(repo, {**old, "data/train-00001-of-00002.parquet": _parquet(second)})
    publish_to(second)
    assert "data/train-00001-of-00002.parquet" not in hub.admin.repo(repo)["files"]


def _parquet(home: Home) -> bytes:
    return (home.dataset / "data" / "val-00000-of-00001.parquet").read_bytes()


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([("hub.commit", "429"), ("hub.commit", "lost")], 2),
        ([("hub.commit", "500"), ("hub.commit", "intrude"), ("hub.tag", "lost")], 3),
        ([("hub.commit", "reset"), ("hub.tag", "503"), ("hub.tag", "lost")], 3),
        (
            [
                ("hub.revision", "500"),
                ("hub.tree", "429"),
                ("hub.refs", "html"),
                ("storage.put", "cut"),
            ],
            0,
        ),
    ],
    ids=("refused and lost", "somebody else", "broken off", "while reading and sending"),
)
def test_whatever_the_hub_does_there_is_one_commit_of_a_build_and_one_tag(
    hub: RunningHub,
    repo: str,
    publish_to: Publish,
    sample_home: Home,
    faults: list[tuple[str, ...]],
    waits: int,
) -> None:
    HfApi(endpoint=hub.endpoint, token=hub.token).create_repo(repo, repo_type="dataset")
    hub.admin.plan(*faults)
    told: list[str] = []
    (said,) = publish_to(sample_home, told)
    assert said == f"published to {repo} as v1: 14 cases added, 0 removed, 0 changed"
    assert sum("; looking again" in each or "somebody else" in each for each in told) == waits
    assert ours(hub, repo) == ["Release 1: 14 cases"]
    assert hub.admin.repo(repo)["tags"].keys() == {"v1"}
    assert publish_to(sample_home) == [f"nothing changed: {repo} has this build as v1"]


def test_a_hub_that_stays_down_is_said_and_the_next_run_finishes(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home
) -> None:
    hub.admin.plan(("hub.revision", "503", 100))
    told: list[str] = []
    with pytest.raises(CasebookError, match=r"could not read .* status 503") as caught:
        publish_to(sample_home, told)
    assert caught.value.exit_code == 3
    assert told == [f"the Hub could not read {repo}: status 503; trying again for a while"]
    hub.admin.plan(("hub.commit", "503", 100))
    with pytest.raises(CasebookError, match="status 503; nothing is there in half") as caught:
        publish_to(sample_home)
    assert caught.value.exit_code == 3
    assert hub.admin.repo(repo)["files"].keys() == {".gitattributes"}
    hub.admin.plan(("hub.tag", "503", 100))
    with pytest.raises(CasebookError, match=r"has the commit [0-9a-f]{40} without its tag"):
        publish_to(sample_home)
    hub.admin.plan()
    assert publish_to(sample_home) == [f"{repo} had this build already: tagged it as v1"]
    assert hub.admin.repo(repo)["tags"].keys() == {"v1"}
    assert ours(hub, repo) == ["Release 1: 14 cases"]


def test_a_pull_request_is_made_once_and_tagged_when_it_is_merged(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home
) -> None:
    HfApi(endpoint=hub.endpoint, token=hub.token).create_repo(repo, repo_type="dataset")
    hub.admin.plan(("hub.commit", "lost"))
    (said,) = publish_to(sample_home, pull_request=True)
    assert said == f"{repo} has this build in pull request 1, which waits there"
    assert publish_to(sample_home, pull_request=True) == [said]
    there = hub.admin.repo(repo)
    assert (there["pulls"], there["tags"], ours(hub, repo)) == ({"1": "open"}, {}, [])
    hub.admin.merge(repo, 1)
    assert publish_to(sample_home, pull_request=True) == [
        f"{repo} had this build already: tagged it as v1"
    ]
    assert hub.admin.repo(repo)["tags"].keys() == {"v1"}


def test_rows_made_anew_in_the_same_release_get_a_tag_of_their_own(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home, tmp_path: Path
) -> None:
    publish_to(sample_home)
    shutil.copytree(sample_home.root, tmp_path / "home")
    # A smaller gate gives every row another digest of its steps, and the same cases.
    build(tmp_path / "home", sample=True, min_words=149)
    (said,) = publish_to(Home(tmp_path / "home"))
    told = "0 cases added, 0 removed, 0 changed, 14 made anew with the same words"
    assert said == f"published to {repo} as v1.1: {told}"
    assert f"## Release 1.1\n\n{told}." in read(hub, repo, "CHANGELOG.md")


def test_fewer_cases_than_before_are_refused_unless_that_is_said(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES
) -> None:
    first, second = releases
    publish_to(first)
    one_more = io.BytesIO()
    pq.write_table(pa.table({"pmcid": ["PMC1"]}), one_more)
    more = {"data/val-00001-of-00002.parquet": one_more.getvalue()}
    receipt = json.loads(read(hub, repo, "build.json"))
    receipt["files"] |= dict.fromkeys(more, "0" * 64)
    hub.admin.put(repo, {**more, "build.json": json.dumps(receipt).encode()})
    with pytest.raises(UsageError, match=r"13 cases are fewer than the 14 .* by more than 5%"):
        publish_to(second, fewer=0.05)
    publish_to(second, fewer=0.1)


def test_files_of_others_are_neither_replaced_nor_mixed_in(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home
) -> None:
    hub.admin.put(repo, {"data/train-00000-of-00001.parquet": _parquet(sample_home)})
    with pytest.raises(
        UsageError, match=r"data/train-00000-of-00001.parquet of .* is not of Casebook"
    ):
        publish_to(sample_home)
    assert ours(hub, repo) == []


def test_an_empty_disk_goes_on_from_the_ledger_of_the_repository(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES, tmp_path: Path
) -> None:
    first, _ = releases
    publish_to(first)
    home, told = Home(tmp_path / "home"), list[str]()
    start_from(home, repo, told.append, QUICK)
    assert told == [f"starting from the ledger of {repo}: 13 cases have their number and split"]
    build(home.root, xml=folder_of(tmp_path / "xml", range(1, 15)))
    before = {e.pmcid: (e.number, e.split) for e in read_ledger(first.ledger)}
    after = {e.pmcid: (e.number, e.split) for e in read_ledger(home.ledger)}
    assert before.items() <= after.items()
    # It is of a family with another, and goes where that one is.
    assert after["PMC9000000014"] == (13, before["PMC9000000002"][1])
    (said,) = publish_to(home)
    assert said.startswith(f"published to {repo} as v2: 1 cases added, 0 removed")


def test_a_home_that_parts_from_the_repository_is_refused_by_the_id(
    hub: RunningHub, repo: str, publish_to: Publish, releases: RELEASES, tmp_path: Path
) -> None:
    first, second = releases
    publish_to(second)
    with pytest.raises(UsageError, match=r"is ahead of this dataset: PMC9000000014, number 13"):
        publish_to(first)
    build(tmp_path / "other", xml=folder_of(tmp_path / "xml", range(2, 14)))
    with pytest.raises(UsageError, match=r"PMC9000000001|PMC9000000002 is number 1 in train there"):
        publish_to(Home(tmp_path / "other"))
    with pytest.raises(UsageError, match="does not go on from"):
        start_from(Home(tmp_path / "other"), repo, print, QUICK)
    shutil.copytree(first.root, tmp_path / "behind")
    start_from(Home(tmp_path / "behind"), repo, print, QUICK)
    assert read_ledger(tmp_path / "behind" / "ledger.csv") == read_ledger(second.ledger)


def test_an_incomplete_build_is_published_only_if_that_is_meant(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home, tmp_path: Path
) -> None:
    shutil.copytree(sample_home.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    last = RunSummary.model_validate_json((home.runs / "1.json").read_bytes())
    pending = {"source": "x", "pmcid": None, "stage": "search", "reason": "unavailable"}
    told = json.loads(last.model_dump_json()) | {"pending": [{**pending, "detail": "x"}]}
    for state, says in (("incomplete", "left 1 pending"), ("running", "did not end")):
        (home.runs / "1.json").write_text(json.dumps(told | {"state": state}))
        with pytest.raises(CasebookError, match=says) as caught:
            publish_to(home)
        assert caught.value.exit_code == 3
    (home.runs / "1.json").write_text(json.dumps(told | {"state": "incomplete"}))
    publish_to(home, allow_incomplete=True)
    assert ours(hub, repo) == ["Release 1: 14 cases"]


def test_who_may_not_write_is_told_and_no_token_is(
    hub: RunningHub, repo: str, sample_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(repo, allow_rules=True)
    monkeypatch.setenv("HF_TOKEN", READ_TOKEN)
    with pytest.raises(UsageError, match=r"does not let this token create .*403"):
        publish(sample_home, asked, print, QUICK)
    monkeypatch.setenv("HF_TOKEN", "hf_nobodysTokenAtAll")
    with pytest.raises(UsageError, match="401") as caught:
        publish(sample_home, asked, print, QUICK)
    assert "nobodys" not in str(caught.value)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    for kind in ("hub.create", "hub.preupload", "hub.commit"):
        hub.admin.plan((kind, "echo"))
        with pytest.raises(CasebookError, match=r"Bad header: Bearer \[redacted\]") as caught:
            publish(sample_home, asked, print, QUICK)
        assert hub.token not in str(caught.value)
    for name in (f"{ORGANISATION}", "a/b/c", "a--b/c..", "../x"):
        with pytest.raises(UsageError, match="no name of a dataset"):
            publish(sample_home, Asked(name), print, QUICK)


def test_a_card_that_is_no_utf_8_is_not_rewritten(
    hub: RunningHub, repo: str, publish_to: Publish, sample_home: Home
) -> None:
    hub.admin.put(repo, {"README.md": "# Étude\n".encode("latin-1")})
    with pytest.raises(UsageError, match=r"README\.md of .* is not UTF-8 text"):
        publish_to(sample_home)
    hub.admin.put(repo, {"README.md": "\ufeff---\nlicense: mit\n---\n# Étude\n".encode()})
    publish_to(sample_home)
    card = read(hub, repo, "README.md")
    assert card.startswith("---\nlicense: cc")
    assert card.count("license:") == 1
    assert "# Étude" in card


def test_a_repository_that_lets_only_some_in_is_not_taken_for_a_new_one(
    hub: RunningHub, sample_home: Home, tmp_path: Path
) -> None:
    theirs = f"elsewhere/{tmp_path.name.strip('_')}"
    hub.admin.put(theirs, {"ledger.csv": (sample_home.dataset / "ledger.csv").read_bytes()})
    start_from(Home(tmp_path / "open"), theirs, print, QUICK)
    assert read_ledger(tmp_path / "open" / "ledger.csv")
    hub.admin.gate(theirs)
    with pytest.raises(UsageError, match="does not let this token read elsewhere/"):
        start_from(Home(tmp_path / "gated"), theirs, print, QUICK)
