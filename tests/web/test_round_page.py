"""The page of a round, and the news a coordinator writes on it."""

from __future__ import annotations

from typing import Any

from tests.client import Page, words_of
from tests.databases import Browsers


def address(world: Any, number: int = 1, rest: str = "") -> str:
    return f"/sopimukset/{world.slug}/kierrokset/{number}{rest}"


def test_a_coordinator_writes_the_news_and_takes_them_away(world: Any, browser: Browsers) -> None:
    client, other = browser(world.mikko), browser(world.tuula)
    page = client.page(address(world))
    form = page.form(address(world, rest="/uutinen"))
    client.post(address(world, rest="/uutinen"), data={**form, "headline": "Tilat huolettavat", "lead": "Yli muun."})
    page = client.page(address(world))
    assert (page.h1, words_of(page.one("p", class_="lead"))) == ("Tilat huolettavat", "Yli muun.")
    late = {**form, **other.token(), "form_key": "toinen", "headline": "Avustukset", "lead": "Oma."}
    refused = other.post(address(world, rest="/uutinen"), data=late)
    assert refused.status_code == 409
    assert "Nyt tallennettu: Tilat huolettavat Yli muun." in Page(refused.text).text
    assert "Avustukset" in refused.text
    again = client.page(address(world)).form(address(world, rest="/uutinen"))
    client.post(address(world, rest="/uutinen"), data={**again, "headline": "", "lead": ""})
    assert client.page(address(world)).h1 == "Mitä mieltä olet sopimuksen luonnoksesta?"


def test_a_round_that_is_not_there_has_no_page(world: Any, browser: Browsers) -> None:
    assert browser(world.mikko).get(address(world, 99)).status_code == 404
