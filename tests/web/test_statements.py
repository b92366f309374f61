"""Answering a round on the screen: by a link without an account, with one, for somebody else; reading and hiding."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, ledger, members, notifications, organisations, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.config import Settings
from kumppanuus.db import db, today, writing
from kumppanuus.members import Member
from kumppanuus.organisations import BodyKind, Details, SeatRole
from kumppanuus.rounds import Request, Round, RoundLink
from kumppanuus.statements import Channel, Remark, Statement
from kumppanuus.web import public_address
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases, Queries, end_of
from tests.documents.pdf_reader import Reader

Clock = Callable[[Any], AbstractContextManager[None]]


@dataclass
class Asked:
    """An open round of the demo world: its number, and the secret of a link to one who has no account."""

    databases: Databases
    world: Any
    number: int
    invitee: UUID
    own: UUID
    secret: str

    @property
    def path(self) -> str:
        return f"/sopimukset/{self.world.slug}/kierrokset/{self.number}"

    @property
    def link(self) -> str:
        return f"/vastaukset/{self.secret}"

    @contextmanager
    def doing(self) -> Iterator[Round]:
        """Calls verbs beside the browsers, and commits."""
        with self.databases.app.app_context(), writing():
            agreement = the(self.world)
            found = rounds.numbered(agreement, self.number)
            assert found is not None
            yield found
            db.session.commit()

    def said(self) -> list[tuple[str | None, str, str | None]]:
        """What was sent and stands: the kind, the words, the suggested text."""
        with self.doing() as round_:
            query = sa.select(Remark).join(Statement, Statement.id == Remark.statement_id)
            query = query.where(Statement.round_id == round_.id, Remark.sent_at.is_not(None))
            found = db.session.scalars(query.where(Remark.withdrawn_at.is_(None)).order_by(Remark.text))
            return [(each.kind and each.kind.value, each.text, each.suggested_text) for each in found]

    def letters(self, to: str) -> list[str]:
        """The letters that have left by now to somebody."""
        with self.databases.app.app_context():
            notifications.send_due(public_address)
            settings: Settings = self.databases.app.extensions["settings"]
            return [each.text for each in notifications.kept(settings) if each.to == to]

    def letter(self, to: str) -> str:
        """The one letter that has left to somebody."""
        (found,) = self.letters(to)
        return found

    def close(self) -> None:
        with self.doing() as round_:
            rounds.close(round_, by=self.world.mikko)


def the(world: Any) -> Agreement:
    found = agreements.by_slug(world.slug)
    assert found is not None
    return found


def member(world: Any, person: UUID) -> Member:
    found = members.of(world.agreement, person)
    assert found is not None
    return found


@pytest.fixture
def asked(databases: Databases, world: Any) -> Asked:
    with databases.app.app_context(), writing():
        agreement, aino = the(world), member(world, world.aino)
        other = organisations.add(
            agreement, Details("Kaukaiset ry", contact_address="k@kumppanuus.example"), by=world.mikko
        )
        body = organisations.add_body(agreement, name="Iso pöytä", kind=BodyKind.FORUM, by=world.mikko)
        seat = organisations.add_seat(body, role=SeatRole.SECRETARY, by=world.mikko)
        organisations.begin_term(seat, aino.user, by=world.mikko)
        request = Request("Mitä puuttuu?", today() + timedelta(days=40), background="Uusi luonnos.", aims="Kuulla.")
        round_ = rounds.make(agreement, request, by=world.mikko)
        assert aino.organisation_id is not None
        rounds.invite(round_, organisations=[aino.organisation_id, other.id], bodies=[body.id], by=world.mikko)
        rounds.open_(round_, edition="kysytty", drawn_from=round_.request_state, by=world.mikko)
        invited = {each.name: each for each in rounds.invitees(round_)}
        found = Asked(
            databases,
            world,
            round_.number,
            invited["Kaukaiset ry"].id,
            next(each.id for each in invited.values() if each.organisation_id == aino.organisation_id),
            rounds.personal_secret(invited["Kaukaiset ry"]),
        )
        db.session.commit()
    return found


def write(client: LintingClient, page: str, status: int = 303, **fields: str) -> str:
    """Fill in the page of a chapter and keep it; gives where it leads, or the text of what was refused."""
    response = client.post(page, data={**client.page(page).form(page), **named(fields)})
    assert response.status_code == status, response.text[:2000]
    return str(response.location) if status == 303 else response.text


def named(fields: dict[str, str]) -> dict[str, str]:
    """`p0_text` is the field "p0-text"."""
    return {name.replace("_", "-", 1) if re.match(r"p\d", name) else name: said for name, said in fields.items()}


def link_in(text: str) -> str:
    """The link of an answer that stands in a text."""
    found = re.search(r"/vastaukset/[\w-]{43}", text)
    assert found is not None
    return found[0]


def status(client: LintingClient, deed: str) -> int:
    """What a deed answers that nobody offered."""
    return client.post(deed, data={**client.token(), "reason": "Syy."}).status_code


def refused_in_words(client: LintingClient, deed: str) -> bool:
    """Whether a deed of a round that was closed is refused, and never fails."""
    return status(client, deed) == 422


def test_an_organisation_answers_by_its_link_without_an_account(asked: Asked, browser: Browsers, clock: Clock) -> None:
    client = browser()
    start = client.get(asked.link)
    page = Page(start.text)
    assert start.headers["Referrer-Policy"] == "no-referrer"
    assert start.headers["Cache-Control"] == "no-store"
    assert page.h1 == "Mitä puuttuu?"
    assert "Vastaaja: Kaukaiset ry" in page.text
    first, second = f"{asked.link}/luvut/1", f"{asked.link}/luvut/2"
    assert {first, second} < set(page.links())
    assert write(client, first, p0_text="Hyvä alku.", p0_choice="concern") == second
    draft = client.page(first)
    assert draft.form(first)["p0-text"] == "Hyvä alku."
    typed = draft.form(first)["p1-wording"]
    shown = client.post(first, data={**draft.form(first), "p1-wording": f"{typed} Lisäys.", "esikatselu": "p1"})
    assert "<ins" in shown.text
    assert write(client, first, p1_wording=f"{typed} Lisäys.", luonnos="1") == first
    refused = Page(write(client, second, status=422, p0_text="Tunnus 131052-308T"))
    assert "Tässä näyttää olevan henkilötunnus" in refused.text
    assert refused.form(second)["p0-text"] == "Tunnus 131052-308T"
    assert asked.said() == []

    review = client.page(f"{asked.link}/lahetys")
    assert "Hyvä alku." in review.text
    assert "julkisia" in review.text
    fields = {**review.form("/lahetys"), "address": "uusi@kumppanuus.example", "people": "7"}
    for _press in range(2):
        assert client.post(f"{asked.link}/lahetys", data=fields).location == asked.link
    assert asked.said() == [(None, "", f"{typed} Lisäys."), ("concern", "Hyvä alku.", None)]
    sent = client.page(asked.link)
    assert "Kiitos! Vastaus on lähetetty" in sent.text
    own = link_in(asked.letter("Kaukaiset ry <uusi@kumppanuus.example>"))
    assert own != asked.link
    write(browser(), f"{own}/luvut/1", p0_text="Korjattu alku.")
    browser().send(f"{own}/lahetys", page=f"{own}/lahetys")
    assert [text for _kind, text, _new in asked.said() if text] == ["Korjattu alku."]
    asked.close()
    assert "ei voi enää vastata" in browser(asked.world.mikko).get(f"{asked.path}/linkit").text
    assert refused_in_words(browser(asked.world.mikko), f"{asked.path}/linkit")
    assert refused_in_words(browser(asked.world.mikko), f"{asked.path}/kirjaus")
    closed = client.get(asked.link)
    assert (closed.status_code, "on päättynyt" in closed.text) == (410, True)
    late = client.post(f"{asked.link}/lahetys", data={**fields, "name": "Myöhästyjä"})
    assert (late.status_code, late.headers["Referrer-Policy"]) == (410, "no-referrer")
    late = client.post(first, data={**draft.form(first), "p0-text": "Myöhästyneen sanat."})
    assert [each.text.strip() for each in Page(late.text).all("textarea")] == ["Myöhästyneen sanat."], (
        "no untouched text"
    )
    assert ledger_holds(asked)


def ledger_holds(asked: Asked) -> bool:
    with asked.doing():
        return ledger.verify() is None


def test_what_somebody_else_wrote_meanwhile_is_shown_beside_the_own_text(asked: Asked, browser: Browsers) -> None:
    first, second, page = browser(), browser(), f"{asked.link}/luvut/1"
    drawn = second.page(page).form(page)
    write(first, page, p0_text="Ensimmäisen teksti.")
    clash = second.post(page, data={**drawn, "p0-text": "Toisen teksti."})
    shown = Page(clash.text)
    assert clash.status_code == 409
    assert "Ensimmäisen teksti." in shown.text
    assert shown.form(page)["p0-text"] == "Toisen teksti."
    assert second.post(page, data=shown.form(page)).status_code == 303
    assert first.page(page).form(page)["p0-text"] == "Toisen teksti."
    # Saving in the background tells the form what it is drawn from now.
    fresh = first.page(page).form(page)
    kept = first.post(
        f"{page}/luonnos", data={**fresh, "p0-text": "Taustalla."}, headers={"HX-Request": "true"}, lint=False
    )
    assert kept.status_code == 200
    seen = Page(kept.text).one("input", name="p0-seen").get("value")
    assert first.post(page, data={**fresh, "p0-seen": seen, "p0-text": "Lopuksi."}).status_code == 303


def test_many_answer_by_the_link_a_representative_forwards(asked: Asked, browser: Browsers, world: Any) -> None:
    aino, made = browser(world.aino), f"{asked.path}/linkit"
    section = next(value for value in options(aino.page(made), "section") if value)
    form = {**aino.page(made).form(made), "section": section}
    first, second = (Page(aino.post(made, data=form).text).one("textarea", id="tiivistelma").text for _ in range(2))
    digest, link = first, link_in(first)
    assert second == digest, "a second press shows the same link"
    assert "Et tarvitse tunnuksia" in digest
    for who in ("Eka", "Toka"):
        client = browser()
        refused = Page(write(client, f"{link}/luvut/1", status=422, p0_text="Tunnus 131052-308T"))
        typed = {**refused.form(f"{link}/luvut/1"), "p0-text": f"Sanoo {who}.", "luonnos": "1"}
        own, again = (str(client.post(f"{link}/luvut/1", data=typed).location) for _press in range(2))
        assert own == again, "a second press goes on with the same answer"
        assert not own.startswith(link), "each gets an address of their own"
        start = own.partition("/luvut")[0]
        assert f"Sanoo {who}." in client.page(f"{start}/lahetys").text
        client.send(f"{start}/lahetys", {"named": "", "name": ""}, page=f"{start}/lahetys", status=422)
        client.send(f"{start}/lahetys", {"named": "nuorten tupa RY", "name": who}, page=f"{start}/lahetys")
    assert sorted(text for _kind, text, _new in asked.said()) == ["Sanoo Eka.", "Sanoo Toka."]
    with asked.doing() as round_:
        found = db.session.scalars(sa.select(Statement).where(Statement.round_id == round_.id)).all()
        assert len(found) == 2, "what was refused or pressed twice has begun nothing more"
        assert {(each.organisation.name if each.organisation else "", each.named) for each in found} == {
            ("Nuorten Tupa ry", "")
        }
        link_id = db.session.scalars(
            sa.select(RoundLink.id).where(RoundLink.round_id == round_.id, RoundLink.made_by_id.is_not(None))
        ).one()
    assert status(browser(world.riikka), f"{made}/{link_id}/peruminen") == 403
    aino.send(f"{made}/{link_id}/peruminen", page=made)
    gone = browser().get(link)
    assert (gone.status_code, "Linkki ei toimi." in gone.text) == (404, True)
    wrong = browser().post(f"{link}/lahetys", data={**browser().token(), "text": "Tämä ei saa kadota"})
    assert wrong.status_code in (400, 404)


def test_a_letter_on_paper_leads_to_the_answer_of_whoever_has_no_address(
    asked: Asked, browser: Browsers, world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="kumppanuus.security")
    with asked.doing() as round_:
        silent = organisations.add(round_.agreement, Details("Kylätalo ry", municipality="Ilmola"), by=world.mikko)
        (invitee,) = rounds.invite(round_, organisations=[silent.id], by=world.mikko)
        page, of_silent = f"{asked.path}/kutsutut", f"{asked.path}/kutsutut/{invitee.id}"
    mikko, visitor, deed = browser(world.mikko), browser(), f"{of_silent}/kirje"
    listed = mikko.page(page)
    assert [words_of(each.find("div")) for each in listed.one("section", aria_labelledby="paperilla").iter("li")] == [
        "Kylätalo ry"
    ]
    form = listed.form(deed)
    first, second = (mikko.post(deed, data=form) for _press in range(2))
    letter = letter_in(first.data)
    assert letter == letter_in(second.data), "a second press prints the same letter"
    assert first.headers["Content-Disposition"] == "attachment; filename=kirje-kylatalo-ry.pdf"
    # All at once: nobody is without a letter, so it has to be said that those there are end.
    every = mikko.page(page).form(f"{page}/kirjeet")
    assert mikko.post(f"{page}/kirjeet", data=every).status_code == 409
    number, code = letter_in(mikko.post(f"{page}/kirjeet", data=every | {"uudelleen": "1"}).data).values()
    assert (number, code) != tuple(letter.values())
    told = f"Kirje {number} tulostettu"
    assert told in mikko.page(page).text, "which letter was sent is seen by whoever is called"
    assert "Aiempi kirje lakkaa toimimasta." in mikko.page(of_silent).text

    typed = {"number": number.replace(" ", ""), "code": code.lower().replace("-", " ")}
    answer = str(visitor.send("/vastaa", typed, page="/vastaa").location)
    assert answer == str(visitor.send("/vastaa", typed, page="/vastaa").location)
    assert "Vastaaja: Kylätalo ry" in visitor.page(answer).text
    write(visitor, f"{answer}/luvut/1", p0_text="Meillä ei ole sähköpostia.")
    visitor.send(f"{answer}/lahetys", {"name": "Taimi"}, page=f"{answer}/lahetys")
    assert asked.said() == [(None, "Meillä ei ole sähköpostia.", None)]

    # A wrong code and a number that nobody has get the same answer; what was typed stands in the form.
    caplog.clear()
    told_wrong = []
    for wrong in ({**typed, "code": "333333333"}, {**typed, "number": "1"}):
        refused = Page(visitor.send("/vastaa", wrong, page="/vastaa", status=422).text)
        assert [refused.one("input", name=name).get("value") for name in wrong] == list(wrong.values())
        told_wrong += [words_of(each) for each in refused.root.iter() if each.get("id") == "code-v"]
    assert told_wrong == ["Virhe: Numero tai koodi ei täsmää. Tarkista ne kirjeestä ja yritä uudelleen."] * 2
    assert [json.loads(each.getMessage())["what"] for each in caplog.records] == ["letter.refused"] * 2
    assert not [each for each in caplog.records if "333333333" in each.getMessage()]

    # Printed anew, the letter before ends, and so does what it had opened.
    anew = letter_in(mikko.send(deed, {"uudelleen": "1"}, page=of_silent, status=200).data)
    assert mikko.post(deed, data=form | {"form_key": "vanha sivu"}).status_code == 409, "a page that knew of no letter"
    visitor.send("/vastaa", typed, page="/vastaa", status=422)
    assert visitor.get(answer).status_code == 404
    for tried in range(7):
        visitor.send("/vastaa", {"number": f"{tried}", "code": "x"}, page="/vastaa", status=422)
    waits = visitor.send("/vastaa", anew, page="/vastaa", status=429)
    assert "Yritä uudelleen" in waits.text, "an address of the network that guesses waits, also with a right code"


def letter_in(content: bytes) -> dict[str, str]:
    """The number and the code that stand in a letter on paper."""
    lines = [words for _tag, words in Reader(content).lines()]
    found = [re.search(r"(?:numero|koodi): (.+)", each) for each in lines]
    number, code = (each[1].strip() for each in found if each)
    assert "Pyydämme vastausta" in lines
    return {"number": number, "code": code}


def test_who_loses_a_file_on_the_way_is_told_to_choose_it_again(asked: Asked, browser: Browsers, world: Any) -> None:
    page = f"{asked.path}/kirjaus"
    mikko, again = browser(world.mikko), "Valitse tiedosto uudelleen"
    form = {**mikko.page(page).form(page), "named": "Kylätalo ry"}
    form.pop("channel", None)

    def brought() -> dict[str, Any]:
        return {**form, "file": (io.BytesIO(b"%PDF-1.7"), "lausunto.pdf")}

    refused = mikko.post(page, data=brought(), content_type="multipart/form-data")
    assert (refused.status_code, again in refused.text) == (422, True)
    without = mikko.post(page, data=form, content_type="multipart/form-data")
    assert (without.status_code, again in without.text) == (422, False)
    too_old = mikko.post(page, data={**brought(), "csrf_token": ""}, content_type="multipart/form-data")
    assert (too_old.status_code, "Valitse se uudelleen." in too_old.text, "Kylätalo ry" in too_old.text) == (
        400,
        True,
        True,
    )


def options(page: Page, name: str) -> list[str]:
    return [str(each.get("value")) for each in page.one("select", name=name).iter("option")]


def test_members_write_one_answer_of_their_organisation_and_of_the_body_they_serve(
    asked: Asked, browser: Browsers, world: Any
) -> None:
    aino = browser(world.aino)
    voices = aino.page(f"{asked.path}/vastaa")
    assert [words_of(each) for each in voices.all("h3")] == ["Iso pöytä", "Järvi-Suomen Omaishoitajat ry"]
    begin = f"{asked.path}/kutsutut/{asked.own}/vastaus"
    home = str(aino.send(begin, page=f"{asked.path}/vastaa").location)
    assert str(aino.post(begin, data=aino.token()).location) == home, "a second press leads to the same answer"
    write(aino, f"{home}/luvut/1", p0_text="Jäsenten näkemys.")
    assert aino.send(f"{home}/lahetys", page=f"{home}/lahetys").location == home
    assert browser(world.riikka).get(home).status_code == 403
    assert status(browser(world.mikko), begin) == 403
    read = f"{asked.path}/lausunnot/{home.rpartition('/')[2]}"
    assert read in browser(world.outi).page(f"{asked.path}/lausunnot").links()
    assert f"{asked.path}/lausunnot" in browser(world.outi).page(asked.path).links()
    seen = browser(world.outi).page(read)
    assert "Jäsenten näkemys." in seen.text
    for form, magic in (("docx", b"PK"), ("pdf", b"%PDF")):
        made = aino.send(f"{read}/vienti/{form}", page=read, status=200)
        assert made.data.startswith(magic)
        assert "attachment" in made.headers["Content-Disposition"]


def test_a_member_answers_for_the_own_organisation_which_was_not_asked(
    asked: Asked, browser: Browsers, world: Any
) -> None:
    sari, page, begin = browser(world.sari), f"{asked.path}/vastaa", f"{asked.path}/vastaus"
    assert "Vastaa järjestösi puolesta" in sari.page(page).text
    assert "Nuorten Tupa ry" in to_invite(asked, browser)
    home = str(sari.send(begin, page=page).location)
    assert str(sari.post(begin, data=sari.token()).location) == home, "a second press leads to the same answer"
    write(sari, f"{home}/luvut/1", p0_text="Kysymättäkin sanomme.")
    assert not sari.page(f"{home}/lahetys").all("input", name="named"), "whose answer it is, is known"
    sari.send(f"{home}/lahetys", page=f"{home}/lahetys")
    assert asked.said() == [(None, "Kysymättäkin sanomme.", None)]
    assert "Nuorten Tupa ry" not in to_invite(asked, browser), "who has answered is not asked"
    figures = words_of(browser(world.mikko).page(asked.path).one("dl", class_="figures"))
    assert "muu vastaus" in figures
    assert browser(world.pertti).get(home).status_code == 403, "only its own members write it"
    reader = browser(world.outi)
    assert "Et voi vastata minkään järjestön puolesta." in reader.page(page).text
    assert status(reader, begin) == 403
    asked.close()
    assert refused_in_words(sari, begin)


def to_invite(asked: Asked, browser: Browsers) -> str:
    """Everybody whom a coordinator is offered to invite."""
    page = browser(asked.world.mikko).page(f"{asked.path}/kutsutut")
    return " ".join(words_of(each) for each in page.all("label"))


def test_a_coordinator_writes_down_what_came_on_paper_and_its_giver_confirms_it(
    asked: Asked, browser: Browsers, world: Any
) -> None:
    mikko, page = browser(world.mikko), f"{asked.path}/kirjaus"
    fields: dict[str, Any] = {**mikko.page(page).form(page), "channel": "paper", "invitee": str(asked.invitee)}
    fields |= {"name": "Olga", "address": "olga@kumppanuus.example", "people": "30"}
    bad = mikko.post(page, data={**fields, "file": (io.BytesIO(b"<html>"), "a.pdf")})
    assert bad.status_code == 422
    assert "Valitse PDF- tai Word-tiedosto" in bad.text
    assert Page(bad.text).form(page)["name"] == "Olga"
    home = str(mikko.post(page, data={**fields, "file": (io.BytesIO(b"%PDF-1.7 x"), "lausunto.pdf")}).location)
    write(mikko, f"{home}/luvut/1", p0_text="Paperilla luki näin.")
    mikko.send(f"{home}/lahetys", page=f"{home}/lahetys")
    letter = asked.letter("Olga <olga@kumppanuus.example>")
    assert "Mikko Saarela kirjasi puolestasi vastauksen" in letter
    link = link_in(letter)
    giver = browser()
    assert "Paperilla luki näin." in giver.page(f"{link}/lahetys").text
    giver.send(f"{link}/vahvistus", page=link)
    read = f"{asked.path}/lausunnot/{home.rpartition('/')[2]}"
    shown = browser(world.aino).page(read)
    told = ("Olga", "Mikko Saarela", "Paperilla", "30 ihmistä", "Antaja vahvisti")
    assert [each for each in told if each not in shown.text] == []
    file = browser(world.aino).get(next(each for each in shown.links() if "/liitteet/" in each))
    assert (file.data, file.mimetype) == (b"%PDF-1.7 x", "application/pdf")
    assert file.headers["Content-Disposition"] == "attachment; filename=lausunto.pdf"
    assert "kirjasi kierrokselle" in mikko.page(f"/sopimukset/{world.slug}/tapahtumat").text


def test_a_coordinator_hides_with_a_reason_that_is_shown(asked: Asked, browser: Browsers, world: Any) -> None:
    with asked.doing() as round_:
        statement = statements.begin(round_, channel=Channel.PHONE, by=world.mikko)
        part = statements.parts_of(round_)[0]
        said = {part.places[0]: statements.Said(text="Rumaa puhetta.")}
        statements.keep(statement, said, seen={}, parts=[part], by=world.mikko)
        statements.send(statement, statements.Giver("Pena", named="Kulmakunta"), by=world.mikko)
        read = f"{asked.path}/lausunnot/{statement.id}"
        remark = db.session.scalars(sa.select(Remark.id).where(Remark.statement_id == statement.id)).one()
    mikko = browser(world.mikko)
    deed = f"{read}/huomiot/{remark}/piilotus"
    empty = Page(mikko.send(deed, {"reason": " "}, page=read, status=422).text)
    assert "Kirjoita perustelu" in empty.text
    assert status(browser(world.aino), deed) == 403
    mikko.send(deed, {"reason": "Loukkaa toista."}, page=read)
    shown = browser(world.aino).page(read).text
    assert ("Rumaa" in shown, "Loukkaa toista." in shown, "Pena" in shown) == (False, True, True)
    mikko.send(f"{read}/antajan-poisto", page=read)
    assert "Pena" not in browser(world.aino).page(read).text
    mikko.send(f"{read}/piilotus", {"reason": "Koko vastaus pois."}, page=read)
    assert "Koko vastaus pois." in browser(world.aino).page(read).text


def test_who_does_not_answer_says_so_and_may_still_answer(asked: Asked, browser: Browsers, clock: Clock) -> None:
    client = browser()
    client.send(f"{asked.link}/kieltaytyminen", {"reason": "Ei ehditä."}, page=asked.link)
    page = client.page(asked.link)
    assert "Voit silti vielä vastata" in page.text
    with clock(end_of(today() + timedelta(days=41))):
        write(client, f"{asked.link}/luvut/1", p0_text="Ehdittiin sittenkin.")
        assert "myöhästyneeksi" in client.page(f"{asked.link}/lahetys").text
        client.send(f"{asked.link}/lahetys", page=f"{asked.link}/lahetys")
    assert [text for _kind, text, _new in asked.said()] == ["Ehdittiin sittenkin."]


def test_those_who_have_not_answered_are_reminded_once_and_a_body_by_its_secretary(
    asked: Asked, browser: Browsers, world: Any, clock: Clock
) -> None:
    page = f"{asked.path}/muistutus"
    browser().send(f"{asked.link}/kieltaytyminen", page=asked.link)
    early = browser(world.mikko).send(page, status=422)
    assert "Ketään ei voi muistuttaa juuri nyt." in early.text
    assert "Kutsu lähti alle viisi päivää sitten." in early.text
    with clock(end_of(today() + timedelta(days=5))):
        mikko = browser(world.mikko)
        form = mikko.page(page).form("/muistutus")
        for _press in range(2):
            assert mikko.send(page, form).location == asked.path
        # Aino is the contact of her organisation, and the secretary of the body.
        to_body, to_own = sorted(
            asked.letters("Aino Heikkilä <aino.heikkila@kumppanuus.example>"), key=lambda text: "/vastaukset/" in text
        )
        assert "Vastaa kirjautuneena, toimielimen puolesta: Iso pöytä." in to_body
        assert f"{asked.path}/vastaa" in to_body
        assert "Et tarvitse tunnuksia:\nhttp" in to_own, "an address that follows a word is no link"
        with asked.doing() as round_:
            found = {each.name: each.reminded_at is not None for each in rounds.invitees(round_)}
        assert found == {"Iso pöytä": True, "Kaukaiset ry": False, "Järvi-Suomen Omaishoitajat ry": True}
        with asked.doing():
            outbox = sa.select(sa.func.count()).where(notifications.Outgoing.letter == notifications.Letter.REMINDER)
            assert db.session.scalar(outbox) == 2, "one letter each, whatever is pressed twice"
        assert "Ketään ei voi muistuttaa juuri nyt." in mikko.page(page).text
    asked.close()
    assert refused_in_words(browser(world.mikko), page)


def test_a_page_of_an_answer_costs_the_same_however_much_is_said(
    asked: Asked, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    client, page, spent = browser(), f"{asked.link}/luvut/3", []
    for text in ("", "Sanottu."):
        fields = client.page(page).form(page)
        if text:
            boxes = {name: text for name in fields if name.endswith("-text")}
            assert len(boxes) > 3
            assert client.post(page, data={**fields, **boxes}).status_code == 303
        with queries() as found:
            client.page(page)
        spent.append(len(found))
    assert spent[0] + 2 >= spent[1], spent
    assert spent[1] <= 12
