"""Runs the migrations on the database of the settings, one transaction for each."""

from __future__ import annotations

from alembic import context
from flask import current_app

from kumppanuus.db import Base, writing


def include(obj: object, name: str | None, kind: str, is_reflected: bool, compare_to: object) -> bool:
    """Leave alone what is not ours."""
    return not (kind == "table" and is_reflected and compare_to is None and name == "sqlite_sequence")


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
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
