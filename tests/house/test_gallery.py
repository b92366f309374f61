"""The gallery shows every part there is, without reading anything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, nodes

from kumppanuus import create_app
from kumppanuus.config import Settings
from kumppanuus.web import gallery
from kumppanuus.web.gallery import shelf
from tests.client import Page, client_of, words_of
from tests.databases import Databases, Queries

TEMPLATES = Path(__file__).parents[2] / "templates"
PARTS = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("parts.html"))

Macro = tuple[str, str]

env = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"])


def calls(template: str) -> dict[str, set[Macro]]:
    """Macro of a template → the macros it calls; "" stands for the template itself."""
    tree = env.parse((TEMPLATES / template).read_text(encoding="utf-8"))
    imports = {each.target: each.template.value for each in tree.find_all(nodes.Import)}  # type: ignore[attr-defined]  # nodes are made at run time
    names = {name: (each.template.value, name) for each in tree.find_all(nodes.FromImport) for name in each.names}  # type: ignore[attr-defined]  # nodes are made at run time
    own = [macro.name for macro in tree.find_all(nodes.Macro)]
    names |= {name: (template, name) for name in own}

    def called(inside: nodes.Node) -> set[Macro]:
        found = set()
        for call in inside.find_all(nodes.Call):
            match call.node:
                case nodes.Getattr(node=nodes.Name(name=module), attr=name) if module in imports:
                    found.add((imports[module], name))
                case nodes.Name(name=name) if name in names:
                    found.add(names[name])
        return found

    return {"": called(tree), **{macro.name: called(macro) for macro in tree.find_all(nodes.Macro)}}


def test_every_macro_is_shown(databases: Databases) -> None:
    known = {(template, macro): rest for template in PARTS for macro, rest in calls(template).items() if macro}
    shelf.drawn.clear()
    with databases.app.test_request_context("/galleria"):
        gallery.sections()
    shown = shelf.drawn | {
        each for page in ("base.html", "gallery/page.html") for each in calls(page)[""] if each in known
    }
    waiting = list(shown)
    while waiting:
        new = known.get(waiting.pop(), set()) - shown
        shown |= new
        waiting += new
    assert shown <= known.keys()
    assert {f"{template}: {macro}" for template, macro in known.keys() - shown} == set()


def test_the_page_holds_to_the_rules_and_reads_nothing(
    databases: Databases, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with queries() as spent:
        page: Page = client_of(databases.app).page("/galleria")
    assert spent.statements == []
    assert page.h1 == "Osat"
    names = [words_of(each) for each in page.all("h3")]
    assert len(names) > 100


def test_every_specimen_has_a_name_of_its_own_in_its_section(databases: Databases) -> None:
    with databases.app.test_request_context("/galleria"):
        for section in gallery.sections():
            names = [each.name for each in section.specimens]
            assert len(set(names)) == len(names), section.name
            assert all(each.html.strip() for each in section.specimens), section.name


def test_nothing_in_it_is_sent_by_itself(databases: Databases) -> None:
    page = client_of(databases.app).page("/galleria")
    main = page.one("main")
    assert [name for each in main.iter() for name in each.attrib if name.startswith("hx-")] == []


def test_it_is_there_in_debug_and_in_tests_only(tmp_path: Path) -> None:
    def has_gallery(**settings: bool) -> bool:
        app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'a.db'}", instance=str(tmp_path), **settings))
        return "gallery.show" in app.view_functions

    assert (has_gallery(), has_gallery(demo=True), has_gallery(debug=True)) == (False, False, True)
