"""Digests: letters that hold what happened, when they leave, and stopping them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select

from kumppanuus import accounts, agreements, comments, ledger, members, notifications, questions, retention, suggestions
from kumppanuus.accounts import Language, User
from kumppanuus.agreements import Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import HELSINKI, db
from kumppanuus.notifications import Digest, Letter, Notice, Outgoing, Rhythm, rhythm
from kumppanuus.responses.events import ResponseReleased
from kumppanuus.statements import Disposition
from kumppanuus.web import digests, public_address
from tests import mail
from tests.client import LintingClient, client_of
from tests.concepts.table import Table
from tests.databases import NOW, Browsers, Databases, Queries, SceneOf
from tests.payloads import XSS

Clock = Callable[[datetime], AbstractContextManager[None]]

MONDAY = datetime(2026, 3, 23, 7, tzinfo=HELSINKI)


class Box(Table):
    """The table, and the letters that left to its people."""

    def __init__(self, app: Flask, table: Table) -> None:
        vars(self).update(vars(table))
        self.app, self.folder = app, notifications.mail_folder(app.extensions["settings"])

    def look(self) -> dict[str, EmailMessage]:
        """Do what a worker does; the letters that left, by the first name of who got them."""
        db.session.commit()
        before = set(self.folder.glob("*.eml"))
        notifications.look(public_address)
        new = sorted(set(self.folder.glob("*.eml")) - before)
        found = [message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default) for file in new]
        letters = {str(message["To"]).split()[0].lower(): message for message in found}
        assert len(letters) == len(found), "somebody got two letters"
        return letters

    def set(self, user: UUID, **values: Any) -> None:
        for name, value in values.items():
            setattr(db.session.get_one(User, user), name, value)


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def subjects(letters: dict[str, EmailMessage]) -> dict[str, str]:
    return {name: str(letter["Subject"]) for name, letter in letters.items()}


def table_that_was_told() -> Table:
    table = Table()
    db.session.commit()
    notifications.gather()
    db.session.execute(delete(Notice))
    return table


@pytest.fixture
def box(databases: Databases, scene_of: SceneOf[Table]) -> Box:
    return Box(databases.app, scene_of(table_that_was_told))


DIGEST = """\
Hei Riikka,

Muutoksissa on merkitty sanoin, mitä on poistettu ja mitä on lisätty.

SOPIMUS
http://127.0.0.1:8000/sopimukset/SOPIMUS

Sinua odottaa 1 asia:

1. Vastaa muutosehdotukseen
   Kohta 1.1 Kulut. Järjestöt ehdottavat muutosta. Voit hyväksyä sen tai
   ehdottaa toista.
   http://127.0.0.1:8000/muutosehdotukset/ID


1.1 Kulut
http://127.0.0.1:8000/kohdat/ID

Muutos:
   Alue maksaa [lisätty: järjestöjen] kulut.

Ke 18.3. Aino kommentoi kohtaa 1.1.
   Entä junaliput?
   Vastaa: http://127.0.0.1:8000/kommentit/ID/vastaukset

Ke 18.3. Mikko Mäki vastasi kommenttiin kohdassa 1.1.
   Kommentti oli: Entä junaliput?
   Nekin korvataan.
   Vastaa: http://127.0.0.1:8000/kommentit/ID/vastaukset

Ke 18.3. Mikko Mäki muutti kohdan 1.1 tekstiä.
   Perustelu: Selvempi

Ke 18.3. Aino ehdotti muutosta kohtaan 1.1 muutosehdotuksessa 1.
   Alue maksaa järjestöjen [poistettu: kulut] [lisätty: matkat].
   Perustelu: Tarkempi


Saat tämän viestin, koska osallistut sopimukseen.
Muuta, kuinka usein viestejä tulee:
http://127.0.0.1:8000/oma-sivu#sahkopostit
Lopeta nämä viestit:
http://127.0.0.1:8000/koosteet/AVAIN
"""


def week(box: Box) -> None:
    """What happened before the first Monday."""
    said = box.say(box.aino)
    comments.reply(said, text="Nekin korvataan.", by=box.member(box.mikko))
    agreements.rewrite(
        box.clause,
        title="Kulut",
        text="Alue maksaa järjestöjen kulut.",
        base=box.clause.current,
        reason="Selvempi",
        by=box.mikko,
    )
    new = {"title": "Kulut", "text": "Alue maksaa järjestöjen matkat.", "reason": "Tarkempi"}
    suggestions.write(box.clause, base=box.clause.current, by=box.member(box.aino), **new)


def test_the_words_of_a_digest(box: Box, clock: Clock) -> None:
    week(box)
    with clock(MONDAY):
        letter = box.look()["riikka"]
    text = text_of(letter)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text).replace(box.agreement.slug, "SOPIMUS")
    assert re.sub(r"(?<=/koosteet/)\S+", "AVAIN", text) == DIGEST
    assert letter["Subject"] == "2 uutta kommenttia ja 1 muutosehdotus: Sopimus"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"] == f"<{re.findall(r'http://127.0.0.1:8000/koosteet/.+', text_of(letter))[0]}>"
    assert letter["References"] == f"<agreement-{box.agreement.id}@localhost>"


def test_every_link_of_a_letter_opens_for_whom_it_was_written(box: Box, clock: Clock) -> None:
    week(box)
    with clock(MONDAY):
        letter = box.look()["riikka"]
        links = set(re.findall(r"http://127\.0\.0\.1:8000(/\S*)", text_of(letter)))
        riikka = Browsers(box.app)(box.riikka)
        opened = {link: riikka.get(link, follow_redirects=True).status_code for link in links}
    assert opened == dict.fromkeys(links, 200)
    assert any(link.endswith("/vastaukset") for link in links)


def test_what_is_said_to_somebody_comes_at_once_and_the_rest_on_monday_once(box: Box, clock: Clock) -> None:
    week(box)
    assert box.look() == {}
    with clock(NOW + rhythm.PAUSE):
        assert subjects(box.look()) == {"aino": "1 uusi kommentti: Sopimus"}
        assert box.look() == {}
    with clock(MONDAY - timedelta(seconds=1)):
        assert box.look() == {}
    with clock(MONDAY):
        assert subjects(box.look()) == {
            "mikko": "1 uusi kommentti ja 1 muutosehdotus: Sopimus",
            "riikka": "2 uutta kommenttia ja 1 muutosehdotus: Sopimus",
            "aino": "1 muutos tekstiin: Sopimus",
            "outi": "2 uutta kommenttia ja 1 muutosehdotus: Sopimus",
        }
        assert box.look() == {}
    # Written a moment before seven, and seen by a worker after the letters of that Monday were made.
    with clock(MONDAY - timedelta(seconds=1)):
        box.say(box.aino, "Vielä yksi asia.")
    with clock(MONDAY + timedelta(seconds=5)):
        assert box.look() == {}
    with clock(MONDAY + timedelta(days=7)):
        assert set(box.look()) == {"mikko", "riikka", "outi"}
    with clock(MONDAY + timedelta(days=14)):  # nothing happened
        assert box.look() == {}
    left = db.session.execute(select(Digest.rhythm, Digest.slot, Digest.sent_at).order_by(Digest.sent_at)).all()
    assert left[0] == (Rhythm.AT_ONCE, None, NOW + rhythm.PAUSE)
    assert [each.slot for each in left[1:]] == [MONDAY] * 4 + [MONDAY + timedelta(days=7)] * 3


def test_each_rhythm_brings_everything_once_and_never_brings_nothing(box: Box, clock: Clock) -> None:
    for user, chosen in ((box.riikka, Rhythm.DAILY), (box.outi, Rhythm.AT_ONCE), (box.mikko, Rhythm.NEVER)):
        rhythm.choose_rhythm(db.session.get_one(User, user), chosen)
    box.say(box.aino)
    with clock(NOW + rhythm.PAUSE):
        assert set(box.look()) == {"outi"}
    with clock(datetime(2026, 3, 19, 7, tzinfo=HELSINKI)):
        assert set(box.look()) == {"riikka"}
    with clock(MONDAY):
        assert box.look() == {}


def test_letters_pass_the_linter_in_each_language_whatever_people_write(box: Box, clock: Clock) -> None:
    hostile = [
        *XSS[:6],
        "Aino\r\nBcc: kaikki@evil.example",
        "{{7*7}} %(x)s _korostus_ *tärkeä*",
        "👵 " * 40,
    ]
    languages = {"mikko": "fi", "riikka": "sv", "outi": "en"}
    for user, name in box.people.items():
        box.set(user, language=Language(languages.get(name, "fi")))
    box.set(box.aino, name="<b>Aino</b>\r\nBcc: x@evil.example")
    box.agreement.title = "=?utf-8?q?Sopimus=0D=0ABcc=3A_x?= <i>"
    for text in hostile:
        box.say(box.aino, text, CommentKind.CONCERN)
    new = {"title": "<img src=x onerror=alert(1)>", "text": "\n\n".join(hostile), "reason": hostile[0]}
    suggestions.write(box.clause, base=box.clause.current, by=box.member(box.aino), **new)
    with clock(MONDAY):
        letters = box.look()
    assert set(letters) == {"mikko", "riikka", "outi"}
    for name, letter in letters.items():
        assert mail.faults(letter) == [], name
        assert len(letter["Subject"].splitlines()) == 1
        assert [each.addr_spec for each in letter["To"].addresses] == [f"{name}@example.fi"]
        assert letter["Bcc"] is None
        said = " ".join(text_of(letter).split())
        assert all(" ".join(text.split()) in said for text in hostile), name
        assert f'<html lang="{languages[name]}">' in text_of(letter, "html")


def test_many_responses_of_a_round_are_told_in_one_sentence_and_leave_room_for_the_rest(box: Box, clock: Clock) -> None:
    def release(round_: int, count: int) -> None:
        for number in range(count):
            event = ResponseReleased(uuid4(), round_, Disposition.ACCEPTED, remarks=number + 1)
            ledger.record(event, chain=box.agreement.id, by=box.mikko)

    box.say(box.aino, "Vanhin sana.")
    release(1, 60)
    release(2, 3)
    with clock(MONDAY):
        letter = box.look()["riikka"]
    text = " ".join(text_of(letter).split())
    assert letter["Subject"] == "1 uusi kommentti ja 63 vastinetta kierroksen kommentteihin: Sopimus"
    assert "Vanhin sana." in text
    assert "julkaistiin 60 vastinetta. Ne vastaavat 1830 kommenttiin." in text
    assert text.count("Mikko Mäki julkaisi vastineen") == 3
    assert f"/sopimukset/{box.agreement.slug}/kierrokset/1 " in text
    assert mail.faults(letter) == []


def test_a_deadline_that_comes_is_the_subject_of_its_letter(box: Box, clock: Clock) -> None:
    asked = questions.ask(box.agreement, title="Rahat", text="Kuka maksaa?", by=box.aino)
    questions.admit(asked, by=box.mikko)
    owner, due_on = box.member(box.riikka), date(2026, 3, 30)
    questions.assign(asked, owner=owner, side=Side.AUTHORITY, due_on=due_on, revision=asked.revision, by=box.mikko)
    with clock(NOW + rhythm.PAUSE):
        box.look()
    with clock(MONDAY):
        letter = box.look()["riikka"]
    assert letter["Subject"] == "Määräpäivä on ma 30.3.: Sopimus"
    assert "1. Kerro, missä vaiheessa kysymys 1 on" in text_of(letter)


def test_whose_right_to_read_has_ended_gets_no_word_of_what_waited(box: Box, clock: Clock) -> None:
    box.say(box.aino, "Salainen sana")
    box.told()
    members.end(box.member(box.outi), by=box.mikko)
    accounts.disable(db.session.get_one(User, box.riikka), by=None)
    with clock(MONDAY):
        assert set(box.look()) == {"mikko"}


def test_the_words_of_a_letter_cost_the_same_queries_however_much_happened(
    box: Box, clock: Clock, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    spent = []
    for number, many in enumerate((2, 20)):
        with clock(NOW + timedelta(days=7 * number)):
            for each in range(many):
                comments.reply(box.say(box.aino), text=f"Niin {each}.", by=box.member(box.mikko))
            db.session.commit()
        with clock(MONDAY + timedelta(days=7 * number)):
            notifications.gather()
            notifications.compose()
            of = select(Digest.id).where(Digest.user_id == box.riikka, Digest.sent_at.is_(None))
            digest = db.session.scalars(of).one()
            digests.write(digest, public_address)
            with queries() as sent:
                assert digests.write(digest, public_address)
            box.look()
        spent.append(len(sent))
    assert spent[1] <= spent[0]


def test_one_press_in_a_letter_stops_them_without_a_session_and_looking_changes_nothing(box: Box, clock: Clock) -> None:
    box.say(box.aino)
    with clock(MONDAY):
        letter = box.look()["riikka"]
    path = str(letter["List-Unsubscribe"])[1:-1].removeprefix("http://127.0.0.1:8000")
    client = client_of(box.app)
    assert "Lopetetaanko viestit tapahtumista?" in client.page(path).text
    assert notifications.rhythm_of(db.session.get_one(User, box.riikka)) is Rhythm.WEEKLY
    db.session.rollback()
    assert client.post(path[:-2] + "xx", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    pressed = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (pressed.status_code, "Sinulle ei enää lähetetä viestejä tapahtumista" in pressed.text) == (200, True)
    db.session.rollback()
    assert notifications.rhythm_of(db.session.get_one(User, box.riikka)) is Rhythm.NEVER
    assert "Sinulle ei enää lähetetä viestejä tapahtumista" in client.page(path).text
    comments.reply(box.say(box.riikka), text="Selvä.", by=box.member(box.aino))
    with clock(MONDAY + timedelta(days=7)):
        assert "riikka" not in box.look()


def test_a_letter_that_was_made_leaves_in_the_queue_of_its_person_under_one_name(box: Box, clock: Clock) -> None:
    box.say(box.aino)
    with clock(MONDAY):
        letter = box.look()["outi"]
    outgoing = db.session.scalars(
        select(Outgoing).where(Outgoing.letter == Letter.DIGEST, Outgoing.queue_id == box.outi)
    ).one()
    assert letter["Message-ID"] == f"<{outgoing.id}@localhost>"


def test_who_was_told_what_is_forgotten_after_a_time_and_what_waits_is_not(box: Box, clock: Clock) -> None:
    week(box)
    with clock(MONDAY):
        box.look()
    days = box.app.extensions["settings"].keep_letters_days
    with clock(MONDAY + timedelta(days=days) - timedelta(minutes=1)):
        box.say(box.riikka)
        box.told()
        assert retention.tidy(box.app.extensions["settings"])["letters that left or were given up"] == 0
    with clock(MONDAY + timedelta(days=days)):
        gone = retention.tidy(box.app.extensions["settings"])
        assert gone["letters that left or were given up"] == 4
        assert gone["notices, reminders and digests"] == 4
        waiting = set(db.session.scalars(select(Notice.user_id)))
        assert waiting == {box.aino, box.mikko, box.outi}
        assert db.session.scalars(select(Digest)).all() == []
        assert db.session.scalars(select(Outgoing)).all() == []
    with clock(MONDAY + timedelta(days=days + 7)):
        assert set(box.look()) == {"aino", "mikko", "outi"}


def test_how_often_letters_come_is_chosen_on_the_own_page(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    assert chosen(client) == "weekly"
    client.send("/oma-sivu/sahkopostit", {"rhythm": "daily"}, page="/oma-sivu")
    assert chosen(client) == "daily"
    client.send("/oma-sivu/sahkopostit", {"rhythm": "hourly"}, page="/oma-sivu", status=422)
    assert chosen(client) == "daily"


def chosen(client: LintingClient) -> str:
    """The rhythm that the own page shows."""
    [found] = [each for each in client.page("/oma-sivu").all("input", name="rhythm") if "checked" in each.attrib]
    return str(found.get("value"))
