"""Migrations: the schema they make is that of the models, they go down and up with data in it, and survive a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from kumppanuus import demo, ledger
from kumppanuus.config import ROOT
from kumppanuus.db import Base, db, writing
from tests.databases import Databases
from tests.house.addresses import contents
from tests.server import LiveServer


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


def test_all_the_way_down_leaves_nothing_and_up_again_makes_all(app: Flask) -> None:
    with app.app_context():
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
    assert differences(app) == []


# Ends its own process, as a power cut would, before the statement of this number of all that change something.
KILLED = """
import os, signal, sys
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import Engine
from kumppanuus import create_app

left = int(sys.argv[1])

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *rest):
    global left
    left -= statement.lstrip().upper().startswith(("CREATE", "ALTER", "INSERT", "UPDATE", "DROP"))
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

with create_app().app_context():
    upgrade()
"""


@pytest.mark.parametrize("statement", [9, 60])
def test_a_migration_that_was_killed_in_the_middle_is_finished_by_the_next(
    statement: int, databases: Databases, app: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        downgrade(revision="base")
        db.engine.dispose()
    environment = LiveServer(databases.address, tmp_path).environment
    command = [sys.executable, "-c", KILLED, str(statement)]
    killed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    with app.app_context():
        upgrade()
    assert differences(app) == []
