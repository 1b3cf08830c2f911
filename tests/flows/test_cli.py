"""The command line as a person types it."""

from __future__ import annotations

import inspect
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from prefect import Flow

from flows.audit_dataset import audit_dataset
from flows.build_dataset import build_dataset
from flows.cli import casebook
from flows.commands.build import asked_then
from flows.publish_dataset import publish_dataset
from flows.regenerate_splits import regenerate_splits
from flows.warehouse.home import Home
from flows.warehouse.runs import read_runs
from tests.flows.building import build, folder_of
from tests.flows.typed import Typed

ROOT = Path(__file__).parents[2]


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd or Path.cwd())


def test_every_command_is_in_the_readme_and_has_help() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in casebook.commands.items():
        assert f"casebook {name}" in readme
        assert command.help
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.name}"
                assert f"`{option.opts[-1]}" in readme, f"{name} {option.opts[-1]}"


@pytest.mark.parametrize(
    ("name", "flow", "arguments"),
    [
        ("build", build_dataset, {}),
        ("publish", publish_dataset, {"repository": "a/b"}),
        ("audit", audit_dataset, {"dataset": "PATH"}),
        ("splits", regenerate_splits, {}),
    ],
)
def test_the_flows_parameters_are_the_commands_options(
    name: str, flow: Flow[..., Any], arguments: dict[str, str]
) -> None:
    options = casebook.commands[name].make_context(name, [*arguments.values()]).params
    if name == "splits":
        options.pop("as_json")
    parameters = inspect.signature(flow.fn).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    assert defaults | arguments == options


def test_every_option_that_the_readme_gives_a_command_is_one_of_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    given = re.findall(r"casebook ([a-z]+)((?: (?!\|)[^\s`#]+)*)", readme)
    options = {(name, word) for name, rest in given for word in rest.split() if word[:2] == "--"}
    assert len(options) > 10
    for name, word in options:
        known = [name for option in casebook.commands[name].params for name in option.opts]
        assert word in known, f"casebook {name} {word}"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom flows.cli import casebook\n"
        "try: casebook(['build', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'prefect', 'duckdb', 'pyarrow', 'pydantic', 'rich'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.endswith("[]\n")


def test_status_reads_well_and_as_json(typed: Typed, sample_home: Home) -> None:
    text = typed("status", "--home", sample_home.root).out
    assert "30 articles = " in text
    assert "retracted 1" in text
    report = json.loads(typed("status", "--home", sample_home.root, "--json").out)
    assert report["articles"]["arrived"] == 30
    assert report["state"] == "complete"


def test_rejects_are_filtered_by_stage_and_reason(typed: Typed, sample_home: Home) -> None:
    lines = typed("rejects", "--home", sample_home.root, "--stage", "read", "--json").out
    rows = [json.loads(line) for line in lines.splitlines()]
    assert rows
    assert {row["stage"] for row in rows} == {"read"}
    ran = typed("rejects", "--home", sample_home.root, "--reason", "retracted")
    assert ran.out.startswith("PMC9000000015  fetch/retracted: ")
    ran = typed("rejects", "--home", sample_home.root, "--reason", "too_long")
    assert ran.err == "no such rejects\n"


def test_read_prints_articles_as_json_lines(typed: Typed, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1, 29))
    ran = typed("read", folder)
    assert json.loads(ran.out)["pmcid"] == "PMC9000000001"
    assert "PMC9000000029" in ran.err
    assert ran.code == 1


def test_output_that_nobody_reads_to_its_end_is_no_failure(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", range(1, 12))
    command = f"{sys.executable} -m flows.cli read {folder} --text"
    script = f"{command} | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("0\n", "")


def test_output_is_utf8_whatever_the_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "xml", (1,))
    expected = run("read", folder).stdout
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert not expected.isascii()
    assert run("read", folder).stdout == expected


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["build"], "set CASEBOOK_EMAIL to your e-mail address"),
        (["build", "--sample", "--since", "2026-01-01"], "are two sources"),
        (["build", "--until", "2026-01-01"], "--until needs --since"),
        (["build", "--since", "2026-02-30"], "does not match the format"),
        (["build", "--pmcids", "nowhere.txt"], "nowhere.txt"),
        (["build", "--xml", "nowhere"], "nowhere: there is no such folder"),
        (["build", "--sample", "--workers", "0"], "workers cannot be 0"),
        (["build", "--sample", "--cluster", "here"], "cluster cannot be 'here'"),
        (["build", "--sample", "--config", "none.toml"], "none.toml: there is no such file"),
        (["status"], "nothing was built"),
        (["build", "--sample", "--xml", "."], "--sample and --xml are two sources"),
        (["rejects", "--stage", "chek"], "there is no stage 'chek'"),
        (["rejects", "--reason", "foo"], "there is no reason 'foo'"),
        (["status", "--home", "nowhere"], "nowhere yet: run"),
        (["retry", "--home", "nowhere"], "nowhere yet: run"),
        (["read", "nowhere.xml"], "nowhere.xml"),
        (["audit", "nowhere"], "nowhere is not there: no such file or folder"),
        (["audit", "nowhere", "--fail-on", "leak"], "there is no check 'leak'"),
        (["build", "--wrong"], "--wrong"),
        (["build", "--sample", "--test-needs", "clarity>3"], "there is no column clarity"),
        (["build", "--sample", "--sizes", "train"], "sizes must read like"),
        (["splits"], "name a dataset with --from"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    typed: Typed, arguments: list[str], sentence: str, tmp_path: Path
) -> None:
    ran = typed(*arguments, cwd=tmp_path)
    assert ran.code == 2
    assert sentence in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err


def test_a_setting_that_does_not_exist_is_named(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "casebook.toml").write_text("shardsize = 3\n")
    ran = typed("build", "--sample", cwd=tmp_path)
    assert ran.code == 2
    assert "there is no setting 'shardsize'" in ran.err


def test_a_file_of_settings_that_cannot_be_read_is_named(typed: Typed, tmp_path: Path) -> None:
    config = tmp_path / "casebook.toml"
    config.write_bytes(b"limit = 3 # caf\xe9\n")
    assert "casebook.toml: 'utf-8' codec" in typed("plan", "--sample", cwd=tmp_path).err
    config.unlink()
    config.mkdir()
    ran = typed("plan", "--sample", cwd=tmp_path)
    assert (ran.code, "casebook.toml: it is no file" in ran.err) == (2, True)
    config.rmdir()
    config.symlink_to("nowhere.toml")
    assert "casebook.toml: it is no file" in typed("plan", "--sample", cwd=tmp_path).err


def test_serving_at_a_port_of_somebody_else_says_so_at_once(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "prefect.yaml").touch()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = typed("serve", "--port", port, cwd=tmp_path)
    assert (ran.code, f"port {port} is in use" in ran.err) == (1, True)


def test_settings_come_from_file_environment_and_command_line_in_that_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.commands.settings import load_settings
    from schemas.selector import Selector

    (tmp_path / "casebook.toml").write_text("min_words = 11\nmax_words = 12\nshard_size = 13\n")
    monkeypatch.setenv("CASEBOOK_MAX_WORDS", "22")
    monkeypatch.setenv("CASEBOOK_SHARD_SIZE", "23")
    settings = load_settings(Selector(sample=True), shard_size=33)
    assert (settings.min_words, settings.max_words, settings.shard_size) == (11, 22, 33)
    assert settings.max_article_mb == 50


def test_a_benchmark_that_is_not_there_is_told_before_anything_starts(
    typed: Typed, tmp_path: Path
) -> None:
    said = typed("build", "--sample", "--against", "nope.csv", cwd=tmp_path)
    assert said.code == 2
    assert "nope.csv cannot be compared against: No such file" in said.err
    assert said.err.count("\n") == 1


def test_a_build_with_nothing_new_starts_no_server_and_says_so(sample_home: Home) -> None:
    ran = run("build", "--sample", "--home", sample_home.root, "--workers", 1)
    assert ran.returncode == 0
    assert ran.stderr.startswith("nothing changed: ")
    assert not sample_home.prefect.exists()


def test_a_busy_home_is_said_before_a_server_is_started(typed: Typed, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.locked():
        ran = typed("build", "--sample", "--home", home.root)
    assert ran.code == 1
    assert "is in use by process" in ran.err
    assert not home.prefect.exists()


def test_what_the_environment_says_now_counts_for_more_than_what_was_asked_then(
    sample_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = read_runs(sample_home.runs)[-1]
    assert asked_then(last).items() >= {"sample": True, "budget": None, "workers": 1}.items()
    monkeypatch.setenv("CASEBOOK_BUDGET", "0.6")
    monkeypatch.setenv("CASEBOOK_SAMPLE", "no setting")
    assert "budget" not in asked_then(last)
    assert asked_then(last)["sample"]


def test_retry_with_nothing_pending_says_so(typed: Typed, sample_home: Home) -> None:
    ran = typed("retry", "--home", sample_home.root)
    assert ran.code == 0
    assert "nothing is pending" in ran.err


def test_what_is_pending_is_exit_code_3(typed: Typed, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "xml", (1,))
    for number in range(2, 7):
        (folder / f"PMC900000000{number}.xml").symlink_to(tmp_path / "none")
    build(tmp_path / "home", xml=folder)
    ran = typed("build", "--xml", folder, "--home", tmp_path / "home")
    assert ran.code == 3
    ran = typed("status", "--home", tmp_path / "home")
    assert ran.out.count("pending: ") == 1, "one cause is told once"
    assert "and 2 more: unreadable_file" in ran.out


@pytest.mark.parametrize("option", ["--pmcids", "--xml"])
def test_a_source_without_a_name_is_wrong_usage(typed: Typed, tmp_path: Path, option: str) -> None:
    ran = typed("build", option, "", "--home", tmp_path / "home")
    assert ran.code == 2
    assert "names no" in ran.err
