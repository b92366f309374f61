"""The set-up keeps its promises: locks that agree with what is asked for and name no place to fetch it from."""

import json
import re
import tomllib
from pathlib import Path

from tools import dev

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())
LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json")


def pins(lock: str) -> dict[str, str]:
    """Name and version of every package in a lock of Python packages."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", Path(lock).read_text(), re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements}


def test_every_library_asked_for_is_locked() -> None:
    runtime = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["postgres"]
    assert names(runtime) - pins("requirements.txt").keys() == set()
    assert names(PROJECT["dependency-groups"]["dev"]) - pins("requirements-dev.txt").keys() == set()


def test_people_who_develop_run_the_same_versions_as_those_who_only_run() -> None:
    runtime, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: development.get(name) for name in runtime} == runtime


def test_no_lock_says_where_to_fetch_from() -> None:
    places = [
        line for lock in LOCKS for line in Path(lock).read_text().splitlines() if "://" in line or "file:" in line
    ]
    # A page where one may thank the maker of the fonts is no source.
    assert [place for place in places if "funding" not in place and "github.com/sponsors" not in place] == []


def test_the_version_in_the_path_of_a_browser_file_is_the_locked_one() -> None:
    packages = json.loads(Path("package-lock.json").read_text())["packages"]
    in_paths = {target.split("/")[0] for target in dev.BROWSER_FILES.values() if "@" in target}
    assert in_paths == {f"htmx.org@{packages['node_modules/htmx.org']['version']}"}


def test_each_command_has_its_alias() -> None:
    aliases = re.search(r"^\.PHONY: (.+)$", Path("Makefile").read_text(), re.MULTILINE)
    assert aliases
    assert set(aliases[1].split()) == set(dev.COMMANDS)
