"""Writing the wording of a clause: saved, looked at first, kept while unfinished."""

from __future__ import annotations

from typing import Any

import pytest

from kumppanuus import drafts
from kumppanuus.agreements import Clause
from kumppanuus.db import db
from tests.client import Page, words_of
from tests.databases import Browsers, Databases
from tests.web.drafting import HTMX, Draft, after, notices, refusal, text_of


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


# ---------------------------------------------------------------- the wording


def test_the_text_stands_in_the_box_as_it_was_written(draft: Draft) -> None:
    draft.rewrite("3.4", "Ensin **tärkeä**.\n\n- yksi\n- [lukumäärä]")
    page = draft.browser().page(f"{draft.url('3.4')}/muokkaus")
    assert text_of(page) == "Ensin **tärkeä**.\n\n- yksi\n- [lukumäärä]"
    assert page.one("textarea", id="text").get("lang") == "fi"
    assert "Kaksi tähteä kummallakin puolella lihavoi: **näin**." in page.text


def test_saving_makes_a_version_with_its_reason_and_leads_to_the_clause(draft: Draft) -> None:
    client, before, entries = draft.browser(), draft.wordings("3.4"), draft.entries()
    fields = {"title": "Sihteeri", "text": "Uusi teksti.\r\n\r\n- yksi\r\n", "reason": "Selkeämpi."}
    response = client.send(f"{draft.url('3.4')}/muokkaus", fields, page=f"{draft.url('3.4')}/muokkaus")
    assert response.headers["Location"] == draft.url("3.4")
    assert draft.wordings("3.4") == [*before, (len(before) + 1, "Sihteeri", "Uusi teksti.\n\n- yksi")]
    clause_id = draft.id("3.4")
    reason, author = draft.read(
        lambda _a: (lambda v: (v.reason, v.author_id))(db.session.get_one(Clause, clause_id).current)
    )
    assert (reason, author) == ("Selkeämpi.", draft.world.mikko)
    assert draft.entries() == entries + 1


def test_a_text_that_is_the_same_empty_or_too_long_is_refused_in_words(draft: Draft) -> None:
    client, before, edit = draft.browser(), draft.wordings("3.4"), f"{draft.url('3.4')}/muokkaus"
    for text, said in [
        (before[-1][2], "Teksti on sama kuin ennen."),
        ("", "Kirjoita kohdan teksti"),
        ("a" * 20_001, "20001 merkkiä. Enintään 20000 mahtuu."),
        ("[" * 501, "Tekstissä on liikaa sulkeita"),
        ("kello\x07", "Tekstissä on merkkejä, joita ei voi tallentaa."),
    ]:
        page = Page(client.send(edit, {"text": text}, page=edit, status=422).text)
        assert said in refusal(page)
        assert text_of(page) == text.replace("\x07", "\ufffd")  # to be seen and taken out
    assert draft.wordings("3.4") == before


def test_the_changes_are_shown_on_asking_and_nothing_is_saved(draft: Draft) -> None:
    client = draft.browser()
    draft.rewrite("3.4", "Koordinaattori kutsuu koolle.")
    before = draft.wordings("3.4")
    form = client.page(f"{draft.url('3.4')}/muokkaus").form("/muokkaus")
    form["text"] = "Sihteeri kutsuu koolle."
    response = client.post(f"{draft.url('3.4')}/esikatselu", data=form)
    page = Page(response.text)
    assert response.status_code == 200
    shown = page.one("section", id="esikatselu")
    assert [words_of(each) for each in shown.iter("del")] == ["Poistettu: Koordinaattori. Poisto päättyy."]
    assert [words_of(each) for each in shown.iter("ins")] == ["Lisätty: Sihteeri. Lisäys päättyy."]
    assert "1 poisto ja 1 lisäys." in words_of(shown)
    assert text_of(page) == "Sihteeri kutsuu koolle."
    assert draft.wordings("3.4") == before
    client.send(f"{draft.url('3.4')}/muokkaus", page.form("/muokkaus"))
    assert draft.wordings("3.4")[-1][2] == "Sihteeri kutsuu koolle."


def test_under_htmx_the_preview_alone_comes_and_takes_the_focus_only_when_asked_for(draft: Draft) -> None:
    client = draft.browser()
    form = client.page(f"{draft.url('3.4')}/muokkaus").form("/muokkaus")
    form["text"] = "Aivan toinen teksti."
    pressed = client.post(f"{draft.url('3.4')}/esikatselu", data={**form, "esikatselu": "1"}, headers=HTMX)
    refreshed = client.post(f"{draft.url('3.4')}/esikatselu", data=form, headers=HTMX)
    assert [each.headers.get("X-Focus") for each in (pressed, refreshed)] == ["#esikatselu-h", None]
    assert Page(pressed.text).one("section", id="esikatselu") is not None


def test_what_an_approval_means_for_the_text_is_told_before_editing(draft: Draft) -> None:
    client, examples = draft.browser(), draft.world.examples
    said = {
        key: client.page(f"/kohdat/{examples[key]}/muokkaus").text
        for key in ("agreed", "half_authority", "half_organisations", "draft")
    }
    assert "Kohta on sovittu. Jos muutat tekstiä, kummankin osapuolen pitää hyväksyä se uudelleen." in said["agreed"]
    assert "Hyvinvointialue hyväksynyt tämän tekstin." in said["half_authority"]
    assert "Järjestöt hyväksyneet tämän tekstin." in said["half_organisations"]
    assert "hyväksyntä pitää" not in said["draft"]
    assert "hyväksyä se uudelleen" not in said["draft"]


# ---------------------------------------------------------------- unfinished work


def test_unfinished_text_is_kept_for_its_writer_alone_until_it_is_saved(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    before, entries = draft.wordings("3.4"), draft.entries()
    fields = {"title": "Kesken", "text": "Tästä puuttuu vielä", "reason": "Kun", "luonnos": "1"}
    page = after(client, client.send(edit, fields, page=edit))
    assert notices(page) == "Keskeneräinen teksti on tallessa. Vain sinä näet sen."
    assert "Kentässä on keskeneräinen tekstisi. Tallensit sen: Tänään klo 12" in page.text
    form = page.form("/muokkaus")
    assert (form["title"], form["text"], form["reason"]) == ("Kesken", "Tästä puuttuu vielä", "Kun")
    assert (draft.wordings("3.4"), draft.entries()) == (before, entries)
    other = draft.browser("tuula").page(edit)
    assert "Tästä puuttuu vielä" not in other.html
    assert "Mikko Saarela on muokannut tätä kohtaa äsken." in other.text
    draft.do(lambda _a: drafts.keep(f"suggestion:{draft.id('3.4')}", {"text": "Ehdotan"}, by=draft.world.aino))
    assert "Aino Heikkilä ja Mikko Saarela ovat muokanneet" in draft.browser("tuula").page(edit).text
    draft.do(lambda _a: drafts.forget(f"suggestion:{draft.id('3.4')}", by=draft.world.aino))
    client.send(edit, form)
    assert draft.wordings("3.4")[-1][2] == "Tästä puuttuu vielä"
    assert draft.kept(f"clause:{draft.id('3.4')}") is None
    assert "tätä kohtaa äsken" not in draft.browser("tuula").page(edit).text


def test_typing_is_kept_in_the_background_and_leaves_the_form_good(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    form = client.page(edit).form("/muokkaus")
    for text in ("Kirjoitan", "Kirjoitan lisää"):
        response = client.post(f"{draft.url('3.4')}/luonnos", data={**form, "text": text}, headers=HTMX)
        assert (response.status_code, response.data) == (204, b"")
    assert draft.kept(f"clause:{draft.id('3.4')}") == {
        "title": form["title"], "text": "Kirjoitan lisää", "reason": "", "base": form["base"],
    }  # fmt: skip
    client.post(f"{draft.url('3.4')}/luonnos", data=form, headers=HTMX)  # typed back to what stands there
    assert draft.kept(f"clause:{draft.id('3.4')}") is None
    client.send(edit, {**form, "text": "Valmis."})
    assert draft.wordings("3.4")[-1][2] == "Valmis."


def test_unfinished_text_from_an_older_version_meets_the_newer_one(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    client.send(edit, {"text": "Minun kesken.", "luonnos": "1"}, page=edit)
    draft.rewrite("3.4", "Uudempi.")
    form = client.page(edit).form("/muokkaus")
    assert form["text"] == "Minun kesken."
    assert client.post(edit, data=form).status_code == 409


def test_unfinished_text_is_given_up_by_one_press(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    client.send(edit, {"text": "Turha.", "luonnos": "1"}, page=edit)
    page = after(client, client.send(f"{draft.url('3.4')}/luonnos/poisto", page=edit))
    assert notices(page) == "Keskeneräinen teksti on poistettu."
    assert text_of(page) == draft.wordings("3.4")[-1][2]
