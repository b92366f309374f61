"""The tables of the README are made from the code, and equal to it."""

from __future__ import annotations

import ast
import re
import tomllib

from kumppanuus.cli import settings_table
from kumppanuus.config import ROOT
from kumppanuus.policy import LAW


def _table(name: str) -> str:
    text = (ROOT / "README.md").read_text()
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"README.md has no place for {name}"
    return found[1].strip()


def law() -> str:
    """Permission and rule, as the law names them."""
    rows = [f"| `{permission}` | {rule.words} |" for permission, rule in LAW.items()]
    return "\n".join(["| Permission | Who |", "|---|---|", *rows])


def modules() -> str:
    """Every module of the domain with the first sentence it says of itself, lowest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    rows = []
    for layer in reversed(layers):
        for name in re.split(r"[|:]", layer):
            name = name.strip().strip("()").removeprefix("kumppanuus.")
            path = ROOT / "kumppanuus" / f"{name}.py"
            path = path if path.exists() else ROOT / "kumppanuus" / name / "__init__.py"
            if path.exists():
                said = ast.get_docstring(ast.parse(path.read_text())) or ""
                rows.append(f"| `{name}` | {' '.join(said.partition(chr(10) * 2)[0].split())} |")
    return "\n".join(["| Module | What it holds |", "|---|---|", *rows])


def test_the_law_table_is_the_law() -> None:
    assert _table("law") == law()


def test_the_module_table_is_what_the_modules_say() -> None:
    assert _table("modules") == modules()


def test_the_settings_table_is_what_the_command_prints() -> None:
    assert _table("settings") == settings_table()


def test_the_readme_names_the_commands_and_shows_a_picture() -> None:
    text = (ROOT / "README.md").read_text()
    assert "make run" in text
    assert "make test" in text
    picture = re.search(r"!\[.+\]\((.+\.png)\)", text)
    assert picture
    assert (ROOT / picture[1]).stat().st_size > 10_000
