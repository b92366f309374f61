"""Every statement of every verb fails once: nothing is done, the text is kept, and the next try does all of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from kumppanuus import ledger
from kumppanuus.db import db
from tests.databases import READS, Browsers, Databases
from tests.house import roles

WORDS = "Nämä sanat eivät saa kadota."


class Deed(NamedTuple):
    """A form as a person sends it: who, on which page (where it is no mere button), where to, with what typed, and how
    many entries it leaves."""

    who: str
    page: str
    address: str
    typed: dict[str, str]
    entries: int = 1


class Broken(Exception):
    """What the database answers when it is told to fail."""


class Failing:
    """Follows what goes to the database: the n-th thing fails, or the first after it that has not failed elsewhere.

    What only reads fails alike whoever asks: where all that was sent is what another deed had sent when it failed, the
    frame is at work, and the answer is known.
    """

    def __init__(self, at: int, known: set[tuple[str, ...]]) -> None:
        self.at, self.known, self.sent = at, known, list[str]()
        self.commits, self.has_written, self.has_failed = 0, False, False

    def follow(self, thing: str) -> None:
        self.sent.append(thing)
        if len(self.sent) < self.at or (not self.has_written and tuple(self.sent) in self.known):
            return
        self.known.add(tuple(self.sent))
        self.has_failed = True
        raise Broken


@contextmanager
def failing(databases: Databases, at: int, known: set[tuple[str, ...]]) -> Iterator[Failing]:
    """The n-th statement, or the commit after the last one, fails."""
    with databases.app.app_context():
        engine = db.engine
    found, wrote = Failing(at, known), set[int]()

    def before(connection: sa.Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            wrote.add(id(connection))
            found.has_written = True
        if not found.has_failed:
            found.follow(statement)

    def commit(connection: sa.Connection) -> None:
        if not found.has_failed:
            found.follow("COMMIT")
        found.commits += id(connection) in wrote

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", commit)
    databases.app.config["RAISE_FAILURES"] = False
    try:
        yield found
    finally:
        databases.app.config["RAISE_FAILURES"] = True
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", commit)


def deeds(databases: Databases, world: Any) -> list[Deed]:
    """One form for every way in which somebody changes something that others see."""
    at = f"/sopimukset/{world.slug}"
    clause, half, agreed, draft, gone = (
        f"/kohdat/{world.examples[name]}" for name in ("comment", "half_authority", "agreed", "draft", "gone")
    )
    things = roles.things(databases.app, world.slug, author=world.aino)
    comment, section = f"/kommentit/{things['comment']}", f"/luvut/{things['section']}"
    clean, addition = (f"/muutosehdotukset/{world.suggestions[name]}" for name in ("clean", "addition"))
    question, candidate = f"{at}/kysymykset/11", f"{at}/kysymykset/ehdotukset/{world.proposed[0]}"
    reader = f"{at}/osallistujat/{world.members['outi']}"
    person = {"addresses": "Uusi Ihminen <uusi@kumppanuus.example>", "role": "representative"}
    person["side"] = "organisations"
    return [
        Deed("aino", clause, f"{clause}/kommentit", {"kind": "concern", "text": WORDS}),
        Deed("aino", f"{comment}/muokkaus", f"{comment}/muokkaus", {"text": WORDS, "kind": "concern"}),
        Deed("riikka", f"{comment}/vastaukset", f"{comment}/vastaukset", {"text": WORDS}),
        Deed("riikka", "", f"{comment}/kannatus", {}),
        Deed("mikko", f"{comment}/vastine", f"{comment}/vastine", {"response": WORDS}),
        Deed("aino", half, f"{half}/hyvaksynnat", {}),
        Deed("aino", "", f"{half}/hyvaksynnat/kumoaminen", {}),
        Deed("riikka", agreed, f"{agreed}/avaaminen", {"reason": WORDS}),
        Deed("riikka", half, f"{half}/hyvaksynnat/peruminen", {}),
        Deed("mikko", f"{draft}/muokkaus", f"{draft}/muokkaus", {"text": WORDS, "reason": "Selkeämpi."}),
        Deed("mikko", f"{section}/kohdat/uusi", f"{section}/kohdat", {"title": "Uusi", "text": WORDS}),
        Deed("mikko", f"{section}/otsikko", f"{section}/otsikko", {"title": WORDS}),
        Deed("mikko", f"{at}/muokkaus", f"{draft}/jarjestys", {"direction": "up"}),
        Deed("mikko", f"{draft}/poisto", f"{draft}/poisto", {}),
        Deed("mikko", gone, f"{gone}/palautus", {}),
        Deed("mikko", f"{at}/muokkaus", f"{at}/luvut", {"title": WORDS}),
        Deed("mikko", f"{at}/tiedot", f"{at}/tiedot", {"title": WORDS}),
        Deed("mikko", f"{at}/tiedot", f"{at}/luonnokset", {"name": "9.9"}),
        Deed("aino", f"{at}/kysymykset/ehdotukset", f"{at}/kysymykset/ehdotukset", {"title": "Uusi", "text": WORDS}),
        Deed("mikko", candidate, f"{candidate}/hyvaksynta", {}),
        Deed("mikko", question, f"{question}/tilanne", {"text": WORDS}),
        Deed("mikko", f"{at}/osallistujat", f"{at}/osallistujat/kutsut", person),
        Deed("mikko", reader, f"{reader}/paattaminen", {}),
        Deed("mikko", clean, f"{clean}/hylkays", {"reason": WORDS}),
        Deed("mikko", addition, f"{addition}/hyvaksynta", {}),
    ]


def test_whatever_fails_nothing_is_half_done(
    databases: Databases, world: Any, browser: Browsers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "kumppanuus")  # hundreds of tracebacks that nobody reads cost a tenth of this
    known, tried = set[tuple[str, ...]](), 0
    for deed in deeds(databases, world):
        client = browser(getattr(world, deed.who))
        drawn = client.page(deed.page).form(deed.address) if deed.page else client.token()
        fields = {**drawn, **deed.typed}
        length = _length(databases, world)
        at, is_done = 1, False
        while not is_done:
            with failing(databases, at, known) as found:
                response = client.post(deed.address, data=fields, lint=False)
            where, is_done = f"{deed.address}, {len(found.sent)}", not found.has_failed
            if found.has_failed:
                tried, at = tried + 1, len(found.sent) + 1
                assert (response.status_code, found.commits) == (500, 0), where
                if WORDS in deed.typed.values():
                    assert WORDS in response.text, where
        assert response.status_code == 303, f"{where}: {response.status_code}"
        assert _length(databases, world) == length + deed.entries, where
    assert tried > 250
    with databases.app.app_context():
        assert ledger.verify() is None


def _length(databases: Databases, world: Any) -> int:
    with databases.app.app_context():
        head = ledger.head(world.agreement)
        assert head is not None
        return head.length
