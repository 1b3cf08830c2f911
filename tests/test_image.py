"""What the image is made of: the same versions as everywhere, and nothing that is a secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)


def versions(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in PINNED.findall((ROOT / name).read_text()):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


def test_the_image_has_the_working_sets_versions_of_all_that_it_needs() -> None:
    image, everywhere = versions("requirements-run.txt"), versions("requirements.txt")
    assert {name: found - everywhere[name] for name, found in image.items()} == {
        name: set() for name in image
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dask"]
    assert {canonicalize_name(Requirement(line).name) for line in wanted} <= image.keys()


def test_what_the_dockerfile_copies_is_let_in_and_nothing_else_is() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = line.split()[1:]
            assert set(sources) <= let_in, line
            assert all((ROOT / source).exists() for source in sources), line


def test_compose_reads_secrets_from_files_that_git_does_not_know() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services["worker"]["env_file"] == "casebook.env"
    assert services["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${")
    assert {"/.env", "/casebook.env"} <= set((ROOT / ".gitignore").read_text().splitlines())
