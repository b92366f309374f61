"""Two who write one clause at once: merged, or settled at the desk, and not a word lost."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest

from kumppanuus import agreements, approvals, drafts, ledger
from kumppanuus.agreements import Agreement, Clause, Side
from kumppanuus.db import db
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases
from tests.web.drafting import HTMX, Draft, after, notices, refusal, text_of


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


BEFORE = "Sihteeri kutsuu elimen koolle. Kutsu lähetetään viikkoa ennen."


def begun(client: LintingClient, draft: Draft, text: str, *, title: str | None = None, **rest: str) -> dict[str, str]:
    """The form of somebody who began to write and was slow to send."""
    form = client.page(f"{draft.url('3.4')}/muokkaus").form("/muokkaus")
    return {**form, "text": text, "title": form["title"] if title is None else title, **rest}


def clashes(page: Page) -> list[Any]:
    return [each for each in page.all("fieldset") if "clash" in each.get("class", "")]


def choose(page: Page, *chosen: str) -> dict[str, str]:
    """The form of the merge desk with a choice at each clash; what is none of the choices is written there."""
    fields = page.form("/yhdistaminen")
    for clash, choice in zip(clashes(page), chosen, strict=True):
        name = clash.get("id")
        if choice in ("theirs", "mine", "both"):
            fields[name] = choice
        else:
            fields |= {name: "written", name.replace("choice", "written"): choice}
    return fields


def test_two_who_touch_different_words_are_merged_and_see_what_they_made_together(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    draft.rewrite("3.4", BEFORE, title="Kutsu")
    mine = begun(client, draft, BEFORE.replace("viikkoa", "kahta viikkoa"), reason="Ehtii paremmin.")
    draft.rewrite("3.4", BEFORE.replace("Sihteeri", "Puheenjohtaja"), title="Kutsuminen")
    before = draft.wordings("3.4")
    page = after(client, client.post(edit, data=mine))
    number = len(before) + 1
    together = "Puheenjohtaja kutsuu elimen koolle. Kutsu lähetetään kahta viikkoa ennen."
    assert draft.wordings("3.4") == [*before, (number, "Kutsuminen", together)]
    assert notices(page) == (
        "Kohta 3.4 on tallennettu. Siinä on myös samaan aikaan tehty muutos: Tuula Rantanen. "
        "Tarkista, että teksti sopii yhteen."
    )
    assert [words_of(each) for each in page.all("ins")] == [
        "Lisätty: Kutsuminen. Lisäys päättyy.",
        "Lisätty: Puheenjohtaja. Lisäys päättyy.",
        "Lisätty: kahta. Lisäys päättyy.",
    ]
    history = client.page(f"{draft.url('3.4')}/historia").text
    assert f"Kirjoitettu versiosta {number - 2} ja yhdistetty versioon {number - 1}" in history
    assert "muutti kohdan 3.4 tekstiä. Teksti yhdistettiin samaan aikaan tehtyyn muutokseen." in history
    assert draft.kept(f"clause:{draft.id('3.4')}") is None


def test_two_who_touch_the_same_words_meet_at_the_desk_and_nothing_is_saved_before_a_look(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    draft.rewrite("3.4", BEFORE, title="Kutsu")
    mine = begun(
        client, draft, BEFORE.replace("viikkoa", "kuukautta") + " Liitteet seuraavat.", title="Kokoon", reason="Näin!"
    )
    draft.rewrite("3.4", BEFORE.replace("viikkoa", "päivää"), title="Kutsuminen", reason="Sovittu kokouksessa.")
    before = draft.wordings("3.4")
    response = client.post(edit, data=mine)
    page = Page(response.text)
    assert (response.status_code, page.title.startswith("Virhe: Yhdistä tekstit")) == (409, True)
    assert refusal(page).startswith("Tuula Rantanen muutti kohtaa 3.4 samaan aikaan. Oma tekstisi on tallessa.")
    assert "Tuula Rantanen muutti tekstiä Tänään klo 12" in words_of(page.one("section", aria_labelledby="muut-h"))
    assert "Sovittu kokouksessa." in words_of(page.one("section", aria_labelledby="muut-h"))
    assert (text_of(page), text_of(page, "reason")) == (mine["text"], "Näin!")
    assert [words_of(each) for each in clashes(page)] == [
        f"Paikka {place}: mikä teksti jää? Ennen muutoksia: {was} Nykyinen teksti {now} Oma tekstisi {own} "
        f"Molemmat, nykyinen ensin {now} {own} Kirjoita itse Oma sanamuoto, jos valitset Kirjoita itse"
        for place, was, now, own in [
            ("1/2", "Kutsu", "Kutsuminen", "Kokoon"),
            ("2/2", "viikkoa", "päivää", "kuukautta"),
        ]
    ]
    # Closed by mistake: the text is found again, and still knows that it was drawn from an older one.
    again = client.page(edit).form("/muokkaus")
    assert (again["text"], again["base"]) == (mine["text"], mine["base"])
    shown = client.post(f"{draft.url('3.4')}/yhdistaminen", data=choose(page, "mine", " kahta\r\nviikkoa "))
    assert (shown.status_code, draft.wordings("3.4")) == (200, before)
    page = Page(shown.text)
    together = "Sihteeri kutsuu elimen koolle. Kutsu lähetetään kahta\nviikkoa ennen. Liitteet seuraavat."
    assert "Kentässä on oma tekstisi yhdistettynä nykyiseen. Tarkista se ja tallenna." in page.text
    assert text_of(page) == together
    assert draft.kept(f"clause:{draft.id('3.4')}")["text"] == together
    page = after(client, client.post(edit, data=page.form("/muokkaus")))
    assert notices(page) == "Kohta 3.4 on tallennettu."
    assert draft.wordings("3.4") == [*before, (len(before) + 1, "Kokoon", together)]
    assert draft.kept(f"clause:{draft.id('3.4')}") is None


@pytest.mark.parametrize(
    ("chosen", "text"),
    [("both", "Kutsu tulee päivää kuukautta ennen, aina."), ("theirs", "Kutsu tulee päivää ennen, aina.")],
)
def test_what_is_chosen_at_the_desk_stands_in_the_text(draft: Draft, chosen: str, text: str) -> None:
    client = draft.browser()
    draft.rewrite("3.4", "Kutsu tulee viikkoa ennen.")
    mine = begun(client, draft, "Kutsu tulee kuukautta ennen, aina.")
    draft.rewrite("3.4", "Kutsu tulee päivää ennen.")
    page = Page(client.post(f"{draft.url('3.4')}/muokkaus", data=mine).text)
    assert text_of(Page(client.post(f"{draft.url('3.4')}/yhdistaminen", data=choose(page, chosen)).text)) == text


def test_a_desk_that_is_not_settled_says_where_and_keeps_every_word(draft: Draft) -> None:
    client, at = draft.browser(), f"{draft.url('3.4')}/yhdistaminen"
    draft.rewrite("3.4", BEFORE, title="Kutsu")
    mine = begun(client, draft, BEFORE.replace("viikkoa", "kuukautta"), title="Kokoon")
    draft.rewrite("3.4", BEFORE.replace("viikkoa", "päivää"), title="Kutsuminen")
    page = Page(client.post(f"{draft.url('3.4')}/muokkaus", data=mine).text)
    first, second = (each.get("id") for each in clashes(page))
    own = first.replace("choice", "written")
    for fields, said in [
        ({}, "Paikka 1/2: valitse, mikä teksti jää Paikka 2/2: valitse, mikä teksti jää"),
        ({first: "mine", second: "sideways"}, "Paikka 2/2: valitse, mikä teksti jää"),
        ({first: "mine", second: "mine", own: "Kokous"}, "Valitse Kirjoita itse tai tyhjennä kenttä"),
        ({first: "written", second: "mine", own: " "}, "Kirjoita teksti tai valitse toinen vaihtoehto"),
    ]:
        response = client.post(at, data={**page.form("/yhdistaminen"), **fields})
        again = Page(response.text)
        assert (response.status_code, refusal(again)) == (422, f"Tekstejä ei ole vielä yhdistetty {said}")
        assert (text_of(again), text_of(again, own).strip()) == (mine["text"], fields.get(own, "").strip())
    # What was chosen is kept, too, for whoever closes the page and sends the text again.
    client.post(at, data={**page.form("/yhdistaminen"), first: "written", own: "Koolle"})
    later = Page(client.post(f"{draft.url('3.4')}/muokkaus", data={**mine, "form_key": "toinen"}).text)
    assert (later.form("/yhdistaminen")[first], text_of(later, own)) == ("written", "Koolle")


def test_a_choice_holds_when_somebody_changes_another_place_meanwhile(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    draft.rewrite("3.4", BEFORE)
    mine = begun(client, draft, BEFORE.replace("viikkoa", "kuukautta"))
    draft.rewrite("3.4", BEFORE.replace("viikkoa", "päivää"))
    page = Page(client.post(edit, data=mine).text)
    draft.rewrite("3.4", BEFORE.replace("viikkoa", "päivää").replace("Sihteeri", "Puheenjohtaja"))
    shown = Page(client.post(f"{draft.url('3.4')}/yhdistaminen", data=choose(page, "mine")).text)
    assert text_of(shown) == "Puheenjohtaja kutsuu elimen koolle. Kutsu lähetetään kuukautta ennen."
    # And once more between the look and the press, at the very words.
    draft.rewrite("3.4", BEFORE.replace("viikkoa", "vuotta"))
    response = client.post(edit, data=shown.form("/muokkaus"))
    assert (response.status_code, len(clashes(Page(response.text)))) == (409, 1)
    assert draft.wordings("3.4")[-1][2] == BEFORE.replace("viikkoa", "vuotta")


def test_a_text_that_was_approved_meanwhile_is_merged_only_after_a_look(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    draft.rewrite("3.4", BEFORE)
    mine = begun(client, draft, BEFORE.replace("viikkoa", "kahta viikkoa"))
    draft.rewrite("3.4", BEFORE.replace("Sihteeri", "Puheenjohtaja"))
    clause_id, before = draft.id("3.4"), draft.wordings("3.4")

    def approve(_agreement: Agreement) -> None:
        clause = db.session.get_one(Clause, clause_id)
        approvals.give(clause, fingerprint=clause.current.fingerprint, side=Side.AUTHORITY, by=draft.world.riikka)

    draft.do(approve)
    response = client.post(edit, data=mine)
    page = Page(response.text)
    assert (response.status_code, draft.wordings("3.4")) == (409, before)
    assert refusal(page).startswith("Tuula Rantanen muutti kohtaa 3.4 samaan aikaan. Oma tekstisi on tallessa.")
    assert "Hyvinvointialue hyväksynyt tämän tekstin. Jos muutat sitä, hyväksyntä pitää antaa uudelleen." in page.text
    together = "Puheenjohtaja kutsuu elimen koolle. Kutsu lähetetään kahta viikkoa ennen."
    assert text_of(page) == together
    client.send(edit, page.form("/muokkaus"))
    assert draft.wordings("3.4")[-1][2] == together


@pytest.mark.parametrize("base", [None, "", "0", "-1", "1", "x", "other clause", "other agreement", "unknown", "twice"])
def test_a_missing_foreign_or_broken_base_never_wins_and_never_loses_the_text(draft: Draft, base: str | None) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    draft.rewrite("3.4", "Voimassa oleva.")
    before = draft.wordings("3.4")
    ids = {"other clause": draft.id("3.5"), "other agreement": next(iter(draft.world.town.clauses.values()))}

    def version_id(name: str) -> str:
        with draft.databases.app.app_context():
            clause = db.session.get_one(Clause, ids[name])
            return str(agreements.versions(clause)[0].id)

    value: Any = version_id(base) if base in ids else str(uuid4()) if base == "unknown" else base
    form = client.page(edit).form("/muokkaus")
    data: dict[str, Any] = {**form, "text": "Minun & <b>tekstini</b>.", "base": value}
    if base == "twice":
        data["base"] = [form["base"], form["base"]]
    for address in (f"{draft.url('3.4')}/yhdistaminen", edit):
        response = client.post(address, data={name: each for name, each in data.items() if each is not None})
        assert response.status_code == 409
        page = Page(response.text)
        assert text_of(page) == "Minun & <b>tekstini</b>."
        assert "Tuula Rantanen muutti kohtaa 3.4 samaan aikaan." in refusal(page)
        assert draft.wordings("3.4") == before
    client.send(edit, page.form("/muokkaus"))
    assert draft.wordings("3.4")[-1][2] == "Minun & <b>tekstini</b>."


def test_under_htmx_the_desk_and_the_merged_text_take_the_place_of_the_editor(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    mine = begun(client, draft, "Minun.")
    draft.rewrite("3.4", "Ehdin ensin.")
    response = client.post(edit, data=mine, headers=HTMX)
    part = Page(response.text)
    assert (response.status_code, part.is_whole, len(clashes(part))) == (409, False, 1)
    assert words_of(part.one("title")).startswith("Virhe: Yhdistä tekstit: 3.4")
    shown = client.post(f"{draft.url('3.4')}/yhdistaminen", data=choose(part, "mine"), headers=HTMX)
    assert (shown.status_code, shown.headers["X-Focus"]) == (200, "#muokkaus-h")
    part = Page(shown.text)
    assert (part.is_whole, text_of(part)) == (False, "Minun.")
    assert words_of(part.one("title")).startswith("Muokkaa kohtaa 3.4")
    done = client.post(edit, data=part.form("/muokkaus"), headers=HTMX)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, draft.url("3.4"))


def test_a_clause_removed_meanwhile_keeps_the_text_until_it_is_restored(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    mine = begun(client, draft, "Minun tekstini.")
    draft.remove("3.4")
    response = client.post(edit, data=mine)
    page = Page(response.text)
    assert response.status_code == 409
    assert "Tuula Rantanen poisti kohdan samaan aikaan." in refusal(page)
    assert text_of(page) == "Minun tekstini."
    assert "Minun tekstini." in client.page(edit).html
    client.send(f"{draft.url('3.4')}/palautus", page.form("/palautus"))
    again = client.page(edit)
    assert text_of(again) == "Minun tekstini."
    client.send(edit, again.form("/muokkaus"))  # nobody changed a word in between
    assert draft.wordings("3.4")[-1][2] == "Minun tekstini."


def test_two_who_write_the_same_are_not_set_against_each_other(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    form = begun(client, draft, " Sama teksti.\r\n")
    draft.rewrite("3.4", "Sama teksti.")
    before = draft.wordings("3.4")
    page = after(client, client.post(edit, data=form))
    assert (notices(page), draft.wordings("3.4")) == ("Kohdassa on jo tämä teksti.", before)
    # The same and more: all of the own change is in the text already.
    form = begun(client, draft, "Sama uusi teksti.")
    draft.rewrite("3.4", "Sama uusi teksti. Ja lisää.")
    page = after(client, client.post(edit, data=form))
    assert (notices(page), draft.wordings("3.4")[-1][2]) == (
        "Kohdassa on jo tämä teksti.",
        "Sama uusi teksti. Ja lisää.",
    )


def test_a_double_click_saves_once_and_the_back_button_loses_nothing(draft: Draft) -> None:
    client, edit = draft.browser(), f"{draft.url('3.4')}/muokkaus"
    before = draft.wordings("3.4")
    form = {**client.page(edit).form("/muokkaus"), "text": "Kerran."}
    assert [client.post(edit, data=form).status_code for _ in range(3)] == [303, 303, 303]
    assert draft.wordings("3.4") == [*before, (len(before) + 1, before[-1][1], "Kerran.")]
    # The old page from the browser's memory, with more typed into it: another text, from an older version.
    response = client.post(edit, data={**form, "text": "Kerran ja toisen."})
    assert response.status_code == 409
    assert text_of(Page(response.text)) == "Kerran ja toisen."
    assert len(draft.wordings("3.4")) == len(before) + 1


def test_eight_writers_at_once_lose_not_a_word(draft: Draft) -> None:
    edit = f"{draft.url('3.4')}/muokkaus"
    clients = [draft.browser("mikko" if place % 2 else "tuula") for place in range(8)]
    first = len(draft.wordings("3.4"))
    written: list[str] = []
    shown: list[str] = []
    failures: list[BaseException] = []
    lock = threading.Lock()

    def save(client: LintingClient, form: dict[str, str], word: str, gate: threading.Barrier) -> None:
        try:
            gate.wait(30)
            response = client.post(edit, data={**form, "text": f"{form['text']} {word}"}, lint=False)
            assert response.status_code in (303, 409)
            with lock:
                if response.status_code == 303:
                    written.append(word)
                else:
                    shown.append(response.text)
        except BaseException as failure:  # noqa: BLE001 - told by the main thread
            failures.append(failure)

    words, rounds = [], 3
    for turn in range(rounds):
        page = clients[0].page(edit).form("/muokkaus")
        gate, threads = threading.Barrier(len(clients)), []
        for place, client in enumerate(clients):
            own = {**page, **client.token(), "form_key": f"avain-{turn}-{place}"}
            words.append(f"sana{turn}x{place}")
            threads.append(threading.Thread(target=save, args=(client, own, words[-1], gate)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for name in ("mikko", "tuula"):
            draft.do(lambda _a, name=name: drafts.forget(f"clause:{draft.id('3.4')}", by=getattr(draft.world, name)))
    assert failures == []
    assert len(written) == rounds
    history = draft.wordings("3.4")
    assert [number for number, _title, _text in history] == list(range(1, first + rounds + 1))
    kept = " ".join(text for _number, _title, text in history) + " ".join(shown)
    assert [word for word in words if word not in kept] == []
    assert draft.read(lambda _agreement: ledger.verify()) is None
