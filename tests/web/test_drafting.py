"""Who may draft, and hostile text wherever drafting shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import Page
from tests.databases import Browsers, Databases
from tests.payloads import XSS
from tests.web.drafting import Draft, text_of


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


PAGES = {
    "{here}": ("muokkaus", "taytettavat", "tiedot"),
    "{clause}": ("muokkaus", "siirto", "poisto"),
    "{section}": ("otsikko", "kohdat/uusi"),
}
DEEDS = {
    "{here}": ("luvut", "tiedot", "luonnokset"),
    "{clause}": (
        "muokkaus", "esikatselu", "luonnos", "luonnos/poisto", "jarjestys", "siirto", "poisto", "palautus",
        "taytettavat",
    ),
    "{section}": ("jarjestys", "otsikko", "poisto", "palautus", "kohdat", "kohdat/luonnos"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "status"), [("aino", 403), ("riikka", 403), ("outi", 403), ("eero", 404)])
def test_nobody_else_drafts(draft: Draft, name: str, status: int) -> None:
    client, before = draft.browser(name), draft.entries()
    where = {"here": draft.here, "clause": draft.url("3.4"), "section": f"/luvut/{draft.section(3)}"}
    token = client.token()
    found = {client.get(f"{where[of[1:-1]]}/{each}").status_code for of, pages in PAGES.items() for each in pages}
    for of, deeds in DEEDS.items():
        for each in deeds:
            data = {**token, "text": "Minun tekstini", "title": "Minun", "direction": "up"}
            response = client.post(f"{where[of[1:-1]]}/{each}", data=data)
            found.add(response.status_code)
            assert "Minun tekstini" in response.text  # what was typed can be copied
    assert found == {status}
    assert draft.entries() == before


def markup_of(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes, which no payload may change; of a word diff only that
    it holds nothing but marks."""
    inside = {id(each) for box in page.all("div", class_="diff") for each in box.iter()}
    for box in page.all("div", class_="diff"):
        assert {each.tag for each in box.iter()} <= {"div", "p", "ins", "del", "span"}
        assert {name for each in box.iter() for name in each.attrib} <= {"class", "aria-hidden"}
    elements = [each for each in page.root.iter() if isinstance(each.tag, str) and id(each) not in inside]
    return [(each.tag, tuple(sorted(each.attrib))) for each in elements]


def test_hostile_text_is_inert_wherever_drafting_shows_it(draft: Draft) -> None:
    client, edit, section = draft.browser(), f"{draft.url('3.4')}/muokkaus", f"/luvut/{draft.section(3)}/otsikko"
    form, token = client.page(edit).form("/muokkaus"), client.token()
    draft.rewrite("3.4", "Muuttui.", reason="Syy")

    def shown(typed: str) -> list[Any]:
        written = {**form, "title": typed[:290], "text": typed, "reason": typed}
        pages = [
            Page(client.post(edit, data=written, lint=False).text),
            Page(client.post(f"{draft.url('3.4')}/esikatselu", data=written, lint=False).text),
        ]
        assert [text_of(each).split() for each in pages] == [typed.split()] * 2
        pages.append(Page(client.post(section, data={**token, "title": typed[:290], "base": "x"}, lint=False).text))
        return [markup_of(each) for each in pages]

    plain = shown("Tavallinen teksti")
    for payload in XSS[::9]:
        assert shown(f"Tavallinen {' '.join(payload.split())}") == plain, payload


def test_hostile_names_are_inert_in_the_list_and_in_the_facts(draft: Draft) -> None:
    client = draft.browser()
    payload = '"><script>alert(1)</script>{{ 7*7 }}%(x)s'
    edit = f"{draft.url('3.4')}/muokkaus"
    client.send(edit, {"title": payload, "text": payload}, page=edit)
    client.send(f"/luvut/{draft.section(3)}/otsikko", {"title": payload}, page=f"/luvut/{draft.section(3)}/otsikko")
    client.send(f"{draft.here}/tiedot", {"title": payload, "signature_text": payload}, page=f"{draft.here}/tiedot")
    client.send(f"{draft.here}/luonnokset", {"name": payload[:40]}, page=f"{draft.here}/tiedot")
    client.send(f"{draft.url('3.5')}/poisto", {"reason": payload}, page=f"{draft.url('3.5')}/poisto")
    for page in ("muokkaus", "tiedot", "taytettavat"):
        shown = client.page(f"{draft.here}/{page}")
        assert len(shown.all("script")) == 2
    assert payload in client.page(f"{draft.here}/muokkaus").text
    assert client.page(f"{draft.here}/tiedot").form("/tiedot")["title"] == payload
    assert payload in client.page(f"{draft.url('3.4')}/siirto").text
