"""Templates read as files: pages and parts, no code inside the HTML, nothing left over."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))
PARTS = [name for name in NAMES if name.endswith("parts.html")]
HTML = [name for name in NAMES if name.endswith(".html")]

# What the frame gives to every template, macros included; the rest a macro takes as arguments.
GLOBALS = {"_", "gettext", "ngettext", "pgettext", "npgettext", "url_for", "static_url", "csrf_token"}

env = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True)
env.filters.update(
    dict.fromkeys(["day", "plain_day", "moment", "clock", "full_moment", "listed"], str)
)  # web/language.py

# A tag's attributes, with quoted values whole, so that text and values may hold any sign.
TAG = re.compile(r"""<([a-z][\w-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def tree(name: str) -> nodes.Template:
    return env.parse(source(name), name)


def tags(name: str) -> Iterator[tuple[str, str]]:
    """Tag names and attributes of a template as it is written, its own marks taken out."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source(name), flags=re.DOTALL)
    for tag in TAG.finditer(plain):
        yield tag[1].lower(), tag[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles_and_names_only_templates_that_exist(name: str) -> None:
    env.compile(source(name), name)
    assert set(meta.find_referenced_templates(tree(name))) <= set(NAMES)


@pytest.mark.parametrize("name", PARTS)
def test_parts_hold_only_macros_and_imports(name: str) -> None:
    allowed = (nodes.Macro, nodes.Import, nodes.FromImport)
    others = [node for node in tree(name).body if not isinstance(node, allowed)]
    blank = [
        node
        for node in others
        if isinstance(node, nodes.Output)
        and all(isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
    ]
    assert others == blank


@pytest.mark.parametrize("name", PARTS)
def test_a_macro_takes_everything_it_shows_as_an_argument(name: str) -> None:
    assert meta.find_undeclared_variables(tree(name)) <= GLOBALS | set(env.globals)


@pytest.mark.parametrize("name", HTML)
def test_nothing_is_included(name: str) -> None:
    assert not list(tree(name).find_all(nodes.Include))


@pytest.mark.parametrize("name", HTML)
def test_no_template_holds_code_or_style(name: str) -> None:
    found = []
    for tag, attributes in tags(name):
        if tag == "style" or (tag == "script" and not re.search(r"\ssrc=", attributes)):
            found.append(f"<{tag}>")
        # Handlers and styles break the security policy; htmx's own filters, hx-on and js: need eval.
        found += re.findall(r"\s(style|on\w+|(?:data-)?hx-on[^=\s]*)\s*=", attributes)
        found += re.findall(r"""["'](js:|javascript:)""", attributes)
        found += re.findall(r"""hx-trigger="[^"]*\[[^"]*\"""", attributes)
    assert found == []


def test_no_text_of_a_template_names_another_host() -> None:
    calls = re.compile(r"""(?:src|href|action|hx-\w+)=["'](?:https?:)?//[^"']*""")
    found = {name: calls.findall(source(name)) for name in HTML if not name.startswith("mail/")}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_no_macro_is_unused() -> None:
    macros = {(name, macro.name) for name in PARTS for macro in tree(name).find_all(nodes.Macro)}
    # The sentences of events are called by the kinds of events: test_events.py holds them to those.
    macros = {(name, macro) for name, macro in macros if not name.startswith("events/")}
    used: set[str] = set()
    for name in NAMES:
        for call in [*tree(name).find_all(nodes.Call), *tree(name).find_all(nodes.Filter)]:
            node = call.node
            if isinstance(node, nodes.Getattr):
                used.add(node.attr)
            elif isinstance(node, nodes.Name):
                used.add(node.name)
    web = ROOT / "kumppanuus" / "web"
    for path in web.rglob("*.py"):
        if web / "gallery" not in path.parents:  # what only the gallery shows is used by nobody
            used.update(re.findall(r"\.(\w+)\(", path.read_text(encoding="utf-8")))
    assert {f"{name}: {macro}" for name, macro in macros if macro not in used} == set()
