"""A list names articles in whatever way people write it, and says what it could not name."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.datasets.errors import UnreadableSource
from extractors.pmc.errors import Unavailable
from extractors.pmc.idconv import IdConverter
from extractors.pmc.ids import identify
from extractors.pmc.lists import Listed, Missed, read_ids
from schemas.reasons import REASONS
from tests.extractors.pmc.serving import QUICK, Asked, Said, answering, nobody, service
from tests.fakes.running import RunningHub, running_hub

REPO = "zou-lab/MedCaseReasoning"
IN_PMC = {"101": "PMC1", "102": "PMC2", "10.1000/a(b)": "PMC3", "10.1002/x<1::aid>3.0;2-0": "PMC4"}


@pytest.fixture(scope="module")
def converter() -> Iterator[IdConverter]:
    """A converter that knows four articles, as services in which numbers are numbers."""

    def says(asked: Asked) -> Said:
        ids = asked.params["ids"].split(",")
        records = [{"requested-id": one, "pmcid": IN_PMC.get(one)} for one in ids]
        return Said({"status": "ok", "records": records})

    with answering(says) as url:
        yield IdConverter(service(url))


@pytest.fixture
def unasked() -> IdConverter:
    """A converter that nobody should need."""
    return IdConverter(service(nobody()))


def write(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def parquet(**columns: list[object]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=100)
    return file.getvalue()


def test_a_list_mixes_what_it_likes(tmp_path: Path, converter: IdConverter) -> None:
    lines = (
        "\ufeff# wanted",
        "PMC11",
        "",
        "  pmc12.2  # the second version",
        "101",
        "PMID: 102",
        "https://doi.org/10.1000/A%28b%29",
        "doi:10.1000/a(B)",
        "10.1002/x<1::AID>3.0;2-0",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC13/",
        "https://pubmed.ncbi.nlm.nih.gov/101/",
        "PMC11",
        "PMC014",
        "no id, really",
        "999",
        "10.1000/a,b",
    )
    for end in ("\n", "\r\n", "\r"):
        listed = read_ids(write(tmp_path / "ids.txt", end.join(lines)), converter)
        assert listed.pmcids == ("PMC11", "PMC12", "PMC1", "PMC2", "PMC3", "PMC4", "PMC13")
        assert listed.repeated == 3
        assert listed.missed == (
            Missed("PMC014", "not_an_id", "ids.txt", 13),
            Missed("no id, really", "not_an_id", "ids.txt", 14),
            Missed("999", "not_in_pmc", "ids.txt", 15),
            Missed("10.1000/a,b", "comma_in_doi", "ids.txt", 16),
        )
        assert {one.reason for one in listed.missed} <= set(REASONS["fetch"])


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_table_names_its_column(tmp_path: Path, converter: IdConverter, mark: str) -> None:
    rows = (
        "# from a search",
        "PMID,Title,PMC ID,DOI",
        '101,"a, title;\twith ""all"" in it\nin two lines",PMC9,',
        "102,#2,nan,10.1000/zzz",
        ",x,77.0,",
        "",
        ",x,,",
        "PMC5,x,,",
    )
    quoted = "\n".join(
        row if place == 2 else row.replace(",", mark) for place, row in enumerate(rows)
    )
    quoted = quoted.replace('101,"', f'101{mark}"').replace(
        'lines",PMC9,', f'lines"{mark}PMC9{mark}'
    )
    listed = read_ids(write(tmp_path / "found.csv", quoted), converter)
    assert listed.pmcids == ("PMC9", "PMC2", "PMC77", "PMC5")
    assert listed.missed == (Missed("", "empty", "found.csv", 8),)


def test_a_wide_text_is_read_too(tmp_path: Path, unasked: IdConverter) -> None:
    path = write(tmp_path / "ids.txt", "PMC1\r\nPMC2\r\n".encode("utf-16"))
    assert read_ids(path, unasked) == Listed(("PMC1", "PMC2"))


def test_a_cell_of_any_length_is_passed_over(tmp_path: Path, unasked: IdConverter) -> None:
    path = write(tmp_path / "cases.csv", f'text,pmcid\n"{"x" * 300_000}",PMC1\n')
    assert read_ids(path, unasked) == Listed(("PMC1",))


def test_json_lines_are_read_by_their_field(tmp_path: Path, unasked: IdConverter) -> None:
    rows = [{"pmcid": "PMC1"}, {"pmcid": 2}, {"pmcid": None}, {"text": "none"}, {"pmcid": "PMC1"}]
    path = write(tmp_path / "cases.jsonl", "\n".join(map(json.dumps, rows)) + "\n\n")
    listed = read_ids(path, unasked)
    assert listed.pmcids == ("PMC1", "PMC2")
    assert [(one.reason, one.line) for one in listed.missed] == [("empty", 3), ("empty", 4)]
    assert listed.repeated == 1


@pytest.mark.parametrize(
    ("column", "pmcids"),
    [
        (["PMC1", None, "PMC2.3", "PMC1"], ("PMC1", "PMC2")),
        ([1, None, 2, 1], ("PMC1", "PMC2")),
        ([1.0, None, 2.0, 1.0], ("PMC1", "PMC2")),
        (pa.array(["PMC1", None, "PMC2", "PMC1"]).dictionary_encode(), ("PMC1", "PMC2")),
        (pa.array(["PMC1", None, "PMC2", "PMC1"], pa.large_string()), ("PMC1", "PMC2")),
    ],
)
def test_parquet_holds_them_as_it_likes(
    tmp_path: Path, unasked: IdConverter, column: list[object], pmcids: tuple[str, ...]
) -> None:
    path = write(tmp_path / "cases.parquet", parquet(text=["x"] * 4, PMCID=column))
    listed = read_ids(path, unasked)
    assert listed == Listed(pmcids, (Missed("", "empty", "cases.parquet", 2),), 1)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path, unasked: IdConverter) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "val.parquet", parquet(pmcid=["PMC3", "?"]))
    write(tmp_path / "data" / "train.parquet", parquet(pmcid=["PMC2", "PMC1"]))
    listed = read_ids(str(tmp_path), unasked)
    place = os.path.join("data", "val.parquet")
    assert listed == Listed(("PMC2", "PMC1", "PMC3"), (Missed("?", "not_an_id", place, 2),))


GARBAGE = {
    "empty.txt": ("", "is empty"),
    "comments.txt": ("# nothing\n\n", "is empty"),
    "header.csv": ("pmcid\n", "names no articles"),
    "prose.txt": ("Dear colleague\nplease\n", "names no articles .line 1 of prose.txt is “Dear"),
    "prose2.txt": ("Dear colleague, please\n", "has no column pmcid, pmid or doi"),
    "long.csv": ("a," + "b" * 200_000, "is no list: line 1 has 200002 characters"),
    "other.csv": ("title,journal\na,b\n", r"in its first line \(title, journal\)"),
    "bytes.txt": (b"PMC1\0\0\xff", "is not a text file"),
    "bad.csv": (b"\xff\xff\xfa", "names no articles"),
    "other.parquet": (parquet(title=["x"]), r"has no column pmcid in other.parquet \(it has title"),
    "no.parquet": ("PMC1", "cannot be read as Parquet"),
    "cut.parquet": (parquet(pmcid=["PMC1"] * 500)[:-9], "cannot be read as Parquet"),
    "empty.parquet": (parquet(pmcid=[]), "names no articles"),
    "bad.jsonl": ('{"pmcid": "PMC1"}\n[1]\n', "holds no JSON object in line 2"),
    "other.jsonl": ('{"id": "PMC1"}\n', "has no row with a pmcid"),
    "deep.jsonl": ("[" * 100_000, "holds no JSON object in line 1"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_said_in_a_sentence(tmp_path: Path, unasked: IdConverter, name: str) -> None:
    content, says = GARBAGE[name]
    path = write(tmp_path / name, content)
    with pytest.raises(UnreadableSource, match=says) as caught:
        read_ids(path, unasked)
    assert str(caught.value).startswith(path)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "source", ["", " ", "nowhere.txt", "a/b/c", "data/nowhere.csv", "../x", "a b/c", "x" * 5000]
)
def test_what_is_not_there_is_said(unasked: IdConverter, source: str) -> None:
    with pytest.raises(UnreadableSource):
        read_ids(source, unasked)


def test_a_folder_without_parquet_is_said(tmp_path: Path, unasked: IdConverter) -> None:
    write(tmp_path / "ids.txt", "PMC1")
    with pytest.raises(UnreadableSource, match="is a folder without Parquet files"):
        read_ids(str(tmp_path), unasked)


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    """A Hub that holds nothing yet."""
    with running_hub() as running:
        yield running


def test_a_dataset_on_the_hub_is_read_by_one_column(hub: RunningHub, unasked: IdConverter) -> None:
    text = [os.urandom(2_000).hex() for _ in range(500)]
    splits = {
        f"data/{split}.parquet": parquet(text=text, pmcid=[f"PMC{first + i}" for i in range(500)])
        for split, first in (("test", 1), ("train", 301))
    }
    sha = hub.admin.put(REPO, {"README.md": b"", **splits})
    for source in (REPO, f"{REPO}@main", f"{REPO}@{sha}"):
        listed = read_ids(source, unasked, hub_url=hub.endpoint, patience=QUICK)
        assert listed.pmcids == tuple(f"PMC{number}" for number in range(1, 801))
        assert listed.repeated == 200
    assert 0 < hub.admin.counts()["bytes.sent"] < sum(map(len, splits.values())) / 2


def test_the_hub_of_the_environment_is_asked(
    monkeypatch: pytest.MonkeyPatch, hub: RunningHub, unasked: IdConverter
) -> None:
    hub.admin.put("a/lines", {"all.jsonl": b'{"pmcid": "PMC1"}'})
    hub.admin.plan(("hub.info", "503", 2))
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    assert read_ids("a/lines", unasked, patience=QUICK) == Listed(("PMC1",))
    assert hub.admin.counts()["fault.503"] == 2


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("a/nothing", "is neither a file nor a dataset on the Hub that you may read"),
        ("a/card@nothing", "has no such revision on the Hub"),
        ("a--b/c..d", "is no name of a dataset on the Hub"),
        ("a/card", "holds no Parquet, JSON-lines or CSV files"),
    ],
)
def test_what_the_hub_does_not_have_is_said(
    hub: RunningHub, unasked: IdConverter, source: str, says: str
) -> None:
    hub.admin.put("a/card", {"README.md": b""})
    with pytest.raises(UnreadableSource, match=says):
        read_ids(source, unasked, hub_url=hub.endpoint, patience=QUICK)


def test_a_hub_that_does_not_answer_is_unavailable(hub: RunningHub, unasked: IdConverter) -> None:
    with pytest.raises(Unavailable, match=r"the Hub is unavailable: .*refused \(6 attempts"):
        read_ids("a/card", unasked, hub_url=nobody(), patience=QUICK)
    hub.admin.plan(("hub.info", "503", 1_000))
    with pytest.raises(Unavailable, match=r"status 503 \(6 attempts"):
        read_ids("a/card", unasked, hub_url=hub.endpoint, patience=QUICK)


def test_a_converter_that_does_not_answer_leaves_its_ids_alone(
    tmp_path: Path, unasked: IdConverter
) -> None:
    listed = read_ids(write(tmp_path / "ids.txt", "101\nPMC7\n"), unasked)
    assert listed.pmcids == ("PMC7",)
    assert [(m.text, m.reason) for m in listed.missed] == [("101", "unavailable")]
    assert listed.unavailable is not None


@given(st.text(max_size=60), st.sampled_from([None, "pmcid", "pmid", "doi"]))
def test_any_text_is_an_id_or_none(text: str, kind: str | None) -> None:
    found = identify(text, kind)  # type: ignore[arg-type]
    assert found is None or identify(found[1], found[0]) == found


@given(st.integers(1, 10**9 - 1))
def test_ids_are_known_in_every_writing(number: int) -> None:
    pmcid, pmid, doi = f"PMC{number}", str(number), f"10.1000/x.{number}"
    for form in (pmcid, pmcid.lower(), f"{pmcid}.3", f'"{pmcid}"', f"PMCID: {pmcid}"):
        assert identify(form) == ("pmcid", pmcid)
    assert identify(pmid) == identify(f"pmid:{pmid}") == ("pmid", pmid)
    assert identify(doi.upper()) == identify(f"https://dx.doi.org/{doi}") == ("doi", doi)


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    offline = IdConverter(service(nobody(), patience=QUICK))
    for name in ("any.txt", "any.csv", "any.jsonl", "any.parquet"):
        with suppress(UnreadableSource, Unavailable):
            read_ids(write(folder / name, body), offline)
