"""Placeholders filled, the facts of an agreement, and drafts that get a name."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

from kumppanuus import agreements
from tests.client import Page, words_of
from tests.databases import Browsers, Databases
from tests.web.drafting import HTMX, Draft, after, notices, refusal


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


# ---------------------------------------------------------------- placeholders


def test_every_placeholder_has_a_field_with_the_words_around_it_and_a_suggestion_as_a_hint(draft: Draft) -> None:
    draft.rewrite("3.3", "Elin kokoontuu vähintään [neljä] kertaa vuodessa. Kokousten paikka on [paikka].")
    left = draft.read(lambda agreement: agreements.blanks(agreements.outline(agreement)))
    page = draft.browser().page(f"{draft.here}/taytettavat")
    fields = [each for each in page.all("input") if (each.get("name") or "").startswith("value_")]
    assert [each.get("value") for each in fields] == [""] * len(left)
    own = page.one("section", id=f"taytto-{draft.id('3.3')}")
    assert [words_of(each) for each in own.iter("label")] == ["Määrä", "Paikka"]
    assert [words_of(each) for each in own.iter("span") if each.get("class") == "hint"] == [
        "Elin kokoontuu vähintään [neljä] kertaa vuodessa. Kokousten paikka on [paikka]. Mallin ehdotus: neljä.",
        "Elin kokoontuu vähintään [neljä] kertaa vuodessa. Kokousten paikka on [paikka].",
    ]
    assert words_of(page.one("h2", id="jaljella-h")) == f"Jäljellä {len(left)} paikkaa"


def test_placeholders_are_filled_clause_by_clause_and_some_may_wait(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/taytettavat"
    draft.rewrite("3.3", "Elin kokoontuu [neljä] kertaa. Paikka on [paikka].")
    action = f"{draft.url('3.3')}/taytettavat"
    response = client.send(action, {"value_0": "viisi"}, page=page)
    assert response.headers["Location"] == f"{page}#taytto-{draft.id('3.3')}"
    assert draft.wordings("3.3")[-1][2] == "Elin kokoontuu viisi kertaa. Paikka on [paikka]."
    assert notices(after(client, response)) == "Kohta 3.3 on tallennettu."
    form = client.page(page).form(action)
    assert [name for name in form if name.startswith("value_")] == ["value_0"]
    part = client.post(action, data={**form, "value_0": "Mikkeli"}, headers=HTMX)
    assert part.headers["X-Focus"] == f"#taytto-{draft.id('3.3')}-h"
    ids = [each.get("id") for each in Page(part.text).root if isinstance(each.tag, str)]
    assert ids == [f"taytto-{draft.id('3.3')}", "jaljella", "ilmoitukset"]
    assert "Kaikki tämän kohdan tiedot on täytetty." in part.text
    assert draft.wordings("3.3")[-1][2] == "Elin kokoontuu viisi kertaa. Paikka on Mikkeli."
    assert f"taytto-{draft.id('3.3')}" not in client.page(page).html


def test_filling_nothing_says_so_and_filling_too_much_tells_the_limit(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/taytettavat"
    draft.rewrite("3.3", "Paikka on [paikka] ja [aika].")
    action = f"{draft.url('3.3')}/taytettavat"
    assert "Kirjoita ainakin yksi tieto" in refusal(Page(client.send(action, page=page, status=422).text))
    shown = Page(client.send(action, {"value_0": "Mikkeli", "value_1": "x" * 2001}, page=page, status=422).text)
    assert "2001 merkkiä. Enintään 2000 mahtuu." in refusal(shown)
    assert shown.form(action)["value_0"] == "Mikkeli"


def test_values_for_a_text_that_changed_go_to_the_same_words_or_are_shown(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/taytettavat"
    draft.rewrite("3.3", "Paikka on [paikka] ja aika [aika].")
    action = f"{draft.url('3.3')}/taytettavat"
    form = client.page(page).form(action)
    draft.rewrite("3.3", "Jäseniä on [lukumäärä]. Aika on [aika].")
    for headers in ({}, HTMX):
        response = client.post(action, data={**form, "value_0": "Mikkeli", "value_1": "kevät"}, headers=headers)
        shown = Page(response.text)
        assert response.status_code == 409
        assert "Tuula Rantanen muutti kohtaa 3.3 samaan aikaan." in refusal(shown)
        again = shown.form(action)
        assert (again["value_0"], again["value_1"]) == ("", "kevät")
        assert "Näille kirjoittamillesi tiedoille ei ole enää paikkaa: Mikkeli" in shown.text
    client.send(action, again)
    assert draft.wordings("3.3")[-1][2] == "Jäseniä on [lukumäärä]. Aika on kevät."


@pytest.mark.parametrize(
    "changed", [{"base": ""}, {"base": "-1"}, {"value_9": "x"}, {"value_999": "x", "value_0": "y"}]
)
def test_a_broken_filling_never_wins_and_shows_what_was_typed(draft: Draft, changed: dict[str, str]) -> None:
    client, page = draft.browser(), f"{draft.here}/taytettavat"
    draft.rewrite("3.3", "Paikka on [paikka].")
    before = draft.wordings("3.3")
    action = f"{draft.url('3.3')}/taytettavat"
    form = {**client.page(page).form(action), "value_0": "Savonlinna", **changed}
    response = client.post(action, data=form)
    assert response.status_code in (409, 422)
    assert all(escape(value) in response.text for name, value in form.items() if name.startswith("value_"))
    assert draft.wordings("3.3") == before


# ---------------------------------------------------------------- facts and named drafts


def test_the_facts_are_saved_and_the_text_of_clauses_stays(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/tiedot"
    texts = draft.read(lambda agreement: [each.version.text for each in agreements.outline(agreement).clauses()])
    fields = {"title": "Uusi nimi", "authority_name": "Alue", "body_name": "Pöytä", "case_number": ""}
    fields["signature_text"] = "Paikka:\r\n\r\nAika:"
    shown = after(client, client.send(page, fields, page=page))
    assert notices(shown) == "Sopimuksen tiedot on tallennettu."
    facts = draft.read(lambda own: (own.title, own.authority_name, own.body_name, own.case_number, own.signature_text))
    assert facts == ("Uusi nimi", "Alue", "Pöytä", "", "Paikka:\n\nAika:")
    now = draft.read(lambda agreement: [each.version.text for each in agreements.outline(agreement).clauses()])
    assert now == texts


def test_of_two_who_edit_the_facts_the_second_sees_what_stands_now_and_keeps_the_own(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/tiedot"
    form = client.page(page).form("/tiedot")
    draft.browser("tuula").send(page, {"title": "Tuulan nimi"}, page=page)
    for base in (form["base"], "", "-1", "x"):
        response = client.post(page, data={**form, "title": "Mikon nimi", "base": base})
        shown = Page(response.text)
        assert response.status_code == 409
        assert words_of(shown.one("section", aria_labelledby="nyt-h")) == "Voimassa nyt Sopimuksen nimiTuulan nimi"
        assert shown.form("/tiedot")["title"] == "Mikon nimi"
        assert draft.read(lambda agreement: agreement.title) == "Tuulan nimi"
    client.send(page, shown.form("/tiedot"))
    assert draft.read(lambda agreement: agreement.title) == "Mikon nimi"


def test_a_fact_that_is_missing_or_too_long_changes_nothing(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/tiedot"
    before = draft.read(lambda agreement: agreement.facts_digest)
    shown = Page(client.send(page, {"title": "", "body_name": "Uusi"}, page=page, status=422).text)
    assert "Kirjoita sopimuksen nimi" in refusal(shown)
    shown = Page(client.send(page, {"title": "Uusi", "case_number": "1" * 101}, page=page, status=422).text)
    assert "101 merkkiä. Enintään 100 mahtuu." in refusal(shown)
    assert shown.form("/tiedot")["title"] == "Uusi"
    assert draft.read(lambda agreement: agreement.facts_digest) == before


def test_a_draft_gets_a_name_once(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.here}/tiedot"
    shown = after(client, client.send(f"{draft.here}/luonnokset", {"name": "0.95"}, page=page))
    assert notices(shown) == "Nimesit luonnoksen: 0.95"
    assert "0.95ke 18.3.2026 klo 12, Mikko Saarela" in shown.text
    shown = Page(client.send(f"{draft.here}/luonnokset", {"name": "0.95"}, page=page, status=422).text)
    assert "Tämän niminen luonnos on jo olemassa" in refusal(shown)
    names = draft.read(lambda agreement: [each.name for each in agreements.editions(agreement)])
    assert names.count("0.95") == 1
