"""The front page of each person."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.client import words_of
from tests.databases import Browsers, Queries


def test_signed_out_it_leads_to_the_door(browser: Browsers) -> None:
    response = browser().get("/")
    assert (response.status_code, response.location) == (303, "/kirjautuminen?next=/")


def test_it_greets_and_counts_what_waits(world: Any, browser: Browsers) -> None:
    page = browser(world.aino).page("/")
    rows = [words_of(each) for each in page.one("ol", class_="tasks").iter("h3")]
    assert page.h1 == f"Hei Aino, sinua odottaa {len(rows)} asiaa"
    assert words_of(page.all("span", class_="count")[0]) == f"{len(rows)} odottaa sinua"
    assert len(page.all("a", class_="btn")) == 1


def test_an_outsider_is_told_whom_to_ask(world: Any, browser: Browsers) -> None:
    page = browser(world.eero).page("/")
    assert page.h1 == "Hei Eero"
    assert "Et ole vielä mukana missään sopimuksessa." in page.text
    assert not page.all("ol", class_="tasks")


def test_it_costs_twelve_queries_at_most(
    world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    for person in (world.aino, world.riikka):
        client = browser(person)
        with queries() as spent:
            client.get("/")
        assert len(spent) <= 12, "\n".join(spent.statements)
