"""The structure of the text: sections and clauses moved, added, removed and restored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kumppanuus import agreements
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.db import db
from tests.client import Page, words_of
from tests.databases import Browsers, Databases
from tests.web.drafting import HTMX, Draft, after, notices, refusal, text_of


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


# ---------------------------------------------------------------- the structure


def test_everything_is_listed_with_named_buttons_and_the_ends_have_one(draft: Draft) -> None:
    page = draft.browser().page(f"{draft.here}/muokkaus")
    first, second = (page.one("li", id=f"rivi-{draft.id(label)}") for label in ("1.1", "1.2"))
    assert [each.get("aria-label") for each in first.iter("button")] == ["Siirrä kohta 1.1 alas"]
    assert [each.get("aria-label") for each in second.iter("button")] == [
        "Siirrä kohta 1.2 ylös",
        "Siirrä kohta 1.2 alas",
    ]
    sections = [each for each in page.all("h2") if each.get("class") == "t"]
    assert [words_of(each) for each in sections] == [
        f"Liite {label} {title}" if number > 12 else f"{label} {title}"
        for number, (label, title, _id) in enumerate(draft.sections(), start=1)
    ]
    rows = [each for each in page.all("li") if (each.get("id") or "").startswith("rivi-")]
    assert len(rows) == len(draft.sections()) + len(draft.world.clauses)


def test_a_clause_moves_one_place_and_the_page_leads_back_to_its_row(draft: Draft) -> None:
    client, before = draft.browser(), draft.entries()
    response = client.send(f"{draft.url('3.3')}/jarjestys", {"direction": "up"}, page=f"{draft.here}/muokkaus")
    assert response.headers["Location"] == f"{draft.here}/muokkaus#rivi-{draft.id('3.3')}"
    assert notices(after(client, response)) == "Siirsit kohdan 3.3. Sen numero on nyt 3.2."
    assert (draft.label_of("3.3"), draft.label_of("3.2")) == ("3.2", "3.3")
    assert draft.entries() == before + 1


def test_under_htmx_only_the_list_changes_and_focus_stays_on_the_button(draft: Draft) -> None:
    client = draft.browser()
    form = client.page(f"{draft.here}/muokkaus").form(f"{draft.url('1.3')}/jarjestys")
    moves = []
    for _ in range(2):
        response = client.post(f"{draft.url('1.3')}/jarjestys", data={**form, "direction": "up"}, headers=HTMX)
        part = Page(response.text)
        assert not part.is_whole
        assert [each.get("id") for each in part.root if isinstance(each.tag, str)] == ["rakenne", "ilmoitukset"]
        form = part.form(f"{draft.url('1.3')}/jarjestys")
        moves.append((response.headers["X-Focus"], notices(part)))
    clause = draft.id("1.3")
    assert moves == [
        (f"#ylos-{clause}", "Siirsit kohdan 1.3. Sen numero on nyt 1.2."),
        (f"#alas-{clause}", "Siirsit kohdan 1.2. Sen numero on nyt 1.1."),  # it cannot go up any more
    ]


def test_pressing_the_same_button_of_one_page_twice_moves_once(draft: Draft) -> None:
    client = draft.browser()
    form = client.page(f"{draft.here}/muokkaus").form(f"{draft.url('3.4')}/jarjestys")
    sent = [client.post(f"{draft.url('3.4')}/jarjestys", data={**form, "direction": "up"}) for _ in range(2)]
    assert [each.status_code for each in sent] == [303, 303]
    assert draft.label_of("3.4") == "3.3"
    assert "Lähetimme sen vain kerran" in notices(after(client, sent[1]))


@pytest.mark.parametrize("direction", ["", "sideways", None])
def test_a_move_to_nowhere_is_refused_in_words(draft: Draft, direction: str | None) -> None:
    client, before = draft.browser(), draft.entries()
    page = Page(client.send(f"{draft.url('3.4')}/jarjestys", {"direction": direction}, status=422).text)
    assert "Tälle ei löydy paikkaa" in page.text
    assert draft.entries() == before


def test_a_move_that_is_no_longer_possible_shows_the_list_as_it_is_now(draft: Draft) -> None:
    client = draft.browser()
    for headers in ({}, HTMX):
        response = client.post(
            f"{draft.url('1.1')}/jarjestys", data={**client.token(), "direction": "up"}, headers=headers
        )
        assert response.status_code == 422
        page = Page(response.text)
        assert "Tälle ei löydy paikkaa" in refusal(page)
        assert page.one("div", id="rakenne") is not None
        assert page.is_whole == (not headers)


def test_a_section_moves_among_its_kind(draft: Draft) -> None:
    client = draft.browser()
    titles = [title for _label, title, _id in draft.sections()]
    response = client.send(f"/luvut/{draft.section(2)}/jarjestys", {"direction": "up"}, page=f"{draft.here}/muokkaus")
    assert notices(after(client, response)) == f"Siirto on tehty: 1 {titles[1]}."
    assert [title for _label, title, _id in draft.sections()] == [titles[1], titles[0], *titles[2:]]


def test_a_far_move_is_one_deed(draft: Draft) -> None:
    client, before = draft.browser(), draft.entries()
    page = client.page(f"{draft.url('2.1')}/siirto")
    assert page.h1.startswith("Siirrä kohta 2.1 ")
    assert page.form("/siirto")["place"] == f"luku:{draft.section(2)}"  # where it stands now
    response = client.send(
        f"{draft.url('2.1')}/siirto", {"place": f"kohta:{draft.id('7.2')}"}, page=f"{draft.url('2.1')}/siirto"
    )
    assert notices(after(client, response)) == "Siirsit kohdan 2.1. Sen numero on nyt 7.3."
    assert (draft.label_of("2.1"), draft.entries()) == ("7.3", before + 1)
    client.send(f"{draft.url('2.1')}/siirto", {"place": f"luku:{draft.section(13)}"}, page=f"{draft.url('2.1')}/siirto")
    assert draft.label_of("2.1") == "L1.1"


@pytest.mark.parametrize(
    "place", ["", "luku:1", "kohta:x", f"luku:{UUID(int=5)}", f"kohta:{UUID(int=6)}", "same", "self", "town"]
)
def test_a_far_move_to_no_place_is_refused(draft: Draft, place: str) -> None:
    client, before = draft.browser(), draft.entries()
    town = next(iter(draft.world.town.clauses.values()))
    chosen = {"same": f"kohta:{draft.id('2.1')}", "self": f"kohta:{draft.id('2.2')}", "town": f"kohta:{town}"}
    fields = {"place": chosen.get(place, place)}
    page = Page(client.send(f"{draft.url('2.2')}/siirto", fields, page=f"{draft.url('2.2')}/siirto", status=422).text)
    expected = "Kohta on jo tässä paikassa" if place == "same" else "Valitse paikka"
    assert expected in refusal(page)
    assert draft.entries() == before


def test_a_chapter_is_added_renamed_removed_and_restored(draft: Draft) -> None:
    client = draft.browser()
    response = client.send(
        f"{draft.here}/luvut", {"title": "Koulutus", "kind": "chapter"}, page=f"{draft.here}/muokkaus"
    )
    section = UUID(response.headers["Location"].rpartition("rivi-")[2])
    client.send(f"/luvut/{section}/otsikko", {"title": "Osaaminen"}, page=f"/luvut/{section}/otsikko")
    assert ("13", "Osaaminen", section) in draft.sections()
    page = after(client, client.send(f"/luvut/{section}/poisto", page=f"{draft.here}/muokkaus"))
    assert notices(page) == "Poistit: Osaaminen"
    assert "OsaaminenLuku" in words_of(page.one("section", id="poistetut"))
    client.send(f"/luvut/{section}/palautus", page.form(f"/luvut/{section}/palautus"))
    assert ("13", "Osaaminen", section) in draft.sections()


def test_a_chapter_with_clauses_is_not_removed(draft: Draft) -> None:
    client, section = draft.browser(), draft.section(3)
    assert not client.page(f"{draft.here}/muokkaus").all("form", action=f"/luvut/{section}/poisto")
    page = Page(client.send(f"/luvut/{section}/poisto", status=422).text)
    assert "Luvussa on vielä kohtia" in refusal(page)
    assert len(draft.sections()) == 16


def test_of_two_who_rename_one_chapter_the_second_sees_the_first_title_and_keeps_the_own(draft: Draft) -> None:
    client, section = draft.browser(), draft.section(3)
    form = client.page(f"/luvut/{section}/otsikko").form("/otsikko")
    other = draft.browser("tuula")
    other.send(f"/luvut/{section}/otsikko", {"title": "Tuulan otsikko"}, page=f"/luvut/{section}/otsikko")
    response = client.post(f"/luvut/{section}/otsikko", data={**form, "title": "Mikon otsikko"})
    page = Page(response.text)
    assert response.status_code == 409
    assert "Otsikko on nyt: Tuulan otsikko" in refusal(page)
    again = page.form("/otsikko")
    assert again["title"] == "Mikon otsikko"
    assert draft.sections()[2][1] == "Tuulan otsikko"
    assert client.post(f"/luvut/{section}/otsikko", data=again).status_code == 303
    assert draft.sections()[2][1] == "Mikon otsikko"


def test_the_structure_page_costs_the_same_however_long_the_text(draft: Draft, queries: Any) -> None:
    client = draft.browser()

    def add_five(agreement: Agreement) -> None:
        section = agreements.outline(agreement).chapters[0].section
        for number in range(5):
            agreements.add_clause(section, title=f"Uusi {number}", text="Teksti.", by=draft.world.tuula)

    spent = []
    for _ in range(2):
        with queries() as counted:
            client.page(f"{draft.here}/muokkaus")
        spent.append(len(counted))
        draft.do(add_five)
    assert spent[0] == spent[1] <= 10


# ---------------------------------------------------------------- adding and removing clauses


def test_a_clause_is_added_after_another_and_at_the_end(draft: Draft) -> None:
    client, section = draft.browser(), draft.section(3)
    page = f"/luvut/{section}/kohdat/uusi?jalkeen={draft.id('3.1')}"
    assert "Kohta tulee kohdan 3.1 " in client.page(page).text
    response = client.send(f"/luvut/{section}/kohdat", {"title": "Väliin", "text": "Tämä tulee väliin."}, page=page)
    assert notices(after(client, response)) == "Lisäsit kohdan 3.2."
    page = f"/luvut/{section}/kohdat/uusi"
    assert "Kohta tulee viimeiseksi." in client.page(page).text
    response = client.send(f"/luvut/{section}/kohdat", {"title": "", "text": "Viimeinen."}, page=page)
    outline = draft.read(
        lambda agreement: [(each.label, each.title) for each in agreements.outline(agreement).chapters[2].clauses]
    )
    assert (outline[1], outline[-1]) == (("3.2", "Väliin"), (f"3.{len(outline)}", ""))
    assert response.headers["Location"].startswith(f"{draft.here}/muokkaus#rivi-")


def test_a_new_clause_whose_neighbour_went_away_is_offered_the_last_place_with_its_text(draft: Draft) -> None:
    client, section = draft.browser(), draft.section(3)
    form = client.page(f"/luvut/{section}/kohdat/uusi?jalkeen={draft.id('3.1')}").form("/kohdat")
    clause_id = draft.id("3.1")

    def take_away(agreement: Agreement) -> None:
        clause, first = db.session.get_one(Clause, clause_id), agreements.outline(agreement).chapters[0].section
        agreements.place_clause(clause, section=first, after=None, by=draft.world.tuula)

    draft.do(take_away)
    response = client.post(f"/luvut/{section}/kohdat", data={**form, "text": "Minne nyt?"})
    page = Page(response.text)
    assert response.status_code == 422
    assert "Tälle ei löydy paikkaa" in refusal(page)
    assert "Kohta tulee viimeiseksi." in page.text
    assert text_of(page) == "Minne nyt?"
    client.send(f"/luvut/{section}/kohdat", page.form("/kohdat"))
    last = draft.read(lambda agreement: agreements.outline(agreement).chapters[2].clauses[-1].version.text)
    assert last == "Minne nyt?"


def test_an_unfinished_new_clause_is_kept_with_its_place(draft: Draft) -> None:
    client, section = draft.browser(), draft.section(3)
    page = f"/luvut/{section}/kohdat/uusi?jalkeen={draft.id('3.1')}"
    shown = after(client, client.send(f"/luvut/{section}/kohdat", {"text": "Kesken", "luonnos": "1"}, page=page))
    assert text_of(shown) == "Kesken"
    assert "Kohta tulee kohdan 3.1 " in shown.text
    form = shown.form("/kohdat")
    kept = client.post(f"/luvut/{section}/kohdat/luonnos", data={**form, "text": "Lisää"}, headers=HTMX)
    assert kept.status_code == 204
    client.send(f"/luvut/{section}/kohdat", {**form, "text": "Valmis."})
    assert draft.kept(f"new-clause:{section}") is None


def test_an_empty_new_clause_is_refused_and_one_form_adds_one_clause(draft: Draft) -> None:
    client, section = draft.browser(), draft.section(3)
    page = f"/luvut/{section}/kohdat/uusi"
    shown = Page(client.send(f"/luvut/{section}/kohdat", {"title": "Vain otsikko"}, page=page, status=422).text)
    assert "Kirjoita kohdan teksti" in refusal(shown)
    form = {**shown.form("/kohdat"), "text": "Kerran."}
    assert form["title"] == "Vain otsikko"
    before = len(draft.read(lambda agreement: list(agreements.outline(agreement).clauses())))
    assert [client.post(f"/luvut/{section}/kohdat", data=form).status_code for _ in range(3)] == [303] * 3
    assert len(draft.read(lambda agreement: list(agreements.outline(agreement).clauses()))) == before + 1


def test_removing_tells_who_had_approved_and_the_clause_comes_back(draft: Draft) -> None:
    client, examples = draft.browser(), draft.world.examples
    labels = {clause_id: label for label, clause_id in draft.world.clauses.items()}
    agreed, plain = (labels[examples[key]] for key in ("agreed", "draft"))
    page = client.page(f"{draft.url(agreed)}/poisto")
    assert "Tekstin on hyväksynyt: Hyvinvointialue ja Järjestöt." in page.text
    assert "Siksi poisto on sovittu vasta, kun kumpikin osapuoli hyväksyy sen." in page.text
    assert "hyväksynyt" not in client.page(f"{draft.url(plain)}/poisto").text
    last = draft.wordings(agreed)[-1]
    fields = {"reason": "Asia on laissa."}
    shown = after(client, client.send(f"{draft.url(agreed)}/poisto", fields, page=f"{draft.url(agreed)}/poisto"))
    assert notices(shown) == f"Poistit kohdan {agreed}. Poisto on sovittu, kun kumpikin osapuoli hyväksyy sen."
    gone = words_of(shown.one("section", id="poistetut"))
    assert last[1] in gone
    assert "Poistaja: Mikko Saarela" in gone
    assert draft.wordings(agreed)[-1] == (last[0] + 1, "", "")
    for path in ("muokkaus", "poisto", "siirto"):
        assert client.page(f"{draft.url(agreed)}/{path}").h1 == "Kohta on poistettu"
    client.send(f"{draft.url(agreed)}/palautus", shown.form(f"{draft.url(agreed)}/palautus"))
    assert draft.wordings(agreed)[-1] == (last[0] + 2, *last[1:])


def test_a_text_that_changed_is_shown_before_it_is_removed(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.url('3.4')}/poisto"
    form = client.page(page).form("/poisto")
    draft.rewrite("3.4", "Tärkeä lisäys.")
    for base in (form["base"], "", "-1"):
        response = client.post(page, data={**form, "reason": "Turha kohta", "base": base})
        shown = Page(response.text)
        assert response.status_code == 409
        assert "Tuula Rantanen muutti kohtaa 3.4 samaan aikaan." in refusal(shown)
        assert "Tärkeä lisäys." in words_of(shown.one("section", aria_labelledby="teksti-h"))
        assert text_of(shown, "reason") == "Turha kohta"
    client.send(page, shown.form("/poisto"))
    assert draft.label_of("3.4") == ""


def test_removing_twice_says_so(draft: Draft) -> None:
    client, page = draft.browser(), f"{draft.url('3.4')}/poisto"
    form = client.page(page).form("/poisto")
    draft.remove("3.4")
    response = client.post(page, data={**form, "reason": "Turha kohta"})
    assert response.status_code == 422
    assert "Kohta on poistettu sopimuksesta." in response.text
    assert "Turha kohta" in response.text


def test_a_clause_comes_back_only_into_a_section_that_is_there(draft: Draft) -> None:
    client = draft.browser()
    response = client.send(f"{draft.here}/luvut", {"title": "Lyhyt", "kind": "annex"})
    section = response.headers["Location"].rpartition("rivi-")[2]
    response = client.send(f"/luvut/{section}/kohdat", {"text": "Ainoa."})
    clause = response.headers["Location"].rpartition("rivi-")[2]
    client.send(f"/kohdat/{clause}/poisto", page=f"/kohdat/{clause}/poisto")
    client.send(f"/luvut/{section}/poisto")
    assert "Palauta luku ensin." in client.page(f"/kohdat/{clause}/muokkaus").text
    page = Page(client.send(f"/kohdat/{clause}/palautus", status=422, lint=False).text)
    assert "Kohdan luku on poistettu. Palauta luku ensin." in refusal(page)
    client.page(f"/luvut/{section}/kohdat/uusi", 404)
    client.send(f"/luvut/{section}/palautus")
    client.send(f"/kohdat/{clause}/palautus")
