"""The page for machines that watch the service, and the page of help."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kumppanuus.db import db
from tests.client import client_of
from tests.databases import Browsers, Databases


def test_all_is_well_while_the_database_answers(app: Any) -> None:
    answer = client_of(app).get("/healthz")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "ok\n")
    assert client_of(app).head("/healthz").status_code == 200


def test_it_says_so_when_the_database_is_away(databases: Databases, tmp_path: Path) -> None:
    # A folder that is not there, or a port where nobody listens.
    address = f"sqlite:///{tmp_path}/none/none.db" if databases.server is None else "postgresql://x@127.0.0.1:1/x"
    with databases.on(address):
        answer = client_of(databases.app).get("/healthz")
        assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
        assert answer.headers["Retry-After"] == "30"
        # Pages that need no database still stand.
        assert client_of(databases.app).get("/ohjeet").status_code == 200
    with databases.app.app_context():
        assert isinstance(db.engine, sa.Engine)


@pytest.mark.parametrize("person", [None, "aino"])
def test_the_help_page_explains_the_marks_and_who_helps(person: str | None, browser: Browsers, world: Any) -> None:
    page = browser(getattr(world, person) if person else None).page("/ohjeet")
    assert page.h1 == "Ohjeet"
    assert len(page.all("ul", class_="legend")) == 1
    targets = {each.get("id") for each in page.root.iter() if isinstance(each.tag, str)}
    inner = [link[1:] for link in page.links() if link.startswith("#")]
    assert set(inner) <= targets
    assert "Sopimuksen koordinaattori neuvoo käytössä." in page.text
