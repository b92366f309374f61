"""What an agreement still misses, and the making of documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import docx
import pikepdf
import pytest

from kumppanuus import accounts, agreements, approvals, ledger, limits, members, progress
from kumppanuus.agreements import Agreement, AgreementKind, Side
from kumppanuus.db import db, writing
from kumppanuus.documents.assemble import FORMATS
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases, Queries
from tests.documents import reading
from tests.payloads import XSS
from tests.sizes import long, met_first, short

Clock = Callable[[datetime], AbstractContextManager[None]]

WORD = {"contents": "status", "format": "docx"}


def address(world: Any) -> str:
    return f"/sopimukset/{world.slug}/viennit"


def make(client: LintingClient, here: str, status: int = 200, **fields: Any) -> Any:
    return client.send(here, fields, page=here, status=status, lint=status != 200)


def recorded(databases: Databases, agreement: UUID) -> list[dict[str, Any]]:
    """The facts of every document that was made, the newest first."""
    with databases.app.app_context():
        return [entry.facts for entry in ledger.entries(agreement, kinds=["export.made"])]


def head(databases: Databases, agreement: UUID) -> tuple[int, str]:
    with databases.app.app_context():
        found = ledger.head(agreement)
        assert found is not None
        return found.length, found.head


# ---------------------------------------------------------------- what is missing


def rows(page: Page) -> list[tuple[str, str]]:
    """Each check: whether it is in order, and its words."""
    found = page.one("ul", class_="mt4 checks")
    return [(each.get("class"), words_of(each)) for each in found if each.tag == "li"]


def test_the_page_tells_everything_that_is_missing(world: Any, browser: Browsers, databases: Databases) -> None:
    page = browser(world.mikko).page(address(world))
    assert page.title == "Tee asiakirja: 40 kohtaa on vielä sopimatta – kumppanuus"
    assert page.h1 == "Tee asiakirja"
    assert "Sopimus ei ole vielä valmis allekirjoitettavaksi. Voit tehdä luonnoksen jo nyt." in page.text
    assert "26 kohtaa 60:stä sovittu" in page.text
    with databases.app.app_context():
        found = progress.readiness(db.session.get_one(Agreement, world.agreement))
        chapters = [each for each in found.not_agreed if not each.placed.is_annex]
        annexes = [each for each in found.not_agreed if each.placed.is_annex]
        expected = [f"/kohdat/{each.id}" for each in [*chapters, *annexes, *found.removals]]
    assert [link for link in page.links() if re.fullmatch(r"/kohdat/[0-9a-f-]{36}", link)] == expected
    assert (len(chapters), len(annexes)) == (34, 6)
    told = rows(page)
    assert [(state, words[:34]) for state, words in told] == [
        ("no", "34 kohtaa on sopimatta 2.3 Järjest"),
        ("no", "Liitteistä 6 kohtaa on sopimatta L"),
        ("no", "1 kohdan poistaminen odottaa hyväk"),
        ("no", "10 tietoa puuttuu tekstistä Täytä "),
        ("ok", "Osapuolten tiedot on täytetty"),
        ("no", "9 muutosehdotusta odottaa vastaust"),
        ("no", "10 kysymystä on avoinna. Niistä yk"),
    ]
    assert "2.3 Järjestöjen erilaiset roolit, Järjestöt hyväksyneet" in told[0][1]
    assert "L4.1 (Tilat ja verkkoalustat), Luonnos" in told[1][1]
    assert "Poistettu kohta" not in told[2][1]
    assert {f"/sopimukset/{world.slug}/{name}" for name in ("taytettavat", "muutosehdotukset", "kysymykset")} <= set(
        page.links()
    )


def test_who_may_only_read_sees_what_is_missing_and_no_form(world: Any, browser: Browsers) -> None:
    for person in (world.aino, world.riikka, world.outi):
        page = browser(person).page(address(world))
        assert page.h1 == "Sopimuksen valmius"
        assert len(rows(page)) == 7
        assert "Koordinaattori tekee asiakirjan." in page.text
        assert not [form for form in page.all("form") if (form.get("action") or "").endswith("/viennit")]
        assert f"/sopimukset/{world.slug}/taytettavat" not in page.links()


def test_only_coordinators_make_documents(world: Any, browser: Browsers, databases: Databases) -> None:
    before = recorded(databases, world.agreement)
    for person in (world.aino, world.riikka, world.outi):
        browser(person).send(address(world), WORD, status=403)
    for place, person in ((world, world.eero), (world.town, world.tuula)):
        assert browser(person).get(address(place)).status_code == 404
        browser(person).send(address(place), WORD, status=404)
    visitor = browser()
    assert visitor.get(address(world)).status_code == 303
    visitor.send(address(world), WORD, status=303)
    assert recorded(databases, world.agreement) == before


def test_the_page_costs_the_same_queries_however_long_the_text(
    databases: Databases, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    spent = []
    for size in (short, long):
        with met_first(databases, size) as plain:
            client = Browsers(databases.app)(plain.coordinator)
            with queries() as sent:
                client.get(address(plain))
            spent.append(len(sent))
    assert spent[0] == spent[1] <= 14


# ---------------------------------------------------------------- making one


@pytest.mark.parametrize("form", ["docx", "pdf", "html", "md"])
def test_pressing_the_button_gives_the_file(form: str, world: Any, browser: Browsers, databases: Databases) -> None:
    client = browser(world.mikko)
    response = make(client, address(world), format=form)
    assert response.headers["Content-Type"] == FORMATS[f".{form}"]
    assert response.headers["Content-Disposition"] == f"attachment; filename=kumppanuussopimus-luonnos-18.3.2026.{form}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    number, digest = head(databases, world.agreement)
    with databases.app.app_context():
        last = ledger.entries(world.agreement, most=1)[0]
        assert (last.number, last.kind, last.actor_id) == (number, "export.made", world.mikko)
    if form == "pdf":
        with pikepdf.open(BytesIO(response.data)) as file:
            assert str(file.docinfo["/Keywords"]) == f"{world.slug}:{number}:{digest}"
    elif form == "docx":
        assert docx.Document(BytesIO(response.data)).core_properties.keywords == f"{world.slug}:{number}:{digest}"
    else:
        assert " ".join(re.findall(".{4}", digest)) in response.text


def test_a_second_press_gives_the_file_again(world: Any, browser: Browsers, databases: Databases) -> None:
    client, before = browser(world.mikko), len(recorded(databases, world.agreement))
    fields = client.page(address(world)).form("/viennit")
    answers = [client.post(address(world), data=fields) for _ in range(2)]
    assert [(each.status_code, each.mimetype.partition(".")[0]) for each in answers] == [(200, "application/vnd")] * 2
    assert len(recorded(databases, world.agreement)) == before + 2


def test_the_form_never_goes_by_htmx(world: Any, browser: Browsers) -> None:
    page = browser(world.mikko).page(address(world))
    form = next(each for each in page.all("form") if (each.get("action") or "").endswith("/viennit"))
    assert [name for name in form.attrib if name.startswith("hx-")] == []


def test_documents_made_before_are_told_with_who_made_them(world: Any, browser: Browsers) -> None:
    client = browser(world.tuula)
    make(client, address(world), contents="clean", format="md")
    told = [words_of(each) for each in client.page(address(world)).one("ul", class_="log")]
    assert told == [
        f"Ke 18.3.2026 klo 12 Luonnos 0.8 (muutettu sen jälkeen), pelkkä teksti, Markdown {world.names[world.tuula]}",
        f"To 26.2.2026 klo 15.02 Luonnos 0.8, kohtien tilanne, Word {world.names[world.mikko]}",
        f"Ke 14.1.2026 klo 15.05 Luonnos 0.7, pelkkä teksti, Word {world.names[world.mikko]}",
    ]
    history = client.page(f"/sopimukset/{world.slug}/tapahtumat?mita=asiakirjat")
    assert (
        f"{world.names[world.tuula]} teki asiakirjan: "
        "Luonnos 0.8 (muutettu sen jälkeen), pelkkä teksti, Markdown." in history.text
    )
    assert "lisäsi kohdan" not in history.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"contents": None}, "Valitse, mitä asiakirjaan tulee"),
        ({"contents": "kaikki"}, "Valitse, mitä asiakirjaan tulee"),
        ({"format": None}, "Valitse tiedostomuoto"),
        ({"format": "odt"}, "Valitse tiedostomuoto"),
        ({"contents": "final"}, "Sopimus ei ole vielä valmis allekirjoitettavaksi."),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(
    fields: dict[str, Any], sentence: str, world: Any, browser: Browsers, databases: Databases
) -> None:
    before = head(databases, world.agreement)
    page = Page(make(browser(world.mikko), address(world), 422, **fields).text)
    assert page.title.startswith("Virhe: Tee asiakirja")
    assert words_of(page.one("div", id="virheet")) == f"Asiakirjaa ei ole vielä tehty {sentence}"
    assert head(databases, world.agreement) == before


def test_twenty_documents_an_hour_are_enough(world: Any, browser: Browsers, databases: Databases, clock: Clock) -> None:
    client, before = browser(world.mikko), len(recorded(databases, world.agreement))
    with databases.app.app_context(), writing():
        for _use in range(18):
            limits.spend(f"export:{world.mikko}", limits.EXPORT)
        db.session.commit()
    fields = {**client.page(address(world)).form("/viennit"), "format": "md"}
    for _last in range(2):
        assert client.post(address(world), data=fields).status_code == 200
    refused = client.post(address(world), data=fields)
    assert refused.status_code == 429
    assert 3600 <= int(refused.headers["Retry-After"]) <= 3601
    assert "Yrityksiä on ollut liikaa." in words_of(Page(refused.text).one("div", id="virheet"))
    assert len(recorded(databases, world.agreement)) == before + 2
    make(browser(world.tuula), address(world), format="md")
    with clock(NOW + timedelta(minutes=61)):
        make(client, address(world), format="md")


# ---------------------------------------------------------------- ready to sign


@pytest.fixture
def ready(world: Any, databases: Databases) -> Agreement:
    """An agreement of one clause that both sides have approved; Mikko is its coordinator."""
    with databases.app.app_context(), writing():
        agreement = agreements.start(
            title="Pieni sopimus",
            kind=AgreementKind.PARTNERSHIP_AGREEMENT,
            authority_name="Järvi-Suomen hyvinvointialue",
            body_name="Kumppanuuspöytä",
            from_model=False,
            by=world.mikko,
        )
        mikko = db.session.get_one(accounts.User, world.mikko)
        members.begin(agreement, mikko, side=None, by=mikko.id)
        section = agreements.add_section(agreement, title="Yhteistyö", by=mikko.id)
        clause = agreements.add_clause(section, title="Kokoukset", text="Kokous on keväällä.", by=mikko.id)
        for side, by in ((Side.AUTHORITY, world.riikka), (Side.ORGANISATIONS, world.aino)):
            approvals.give(clause, side=side, fingerprint=clause.current.fingerprint, by=by)
        db.session.commit()
        db.session.refresh(agreement)
        db.session.expunge_all()
    return agreement


def test_what_is_ready_is_offered_as_final_and_frozen(
    ready: Agreement, world: Any, browser: Browsers, databases: Databases
) -> None:
    client = browser(world.mikko)
    page = client.page(address(ready))
    assert page.title == "Tee asiakirja – kumppanuus"
    assert "Sopimus on valmis allekirjoitettavaksi." in page.text
    assert rows(page) == [
        ("ok", "Kaikki kohdat on sovittu"),
        ("ok", "Tekstistä ei puutu tietoja"),
        (
            "ok",
            "Osapuolten tiedot on täytetty Asianumeroa ei ole annettu. Se ei ole pakollinen. Muuta sopimuksen tietoja",
        ),
        ("ok", "Kaikkiin muutosehdotuksiin on vastattu"),
        ("ok", "Avoimia kysymyksiä ei ole"),
    ]
    assert page.form("/viennit")["contents"] == "final"
    response = make(client, address(ready), format="html")
    assert response.headers["Content-Disposition"] == ("attachment; filename=pieni-sopimus-lopullinen-18.3.2026.html")
    assert "luonnos" not in response.text.partition("<body>")[2].lower()
    assert recorded(databases, ready.id) == [
        {"contents": "final", "format": "html", "edition": "lopullinen 18.3.2026", "is_changed": False, "since": ""}
    ]
    with databases.app.app_context():
        assert [each.name for each in agreements.editions(ready)] == ["lopullinen 18.3.2026"]
    told = [words_of(each) for each in client.page(address(ready)).one("ul", class_="log")]
    assert told == [f"Ke 18.3.2026 klo 12 Lopullinen 18.3.2026, verkkosivu {world.names[world.mikko]}"]


def test_an_agreement_without_text_or_questions_has_a_page(world: Any, browser: Browsers, databases: Databases) -> None:
    with databases.app.app_context(), writing():
        agreement = agreements.start(
            title="Tyhjä", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="[hyvinvointialue]",
            body_name="Pöytä", from_model=False, by=world.mikko,
        )  # fmt: skip
        members.begin(agreement, db.session.get_one(accounts.User, world.mikko), side=None, by=world.mikko)
        agreements.add_section(agreement, title="[luku]", by=world.mikko)
        slug = agreement.slug
        db.session.commit()
    here = f"/sopimukset/{slug}/viennit"
    page = browser(world.mikko).page(here)
    assert rows(page) == [
        ("no", "Sopimuksessa ei ole vielä kohtia"),
        ("ok", "Tekstistä ei puutu tietoja"),
        ("no", "1 otsikosta puuttuu tieto 1 [luku] Muokkaa rakennetta"),
        ("no", "Luvusta tai liitteestä puuttuu teksti 1 [luku] Muokkaa rakennetta"),
        ("no", "Osapuolten tiedoista puuttuu jotakin Muuta sopimuksen tietoja"),
        ("ok", "Kaikkiin muutosehdotuksiin on vastattu"),
        ("ok", "Avoimia kysymyksiä ei ole"),
    ]
    assert "Asiakirjoja ei ole vielä tehty." in page.text
    assert make(browser(world.mikko), here, format="md").text.startswith("# Tyhjä\n")


# ---------------------------------------------------------------- hostile texts


def test_hostile_titles_do_nothing_on_the_page_and_in_its_files(
    ready: Agreement, world: Any, browser: Browsers, databases: Databases
) -> None:
    client = browser(world.mikko)
    plain = {each.tag for each in client.page(address(ready)).root.iter() if isinstance(each.tag, str)}
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, ready.id)
        section = agreements.outline(agreement).chapters[0].section
        for text in XSS[::10]:  # the page shows none of them, and what stands in files is tested there
            agreements.add_clause(section, title=text[:300], text=text, by=world.mikko)
        agreements.edit(
            agreement, title=XSS[0], authority_name=XSS[6], body_name=XSS[10], case_number=XSS[0],
            signature_text=XSS[12], base=agreement.facts_digest, by=world.mikko,
        )  # fmt: skip
        agreements.freeze(agreement, XSS[0], by=world.mikko)
        db.session.commit()
    page = client.page(address(ready))
    assert {each.tag for each in page.root.iter() if isinstance(each.tag, str)} - plain <= {"br", "use", "svg"}
    for form in ("docx", "pdf", "html", "md"):
        response = make(client, address(ready), format=form)
        name = response.headers["Content-Disposition"].removeprefix("attachment; filename=")
        assert re.fullmatch(rf"[a-z0-9.-]+\.{form}", name)
    page = client.page(address(ready))
    assert not [each for each in page.all("script") if not (each.get("src") or "").startswith("/static/")]
    assert "Luonnos <script>alert(1)</script>, kohtien tilanne, Word" in page.text


# ---------------------------------------------------------------- changes between two versions


def test_two_states_of_the_text_are_compared_in_word(world: Any, browser: Browsers, databases: Databases) -> None:
    client = browser(world.mikko)
    page = client.page(address(world))
    form = page.form("/viennit/muutokset")
    chosen = {name: form[name] for name in ("since", "until")}
    assert chosen["until"] == "now"
    here = f"{address(world)}/muutokset"
    response = client.send(here, chosen, page=address(world), status=200, lint=False)
    assert response.headers["Content-Type"] == FORMATS[".docx"]
    body = reading.part(response.data, "word/document.xml")
    authors = {each.get(f"{reading.W}author") for each in body.iter(f"{reading.W}ins", f"{reading.W}del")}
    assert authors
    assert {name for author in authors for name in author.split(", ")} <= set(world.names.values())
    assert recorded(databases, world.agreement)[0]["contents"] == "changes"
    same = client.send(here, {"since": "now", "until": "now"}, page=address(world), status=422)
    assert "Tekstit ovat samat. Valitse kaksi eri tekstiä." in same.text
    wrong = client.send(here, {"since": "nothing", "until": "now"}, page=address(world), status=422)
    assert "Valitse vanhempi teksti" in wrong.text
