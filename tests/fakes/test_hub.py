"""The Hub behaves as the real one does to its own client; over real HTTP."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, HfFileSystem, errors
from huggingface_hub.utils import disable_progress_bars, http_backoff

from tests.fakes.hub.behaviour import ORGANISATION, READ_TOKEN, TOKEN
from tests.fakes.running import RunningHub, running_hub

CARD = b"---\nlicense: cc\nconfigs:\n- config_name: default\n  data_files: data/*\n---\n# Cases\n"
disable_progress_bars()


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningHub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def hub(shared: RunningHub) -> Iterator[RunningHub]:
    """A Hub as it is by default; what is set is set back."""
    before = shared.admin.settings()
    shared.admin.counts(reset=True)
    yield shared
    shared.admin.settings(**before)
    shared.admin.faults()
    shared.admin.plan()


@pytest.fixture
def api(hub: RunningHub) -> HfApi:
    return HfApi(endpoint=hub.endpoint, token=TOKEN)


@pytest.fixture
def repo(api: HfApi, tmp_path: Path) -> str:
    """A repository of its own for each test."""
    name = f"{ORGANISATION}/{tmp_path.name.strip('_')}"
    api.create_repo(name, repo_type="dataset")
    return name


def head_of(api: HfApi, repo: str, revision: str | None = None) -> str:
    head = api.dataset_info(repo, revision=revision).sha
    assert head
    return head


def commit(
    api: HfApi, repo: str, files: dict[str, bytes | None], parent: str | None = None, **more: bool
) -> str:
    operations = [
        CommitOperationAdd(path, content) if content is not None else CommitOperationDelete(path)
        for path, content in files.items()
    ]
    made = api.create_commit(
        repo,
        operations,
        commit_message="more cases",
        repo_type="dataset",
        parent_commit=parent,
        **more,
    )
    assert made.oid
    return made.oid


def test_a_commit_is_whole_and_read_back_byte_for_byte(
    hub: RunningHub, api: HfApi, repo: str, tmp_path: Path
) -> None:
    large = os.urandom(200_000)
    made = commit(api, repo, {"README.md": CARD, "data/a.parquet": large}, head_of(api, repo))
    info = api.dataset_info(repo, files_metadata=True)
    assert (info.sha, info.card_data and info.card_data.license) == (made, "cc")
    sizes = {each.rfilename: (each.size, bool(each.lfs)) for each in info.siblings or ()}
    assert sizes["data/a.parquet"] == (200_000, True)
    assert sizes["README.md"] == (len(CARD), False)
    read = api.hf_hub_download(repo, "data/a.parquet", repo_type="dataset", cache_dir=tmp_path)
    assert Path(read).read_bytes() == large
    files = HfFileSystem(endpoint=hub.endpoint, token=TOKEN, skip_instance_cache=True)
    with files.open(f"datasets/{repo}/data/a.parquet", cache_type="none") as opened:
        opened.seek(150_000)
        assert opened.read(10) == large[150_000:150_010]
    assert hub.admin.counts()["bytes.sent"] < 210_000


def test_a_stale_parent_is_refused_and_nothing_of_its_commit_is_there(
    hub: RunningHub, api: HfApi, repo: str
) -> None:
    stale = head_of(api, repo)
    newer = hub.admin.put(repo, {"NOTES.md": b"by hand"})
    with pytest.raises(errors.HfHubHTTPError) as caught:
        commit(api, repo, {"a.txt": b"a", "b.parquet": b"b"}, stale)
    assert caught.value.response.status_code == 412
    assert head_of(api, repo) == newer
    assert hub.admin.repo(repo)["files"].keys() == {".gitattributes", "NOTES.md"}


def test_a_commit_that_cannot_be_whole_is_not_there(api: HfApi, repo: str) -> None:
    before = head_of(api, repo)
    with pytest.raises(errors.EntryNotFoundError):
        commit(api, repo, {"a.txt": b"a", "nowhere.txt": None})
    assert head_of(api, repo) == before


def test_what_is_there_already_is_neither_sent_nor_committed_again(
    hub: RunningHub, api: HfApi, repo: str
) -> None:
    files: dict[str, bytes | None] = {"README.md": CARD, "a.parquet": b"cases"}
    made = commit(api, repo, files)
    hub.admin.counts(reset=True)
    assert commit(api, repo, files) == made
    counted = hub.admin.counts()
    assert (counted["storage.put"], counted["hub.commit"]) == (0, 0)
    hub.admin.settings(tells_oids=False)
    assert commit(api, repo, files) != made


def test_a_pull_request_lies_beside_main_until_somebody_merges_it(
    hub: RunningHub, api: HfApi, repo: str
) -> None:
    before = head_of(api, repo)
    made = commit(api, repo, {"a.txt": b"a"}, before, create_pr=True)
    assert head_of(api, repo) == before
    assert head_of(api, repo, "refs/pr/1") == made
    (pull,) = api.get_repo_discussions(repo, repo_type="dataset", discussion_status="open")
    assert (pull.num, pull.is_pull_request) == (1, True)
    hub.admin.put(repo, {"NOTES.md": b"by hand"})
    merged = hub.admin.merge(repo, 1)
    assert head_of(api, repo) == merged
    assert hub.admin.repo(repo)["files"].keys() == {".gitattributes", "NOTES.md", "a.txt"}
    refs = api.list_repo_refs(repo, repo_type="dataset", include_pull_requests=True)
    assert [ref.target_commit for ref in refs.pull_requests or ()] == [made]


def test_a_tag_stays_where_it_was_put(api: HfApi, repo: str) -> None:
    made = commit(api, repo, {"a.txt": b"a"})
    api.create_tag(repo, tag="v1", revision=made, repo_type="dataset")
    commit(api, repo, {"a.txt": b"b"})
    api.create_tag(repo, tag="v1", repo_type="dataset", exist_ok=True)
    with pytest.raises(errors.HfHubHTTPError, match="409"):
        api.create_tag(repo, tag="v1", repo_type="dataset")
    assert head_of(api, repo, "v1") == made


def test_a_tree_comes_in_pages(hub: RunningHub, api: HfApi, repo: str) -> None:
    commit(api, repo, {f"data/{number}.txt": b"%d" % number for number in range(7)})
    hub.admin.settings(page=3)
    listed = [each.path for each in api.list_repo_tree(repo, recursive=True, repo_type="dataset")]
    assert len(listed) == len(set(listed)) == 9
    assert hub.admin.counts()["hub.tree"] == 3
    below = list(api.list_repo_tree(repo, "data", repo_type="dataset"))
    assert len(below) == 7


def test_what_is_not_there_is_said_as_clients_expect(
    api: HfApi, repo: str, hub: RunningHub
) -> None:
    with pytest.raises(errors.RepositoryNotFoundError):
        api.dataset_info(f"{ORGANISATION}/nothing")
    with pytest.raises(errors.RevisionNotFoundError):
        api.dataset_info(repo, revision="nothing")
    with pytest.raises(errors.EntryNotFoundError):
        api.hf_hub_download(repo, "nothing.txt", repo_type="dataset")
    hub.admin.hide(repo)
    with pytest.raises(errors.RepositoryNotFoundError):
        HfApi(endpoint=hub.endpoint, token=False).dataset_info(repo)
    assert api.dataset_info(repo).private


def test_only_a_member_with_a_token_that_may_write_writes(hub: RunningHub, repo: str) -> None:
    for token, status in (("hf_wrong", 401), (READ_TOKEN, 403), (False, 401)):
        with pytest.raises(errors.HfHubHTTPError) as caught:
            commit(HfApi(endpoint=hub.endpoint, token=token), repo, {"a.txt": b"a"})
        assert caught.value.response.status_code == status
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        HfApi(endpoint=hub.endpoint, token=TOKEN).create_repo("others/a", repo_type="dataset")


@pytest.mark.parametrize(
    "head", ["license: nonsense", "configs:\n- data_files: a", "license: [", "- a"]
)
def test_metadata_that_the_hub_does_not_take_are_refused_first(
    hub: RunningHub, api: HfApi, repo: str, head: str
) -> None:
    with pytest.raises(ValueError, match="Invalid metadata"):
        commit(api, repo, {"README.md": f"---\n{head}\n---\n".encode(), "a.parquet": b"a"})
    assert hub.admin.counts()["storage.put"] == 0


def test_an_answer_that_is_lost_hides_a_commit(hub: RunningHub, api: HfApi, repo: str) -> None:
    before = head_of(api, repo)
    hub.admin.plan(("hub.commit", "lost"))
    with pytest.raises(httpx2.TransportError):
        commit(api, repo, {"a.txt": b"a"}, before)
    assert head_of(api, repo) != before


def test_somebody_may_be_faster(hub: RunningHub, api: HfApi, repo: str) -> None:
    hub.admin.plan(("hub.commit", "intrude"))
    with pytest.raises(errors.HfHubHTTPError, match="412"):
        commit(api, repo, {"a.txt": b"a"}, head_of(api, repo))
    assert hub.admin.repo(repo)["commits"][-1]["title"] == "notes"


def test_an_upload_is_cut_in_its_middle_or_stalls(hub: RunningHub, api: HfApi, repo: str) -> None:
    content = os.urandom(3_000_000)
    link = _link(hub, api, repo, content)
    hub.admin.plan(("storage.put", "cut"), ("storage.put", "stall"))
    with pytest.raises(httpx2.TransportError):
        http_backoff("PUT", link, content=content, max_retries=0)
    with pytest.raises(httpx2.TimeoutException):
        http_backoff("PUT", link, content=content, max_retries=0, timeout=0.3)
    assert _link(hub, api, repo, content)
    assert http_backoff("PUT", link, content=content).status_code == 200
    assert http_backoff("PUT", link, content=content[:-1], max_retries=0).status_code == 400


def _link(hub: RunningHub, api: HfApi, repo: str, content: bytes) -> str:
    from huggingface_hub.lfs import UploadInfo, post_lfs_batch_info

    (action,), _, _ = post_lfs_batch_info(
        [UploadInfo.from_bytes(content)], TOKEN, "dataset", repo, endpoint=hub.endpoint
    )
    href: str = action["actions"]["upload"]["href"]
    return href


def test_faults_say_when_to_come_again_and_come_by_their_seed(
    hub: RunningHub, api: HfApi, repo: str
) -> None:
    hub.admin.settings(retry_after=0)
    hub.admin.plan(("hub.preupload", "429"))
    began = time.monotonic()
    commit(api, repo, {"a.parquet": b"a"})
    assert time.monotonic() - began >= 1
    assert hub.admin.counts()["fault.429"] == 1
    hub.admin.faults(0.5, kinds=("500", "html"), services=("hub",), seed=3)
    drawn = [[_works(api, repo) for _ in range(20)]]
    hub.admin.faults(0.5, kinds=("500", "html"), services=("hub",), seed=3)
    drawn.append([_works(api, repo) for _ in range(20)])
    assert drawn[0] == drawn[1]
    assert 3 < sum(drawn[0]) < 17


def _works(api: HfApi, repo: str) -> bool:
    try:
        return bool(api.dataset_info(repo).sha)
    except errors.HfHubHTTPError:
        return False
