"""Everything that happened in an agreement, by kind and by person, and the digest that vouches for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, AgreementKind
from kumppanuus.db import db, writing
from kumppanuus.web import history
from tests.client import Page, words_of
from tests.databases import Browsers, Databases, Queries

MARKER = "Varjovuori"


@pytest.fixture
def address(world: Any) -> str:
    return f"/sopimukset/{world.slug}/tapahtumat"


def numbers(page: Page) -> list[int]:
    """Numbers of the entries that are shown, in their order."""
    return [int(each.get("id")[2:]) for each in page.all("li") if (each.get("id") or "").startswith("t-")]


def sentences(page: Page) -> list[str]:
    """What is told, without the time of day and the link that compares."""
    told = [
        words_of(each).partition(" Vertaa ")[0] for each in page.all("li") if (each.get("id") or "").startswith("t-")
    ]
    return [each.partition("klo ")[2].lstrip("0123456789.") for each in told]


def kept(databases: Databases, world: Any, **only: Any) -> list[ledger.Entry]:
    with databases.app.app_context():
        return list(ledger.entries(world.agreement, most=10_000, **only))


def test_the_newest_come_first_in_days_and_older_ones_by_pages(
    world: Any, databases: Databases, browser: Browsers, address: str
) -> None:
    client, seen, days = browser(world.aino), [], []
    there: str | None = address
    while there:
        page = client.page(there)
        assert len(numbers(page)) <= history.PAGE
        seen += numbers(page)
        days += [words_of(each) for group in page.all("section", class_="group") for each in group.iter("h2")]
        there = next((link for link in page.links() if "ennen=" in link and "kieli=" not in link), None)
    assert seen == [entry.number for entry in kept(databases, world)] == list(range(len(seen), 0, -1))
    assert days[0] == "Ti 17.3.2026"
    assert days[-1] == "Ke 24.12.2025"


@pytest.mark.parametrize("group", history.GROUPS)
def test_each_group_shows_its_kinds_and_no_others(
    group: str, world: Any, databases: Databases, browser: Browsers, address: str
) -> None:
    starts = history.GROUPS[group][1]
    expected = [entry.number for entry in kept(databases, world) if entry.kind.startswith(starts)]
    page = browser(world.aino).page(f"{address}?mita={group}")
    assert numbers(page) == expected[: history.PAGE]
    assert expected
    chosen = [each.get("value") for each in page.one("select", id="mita").iter("option") if each.get("selected") == ""]
    assert chosen == [group]


def test_every_kind_belongs_to_a_group() -> None:
    starts = tuple(start for _name, kinds in history.GROUPS.values() for start in kinds)
    assert {kind for kind in ledger.Event.kinds if not kind.startswith(starts)} == {
        kind for kind in ledger.Event.kinds if kind.startswith(("person.", "feedback."))
    }, "what belongs to no agreement stands in no history"


def test_a_person_and_a_kind_together(world: Any, databases: Databases, browser: Browsers, address: str) -> None:
    page = browser(world.aino).page(f"{address}?mita=hyvaksynnat&kuka={world.riikka}")
    expected = [
        entry.number
        for entry in kept(databases, world, actor=world.riikka)
        if entry.kind.startswith(("approval.", "clause.reopened"))
    ]
    assert numbers(page) == expected[: history.PAGE]
    assert all(each.startswith("Riikka Lehto ") for each in sentences(page))
    assert words_of(page.one("div", id="ilmoitukset")) == f"Näytetään {len(numbers(page))} tapahtumaa"


def test_everybody_who_has_done_something_can_be_chosen_in_finnish_order(
    world: Any, databases: Databases, browser: Browsers, address: str
) -> None:
    page = browser(world.aino).page(address)
    chosen = {each.get("value"): words_of(each) for each in page.one("select", id="kuka").iter("option")}
    actors = {str(entry.actor_id) for entry in kept(databases, world) if entry.actor_id}
    assert chosen.keys() == actors | {""}
    assert str(world.timo) in chosen  # has left
    assert list(chosen.values())[:4] == ["Kaikki", "Aino Heikkilä", "Amina Hassan", "Anneli Kettunen"]


def test_the_link_to_older_ones_keeps_the_filters(world: Any, browser: Browsers, address: str) -> None:
    page = browser(world.aino).page(f"{address}?mita=kommentit")
    last = numbers(page)[-1]
    assert f"{address}?mita=kommentit&kuka=&ennen={last}" in page.links()


@pytest.mark.parametrize(
    "query", ["mita=jotain", "kuka=Riikka", "ennen=eilen", "ennen=٣", "ennen=99999999999999999999"]
)
def test_a_filter_nobody_knows_is_left_out(
    query: str, world: Any, databases: Databases, browser: Browsers, address: str
) -> None:
    page = browser(world.aino).page(f"{address}?{query}")
    assert numbers(page)[0] == len(kept(databases, world))


def test_when_nothing_is_found_it_says_so(world: Any, browser: Browsers, address: str) -> None:
    page = browser(world.aino).page(f"{address}?ennen=1")
    assert "Tapahtumia ei löytynyt." in page.text
    assert numbers(page) == []


def test_what_happened_is_told_with_links(world: Any, browser: Browsers, address: str) -> None:
    client = browser(world.aino)
    page = client.page(f"{address}?mita=hyvaksynnat&kuka={world.aino}")
    assert "Aino Heikkilä hyväksyi kohdan 12.1 järjestöjen puolesta. Kohta on nyt sovittu." in sentences(page)
    inside = [each for each in page.all("li") if (each.get("id") or "").startswith("t-")]
    assert all(list(each.iter("a")) for each in inside)
    for there in sorted({each.get("href") for line in inside for each in line.iter("a")})[:5]:
        assert client.get(there).status_code == 200


def test_the_digest_on_the_page_vouches_for_all_of_it(
    world: Any, databases: Databases, browser: Browsers, address: str
) -> None:
    page = browser(world.aino).page(address)
    shown = words_of(page.one("code")).removeprefix("flask ledger verify --head ")
    slug, number, digest = shown.split(":")
    assert (slug, len(digest)) == (world.slug, 64)
    assert [words_of(each) for each in page.one("dl").iter("dd")] == [number, digest]
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        agreements.freeze(agreement, "0.9", by=world.mikko)
        db.session.commit()
    with databases.app.app_context(), writing():
        assert ledger.verify(known_heads={world.agreement: (int(number), digest)}) is None
        other = digest[:-1] + ("0" if digest[-1] != "0" else "1")
        flaw = ledger.verify(known_heads={world.agreement: (int(number), other)})
        assert flaw is not None
        assert flaw.number == int(number)


def test_the_command_on_the_page_works(world: Any, databases: Databases, browser: Browsers, address: str) -> None:
    command = words_of(browser(world.aino).page(address).one("code")).split()
    result = databases.app.test_cli_runner().invoke(args=command[1:])
    assert result.exit_code == 0, result.output


def test_nothing_of_another_agreement_is_told(
    world: Any, databases: Databases, browser: Browsers, address: str
) -> None:
    with databases.app.app_context(), writing():
        stranger = User(address="varjo@kumppanuus.example", name=f"{MARKER} Vieras")
        db.session.add(stranger)
        db.session.flush()
        other = agreements.start(
            title=f"{MARKER}n sopimus",
            kind=AgreementKind.PARTNERSHIP_AGREEMENT,
            authority_name=MARKER,
            body_name=MARKER,
            from_model=False,
            by=stranger.id,
        )
        section = agreements.add_section(other, title=MARKER, by=stranger.id)
        agreements.add_clause(section, title=MARKER, text=MARKER, by=stranger.id)
        agreements.freeze(other, MARKER, by=stranger.id)
        who = stranger.id
        db.session.commit()
    client = browser(world.aino)
    for query in ("", f"?kuka={who}", "?mita=teksti", "?ennen=10"):
        assert MARKER not in client.get(f"{address}{query}").text


def test_only_members_read_it(world: Any, browser: Browsers, address: str) -> None:
    readers = {who: browser(getattr(world, who)).get(address).status_code for who in ("aino", "outi", "eero", "pirjo")}
    assert readers == {"aino": 200, "outi": 200, "eero": 404, "pirjo": 404}
    assert browser().get(address).location == f"/kirjautuminen?next={address}"


def test_names_stay_words(world: Any, databases: Databases, browser: Browsers, address: str) -> None:
    hostile = "<img src=x onerror=alert(1)> & \"'"
    with databases.app.app_context(), writing():
        db.session.execute(sa.update(User).values(name=hostile))
        db.session.commit()
    page = browser(world.aino).page(address)
    assert not page.all("img")
    assert hostile in page.text


def test_it_costs_the_same_for_few_and_for_many(
    world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]], address: str
) -> None:
    client, costs = browser(world.aino), []
    for query in ("?ennen=3", "?ennen=40", ""):
        with queries() as spent:
            client.page(address + query)
        costs.append(len(spent))
    assert max(costs) <= 11, costs
    assert max(costs) - min(costs) <= 2, costs  # members who own no question, and suggestions that were talked of
