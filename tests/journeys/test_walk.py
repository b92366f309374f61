"""A walk through every page as everybody: each can be used by all, fits every screen and sends nothing elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Error, Page, Route

from kumppanuus.web import CSP
from tests.databases import SQLITE
from tests.house.addresses import paths
from tests.house.roles import things
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

WIDE, NARROW, NARROWEST = 1280, 360, 320

# The pages people spend their days on: these are looked at in both widths, each light and dark.
MAIN = {
    "rounds.show",
    "front.home",
    "agreements.chapter",
    "clauses.show",
    "suggestions.show",
    "questions.index",
    "documents.index",
    "archives.ready",
    "intakes.new",
    "intakes.review",
    "takebacks.review",
    "gallery.show",
}

# How a page is built: its elements with everything that can be right or wrong about them, but neither words nor
# addresses. People see many pages that differ in those only, such as the one that says there is nothing here.
BUILT = """() => JSON.stringify([...document.querySelectorAll('*')].map(each => [
    each.tagName, each.parentElement && each.parentElement.childElementCount, each.textContent.trim() !== '',
    [...each.attributes].filter(one => !/^(id|href|for|name|value|action|datetime|hx-.*|.*by)$/.test(one.name))
        .map(one => one.name + '=' + one.value)
]))"""


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The pages that were looked at, by how they are built."""
    return set()


@pytest.mark.parametrize("who", [None, "mikko", "riikka", "aino", "eero"])
def test_every_page_can_be_used_by_everybody(who: str | None, site: Site, visit: Visit, seen: set[str]) -> None:
    visitor = visit()
    if who is not None:
        visitor.become(site.databases, getattr(site.world, who))
    wrong: list[str] = []
    assert addresses(site).keys() >= MAIN
    for endpoint, path in addresses(site).items():
        if endpoint.startswith("gallery.") and who is not None:
            continue  # every part in every state takes long to look at, and is the same for everybody
        wrong += faults(visitor, path, seen, is_main=endpoint in MAIN)
    assert not wrong, "\n".join(wrong)


def addresses(site: Site) -> dict[str, str]:
    """Endpoint → real address, of every page."""
    found = things(site.databases.app, site.world.slug, by=site.world.mikko)
    return paths(site.databases.app, found, "page")


def faults(visitor: Visitor, path: str, seen: set[str], *, is_main: bool) -> list[str]:
    """What is wrong with a page; axe leaves out one that is built like one it has looked at."""
    page, found = visitor.page, []
    look(page, NARROWEST, "light")
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return []  # a file: the browser keeps it and shows nothing
    assert answer is not None
    if not (answer.header_value("content-type") or "").startswith("text/html"):
        return []
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > NARROWEST:
        found.append(f"{path}: {wide} pixels wide in a window of {NARROWEST}")
    if page.locator("h1").count() != 1:
        found.append(f"{path}: {page.locator('h1').count()} h1")
    built = page.evaluate(BUILT)
    if built in seen:
        return found
    seen.add(built)
    looks = [(WIDE, "light"), (NARROW, "dark")] + [(WIDE, "dark"), (NARROW, "light")] * is_main
    for width, scheme in looks:
        look(page, width, scheme)
        found += [f"{scheme}: {each}" for each in visitor.violations()]
    return found


def look(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


def test_what_a_browser_complains_of_is_heard(site: Site, visit: Visit) -> None:
    """The walk would prove nothing if nobody listened."""
    visitor = visit()

    def answer(route: Route) -> None:
        html = "<!doctype html><p style='color: red'>x<img src='http://127.0.0.1:9/x'><script>x()</script>"
        route.fulfill(body=html, headers={"Content-Type": "text/html", "Content-Security-Policy": CSP})

    visitor.page.route("**/vika", answer)
    visitor.page.goto("/vika")
    heard, visitor.complaints = visitor.complaints, []
    assert sum("Content Security Policy" in each for each in heard) == 3, heard
    assert visitor.violations(), "axe finds an image without words and a page without landmarks"
