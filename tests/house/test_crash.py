"""What was acknowledged is there after the server was killed at a random moment."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kumppanuus import ledger
from kumppanuus.comments import Comment
from kumppanuus.db import db
from tests.databases import Databases
from tests.server import PATIENCE, LiveServer, Visitor, cookie_of

WRITERS = 3


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    databases: Databases, world: Any, times: Callable[[int, int], int], tmp_path: Path
) -> None:
    kills = times(10, 250)  # on each of the two databases
    server = LiveServer(databases.address, tmp_path)
    clause = world.examples["comment"]
    path = f"/kohdat/{clause}"
    people = [world.aino, world.riikka, world.mikko]
    visitors = [Visitor(server, cookie_of(databases, person)) for person in people]
    chance = random.Random(18)
    acknowledged: list[str] = []
    fields: list[dict[str, str]] = []
    for kill in range(kills):
        server.start()
        # A form outlives the server that gave it; asking for it after each kill would cost more than all the writing.
        fields = fields or [visitor.form(path, f"{path}/kommentit") for visitor in visitors]
        begun, stop = threading.Event(), threading.Event()

        def write(number: int, kill: int = kill, begun: Any = begun, stop: Any = stop, fields: Any = fields) -> None:
            turn = 0
            while not stop.is_set():
                turn += 1
                word = f"sana{kill}x{number}x{turn}"
                sent = {**fields[number], "form_key": word, "kind": "concern", "text": f"Huoli {word}."}
                try:
                    status, _text = visitors[number].post(f"{path}/kommentit", sent)
                except (OSError, HTTPException):
                    return  # killed before it answered: nothing was promised
                if status == 303:
                    acknowledged.append(word)
                    begun.set()
                elif status == 429:
                    return

        writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
        for each in writers:
            each.start()
        has_begun = begun.wait(PATIENCE)
        threading.Event().wait(chance.uniform(0, 0.4))
        server.kill()
        stop.set()
        for each in writers:
            each.join()
        assert has_begun, server.log.read_text(errors="replace")[-3000:]
        with databases.app.app_context():
            db.session.execute(sa.text("DELETE FROM limit_use"))
            db.session.commit()
    assert len(acknowledged) > kills
    with databases.app.app_context():
        said = db.session.scalars(sa.select(Comment.text)).all()
        kept = {text.removeprefix("Huoli ").rstrip(".") for text in said if text.startswith("Huoli sana")}
        recorded = {
            entry.facts["comment_id"]
            for entry in db.session.scalars(sa.select(ledger.Entry).where(ledger.Entry.kind == "comment.added"))
        }
        ids = {str(comment_id) for comment_id in db.session.scalars(sa.select(Comment.id))}
        assert set(acknowledged) <= kept
        assert recorded == ids, "each comment has its entry, each entry its comment"
        assert ledger.verify() is None
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"


def test_the_database_is_set_up_to_keep_what_it_says(databases: Databases, world: Any) -> None:
    with databases.app.app_context():
        if db.engine.dialect.name == "sqlite":
            settings = {
                name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            }
            kept = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
            assert settings == {**kept, "secure_delete": 1}
        else:
            # The tests' own server runs without; an installation's must not be told to by us.
            assert "synchronous_commit" not in str(db.engine.url)
