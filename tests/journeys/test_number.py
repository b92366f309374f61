"""The number after Etusivu comes to every page by itself, and never in the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

MENU, SMALL_MENU = ".mainnav .waits", ".menu .waits"


def test_the_number_of_the_front_page_comes_to_other_pages_into_both_menus(site: Site, visit: Visit) -> None:
    visitor = visit()
    visitor.become(site.databases, site.world.aino)
    visitor.page.goto("/")
    number = visitor.page.locator(MENU).inner_text()
    assert number.strip()[0].isdigit()
    for path in ("/ohjeet", f"/sopimukset/{site.world.slug}/kysymykset", f"/kohdat/{site.world.clauses['3.4']}"):
        visitor.page.goto(path)
        expect(visitor.page.locator(MENU)).to_have_text(number.strip(), use_inner_text=True)
        expect(visitor.page.locator(SMALL_MENU)).to_have_text(visitor.page.locator(MENU).text_content() or "-")
    visitor.hold()


@pytest.mark.parametrize("status", [404, 503])
def test_when_it_does_not_come_nobody_is_told(status: int, site: Site, visit: Visit) -> None:
    visitor = visit()
    visitor.become(site.databases, site.world.aino)
    answered = []

    def refuse(route: Route) -> None:
        answered.append(route.request.url)
        route.fulfill(status=status, content_type="text/html", body="<!doctype html><title>Vika</title><h1>Vika</h1>")

    visitor.page.route("**/odottaa", refuse)
    visitor.page.goto("/ohjeet", wait_until="networkidle")
    assert len(answered) == 1
    expect(visitor.heading()).to_have_text("Ohjeet")
    assert visitor.page.locator(".lost").count() == 0
    assert visitor.page.locator(MENU).inner_text() == ""
    visitor.complaints.clear()  # the browser tells of the answer made up here


def test_without_javascript_there_is_no_number_and_nothing_missing(site: Site, visit: Visit) -> None:
    visitor = visit(java_script=False)
    visitor.become(site.databases, site.world.aino)
    visitor.page.goto("/ohjeet")
    assert visitor.page.locator(".mainnav").inner_text().split("\n")[0] == "Etusivu"
