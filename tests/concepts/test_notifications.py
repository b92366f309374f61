"""Letters: they wait in the outbox, are written when they are sent, and leave by a mail server or into a folder."""

import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, update

from kumppanuus import accounts, agreements, jobs, ledger, notifications
from kumppanuus.accounts import Language, User
from kumppanuus.agreements import AgreementKind
from kumppanuus.db import db, writing
from kumppanuus.notifications import WAITS, Letter, Outgoing, post
from kumppanuus.web import public_address
from tests.client import client_of
from tests.databases import NOW

Clock = Callable[[datetime], AbstractContextManager[None]]


class Server:
    """A mail server on this machine that keeps what it takes."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.refusal = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name for it
        if self.refusal:
            return self.refusal
        self.raw.append(envelope.content)
        self.recipients.append(envelope.rcpt_tos)
        self.messages.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        return "250 OK"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


LETTER = """\
Hei Aino,

Kirjaudu tästä linkistä:
http://127.0.0.1:8000/kirjautuminen/LINKKI

Tai kirjoita tämä koodi sivulle, jolta pyysit viestin:
KOODI

Linkki ja koodi toimivat kerran, 30 minuutin ajan.

Viesti pyydettiin ke 18.3.2026 klo 12. Laite: Firefox, Windows.

Etkö pyytänyt tätä? Silloin sinun ei tarvitse tehdä mitään.
"""


@contextmanager
def settings_of(app: Flask, **values: Any) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, **values)
    try:
        yield
    finally:
        app.extensions["settings"] = before


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    found, port = Server(), free_port()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    with settings_of(app, smtp_host="127.0.0.1", smtp_port=port, smtp_tls=False, mail_from="palvelu@example.fi"):
        yield found
    controller.stop()


@pytest.fixture
def folder(app: Flask) -> Iterator[Any]:
    """Letters go into the folder."""
    path = notifications.mail_folder(app.extensions["settings"])
    shutil.rmtree(path, ignore_errors=True)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def person(app: Flask, name: str = "Aino Heikkilä", address: str = "aino@example.fi") -> None:
    with app.app_context(), writing():
        accounts.find_or_add(address, "x", by=None).name = name
        db.session.commit()


def wish(app: Flask, address: str = "aino@example.fi", language: Language = Language.FI) -> None:
    with app.app_context(), writing():
        asking = accounts.ask(
            address, browser="b", browser_words="Firefox, Windows", language=language, is_remembered=False
        )
        notifications.wish(Letter.SIGN_IN, asking.id)
        db.session.commit()


def send(app: Flask) -> int:
    with app.app_context():
        return notifications.send_due(public_address)


def outbox(app: Flask) -> list[Outgoing]:
    with app.app_context():
        return list(db.session.scalars(select(Outgoing)))


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


# ---------------------------------------------------------------- by a mail server


def test_a_letter_reaches_a_mail_server_and_its_link_signs_in(app: Flask, server: Server) -> None:
    person(app)
    client = client_of(app)
    client.send("/kirjautuminen", {"address": "aino@example.fi"}, page="/kirjautuminen")
    assert server.messages == []  # the request has talked to no mail server
    assert send(app) == 1
    [message] = server.messages
    assert server.recipients == [["aino@example.fi"]]
    assert message["To"] == "Aino Heikkilä <aino@example.fi>"
    assert message["From"] == "kumppanuus <palvelu@example.fi>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.fi>")
    link = next(line for line in text_of(message).splitlines() if line.startswith("http"))
    code = next(line for line in text_of(message).splitlines() if line.isdigit())
    assert message["Subject"] == f"Kirjaudu palveluun kumppanuus. Koodi {code}"
    assert "Hei Aino," in text_of(message)
    assert "Linkki ja koodi toimivat kerran, 30 minuutin ajan." in text_of(message)
    assert link in text_of(message, "html")
    path = link.removeprefix(public_path(app))
    client.send(path, page=path)
    assert "Aino Heikkilä" in client.page("/oma-sivu").text
    assert send(app) == 0
    assert len(server.messages) == 1


def test_the_words_of_the_letter(app: Flask, server: Server) -> None:
    person(app)
    wish(app)
    send(app)
    text = text_of(server.messages[0]).replace("\r\n", "\n")
    text = re.sub(r"(?<=/kirjautuminen/)[\w-]{43}$", "LINKKI", text, flags=re.MULTILINE)
    assert re.sub(r"^\d{6}$", "KOODI", text, flags=re.MULTILINE) == LETTER


def public_path(app: Flask) -> str:
    with app.app_context():
        return public_address("")


HOSTILE_NAMES = [
    "Aino\r\nBcc: kaikki@evil.example",
    "Aino\nSubject: Voitit",
    'Aino" <x@evil.example>, "',
    "Aino <x@evil.example>, Eero",
    "=?utf-8?q?Aino=0D=0ABcc=3A_x=40evil.example?=",
    "Äiti 👵 Öhman, rouva; (ry)",
    "A" * 300,
]
HEADERS = {
    *(b"Subject", b"From", b"To", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version", b"Content-Type"),
    *(b"X-Peer", b"X-MailFrom", b"X-RcptTo"),  # of the test's server
}


def test_no_name_splits_a_header_or_adds_a_receiver(app: Flask, server: Server) -> None:
    for name in HOSTILE_NAMES:
        person(app, name)
        wish(app)
        assert send(app) == 1
        message, raw = server.messages.pop(), server.raw.pop()
        assert server.recipients.pop() == ["aino@example.fi"], name
        assert [each.addr_spec for each in message["To"].addresses] == ["aino@example.fi"], name
        assert len(message.get_all("Subject")) == 1
        assert "\n" not in message["Subject"]
        head = raw.partition(b"\r\n\r\n")[0]
        names = {line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
        assert names <= HEADERS, name


def test_markup_in_a_name_stays_text_in_the_letter(app: Flask, server: Server) -> None:
    person(app, "<script>alert(1)</script>{{7*7}} Heikkilä")
    wish(app)
    send(app)
    html = text_of(server.messages[0], "html")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in html
    assert "<script>alert(1)</script>{{7*7}}" in text_of(server.messages[0])


@pytest.mark.parametrize("language", list(Language))
def test_a_letter_is_in_the_language_it_was_asked_in(app: Flask, server: Server, language: Language) -> None:
    person(app)
    wish(app, language=language)
    send(app)
    assert f'<html lang="{language.value}">' in text_of(server.messages[0], "html")


def test_an_unknown_or_closed_address_gets_nothing(app: Flask, server: Server) -> None:
    person(app, address="suljettu@example.fi")
    with app.app_context(), writing():
        user = db.session.scalar(select(User))
        assert user
        accounts.disable(user, by=None)
        db.session.commit()
    for address in ("nobody@example.fi", "suljettu@example.fi"):
        wish(app, address)
    assert send(app) == 0
    assert server.messages == []
    assert [(each.sent_at, each.next_try_at) for each in outbox(app)] == [(None, None)] * 2


def test_whoever_waited_long_for_a_job_gets_a_letter_when_it_ends(
    app: Flask, server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_facts: dict[str, Any], _report: jobs.Report) -> Any:
        raise jobs.Ended()

    def done(_facts: dict[str, Any], _report: jobs.Report) -> Any:
        return dict

    monkeypatch.setattr(jobs, "_WORK", {"intake.read": refuse, "intake.begin": done})
    person(app)
    with app.app_context():
        with writing():
            user = accounts.find_or_add("aino@example.fi", "x", by=None)
            user.language = Language.SV
            quick, long, failed, stopped, killed = (
                jobs.add(kind, {}, steps=1, by=user.id).id
                for kind in ("intake.begin", "intake.begin", "intake.read", "intake.begin", "intake.begin")
            )
            jobs.cancel(db.session.get_one(jobs.Job, stopped))
            db.session.commit()
        with clock(NOW + notifications.LONG_WAIT - timedelta(seconds=1)):
            jobs.run(quick, told=notifications.tell_of_job)
        with clock(NOW + notifications.LONG_WAIT):
            for each in (long, failed, stopped, quick):
                jobs.run(each, told=notifications.tell_of_job)
            jobs.process_ended(killed, told=notifications.tell_of_job)
            jobs.process_ended(long, told=notifications.tell_of_job)
            assert notifications.send_due(public_address) == 3
    told = {str(message["Subject"]): text_of(message) for message in server.messages}
    assert len(server.messages) == 3
    assert told.keys() == {"Avtalet är startat", "Det gick inte att läsa filen", "Det gick inte att starta avtalet"}
    assert f"{public_path(app)}/tyot/{long}" in told["Avtalet är startat"]
    assert f"{public_path(app)}/tyot/{failed}" in told["Det gick inte att läsa filen"]
    assert "Hej Aino," in told["Det gick inte att läsa filen"]


# ---------------------------------------------------------------- when the server fails


def test_a_letter_waits_while_the_server_is_away_and_leaves_when_it_is_back(
    app: Flask, folder: Any, clock: Clock
) -> None:
    person(app)
    wish(app)
    with settings_of(app, smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls=False):
        assert send(app) == 0
        [waiting] = outbox(app)
        assert (waiting.tries, waiting.next_try_at, waiting.sent_at) == (1, NOW + timedelta(minutes=1), None)
        with clock(NOW + timedelta(seconds=59)):
            assert send(app) == 0
            assert outbox(app)[0].tries == 1
        with clock(NOW + timedelta(minutes=1)):
            assert send(app) == 0
            assert outbox(app)[0].next_try_at == NOW + timedelta(minutes=6)
    with clock(NOW + timedelta(minutes=6)):
        assert send(app) == 1
        [sent] = outbox(app)
        assert (sent.sent_at, sent.next_try_at) == (NOW + timedelta(minutes=6), None)
        [letter] = notifications.kept(app.extensions["settings"])
    # Half an hour from the sending, not from the asking.
    link = next(line for line in letter.text.splitlines() if line.startswith("http"))
    with clock(NOW + timedelta(minutes=35)), app.app_context(), writing():
        accounts.enter_by_link(link.rpartition("/")[2], browser_words="")


@pytest.mark.parametrize("refusal", ["451 Try later", "550 No such box", "421 Closing"])
def test_a_server_that_refuses_is_tried_again(app: Flask, server: Server, clock: Clock, refusal: str) -> None:
    person(app)
    wish(app)
    server.refusal = refusal
    assert send(app) == 0
    server.refusal = ""
    with clock(NOW + timedelta(minutes=1)):
        assert send(app) == 1


def test_after_three_days_a_letter_is_given_up(app: Flask, folder: Any, clock: Clock) -> None:
    person(app)
    wish(app)
    assert timedelta(days=2, hours=12) < sum(WAITS, timedelta()) <= timedelta(days=3)
    moment, tries = NOW, 0
    with settings_of(app, smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls=False):
        while True:
            with clock(moment):
                send(app)
            [waiting] = outbox(app)
            tries += 1
            assert waiting.tries == tries
            if waiting.next_try_at is None:
                break
            moment = waiting.next_try_at
    assert (waiting.given_up_at, tries) == (moment, len(WAITS) + 1)
    assert moment == NOW + sum(WAITS, timedelta())


def test_one_letter_that_fails_holds_no_other_back(app: Flask, server: Server, clock: Clock) -> None:
    for address in ("a@example.fi", "b@example.fi", "c@example.fi"):
        person(app, address=address)
        wish(app, address)
    refused = []

    async def only_b_fails(_server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == "b@example.fi":
            refused.append(address)
            return "550 No such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    server.handle_RCPT = only_b_fails  # type: ignore[attr-defined]  # a hook of the library, by its name
    assert send(app) == 2
    assert refused == ["b@example.fi"]
    assert sorted(each[0] for each in server.recipients) == ["a@example.fi", "c@example.fi"]


def test_a_slow_server_keeps_nobody_from_writing(app: Flask, server: Server) -> None:
    person(app)
    wish(app)
    seen = []

    async def write_meanwhile(_server: Any, _session: Any, _envelope: Any) -> str:
        with app.app_context(), writing():
            accounts.find_or_add("toinen@example.fi", "Toinen", by=None)
            db.session.commit()
        seen.append("written")
        return "250 OK"

    server.handle_DATA = write_meanwhile  # type: ignore[method-assign]  # the server calls what it finds
    assert send(app) == 1
    assert seen == ["written"]


def test_a_worker_that_dies_while_sending_leaves_the_letter_to_be_sent_again(
    app: Flask, folder: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(app)
    wish(app)

    def die(*_rest: Any) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(post, "deliver", die)
        with pytest.raises(KeyboardInterrupt):
            send(app)
    assert send(app) == 0
    with clock(NOW + timedelta(minutes=1)):
        assert send(app) == 1


# ---------------------------------------------------------------- without a mail server


def test_without_a_mail_server_letters_lie_in_a_folder(app: Flask, folder: Any, clock: Clock) -> None:
    person(app)
    wish(app)
    assert notifications.kept(app.extensions["settings"]) == []
    assert send(app) == 1
    with clock(NOW + timedelta(seconds=1)):
        wish(app)
        assert send(app) == 1
    found = notifications.kept(app.extensions["settings"])
    assert [(each.to, each.sent_at) for each in found] == [
        ("Aino Heikkilä <aino@example.fi>", NOW + timedelta(seconds=1)),
        ("Aino Heikkilä <aino@example.fi>", NOW),
    ]
    assert [file.suffix for file in folder.iterdir()] == [".eml", ".eml"]
    assert len(notifications.kept(app.extensions["settings"], most=1)) == 1


def test_the_link_lives_as_long_as_is_set(app: Flask, folder: Any) -> None:
    person(app)
    wish(app)
    with settings_of(app, link_minutes=10):
        send(app)
    assert (
        "Linkki ja koodi toimivat kerran, 10 minuutin ajan." in notifications.kept(app.extensions["settings"])[0].text
    )
    with app.app_context():
        asking = db.session.scalar(select(accounts.SignIn))
        assert asking
        assert asking.expires_at == NOW + timedelta(minutes=10)


def test_the_watch_sends_until_it_is_stopped(app: Flask, folder: Any) -> None:
    person(app)
    wish(app)

    class OneRound:
        rounds = 0

        def is_set(self) -> bool:
            return self.rounds > 0

        def wait(self, _seconds: float) -> None:
            self.rounds += 1

    with app.app_context():
        notifications.watch(public_address, OneRound())  # type: ignore[arg-type]  # an event that is set after a round
    assert len(list(folder.iterdir())) == 1


def test_a_letter_that_cannot_be_written_holds_no_other_back_and_is_given_up_in_the_end(
    app: Flask, folder: Any, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    person(app)
    wish(app)
    person(app, "Riikka Lehto", "riikka@example.fi")
    made: list[str] = []

    def address_of(path: str) -> str:
        made.append(path)
        if len(made) == 1 or len(made) > 2:
            raise KeyError("a word that the letter misses")
        return f"https://sopimus.example{path}"

    with app.app_context():
        with clock(NOW + timedelta(seconds=5)):
            wish(app, "riikka@example.fi")
            assert notifications.send_due(address_of) == 1
        assert [each.to for each in notifications.kept(app.extensions["settings"])] == [
            "Riikka Lehto <riikka@example.fi>"
        ]
        moment = NOW + timedelta(seconds=5)
        for wait in WAITS:
            moment += wait
            with clock(moment):
                assert notifications.send_due(address_of) == 0
    broken = [each for each in outbox(app) if each.sent_at is None]
    assert [(each.tries, each.given_up_at, each.next_try_at) for each in broken] == [(len(WAITS) + 1, moment, None)]
    assert caplog.text.count("could not be written") == len(WAITS) + 1


def test_letters_leave_and_others_are_told_also_where_one_record_cannot_be(app: Flask, folder: Any) -> None:
    person(app)
    wish(app)
    with app.app_context(), writing():
        aino = accounts.find("aino@example.fi")
        assert aino
        first, second = sorted(
            agreements.start(
                title="Sopimus", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Alue", body_name="Pöytä",
                from_model=False, by=aino.id,
            ).id
            for _each in range(2)
        )  # fmt: skip
        unknown = update(ledger.Entry).where(ledger.Entry.chain_id == first).values(kind="nothing.known")
        db.session.execute(unknown)
        db.session.commit()
    with app.app_context(), pytest.raises(KeyError):
        notifications.look(public_address)
    assert len(list(folder.iterdir())) == 1
    with app.app_context():
        assert list(db.session.scalars(select(notifications.Cursor.chain_id))) == [second]


# ---------------------------------------------------------------- in order, and to nobody


def test_letters_to_one_person_leave_in_order_and_hold_back_nobody_else(
    app: Flask, server: Server, clock: Clock
) -> None:
    with app.app_context(), writing():
        aino, riikka = (accounts.find_or_add(f"{name}@example.fi", name, by=None).id for name in ("aino", "riikka"))
        for number in range(3):
            with clock(NOW + timedelta(seconds=number)):
                for user in (aino, riikka):
                    job = jobs.add("intake.read", {}, steps=1, by=user)
                    job.state = jobs.State.DONE if number % 2 else jobs.State.FAILED
                    notifications.wish(Letter.JOB_ENDED, job.id, queue=user)
        db.session.commit()
    refused = True

    async def aino_fails(_server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if refused and address == "aino@example.fi":
            return "451 Try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    server.handle_RCPT = aino_fails  # type: ignore[attr-defined]  # a hook of the library, by its name
    with clock(NOW + timedelta(seconds=5)):
        assert send(app) == 3
        refused = False
        assert send(app) == 0  # the first letter to Aino waits for its next try, and the others behind it
    with clock(NOW + timedelta(seconds=66)):
        assert send(app) == 3
    told = [
        (each[0], str(message["Subject"])) for each, message in zip(server.recipients, server.messages, strict=True)
    ]
    subjects = ["Tiedostoa ei voitu lukea", "Tiedosto on luettu", "Tiedostoa ei voitu lukea"]
    assert told == [(f"{name}@example.fi", subject) for name in ("riikka", "aino") for subject in subjects]


def test_an_address_that_takes_no_letters_is_marked_until_one_arrives_or_it_changes(
    app: Flask, server: Server, clock: Clock
) -> None:
    def failing() -> dict[str, datetime]:
        with app.app_context():
            users = {user.id: user.name for user in db.session.scalars(select(User))}
            return {users[user]: since for user, since in notifications.failing(users).items()}

    person(app)
    wish(app)
    server.refusal = "451 Try later"
    assert (send(app), failing()) == (0, {})
    server.refusal = "550 No such box"
    with clock(NOW + timedelta(minutes=1)):
        assert (send(app), failing()) == (0, {"Aino Heikkilä": NOW + timedelta(minutes=1)})
    with app.app_context(), writing():
        user = db.session.scalar(select(User))
        assert user
        user.address = "uusi@example.fi"
        assert notifications.failing([user.id]) == {}
        db.session.rollback()
    server.refusal = ""
    with clock(NOW + timedelta(minutes=6)):
        assert (send(app), failing()) == (1, {})
