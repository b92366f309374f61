"""Many at once, over HTTP, with two worker processes: nothing is overwritten, and nobody's text is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kumppanuus import accounts, ledger, members
from kumppanuus.agreements import ClauseVersion, by_id
from kumppanuus.comments import Comment
from kumppanuus.db import clock_at, db, writing
from kumppanuus.members import Role
from tests.databases import Databases
from tests.server import LiveServer, Visitor, cookie_of, running

EDITORS = 8


def editors(databases: Databases, world: Any) -> list[Any]:
    """Eight coordinators of one agreement."""
    with databases.app.app_context(), writing(), clock_at(None):
        agreement = by_id(world.agreement)
        assert agreement is not None
        people = []
        for number in range(EDITORS):
            address = f"kirjoittaja{number}@kumppanuus.example"
            name = f"Kirjoittaja {number}"
            added = members.add(agreement, address=address, name=name, role=Role.COORDINATOR, side=None, by=world.mikko)
            people.append(added.user_id)
        db.session.commit()
    return people


def test_eight_editors_of_one_clause_lose_nothing(
    databases: Databases, world: Any, times: Callable[[int, int], int], tmp_path: Path
) -> None:
    rounds = times(25, 200)
    clause = world.examples["draft"]
    path = f"/kohdat/{clause}/muokkaus"
    server = LiveServer(databases.address, tmp_path)
    visitors = [Visitor(server, cookie_of(databases, person)) for person in editors(databases, world)]
    outcomes: list[tuple[str, int]] = []

    def save(visitor: Visitor, fields: dict[str, str], word: str) -> tuple[str, int, str]:
        status, page = visitor.post(path, {**fields, "text": f"{fields['text']} {word}", "reason": ""})
        return word, status, page

    with running(server), ThreadPoolExecutor(EDITORS) as crowd:
        for turn in range(rounds):
            forms = list(crowd.map(lambda visitor: visitor.form(path, path), visitors))
            if any(len(form["text"]) > 15_000 for form in forms):
                forms = [{**form, "text": "Alku."} for form in forms]
            words = [f"sana{turn}x{number}" for number in range(EDITORS)]
            for word, status, page in crowd.map(save, visitors, forms, words):
                outcomes.append((word, status))
                assert status in (303, 409), f"{word}: {status}"
                if status == 409:
                    assert word in page, f"the page of {word} has lost it"
    with databases.app.app_context():
        versions = db.session.scalars(
            sa.select(ClauseVersion).where(ClauseVersion.clause_id == clause).order_by(ClauseVersion.number)
        ).all()
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        history = " ".join(version.text for version in versions)
        saved = [word for word, status in outcomes if status == 303]
        assert len(saved) == rounds, "one of each round is first"
        assert all(word in history.split() for word in saved)
        assert ledger.verify() is None


def test_fifty_presses_of_one_link_sign_in_once(databases: Databases, world: Any, tmp_path: Path) -> None:
    with databases.app.app_context(), writing(), clock_at(None):
        aino = db.session.get_one(accounts.User, world.aino)
        asking = accounts.ask(aino.address, browser="", browser_words="", language=aino.language, is_remembered=False)
        made = accounts.make_letter(asking, lives=timedelta(minutes=30))
        assert made is not None
        before = len(accounts.sessions_of(aino))
        db.session.commit()
    path = f"/kirjautuminen/{made[1]}"
    server = LiveServer(databases.address, tmp_path)
    with running(server), ThreadPoolExecutor(10) as crowd:
        visitors = [Visitor(server) for _ in range(10)]
        fields = list(crowd.map(lambda visitor: visitor.form(path, path), visitors))
        found = list(crowd.map(lambda number: visitors[number % 10].post(path, fields[number % 10])[0], range(50)))
    assert found.count(303) >= 1
    # 400: the one who came in has a new session, to which the old token does not belong.
    assert set(found) <= {303, 400, 409, 422, 429}
    with databases.app.app_context(), clock_at(None):
        aino = db.session.get_one(accounts.User, world.aino)
        assert len(accounts.sessions_of(aino)) == before + 1


def test_one_form_sent_five_times_at_once_is_one_comment(databases: Databases, world: Any, tmp_path: Path) -> None:
    path = f"/kohdat/{world.examples['comment']}"
    server = LiveServer(databases.address, tmp_path)
    visitor = Visitor(server, cookie_of(databases, world.aino))
    with running(server), ThreadPoolExecutor(5) as crowd:
        fields = {**visitor.form(path, f"{path}/kommentit"), "kind": "question", "text": "Vain kerran?"}
        cookie = visitor.cookie
        found = list(crowd.map(lambda _: Visitor(server, cookie).post(f"{path}/kommentit", fields)[0], range(5)))
    assert found == [303] * 5
    with databases.app.app_context():
        said = sa.select(sa.func.count()).where(Comment.text == "Vain kerran?")
        assert db.session.scalar(said) == 1
