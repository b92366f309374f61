"""What happened reaches everybody by mail, in order and once, whatever becomes of the mail server and the sender."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import select

from kumppanuus import accounts, create_app, notifications
from kumppanuus.agreements import Side
from kumppanuus.config import Settings
from kumppanuus.db import clock_at, db, writing
from kumppanuus.members import Role
from kumppanuus.notifications import Outgoing, Rhythm, rhythm
from kumppanuus.web import public_address
from tests.concepts.table import Table
from tests.databases import NOW, SECRET, Databases
from tests.server import NURSERY

APART = timedelta(minutes=30)

# How a letter fails, each as often as the others: three in ten do.
FAILURES = ("451 not now", "421 closing", "dropped after the letter was sent")
FAILING = 0.3

# When the sender is killed: before the server has heard of the letter, before it has taken it, or after that and before
# the sender knows it. Only in the last case is a letter sent twice, and no sender can do better.
KILLS = ("at the address", "at the letter", "once it was taken")


class MailServer:
    """A mail server that takes letters, refuses some, and kills the sender now and then."""

    def __init__(self, chance: random.Random, failing: float) -> None:
        self.chance, self.failing = chance, failing
        self.taken: list[EmailMessage] = []
        self.sender: int | None = None  # the process to be killed
        self.kills = 0
        self._kill_at: tuple[int, str] | None = None
        self._seen = 0

    def kill(self, sender: int, *, after: int) -> None:
        """Kill a sender once it has come with so many letters more."""
        self.sender, self._kill_at = sender, (self._seen + after, KILLS[self.kills % len(KILLS)])

    def _kills(self, moment: str) -> bool:
        if self.sender is None or self._kill_at is None or self._seen < self._kill_at[0] or moment != self._kill_at[1]:
            return False
        os.kill(self.sender, signal.SIGKILL)
        self.sender, self.kills = None, self.kills + 1
        return True

    async def handle_RCPT(  # noqa: N802 - its name for it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self._seen += 1
        self._kills("at the address")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name for it
        if self._kills("at the letter"):
            return "451 nobody listens"
        if self.chance.random() < self.failing:
            failure = self.chance.choice(FAILURES)
            if failure.startswith("dropped"):
                server.transport.abort()
            return failure if failure[0].isdigit() else "451 nobody listens"
        self.taken.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        self._kills("once it was taken")
        return "250 OK"


@contextmanager
def mail_server(failing: float = FAILING) -> Iterator[tuple[MailServer, int]]:
    """A mail server on this machine that refuses so many of its letters, and its port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = int(found.getsockname()[1])
    server = MailServer(random.Random(1), failing)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server, port
    finally:
        controller.stop()


def settings_of(databases: Databases, instance: Path, port: int) -> Settings:
    """An installation on the database of a test, which sends its mail to a port of this machine."""
    return Settings(
        database_url=databases.address,
        instance=str(instance),
        secret_key=SECRET,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls=False,
        mail_from="palvelu@example.fi",
    )


def tell(databases: Databases, readers: dict[str, Rhythm], waves: int) -> None:
    """Let somebody say so many things, one after the other, that all these readers are told of."""
    with databases.app.app_context(), writing():
        table = Table()
        for name, chosen in readers.items():
            user = table.add(name, Role.REPRESENTATIVE, Side.ORGANISATIONS)
            rhythm.choose_rhythm(db.session.get_one(accounts.User, user), chosen)
        for wave in range(waves):
            with clock_at(NOW + wave * APART):
                table.say(table.aino, f"Huomio, sana{wave:03}.")
        db.session.commit()


def send(settings: Settings, moments: list[datetime], step: Any = None) -> None:
    """Be `flask notify` at one moment after the other, in a process of one's own; in step with others if wanted."""
    app = create_app(settings)
    with app.app_context():
        for moment in moments:
            if step is not None:
                step.wait(60)
            with clock_at(moment):
                notifications.look(public_address)
            db.session.remove()


def test_every_notice_is_delivered_in_order_whatever_fails_and_whoever_is_killed(
    databases: Databases, times: Callable[[int, int], int], tmp_path: Path
) -> None:
    waves, kills = times(5, 50), times(3, 20)
    readers = [f"lukija{number}" for number in range(times(10, 20))]
    with databases.lend("empty"), mail_server() as (server, port):
        tell(databases, dict.fromkeys(readers, Rhythm.AT_ONCE), waves)
        begun = [NOW + wave * APART for wave in range(waves)]
        moments = [start + timedelta(minutes=more) for start in begun for more in (2, 3, 8, 23)]
        moments += [begun[-1] + timedelta(hours=hours) for hours in range(1, 49, 3)]
        settings = settings_of(databases, tmp_path, port)
        each = waves * len(readers) // (kills + 1)  # letters between two kills
        for kill in range(kills + 1):
            process = NURSERY.Process(target=send, args=(settings, moments))
            process.start()
            assert process.pid is not None
            if kill < kills:
                server.kill(process.pid, after=each)
            process.join(600)
            assert process.exitcode == (-signal.SIGKILL if kill < kills else 0)
        with databases.app.app_context():
            assert db.session.scalars(select(Outgoing.id).where(Outgoing.next_try_at.is_not(None))).all() == []
    assert_each_got_all_in_order(server.taken, readers, waves)
    # In the long form of a thousand letters this is less than one in a hundred.
    assert sent_twice(server.taken) <= kills // len(KILLS)


def test_two_senders_whose_clocks_differ_tell_everybody_everything_once(
    databases: Databases, times: Callable[[int, int], int], tmp_path: Path
) -> None:
    waves = times(2, 40)
    chosen = {"heti": Rhythm.AT_ONCE, "paiva": Rhythm.DAILY, "viikko": Rhythm.WEEKLY}
    readers = {f"{name}{number}": each for name, each in chosen.items() for number in range(3)}
    with databases.lend("empty"), mail_server(failing=0) as (server, port):
        tell(databases, readers, waves)
        settings = settings_of(databases, tmp_path, port)
        moments = [NOW + step * timedelta(minutes=2) for step in range(15 * waves + 3)]
        moments += [
            NOW + days * timedelta(days=1) + timedelta(seconds=more) for days in range(1, 8) for more in (0, 1, 6)
        ]
        clocks = (moments, [moment + timedelta(seconds=5) for moment in moments])
        step = NURSERY.Barrier(len(clocks))
        processes = [NURSERY.Process(target=send, args=(settings, clock, step)) for clock in clocks]
        for process in processes:
            process.start()
        for process in processes:
            process.join(600)
        assert [process.exitcode for process in processes] == [0, 0]
        with databases.app.app_context():
            assert db.session.scalars(select(Outgoing.id).where(Outgoing.next_try_at.is_not(None))).all() == []
    assert sent_twice(server.taken) == 0
    assert_each_got_all_in_order(server.taken, list(readers), waves)


def sent_twice(taken: list[EmailMessage]) -> int:
    """How many letters came again. A mail program shows them once, because their names are the same."""
    return sum(count - 1 for count in Counter(str(message["Message-ID"]) for message in taken).values())


def assert_each_got_all_in_order(taken: list[EmailMessage], readers: list[str], waves: int) -> None:
    """Everybody got each word once, in the order it was said, if letters that came again are left out."""
    told: dict[str, list[str]] = {name: [] for name in readers}
    seen = set()
    for message in taken:
        name, body = str(message["To"]).rpartition("<")[2].partition("@")[0], message.get_body(("plain",))
        if name in told and body is not None and message["Message-ID"] not in seen:
            told[name] += re.findall(r"sana\d{3}", str(body.get_content()))
        seen.add(message["Message-ID"])
    assert told == {name: [f"sana{wave:03}" for wave in range(waves)] for name in readers}
