"""The ledger: entries in order, rows under seal, and tampering found."""

import pytest
import sqlalchemy as sa

from kumppanuus import accounts, ledger
from kumppanuus.db import db


def test_entries_are_numbered_and_chained(inside_empty: None) -> None:
    one = accounts.find_or_add("a@example.fi", "Aino", by=None)
    two = accounts.find_or_add("b@example.fi", "Bertil", by=one.id)
    newest, oldest = ledger.entries(ledger.INSTALLATION)
    assert [oldest.number, newest.number] == [1, 2]
    assert newest.previous == oldest.digest
    assert newest.facts == {"user_id": str(two.id)}
    assert ledger.verify() is None


def test_the_last_entry_of_some_kinds_stands_for_all_of_them(inside_empty: None) -> None:
    one = accounts.find_or_add("a@example.fi", "Aino", by=None)
    added = ledger.head(ledger.INSTALLATION)
    assert added is not None
    digest = added.head
    accounts.enter(one, browser_words="Chromium")
    assert ledger.last_digest(ledger.INSTALLATION, kinds=("person.added", "person.disabled")) == digest
    assert ledger.last_digest(ledger.INSTALLATION, kinds=("person.added", "person.signed-in")) not in ("", digest)
    assert ledger.last_digest(ledger.INSTALLATION, kinds=("person.disabled",)) == ""


def test_who_knows_an_older_head_writes_after_the_newest_all_the_same(inside_empty: None) -> None:
    accounts.find_or_add("a@example.fi", "Aino", by=None)
    head = ledger.head(ledger.INSTALLATION)
    assert head is not None
    length, digest = head.length, head.head
    accounts.find_or_add("b@example.fi", "Bertil", by=None)
    ledger.note_head(ledger.INSTALLATION, length, digest)
    accounts.find_or_add("c@example.fi", "Cecilia", by=None)
    assert [entry.number for entry in ledger.entries(ledger.INSTALLATION)] == [3, 2, 1]
    assert ledger.verify() is None


@pytest.mark.parametrize("column", ["kind", "data", "previous", "digest", "at", "number"])
def test_a_changed_entry_is_found_and_named(inside_empty: None, column: str) -> None:
    for name in "abc":
        accounts.find_or_add(f"{name}@example.fi", name, by=None)
    change = {"at": sa.text("'2001-01-01 00:00:00'"), "number": 9}.get(column, "x")
    db.session.execute(sa.update(ledger.Entry).where(ledger.Entry.number == 2).values({column: change}))
    db.session.expire_all()
    flaw = ledger.verify()
    assert flaw is not None
    assert flaw.number == 2
