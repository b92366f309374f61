"""A walk through every page as everybody: each can be used by all, fits every screen and sends nothing elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, tostring

import pytest
from playwright.sync_api import Browser, Page, Route

from kumppanuus import agreements
from kumppanuus.web import CSP
from tests import html
from tests.databases import SQLITE
from tests.house.addresses import paths
from tests.house.roles import answered, things
from tests.journeys.conftest import Launch, Site, Visit
from tests.journeys.visitor import COLOURS, Visitor

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
    "statements.part_by_link",
}

# The pages of one answer: by the link that an organisation gets, and as it is read.
ANSWERS = (
    "statements.open_link",
    "statements.part_by_link",
    "statements.review_by_link",
    "statements.show_statement",
)

# What pages are put together from. A page whose parts were all looked at, in the pages of others, is not opened, unless
# people spend their days on it.
PARTS = {"article", "aside", "details", "fieldset", "footer", "form", "header", "nav", "section", "svg"}
PARTS |= {"li", "table", "tr"}
# What says nothing of how a page is built: names and addresses, in which pages differ that are the same otherwise.
NAMES = re.compile(r"id|href|for|name|value|action|datetime|hx-.*|.*by")
How = tuple[Any, ...]  # how an element is built, as `own` tells it, and what stands in it
# A word of so many characters may be wider than a narrow screen.
LONG = 24

# Parts that were looked at, in all that they stand in. What is wrong without what is in them may be so only because
# that is gone: then the whole page is looked at.
SEEN = "[data-part=seen]:not(:has([data-part=new], h1))"


@pytest.fixture(scope="module")
def chromium(launch: Launch) -> Iterator[Browser]:
    """A browser that draws in no thread beside the page: nothing is pressed here, which would wait for that thread, and
    it costs a quarter less."""
    with launch("--disable-threaded-compositing") as browser:
        yield browser


@pytest.fixture(scope="module")
def seen() -> set[How]:
    """How all is built that was looked at, the parts of pages and what holds them."""
    return set()


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
    """Endpoint → real address, of every page. Answers stand in a round of their own, the others in the demo world."""
    app, world = site.databases.app, site.world
    found = things(app, world.slug, by=world.mikko)
    with app.app_context():
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        told = answered(agreement, world.aino, world.mikko)
    of_answers = paths(app, {**found, **told}, "page")
    return {**paths(app, found, "page"), **{endpoint: of_answers[endpoint] for endpoint in ANSWERS}}


@pytest.mark.parametrize("who", [None, "mikko", "riikka", "aino", "eero"])
def test_every_page_can_be_used_by_everybody(
    who: str | None, site: Site, visit: Visit, addresses: dict[str, str], seen: set[How]
) -> None:
    visitor = visit()
    if who is not None:
        visitor.become(site.databases, getattr(site.world, who))
    visitor.page.goto("/")
    wrong: list[str] = []
    assert addresses.keys() >= MAIN
    for endpoint, path in addresses.items():
        if endpoint.startswith("gallery.") and who is not None:
            continue  # every part in every state takes long to look at, and is the same for everybody
        answer = visitor.context.request.get(path)
        if not answer.headers["content-type"].startswith("text/html"):
            continue  # a file: the browser keeps it and shows nothing
        assert answer.headers["content-security-policy"] == CSP  # so pages can be shown in one document
        page = html.parse(answer.text())
        wrong += [f"{path} as {who}: {each}" for each in headings(page)]
        how, (whole, found) = thin(page), parts(page)
        built = {whole, *(each for each, _part in found)} | ({how} if endpoint in MAIN else set())
        if not built <= seen:
            for each, part in found:
                part.set("data-part", "seen" if each in seen else "new")
            seen |= built
            wrong += faults(visitor, urlsplit(answer.url).path, page, is_main=endpoint in MAIN)
    assert not wrong, "\n".join(wrong)


def headings(page: Element) -> list[str]:
    """What is wrong with the headings of a page, whichever of its parts a person sees: there is one h1, and none below
    it leaves out a level."""
    levels = [int(each.tag[1]) for each in page.iter() if re.fullmatch("h[1-6]", each.tag)]
    wrong = [f"{levels.count(1)} h1"] if levels.count(1) != 1 else []
    return wrong + [f"an h{below} under an h{above}" for above, below in pairwise(levels) if below > above + 1]


def own(element: Element) -> How:
    """How an element is built, without what stands in it: everything that can be right or wrong about it, but of its
    words only those that may be too long. People see many pages that differ in words only, such as the one that says
    there is nothing here, and a browser has to open just one of them."""
    words = [word for piece in (element.text, *(child.tail for child in element)) for word in (piece or "").split()]
    said = tuple(sorted((name, value) for name, value in element.attrib.items() if not NAMES.fullmatch(name)))
    return element.tag, said, bool(words), tuple(word for word in words if len(word) >= LONG)


def thin(element: Element) -> How:
    """How an element is built with all that stands in it. Where more than three in a row are built alike, such as the
    lines of a list, all but the first two and the last are taken out of the page."""
    kept: list[How] = []
    for how, row in groupby([(child, thin(child)) for child in element], key=itemgetter(1)):
        alike = [child for child, _how in row]
        for child in alike[2:-1]:
            element.remove(child)
        kept += [how] * min(len(alike), 3)
    return *own(element), *kept


def parts(element: Element, around: How = ()) -> tuple[How, list[tuple[How, Element]]]:
    """How an element is built without the parts in it; and each of those, with how it is and what it stands in."""
    around = (*around, (element.tag, element.get("class")))
    kept: list[How] = []
    found: list[tuple[How, Element]] = []
    for child in element:
        how, inside = parts(child, around)
        found += inside
        if child.tag in PARTS:
            found.append(((around, how), child))
        else:
            kept.append(how)
    return (*own(element), *kept), found


def faults(visitor: Visitor, path: str, built: Element, *, is_main: bool) -> list[str]:
    """What is wrong with a page, with those of its elements that are left."""
    source = "<!doctype html>" + tostring(built, encoding="unicode", method="html")
    if not is_main and not at_a_glance(visitor, path, source, without=SEEN):
        return []
    found = at_a_glance(visitor, path, source)
    for width, scheme in ((WIDE, "dark"), (NARROW, "light")) if is_main else ():
        # Both widths were looked at, so colours are all that can still be wrong.
        look(visitor.page, width, scheme)
        found += [f"{scheme}: {each}" for each in visitor.violations(rules=COLOURS)]
    return found


def at_a_glance(visitor: Visitor, path: str, source: str, *, without: str = "") -> list[str]:
    """What is wrong with a page in both widths, one light and one dark. `without`: what is emptied of all but landmarks
    and what names them, when the width of the page is told."""
    page, found = visitor.page, []
    look(page, NARROWEST, "light")
    visitor.show(path, source)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > NARROWEST:
        found.append(f"{path}: {wide} pixels wide in a window of {NARROWEST}")
    if without:
        page.evaluate(
            "parts => document.querySelectorAll(parts).forEach(part => part.replaceChildren("
            "...part.querySelectorAll('nav, aside, section, h2[id], h3[id]')))",
            without,
        )
    look(page, WIDE, "light")
    found += [f"light: {each}" for each in visitor.violations()]
    look(page, NARROW, "dark")
    return found + [f"dark: {each}" for each in visitor.violations_if_resized()]


def look(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


def test_what_a_browser_complains_of_is_heard(site: Site, visit: Visit) -> None:
    """The walk would prove nothing if nobody listened."""
    visitor = visit()

    def answer(route: Route) -> None:
        pale = "<p><font color='#ccc'>haalea</font><p>tumma"
        pale += "<p>Tämä <a href='/'>linkki</a> ei erotu.<p>" + "<button>i</button>" * 3 + "<p>"
        body = f"<!doctype html><p style='color: red'>x<img src='http://127.0.0.1:9/x'>{pale}<script>x()</script>"
        route.fulfill(body=body, headers={"Content-Type": "text/html", "Content-Security-Policy": CSP})

    visitor.page.route("**/vika", answer)
    visitor.page.goto("/vika")
    heard, visitor.complaints = visitor.complaints, []
    assert sum("Content Security Policy" in each for each in heard) == 3, heard
    visitor.page.evaluate("document.querySelector('a').style.cssText = 'color: #333; text-decoration: none'")
    wanted = {"color-contrast", "image-alt", "link-in-text-block", "region", "target-size"}
    for found in (visitor.violations(), visitor.violations_if_resized()):
        assert {rule for rule in wanted if any(f" {rule}: " in each for each in found)} == wanted, found
        wanted -= {"image-alt", "region"}  # which do not depend on the width
