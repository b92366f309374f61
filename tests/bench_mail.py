"""What telling people costs: members times entries, from the record to the letters in the folder, as time and memory.

Each size runs in a process of its own, because the memory a process once took is not seen to go again.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from kumppanuus import accounts, comments, demo, members, notifications
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.comments import CommentKind
from kumppanuus.db import clock_at, db, writing
from kumppanuus.ledger import Chain
from kumppanuus.members import Role
from kumppanuus.notifications import Cursor, Notice
from kumppanuus.web import public_address
from tests.databases import NOW, SQLITE, Databases

ENTRIES = 200
SIZES = (100, 1_000)
MOST_GROWTH, MOST_MEMORY = 11, 200 * 2**20


def measure() -> bool:
    """Measure both sizes and print them. Returns whether time and memory are within their limits."""
    found = []
    for people in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench_mail", str(people)], stdout=subprocess.PIPE, text=True, check=True
        )
        cpu, memory, letters = json.loads(done.stdout)
        print(f"mail: {people} members, {ENTRIES} entries: {cpu:.1f} s, {memory / 2**20:.0f} MB, {letters} letters")
        found.append((cpu, memory))
    growth, memory = found[1][0] / found[0][0], found[1][1]
    print(f"mail: ten times the members cost {growth:.1f} × (limit {MOST_GROWTH}), {memory / 2**20:.0f} MB (limit 200)")
    return growth <= MOST_GROWTH and memory <= MOST_MEMORY


def tell(people: int, folder: Path) -> tuple[float, int, int]:
    """CPU seconds, memory in bytes at its highest, and how many letters: of so many members told of 200 comments."""
    databases = Databases(SQLITE, folder, None)
    with databases.lend("empty"), databases.app.app_context(), clock_at(NOW):
        with writing():
            plain = demo.make_plain(60, 0)
            agreement, clauses = (
                db.session.get_one(Agreement, plain.agreement),
                list(db.session.scalars(select(Clause))),
            )
            for number in range(people - 5):
                members.add(
                    agreement,
                    address=f"lukija{number}@koe.example",
                    name=f"Lukija {number}",
                    role=Role.READER,
                    side=None,
                    by=plain.coordinator,
                )
            db.session.commit()
        notifications.gather()
        with writing():
            db.session.execute(delete(Notice))
            length = select(Chain.length).where(Chain.id == plain.agreement).scalar_subquery()
            db.session.execute(update(Cursor).where(Cursor.chain_id == plain.agreement).values(number=length))
            writer = members.of(plain.agreement, plain.writers[0])
            assert writer is not None
            for number in range(ENTRIES):
                thread = comments.thread_of(clauses[number % len(clauses)])
                comments.add(thread, text=f"Kommentti {number}. " * 12, kind=CommentKind.CONCERN, by=writer)
            db.session.commit()
        db.session.remove()
        start = time.process_time()
        with clock_at(NOW + timedelta(days=7)):
            letters = notifications.look(public_address)
        assert accounts.find("lukija0@koe.example")
        return time.process_time() - start, _peak(), letters


def _peak() -> int:
    """The most memory this process has held, in bytes. `getrusage` counts what its parent held when it was started."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert found is not None
    return int(found[1]) * 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(tell(int(sys.argv[1]), Path(made))))
