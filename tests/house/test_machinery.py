"""The tests' own machinery: the network is off, PostgreSQL is real, and HTML is read strictly."""

import socket
import urllib.request

import pytest
import sqlalchemy as sa

from kumppanuus.accounts import User
from kumppanuus.comments.tables import Endorsement
from kumppanuus.db import Base, db, writing
from tests import html
from tests.databases import Browsers, Databases
from tests.network import NetworkIsOff
from tests.postgres import Server


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as probe, pytest.raises(NetworkIsOff):
        probe.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkIsOff):
        urllib.request.urlopen("https://example.org/")


def test_a_test_may_talk_to_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_a_copy_of_a_database_has_its_tables_and_a_life_of_its_own(postgres: Server) -> None:
    pattern = sa.create_engine(postgres.create("machinery_pattern"))
    with pattern.begin() as connection:
        connection.execute(sa.text("create table word (text text)"))
    pattern.dispose()

    copy = sa.create_engine(postgres.create("machinery_copy", template="machinery_pattern"))
    with copy.begin() as connection:
        connection.execute(sa.text("insert into word values ('äyräs'), ('zeniitti')"))
        assert connection.scalars(sa.text("select text from word order by text")).all() == ["zeniitti", "äyräs"]
    copy.dispose()
    with pattern.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from word")) == 0
    pattern.dispose()

    for name in ("machinery_pattern", "machinery_copy"):
        postgres.drop(name)


def test_each_test_finds_the_world_as_it_was_whatever_those_before_it_did(databases: Databases) -> None:
    world = databases.world()
    seen = []
    for _ in range(3):
        with databases.lend("world"):
            with databases.app.app_context():
                tables = Base.metadata.sorted_tables
                seen.append({each.name: sorted(map(repr, db.session.execute(sa.select(each)))) for each in tables})
            Browsers(databases.app)(world.aino)  # a session, and an entry of the ledger with its place in the chain
            with databases.app.app_context(), writing():
                db.session.execute(sa.delete(Endorsement))
                db.session.execute(sa.update(User).values(language="sv"))
                db.session.commit()
    assert seen[0]["endorsement"]
    assert seen[0] == seen[1] == seen[2]


def test_html_is_read_as_a_browser_reads_it_and_mistakes_are_told() -> None:
    source = '<p class="a" hidden>Yksi<br>&amp; kaksi</p><svg><use href="#x"/></svg><textarea>\n&lt;</textarea>'
    assert [(each.tag, each.attrib, each.text) for each in html.parse(source).iter()] == [
        ("body", {}, None),
        ("p", {"class": "a", "hidden": ""}, "Yksi"),
        ("br", {}, None),
        ("svg", {}, None),
        ("use", {"href": "#x"}, None),
        ("textarea", {}, "<"),
    ]
    assert not html.mistakes(source)
    for mistake in (
        "<b>auki",
        "kiinni</b>",
        "<b><i>ristiin</b></i>",
        "<p><div>lohko</div></p>",
        "<form><form></form></form>",
        "<table><tr><td>rivi</td></tr></table>",
        "<table><tbody>irti</tbody></table>",
        "<a href='x'><a href='y'>linkki</a></a>",
        "<div/>",
        "<p id=a id=b>kahdesti</p>",
        "1 < 2 &ampersand;",
    ):
        assert html.mistakes(mistake), mistake
