"""Real addresses of every route, and a fingerprint of everything a database holds."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Flask

from kumppanuus.db import Base, db
from kumppanuus.web.screen import ROUTES

# What may change without anybody having done anything: the time a session was last used.
UNSEEN = {("session", "used_at")}


def paths(app: Flask, values: dict[str, Any], kind: str | None = None) -> dict[str, str]:
    """Endpoint → an address with real ids, of all routes or of one kind."""
    adapter = app.url_map.bind("localhost")
    return {
        rule.endpoint: adapter.build(rule.endpoint, {name: values.get(name, "x") for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if rule.endpoint in ROUTES and kind in (None, ROUTES[rule.endpoint][0])
    }


def contents(app: Flask) -> dict[str, str]:
    """A digest of the rows of each table, as the driver gives them: to be compared with another of the same
    database."""
    found = {}
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = sorted(map(repr, connection.exec_driver_sql(_reading(table))))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@cache
def _reading(table: sa.Table) -> str:
    return str(sa.select(*(column for column in table.c if (table.name, column.name) not in UNSEEN)))
