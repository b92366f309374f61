"""Copies of an installation: made while people write, restored on either database, refused when not whole."""

import hashlib
import json
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from kumppanuus import accounts, backup, demo, drafts, ledger
from kumppanuus.db import Base, db, prepare_engine, writing
from tests.databases import POSTGRESQL, SQLITE, Databases
from tests.postgres import Server

Members = dict[str, bytes]


# A file that is not whole is refused as it is read, whichever database waits for it; what is refused later, on both.
ONCE = pytest.mark.parametrize("databases", [SQLITE], indirect=True)


@pytest.fixture(scope="module")
def copies() -> dict[str, Path]:
    """Kind of database → the copy of its demo world, made when it was first asked for."""
    return {}


@pytest.fixture
def copy(
    databases: Databases, world: demo.World, copies: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A copy of the demo world, which no test changes."""
    if databases.kind not in copies:
        target = tmp_path_factory.mktemp("copies") / "copy.zip"
        with databases.app.app_context():
            backup.save(target)
        copies[databases.kind] = target
    return copies[databases.kind]


@contextmanager
def _elsewhere(databases: Databases, kind: str, postgres: Server, folder: Path) -> Iterator[None]:
    """The application on an empty, migrated database of a kind."""
    address = postgres.create("elsewhere") if kind == POSTGRESQL else f"sqlite:///{folder / 'elsewhere.db'}"
    engine = sa.create_engine(address, hide_parameters=True)
    prepare_engine(engine)
    with databases.app.app_context():
        engines = db.engines
    before, engines[None] = engines[None], engine
    try:
        with databases.app.app_context():
            upgrade()
        yield
    finally:
        engines[None] = before
        engine.dispose()
        if kind == POSTGRESQL:
            postgres.drop("elsewhere")


def _content(databases: Databases, *, left_out: frozenset[str] = backup.LEFT_OUT) -> dict[str, list[Any]]:
    """Every row of every table, as values that are the same on both databases."""
    found = {}
    with databases.app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in left_out:
                rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
                found[table.name] = [tuple(row) for row in rows]
    return found


def _members(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(path: Path, members: Members) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("kind", [SQLITE, POSTGRESQL])
def test_a_copy_restores_on_either_database_row_by_row(
    databases: Databases, world: demo.World, postgres: Server, tmp_path: Path, kind: str
) -> None:
    with databases.app.app_context(), writing():
        drafts.keep("comment:x", {"text": "Kesken jäänyt 𐍈 e\u0301 ”lause”"}, by=world.aino)
        db.session.commit()
        backup.save(tmp_path / "copy.zip")
    original = _content(databases)
    assert all(
        original[table] for table in ("user", "clause_version", "comment", "question_move", "draft", "edition_clause")
    )
    with _elsewhere(databases, kind, postgres, tmp_path):
        with databases.app.app_context():
            backup.load(tmp_path / "copy.zip")
            assert ledger.verify() is None
        assert _content(databases) == original
        with databases.app.app_context():
            backup.save(tmp_path / "again.zip")
    again, first = _members(tmp_path / "again.zip"), _members(tmp_path / "copy.zip")
    again.pop(backup.MANIFEST), first.pop(backup.MANIFEST)
    assert again == first


def test_what_happened_after_the_copy_is_gone_once_it_is_restored(databases: Databases, copy: Path) -> None:
    before = _content(databases)
    with databases.app.app_context(), writing():
        late = accounts.find_or_add("myohempi@kumppanuus.example", "Myöhempi", by=None)
        accounts.enter(late, browser_words="Chromium")
        db.session.commit()
    assert _content(databases) != before
    with databases.app.app_context():
        backup.load(copy)
    assert _content(databases) == before
    everything = _content(databases, left_out=frozenset())
    assert {name: everything[name] for name in backup.LEFT_OUT} == {name: [] for name in backup.LEFT_OUT}


def test_the_secret_and_what_lets_people_in_are_not_in_a_copy(databases: Databases, copy: Path) -> None:
    assert {name.removeprefix("tables/") for name in _members(copy)} == {"manifest.json"} | {
        f"{table.name}.jsonl" for table in Base.metadata.sorted_tables if table.name not in backup.LEFT_OUT
    }
    assert not any(databases.app.secret_key.encode() in data for data in _members(copy).values())
    assert copy.stat().st_mode & 0o077 == 0


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(
    databases: Databases, world: demo.World, tmp_path: Path
) -> None:
    (tmp_path / "folder.zip").mkdir()
    with databases.app.app_context():
        for target in (tmp_path / "folder.zip", tmp_path / "nowhere" / "copy.zip"):
            with pytest.raises(backup.CannotWrite) as refusal:
                backup.save(target)
            assert backup.sentence(refusal.value).startswith("The copy could not be written: ")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.zip"]


# ---------------------------------------------------------------- refusals


def _refusals(databases: Databases, sources: Iterable[Path]) -> list[str]:
    """The class of the refusal of each file. The database stands as it stood."""
    names, before = [], _content(databases, left_out=frozenset())
    for source in sources:
        with databases.app.app_context(), pytest.raises(backup.Refused) as refusal:
            backup.load(source)
        assert backup.sentence(refusal.value).endswith("Nothing was changed.")
        names.append(type(refusal.value).__name__)
    assert _content(databases, left_out=frozenset()) == before
    return names


@ONCE
def test_a_cut_file_is_refused_wherever_it_was_cut(databases: Databases, copy: Path, tmp_path: Path) -> None:
    whole, cut = copy.read_bytes(), tmp_path / "cut.zip"
    sizes = (0, 1, 3, 4, 1000, len(whole) // 2, len(whole) - 100, len(whole) - 1)

    def files() -> Iterator[Path]:
        for size in sizes:
            cut.write_bytes(whole[:size])
            yield cut

    assert _refusals(databases, files()) == ["Damaged" if size >= 4 else "Foreign" for size in sizes]


@ONCE
def test_a_file_with_one_changed_byte_is_refused(databases: Databases, copy: Path, tmp_path: Path) -> None:
    whole, changed = copy.read_bytes(), tmp_path / "changed.zip"
    with zipfile.ZipFile(copy) as archive:
        # In the middle of what is packed of each member that holds anything, and of the manifest.
        places = [
            info.header_offset + 90 + info.compress_size // 2 for info in archive.infolist() if info.compress_size > 200
        ]
    assert len(places) > 8

    def files() -> Iterator[Path]:
        for place in places:
            changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
            yield changed

    assert _refusals(databases, files()) == ["Damaged"] * len(places)


@ONCE
def test_files_that_are_no_copies_are_refused(databases: Databases, copy: Path, tmp_path: Path) -> None:
    note, other = tmp_path / "note.txt", tmp_path / "other.zip"
    note.write_text("Muista ostaa maitoa.")
    _pack(other, {"sopimus.docx": b"PK"})
    files = (note, other, tmp_path, tmp_path / "nothing.zip")
    assert _refusals(databases, files) == ["Foreign", "Foreign", "CannotRead", "CannotRead"]


def _changed(copied: Members, /, **changes: Any) -> Members:
    manifest = json.loads(copied[backup.MANIFEST])
    return copied | {backup.MANIFEST: json.dumps(manifest | changes).encode()}


WRONG: dict[str, tuple[str, Callable[[Members], Members]]] = {
    "another revision of the tables": ("OtherRevision", lambda members: _changed(members, revision="0000")),
    "a newer format": ("OtherFormat", lambda members: _changed(members, format=2)),
    "a format that is no number": ("OtherFormat", lambda members: _changed(members, format=None)),
    "no members in the manifest": ("Damaged", lambda members: _changed(members, members={})),
    "members that are no mapping": ("Damaged", lambda members: _changed(members, members=[1])),
    "a field too many in the manifest": ("Damaged", lambda members: _changed(members, more=1)),
    "a manifest that is no JSON": ("Damaged", lambda members: members | {backup.MANIFEST: b"{"}),
    "a manifest that is a list": ("Damaged", lambda members: members | {backup.MANIFEST: b"[]"}),
    "a member too many": ("Damaged", lambda members: members | {"tables/more.jsonl": b""}),
    "a member missing": (
        "Damaged",
        lambda members: {name: data for name, data in members.items() if name != "tables/comment.jsonl"},
    ),
    "an empty member": ("Damaged", lambda members: members | {"tables/comment.jsonl": b""}),
}


@ONCE
def test_a_copy_with_something_wrong_is_refused(databases: Databases, copy: Path, tmp_path: Path) -> None:
    members, source = _members(copy), tmp_path / "wrong.zip"
    files = (_pack(source, change(members)) for _name, change in WRONG.values())
    assert dict(zip(WRONG, _refusals(databases, files), strict=True)) == {
        wrong: name for wrong, (name, _change) in WRONG.items()
    }


def _forged(members: Members, table: str, change: Callable[[list[dict[str, Any]]], None]) -> Members:
    """A copy whose rows were changed by somebody who also knows how to mend the manifest."""
    name = f"tables/{table}.jsonl"
    rows = [json.loads(line) for line in members[name].splitlines()]
    change(rows)
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    digests = json.loads(members[backup.MANIFEST])["members"] | {name: hashlib.sha256(data).hexdigest()}
    return _changed(members | {name: data}, members=digests)


FORGED: dict[str, tuple[str, str, Callable[[list[dict[str, Any]]], None]]] = {
    "a word of a wording": ("RecordBroken", "clause_version", lambda rows: rows[5].update(text="Toinen teksti.")),
    "an approval gone": ("RecordBroken", "approval", lambda rows: rows.pop()),
    "the last entry gone": ("RecordBroken", "ledger_entry", lambda rows: rows.pop()),
    "a person gone that others refer to": ("Damaged", "user", lambda rows: rows.clear()),
    "a column missing": ("Damaged", "user", lambda rows: rows[0].pop("name")),
    "a column too many": ("Damaged", "user", lambda rows: rows[0].update(more=1)),
    "an id that is none": ("Damaged", "user", lambda rows: rows[0].update(id="x")),
    "a moment that is none": ("Damaged", "comment", lambda rows: rows[0].update(written_at=5)),
    "a role nobody knows": ("Damaged", "member", lambda rows: rows[0].update(role="king")),
}


def test_a_forged_copy_is_refused_and_rolled_back(databases: Databases, copy: Path, tmp_path: Path) -> None:
    members, source = _members(copy), tmp_path / "forged.zip"
    files = (_pack(source, _forged(members, table, change)) for _name, table, change in FORGED.values())
    assert dict(zip(FORGED, _refusals(databases, files), strict=True)) == {
        forged: name for forged, (name, _table, _change) in FORGED.items()
    }


# ---------------------------------------------------------------- while people write


def test_a_copy_made_while_people_write_holds_all_that_was_acknowledged_before(
    databases: Databases, world: demo.World, postgres: Server, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    enough, stop = threading.Event(), threading.Event()

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            address = f"kirjoittaja{writer}-{number}@kumppanuus.example"
            number += 1
            with databases.app.app_context(), writing():
                accounts.find_or_add(address, "Kirjoittaja", by=None)
                db.session.commit()
            acknowledged.append(address)
            if len(acknowledged) >= 20:
                enough.set()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        assert enough.wait(60)
        before = list(acknowledged)
        with databases.app.app_context():
            backup.save(tmp_path / "copy.zip")
        during = list(acknowledged)
    finally:
        stop.set()
        for writer in writers:
            writer.join(60)
    assert len(during) > len(before), "they wrote on meanwhile"
    with _elsewhere(databases, databases.kind, postgres, tmp_path), databases.app.app_context():
        backup.load(tmp_path / "copy.zip")
        addresses = set(db.session.scalars(sa.select(accounts.User.address)))
        assert set(before) <= addresses
        assert ledger.verify() is None
