"""Migrations with data: what was there before has its place afterwards, there and back, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from kumppanuus import ledger, members
from kumppanuus.db import Base, db, writing
from kumppanuus.statements import Remark, Statement
from tests.databases import Databases

BEFORE, AFTER = "0004", "0006"  # the last revision without a register, and the first in which it is whole
NIGHT = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)  # the first of February in Helsinki


def key(number: int) -> UUID:
    return UUID(int=number)


@pytest.fixture
def old(databases: Databases) -> Iterator[Flask]:
    """An application on a database as it was before organisations belonged to agreements."""
    address = databases.copy("empty")
    try:
        with databases.on(address), databases.app.app_context():
            downgrade(revision=BEFORE)
            yield databases.app
            db.session.rollback()
    finally:
        databases.drop(address)


def fill() -> None:
    """Two agreements that share an organisation and a network, one left member, and a name nobody uses."""
    tables = sa.MetaData()
    tables.reflect(db.engine)
    for table in tables.tables.values():
        for column in table.c:  # SQLite tells little of its types
            if column.name == "id" or column.name.endswith("_id"):
                column.type = sa.Uuid()
            if column.name.endswith("_at"):
                column.type = sa.DateTime(timezone=True)

    def add(table: str, *rows: dict[str, Any]) -> None:
        with db.engine.begin() as connection:
            connection.execute(tables.tables[table].insert(), list(rows))

    add("user", *({
        "id": key(n), "address": f"{n}@example.fi", "name": f"Henkilö {n}", "language": "fi", "theme": "system",
        "text_size": "n", "may_start_agreements": False, "rights_number": 0, "is_demo": False, "made_at": NIGHT,
    } for n in (1, 2, 3)))  # fmt: skip
    add("agreement", *({
        "id": key(n), "slug": f"s{n}", "kind": kind, "title": "Sopimus", "language": "fi", "authority_name": "Alue",
        "body_name": "Pöytä", "case_number": "", "signature_text": "", "made_at": NIGHT,
    } for n, kind in ((11, "partnership_agreement"), (12, "municipal_document"))))  # fmt: skip
    for table, names in (("organisation", ("Jaettu ry", "Turha ry", "Kaupunki")), ("body", ("Verkosto",))):
        kind = "association" if table == "organisation" else "sector_network"
        first = 20 if table == "organisation" else 30
        named = [{"id": key(first + n), "name": name, "name_key": name.lower()} for n, name in enumerate(names)]
        add(table, *({**row, "kind": kind} for row in named))
    base = {"role": "representative", "side": "organisations", "is_approver": False, "ended_at": None}
    base |= {"organisation_id": key(20), "network_id": key(30)}
    add("member",
        {**base, "id": key(41), "agreement_id": key(11), "user_id": key(1), "joined_at": NIGHT},
        {**base, "id": key(42), "agreement_id": key(12), "user_id": key(2), "joined_at": NIGHT.replace(minute=40)},
        {**base, "id": key(43), "agreement_id": key(11), "user_id": key(3), "joined_at": NIGHT, "ended_at": NIGHT},
        {**base, "id": key(44), "agreement_id": key(12), "user_id": key(1), "joined_at": NIGHT, "side": "authority",
         "role": "official", "organisation_id": key(22), "network_id": None},
    )  # fmt: skip


def rows(query: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.text(query)).all())


def test_organisations_and_networks_find_their_agreements_and_members_their_seats(old: Flask) -> None:
    fill()
    sealed = rows("SELECT organisation_id, network_id FROM member WHERE network_id IS NOT NULL")
    for _time in range(2):
        upgrade()
        places = "SELECT o.name, a.slug, o.kind, CASE WHEN o.removed_at IS NULL THEN 'there' ELSE 'out' END FROM {} o"
        places += " JOIN agreement a ON a.id = o.agreement_id"
        assert rows(places.format("organisation")) == [
            ("Jaettu ry", "s11", "association", "there"),
            ("Jaettu ry", "s12", "association", "there"),
            ("Kaupunki", "s12", "municipality", "there"),
            ("Turha ry", "s11", "association", "out"),
        ]
        assert rows(places.format("body")) == [
            ("Verkosto", "s11", "sector_network", "there"),
            ("Verkosto", "s12", "sector_network", "there"),
        ]
        for agreement, person in ((11, 1), (12, 2)):
            member = members.of(key(agreement), key(person))
            assert member is not None
            (network,) = member.networks
            assert (network.name, network.agreement_id) == ("Verkosto", key(agreement))
        begun = {str(day)[:10] for (day,) in rows("SELECT begins_on FROM term")}
        assert begun == {date(2026, 2, 1).isoformat()}
        # What the old seals cover is as it was.
        assert rows("SELECT organisation_id, network_id FROM member WHERE network_id IS NOT NULL") == sealed
        db.session.remove()
        downgrade()  # one step: the next time round everything is as it was
    downgrade(revision=BEFORE)
    keys = rows("SELECT name_key FROM organisation")
    assert (len(keys), len(set(keys))) == (4, 4)
    assert rows("SELECT organisation_id, network_id FROM member WHERE network_id IS NOT NULL") == sealed
    upgrade()


def test_the_demo_world_goes_back_and_forth_and_its_record_holds(databases: Databases, world: Any) -> None:
    with databases.app.app_context():
        before = rows("SELECT name, municipality FROM organisation")
        tables = Base.metadata.sorted_tables
        filled = {table.name: [dict(row) for row in db.session.execute(table.select()).mappings()] for table in tables}
        db.session.remove()  # a transaction that has read a table keeps it from being taken down
        downgrade(revision=AFTER)
        there = set(sa.inspect(db.engine).get_table_names())
        downgrade(revision=BEFORE)
        upgrade()
        assert {name for name, _place in rows("SELECT name, municipality FROM organisation")} == {
            name for name, _place in before
        }
        # What has come into the house since went with its tables, and is put back to be verified with the rest.
        with writing():
            for table in tables:
                if table.name not in there and filled[table.name]:
                    # What refers to a row of its own table comes after it.
                    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
                    first_ones = sorted(filled[table.name], key=lambda row: [row[name] is not None for name in own])
                    db.session.execute(table.insert(), first_ones)
            db.session.commit()
        assert ledger.verify() is None


def test_what_answers_said_of_the_whole_becomes_a_remark_once(databases: Databases, world: Any) -> None:
    with databases.app.app_context():
        sent = db.session.scalars(sa.select(Statement).where(Statement.sent_at.is_not(None))).first()
        assert sent is not None
        with writing():
            db.session.execute(sa.update(Statement).where(Statement.id == sent.id).values(overall="Hyvä luonnos."))
            db.session.commit()
        chain, statement_id, sent_at = sent.round.agreement_id, sent.id, sent.sent_at
        before = ledger.head(chain)
        assert before is not None
        length = before.length
        for _time in range(2):
            db.session.remove()
            downgrade(revision="0016")
            upgrade()
            (told,) = db.session.execute(
                sa.select(Remark.text, Remark.sent_at, Remark.answered_at).where(
                    Remark.statement_id == statement_id,
                    sa.func.coalesce(Remark.clause_id, Remark.section_id, Remark.question_id).is_(None),
                )
            ).all()
            assert tuple(told) == ("Hyvä luonnos.", sent_at, None)
            (entry,) = ledger.entries(chain, most=1)
            assert (entry.kind, entry.subject_id, entry.number) == (
                "statement.whole-set-apart", statement_id, length + 1,
            )  # fmt: skip
            assert ledger.verify() is None
