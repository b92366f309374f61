"""The tests' own machinery: the network is off, and PostgreSQL is real."""

import socket
import urllib.request

import pytest
import sqlalchemy as sa

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
