"""What requests cost on both databases, as ratios to a floor measured in the same run.

The floor of a page is a bare Flask view that loads the same clauses or comments as ORM objects in two queries and
answers as many bytes; of a post, a bare insert and commit that is sent as much and answers as many bytes; of the poll,
the floor of the whole agreement. Each pair of requests is made in turn, so that a machine that grows slow slows both.
CPU is this process's own.
"""

from __future__ import annotations

import logging
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kumppanuus import agreements, demo, ledger, rounds
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Section
from kumppanuus.comments import Comment, Thread
from kumppanuus.db import db, writing
from kumppanuus.documents import assemble
from tests.bench_summary import answered_round
from tests.client import LintingClient
from tests.databases import POSTGRESQL, SQLITE, Browsers, Databases
from tests.postgres import Server

ROUNDS = 25
ANSWERS = 300  # five remarks each: twenty-five on each of sixty clauses
SIZES = ((60, 1_800), (300, 9_000))


@dataclass
class Figure:
    """What one kind of request cost."""

    cpu: float
    floor: float
    queries: int
    size: int

    @property
    def ratio(self) -> float:
        return self.cpu / self.floor


class Bench:
    """Requests on one database with one size of agreement."""

    def __init__(self, databases: Databases, clauses: int, comments: int) -> None:
        self.databases, self.app = databases, databases.app
        with self.app.app_context(), writing():
            self.plain = demo.make_plain(clauses, comments)
            db.session.commit()
        self.clauses = list(self.plain.clauses.values())
        self.client = Browsers(self.app)(self.plain.representative)
        self.coordinator = Browsers(self.app)(self.plain.coordinator)
        self.floor_app = Flask("floor")
        self.floor_app.config["SQLALCHEMY_DATABASE_URI"] = self.app.config["SQLALCHEMY_DATABASE_URI"]
        self.answer = b""
        self.floor_app.add_url_rule("/clauses", "clauses", self._clauses)
        self.floor_app.add_url_rule("/comments", "comments", self._comments)
        self.floor_app.add_url_rule("/post", "post", self._post, methods=["POST"])
        self.floor = self.floor_app.test_client()

    # The bare views. They use the application's engine through its context.

    def _clauses(self) -> bytes:
        with self.app.app_context():
            db.session.scalars(select(Clause).where(Clause.agreement_id == self.plain.agreement)).all()
            query = select(ClauseVersion).join(Clause, Clause.id == ClauseVersion.clause_id)
            current = ClauseVersion.number == Clause.current_number
            db.session.scalars(query.where(Clause.agreement_id == self.plain.agreement, current)).all()
        return self.answer

    def _comments(self) -> bytes:
        with self.app.app_context():
            db.session.get(Clause, self.clauses[0])
            thread = select(Thread.id).where(Thread.clause_id == self.clauses[0]).scalar_subquery()
            db.session.scalars(select(Comment).where(Comment.thread_id == thread).limit(30)).all()
        return self.answer

    def _post(self) -> bytes:
        with self.app.app_context(), writing():
            use = sa.table("limit_use", sa.column("id", sa.Uuid()), sa.column("key"), sa.column("at"))
            values = {"id": uuid.uuid4(), "key": "floor", "at": sa.func.now()}
            db.session.execute(sa.insert(use).values(values))
            db.session.commit()
        return self.answer

    def page(self, address: str, floor: str, client: LintingClient | None = None) -> Figure:
        """What a page costs beside a floor, to the representative if nobody else looks."""
        looks = client or self.client
        response = looks.get(address, lint=False)
        assert response.status_code in (200, 204), f"{address}: {response.status_code}"
        self.answer = b"x" * len(response.data)
        queries = self._queries(lambda: looks.get(address, lint=False))
        return self._pair(
            lambda: looks.get(address, lint=False), lambda: self.floor.get(floor), queries, len(response.data)
        )

    def first(self, address: str, floor: str, change: Callable[[], None] | None = None) -> Figure:
        """What a page costs the first time after something has changed; if nothing else is named, in the text of the
        agreement."""
        change = change or self._rename_section

        def look() -> Any:
            change()
            start = time.process_time()
            response = self.client.get(address, lint=False)
            self.spent = time.process_time() - start
            return response

        size = len(look().data)
        self.answer = b"x" * size
        change()
        queries = self._queries(lambda: self.client.get(address, lint=False))
        return self._pair(look, lambda: self.floor.get(floor), queries, size, own=lambda: self.spent)

    def _rename_section(self) -> None:
        with self.app.app_context(), writing():
            query = select(Section).where(Section.agreement_id == self.plain.agreement).order_by(Section.position)
            section = db.session.scalars(query.limit(1)).one()
            title = f"Luku {uuid.uuid4().hex[:8]}"
            agreements.rename_section(section, title=title, base=section.title, by=self.plain.coordinator)
            db.session.commit()

    def write_news(self) -> None:
        """Change the round itself."""
        with self.app.app_context(), writing():
            agreement = db.session.get_one(Agreement, self.plain.agreement)
            asked = rounds.of_agreement(agreement)[0]
            news = f"Uutinen {uuid.uuid4().hex[:8]}"
            rounds.write_news(asked, headline=news, lead="", drawn_from=asked.news_state, by=self.plain.coordinator)
            db.session.commit()

    def comment(self) -> Figure:
        """What a comment costs that is sent by htmx."""
        address = f"/kohdat/{self.clauses[1]}/kommentit"
        token, by_htmx = self.client.token()["csrf_token"], {"HX-Request": "true"}

        def fields() -> dict[str, str]:
            return {
                "csrf_token": token,
                "form_key": uuid.uuid4().hex,
                "shown": "30",
                "kind": "concern",
                "text": f"Matkakulut puuttuvat ({uuid.uuid4().hex}).",
            }

        def send() -> Any:
            sent = fields()
            with self.app.app_context(), writing():
                db.session.execute(sa.text("DELETE FROM limit_use"))
                db.session.commit()
            start = time.process_time()
            response = self.client.post(address, data=sent, headers=by_htmx, lint=False)
            self.spent = time.process_time() - start
            assert response.status_code == 200, response.status_code
            return response

        response = send()
        self.answer = b"x" * len(response.data)
        queries = self._queries(send) - 1  # the emptying of the counters is the benchmark's own

        def bare() -> Any:
            return self.floor.post("/post", data=fields(), headers=by_htmx)

        return self._pair(send, bare, queries, len(response.data), own=lambda: self.spent)

    def ask(self) -> int:
        """A round on the whole agreement that three hundred organisations have answered. Returns its number."""
        with self.app.app_context():
            return answered_round(self.plain, ANSWERS)

    def export(self) -> float:
        """CPU seconds of a Word export."""
        times = []
        for _ in range(3):
            with self.app.app_context():
                agreement = agreements.by_slug(self.plain.slug)
                assert agreement is not None
                start = time.process_time()
                assemble.export(agreement, ".docx")
                times.append(time.process_time() - start)
        return min(times)

    def _queries(self, send: Callable[[], Any]) -> int:
        with statements() as found:
            send()
        return len(found)

    def _pair(
        self,
        real: Callable[[], Any],
        bare: Callable[[], Any],
        queries: int,
        size: int,
        own: Callable[[], float] | None = None,
    ) -> Figure:
        for _ in range(3):
            real()
            bare()
        costs, floors = [], []
        for _ in range(ROUNDS):
            start = time.process_time()
            real()
            costs.append(own() if own else time.process_time() - start)
            start = time.process_time()
            bare()
            floors.append(time.process_time() - start)
        return Figure(statistics.median(costs), statistics.median(floors), queries, size)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are run inside, as the engine logs them: a listener would slow all that comes after it."""
    found: list[str] = []

    class Note(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if re.match(r"SELECT|INSERT|UPDATE|DELETE|WITH", record.getMessage()):
                found.append(record.getMessage())

    log, note = logging.getLogger("sqlalchemy.engine.Engine"), Note()
    before = log.level, log.propagate
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(note)
    try:
        yield found
    finally:
        log.removeHandler(note)
        log.level, log.propagate = before


def _measured(kind: str, folder: Path, server: Server | None) -> bool:
    """Measure on one kind of database and print the table. Returns whether every figure is within its limit."""
    is_within = True
    whole: list[float] = []
    exports: list[float] = []
    for clauses, comments in SIZES:
        databases = Databases(kind, folder / str(clauses), server if server is None else Server())
        databases.app.config["RAISE_FAILURES"] = False
        bench = Bench(databases, clauses, comments)
        slug = bench.plain.slug
        print(f"\n{kind}, {clauses} clauses, {comments} comments")
        print(
            f"{'request':<26}{'CPU ms':>9}{'floor ms':>10}{'ratio':>8}{'limit':>7}{'queries':>9}{'most':>7}{'bytes':>9}"
        )
        rows = [
            ("whole agreement", bench.page(f"/sopimukset/{slug}/koko", "/clauses"), 2.5, 10),
            ("whole, with status", bench.page(f"/sopimukset/{slug}/koko?nayta=tilanne", "/clauses"), 2.5, 10),
            ("clause with 30 comments", bench.page(f"/kohdat/{bench.clauses[0]}", "/comments"), 3, 10),
            ("front page", bench.page("/", "/clauses"), 3, 12),
            ("front page, after change", bench.first("/", "/clauses"), 3, 12),
            ("clause, after change", bench.first(f"/kohdat/{bench.clauses[0]}", "/comments"), 3, 10),
            ("post a comment (htmx)", bench.comment(), 4, 14),
        ]
        asked = f"/sopimukset/{slug}/kierrokset/{bench.ask()}"
        of_round = f"/kohdat/{bench.clauses[0]}"
        rows += [
            ("clause, asked about", bench.page(of_round, "/comments"), 3, 10),
            ("asked about, after change", bench.first(of_round, "/comments"), 3, 10),
            ("round of 300 answers", bench.page(asked, "/clauses"), 4, 16),
            ("round, after change", bench.first(asked, "/clauses"), 4, 22),
            ("desk of 1500 comments", bench.page(f"{asked}/vastineet", "/clauses", bench.coordinator), 4, 14),
            # A form for each of the texts that a person may write stands on the page.
            ("summary of 1500 comments", bench.page(f"{asked}/yhteenveto", "/clauses", bench.coordinator), 4, 8),
            ("one response", bench.page(f"{asked}/vastineet/uusi", "/clauses", bench.coordinator), 4, 16),
            ("round, counted anew", bench.first(asked, "/clauses", bench.write_news), 9, 22),
        ]
        bench.answer = b""
        rows.append(
            ("poll, nothing changed", bench.page(f"/sopimukset/{slug}/uutta?v={_length(bench)}", "/clauses"), 0.5, 3)
        )
        for name, figure, limit, most in rows:
            within = figure.queries <= most and (figure.ratio <= limit or clauses != SIZES[0][0])
            is_within &= within
            print(
                f"{name:<26}{figure.cpu * 1e3:>9.2f}{figure.floor * 1e3:>10.2f}{figure.ratio:>8.2f}{limit:>7}"
                f"{figure.queries:>9}{most:>7}{figure.size:>9}{'' if within else '  over'}"
            )
        whole.append(rows[0][1].cpu)
        exports.append(bench.export())
    for name, found in (("whole agreement", whole), ("Word export", exports)):
        growth = found[1] / found[0]
        is_within &= growth <= 5.5
        seconds = f"{found[0]:.3f} s and {found[1]:.3f} s"
        print(f"{kind}, {name}: {SIZES[1][0]} clauses cost {growth:.2f} × {SIZES[0][0]} (limit 5.5), {seconds}")
    return is_within


def _length(bench: Bench) -> int:
    with bench.app.app_context():
        head = ledger.head(bench.plain.agreement)
        return head.length if head else 0


def measure() -> bool:
    """Measure requests on both databases and print the tables. Returns whether every figure is within its limit."""
    with tempfile.TemporaryDirectory() as folder:
        is_within = _measured(SQLITE, Path(folder) / SQLITE, None)
        server = Server()
        try:
            is_within &= _measured(POSTGRESQL, Path(folder) / POSTGRESQL, server)
        finally:
            server.stop()
    return is_within
