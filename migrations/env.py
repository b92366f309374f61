"""Runs the migrations on the database of the settings, one transaction for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from kumppanuus.db import Base, writing


def include(obj: object, name: str | None, kind: str, is_reflected: bool, compare_to: object) -> bool:
    """Leave alone what is not ours."""
    return not (kind == "table" and is_reflected and compare_to is None and name == "sqlite_sequence")


@contextmanager
def _references_unwatched(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making a new one and dropping the old: what refers to it must not notice meanwhile.

    The way its own manual gives (ALTER TABLE, other kinds of changes): watched no more before the transaction begins,
    and every reference looked at afterwards.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"references that lead nowhere: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Migrate over a connection of the application's own engine."""
    engine = current_app.extensions["sqlalchemy"].engine
    with writing(), engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include,
            transaction_per_migration=True,
            transactional_ddl=True,
            # Flask-Migrate sets compare_type and render_as_batch.
            **current_app.extensions["migrate"].configure_args,
        )
        with _references_unwatched(connection):
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()


run()
