"""Migrations: the schema they make is that of the models, they go down and up with data in it, and survive a kill."""

from __future__ import annotations

import os
import signal
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import event

from kumppanuus import create_app, demo, ledger
from kumppanuus.config import ROOT
from kumppanuus.db import Base, db, writing
from tests.databases import Databases
from tests.house.addresses import contents
from tests.server import NURSERY, PATIENCE, LiveServer


def differences(app: Flask) -> list[Any]:
    """What the schema of the database and the models do not have in common."""
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_there_is_one_way_up() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    revisions = [each.revision for each in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert scripts.get_heads() == revisions[:1]


def test_the_migrations_make_what_the_models_say(app: Flask) -> None:
    assert differences(app) == []


def test_a_step_down_and_up_again_keeps_what_was_there_before_it(app: Flask) -> None:
    with app.app_context():
        with writing():
            demo.make_plain(12, 40)
            db.session.commit()
        before = contents(app)
        downgrade()
        upgrade()
        assert contents(app) == before
        assert ledger.verify() is None
    assert differences(app) == []


def upgrade_until_killed(environment: dict[str, str], statements: int) -> None:
    """Be a process that brings a database up, and is ended, as by a power cut, before the statement of this number of
    all that change something."""
    os.environ.clear()
    os.environ.update(environment)
    left = count(statements - 1, -1)

    @event.listens_for(sa.Engine, "before_cursor_execute")
    def end(_connection: sa.Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("CREATE", "ALTER", "INSERT", "UPDATE", "DROP")) and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with create_app().app_context():
        upgrade()


def test_all_the_way_down_leaves_nothing_and_up_again_makes_all_however_often_it_is_killed(
    databases: Databases, app: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        db.engine.dispose()
    environment = LiveServer(databases.address, tmp_path).environment
    for statements in (9, 60):
        killed = NURSERY.Process(target=upgrade_until_killed, args=(environment, statements))
        killed.start()
        killed.join(PATIENCE)
        assert killed.exitcode == -signal.SIGKILL
        assert differences(app) != []
    with app.app_context():
        upgrade()
    assert differences(app) == []
