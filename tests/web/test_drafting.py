"""Drafting in a browser without JavaScript, and what htmx gets: whole outcomes on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any
from uuid import UUID, uuid4

import pytest

from kumppanuus import agreements, approvals, drafts, ledger, members, questions
from kumppanuus.agreements import Agreement, Clause, Side, TextLanguage
from kumppanuus.db import db, writing
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases
from tests.payloads import XSS

HTMX = {"HX-Request": "true"}


@dataclass
class Draft:
    """The county's agreement in the demo world, with two coordinators from different employers."""

    databases: Databases
    browsers: Browsers
    world: Any

    @property
    def here(self) -> str:
        return f"/sopimukset/{self.world.slug}"

    def browser(self, name: str = "mikko") -> LintingClient:
        return self.browsers(getattr(self.world, name))

    def id(self, label: str) -> UUID:
        return UUID(str(self.world.clauses[label]))

    def url(self, label: str) -> str:
        return f"/kohdat/{self.id(label)}"

    def read(self, reader: Callable[[Agreement], Any]) -> Any:
        """What the database says of the agreement now."""
        with self.databases.app.app_context():
            agreement = agreements.by_slug(self.world.slug)
            assert agreement is not None
            return reader(agreement)

    def wordings(self, label: str) -> list[tuple[int, str, str]]:
        """Every version of a clause: number, title, text."""
        clause_id = self.id(label)
        return self.read(
            lambda _agreement: [
                (each.number, each.title, each.text)
                for each in agreements.versions(db.session.get_one(Clause, clause_id))
            ]
        )

    def label_of(self, label: str) -> str:
        """The number a clause has now, that had another."""
        clause_id = self.id(label)
        return self.read(lambda _agreement: agreements.label_of(db.session.get_one(Clause, clause_id)))

    def sections(self) -> list[tuple[str, str, UUID]]:
        """Number, title and id of every section."""
        return self.read(
            lambda agreement: [(each.label, each.title, each.id) for each in agreements.outline(agreement).sections]
        )

    def section(self, number: int) -> UUID:
        return self.sections()[number - 1][2]

    def entries(self) -> int:
        """How much has happened in the agreement."""
        return self.read(lambda agreement: ledger.entries(agreement.id, most=1)[0].number)

    def do(self, act: Callable[[Agreement], Any]) -> Any:
        """Change something behind everybody's back."""
        with self.databases.app.app_context(), writing():
            agreement = agreements.by_slug(self.world.slug)
            assert agreement is not None
            result = act(agreement)
            db.session.commit()
            return result

    def rewrite(self, label: str, text: str, *, title: str | None = None, reason: str = "") -> None:
        """Another coordinator saves a wording."""
        clause_id = self.id(label)

        def act(_agreement: Agreement) -> None:
            clause = db.session.get_one(Clause, clause_id)
            now = clause.current.title if title is None else title
            agreements.rewrite(clause, title=now, text=text, base=clause.current, by=self.world.tuula, reason=reason)

        self.do(act)

    def remove(self, label: str) -> None:
        """Another coordinator removes a clause."""
        clause_id = self.id(label)

        def act(_agreement: Agreement) -> None:
            clause = db.session.get_one(Clause, clause_id)
            agreements.remove(clause, base=clause.current, by=self.world.tuula)

        self.do(act)

    def kept(self, place: str, name: str = "mikko") -> dict[str, Any] | None:
        """The unfinished text of a person at a place."""
        found = self.read(lambda _agreement: drafts.find(place, by=getattr(self.world, name)))
        return found.fields if found else None


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


def after(client: LintingClient, response: Any) -> Page:
    """The page a deed leads to."""
    assert response.status_code == 303
    return client.page(response.headers["Location"])


def notices(page: Page) -> str:
    return words_of(page.one("div", id="ilmoitukset"))


def refusal(page: Page) -> str:
    return words_of(page.one("div", id="virheet"))


def text_of(page: Page, field: str = "text") -> str:
    """What stands in a box."""
    return "".join(page.one("textarea", id=field).itertext()).removeprefix("\n")


# ---------------------------------------------------------------- starting

START = {
    "source": "model",
    "language": "fi",
    "kind": "partnership_agreement",
    "title": "Saimaan kumppanuussopimus",
    "authority_name": "Saimaan hyvinvointialue",
    "body_name": "Saimaan järjestöpöytä",
    "case_number": "77/2026",
    "side": "organisations",
    "with_questions": "y",
}
NEW = "/sopimukset/saimaan-hyvinvointialue-saimaan-kumppanuussopimus"


def started(databases: Databases, slug: str) -> dict[str, Any]:
    with databases.app.app_context():
        agreement = agreements.by_slug(slug)
        assert agreement is not None
        outline = agreements.outline(agreement)
        return {
            "facts": (agreement.title, agreement.authority_name, agreement.body_name, agreement.case_number),
            "kind": agreement.kind.value,
            "language": agreement.language,
            "size": (len(outline.chapters), len(list(outline.clauses())), len(outline.annexes)),
            "people": [(each.user_id, each.role.value, each.side) for each in members.everyone(agreement)],
            "questions": len(questions.register(agreement)),
            "kinds": [entry.kind for entry in reversed(ledger.entries(agreement.id))],
        }


def test_an_agreement_starts_from_the_model_with_the_thirteen_questions(draft: Draft) -> None:
    client = draft.browser()
    response = client.send("/sopimukset", START, page="/sopimukset/uusi")
    assert response.headers["Location"] == NEW
    assert started(draft.databases, NEW.removeprefix("/sopimukset/")) == {
        "facts": ("Saimaan kumppanuussopimus", "Saimaan hyvinvointialue", "Saimaan järjestöpöytä", "77/2026"),
        "kind": "partnership_agreement",
        "language": TextLanguage.FI,
        "size": (12, 69, 4),
        "people": [(draft.world.mikko, "coordinator", "organisations")],
        "questions": 13,
        "kinds": ["agreement.started", "member.added", "questions.opened"],
    }


def test_an_agreement_starts_from_nothing_in_swedish_by_somebody_on_neither_side(draft: Draft) -> None:
    client = draft.browser()
    changed = {"source": "nothing", "language": "sv", "side": "neither", "case_number": "", "with_questions": None}
    client.send("/sopimukset", {**START, **changed}, page="/sopimukset/uusi")
    found = started(draft.databases, NEW.removeprefix("/sopimukset/"))
    assert (found["language"], found["size"], found["questions"]) == (TextLanguage.SV, (0, 0, 0), 0)
    assert found["people"] == [(draft.world.mikko, "coordinator", None)]
    empty = client.page(f"{NEW}/muokkaus")
    assert "Sopimuksessa ei ole vielä tekstiä." in empty.text
    assert "Mitään ei puutu." in client.page(f"{NEW}/taytettavat").text


def test_an_agreement_starts_from_an_earlier_one_without_what_people_did_there(draft: Draft) -> None:
    world, client = draft.world, draft.browser()
    page = client.page("/sopimukset/uusi")
    offered = {option.get("value") for option in page.one("select", id="origin")}
    assert offered == {"", str(world.agreement), str(world.town.agreement)}
    fields = {**START, "source": "earlier", "origin": str(world.agreement), "language": "sv"}
    client.send("/sopimukset", fields, page="/sopimukset/uusi")
    slug = NEW.removeprefix("/sopimukset/")
    assert started(draft.databases, slug) == {
        "facts": ("Saimaan kumppanuussopimus", "Saimaan hyvinvointialue", "Saimaan järjestöpöytä", "77/2026"),
        "kind": "partnership_agreement",
        "language": TextLanguage.FI,
        "size": (12, 69, 4),
        "people": [(world.mikko, "coordinator", "organisations")],
        "questions": 13,
        "kinds": ["agreement.started", "member.added", "questions.opened"],
    }
    with draft.databases.app.app_context():
        old, new = agreements.by_id(world.agreement), agreements.by_slug(slug)
        assert old is not None
        assert new is not None
        texts = [
            [(each.label, each.title, each.version.text) for each in agreements.outline(agreement).clauses()]
            for agreement in (old, new)
        ]
        assert texts[0] == texts[1]
        asked = [
            [(each.number, each.title, each.text, each.background) for each in questions.register(agreement)]
            for agreement in (old, new)
        ]
        assert asked[0] == asked[1]
        left = [(each.status, each.owner_id, each.due_on, each.solution) for each in questions.register(new)]
        assert set(left) == {(questions.Status.OPEN, None, None, "")}
        assert new.signature_text == ""
        assert ledger.entries(new.id)[-1].facts == {
            "clauses": 69,
            "origin_id": str(world.agreement),
            "origin": old.title,
        }
        assert ledger.verify() is None
    told = client.page(f"{NEW}/tapahtumat").text
    assert f"{world.names[world.mikko]} aloitti sopimuksen. Pohjana oli Kumppanuussopimus." in told
    assert "0 kohtaa" in client.page(f"{NEW}/viennit").text


@pytest.mark.parametrize("origin", ["", "town", "ei"])
def test_only_an_agreement_one_may_read_is_an_earlier_one(origin: str, draft: Draft) -> None:
    client = draft.browser("tuula")  # who is no member in the town
    chosen = str(draft.world.town.agreement) if origin == "town" else origin
    fields = {**START, "source": "earlier", "origin": chosen}
    page = Page(client.send("/sopimukset", fields, page="/sopimukset/uusi", status=422).text)
    assert refusal(page) == "Sopimusta ei ole vielä aloitettu Valitse aiempi sopimus"
    assert page.form("/sopimukset")["title"] == START["title"]
    with draft.databases.app.app_context():
        assert agreements.by_slug(NEW.removeprefix("/sopimukset/")) is None


def test_the_model_is_not_offered_for_swedish_and_nothing_typed_is_lost(draft: Draft) -> None:
    client = draft.browser()
    response = client.send("/sopimukset", {**START, "language": "sv"}, page="/sopimukset/uusi", status=422)
    page = Page(response.text)
    assert "Malliteksti on vain suomeksi" in refusal(page)
    assert page.title.startswith("Virhe:")
    sent = page.form("/sopimukset")
    assert {name: sent[name] for name in START} == {**START, "language": "sv"}


def test_every_missing_thing_is_told_at_once(draft: Draft) -> None:
    client = draft.browser()
    nothing: dict[str, Any] = dict.fromkeys(START)
    page = Page(client.send("/sopimukset", nothing, page="/sopimukset/uusi", status=422).text)
    assert refusal(page) == (
        "Sopimusta ei ole vielä aloitettu Valitse, mistä aloitat Valitse sopimustekstin kieli Valitse asiakirjan laji "
        "Kirjoita sopimuksen nimi Kirjoita hyvinvointialueen tai kunnan nimi Kirjoita yhteistyöelimen nimi "
        "Valitse, kumpaa osapuolta edustat"
    )


def test_starting_twice_with_one_form_starts_one_agreement(draft: Draft) -> None:
    client = draft.browser()
    form = {**client.page("/sopimukset/uusi").form("/sopimukset"), **START}
    assert [client.post("/sopimukset", data=form).headers["Location"] for _ in range(2)] == [NEW, NEW]
    with draft.databases.app.app_context():
        assert [each.slug for each in agreements.every() if each.title == START["title"]] == [NEW.split("/")[2]]


def test_only_those_who_may_start_agreements_do(draft: Draft) -> None:
    for name in ("aino", "riikka", "eero"):
        client = draft.browser(name)
        client.page("/sopimukset/uusi", 403)
        client.send("/sopimukset", START, status=403)
    assert draft.browsers().get("/sopimukset/uusi").status_code == 303


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
    page = after(client, client.send(f"/luvut/{section}/poisto"))
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


# ---------------------------------------------------------------- two at once

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


# ---------------------------------------------------------------- who may, and hostile text

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
