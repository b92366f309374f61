"""Templates read as files: pages and parts, no code inside the HTML, nothing left over."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
    dict.fromkeys(["day", "dated", "plain_day", "moment", "clock", "full_moment", "listed"], str)
)  # web/language.py

# A tag's attributes, with quoted values whole, so that text and values may hold any sign.
TAG = re.compile(r"""<([a-z][\w-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> nodes.Template:
    return env.parse(source(name), name)


def tags(name: str) -> Iterator[tuple[str, str]]:
    """Tag names and attributes of a template as it is written, its own marks taken out."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source(name), flags=re.DOTALL)
    for tag in TAG.finditer(plain):
        yield tag[1].lower(), tag[2]


def test_every_template_compiles_and_names_only_templates_that_exist() -> None:
    for name in NAMES:
        env.compile(tree(name), name)
    named = {name: set(meta.find_referenced_templates(tree(name))) - set(NAMES) for name in NAMES}
    assert {name: unknown for name, unknown in named.items() if unknown} == {}


def test_parts_hold_only_macros_and_imports() -> None:
    allowed = (nodes.Macro, nodes.Import, nodes.FromImport)
    others = [(name, node) for name in PARTS for node in tree(name).body if not isinstance(node, allowed)]
    blank = [
        (name, node)
        for name, node in others
        if isinstance(node, nodes.Output)
        and all(isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
    ]
    assert others == blank


def test_a_macro_takes_everything_it_shows_as_an_argument() -> None:
    taken = {name: meta.find_undeclared_variables(tree(name)) - GLOBALS - set(env.globals) for name in PARTS}
    assert {name: unknown for name, unknown in taken.items() if unknown} == {}


def test_nothing_is_included() -> None:
    assert [name for name in HTML if list(tree(name).find_all(nodes.Include))] == []


def test_no_template_holds_code_or_style() -> None:
    found = []
    for name, (tag, attributes) in [(html, each) for html in HTML for each in tags(html)]:
        if tag == "style" or (tag == "script" and not re.search(r"\ssrc=", attributes)):
            found.append(f"{name}: <{tag}>")
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
